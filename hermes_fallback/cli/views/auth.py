"""Where the user stands with each provider: a key and its place, never the key; and whether it is taken."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from hermes_fallback.cli.views.canvas import Canvas, cells
from hermes_fallback.cli.views.chain import key_phrase
from hermes_fallback.journal.document import rfc3339
from hermes_fallback.session.words import SAID

if TYPE_CHECKING:
    from hermes_fallback.model.credential import Credential
    from hermes_fallback.probe.accounts import Account, Way

__all__ = ["Standing", "standing_document", "standing_text"]

_AUTH = {
    "api_key": "api_key",
    "aws_sdk": "aws",
    "entra_or_key": "api_key",
    "external_process": "external",
    "gcp_adc": "gcp",
    "none": "none",
    "oauth_device": "oauth",
    "oauth_external": "oauth",
    "oauth_pkce": "oauth",
    "virtual": "virtual",
}
"""The word of the contract for each `auth_type`."""
_INDENT = "    "
_WIDEST_NAME = 24


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """The accounts to show, and the command to begin with where there are none."""

    accounts: tuple[Account, ...]
    begin: str


def standing_document(standing: Standing) -> dict[str, object]:
    """The JSON of all accounts."""
    return {"providers": [_document(each) for each in standing.accounts]}


def standing_text(standing: Standing, canvas: Canvas) -> str:
    """A line for each account, and what to do where it cannot be used."""
    if not standing.accounts:
        return canvas.fold(f"no provider is configured; choose a primary: {standing.begin}")
    names = [cells(canvas.plain(each.profile.name)) for each in standing.accounts]
    width = max((each for each in names if each <= _WIDEST_NAME), default=0)
    return "\n".join(line for each in standing.accounts for line in _lines(each, width, canvas))


def _document(account: Account) -> dict[str, object]:
    problem = account.problem
    return {
        "provider": account.profile.name,
        "auth": _AUTH.get(account.profile.auth_type, account.profile.auth_type),
        "configured": account.is_configured,
        "resolvable": bool(account.ways),
        "accepted": account.is_accepted,
        "checked_at": account.checked_at and f"{account.checked_at:%Y-%m-%dT%H:%M:%SZ}",
        "usable": account.is_usable,
        "problem": problem and {"kind": problem.kind, "what": problem.what, "hint": problem.hint},
        "credentials": [_credential(way, way.key) for way in account.ways if way.key],
    }


def _credential(way: Way, key: Credential) -> dict[str, object]:
    is_refused, bench = way.is_accepted is False, way.bench
    is_dead = is_refused or (bench is not None and bench.is_dead)
    return {
        "label": key.name or key.source,
        "source": key.source,
        "fingerprint": key.fingerprint,
        "state": "dead" if is_dead else "benched" if bench else "ok",
        "until": rfc3339(bench.until) if bench and not is_dead else None,
        "reason": way.checked.reason if is_refused and way.checked else bench.reason if bench else None,
    }


def _lines(account: Account, width: int, canvas: Canvas) -> Iterator[str]:
    name = canvas.plain(account.profile.name)
    gap = " " * max(width - cells(name), 0) + "  "
    problem = account.problem
    status = f"not usable: {problem.what}" if problem else _usable(account)
    color = "yellow" if problem else "green"
    text = canvas.plain(status)
    if canvas.fits("  ", name, gap, text):
        yield f"  {name}{gap}{canvas.paint(text, color)}"
    else:
        yield f"  {name}"
        yield canvas.paint(canvas.fold(text, first=_INDENT, indent=_INDENT), color)
    if account.missing and account.ways:
        yield canvas.fold(canvas.plain(_usable(account, unasked="found")), first=_INDENT, indent=_INDENT)
    if problem and problem.hint:
        yield canvas.fold(canvas.plain(problem.hint), first=f"{_INDENT}hint: ", indent=f"{_INDENT}  ")


def _usable(account: Account, *, unasked: str = "usable") -> str:
    """Every way in by what is known of it; *unasked* is said of those that were not tried."""
    ways: dict[str, dict[str, None]] = {}
    for way in account.ways:
        ways.setdefault(_outcome(way) or unasked, {})[_key(way)] = None
    return "; ".join(f"{outcome}: {', or '.join(keys)}" for outcome, keys in ways.items())


def _outcome(way: Way) -> str:
    if way.bench is not None and not way.has_failed:
        return f"benched until {rfc3339(way.bench.until)}, as it {SAID[way.bench.reason]}"
    if way.checked is None:
        return ""
    if way.has_failed:
        return "failed"
    if way.is_unreached:
        return "cannot tell, as nothing answers"
    if way.checked.verdict == "ok":
        return "accepted" if way.is_accepted else "answers"
    return "not proved"


def _key(way: Way) -> str:
    return key_phrase(way.key) + (f" ({way.key.fingerprint})" if way.key else "")
