"""Edits of config.yaml, proved and flushed, against libyaml's events and against ruamel.yaml's round trip."""

from __future__ import annotations

import io
import subprocess
import sys
import tempfile
from dataclasses import replace
from functools import partial
from pathlib import Path

import yaml
from ruamel.yaml import YAML

from benchmarks.commands import CONFIG
from benchmarks.measure import Figure, elapsed_ms, measure
from hermes_fallback.config.chain_edit import arrange
from hermes_fallback.config.document import Document
from hermes_fallback.config.store import ConfigStore

__all__ = ["figures"]

SECTION = "section_{0}:\n  name: value {0}\n  list: [a, b]\n  nested: {{key: 1.10, on: yes}}\n"
ENDPOINT = (
    "  - name: endpoint-{0:05d}   # number {0}\n"
    "    base_url: https://host-{0:05d}.example.com/v1\n"
    "    key_env: ENDPOINT_{0:05d}_KEY\n"
    "    model: vendor/model-{0:05d}\n    api_mode: chat_completions\n"
    "    models:\n"
    "      vendor/model-{0:05d}: {{context_length: 200000, max_tokens: 8192}}\n"
)
ENDPOINTS = 20_000
LINK = {"provider": "openrouter", "model": "z-ai/glm-5.2"}
FILE_MS = 1.5
"""What flushing a text and its backup to disk may cost."""


def figures(rounds: int) -> list[Figure]:
    """A usual config, a long one, and one with 20,000 endpoints; fewer where a single round only shows that it runs."""
    return [
        _beside_events(_config(10), rounds),
        _beside_ruamel(_config(100), rounds),
        *_huge(ENDPOINTS if rounds > 1 else ENDPOINTS // 100),
    ]


def _config(kilobytes: int) -> str:
    text = CONFIG
    while len(text) < kilobytes * 1024:
        text += SECTION.format(len(text))
    return text


class _Home:
    """A folder with a config that is written anew before each edit."""

    def __init__(self, folder: str, text: str) -> None:
        self._path = Path(folder, "config.yaml")
        self._text = text
        self._store = ConfigStore(self._path, Path(folder, "backups"))
        self._command = [str(Path(sys.executable).with_name("hermes")), "--home", folder, "fallback"]
        self._environ = {"PATH": "/usr/bin:/bin", "HOME": folder}

    def edit(self) -> None:
        self._path.write_text(self._text)
        self._store.edit(_add)

    def run(self, *arguments: str) -> None:
        self._path.write_text(self._text)
        command = [*self._command, *arguments]
        subprocess.run(
            command, check=True, env=self._environ, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )


def _beside_events(text: str, rounds: int) -> Figure:
    """The edit with what the file may cost taken off, so that the ratio is that of the work on the text."""
    with tempfile.TemporaryDirectory() as folder:
        figure = measure(
            "add a link to 10 KB, on disk",
            _Home(folder, text).edit,
            reference=partial(_events, text),
            reference_name=f"libyaml's events, and {FILE_MS:g} ms for the file",
            rounds=rounds,
            aim=10,
        )
    return replace(figure, ratio=(figure.subject_ms - FILE_MS) / figure.reference_ms)


def _beside_ruamel(text: str, rounds: int) -> Figure:
    with tempfile.TemporaryDirectory() as folder:
        return measure(
            "add a link to 100 KB, on disk",
            _Home(folder, text).edit,
            reference=partial(_round_trip, text),
            reference_name="ruamel.yaml round trip in memory",
            rounds=rounds,
        )


def _huge(endpoints: int) -> list[Figure]:
    """Listing and editing, each against one load by ruamel.yaml, which takes too long to be repeated."""
    text = CONFIG + "custom_providers:\n" + "".join(ENDPOINT.format(number) for number in range(endpoints))
    with tempfile.TemporaryDirectory() as folder:
        home = _Home(folder, text)
        subjects = {
            "an edit of": home.edit,
            "hermes fallback list of": partial(home.run, "list"),
            "hermes fallback add to": partial(home.run, "add", *LINK.values(), "--force"),
        }
        times = {name: elapsed_ms(subject) for name, subject in subjects.items()}
    load_ms = elapsed_ms(partial(YAML().load, text))
    return [
        Figure(
            name=f"{name} {len(text) / 1e6:.1f} MB",
            reference="ruamel.yaml load",
            subject_ms=ms,
            reference_ms=load_ms,
            ratio=ms / load_ms,
            aim=0.1,
        )
        for name, ms in times.items()
    ]


def _add(document: Document) -> Document:
    return arrange(document, ["fallback_providers[0]", "fallback_providers[1]", LINK])


def _events(text: str) -> None:
    for _ in yaml.parse(text, Loader=yaml.CSafeLoader):
        pass


def _round_trip(text: str) -> None:
    ruamel = YAML()
    data = ruamel.load(text)
    data["fallback_providers"].append(dict(LINK))
    ruamel.dump(data, io.StringIO())
