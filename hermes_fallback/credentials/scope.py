"""Scope: which keys may go to which hosts. Whole origins are compared, never parts of an address."""

from __future__ import annotations

from collections.abc import Iterable

from hermes_fallback.model.origin import Origin
from hermes_fallback.model.variable import is_variable_name

TYPE_CHECKING = False  # importing `typing` for it takes 4 ms
if TYPE_CHECKING:
    from hermes_fallback.credentials.provider import Provider

__all__ = ["barred_from", "is_home_of", "is_own", "is_trusted", "lives_at", "vendor_variable"]

# No trust and no link sends this key elsewhere: it opens hundreds of models on its owner's account, and the
# program whose files we share has sent it to other hosts.
_HOMES = {"OPENROUTER_API_KEY": Origin("https", "openrouter.ai", 443)}

_NO_VENDORS = frozenset({"OPENAI_API_KEY", "OPENROUTER_API_KEY", "OLLAMA_API_KEY"})
_OWN_LABELS = 2
_HOST_LETTERS = frozenset("abcdefghijklmnopqrstuvwxyz0123456789-")


def is_own(provider: Provider, origin: Origin) -> bool:
    """True when *origin* is the provider's: scheme, host and port as in one of its addresses.

    A provider that lives on this machine by default owns every loopback and private host.
    """
    if lives_at(provider, origin):
        return True
    own = _origin(provider.base_url)
    return origin.is_local and own is not None and own.is_local


def lives_at(provider: Provider, origin: Origin) -> bool:
    """True when *origin* is that of one of the provider's addresses."""
    own = (_origin(url) for url in (provider.base_url, *provider.alternate_base_urls))
    return any(each is not None and _covers(each, origin) for each in own)


def is_trusted(origin: Origin, trust: Iterable[str]) -> bool:
    """True when `fallback.trust` names this host, as `host`, `host:port` or a whole address."""
    return any(_is_named(origin, entry.strip().lower()) for entry in trust)


def is_home_of(variable: str, origin: Origin) -> bool:
    """False when the key in *variable* never goes to *origin*, whatever a link or `fallback.trust` says."""
    return _HOMES.get(variable, origin) == origin


def barred_from(origin: Origin) -> tuple[str, ...]:
    """The variables whose keys never go to *origin*, however they are named or filled in."""
    return tuple(variable for variable in _HOMES if not is_home_of(variable, origin))


def vendor_variable(origin: Origin) -> str | None:
    """The variable that holds the key of whoever's own host *origin* is: `GROQ_API_KEY` for `https://api.groq.com`.

    None where that is in doubt: deeper below a domain, which may let hosts to others; at a number; at another
    port or without encryption.
    """
    home = next((variable for variable, home in _HOMES.items() if home == origin), None)
    if home:
        return home
    labels = origin.host.removeprefix("api.").removeprefix("www.").split(".")
    if (origin.scheme, origin.port) != ("https", 443) or origin.is_local or len(labels) != _OWN_LABELS:
        return None
    variable = f"{labels[0].upper().replace('-', '_')}_API_KEY"
    return variable if is_variable_name(variable) and variable not in _NO_VENDORS else None


def _origin(url: str) -> Origin | None:
    if not url:
        return None
    try:
        return Origin.of(url)
    except ValueError:
        return None  # a process or a placeholder: no host that a key could go to


def _covers(own: Origin, origin: Origin) -> bool:
    """True where *origin* is *own*, any name standing for a `*` between its dots."""
    pairs = list(zip(own.host.split("."), origin.host.split("."), strict=False))
    same = (own.scheme, own.port, own.host.count(".")) == (origin.scheme, origin.port, origin.host.count("."))
    return same and all(label == other or (label == "*" and _is_label(other)) for label, other in pairs)


def _is_label(text: str) -> bool:
    return bool(text) and _HOST_LETTERS.issuperset(text)


def _is_named(origin: Origin, entry: str) -> bool:
    from urllib.parse import urlsplit  # 2 ms, and few configs trust anybody

    try:
        if "://" in entry:
            return Origin.of(entry) == origin
        parts = urlsplit(f"//{entry}")
        return parts.hostname == origin.host and parts.port in {None, origin.port}
    except ValueError:
        return False
