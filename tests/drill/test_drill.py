"""A drill of somebody's own chain: what its links share, and what its config says, makes a difference."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from chains import DIALECTS, chain, link

from hermes_fallback.drill.catalogue import CATALOGUE
from hermes_fallback.drill.drill import Drill, find_faults, rehearse, rehearse_all
from hermes_fallback.drill.judge import NO_OTHER, NO_UNTOUCHED
from hermes_fallback.errors import NotFound, UsageError
from hermes_fallback.model.limits import Limits, Policy
from hermes_fallback.model.route import Route
from hermes_fallback.runtime.plan import Plan

SAME_KEY, SAME_HOST = {"key": "one-key-0123456789"}, {"base_url": "https://one.example/v1"}


def drilled(fault: str, *routes: Route, **plan: Any) -> Drill:
    """What comes of *fault* on a chain of *routes*."""
    return rehearse(Plan(routes=routes, **plan), CATALOGUE[fault])


def served(drill: Drill) -> int | None:
    """The position of the link that answered, where the drill passed."""
    assert drill.complaints == ()
    return drill.served_by and drill.served_by.position


@pytest.mark.parametrize(
    ("fault", "position"), [("unauthorized", 2), ("quota", 2), ("refused", 1), ("server-error", 1)]
)
def test_links_of_one_key_fail_together_where_the_key_does(fault: str, position: int) -> None:
    """As they would in earnest: the first link with another key answers."""
    routes = link(0, **SAME_KEY), link(1, **SAME_KEY), link(2)
    assert served(drilled(fault, *routes)) == position


@pytest.mark.parametrize(("fault", "position"), [("refused", 2), ("dns", 2), ("tls", 2), ("unauthorized", 1)])
def test_links_of_one_host_fail_together_where_the_host_does(fault: str, position: int) -> None:
    """The first link at another host answers."""
    routes = link(0, **SAME_HOST), link(1, **SAME_HOST), link(2)
    assert served(drilled(fault, *routes)) == position


@pytest.mark.parametrize(("fault", "outcome"), [("unauthorized", "failed"), ("last-resort", "failed")])
def test_a_chain_whose_links_all_share_what_fails_falls_short(fault: str, outcome: str) -> None:
    """Two models behind one key are no help against a key that is refused."""
    drill = drilled(fault, link(0, **SAME_KEY), link(1, **SAME_KEY))
    assert (drill.outcome, drill.complaints) == (outcome, (NO_UNTOUCHED,))


def test_a_chain_that_may_not_be_gone_through_falls_short() -> None:
    """With `fallback.max_switches: 0` the other links are no help."""
    drill = drilled("unauthorized", link(0), link(1), policy=Policy(max_switches=0))
    assert (drill.outcome, drill.complaints) == ("failed", (NO_OTHER,))


@pytest.mark.parametrize(
    ("fault", "complaints"), [("quota", (NO_OTHER,)), ("no-done", ()), ("too-long", ()), ("all-dead", ())]
)
def test_one_link_alone_falls_short_of_what_needs_another(fault: str, complaints: tuple[str, ...]) -> None:
    """And of nothing else."""
    assert drilled(fault, link(0)).complaints == complaints


def test_links_that_need_no_key_are_rehearsed_with_one() -> None:
    """A refused key says nothing about other links that have none, either."""
    assert served(drilled("unauthorized", link(0, credential=None), link(1, credential=None))) == 1


@pytest.mark.parametrize(
    ("fault", "policy", "outcome", "position"),
    [
        ("content", {}, "stopped", None),
        ("content", {"content_policy": "next"}, "answered", 1),
        ("refusal", {"content_policy": "next"}, "answered", 1),
        ("cut", {"midstream": "raise"}, "stopped", None),
        ("error-mid-stream", {"midstream": "raise"}, "stopped", None),
        ("stall", {"midstream": "raise"}, "stopped", None),
        ("cut-tool", {"midstream": "raise"}, "answered", 1),
        ("unauthorized", {"notify": False}, "answered", 1),
        ("unauthorized", {"scope": "session"}, "answered", 1),
        ("unauthorized", {"metered": "ask"}, "answered", 1),
        ("last-resort", {"max_switches": 1}, "answered", 1),
        ("all-dead", {"max_switches": 1}, "failed", None),
        ("all-dead", {"when_all_benched": "wait"}, "failed", None),
        ("all-dead", {"when_all_benched": "fail"}, "failed", None),
    ],
    ids=lambda value: "-".join(f"{k}-{v}" for k, v in value.items()) if isinstance(value, dict) else None,
)
def test_what_must_come_of_a_fault_is_as_the_config_has_it(
    fault: str, policy: dict[str, Any], outcome: str, position: int | None
) -> None:
    """A config that asks for something else than usual does not fall short by getting it."""
    drill = drilled(fault, link(0), link(1), link(2), policy=Policy(**policy))
    assert (drill.outcome, served(drill)) == (outcome, position)


@pytest.mark.parametrize(("window", "outcome"), [(8000, "stopped"), (128_000, "answered")])
def test_a_long_prompt_goes_to_a_link_known_to_hold_it(window: int, outcome: str) -> None:
    """With `fallback.on.context_overflow: larger`."""
    routes = link(0, context_length=8192), link(1, context_length=window)
    drill = drilled("too-long", *routes, policy=Policy(context_overflow="larger"))
    assert (drill.outcome, drill.complaints) == (outcome, ())


def test_an_impatient_config_sits_no_wait_out() -> None:
    """With `fallback.patience: 0s` the next link answers, where usually the first is asked again."""
    assert served(drilled("rate-limit-short", link(0), link(1), limits=Limits(patience_s=0.0))) == 1


@pytest.mark.parametrize("mode", ["streamed", "whole-async"])
def test_a_config_that_asks_before_a_switch_is_asked(mode: str) -> None:
    """`fallback.auto_activate: false`: the rehearsal says yes."""
    drill = rehearse(replace(chain(), may_switch=False), CATALOGUE["quota"], mode=mode)
    assert served(drill) == 1


@pytest.mark.parametrize(
    "policy", [Policy(metered="never"), Policy(zone="device")], ids=["metered-never", "zone-device"]
)
def test_a_link_that_is_ruled_out_answers_in_no_rehearsal(policy: Policy) -> None:
    """Of three links the one in the middle may not be asked, whatever happens to the first."""
    here: dict[str, Any] = {"base_url": "http://127.0.0.1:11434/v1", "cost": "free", "zone": "device"}
    routes = link(0, **here), link(1, cost="metered"), link(2, **here | {"base_url": "http://127.0.0.1:1/v1"})
    assert served(drilled("unauthorized", *routes, policy=policy)) == 2


def test_a_chain_that_is_ruled_out_altogether_cannot_be_rehearsed() -> None:
    """There is nothing to ask."""
    with pytest.raises(UsageError, match="may be asked"):
        rehearse_all(replace(chain(), policy=Policy(zone="device")), find_faults(()))


def test_who_served_is_told_as_configured() -> None:
    """Not as the provider on loopback that played it."""
    served_by = drilled("quota", link(0), link(1)).served_by
    assert served_by
    assert (served_by.base_url, served_by.credential) == ("https://p1.example/v1", "env")


def test_no_key_of_the_user_is_in_a_rehearsal() -> None:
    """Neither in what is told of it nor in any attempt."""
    drills = rehearse_all(chain(*DIALECTS), find_faults(["key-repeated", "all-dead"]))
    assert "real-key" not in repr(drills)


def test_faults_are_found_by_name_and_all_of_them_without() -> None:
    """A slip is answered with the name that was meant."""
    assert [fault.name for fault in find_faults(["stall", "quota", "stall"])] == ["stall", "quota"]
    assert len(find_faults(())) == len(CATALOGUE)
    with pytest.raises(NotFound) as caught:
        find_faults(["quotta"])
    assert "`quota`" in (caught.value.hint or "")
