"""Hermes Agent itself reads each file that we edited, and sees the chain that we see.

Runs where `HERMES_FALLBACK_PEER_PYTHON` names the interpreter of an environment with `hermes-agent==0.19.0`.
"""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import pytest
from editing import NEW, arrange, chain, clear, corpus, document, need_corpus, paths, torture

from hermes_fallback.errors import InvalidFile

BEYOND_THEM = {"alias_bomb", "self_reference"}
"""Documents that Hermes Agent follows without end when it merges them with its defaults."""
READ = """
import json, os, sys
from importlib.metadata import version
from hermes_cli.config import load_config
from hermes_cli.fallback_config import get_fallback_chain, resolve_entry_api_key

def link(entry):
    fields = [str(entry.get(key) or "").strip() for key in ("provider", "model", "base_url", "api_mode")]
    return [*fields, resolve_entry_api_key(entry) is not None]

chains = {}
for home in sys.stdin.read().split("\\n"):
    os.environ["HERMES_HOME"] = home
    chains[home] = [link(entry) for entry in get_fallback_chain(load_config())]
print(json.dumps({"version": version("hermes-agent"), "chains": chains}))
"""


@pytest.fixture
def peer() -> str:
    """The interpreter that has Hermes Agent."""
    python = os.environ.get("HERMES_FALLBACK_PEER_PYTHON")
    if not python:
        pytest.skip("HERMES_FALLBACK_PEER_PYTHON names no interpreter with hermes-agent==0.19.0")
    return python


def _edits(data: bytes) -> dict[str, bytes]:
    """*data* after every edit that it allows, by name."""
    doc = document(data)
    edits = {
        "add": lambda: arrange(doc, [*paths(doc), NEW]),
        "first": lambda: arrange(doc, [NEW, *paths(doc)]),
        "move": lambda: arrange(doc, paths(doc)[::-1]),
        "remove": lambda: arrange(doc, paths(doc)[1:]),
        "clear": lambda: clear(doc),
    }
    done = {}
    for name, edit in edits.items():
        try:
            done[name] = edit()
        except InvalidFile:
            continue
    return done


def _ours(data: bytes) -> list[list[object]]:
    links = [placed.link for placed in chain(document(data))]
    return [
        [link.provider, link.model, link.base_url or "", link.api_mode or "", bool(link.api_key)]
        for link in links
    ]


def _editable() -> dict[str, bytes]:
    found = {case.name: case.data for case in torture() if case.editable and case.name not in BEYOND_THEM}
    for path in corpus():
        need_corpus(path)
        found[path.name] = path.read_bytes()
    return found


@pytest.mark.peer
def test_hermes_agent_reads_the_chain_of_every_edited_file_as_we_do(peer: str, tmp_path: Path) -> None:
    """All torture documents and real configs, after each edit: the same links in the same order."""
    ours: dict[str, list[list[object]]] = {}
    for name, data in _editable().items():
        for edit, after in _edited(data).items():
            home = tmp_path / f"{name}-{edit}"
            home.mkdir()
            (home / "config.yaml").write_bytes(after)
            ours[str(home)] = _ours(after)
    done = subprocess.run(
        [peer, "-c", READ], input="\n".join(ours), capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    theirs = json.loads(done.stdout.splitlines()[-1])
    assert theirs["version"] == "0.19.0"
    assert theirs["chains"] == ours
    assert len(ours) > 1000


def _edited(data: bytes) -> dict[str, bytes]:
    try:
        return _edits(data)
    except InvalidFile:
        return {}
