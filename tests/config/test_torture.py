"""188 documents built to break an editor of YAML: each edit is byte-exact around the chain, or refused."""

from __future__ import annotations

from io import StringIO
from pathlib import Path

import pytest
import yaml
from editing import (
    NEW,
    Case,
    added,
    arrange,
    chain,
    clear,
    document,
    entries,
    loaded,
    names,
    paths,
    reordered,
    rest,
    torture,
)

from hermes_fallback.config.store import ConfigStore
from hermes_fallback.errors import InvalidFile

CASES = torture()
EDITABLE = [case for case in CASES if case.editable]
REFUSED = [case for case in CASES if not case.editable]
TWO_LINKS = [case for case in EDITABLE if b"provider: nous" in case.block]

by_name = pytest.mark.parametrize("case", EDITABLE, ids=lambda case: case.name)


def test_the_set_is_whole() -> None:
    """No document has been lost on the way. A chain of one mapping is edited, since Hermes Agent reads it."""
    assert (len(CASES), len(REFUSED)) == (188, 23)


@by_name
def test_an_added_link_leaves_every_byte_around_the_chain(case: Case) -> None:
    """Above and below the chain's own lines nothing changes; a new key is one insertion."""
    after = added(case.data)
    if case.block:
        assert after.startswith(case.above)
        assert after.removesuffix(b"\n").endswith(case.below.removesuffix(b"\n"))
    else:
        assert _is_insertion(case.data, after)


@by_name
def test_an_added_link_reads_back_as_old_and_new(case: Case) -> None:
    """Hermes Agent's reader sees the old entries, then the new one, and everything else as before."""
    before, after = loaded(case.data), loaded(added(case.data))
    old = entries(before.get("fallback_providers")) + entries(before.get("fallback_model"))
    assert after["fallback_providers"] == [*old, NEW]
    assert "fallback_model" not in after
    assert rest(added(case.data)) == rest(case.data)


@by_name
def test_removing_the_added_link_restores_the_chain(case: Case) -> None:
    """What was added last can be removed, and the chain is what it was."""
    doc = document(added(case.data))
    after = arrange(doc, paths(doc)[:-1])
    assert names(after) == names(case.data)
    assert rest(after) == rest(case.data)


@pytest.mark.parametrize(
    "case",
    [case for case in EDITABLE if case.name != "anchor_on_item_used_later"],
    ids=lambda case: case.name,
)
def test_a_cleared_chain_leaves_an_empty_list_and_the_rest(case: Case) -> None:
    """`fallback_providers: []`, no legacy key, and every other byte."""
    after = clear(document(case.data))
    if not case.block:
        assert after == case.data
        return
    assert loaded(after)["fallback_providers"] == []
    assert after.startswith(case.above)
    assert after.removesuffix(b"\n").endswith(case.below.removesuffix(b"\n"))


@by_name
def test_a_new_first_link_comes_first(case: Case) -> None:
    """An entry put before all others is read first, and the others follow in their order."""
    doc = document(case.data)
    after = arrange(doc, [NEW, *paths(doc)])
    assert names(after) == ["zai:glm-4.6", *names(case.data)]
    assert rest(after) == rest(case.data)


@pytest.mark.parametrize("case", TWO_LINKS, ids=lambda case: case.name)
def test_two_links_change_places_and_back(case: Case) -> None:
    """A move is undone by its opposite, byte for byte, where no entry shares a line with the key."""
    swapped = reordered(case.data, [1, 0])
    assert names(swapped) == names(case.data)[::-1]
    assert swapped.startswith(case.above)
    assert reordered(swapped, [1, 0]) == case.data


@by_name
def test_asking_for_what_is_so_changes_nothing(case: Case) -> None:
    """The same chain again gives the same bytes."""
    doc = document(case.data)
    assert arrange(doc, paths(doc)) == case.data
    again = document(added(case.data))
    assert arrange(again, paths(again)) == again.data


def test_an_entry_that_others_refer_to_is_not_cleared_away() -> None:
    """An alias elsewhere would be left without its anchor."""
    case = next(case for case in CASES if case.name == "anchor_on_item_used_later")
    with pytest.raises(InvalidFile, match="anchor `&first`, which is used elsewhere"):
        clear(document(case.data))


@pytest.mark.parametrize("case", REFUSED, ids=lambda case: case.name)
def test_what_cannot_be_edited_safely_is_refused(case: Case) -> None:
    """Invalid files, shared lists and values that are none are refused, with the place and what to do."""
    with pytest.raises(InvalidFile) as caught:
        added(case.data)
    assert caught.value.line
    assert caught.value.path == "config.yaml"
    assert caught.value.hint


@pytest.mark.parametrize("case", REFUSED, ids=lambda case: case.name)
def test_what_is_refused_is_not_touched(case: Case, tmp_path: Path) -> None:
    """The file stays as it is, and none is made beside it."""
    config = tmp_path / "config.yaml"
    config.write_bytes(case.data)
    store = ConfigStore(config, tmp_path / "backups")
    with pytest.raises(InvalidFile):
        store.edit(lambda doc: added(doc.data))
    assert config.read_bytes() == case.data
    assert [path.name for path in tmp_path.iterdir()] == ["config.yaml"]


@by_name
def test_a_second_parser_reads_the_edited_file_too(case: Case) -> None:
    """ruamel.yaml, which follows YAML 1.2, sees the same new entry wherever it could read the file before."""
    witness = _ruamel(case.data)
    after = _ruamel(added(case.data))
    assert (after is None) == (witness is None)
    assert after is None or dict(after["fallback_providers"][-1]) == NEW


@pytest.mark.parametrize("case", EDITABLE, ids=lambda case: case.name)
def test_without_libyaml_an_edit_is_the_same_or_refused(case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    """PyYAML's own parser takes libyaml's place; it accepts fewer tabs, and never gives another result."""
    expected = added(case.data)
    monkeypatch.delattr(yaml, "CSafeLoader")
    try:
        after = added(case.data)
    except InvalidFile:
        assert b"\t" in case.data
    else:
        assert after == expected


def _is_insertion(old: bytes, new: bytes) -> bool:
    length = len(new) - len(old)
    return any(new[:i] + new[i + length :] == old for i in range(len(old) + 1))


def _ruamel(data: bytes) -> dict[str, list[dict[str, str]]] | None:
    from ruamel.yaml import YAML
    from ruamel.yaml.error import YAMLError

    reader = YAML(typ="safe", pure=True)
    reader.allow_duplicate_keys = True
    try:
        return reader.load(StringIO(data.decode("utf-8-sig"))) or {}
    except (YAMLError, RecursionError, ValueError):
        return None


def test_every_part_of_the_chain_is_found_where_it_stands() -> None:
    """Positions and lines point at the entries themselves."""
    doc = document(next(case for case in CASES if case.name == "comment_before_list_item").data)
    assert [(placed.path, placed.line) for placed in chain(doc)] == [
        ("fallback_providers[0]", 7),
        ("fallback_providers[1]", 10),
    ]
