"""Pool entry: one credential of a provider's pool as auth.json holds it, or the provider's own sign-in there."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property

from hermes_fallback.credentials.claims import expiry, moment
from hermes_fallback.fact import Fact
from hermes_fallback.secret import Secret

__all__ = [
    "ENTRY_KEYS",
    "OURS",
    "SIGN_IN_SOURCES",
    "STATUS_KEYS",
    "TOKEN_KEYS",
    "PoolEntry",
    "flat",
    "moment_of",
]

SIGN_IN_SOURCES = ("device_code", "oauth")
"""The sources of entries that stand for the provider's own state in auth.json: both are one credential."""
TOKEN_KEYS = frozenset(
    [
        "access_token",
        "refresh_token",
        "id_token",
        "agent_key",
        "agent_key_expires_at",
        "expires_at",
        "expires_at_ms",
        "last_refresh",
    ]
)
"""What a sign-in or a renewal replaces, and nothing else does."""
STATUS_KEYS = (
    "last_status",
    "last_status_at",
    "last_error_code",
    "last_error_reason",
    "last_error_message",
    "last_error_reset_at",
)
"""Written in every entry, null where there is nothing to say."""
OURS = "hermes_fallback"
"""The key, in an entry, of what Hermes Agent has no word for."""
ENTRY_KEYS = frozenset(["id", "label", "source", "priority", "request_count", OURS, *STATUS_KEYS])
"""What is the entry's own, though it stands for a sign-in; all else of that is as the provider's state says."""
_MANUAL = "manual"
_MILLISECONDS = 1e12
"""Numbers beyond it, as times, are milliseconds."""


class PoolEntry(Fact, unshown=("raw",), uncompared=("raw",)):
    """One credential of a provider. Times are seconds since the epoch; what cannot be read is as if it were not there."""

    provider: str
    id: str
    """Six hex digits; empty for a sign-in that stands in the provider's state alone."""
    label: str
    source: str = _MANUAL
    """`manual`, `manual:FLOW`, `device_code`, `oauth`; all others name a place that holds the secret itself."""
    auth_type: str = "api_key"
    """`api_key` or `oauth`."""
    priority: int = 0
    """The lowest is used first."""
    secret: Secret | None = None
    refresh_token: Secret | None = None
    base_url: str | None = None
    expires_at: float | None = None
    last_status: str | None = None
    """None or `ok`; `exhausted`; `dead`."""
    last_status_at: float | None = None
    last_error_code: int | None = None
    last_error_reason: str | None = None
    last_error_message: str | None = None
    last_error_reset_at: float | None = None
    request_count: int = 0
    raw: Mapping[str, object]
    """All of it as it stands in the file, secrets too."""

    @classmethod
    def of(cls, provider: str, raw: Mapping[str, object]) -> PoolEntry:
        """The entry that *raw* is."""
        source = _text(raw, "source") or _MANUAL
        secret = _secret(raw, "access_token") or _secret(raw, "agent_key")
        return cls(
            provider=provider,
            id=_text(raw, "id"),
            label=_text(raw, "label") or source,
            source=source,
            auth_type=_text(raw, "auth_type") or "api_key",
            priority=_number(raw, "priority"),
            secret=secret,
            refresh_token=_secret(raw, "refresh_token"),
            base_url=_text(raw, "inference_base_url") or _text(raw, "base_url") or None,
            expires_at=_end(raw, secret),
            last_status=_text(raw, "last_status") or None,
            last_status_at=moment_of(raw.get("last_status_at")),
            last_error_code=_number(raw, "last_error_code") or None,
            last_error_reason=_text(raw, "last_error_reason") or None,
            last_error_message=_text(raw, "last_error_message") or None,
            last_error_reset_at=moment_of(raw.get("last_error_reset_at")),
            request_count=_number(raw, "request_count"),
            raw=raw,
        )

    @property
    def is_borrowed(self) -> bool:
        """True where the secret stands elsewhere, in a variable or another program's file, and comes from there."""
        return not self.is_sign_in and self.source.partition(":")[0] != _MANUAL

    @property
    def is_sign_in(self) -> bool:
        """True for the provider's own sign-in, be it in its state, in the pool, or in both."""
        return self.source in SIGN_IN_SOURCES

    @cached_property
    def fingerprint(self) -> str:
        """`sha256:` and 16 hex digits of the secret, wherever that stands; empty where it is unknown."""
        return self.secret.digest(16) if self.secret else _text(self.raw, "secret_fingerprint")

    @cached_property
    def account(self) -> str:
        """What stays when the secret is renewed; empty for a key."""
        return f"{self.provider}:{self.id}" if self.auth_type == "oauth" else ""

    @cached_property
    def subject(self) -> str:
        """What benches know it by, as `Credential.subject.credential`; empty where the secret is unknown."""
        return self.account or self.fingerprint


def flat(state: Mapping[str, object]) -> Mapping[str, object]:
    """A provider's state with its `tokens`, where it has them apart, among the other keys."""
    tokens = state.get("tokens")
    return {**state, **tokens} if isinstance(tokens, Mapping) else state


def moment_of(value: object) -> float | None:
    """The time that *value* is: seconds or milliseconds since the epoch, as a number or text, or ISO 8601."""
    if isinstance(value, str):
        try:
            value = float(value)
        except ValueError:
            return _iso_moment(str(value))
    in_ms = isinstance(value, (int, float)) and value > _MILLISECONDS
    return moment(value, per_second=1000 if in_ms else 1)


def _iso_moment(text: str) -> float | None:
    from datetime import UTC, datetime  # few entries end

    try:
        found = datetime.fromisoformat(text.strip())
        return (found if found.tzinfo else found.replace(tzinfo=UTC)).timestamp()
    except (ValueError, OverflowError):
        return None


def _end(raw: Mapping[str, object], secret: Secret | None) -> float | None:
    """What the token says of itself, because some writers renew it alone; else what stands beside it."""
    said = expiry(secret) if secret else None
    return said or moment_of(raw.get("expires_at")) or moment_of(raw.get("expires_at_ms"))


def _text(raw: Mapping[str, object], key: str) -> str:
    value = raw.get(key)
    return value.strip() if isinstance(value, str) else ""


def _secret(raw: Mapping[str, object], key: str) -> Secret | None:
    value = _text(raw, key)
    return Secret(value) if value else None


def _number(raw: Mapping[str, object], key: str) -> int:
    value = raw.get(key)
    return value if isinstance(value, int) and not isinstance(value, bool) else 0
