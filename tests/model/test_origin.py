"""Origins: compared whole, and refused where they are none."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from hermes_fallback.model.origin import Origin, has_user, is_private_host

PIECES = st.sampled_from(
    ["http", "https", "HTTPS", "ftp", "://", ":", "/", "//", "host", "Example.com", "h_o", "*.a", ".", "..", "80", "0",
     "00080", "65535", "65536", "99999999", "٣", "@", "user:pass", "?", "#", "\\", "\n", "\t", " ", "[::1]", "[", "é", "%41"]
)  # fmt: skip


def by_the_library(url: str) -> tuple[str, str, int] | None:
    """What the library makes of *url*; None where it names no host to send a key to."""
    try:
        parts = urlsplit(url)
        scheme, host = parts.scheme.lower(), (parts.hostname or "").lower().rstrip(".")
        port = parts.port or {"http": 80, "https": 443}.get(scheme, 0)
    except ValueError:
        return None
    is_host = ":" in host or all(0 < len(label) < 64 for label in host.split("."))
    return (scheme, host, port) if scheme in {"http", "https"} and is_host else None


@given(st.sampled_from(["http://", "https://", ""]), st.lists(PIECES, max_size=6).map("".join))
@example("http://", "host:00080/v1")
@example("https://", "host:65536")
@example("https://", "host.:443/")
@example("http://", "host\\@other/v1")
def test_an_address_has_the_origin_the_library_finds(lead: str, rest: str) -> None:
    """A key is bound by this: no way of writing an address may give another host than the one it is sent to."""
    try:
        origin = Origin.of(lead + rest)
    except ValueError:
        assert by_the_library(lead + rest) is None
    else:
        assert (origin.scheme, origin.host, origin.port) == by_the_library(lead + rest)


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://api.openai.com/v1", "https://api.openai.com"),
        ("HTTPS://API.OpenAI.com:443/v1", "https://api.openai.com"),
        ("http://localhost:8000/v1", "http://localhost:8000"),
        ("http://[::1]:8000", "http://[::1]:8000"),
        ("https://host./x", "https://host"),
    ],
)
def test_an_address_has_one_origin(url: str, shown: str) -> None:
    """Case, the default port and a trailing dot make no difference."""
    assert str(Origin.of(url)) == shown


@pytest.mark.parametrize(
    "url",
    [
        "localhost:8000",
        "ftp://h",
        "https://",
        "https://h:99999",
        "https://a..b/v1",
        f"https://{'x' * 64}.com",
    ],
)
def test_what_is_no_address_is_refused(url: str) -> None:
    """A name that no lookup takes is refused before one is made."""
    with pytest.raises(ValueError, match=r"."):
        Origin.of(url)


@pytest.mark.parametrize(
    "host", ["localhost", "127.0.0.1", "::1", "10.1.2.3", "192.168.0.9", "box.local", "a.lan"]
)
def test_a_host_of_this_machine_or_network_is_private(host: str) -> None:
    """It needs no key."""
    assert is_private_host(host)


@pytest.mark.parametrize(
    "host", ["8.8.8.8", "api.openai.com", "localhost.evil.test", "10.evil.test", "1.2.3"]
)
def test_a_look_alike_is_not_private(host: str) -> None:
    """Whole names and addresses are looked at, never parts."""
    assert not is_private_host(host)


def test_a_user_in_an_address_is_noticed() -> None:
    """In the authority alone; a path may hold an `@`."""
    assert has_user("https://me:pw@host/v1")
    assert not has_user("https://host/@me")
