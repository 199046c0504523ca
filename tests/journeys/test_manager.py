"""The manager, typed on real terminals: the chain on a screen, and one edit for each key."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import pytest

from tests.journeys.desk import CHAIN, KEY, Desk
from tests.window import CTRL_C, DOWN, ENTER, ESCAPE

SitDown = Callable[..., Desk]
Steps = tuple[tuple[str, ...], ...]

MANAGER = "q quit"
FIRST, SECOND = (
    '  - {provider: hearth, model: "mid:8b"}  # first\n',
    "  - {provider: acme, model: acme/big}\n",
)
ADDED = "  - {provider: acme, model: acme/small}\n"
HEAD = CHAIN.removesuffix(FIRST + SECOND)
EMPTY = HEAD.replace("providers:", "providers: []")


@pytest.fixture
def desk(desk: Desk) -> Desk:
    """A desk with a primary and two links, all ready."""
    desk.config.write_text(CHAIN)
    desk.env.write_text(f"ACME_API_KEY={KEY}\n")
    return desk


TO_ADD: Steps = (
    (MANAGER, "a"),
    ("Provider of the new link", "acme", ENTER),
    ("1/2", DOWN, ENTER),
    ("? Position", DOWN, DOWN, ENTER),
)

EDITS: Mapping[str, tuple[Steps, str, str]] = {
    "remove": (((MANAGER, "r"),), "removed `hearth:mid:8b`", HEAD + SECOND),
    "remove-another": (((MANAGER, DOWN, "r"),), "removed `acme:acme/big`", HEAD + FIRST),
    "up": (((MANAGER, DOWN, "u"),), "moved `acme:acme/big` to position 1", HEAD + SECOND + FIRST),
    "down": (((MANAGER, "d"),), "moved `hearth:mid:8b` to position 2", HEAD + SECOND + FIRST),
    "add": (
        (*TO_ADD, ("Write this?", "y")),
        "added `acme:acme/small` at position 2",
        HEAD + FIRST + ADDED + SECOND,
    ),
    "clear": (((MANAGER, "c"), ("Remove every link?  (y/N)", "y")), "the chain is empty", EMPTY),
}


@pytest.mark.parametrize(("steps", "said", "text"), EDITS.values(), ids=EDITS)
def test_a_key_makes_one_edit_and_undo_takes_it_back(steps: Steps, said: str, text: str, desk: Desk) -> None:
    """It stands in the file at once, the screen says so, and `z` restores every byte."""
    window = desk.sit("fallback").follow(*steps).wait(said).wait(MANAGER)
    assert desk.config.read_text() == text
    window.press("z").wait("is as it was before the last edit").wait(MANAGER)
    assert desk.config.read_text() == CHAIN
    assert window.press("q").end() == 0


def test_each_key_is_one_edit_for_the_command_too(desk: Desk) -> None:
    """`hermes config undo` takes them back one after the other, the last one first."""
    window = desk.sit("fallback").follow(
        (MANAGER, "r"), ("> 1 acme:acme/big", "r"), ("no fallbacks yet", "q")
    )
    assert window.end() == 0
    for text in (HEAD + SECOND, CHAIN):
        assert desk.run("config", "undo").returncode == 0
        assert desk.config.read_text() == text


def test_the_cursor_stays_with_the_link_that_moves(desk: Desk) -> None:
    """Keys pressed one after the other act on the same link."""
    window = desk.sit("fallback").follow(
        (MANAGER, "d"), ("> 2 hearth:mid:8b", "u"), ("> 1 hearth:mid:8b", "r")
    )
    assert window.wait("removed `hearth:mid:8b`").wait(MANAGER).press("q").end() == 0


def test_the_cursor_goes_to_the_link_that_was_added(desk: Desk) -> None:
    """What one has just chosen is what the next key is about."""
    window = desk.sit("fallback").follow(*TO_ADD, ("Write this?", "y"), ("> 2 acme:acme/small", "t"))
    assert window.wait(" ok, ").wait(MANAGER).press("q").end() == 0


IDLE: Mapping[str, tuple[Steps, str]] = {
    "up-from-the-top": (((MANAGER, "u"),), "it is first already"),
    "down-from-the-end": (((MANAGER, DOWN, "d"),), "it is last already"),
    "clear-and-no": (((MANAGER, "c"), ("Remove every link?", ENTER)), "Remove every link?  No"),
    "add-and-back": (((MANAGER, "a"), ("Provider of the new link", "<")), "nothing was changed"),
    "add-and-no": ((*TO_ADD, ("Write this?", "n")), "nothing was changed"),
    "undo-of-nothing": (((MANAGER, "z"),), "error: there is no edit of"),
    "no-such-key": (((MANAGER, "x", DOWN),), "> 2 acme:acme/big"),
}


@pytest.mark.parametrize(("steps", "said"), IDLE.values(), ids=IDLE)
def test_what_changes_nothing_says_so_and_the_manager_goes_on(steps: Steps, said: str, desk: Desk) -> None:
    """The chain stands on the screen again, as it did in the file all the time."""
    window = desk.sit("fallback").follow(*steps).wait(said).wait(MANAGER).press("q")
    assert (window.end(), desk.config.read_text()) == (0, CHAIN)


@pytest.mark.parametrize("key", ["r", "u", "d", "t", "c"])
def test_an_empty_chain_has_nothing_but_a_way_to_add(key: str, desk: Desk) -> None:
    """A key that needs a link says which one adds it; nothing else is drawn where no link is."""
    desk.config.unlink()
    window = (
        desk.sit("fallback")
        .wait("no primary yet; choose one: hermes model")
        .wait("no fallbacks yet; a adds one\na add")
    )
    assert window.press(key).wait("there is no link; a adds one").wait(MANAGER).press("q").end() == 0


def test_a_key_that_is_typed_in_the_manager_is_said_to_be_stored(desk: Desk) -> None:
    """A first link from an empty home; it is ready on the next screen."""
    desk.config.unlink()
    desk.env.unlink()
    window = desk.sit("fallback").follow((MANAGER, "a"), ("Provider of the new link", "acme", ENTER))
    window.follow(("stays unseen", KEY, ENTER), ("? Model", ENTER), ("Write this?", "y"))
    window.wait("stored the key as `ACME_API_KEY`").wait(
        "> 1 acme:acme/big  ready, key ACME_API_KEY from .env"
    )
    assert (window.press("q").end(), desk.env.read_text()) == (0, f"ACME_API_KEY={KEY}\n")


@pytest.mark.parametrize(
    ("key", "said"),
    [(KEY, "takes the key"), ("wrong-key-0123456789", "refuses the key")],
    ids=["taken", "refused"],
)
def test_t_asks_the_provider_of_the_link_under_the_cursor(key: str, said: str, desk: Desk) -> None:
    """Its verdict stands above the chain; nothing is written."""
    desk.env.write_text(f"ACME_API_KEY={key}\n")
    before = desk.files()
    window = (
        desk.sit("fallback", columns=120).follow((MANAGER, DOWN, "t")).wait(said).wait(MANAGER).press("q")
    )
    assert (window.end(), desk.files()) == (0, before)


def test_entries_that_are_ignored_are_shown_and_cleared(desk: Desk) -> None:
    """Where no link is, they can go all the same."""
    desk.config.write_text("fallback_providers:\n  - {provider: acme}\n")
    window = desk.sit("fallback").follow(("is ignored: no `model`", "c"), ("every ignored entry?", "y"))
    window.wait("also removed: fallback_providers[0]").wait(MANAGER).press("q")
    assert (window.end(), desk.config.read_text()) == (0, "fallback_providers: []\n")


def test_a_file_that_cannot_be_read_meanwhile_is_told_and_the_manager_goes_on(desk: Desk) -> None:
    """The error has the line; once another program has mended it, keys work again."""
    window = desk.sit("fallback").wait(MANAGER)
    desk.config.write_text("fallback_providers: [\n")
    window.press("r").wait("error:").wait("why:").wait(MANAGER)
    assert desk.config.read_text() == "fallback_providers: [\n"
    desk.config.write_text(CHAIN)
    assert window.press("r").wait("removed `hearth:mid:8b`").wait(MANAGER).press("q").end() == 0
    assert desk.config.read_text() == HEAD + SECOND


def test_an_edit_that_the_system_refuses_is_told_and_the_manager_goes_on(desk: Desk) -> None:
    """What stands in the way, and that nothing was changed."""
    (desk.home / ".config.yaml.lock").mkdir()
    window = (
        desk.sit("fallback").follow((MANAGER, "r")).wait("error:").wait("nothing was changed").wait(MANAGER)
    )
    assert (window.press("q").end(), desk.config.read_text()) == (0, CHAIN)


@pytest.mark.parametrize("key", ["r", "d", "u", "t", "c"])
def test_a_chain_that_was_changed_meanwhile_is_shown_anew_and_left_alone(key: str, desk: Desk) -> None:
    """A position means the link that was seen there, and no other one that has come to stand there."""
    window = desk.sit("fallback").wait(MANAGER)
    desk.config.write_text(HEAD + SECOND)
    window.press(key).wait("the chain was changed elsewhere").wait("> 1 acme:acme/big").press("q")
    assert (window.end(), desk.config.read_text()) == (0, HEAD + SECOND)


LEFT: Mapping[str, Steps] = {
    "list": ((MANAGER,),),
    "clear": ((MANAGER, "c"), ("Remove every link?",)),
    "add": ((MANAGER, "a"), ("Provider of the new link",)),
    "consent": (*TO_ADD, ("Write this?",)),
}


@pytest.mark.parametrize("key", [CTRL_C, ESCAPE], ids=["ctrl-c", "escape"])
@pytest.mark.parametrize("steps", LEFT.values(), ids=LEFT)
def test_who_leaves_leaves_every_file_as_it_was(steps: Steps, key: str, desk: Desk) -> None:
    """Exit 130, wherever one is."""
    before = desk.files()
    assert (desk.sit("fallback").follow(*steps).press(key).end(), desk.files()) == (130, before)


@pytest.mark.parametrize(("columns", "rows"), [(50, 20), (40, 12)], ids=["50x20", "40x12"])
def test_a_narrow_window_shows_the_chain_and_every_key(columns: int, rows: int, desk: Desk) -> None:
    """Both links, the primary, and all that can be done fit, and work."""
    window = desk.sit("fallback", columns=columns, rows=rows).wait(MANAGER)
    assert all(
        text in window.text
        for text in ("primary hearth:tiny:1b", "> 1 hearth:mid:8b", "  2 acme:acme/big", "a add", "z undo")
    )
    assert window.press(DOWN, "r").wait("removed `acme:acme/big`").wait(MANAGER).press("q").end() == 0
    assert desk.config.read_text() == HEAD + FIRST


def test_without_colour_the_manager_paints_nothing(desk: Desk) -> None:
    """Neither rows nor lines that go or come nor verdicts."""
    window = desk.sit("fallback", NO_COLOR="1").follow((MANAGER, "t")).wait("needs no key").wait(MANAGER)
    window.press("r").wait("removed `hearth:mid:8b`").wait(MANAGER).press("q")
    assert (window.end(), window.painted) == (0, False)


def test_a_dumb_terminal_has_the_manager_in_plain_lines(desk: Desk) -> None:
    """A key, and the number of a row behind it; each row has one number; not one escape sequence."""
    window = (
        desk.sit("fallback", TERM="dumb")
        .wait("\n> 1 hearth:mid:8b")
        .wait("\n  2 acme:acme/big")
        .wait("row [1]:")
    )
    window.press(ENTER).wait("type one of these keys").press("r 2", ENTER).wait("removed `acme:acme/big`")
    window.press("c", ENTER).wait("Remove every link? [y/N]:").press("y", ENTER).wait(
        "no fallbacks yet"
    ).press("q", ENTER)
    assert (window.end(), desk.config.read_text()) == (0, EMPTY)
    assert b"\x1b" not in window.received


def test_a_pipe_gets_the_list_and_chooses_nothing(desk: Desk) -> None:
    """What comes in is no key that somebody presses."""
    before = desk.files()
    done = desk.run("fallback", stdin="c\ny\n")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == desk.run("fallback", "list").stdout
    assert "acme:acme/big" in done.stdout
    assert desk.files() == before


def test_in_ci_a_terminal_gets_the_list(desk: Desk) -> None:
    """With `CI` set nobody sits there."""
    window = desk.sit("fallback", CI="1")
    assert (window.end(), MANAGER in window.text, "acme:acme/big" in window.text) == (0, False, True)
