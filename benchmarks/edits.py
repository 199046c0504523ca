"""One edit of config.yaml, proved and flushed, against ruamel.yaml's round trip of the same text in memory."""

from __future__ import annotations

import io
import tempfile
from functools import partial
from pathlib import Path

from ruamel.yaml import YAML

from benchmarks.commands import CONFIG
from benchmarks.measure import Figure, measure
from hermes_fallback.config.chain_edit import arrange
from hermes_fallback.config.document import Document
from hermes_fallback.config.store import ConfigStore

__all__ = ["figures"]

SECTION = "section_{0}:\n  name: value {0}\n  list: [a, b]\n  nested: {{key: 1.10, on: yes}}\n"
LINK = {"provider": "openrouter", "model": "z-ai/glm-5.2"}


def figures(rounds: int) -> list[Figure]:
    """Edits of a config of 5 KB and of 100 KB."""
    return [_figure(kilobytes, rounds) for kilobytes in (5, 100)]


def _figure(kilobytes: int, rounds: int) -> Figure:
    text = CONFIG
    while len(text) < kilobytes * 1024:
        text += SECTION.format(len(text))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "config.yaml"
        store = ConfigStore(path, Path(folder) / "backups")
        return measure(
            f"add a link to {kilobytes} KB, on disk",
            partial(_add, store, path, text),
            reference=partial(_round_trip, text),
            reference_name="ruamel.yaml round trip in memory",
            rounds=rounds,
        )


def _add(store: ConfigStore, path: Path, text: str) -> None:
    path.write_text(text)

    def change(document: Document) -> bytes:
        return arrange(document, ["fallback_providers[0]", "fallback_providers[1]", LINK])

    store.edit(change)


def _round_trip(text: str) -> None:
    yaml = YAML()
    data = yaml.load(text)
    data["fallback_providers"].append(dict(LINK))
    yaml.dump(data, io.StringIO())
