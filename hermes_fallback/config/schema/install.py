"""The schema where an editor's language server finds it: in a file of ours, which a comment in the config names."""

from __future__ import annotations

import json
import os
import re
from dataclasses import dataclass
from pathlib import Path

from hermes_fallback.config.document import Document
from hermes_fallback.config.files import write_new
from hermes_fallback.config.home import Home
from hermes_fallback.config.lines import Lines
from hermes_fallback.config.reading import read, refused
from hermes_fallback.config.schema.json_schema import json_schema
from hermes_fallback.config.store import ConfigStore, Edited
from hermes_fallback.config.tree import same
from hermes_fallback.errors import InvalidFile

__all__ = ["Installed", "install_schema", "schema_text", "with_modeline"]

_NAME = "config.schema.json"
_MODELINE = re.compile(r"(?m)^#[ \t]*yaml-language-server[ \t]*:[^\r\n]*")
_SHEBANG = re.compile(r"#!|#.*-\*-.*-\*-")


@dataclass(frozen=True, slots=True, kw_only=True)
class Installed:
    """What became of the config, and the schema's file."""

    edited: Edited
    schema: str
    is_new: bool
    """True when that file was not there, or is another now."""


def schema_text() -> str:
    """The schema as the text of a file."""
    return json.dumps(json_schema(), indent=2) + "\n"


def install_schema(store: ConfigStore, home: Home) -> Installed:
    """The schema beside the config, and the comment that names it at the config's head.

    Raises:
        FallbackError: as `ConfigStore.edit` does; or the system refused the schema's file.
    """
    path, data = Path(home.state, _NAME), schema_text().encode()
    relative = f"{path.parent.name}/{path.name}"
    edited = store.edit(lambda document: with_modeline(document, relative))
    try:
        is_new = read(path).data != data
        if is_new:
            _write(path, data)
    except OSError as error:
        raise refused(f"`{path}` could not be written", error, str(path)) from error
    return Installed(edited=edited, schema=str(path), is_new=is_new)


def _write(path: Path, data: bytes) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    write_new(beside, data)
    beside.replace(path)


def with_modeline(document: Document, schema: str) -> bytes:
    """The file with *schema* named in its first line: an address, or a path from the file's own folder.

    Where a line of this kind stands already, that one is changed; a line that has to be the first stays so.

    Raises:
        InvalidFile: the line would become part of a value; says where.
    """
    text, line = document.source.text, f"# yaml-language-server: $schema={schema}"
    lines = Lines(text)
    standing = _MODELINE.search(text)
    if standing:
        new = text[: standing.start()] + line + text[standing.end() :]
    else:
        at = lines.after(0) if _SHEBANG.match(text) else 0
        newline = lines.newline(at)
        lead = newline if at and not lines.ending(0) else ""
        new = text[:at] + lead + line + newline + text[at:]
    data = document.source.encode(new)
    if not _is_alike(document, data):
        place = lines.number(standing.start()) if standing else 1
        raise document.source.invalid(
            "the line that names the schema cannot be written here", line=place, hint="hermes config edit"
        )
    return data


def _is_alike(document: Document, data: bytes) -> bool:
    """True when *data* says what *document* says."""
    try:
        after = Document.parse(data, document.path)
    except InvalidFile:
        return False
    if document.root is None or after.root is None:
        return document.root is after.root
    return same(document.root, after.root)
