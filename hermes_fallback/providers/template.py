"""Template: the plugin that a new provider begins with, which works as it is written."""

from __future__ import annotations

from pathlib import Path

from hermes_fallback.errors import SystemRefused, UsageError
from hermes_fallback.providers.checks import is_word

__all__ = ["TEMPLATES", "variable_stem", "write_template"]

TEMPLATES = Path(__file__).parent.parent / "plugins" / "templates"
"""A folder for each form of a plugin, which describes a provider called `acme`."""
_FILES = {"data": "plugin.yaml", "code": "__init__.py"}


def write_template(root: Path, name: str, *, form: str) -> Path:
    """The file that was written for the provider *name*, in a new folder of *root*; *form* is `data` or `code`.

    Raises:
        UsageError: that is no name for a provider, or its folder stands already; nothing was written.
        SystemRefused: the file system said no.
    """
    if not is_word(name):
        raise UsageError(
            f"`{name}` cannot be a provider's name",
            why="lower-case letters, digits, `-`, `_` and `.` alone make one",
            hint="hermes providers new my-provider",
        )
    text = (TEMPLATES / form / _FILES[form]).read_text(encoding="utf-8")
    for word, own in (("ACME", variable_stem(name)), ("Acme", _title(name)), ("acme", name)):
        text = text.replace(word, own)
    return _write(root / name / _FILES[form], text)


def variable_stem(name: str) -> str:
    """How the variables of the provider *name* begin."""
    stem = name.upper().replace("-", "_").replace(".", "_")
    return f"_{stem}" if stem[0].isdigit() else stem


def _title(name: str) -> str:
    return name.replace("-", " ").replace("_", " ").title()


def _write(path: Path, text: str) -> Path:
    folder = path.parent
    if folder.exists() or folder.is_symlink():
        raise UsageError(
            f"`{folder}` stands already; nothing was written",
            hint="edit what is there, or choose another name",
            kind="plugin-exists",
        )
    try:
        _make(folder)
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise SystemRefused(f"`{path}` cannot be written", why=error.strerror) from error
    return path


def _make(folder: Path) -> None:
    """Make *folder*, which is not there, and what it lies in; for its owner alone, as a home is."""
    if not folder.parent.is_dir():
        _make(folder.parent)
    folder.mkdir(mode=0o700)
