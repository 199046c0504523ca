"""Origin: the scheme, host and port that a credential is bound to."""

from __future__ import annotations

from hermes_fallback.fact import Fact

__all__ = ["Origin", "has_user", "is_private_host"]

_DEFAULT_PORTS = {"http": 80, "https": 443}
_LONGEST_LABEL = 63
_LETTERS = frozenset("abcdefghijklmnopqrstuvwxyz0123456789.-_*")
_DIGITS = frozenset("0123456789")
_LAST_PORT = 65535
_LOCAL_NAMES = frozenset({"localhost", "host.docker.internal"})
_LOCAL_SUFFIXES = (".localhost", ".local", ".lan", ".internal", ".home.arpa")


class Origin(Fact, kw_only=False):
    """Where a request goes: compared whole, never by substring."""

    scheme: str
    host: str
    port: int

    @classmethod
    def of(cls, url: str) -> Origin:
        """The origin of *url*, with the scheme's own port where none is written.

        Raises:
            ValueError: *url* has no http(s) scheme, no host, or an impossible port.
        """
        scheme, host, port = _plain_parts(url) or _parts(url)
        if scheme not in _DEFAULT_PORTS or not _can_be_host(host):
            msg = f"`{url}` is not an http(s) address"
            raise ValueError(msg)
        return cls(scheme, host, port or _DEFAULT_PORTS[scheme])

    @property
    def is_local(self) -> bool:
        """True for loopback and private hosts, which need no key and answer their first token later."""
        return is_private_host(self.host)

    @property
    def zone(self) -> str:
        """How far a request goes, as far as the host's name tells: `device`, `lan` or `any`."""
        if not self.is_local:
            return "any"
        return "device" if _is_this_machine(self.host) else "lan"

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        port = "" if _DEFAULT_PORTS[self.scheme] == self.port else f":{self.port}"
        return f"{self.scheme}://{host}{port}"


def _can_be_host(host: str) -> bool:
    """False for a name with an empty or overlong label, which no name lookup takes."""
    return ":" in host or all(0 < len(label) <= _LONGEST_LABEL for label in host.split("."))


def _plain_parts(url: str) -> tuple[str, str, int] | None:
    """Scheme, host and port (0: none written) of a *url* beyond doubt; None where it takes the library to split."""
    scheme, _, rest = url.partition("://")
    host, _, port = rest.partition("/")[0].partition(":")
    if scheme not in _DEFAULT_PORTS or not (_LETTERS.issuperset(host) and _DIGITS.issuperset(port)):
        return None
    number = int(port or 0)
    return (scheme, host.rstrip("."), number) if number <= _LAST_PORT else None


def _parts(url: str) -> tuple[str, str, int | None]:
    from urllib.parse import urlsplit  # 4 ms, and few addresses need it

    parts = urlsplit(url)
    return parts.scheme.lower(), (parts.hostname or "").lower().rstrip("."), parts.port


def is_private_host(host: str) -> bool:
    """True when *host* is this machine or its local network: loopback, private, link-local, or a local name."""
    if host in _LOCAL_NAMES or host.endswith(_LOCAL_SUFFIXES):
        return True
    if not (host[-1:].isdigit() or ":" in host):
        return False
    import ipaddress  # 3 ms, and most hosts are names

    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return False
    return address.is_loopback or address.is_private or address.is_link_local


def _is_this_machine(host: str) -> bool:
    if host in _LOCAL_NAMES or host.endswith(".localhost"):
        return True
    import ipaddress  # 3 ms, and most hosts are names

    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def has_user(url: str) -> bool:
    """True when *url* holds a user name or password, which we neither send nor show."""
    return "@" in url.partition("://")[2].partition("/")[0]
