"""The rules of classification, and the order they are asked in.

The order is what matters, and is written down once, in `_ASKED`. Structured facts come before prose: a
status that means one thing, then codes and types (the innermost first, so that a wrapper does not hide what
the upstream said), then phrases as far as the status admits them, then what the status alone says.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from hermes_fallback.failover.codes import (
    EXCEPTION_STATUS,
    EXCEPTIONS,
    STATUSES,
    Meaning,
    code_meaning,
    normal,
)
from hermes_fallback.failover.evidence import Evidence, gather
from hermes_fallback.failover.phrases import find_phrase
from hermes_fallback.failover.retry_after import retry_after_s
from hermes_fallback.failover.verdict import MESSAGE_CHARS, Verdict
from hermes_fallback.model.failure import Failure, Transport
from hermes_fallback.model.reason import Reason

__all__ = ["judge"]

_SHORT_WAIT_S = 90.0


@dataclass(frozen=True, slots=True, kw_only=True)
class _Case:
    """What the rules are asked about."""

    evidence: Evidence
    transport: Transport
    status: int | None
    wait_s: float | None
    admitted: frozenset[Reason]


_Found = tuple[Reason, str]


def judge(failure: Failure, now: datetime | None) -> Verdict:
    """What `classify` answers."""
    evidence = gather(failure)
    wait_s = retry_after_s(failure.headers, documents=evidence.documents, text=evidence.text, now=now)
    status = evidence.status or EXCEPTION_STATUS.get(normal(evidence.exception))
    case = _Case(
        evidence=evidence,
        transport=failure.transport,
        status=status,
        wait_s=wait_s,
        admitted=_admitted(status, evidence),
    )
    reason, rule = next(found for ask in _ASKED if (found := ask(case)) is not None)
    return Verdict(reason=reason, rule=rule, retry_after_s=wait_s, message=_shown(evidence.message))


def _by_exception(case: _Case) -> _Found | None:
    """A class that libraries raise for one thing only."""
    meaning = EXCEPTIONS.get(normal(case.evidence.exception)) if case.evidence.exception else None
    return (meaning.reason, f"exception:{meaning.name}") if meaning and meaning.firm else None


def _by_final_status(case: _Case) -> _Found | None:
    """A status that means one thing whatever the body says."""
    return (Reason.QUOTA, "status:402") if case.status == 402 else None


def _by_firm_code(case: _Case) -> _Found | None:
    return next((_named(m) for m in _meanings(case) if m.firm), None)


def _by_page(case: _Case) -> _Found | None:
    """A page made for browsers: a firewall's, a gateway's, or a site that is not an API. Its prose is noise."""
    if not case.evidence.is_html:
        return None
    if case.status not in _GATEWAY_STATUSES and any(mark in case.evidence.text for mark in _FIREWALL_MARKS):
        return Reason.AUTH, "page:firewall"
    if case.status is None or case.status < 300:
        return Reason.ENDPOINT_NOT_FOUND, "page:html"
    return _by_status(case)


def _by_phrase(case: _Case) -> _Found | None:
    phrase = find_phrase(case.evidence.text, case.admitted)
    if phrase is None:
        return None
    found = phrase.reason, f"phrase:{phrase.reason}:{phrase.text}"
    return _by_window(case, found, soft=phrase.soft)


def _by_code(case: _Case) -> _Found | None:
    """A code that is used for several things, when nothing said which, and the status allows what it says."""
    for meaning in _meanings(case):
        if meaning.reason in case.admitted and (case.status is None or meaning.reason not in _WEAK):
            return _by_window(case, _named(meaning), soft=meaning.reason is Reason.QUOTA)
    return None


def _by_status(case: _Case) -> _Found | None:
    status = case.status
    if status is None or (200 <= status < 300 and status not in STATUSES):
        return None
    if reason := STATUSES.get(status):
        return _by_window(case, (reason, f"status:{status}"), soft=False)
    return (Reason.SERVER_ERROR, f"status:{status}") if 500 <= status < 600 else None


def _by_likely_exception(case: _Case) -> _Found | None:
    meaning = EXCEPTIONS.get(normal(case.evidence.exception)) if case.evidence.exception else None
    return (meaning.reason, f"exception:{meaning.name}") if meaning else None


def _by_shape(case: _Case) -> _Found | None:
    """Success in name only, with nothing inside that tells more."""
    if case.transport in (Transport.BODY200, Transport.SSE) or (case.status or 500) < 300:
        return Reason.INVALID_RESPONSE, f"shape:{case.transport}"
    return None


def _otherwise(case: _Case) -> _Found:
    del case
    return Reason.UNKNOWN, "unknown"


_ASKED: tuple[Callable[[_Case], _Found | None], ...] = (
    _by_exception,
    _by_final_status,
    _by_firm_code,
    _by_page,
    _by_phrase,
    _by_code,
    _by_status,
    _by_likely_exception,
    _by_shape,
    _otherwise,
)


def _meanings(case: _Case) -> list[Meaning]:
    return [meaning for code in case.evidence.codes if (meaning := code_meaning(code))]


def _named(meaning: Meaning) -> _Found:
    return meaning.reason, f"code:{meaning.name}"


_LONG = (
    r"\b(?:per|a|each|every)[ -](?:day|week|month|year|24 ?h)"
    r"|/ ?(?:day|d|week|month)\b|daily|weekly|monthly"
    r"|\b(?:tpd|rpd|86400s?)\b|perday|permonth|per_day|byday|tomorrow|midnight"
    r"|per-day|每日|每天|当日|今日|每周|每月|本月|24小时"
)
_SHORT = (
    r"\b(?:per|a|each|every)[ -](?:sec|min|hour)|/ ?(?:s|sec|second|min|minute|m|h|hour)\b"
    r"|\b(?:tpm|rpm|rps|qps|itpm|otpm)\b|perminute|persecond|perhour|per_minute|byminute|per-min|qps"
    r"|每分钟|每秒|每小时|concurren"
)
_WINDOW = re.compile(f"(?P<long>{_LONG})|(?P<short>{_SHORT})")
"""What a limit is counted in tells an allowance that is spent from traffic that passes."""


def _by_window(case: _Case, found: _Found, *, soft: bool) -> _Found:
    """*found*, or what the window named beside it makes of it: a day's limit is quota, a minute's is traffic."""
    reason = found[0]
    if reason is not Reason.RATE_LIMIT and not (reason is Reason.QUOTA and soft):
        return found
    window = _window(case.evidence)
    if window == "long":
        return (Reason.QUOTA, found[1] if reason is Reason.QUOTA else f"{found[1]}+window:long")
    if reason is Reason.RATE_LIMIT or (window is None and (case.wait_s or _SHORT_WAIT_S + 1) > _SHORT_WAIT_S):
        return found
    return Reason.RATE_LIMIT, f"{found[1]}+{'window:short' if window else 'wait:short'}"


def _window(evidence: Evidence) -> str | None:
    """`long`, `short`, or None: by the provider's codes and quota ids if they name one, else by the first window in the text."""
    found = {match.lastgroup for match in _WINDOW.finditer(" ".join(evidence.codes).lower())}
    if found:
        return "long" if "long" in found else "short"
    first = _WINDOW.search(evidence.text)
    return first.lastgroup if first else None


_ALL = frozenset(Reason) - {Reason.UNKNOWN}
_WEAK = frozenset(
    {Reason.SERVER_ERROR, Reason.BAD_REQUEST, Reason.MODEL_NOT_FOUND, Reason.CONNECTION, Reason.TIMEOUT}
)
"""Reasons that a code of many uses does not carry against a status."""

_REQUEST = _ALL - {Reason.CONNECTION, Reason.TIMEOUT, Reason.INVALID_RESPONSE, Reason.SERVER_ERROR}
_UPSTREAM = _ALL - {
    Reason.CONNECTION,
    Reason.ENDPOINT_NOT_FOUND,
    Reason.BAD_REQUEST,
    Reason.PAYLOAD_TOO_LARGE,
}
_SILENCE = frozenset({Reason.TIMEOUT})
_ADMITTED = {
    400: _REQUEST | {Reason.INVALID_RESPONSE},
    401: frozenset({Reason.AUTH, Reason.QUOTA}),
    402: frozenset({Reason.QUOTA}),
    403: _REQUEST - {Reason.PAYLOAD_TOO_LARGE, Reason.ENDPOINT_NOT_FOUND, Reason.BAD_REQUEST},
    404: frozenset({Reason.MODEL_NOT_FOUND, Reason.ENDPOINT_NOT_FOUND, Reason.QUOTA, Reason.AUTH}),
    405: frozenset({Reason.ENDPOINT_NOT_FOUND}),
    408: _SILENCE,
    410: frozenset({Reason.MODEL_NOT_FOUND, Reason.ENDPOINT_NOT_FOUND}),
    413: frozenset({Reason.PAYLOAD_TOO_LARGE, Reason.CONTEXT_OVERFLOW}),
    422: _REQUEST | {Reason.INVALID_RESPONSE},
    429: frozenset({Reason.RATE_LIMIT, Reason.QUOTA, Reason.OVERLOADED, Reason.AUTH}),
    503: _UPSTREAM - {Reason.SERVER_ERROR},
    504: frozenset({Reason.TIMEOUT, Reason.OVERLOADED}),
    529: frozenset({Reason.OVERLOADED}),
}
"""What the words beside a status may say; other 4xx are as 400, other 5xx as an upstream's."""
_GATEWAY_STATUSES = frozenset({404, 413, 429, 500, 502, 504, 520, 521, 522, 523, 524, 525, 526})
_FIREWALL_MARKS = (
    "just a moment",
    "attention required",
    "you have been blocked",
    "access denied",
    "verify you are human",
    "enable javascript and cookies",
    "captcha",
    "security check",
)


def _admitted(status: int | None, evidence: Evidence) -> frozenset[Reason]:
    if status is None or status < 300:
        return _ALL if evidence.has_error else frozenset()
    if (known := _ADMITTED.get(status)) is not None:
        return known
    return _UPSTREAM if status >= 500 else _REQUEST


_SECRETS = re.compile(
    r"(?i)\b(?:bearer\s+[^\s'\",;]{6,}|(?:sk|pk|rk|gsk|xai|hf|ghp|gho|ghu|nvapi|pplx|aiza|r8|akia|ya29)[-_.]?"
    r"[a-z0-9][a-z0-9._-]{11,}|eyj[a-z0-9._-]{20,})"
)


def _shown(message: str) -> str:
    """*message* with anything shaped like a key starred out, and cut to size."""
    clean = _SECRETS.sub("***", message[: 4 * MESSAGE_CHARS])
    return clean if len(clean) <= MESSAGE_CHARS else clean[: MESSAGE_CHARS - 1].rstrip() + "…"
