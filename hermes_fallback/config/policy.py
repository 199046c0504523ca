"""The policy of `fallback:`, read when a conversation begins."""

from __future__ import annotations

import re
from collections.abc import Callable

from hermes_fallback.config.settings import Section, count, flag
from hermes_fallback.model.limits import Policy

__all__ = ["read_policy"]

_ZONE = re.compile(r"device|lan|any|region:[A-Za-z0-9-]+")
_STATE = re.compile(r"sqlite|rediss?://\S+")


def read_policy(own: Section) -> Policy:
    """The policy that *own*, the mapping `fallback:`, comes to.

    A bad value leaves a finding, and the default; where money or data could leave, the strictest value instead.
    """
    default = Policy()
    on, spend = own.section("on"), own.section("spend")
    return Policy(
        scope=own.read("scope", _one_of("turn", "session"), default.scope),
        max_switches=own.read("max_switches", count, None),
        midstream=own.read("midstream", _one_of("restart", "raise"), default.midstream),
        content_policy=on.read("content_policy", _one_of("stop", "next"), default.content_policy),
        context_overflow=on.read("context_overflow", _one_of("raise", "larger"), default.context_overflow),
        when_all_benched=own.read(
            "when_all_benched", _one_of("probe", "wait", "fail"), default.when_all_benched
        ),
        metered=spend.read("metered", _metered, default.metered, otherwise="never"),
        max_usd_per_day=spend.read("max_usd_per_day", _amount, None, otherwise=0.0),
        zone=own.read("zone", _zone, default.zone, otherwise="device"),
        notify=own.read("notify", flag, default.notify),
        store=own.read("store", _one_of("env", "keyring"), default.store),
        state=own.read("state", _state, default.state),
    )


def _one_of(*words: str) -> Callable[[object], str]:
    def take(value: object) -> str:
        if isinstance(value, str) and value in words:
            return value
        msg = f"one of {', '.join(words)}"
        raise ValueError(msg)

    return take


def _metered(value: object) -> str:
    return "auto" if value is None else _one_of("auto", "ask", "never")(value)


def _amount(value: object) -> float | None:
    if value is None:
        return None
    if isinstance(value, (int, float)) and not isinstance(value, bool) and value >= 0:
        return float(value)
    msg = "an amount from 0 on"
    raise ValueError(msg)


def _zone(value: object) -> str:
    if value is None:
        return "any"
    if isinstance(value, str) and _ZONE.fullmatch(value):
        return value
    msg = "a zone: device, lan, any, or region:NAME"
    raise ValueError(msg)


def _state(value: object) -> str:
    if isinstance(value, str) and _STATE.fullmatch(value):
        return value
    msg = "`sqlite`, or an address such as `redis://host/0`"
    raise ValueError(msg)
