"""Real configs of users: whatever an edit of the chain does, all that is not the chain keeps its bytes."""

from __future__ import annotations

from collections.abc import Callable
from difflib import SequenceMatcher
from pathlib import Path

import pytest
from editing import (
    NEW,
    added,
    arrange,
    chain_lines,
    clear,
    corpus,
    document,
    loaded,
    names,
    need_corpus,
    outside,
    paths,
    removed,
    rest,
)

from hermes_fallback.config.store import ConfigStore
from hermes_fallback.errors import InvalidFile

FILES = corpus()
EDITS: dict[str, Callable[[bytes], bytes]] = {
    "add": added,
    "move": lambda data: arrange(document(data), paths(document(data))[::-1]),
    "remove": lambda data: removed(data, 0),
    "clear": lambda data: clear(document(data)),
}
UNREADABLE = (
    "holds JSON text in a string",
    "not valid YAML",
    "holds a single value",
    "stands twice",
    "cannot be loaded",
)

each_file = pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)


@each_file
@pytest.mark.parametrize("edit", EDITS)
def test_an_edit_keeps_all_bytes_around_the_chain(path: Path, edit: str) -> None:
    """The lines outside both chain keys are the same before and after, or the edit is refused with its reason."""
    need_corpus(path)
    data = path.read_bytes()
    try:
        after = EDITS[edit](data)
    except InvalidFile as error:
        refusal = error
        after = None
    if after is None:
        assert refusal.line
        assert refusal.text is not None
        assert any(reason in refusal.what for reason in UNREADABLE), refusal.what
        return
    assert rest(after) == rest(data)
    if chain_lines(data):
        assert outside(after) == outside(data)
    else:
        assert not _taken_away(data, after)


@each_file
def test_an_added_link_is_the_last_of_the_chain(path: Path) -> None:
    """All links of the file are still there, and the new one behind them."""
    need_corpus(path)
    data = path.read_bytes()
    try:
        after = added(data)
    except InvalidFile:
        return
    assert names(after) == [*names(data), "zai:glm-4.6"]
    assert loaded(after)["fallback_providers"][-1] == NEW


@each_file
def test_undo_restores_the_file_byte_for_byte(path: Path, tmp_path: Path) -> None:
    """An added link and `undo`: nothing has happened."""
    need_corpus(path)
    config = tmp_path / "config.yaml"
    config.write_bytes(path.read_bytes())
    store = ConfigStore(config, tmp_path / "backups")
    try:
        edited = store.edit(lambda doc: arrange(doc, [*paths(doc), NEW]))
    except InvalidFile:
        assert config.read_bytes() == path.read_bytes()
        return
    assert config.read_bytes() == edited.new != path.read_bytes()
    store.undo()
    assert config.read_bytes() == path.read_bytes()


def _taken_away(old: bytes, new: bytes) -> bool:
    """True when anything of *old* is missing in *new*, line by line."""
    before, after = old.splitlines(), new.splitlines()
    codes = SequenceMatcher(None, before, after, autojunk=False).get_opcodes()
    return any(code[0] in {"delete", "replace"} for code in codes)
