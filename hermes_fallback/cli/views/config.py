"""The file: where it is, and what it says. Secrets are never shown."""

from __future__ import annotations

from dataclasses import dataclass
from math import isfinite
from pathlib import Path

from hermes_fallback.cli.views.canvas import Canvas
from hermes_fallback.cli.views.visible import visible
from hermes_fallback.config.home import Home
from hermes_fallback.config.redact import mask_lines, mask_value

__all__ = [
    "FileText",
    "Setting",
    "file_document",
    "file_text",
    "finite",
    "home_document",
    "home_text",
    "setting_document",
    "setting_text",
]


def home_document(home: Home) -> dict[str, object]:
    """The JSON of the places of a home."""
    return {
        "config": home.config,
        "exists": Path(home.config).exists(),
        "home": home.root,
        "env": home.env,
        "auth": home.auth,
        "managed": home.managed,
    }


def home_text(home: Home, canvas: Canvas) -> str:
    """The path alone and in full, so that a shell can use it."""
    return visible(home.config) if canvas.width else home.config


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """The value of one key, and its line."""

    key: str
    value: object
    line: int

    @property
    def shown(self) -> object:
        """The value, secrets in stars."""
        name = self.key.rstrip("]").rpartition(".")[2].partition("[")[0].strip('"')
        return finite(mask_value(self.value, name))


def setting_document(setting: Setting) -> dict[str, object]:
    """The JSON of one value."""
    return {"key": setting.key, "value": setting.shown, "line": setting.line}


def setting_text(setting: Setting, _canvas: Canvas) -> str:
    """Text as it is, everything else as JSON, which is YAML too."""
    from json import dumps

    value = setting.shown
    text = value if isinstance(value, str) else dumps(value, ensure_ascii=False, indent=2, default=str)
    return visible(text, keep="\n\t")


def finite(value: object) -> object:
    """*value* with what JSON has no word for as text: infinities, and keys that are not text."""
    if isinstance(value, dict):
        return {str(key): finite(item) for key, item in value.items()}
    if isinstance(value, list):
        return [finite(item) for item in value]
    return str(value) if isinstance(value, float) and not isfinite(value) else value


@dataclass(frozen=True, slots=True, kw_only=True)
class FileText:
    """A file as it stands."""

    path: str
    text: str

    @property
    def lines(self) -> list[str]:
        """Its lines, secrets in stars."""
        return mask_lines(self.text.splitlines())


def file_document(file: FileText) -> dict[str, object]:
    """The JSON of the file's text."""
    return {"config": file.path, "text": "".join(f"{line}\n" for line in file.lines)}


def file_text(file: FileText, _canvas: Canvas) -> str:
    """The file's text."""
    return "\n".join(visible(line, keep="\t") for line in file.lines)
