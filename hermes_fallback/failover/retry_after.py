"""How long the provider asks us to wait, read in every form it is known to say so."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta

__all__ = ["LONGEST_WAIT_S", "retry_after_s"]

LONGEST_WAIT_S = 35 * 86_400.0
"""A month's allowance comes back within this; whoever asks for more is not telling the time."""
_SHORTEST_WAIT_S = 0.001

_Clock = tuple[str, datetime | None]
"""The server's `Date` as it was sent, which is read only where a time is absolute, and the time here."""
_Read = Callable[[object, _Clock], float | None]


def retry_after_s(
    headers: Mapping[str, str],
    *,
    documents: Sequence[Mapping[str, object]] = (),
    text: str = "",
    now: datetime | None = None,
) -> float | None:
    """Seconds the provider asks for, from a millisecond to `LONGEST_WAIT_S`; None if it does not, or it is nonsense.

    What is meant for us comes first: `retry-after-ms` and `Retry-After`, then fields of the body, then a wait
    named in the *text* (lower case), then the resets of those buckets that are used up. Absolute times count
    from the server's own `Date`, else from *now* (aware); without either they say nothing.

    Sources: RFC 9110, 10.2.3; platform.openai.com/docs/guides/rate-limits; docs.claude.com/en/api/rate-limits;
    google.rpc.RetryInfo; draft-ietf-httpapi-ratelimit-headers.
    """
    clock = (headers.get("date", ""), now)
    return (
        (_from_headers(headers, clock) if headers else None)
        or _from_documents(documents, clock)
        or _from_text(text, clock)
        or (_from_buckets(headers, clock) if headers else None)
        or _from_metadata(documents, clock)
    )


def _sane(seconds: float | None) -> float | None:
    if seconds is None or not math.isfinite(seconds) or not _SHORTEST_WAIT_S <= seconds <= LONGEST_WAIT_S:
        return None
    return round(seconds, 6)


def _from_headers(headers: Mapping[str, str], clock: _Clock) -> float | None:
    for name in ("retry-after-ms", "x-ms-retry-after-ms"):
        if (value := headers.get(name)) and (wait := _milliseconds(value, clock)) is not None:
            return wait
    value = headers.get("retry-after")
    return _any_form(value, clock) if value else None


_BUCKET = re.compile(r"(x-ratelimit|ratelimit|anthropic-ratelimit|x-ms-ratelimit)-(.*)")


def _from_buckets(headers: Mapping[str, str], clock: _Clock) -> float | None:
    """The latest reset among the buckets that are used up: each must be free again before a request passes."""
    waits = []
    for name in headers:
        if "reset" not in name or _has_left(headers, name):
            continue
        if (bucket := _BUCKET.fullmatch(name)) is None:
            continue
        if _is_used_up(headers, bucket[1], bucket[2]):
            waits.append(_any_form(headers[name], clock))
    return max((wait for wait in waits if wait is not None), default=None)


def _has_left(headers: Mapping[str, str], name: str) -> bool:
    """True when the bucket that *name* resets plainly has something left, as most have; cheaper than to take it apart."""
    left = headers.get(name.replace("reset", "remaining"), "0")
    return "0" < left[:1] <= "9" and "unified" not in name


def _is_used_up(headers: Mapping[str, str], family: str, rest: str) -> bool:
    """True when what remains is 0, or when a bucket without a kind of its own does not say."""
    if rest in ("reset-after", "reset") and f"{family}-remaining" not in headers:
        return True
    remaining = f"{family}-" + rest.replace("reset-after", "reset").replace("reset", "remaining")
    left = headers.get(remaining, "").strip()
    if rest == "unified-reset":
        return headers.get(f"{family}-unified-status") == "rejected"
    return left.startswith("0") and left.strip("0.") == ""


def _seconds(value: object, clock: _Clock) -> float | None:
    """A relative wait: a number is seconds, a text may also name its units."""
    del clock
    return _sane(_number(value) if _number(value) is not None else _duration(value))


def _milliseconds(value: object, clock: _Clock) -> float | None:
    del clock
    number = _number(value)
    return None if number is None else _sane(number / 1000)


def _any_form(value: object, clock: _Clock) -> float | None:
    """Seconds, a duration, an epoch in seconds or milliseconds, an HTTP date or an ISO one."""
    number = _number(value)
    if number is None:
        relative = _sane(_duration(value))
        return relative if relative is not None else _until(_date(str(value or "")), clock)
    if number < 1e9:
        return _sane(number)
    return _until(_epoch(number / 1000 if number >= 1e12 else number), clock)


_FIELDS: dict[str, _Read] = {
    "retry_after_ms": _milliseconds,
    "retryafterms": _milliseconds,
    "retry_after": _any_form,
    "retryafter": _any_form,
    "retry-after": _any_form,
    "retry_after_s": _seconds,
    "retry_after_seconds": _seconds,
    "retryafterseconds": _seconds,
    "retrydelay": _seconds,
    "retry_delay": _seconds,
    "resets_in_seconds": _seconds,
    "reset_in_seconds": _seconds,
    "resets_in": _seconds,
    "quotaresetdelay": _seconds,
    "wait_seconds": _seconds,
    "estimated_time": _seconds,
    "resets_at": _any_form,
    "reset_at": _any_form,
    "resetsat": _any_form,
    "resetat": _any_form,
    "reset_time": _any_form,
    "resettime": _any_form,
    "quotaresettimestamp": _any_form,
}
"""Fields that name a wait, in the order they are trusted; names in lower case."""
_NAMES = frozenset(_FIELDS)
_TRUST = {name: place for place, name in enumerate(_FIELDS)}


def _from_documents(documents: Sequence[Mapping[str, object]], clock: _Clock) -> float | None:
    for document in documents:
        if _NAMES.isdisjoint(document):
            continue
        for name in sorted(_FIELDS.keys() & document.keys(), key=_TRUST.__getitem__):
            value = document[name]
            if isinstance(value, dict):
                value = value.get("seconds")
            if (wait := _FIELDS[name](value, clock)) is not None:
                return wait
    return None


def _from_metadata(documents: Sequence[Mapping[str, object]], clock: _Clock) -> float | None:
    """OpenRouter hands the upstream's headers on inside `metadata.headers`."""
    for document in documents:
        if isinstance(headers := document.get("headers"), dict):
            inner = {str(name).lower(): str(value) for name, value in list(headers.items())[:50]}
            if wait := _from_headers(inner, clock) or _from_buckets(inner, clock):
                return wait
    return None


_UNIT = r"(?:milliseconds?|ms|seconds?|secs?|s|minutes?|mins?|m|hours?|hrs?|hr|h|days?|d|秒钟?|分钟?|小时|天)"
_SPAN = rf"(?:\d{{1,9}}(?:\.\d{{1,12}})?\s?{_UNIT}(?![a-z])(?:,? and |, | )?){{1,4}}"
_IN_ENGLISH = (
    r"(?:try again|retry|wait|come back|available again|available|resets?|reset)"
    r"(?: (?:in|after|for|about|approximately|at least|another|your request|again|limit))*:? ?"
    rf"({_SPAN})"
    rf"|retry[-_ ]after[\"']?[:= ]+[\"']?(\d{{1,9}}(?:\.\d{{1,6}})?)(?![\d.]*[a-z])"
)
_ASKS = re.compile(_IN_ENGLISH)
_ASKS_IN_CHINESE = re.compile(rf"{_IN_ENGLISH}|({_SPAN})\s?(?:后|之后|以后)")
"""The same and more; looks at each number for it."""
_ASKS_AT = re.compile(
    r"(?:resets?|reset|regain access|available again|try again)(?: (?:at|on|after|until|your limit will))*:? "
    r"(\d{4}-\d\d-\d\d(?:t| at | )\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?)\s?(z|utc|[+-]\d\d:?\d\d)"
)
_ASKS_CLOCK = re.compile(
    r"(?:replenished|resets?|available|again|retry) (?:in|after) (\d{1,3}):(\d\d):(\d\d)(?!\d)"
)
_HINTS = ("again", "retry", "wait", "reset", "available", "regain", "replenish", "come back", "后")
_DIGIT = re.compile(r"\d")
_DELAY = re.compile(r"retry_delay \{ seconds: (\d{1,7})")


def _from_text(text: str, clock: _Clock) -> float | None:
    hints = list(filter(text.__contains__, _HINTS))
    if not hints:
        return None
    is_chinese = "后" in hints
    start = 0 if is_chinese else max(min(map(text.find, hints)) - len("try "), 0)
    if not _DIGIT.search(text, start):
        return None
    if found := (_ASKS_IN_CHINESE if is_chinese else _ASKS).search(text, start, 8_000):
        return _sane(float(found[2]) if found[2] else _span_s(found[found.lastindex or 0]))
    if found := _ASKS_CLOCK.search(text, start, 8_000):
        return _sane(int(found[1]) * 3600.0 + int(found[2]) * 60 + int(found[3]))
    if found := _DELAY.search(text, start, 8_000):
        return _sane(float(found[1]))
    if found := _ASKS_AT.search(text, start, 8_000):
        zone = "+00:00" if found[2] in ("z", "utc") else found[2]
        return _until(_iso(found[1].replace(" at ", "t").replace(" ", "t").upper() + zone), clock)
    return None


_UNITS_S = {
    "s": 1.0,
    "秒": 1.0,
    "m": 60.0,
    "分": 60.0,
    "h": 3600.0,
    "小": 3600.0,
    "d": 86_400.0,
    "天": 86_400.0,
}
_PIECE = re.compile(rf"(\d{{1,9}}(?:\.\d{{1,12}})?)\s?({_UNIT})(?![a-z])")
_WHOLE = re.compile(rf"\s*{_SPAN}\s*")


def _number(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        return None
    try:
        number = float(value) if not isinstance(value, str) or len(value) < 40 else math.nan
    except (ValueError, OverflowError):
        return None
    return number if math.isfinite(number) else None


def _duration(value: object) -> float | None:
    """The seconds of `6m0s`, `7.66s`, `120ms`, `4hr 5min`, `12 hours`, `30 秒`."""
    if not isinstance(value, str) or len(value) > 80 or not _WHOLE.fullmatch(value.lower()):
        return None
    return _span_s(value.lower())


def _span_s(span: str) -> float:
    return sum([float(number) * _unit_s(unit) for number, unit in _PIECE.findall(span)])


def _unit_s(unit: str) -> float:
    return 0.001 if unit.startswith(("ms", "milli")) else _UNITS_S[unit[0]]


def _until(moment: datetime | None, clock: _Clock) -> float | None:
    if moment is None:
        return None
    sent = _date(clock[0]) or clock[1]
    if sent is None or sent.tzinfo is None:
        return None
    return _sane((moment - sent) / timedelta(seconds=1))


def _epoch(seconds: float) -> datetime | None:
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (ValueError, OverflowError, OSError):
        return None


_MONTHS = {
    month: number
    for number, month in enumerate(
        ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"], start=1
    )
}
_HTTP_DATE = re.compile(r"(\d{1,2})[ -]([a-z]{3})[ -](\d{4}|\d\d) (\d\d):(\d\d):(\d\d)")
_ASCTIME = re.compile(r"([a-z]{3}) {1,2}(\d{1,2}) (\d\d):(\d\d):(\d\d) (\d{4})")


def _date(value: str) -> datetime | None:
    """An aware moment from an HTTP date in any of its three forms, or an ISO date that names its zone."""
    text = value.strip()[:64].lower()
    if found := _HTTP_DATE.search(text):
        day, month, year, *clock = found.groups()
    elif found := _ASCTIME.search(text):
        month, day, *clock, year = found.groups()
    else:
        return _iso(text.upper()) if text[:4].isdecimal() else None
    full_year = int(year) + (2000 if len(year) == 2 else 0)
    return _moment(full_year, _MONTHS.get(month, 0), int(day), *map(int, clock))


def _moment(*parts: int) -> datetime | None:
    year, month, day, hour, minute, second = parts
    try:
        return datetime(year, month, day, hour, minute, min(second, 59), tzinfo=UTC)
    except ValueError:
        return None


def _iso(text: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo is not None else None
