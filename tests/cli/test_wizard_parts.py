"""The parts of the wizard that ask nothing themselves: the walk through its questions, and the rows they offer."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import groupby
from pathlib import Path

import pytest

from hermes_fallback.catalog.models import Listing, Source
from hermes_fallback.cli.draft import Draft
from hermes_fallback.cli.prompts.protocol import Back
from hermes_fallback.cli.wizard.choices import model_rows, place_rows, provider_rows
from hermes_fallback.cli.wizard.walk import Step, walk
from hermes_fallback.runtime.runtime import Runtime
from hermes_fallback.secret import Secret

CONFIG = """\
model: {provider: openrouter, default: x/primary}
fallback_providers:
  - {provider: openrouter, model: x/Taken}
  - {provider: zai, model: glm-5}
"""


@pytest.fixture
def runtime(home: Path, config: Callable[[str], Path]) -> Runtime:
    """A home with a chain of two, and a key for one provider."""
    config(CONFIG)
    return Runtime.open(home, environ={"HOME": str(home.parent), "ZAI_API_KEY": "zai-key-0123456789"})


def typing(*answers: str) -> Callable[[str], Step[str]]:
    """Makes steps that take one of *answers* after the other; `<` is the way back, and `-` asks nothing."""
    left: Iterator[str] = iter(answers)

    def step(name: str) -> Step[str]:
        def ask(known: str) -> str | None:
            answer = next(left)
            if answer == "<":
                raise Back
            return None if answer == "-" else f"{known}{name}{answer} "

        return ask

    return step


WALKS = {
    "straight": (("1", "2", "3"), "a1 b2 c3 "),
    "back-once": (("1", "2", "<", "4", "5"), "a1 b4 c5 "),
    "back-over-what-was-not-asked": (("1", "-", "<", "4", "5", "6"), "a4 b5 c6 "),
    "back-to-the-first": (("1", "2", "<", "<", "7", "8", "9"), "a7 b8 c9 "),
    "nothing-to-ask": (("-", "-", "-"), ""),
}


@pytest.mark.parametrize(("answers", "known"), WALKS.values(), ids=WALKS)
def test_the_way_back_forgets_what_the_last_question_found(answers: tuple[str, ...], known: str) -> None:
    """Steps that asked nothing are passed over on it."""
    step = typing(*answers)
    assert walk([step("a"), step("b"), step("c")], "") == known


@pytest.mark.parametrize("answers", [("<",), ("-", "<"), ("1", "<", "<")])
def test_the_way_back_from_the_first_question_leads_out(answers: tuple[str, ...]) -> None:
    """There is nothing before it."""
    step = typing(*answers)
    with pytest.raises(Back):
        walk([step("a"), step("b")], "")


def test_providers_whose_key_is_found_come_first(runtime: Runtime) -> None:
    """Then come the others, group by group; each can be found by name and title, and says what it lacks."""
    rows = provider_rows(runtime.all_readiness())
    groups = [group for group, _ in groupby(row.group for row in rows)]
    assert groups[:3] == ["ready", "with an API key", "on this machine or network"]
    zai = next(row for row in rows if row.value.profile.name == "zai")
    openrouter = next(row for row in rows if row.value.profile.name == "openrouter")
    assert (zai.group, zai.text) == ("ready", "zai, z.ai / GLM")
    assert "ZAI_API_KEY" in zai.note
    assert (openrouter.group, "OPENROUTER_API_KEY" in openrouter.note) == ("with an API key", True)
    assert len(groups) == len(set(groups))


def test_models_that_stand_in_the_chain_are_marked(runtime: Runtime) -> None:
    """With their position, however they are spelt; those of another provider are not."""
    models = ("x/taken", "glm-5", "x/free")
    rows = model_rows(Listing(models=models, source=Source.LIVE, base_url=""), runtime, "openrouter")
    assert [(row.value, row.note) for row in rows] == [
        ("x/taken", "at position 1 already"),
        ("glm-5", ""),
        ("x/free", ""),
    ]


def test_a_place_is_last_or_before_a_link(runtime: Runtime) -> None:
    """Last is offered first."""
    rows = place_rows(runtime.settings.chain)
    assert [(row.value, row.text) for row in rows] == [
        (None, "last"),
        (1, "before openrouter:x/Taken"),
        (2, "before zai:glm-5"),
    ]


def test_a_draft_grows_by_answers_and_shows_no_key() -> None:
    """None takes a field away; the draft before is as it was."""
    first = Draft().having(provider="zai", base_url="https://x.test/v1")
    second = first.having(model="m", base_url=None).keyed(Secret("zai-key-0123456789")).placed(2)
    assert dict(first.fields) == {"provider": "zai", "base_url": "https://x.test/v1"}
    assert (dict(second.fields), second.at, str(second)) == ({"provider": "zai", "model": "m"}, 2, "zai:m")
    assert "0123456789" not in repr(second)
