"""The file: where it is, what it says, and what is odd about it. Secrets are never shown."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import isfinite
from pathlib import Path

from hermes_fallback.cli.views.canvas import Canvas
from hermes_fallback.cli.views.visible import visible
from hermes_fallback.config.home import Home
from hermes_fallback.config.redact import mask_lines, mask_value
from hermes_fallback.config.settings import Settings
from hermes_fallback.errors import InvalidFile

__all__ = [
    "FileText",
    "Remark",
    "Setting",
    "Verdict",
    "file_document",
    "file_text",
    "home_document",
    "home_text",
    "remarks_of",
    "setting_document",
    "setting_text",
    "unreadable",
    "verdict_document",
    "verdict_text",
]


def home_document(home: Home) -> dict[str, object]:
    """The JSON of the places of a home."""
    return {
        "config": home.config,
        "exists": Path(home.config).exists(),
        "home": home.root,
        "env": home.env,
        "auth": home.auth,
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
        return _finite(mask_value(self.value, name))


def setting_document(setting: Setting) -> dict[str, object]:
    """The JSON of one value."""
    return {"key": setting.key, "value": setting.shown, "line": setting.line}


def setting_text(setting: Setting, _canvas: Canvas) -> str:
    """Text as it is, everything else as JSON, which is YAML too."""
    from json import dumps

    value = setting.shown
    text = value if isinstance(value, str) else dumps(value, ensure_ascii=False, indent=2, default=str)
    return visible(text, keep="\n\t")


def _finite(value: object) -> object:
    """*value* with what JSON has no word for as text: infinities, and keys that are not text."""
    if isinstance(value, dict):
        return {str(key): _finite(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_finite(item) for item in value]
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Remark:
    """One thing that is odd about the file."""

    level: str
    what: str
    line: int | None = None
    column: int | None = None
    hint: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """Everything that is odd about a file."""

    path: str
    remarks: tuple[Remark, ...]


def remarks_of(settings: Settings) -> tuple[Remark, ...]:
    """What *settings* could not take as it stands, in the order of the file."""
    remarks = [
        Remark(level=str(each.level), what=each.what, line=each.line, column=each.column, hint=each.hint)
        for each in settings.findings
    ]
    remarks += [
        Remark(level="warn", what=f"{each.origin} is ignored: {each.what}", line=each.line, hint=each.hint)
        for each in settings.chain.ignored
    ]
    return tuple(sorted(remarks, key=lambda remark: remark.line or 0))


def unreadable(path: str, error: InvalidFile) -> Verdict:
    """The verdict on a file that cannot be read at all."""
    remark = Remark(level="fail", what=error.what, line=error.line, column=error.column, hint=error.hint)
    return Verdict(path=path, remarks=(remark,))


def verdict_document(verdict: Verdict) -> dict[str, object]:
    """The JSON of a verdict."""
    levels = [remark.level for remark in verdict.remarks]
    return {
        "config": verdict.path,
        "findings": [
            {
                "level": each.level,
                "what": each.what,
                "line": each.line,
                "column": each.column,
                "hint": each.hint,
            }
            for each in verdict.remarks
        ],
        "summary": {"warn": levels.count("warn"), "fail": levels.count("fail")},
    }


def verdict_text(verdict: Verdict, canvas: Canvas) -> str:
    """A verdict in words, one finding a line, as compilers do."""
    path = canvas.plain(verdict.path)
    if not verdict.remarks:
        return f"{path}: no findings"
    return "\n".join(_remark_lines(path, verdict.remarks, canvas))


def _remark_lines(path: str, remarks: Sequence[Remark], canvas: Canvas) -> Iterator[str]:
    for each in remarks:
        place = ":".join(str(part) for part in (path, each.line, each.column) if part is not None)
        yield canvas.fold(canvas.plain(each.what), first=f"{place}: {each.level}: ", indent="  ")
        if each.hint:
            yield canvas.fold(canvas.plain(each.hint), first="  hint: ", indent="    ")
