"""The catalogue as the engine's test suite: every fault goes as it must, in every way that it can be met."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations, product

import pytest
from chains import DIALECTS, chain

from hermes_fallback.drill.catalogue import CATALOGUE
from hermes_fallback.drill.drill import rehearse, rehearse_all
from hermes_fallback.drill.play import MODES
from hermes_fallback.loopback.behaviours import BEHAVIOURS

_LEAST = 24
_Case = tuple[str, str, str, str]
"""A fault, a mode, the dialect of the primary and that of the link behind it."""


def _sample() -> Iterator[_Case]:
    """Every fault of a chat in every mode, and once in each other dialect; the rest takes turns."""
    modes = [*MODES]
    for number, fault in enumerate(CATALOGUE):
        cases = [(mode, DIALECTS[0]) for mode in modes]
        cases += [(modes[(number + turn) % len(modes)], each) for turn, each in enumerate(DIALECTS[1:])]
        for turn, (mode, primary) in enumerate(cases):
            yield fault, mode, primary, DIALECTS[(number + turn) % len(DIALECTS)]


@pytest.mark.parametrize(("fault", "mode", "primary", "fallback"), list(_sample()))
def test_a_fault_goes_as_it_must(fault: str, mode: str, primary: str, fallback: str) -> None:
    """Who answers, how often anybody is asked, what is benched, what is told; and nothing is lost or leaked."""
    drill = rehearse(chain(primary, fallback), CATALOGUE[fault], mode=mode)
    assert drill.complaints == ()


@pytest.mark.parametrize("mode", MODES)
def test_a_fault_goes_as_it_must_on_a_longer_chain(mode: str) -> None:
    """In every dialect at once, where there is a choice of whom to go on with."""
    drills = rehearse_all(chain(*DIALECTS), tuple(CATALOGUE.values()), mode=mode)
    assert {each.fault.name: each.complaints for each in drills if not each.passed} == {}


@pytest.mark.cross
@pytest.mark.parametrize("fallback", DIALECTS)
@pytest.mark.parametrize("primary", DIALECTS)
@pytest.mark.parametrize("mode", MODES)
def test_every_fault_goes_as_it_must(mode: str, primary: str, fallback: str) -> None:
    """The full cross, of which the normal run plays a sample."""
    drills = rehearse_all(chain(primary, fallback), tuple(CATALOGUE.values()), mode=mode)
    assert {each.fault.name: each.complaints for each in drills if not each.passed} == {}


def test_the_sample_leaves_no_pair_out() -> None:
    """Any fault, mode, primary and fallback meet each other, two by two."""
    values: tuple[list[str], ...] = ([*CATALOGUE], [*MODES], [*DIALECTS], [*DIALECTS])
    sample = list(_sample())
    for one, other in combinations(range(len(values)), 2):
        met = {(case[one], case[other]) for case in sample}
        assert met == set(product(values[one], values[other]))


def test_every_way_a_provider_can_misbehave_is_a_fault() -> None:
    """What the loopback providers can do, the catalogue plays."""
    steps = [step for fault in CATALOGUE.values() for step in fault.script]
    played = {step if isinstance(step, str) else step["behaviour"] for step in steps}
    assert set(BEHAVIOURS) - played == {"strict", "tool_call"}  # which is what well links do
    assert len(CATALOGUE) >= _LEAST
