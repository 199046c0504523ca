"""The wizard, typed on real terminals: a link put together by questions, and nothing written before the yes."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import pytest

from tests.journeys.desk import CHAIN, KEY, Desk
from tests.window import CTRL_C, DOWN, ENTER, ESCAPE, Window, pasted

SitDown = Callable[..., Desk]
Steps = tuple[tuple[str, ...], ...]

WRONG = "wrong-key-0123456789"
ADD = ("fallback", "add")

AT_KEY, AT_MODEL, AT_PLACE, AT_YES = "stays unseen", "? Model", "? Position", "Write this?"
TO_ACME: Steps = (("with an API key", "acme", ENTER),)
TO_URL: Steps = (("with an API key", "custom", ENTER),)
TO_MODEL: Steps = (*TO_ACME, (AT_KEY, KEY, ENTER))
TO_YES: Steps = (*TO_MODEL, (AT_MODEL, ENTER))


def test_an_empty_home_gets_a_chain_of_three_by_questions_alone(sit_down: SitDown) -> None:
    """The file is the one that options write, to the byte, and the key stands in `.env`, for its owner alone."""
    asked, told = sit_down(), sit_down()
    _ask_for_three(asked)
    expected = CHAIN_OF_THREE.format(**asked.urls)
    assert asked.config.read_text() == expected
    assert asked.env.read_text() == f"ACME_API_KEY={KEY}\n"
    assert asked.env.stat().st_mode & 0o777 == asked.config.stat().st_mode & 0o777 == 0o600
    _tell_three(told, asked.urls["lab"])
    assert told.config.read_text() == expected
    assert told.env.read_bytes() == asked.env.read_bytes()


CHAIN_OF_THREE = """\
fallback_providers:
  - provider: acme
    model: acme/big
  - provider: custom
    model: lab-2
    base_url: {lab}
  - provider: hearth
    model: tiny:1b
"""


def _ask_for_three(desk: Desk) -> None:
    to_lab = (*TO_URL, ("Base URL", desk.urls["lab"], ENTER), ("it needs no key", ENTER))
    for steps in (
        (*TO_YES, (AT_YES, "y")),
        (*to_lab, (AT_MODEL, DOWN, ENTER), (AT_PLACE, ENTER), (AT_YES, "y")),
        (("with an API key", "hearth", ENTER), (AT_MODEL, ENTER), (AT_PLACE, ENTER), (AT_YES, "y")),
    ):
        window = desk.sit(*ADD).follow(*steps).wait("undo it with")
        assert window.end() == 0
        assert KEY.encode() not in window.received


def _tell_three(desk: Desk, lab: str) -> None:
    for argv, stdin in (
        (("acme", "acme/big", "--key-stdin"), f"{KEY}\n"),
        (("custom", "lab-2", "--base-url", lab), ""),
        (("hearth", "tiny:1b"), ""),
    ):
        assert desk.run(*ADD, *argv, "--no-input", stdin=stdin).returncode == 0


def test_the_picker_of_the_primary_asks_the_same_way(desk: Desk) -> None:
    """`hermes model` writes what `hermes model set` does; a place is not asked for."""
    window = desk.sit("model").wait("Provider of the primary")
    window.follow(*TO_YES, (AT_YES, "y")).wait("the primary is `acme:acme/big`")
    assert window.end() == 0
    assert desk.config.read_text() == "model:\n  provider: acme\n  default: acme/big\n"
    assert desk.env.read_text() == f"ACME_API_KEY={KEY}\n"


KEYS: Mapping[str, tuple[Mapping[str, object], Steps, str]] = {
    "accepted": ({}, ((AT_KEY, KEY, ENTER), (AT_MODEL, ENTER), (AT_YES, "y")), KEY),
    "refused-then-right": (
        {},
        ((AT_KEY, WRONG, ENTER), ("Keep it all", ENTER), (AT_KEY, KEY, ENTER), (AT_MODEL, ENTER), (AT_YES, "y")),
        KEY,
    ),
    "refused-then-back": (
        {},
        ((AT_KEY, WRONG, ENTER), ("Keep it all", "<"), (AT_KEY, KEY, ENTER), (AT_MODEL, ENTER), (AT_YES, "y")),
        KEY,
    ),
    "refused-and-insisted": (
        {},
        ((AT_KEY, WRONG, ENTER), ("refuses the key", "y"), (AT_MODEL, ENTER), (AT_YES, "y")),
        WRONG,
    ),
    "untold-and-kept": (
        {"list_script": ["server_error"]},
        ((AT_KEY, KEY, ENTER), ("Keep it unproved?", ENTER), ("the usual ones", ENTER), (AT_YES, "y")),
        KEY,
    ),
    "untold-and-not-kept": (
        {"list_script": ["server_error", "ok"]},
        ((AT_KEY, KEY, ENTER), ("Keep it unproved?", "n"), (AT_KEY, KEY, ENTER), (AT_MODEL, ENTER), (AT_YES, "y")),
        KEY,
    ),
    "pasted-with-quotes-and-line-break": (
        {},
        ((AT_KEY, pasted(f'"{KEY}"\n'), ENTER), (AT_MODEL, ENTER), (AT_YES, "y")),
        KEY,
    ),
    "pasted-as-an-assignment": (
        {},
        ((AT_KEY, pasted(f"export ACME_API_KEY='{KEY}'\n"), ENTER), (AT_MODEL, ENTER), (AT_YES, "y")),
        KEY,
    ),
    "pasted-with-zero-width-ends": (
        {},
        ((AT_KEY, pasted(f"\u200b{KEY}\ufeff"), ENTER), (AT_MODEL, ENTER), (AT_YES, "y")),
        KEY,
    ),
    "zero-width-inside": (
        {},
        (
            (AT_KEY, pasted("acme-key\u200b-0123456789"), ENTER),
            ("holds U+200B (zero width space) at character 9", KEY, ENTER),
            (AT_MODEL, ENTER),
            (AT_YES, "y"),
        ),
        KEY,
    ),
    "two-keys": (
        {},
        ((AT_KEY, pasted(f"{KEY} {KEY}"), ENTER), ("broken in two by U+0020", KEY, ENTER), (AT_MODEL, ENTER), (AT_YES, "y")),
        KEY,
    ),
}  # fmt: skip


@pytest.mark.parametrize(("acme", "steps", "kept"), KEYS.values(), ids=KEYS)
def test_a_typed_key_is_kept_if_it_is_taken_or_insisted_on(
    acme: Mapping[str, object], steps: Steps, kept: str, sit_down: SitDown
) -> None:
    """What copying adds is taken off; what the provider refuses is asked for again; none of it is ever shown."""
    desk = sit_down(acme=acme)
    window = desk.sit(*ADD).follow(*TO_ACME, *steps)
    assert (window.end(), desk.env.read_text()) == (0, f"ACME_API_KEY={kept}\n")
    assert b"0123456789" not in window.received
    assert "0123456789" not in desk.config.read_text()


@pytest.mark.parametrize(
    ("answer", "status"), [(ENTER, "nothing was changed"), ("y", "added `acme:acme/usual`")]
)
def test_without_a_key_no_is_the_answer_that_enter_gives(answer: str, status: str, desk: Desk) -> None:
    """Enter alone at the key goes on; a link that will not be ready is written only on a yes."""
    window = desk.sit(*ADD).follow(*TO_ACME, (AT_KEY, ENTER), ("the usual ones", ENTER))
    window.follow(
        ("it will not be ready: `ACME_API_KEY` is not set", ""), ("Write it all the same?  (y/N)", answer)
    )
    assert (window.wait(status).end(), desk.env.exists()) == (0, False)
    assert desk.config.exists() == (answer == "y")
    assert "it is not ready" not in window.text  # it was said before


def test_a_stored_key_that_is_refused_is_told_before_anything_is_written(desk: Desk) -> None:
    """Where no key was typed, the one that is found is tried; no is then the answer that Enter gives."""
    desk.env.write_text(f"ACME_API_KEY={WRONG}\n")
    window = desk.sit(*ADD).follow(("key ACME_API_KEY from .env", "acme", ENTER))
    window.follow(("the key in `ACME_API_KEY` is refused", ""), (AT_KEY, ENTER), ("the usual ones", ENTER))
    window.follow(("refuses the key", ""), ("Write it all the same?  (y/N)", ENTER)).wait(
        "nothing was changed"
    )
    assert (window.end(), desk.config.exists()) == (0, False)


def test_a_stored_key_that_is_refused_can_be_replaced_on_the_spot(desk: Desk) -> None:
    """The new one takes its place in `.env`."""
    desk.env.write_text(f"ACME_API_KEY={WRONG}\n")
    window = desk.sit(*ADD).follow(("key ACME_API_KEY from .env", "acme", ENTER))
    window.follow((AT_KEY, KEY, ENTER), (AT_MODEL, ENTER), (AT_YES, "y"))
    assert (window.end(), desk.env.read_text()) == (0, f"ACME_API_KEY={KEY}\n")


def test_a_keyed_endpoint_without_its_v1_is_mended_once_its_key_is_known(desk: Desk) -> None:
    """Without a key it refuses every path alike; with one, the address that has the models is offered."""
    bare = desk.urls["acme"].removesuffix("/v1")
    window = desk.sit(*ADD).follow(*TO_URL, ("Base URL", bare, ENTER), ("it asks for a key", ENTER))
    window.follow((AT_KEY, KEY, ENTER), ("use that address?", "y"), (AT_MODEL, ENTER), (AT_YES, "y"))
    assert window.end() == 0
    assert f"base_url: {desk.urls['acme']}\n" in desk.config.read_text()


def test_what_is_typed_while_a_host_is_asked_answers_nothing(sit_down: SitDown) -> None:
    """It is neither shown nor taken for an answer to a question that nobody has seen."""
    desk = sit_down(acme={"list_script": ["ok", "hang"]})
    window = desk.sit(*ADD).follow(
        *TO_MODEL[:-1], (AT_KEY, KEY, ENTER), ("for its models", "zzz", ENTER, ENTER)
    )
    window.wait("the usual ones, because `acme` at")
    assert "zzz" not in window.text
    window.press(ENTER).wait("Write this?").press("n")
    assert (window.end(), desk.config.exists()) == (0, False)


MODELS: Mapping[str, tuple[Mapping[str, object], Steps, str]] = {
    "none-listed": ({"catalog": []}, (("it lists none; type a name", "own/name", ENTER),), "own/name"),
    "one-of-two-thousand": (
        {"catalog": [f"vendor-{n % 7}/model-{n}" for n in range(2000)]},
        (("1/2000", "4 model-1999"), ("> vendor-4/model-1999", ENTER)),
        "vendor-4/model-1999",
    ),
    "one-that-is-not-listed": ({}, ((AT_MODEL, "own/name"), ("use `own/name` as typed", ENTER)), "own/name"),
    "the-usual-ones": (
        {"list_script": ["ok", "hang"]},
        (("the usual ones, because `acme` at", ""), ("the host stayed silent", ENTER)),
        "acme/usual",
    ),
}


@pytest.mark.parametrize(("acme", "steps", "model"), MODELS.values(), ids=MODELS)
def test_a_model_is_chosen_found_or_typed(
    acme: Mapping[str, object], steps: Steps, model: str, sit_down: SitDown
) -> None:
    """A list that is long, empty or late, or lacks what one wants, keeps nobody from a model."""
    desk = sit_down(acme=acme)
    assert desk.sit(*ADD).follow(*TO_MODEL, *steps, (AT_YES, "y")).end() == 0
    assert desk.chain() == [f"acme:{model}"]


def test_an_address_without_its_v1_is_mended_where_that_answers(desk: Desk) -> None:
    """Its list stands next door; the address that has it is offered."""
    bare = desk.urls["lab"].removesuffix("/v1")
    window = desk.sit(*ADD).follow(*TO_URL, ("Base URL", bare, ENTER), ("use that address?", "y"))
    window.follow(("it needs no key", ENTER), (AT_MODEL, ENTER), (AT_YES, "y"))
    assert window.end() == 0
    assert f"base_url: {desk.urls['lab']}\n" in desk.config.read_text()


def test_an_endpoint_that_wants_a_key_gets_a_variable_of_its_own(desk: Desk) -> None:
    """A name is offered for it; config.yaml holds that name, and `.env` the key."""
    window = desk.sit(*ADD).follow(
        *TO_URL, ("Base URL", desk.urls["acme"], ENTER), ("it asks for a key", ENTER)
    )
    window.follow((AT_KEY, KEY, ENTER), (AT_MODEL, ENTER), (AT_YES, "y"))
    assert (window.end(), desk.env.read_text()) == (0, f"MY_API_KEY={KEY}\n")
    assert desk.config.read_text().endswith(f"base_url: {desk.urls['acme']}\n    key_env: MY_API_KEY\n")


def test_an_address_where_nobody_answers_is_used_only_on_a_yes(sit_down: SitDown) -> None:
    """No and the way back ask for another."""
    desk = sit_down(down={"script": ["refuse"]})
    window = desk.sit(*ADD).follow(*TO_URL, ("Base URL", desk.urls["down"], ENTER))
    for answer in (ENTER, "<"):
        window.follow(("all the same?  (y/N)", answer), ("most end in", ENTER))
    window.follow(("all the same?  (y/N)", "y"), ("it needs no key", ENTER), ("type a name", "m", ENTER))
    window.follow(("cannot be reached", ""), ("Write it all the same?  (y/N)", "y"))
    assert (window.end(), desk.chain()) == (0, ["custom:m"])


STOPS: Mapping[str, Steps] = {
    "provider": (("with an API key",),),
    "key": (*TO_ACME, (AT_KEY,)),
    "key-half-typed": (*TO_ACME, (AT_KEY, "acme-"), ("(hidden)",)),
    "key-refused": (*TO_ACME, (AT_KEY, WRONG, ENTER), ("Keep it all the same?",)),
    "key-untold": (
        *TO_URL,
        ("Base URL", "{moody}", ENTER),
        ("it asks for a key", ENTER),
        (AT_KEY, KEY, ENTER),
        ("Keep it unproved?",),
    ),
    "model": (*TO_MODEL, (AT_MODEL,)),
    "place": (*TO_MODEL, (AT_MODEL, DOWN, ENTER), (AT_PLACE,)),
    "consent": (*TO_MODEL, (AT_MODEL, DOWN, ENTER), (AT_PLACE, ENTER), (AT_YES,)),
    "address": (*TO_URL, ("Base URL",)),
    "address-mended": (*TO_URL, ("Base URL", "{bare}", ENTER), ("use that address?",)),
    "address-that-fails": (*TO_URL, ("Base URL", "{down}", ENTER), ("Use this address all the same?",)),
    "variable": (*TO_URL, ("Base URL", "{lab}", ENTER), ("it needs no key",)),
    "model-typed": (*TO_URL, ("Base URL", "{none}", ENTER), ("it needs no key", ENTER), ("type a name", "m")),
}
"""Every question of the wizard, and the way there."""


@pytest.mark.parametrize("key", [CTRL_C, ESCAPE], ids=["ctrl-c", "escape"])
@pytest.mark.parametrize("steps", STOPS.values(), ids=STOPS)
def test_who_leaves_at_any_question_leaves_every_file_as_it_was(
    steps: Steps, key: str, sit_down: SitDown
) -> None:
    """Exit 130; no key, no link, no backup and no lock file is there that was not there before."""
    moody = {"key": KEY, "list_script": ["server_error"]}
    desk = sit_down(down={"script": ["refuse"]}, none={"catalog": []}, moody=moody)
    desk.config.write_text(CHAIN)
    before = desk.files()
    bare = desk.urls["lab"].removesuffix("/v1")
    for text, *keys in steps:
        window = _window(desk).wait(text).press(*(each.format(**desk.urls, bare=bare) for each in keys))
    assert window.press(key).end() == 130
    assert desk.files() == before


def _window(desk: Desk) -> Window:
    """The window at *desk*, with the wizard on it."""
    return desk.windows[-1] if desk.windows else desk.sit(*ADD)


def test_who_leaves_while_something_is_waited_for_leaves_every_file_as_it_was(sit_down: SitDown) -> None:
    """A provider that is silent keeps nobody."""
    desk = sit_down(acme={"list_script": ["hang"]})
    before = desk.files()
    window = desk.sit(*ADD).follow(*TO_ACME, (AT_KEY, KEY, ENTER), ("asking Acme AI", CTRL_C))
    assert (window.end(), desk.files()) == (130, before)


def test_the_way_back_leads_through_every_question_and_forgets_what_was_answered(sit_down: SitDown) -> None:
    """What is answered anew counts, and nothing of what was answered before."""
    desk = sit_down(many={"catalog": [f"m-{n}" for n in range(30)]})
    desk.config.write_text(CHAIN)
    window = desk.sit(*ADD).follow(*TO_ACME, (AT_KEY, "<", ENTER), *TO_URL)
    window.follow(("most end in", "<", ENTER), ("> custom", ENTER), ("most end in", desk.urls["lab"], ENTER))
    window.follow(
        ("it needs no key", "OLD_KEY", ENTER), (AT_KEY, "<", ENTER), ("it needs no key", "<", ENTER)
    )
    window.follow(("most end in", desk.urls["many"], ENTER), ("30 model", ""), ("it needs no key", ENTER))
    window.follow(
        ("1/30", "<"), ("it needs no key", ENTER), ("1/30", ENTER), ("1/3,", "<"), ("1/30", DOWN, ENTER)
    )
    window.follow(("1/3,", ENTER), (AT_YES, "<"), ("1/3,", DOWN, ENTER), (AT_YES, "y"))
    assert window.wait("added `custom:m-1` at position 1").end() == 0
    added = f"  - {{provider: custom, model: m-1, base_url: {desk.urls['many']}}}\n"
    assert desk.config.read_text() == CHAIN.replace("providers:\n", f"providers:\n{added}")
    assert not desk.env.exists()


def test_the_way_back_from_the_first_question_changes_nothing(desk: Desk) -> None:
    """There is no question before it, whatever was given as an argument."""
    before = desk.files()
    window = desk.sit(*ADD, "acme", "acme/big").follow((AT_KEY, "<", ENTER)).wait("nothing was changed")
    assert (window.end(), desk.files()) == (0, before)


def test_only_the_key_is_asked_for_where_all_else_was_given(desk: Desk) -> None:
    """Provider and model stand in the command; the key is missing."""
    window = desk.sit(*ADD, "acme", "acme/small").follow((AT_KEY, KEY, ENTER), (AT_YES, "y"))
    assert window.end() == 0
    assert not any(question in window.text for question in ("Provider of", "? Model", "? Position"))
    assert (desk.chain(), desk.env.read_text()) == (["acme:acme/small"], f"ACME_API_KEY={KEY}\n")


UNASKED = {
    "everything-is-there": (("acme", "acme/small"), 0, "added `acme:acme/small` at position 3"),
    "it-stands-already": (("hearth", "mid:8b"), 0, "`hearth:mid:8b` stands at position 1 already"),
    "it-is-the-primary": (("hearth", "tiny:1b"), 2, "primary"),
}


@pytest.mark.parametrize(("argv", "status", "said"), UNASKED.values(), ids=UNASKED)
def test_nothing_is_asked_where_everything_is_given(
    argv: tuple[str, ...], status: int, said: str, desk: Desk
) -> None:
    """A link that is ready is added as it would be without a terminal."""
    desk.config.write_text(CHAIN)
    desk.env.write_text(f"ACME_API_KEY={KEY}\n")
    window = desk.sit(*ADD, *argv)
    assert (window.end(), said in window.text, "? " in window.text) == (status, True, False)


def test_a_link_that_stands_already_is_not_asked_about_though_its_key_is_missing(desk: Desk) -> None:
    """There is nothing to add, so there is nothing to ask."""
    desk.config.write_text(CHAIN)
    window = desk.sit(*ADD, "acme", "acme/big").wait("stands at position 2 already")
    assert (window.end(), desk.config.read_text()) == (0, CHAIN)


def test_the_primarys_own_model_is_refused_and_another_asked_for(desk: Desk) -> None:
    """A link that fails with the primary is no fallback for it."""
    desk.config.write_text('model: {provider: hearth, default: "tiny:1b"}\n')
    window = desk.sit(*ADD, "hearth").follow(
        (AT_MODEL, ENTER), ("primary", ""), ("1/2", DOWN, ENTER), (AT_YES, "y")
    )
    assert (window.end(), desk.chain()) == (0, ["hearth:mid:8b"])


CHECKS = {
    "taken": (KEY, {}, 0, "added `acme:acme/big`"),
    "refused": (WRONG, {}, 4, "refuses the key"),
    "nobody-there": (KEY, {"script": ["refuse"]}, 8, "cannot be reached"),
    "untold": (KEY, {"list_script": ["server_error"]}, 0, "warning: `acme`"),
}


@pytest.mark.parametrize(("key", "acme", "status", "said"), CHECKS.values(), ids=CHECKS)
def test_check_adds_a_link_unless_its_provider_says_no(
    key: str, acme: Mapping[str, object], status: int, said: str, sit_down: SitDown
) -> None:
    """`--check` asks first. What fails is not written, neither the link nor its key."""
    desk = sit_down(acme=acme)
    done = desk.run(*ADD, "acme", "acme/big", "--check", "--key-stdin", stdin=key)
    assert (done.returncode, said in done.stdout + done.stderr) == (status, True)
    assert desk.config.exists() == desk.env.exists() == (status == 0)


def test_a_dumb_terminal_is_asked_in_plain_lines(desk: Desk) -> None:
    """Numbered rows, typed answers, and not one escape sequence; the key is not shown there either."""
    find = "number, or words to find"
    window = desk.sit(*ADD, TERM="dumb").follow((find, "acme", ENTER), ("ACME_API_KEY\nnumber", ENTER))
    window.follow(("(hidden)", KEY, ENTER), ("2  acme/small", "2", ENTER), ("[Y/n]", ENTER)).wait("undo it")
    assert (window.end(), desk.chain(), desk.env.read_text()) == (
        0,
        ["acme:acme/small"],
        f"ACME_API_KEY={KEY}\n",
    )
    assert b"\x1b" not in window.received
    assert KEY.encode() not in window.received


def test_without_colour_the_wizard_paints_nothing(desk: Desk) -> None:
    """The cursor moves, and no character is coloured, bold or dim."""
    window = desk.sit(*ADD, NO_COLOR="1").follow(*TO_YES, (AT_YES, "y"))
    assert (window.end(), window.painted) == (0, False)


@pytest.mark.parametrize(("columns", "rows"), [(50, 20), (40, 12)], ids=["50x20", "40x12"])
def test_a_narrow_window_shows_every_question(columns: int, rows: int, desk: Desk) -> None:
    """Each question can be read and answered where there is little room."""
    desk.config.write_text(CHAIN)
    window = desk.sit(*ADD, columns=columns, rows=rows).follow(
        *TO_MODEL, (AT_MODEL, DOWN, ENTER), (AT_PLACE, ENTER)
    )
    assert window.follow((AT_YES, "y")).wait("position 3").end() == 0


NOBODY = {
    "add": (ADD, 2, "PROVIDER is missing", "hermes fallback add"),
    "add-without-model": ((*ADD, "acme"), 2, "MODEL is missing", "hermes fallback add acme"),
    "add-without-key": ((*ADD, "acme", "acme/small"), 4, "`ACME_API_KEY` is not set", "--force"),
    "remove": (("fallback", "remove"), 2, "LINK is missing", "hermes fallback remove"),
    "clear": (("fallback", "clear"), 2, "nobody can be asked", "clear --yes"),
    "model-set": (("model", "set"), 2, "PROVIDER is missing", "hermes model set"),
}


@pytest.mark.parametrize("tty", [False, True], ids=["piped", "in-ci"])
@pytest.mark.parametrize(("argv", "status", "said", "hint"), NOBODY.values(), ids=NOBODY)
def test_where_nobody_can_be_asked_the_error_names_what_to_give(
    argv: tuple[str, ...], status: int, said: str, hint: str, tty: bool, desk: Desk
) -> None:
    """What comes through a pipe is no answer, and with `CI` set a terminal is none to ask on."""
    desk.config.write_text(CHAIN)
    before = desk.files()
    if tty:
        window = desk.sit(*argv, columns=200, CI="1")
        found, text = window.end(), window.text
    else:
        done = desk.run(*argv, stdin="1\ny\n")
        found, text = done.returncode, done.stderr
    assert (found, said in text, hint in text) == (status, True, True)
    assert desk.files() == before


def test_bare_model_shows_the_primary_where_nobody_can_be_asked(desk: Desk) -> None:
    """The picker is for terminals with somebody there."""
    desk.config.write_text(CHAIN)
    window = desk.sit("model", CI="1")
    assert window.end() == 0
    for text in (window.text, desk.run("model").stdout):
        assert "hearth:tiny:1b" in text
        assert "Provider of the primary" not in text


@pytest.mark.parametrize("key", ["1", "2"])
def test_remove_asks_which_link(key: str, desk: Desk) -> None:
    """On a terminal, without LINK; each row begins with the position that names it elsewhere."""
    desk.config.write_text(CHAIN)
    window = desk.sit("fallback", "remove", TERM="dumb").follow(("words to find [1]:", key, ENTER))
    assert "Link to remove\n1 hearth:mid:8b\n2 acme:acme/big\n" in window.wait("removed `").text
    assert (window.end(), len(desk.chain())) == (0, 1)
    assert (desk.chain() == ["acme:acme/big"]) == (key == "1")
