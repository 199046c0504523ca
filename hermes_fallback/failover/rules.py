"""The rules of classification, and the order they are asked in.

The order is what matters, and is written down once, in `_ASKED`. Structured facts come before prose: a
status that means one thing, then codes and types (the innermost first, so that a wrapper does not hide what
the upstream said), then phrases as far as the status admits them, then what the status alone says.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import datetime
from functools import lru_cache
from typing import NamedTuple

from hermes_fallback.failover.codes import (
    STATUSES,
    Meaning,
    code_meaning,
    exception_meaning,
    exception_status,
)
from hermes_fallback.failover.details import about_of, lacks_in, sizes_in
from hermes_fallback.failover.evidence import Evidence, gather
from hermes_fallback.failover.phrases import find_phrase
from hermes_fallback.failover.retry_after import retry_after_s
from hermes_fallback.failover.user_rules import UserRule
from hermes_fallback.failover.verdict import MESSAGE_CHARS, About, Verdict
from hermes_fallback.failover.wording import stems_of
from hermes_fallback.masking import mask_keys
from hermes_fallback.model.failure import Failure, Transport
from hermes_fallback.model.reason import Reason

__all__ = ["judge"]

_SHORT_WAIT_S = 90.0


class _Case(NamedTuple):
    """What the rules are asked about."""

    evidence: Evidence
    transport: Transport
    status: int | None
    waits: bool
    """The provider asks for a wait that passes soon."""
    admitted: frozenset[Reason]


_Found = tuple[Reason, str]


def judge(failure: Failure, now: datetime | None, rules: Sequence[UserRule]) -> Verdict:
    """What `classify` answers."""
    kind = failure.headers.get("x-amzn-errortype", "")
    evidence, settled = _looked_at(failure.transport, failure.status, failure.exception, failure.body, kind)
    wait_s = retry_after_s(failure.headers, documents=evidence.documents, text=evidence.text, now=now)
    if own := _own(rules, failure, evidence) if rules else None:
        verdict = _as_told(own, evidence)
    else:
        waits = wait_s is not None and wait_s <= _SHORT_WAIT_S
        if (known := settled.get(waits)) is None:
            known = settled[waits] = _settled(failure.transport, evidence, waits=waits)
        verdict = known
    return verdict if wait_s is None else verdict._replace(retry_after_s=wait_s)


@lru_cache(32)  # an outage says the same thing again and again; bodies are 64 KB at most
def _looked_at(
    transport: Transport, status: int | None, exception: str | None, body: str, kind: str
) -> tuple[Evidence, dict[bool, Verdict]]:
    """The evidence in a failure, and a place for the verdicts, which hang on nothing else but a short wait."""
    return gather(transport, status, exception, body, kind), {}


def _settled(transport: Transport, evidence: Evidence, *, waits: bool) -> Verdict:
    """The verdict, but for the wait; *waits*: the provider asks for one that passes soon."""
    status = _status_of(evidence)
    case = _Case(evidence, transport, status, waits, _admitted(status, evidence))
    reason, rule = _found(case)
    return _verdict(reason, rule, evidence, about_of(reason, status, evidence))


def _as_told(rule: UserRule, evidence: Evidence) -> Verdict:
    about = rule.about or about_of(rule.reason, _status_of(evidence), evidence)
    return _verdict(rule.reason, rule.name, evidence, about)


def _verdict(reason: Reason, rule: str, evidence: Evidence, about: About) -> Verdict:
    length, size = sizes_in(evidence) if reason is Reason.CONTEXT_OVERFLOW else (None, None)
    return Verdict(
        reason=reason,
        rule=rule,
        message=_shown(evidence.message),
        about=about,
        lacks=lacks_in(evidence.text) if reason in _LACKING else None,
        context_length=length,
        prompt_tokens=size,
    )


def _status_of(evidence: Evidence) -> int | None:
    if evidence.status is None and evidence.exception:
        return exception_status(evidence.exception)
    return evidence.status


_LACKING = frozenset({Reason.BAD_REQUEST, Reason.MODEL_NOT_FOUND, Reason.SERVER_ERROR, Reason.UNKNOWN})
"""What a model that has no tools or no eyes is found to fail with."""


def _own(rules: Sequence[UserRule], failure: Failure, evidence: Evidence) -> UserRule | None:
    """The first of the user's rules that holds; what the wrapper's status was counts as much as what is inside."""
    statuses = {_status_of(evidence), failure.status}
    return next((rule for rule in rules if rule.holds(failure.provider, statuses, evidence)), None)


def _found(case: _Case) -> _Found:
    for ask in _ASKED:
        if found := ask(case):
            return found
    return Reason.UNKNOWN, "unknown"


def _by_exception(case: _Case) -> _Found | None:
    """A class that libraries raise for one thing only."""
    meaning = exception_meaning(case.evidence.exception) if case.evidence.exception else None
    return (meaning.reason, f"exception:{meaning.name}") if meaning and meaning.firm else None


def _by_final_status(case: _Case) -> _Found | None:
    """A status that means one thing whatever the body says."""
    return (Reason.QUOTA, "status:402") if case.status == 402 else None


def _by_firm_code(case: _Case) -> _Found | None:
    for code in case.evidence.codes:
        if (meaning := code_meaning(code)) and meaning.firm:
            return _by_billing_words(case, _named(meaning))
    return None


_MINUTE_LIMIT = "error-code#token-limit"


def _by_billing_words(case: _Case, found: _Found) -> _Found:
    """*found*, unless it is DashScope's limit of tokens a minute, which borrows OpenAI's words for spent money.

    Source: alibabacloud.com/help/en/model-studio/error-code, 2026-06-23; the answer links to the place there.
    """
    if found[0] is Reason.QUOTA and _MINUTE_LIMIT in case.evidence.text:
        return Reason.RATE_LIMIT, f"{found[1]}+link:token-limit"
    return found


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
    is_wrapped = case.status is None or case.status < 300
    for code in case.evidence.codes:
        meaning = code_meaning(code)
        if meaning and meaning.reason in case.admitted and (is_wrapped or meaning.reason not in _WEAK):
            return _by_window(case, _named(meaning), soft=meaning.reason is Reason.QUOTA)
    return None


_JOINTS = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|[_.:-]+")


def _by_words_of_code(case: _Case) -> _Found | None:
    """A code that no table has, read as words: `terminal_quota_exhausted`, `NotEnoughBalance`."""
    unknown = [code for code in case.evidence.codes if code_meaning(code) is None]
    text = " | ".join(" ".join(_JOINTS.sub(" ", code).split()).lower() for code in unknown)
    phrase = find_phrase(text, case.admitted) if text else None
    if phrase is None:
        return None
    return _by_window(case, (phrase.reason, f"code-words:{phrase.reason}:{phrase.text}"), soft=phrase.soft)


def _by_status(case: _Case) -> _Found | None:
    status = case.status
    if status is None or (200 <= status < 300 and status not in STATUSES):
        return None
    if reason := STATUSES.get(status):
        return _by_window(case, (reason, f"status:{status}"), soft=False)
    return (Reason.SERVER_ERROR, f"status:{status}") if 500 <= status < 600 else None


def _by_likely_exception(case: _Case) -> _Found | None:
    meaning = exception_meaning(case.evidence.exception) if case.evidence.exception else None
    return (meaning.reason, f"exception:{meaning.name}") if meaning else None


def _by_shape(case: _Case) -> _Found | None:
    """Success in name only, with nothing inside that tells more."""
    if case.transport in (Transport.BODY200, Transport.SSE) or (case.status or 500) < 300:
        return Reason.INVALID_RESPONSE, f"shape:{case.transport}"
    return None


_ASKED: tuple[Callable[[_Case], _Found | None], ...] = (
    _by_exception,
    _by_final_status,
    _by_firm_code,
    _by_page,
    _by_phrase,
    _by_code,
    _by_words_of_code,
    _by_status,
    _by_likely_exception,
    _by_shape,
)


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
    window = _window(case)
    if window == "long":
        return (Reason.QUOTA, found[1] if reason is Reason.QUOTA else f"{found[1]}+window:long")
    if reason is Reason.RATE_LIMIT or (window is None and not case.waits):
        return found
    return Reason.RATE_LIMIT, f"{found[1]}+{'window:short' if window else 'wait:short'}"


def _window(case: _Case) -> str | None:
    """`long`, `short`, or None: by the provider's codes and quota ids if they name one, else by the first window in the text."""
    return _window_of_codes(case.evidence.codes) or _window_in(case.evidence.text)


@lru_cache(maxsize=256)  # texts differ, and the codes beside them hardly do
def _window_of_codes(codes: tuple[str, ...]) -> str | None:
    found = {match.lastgroup for match in _WINDOW.finditer(" ".join(codes).lower())}
    return "long" if "long" in found else "short" if found else None


def _window_in(text: str) -> str | None:
    if any(map(text.__contains__, _GLUED_LONG)):
        return "long"
    start = 0
    if text.isascii():
        stems = stems_of(text)
        starts = [text.find(word) - _WINDOW_LEAD for word in _WINDOW_STEMS & stems]
        starts += [text.find(glued) for glued in _GLUED if glued in text]
        if not _UNIT_STEMS.isdisjoint(stems) and (found := _PER_UNIT.search(text)):
            starts.append(found.start())
        if not starts:
            return None
        start = max(min(starts), 0)
    first = _WINDOW.search(text, start)
    return first.lastgroup if first else None


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


_WINDOW_STEMS = frozenset(
    _words(
        "day daily week weekly month monthl year 24 24h 86400 86400s tpd rpd tomorr midnig"
        " sec second secs min mins minute hour hourly tpm rpm rps itpm otpm"
    )
)
"""Words without which English text names no window: looking for the window itself takes ten times as long."""
_GLUED = ("perminute", "persecond", "perhour", "byminute", "concurren", "qps")
"""What stands inside longer words too."""
_GLUED_LONG = ("perday", "permonth", "byday")
"""The same of a quota's id that no code was read from, because the body is broken: as of codes, the longest counts."""
_WINDOW_LEAD = len("every ")
_UNIT_STEMS = frozenset("smhd")
_PER_UNIT = re.compile(r"/ ?[smhd]\b")
"""How these are a window; elsewhere they are `organization's`, which most texts have."""


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
    # Groq's: a request above what may be sent in a minute. Another provider takes it.
    413: frozenset({Reason.PAYLOAD_TOO_LARGE, Reason.CONTEXT_OVERFLOW, Reason.RATE_LIMIT}),
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


_KEY_MARKS = _words(
    "sk- pk- rk- k_ hp_ ho_ hs_ hu_ hr_ pat xox xapp aiza akia asia eyj"
    " hf gsk nvapi r8 tvly fw pplx xai csk ya29 :aa @ ="
)
"""One of them is in every word that has a secret in it; to look is a tenth of the work of starring."""
_LONG_WORD = re.compile(r"(?<![^ ])[^ ]{13,}")
"""So long is every such word."""


def _shown(message: str) -> str:
    """*message* with anything shaped like a key starred out, and cut to size."""
    message = message[: 4 * MESSAGE_CHARS]
    if _may_hold_key(message.lower()):
        message = mask_keys(message)
    return message if len(message) <= MESSAGE_CHARS else message[: MESSAGE_CHARS - 1].rstrip() + "…"


def _may_hold_key(lowered: str) -> bool:
    if "bearer" in lowered or "basic" in lowered:
        return True
    long_words = " ".join(_LONG_WORD.findall(lowered))
    return bool(long_words) and any(map(long_words.__contains__, _KEY_MARKS))
