"""What the tests of editing share: the torture documents, the corpus, and PyYAML as the judge of values."""

from __future__ import annotations

import json
import os
import pickle
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from hermes_fallback.config import chain_edit
from hermes_fallback.config.document import Document
from hermes_fallback.config.values import Expand
from hermes_fallback.model.chain import Chain, merge

ROOT = Path(__file__).parents[2]
NEW = {"provider": "zai", "model": "glm-4.6"}
CHAIN_KEYS = ("fallback_providers", "fallback_model")


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One document in three pieces: what stands above the chain's key, the key with its value, and what follows."""

    name: str
    above: bytes
    block: bytes
    below: bytes
    editable: bool

    @property
    def data(self) -> bytes:
        return self.above + self.block + self.below


def _bytes(piece: str | Mapping[str, str]) -> bytes:
    return piece.encode() if isinstance(piece, str) else bytes.fromhex(piece["hex"])


def torture() -> list[Case]:
    """All documents of `tests/data/torture.json`."""
    rows = json.loads((ROOT / "tests" / "data" / "torture.json").read_text("utf-8"))
    return [
        Case(
            name=row["name"],
            above=_bytes(row["pre"]),
            block=_bytes(row["block"]),
            below=_bytes(row["post"]),
            editable=row["expect"] == "edit",
        )
        for row in rows
    ]


def corpus() -> list[Path]:
    """Real configs of users, kept outside the project; a single None-like path where they are not there."""
    folder = Path(os.environ.get("HERMES_FALLBACK_CORPUS") or ROOT.parent / "shared" / "corpus") / "configs"
    return sorted(folder.glob("*.yaml")) or [folder]


def need_corpus(path: Path) -> None:
    """Skip, or fail where the corpus must be there, when *path* is none of its files."""
    if path.is_file():
        return
    reason = f"no configs in {path}: set HERMES_FALLBACK_CORPUS to the folder that holds `configs/`"
    if os.environ.get("HERMES_FALLBACK_REQUIRE_CORPUS") == "1":
        pytest.fail(reason)
    pytest.skip(reason)


def document(data: bytes | str) -> Document:
    return Document.parse(data.encode() if isinstance(data, str) else data, "config.yaml")


def chain(doc: Document) -> Chain:
    return merge(*doc.chain_keys())


def paths(doc: Document) -> list[str]:
    return [placed.path for placed in chain(doc)]


def names(data: bytes) -> list[str]:
    """The effective chain of *data*, as `provider:model`."""
    return [str(placed.link) for placed in chain(document(data))]


def arrange(
    doc: Document, order: Sequence[str | Mapping[str, object]], *, expand: Expand | None = None
) -> bytes:
    """The bytes that `chain_edit.arrange` comes to."""
    return chain_edit.arrange(doc, order, expand=expand).data


def clear(doc: Document) -> bytes:
    """The bytes that `chain_edit.clear` comes to."""
    return chain_edit.clear(doc).data


def added(data: bytes | str, entry: Mapping[str, object] = NEW) -> bytes:
    doc = document(data)
    return arrange(doc, [*paths(doc), entry])


def removed(data: bytes | str, *places: int) -> bytes:
    doc = document(data)
    return arrange(doc, [path for i, path in enumerate(paths(doc)) if i not in places])


def reordered(data: bytes | str, order: Sequence[int]) -> bytes:
    doc = document(data)
    all_paths = paths(doc)
    return arrange(doc, [all_paths[i] for i in order])


def loaded(data: bytes) -> dict[str, Any]:
    """The values as Hermes Agent's reader sees them."""
    value = yaml.load(data.decode("utf-8-sig"), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    return value or {}


def rest(data: bytes) -> bytes:
    """All values but the chain's, comparable even where they hold themselves, or one another a million times."""
    return pickle.dumps({key: value for key, value in loaded(data).items() if key not in CHAIN_KEYS})


def entries(value: object) -> list[object]:
    """What a chain key holds, as a list."""
    return value if isinstance(value, list) else [value] if value else []


def chain_lines(data: bytes) -> list[tuple[int, int]]:
    """The byte ranges of both chain keys' blocks: from the key's line to before the next top-level line."""
    text = data.decode("utf-8", "surrogateescape")
    starts = [found.start() for found in re.finditer(r"(?m)^(?=[^\s#])", text)]
    ranges = []
    for found in re.finditer(r"(?m)^[\"']?(?:fallback_providers|fallback_model)[\"']?\s*:.*$", text):
        items = re.compile(r"(?m)^(?![-\s#])")
        following = items.search(text, found.end())
        ranges.append((found.start(), following.start() if following else len(text)))
    return ranges if starts else []


def outside(data: bytes) -> list[bytes]:
    """The lines that are in no chain key's block."""
    text = data.decode("utf-8", "surrogateescape")
    kept, at = [], 0
    for start, stop in chain_lines(data):
        kept.append(text[at:start])
        block = text[start:stop].splitlines(keepends=True)
        trailing = len(block)
        while trailing > 1 and (not block[trailing - 1].strip() or block[trailing - 1].startswith("#")):
            trailing -= 1
        kept.append("".join(block[trailing:]))
        at = stop
    kept.append(text[at:])
    return "".join(kept).encode("utf-8", "surrogateescape").splitlines(keepends=True)
