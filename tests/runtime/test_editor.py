"""Edits of the chain: what changes, what is refused, and that nothing else moves."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from hermes_fallback.errors import CredentialError, InvalidFile, NotFound, UsageError
from hermes_fallback.runtime.editor import Editor
from hermes_fallback.runtime.runtime import Runtime
from tests.runtime.conftest import CONFIG

Opened = Callable[..., Runtime]
ZAI = {"provider": "glm", "model": "glm-5.2"}


def chain(home: Path) -> list[str]:
    return [str(placed.link) for placed in Runtime.open(home, environ={}).settings.chain]


def text(home: Path) -> str:
    return (home / "config.yaml").read_text()


def test_a_link_is_added_last_under_its_providers_own_name(opened: Opened, home: Path) -> None:
    """An alias is written as the name every reader knows; all else stays."""
    edit = Editor(opened(GLM_API_KEY="0123456789.abc")).add(ZAI)
    assert (edit.changed, edit.position) == (True, 3)
    assert text(home) == CONFIG + "  - provider: zai\n    model: glm-5.2\n"


def test_a_link_is_added_at_a_place(opened: Opened, home: Path) -> None:
    """`at` counts from 1."""
    edit = Editor(opened(GLM_API_KEY="0123456789.abc")).add(ZAI, at=1)
    assert edit.position == 1
    assert chain(home)[0] == "zai:glm-5.2"


def test_a_link_that_stands_already_changes_nothing(opened: Opened, home: Path) -> None:
    """Ready or not, and whatever its case: done, at its position."""
    edit = Editor(opened()).add({"provider": "or", "model": "Z-AI/GLM-5.2"})
    assert (edit.changed, edit.position, edit.diff) == (False, 1, "")
    assert text(home) == CONFIG


def test_the_primary_cannot_stand_in_for_itself(opened: Opened) -> None:
    """Equal by provider, model and address."""
    with pytest.raises(UsageError) as caught:
        Editor(opened()).add({"provider": "deepseek", "model": "deepseek-chat"}, force=True)
    assert caught.value.kind == "equals-primary"


def test_a_link_that_is_not_ready_needs_force(opened: Opened, home: Path) -> None:
    """Found when it is added, not in the outage."""
    with pytest.raises(CredentialError):
        Editor(opened()).add(ZAI)
    assert text(home) == CONFIG
    assert Editor(opened()).add(ZAI, force=True).changed


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"base_url": "localhost:8000"}, "--base-url"),
        ({"base_url": "https://me:pw@host/v1"}, "user name or password"),
        ({"key_env": "sk-or-v1-0123456789abcdef"}, "not the name of a variable"),
        ({"key_env": "MY KEY"}, "--key-env"),
        ({"api_mode": "telepathy"}, "--api-mode"),
        ({"cost": "much"}, "--cost"),
        ({"zone": "moon"}, "--zone"),
        ({"context_length": 0}, "--context-length"),
        ({"model": "a\x1b[31mb"}, "--model"),
    ],
)
def test_a_value_that_cannot_be_names_its_flag(
    opened: Opened, home: Path, fields: dict[str, object], words: str
) -> None:
    """Nothing is written, and a key typed in the wrong place is not repeated."""
    with pytest.raises(UsageError) as caught:
        Editor(opened()).add({**ZAI, **fields}, force=True)
    assert words in caught.value.what
    assert "sk-or" not in f"{caught.value.what}{caught.value.why}{caught.value.hint}"
    assert text(home) == CONFIG


def test_an_unknown_provider_is_not_found(opened: Opened) -> None:
    """With what was probably meant."""
    with pytest.raises(NotFound) as caught:
        Editor(opened()).add({"provider": "opnrouter", "model": "m"})
    assert "openrouter" in str(caught.value.hint)


@pytest.mark.parametrize("at", [0, 4])
def test_a_position_outside_the_chain_is_refused(opened: Opened, at: int) -> None:
    """0 is the primary's, and there are no gaps."""
    with pytest.raises(UsageError, match=f"no position {at}"):
        Editor(opened()).add(ZAI, at=at, force=True)


def test_links_are_removed_and_moved(opened: Opened, home: Path) -> None:
    """By any of their names; comments travel with their entry."""
    Editor(opened()).move("custom", 1)
    assert chain(home) == ["custom:llama", "openrouter:z-ai/glm-5.2"]
    assert "openrouter   # the big one" in text(home)
    Editor(Runtime.open(home, environ={})).remove(["openrouter", "1"])
    assert chain(home) == []


def test_moving_to_where_it_stands_changes_nothing(opened: Opened, home: Path) -> None:
    """Idempotent, like every edit."""
    assert not Editor(opened()).move("1", 1).changed
    assert text(home) == CONFIG


def test_clear_empties_both_keys_and_tells_what_it_dropped(opened: Opened, home: Path) -> None:
    """Entries nobody understood go too, and are named."""
    config = (
        "fallback_providers:\n  - provider: zai\n    model: g\n  - just text\nfallback_model: {provider: x}\n"
    )
    edit = Editor(opened(config)).clear()
    assert text(home) == "fallback_providers: []\n"
    assert [dropped.origin for dropped in edit.dropped] == ["fallback_providers[1]", "fallback_model"]


def test_apply_makes_the_chain_equal_and_is_idempotent(opened: Opened, home: Path) -> None:
    """An unchanged link keeps its text; a second run changes nothing."""
    wanted = [{"provider": "glm", "model": "glm-5.2"}, {"provider": "openrouter", "model": "z-ai/glm-5.2"}]
    assert Editor(opened()).apply(wanted, source="chain.yaml").changed
    assert chain(home) == ["zai:glm-5.2", "openrouter:z-ai/glm-5.2"]
    assert "openrouter   # the big one" in text(home)
    assert not Editor(Runtime.open(home, environ={})).apply(wanted, source="chain.yaml").changed


@pytest.mark.parametrize(
    ("wanted", "words"),
    [
        ("text", "list of links"),
        ([{"provider": "zai"}], "entry 1"),
        ([{"provider": "zai", "model": "m"}, 3], "entry 2"),
    ],
)
def test_apply_refuses_what_is_no_chain(opened: Opened, home: Path, wanted: object, words: str) -> None:
    """The entry at fault is named, and the file stays."""
    with pytest.raises(InvalidFile, match=words):
        Editor(opened()).apply(wanted, source="chain.yaml")
    assert text(home) == CONFIG


def test_a_dry_run_shows_the_diff_and_writes_nothing(opened: Opened, home: Path) -> None:
    """What would be, and what is."""
    edit = Editor(opened()).remove(["1"], dry_run=True)
    assert edit.changed
    assert "-  - provider: openrouter   # the big one" in edit.diff
    assert text(home) == CONFIG


def test_a_new_primary_leaves_nothing_of_the_old_one_behind(opened: Opened, home: Path) -> None:
    """Provider, address and key belong together; a stale address would send the new key to the old host."""
    config = "model:\n  provider: custom\n  default: old\n  base_url: http://localhost:1/v1\n  key_env: OLD\n  max_tokens: 5\n"
    Editor(opened(config)).set_primary({"provider": "or", "model": "new"})
    assert text(home) == "model:\n  provider: openrouter\n  default: new\n  max_tokens: 5\n"


def test_the_legacy_link_moves_with_the_first_edit(opened: Opened, home: Path) -> None:
    """One key afterwards, the text of the entry kept."""
    config = "fallback_model:\n  provider: openrouter  # legacy\n  model: ${MODEL}\n"
    Editor(opened(config, MODEL="m")).add(
        {"provider": "custom", "model": "l", "base_url": "http://localhost:1"}
    )
    assert "fallback_model" not in text(home)
    assert "openrouter  # legacy" in text(home)
    assert "${MODEL}" in text(home)


def test_auto_activate_is_set_where_hermes_reads_it(opened: Opened, home: Path) -> None:
    """One scalar under `fallback:`."""
    Editor(opened()).set_auto_activate(on=False)
    assert Runtime.open(home, environ={}).settings.auto_activate is False
    assert text(home).startswith(CONFIG)


def test_apply_writes_no_key_into_the_config(opened: Opened, home: Path) -> None:
    """A literal key is refused, unless it stands there already; a variable's name is none."""
    entry = {"provider": "zai", "model": "g", "api_key": "0123456789.secret"}
    with pytest.raises(UsageError) as caught:
        Editor(opened()).apply([entry], source="chain.yaml")
    assert caught.value.kind == "inline-key"
    assert "secret" not in f"{caught.value.what}{caught.value.why}{caught.value.hint}"
    assert text(home) == CONFIG
    assert Editor(opened()).apply([{**entry, "api_key": "${ZAI}"}], source="chain.yaml").changed
    standing = f"fallback_providers:\n  - provider: zai\n    model: g\n    api_key: {entry['api_key']}\n"
    assert not Editor(opened(standing)).apply([entry], source="chain.yaml").changed


def test_a_missing_address_names_its_flag(opened: Opened) -> None:
    """`custom` has none of its own, and goes to no other host."""
    with pytest.raises(UsageError) as caught:
        Editor(opened()).add({"provider": "custom", "model": "m"})
    assert "--base-url" in str(caught.value.hint)
