"""The secret goes where it is bound, once, and nowhere else."""

from __future__ import annotations

import traceback
from collections.abc import Iterator
from importlib.metadata import version
from typing import Any

import pytest
from carrying import AnyCarrier

from hermes_fallback.errors import CredentialError
from hermes_fallback.loopback.server import Loopback
from hermes_fallback.model.credential import Credential
from hermes_fallback.model.failure import AttemptFailed
from hermes_fallback.model.origin import Origin
from hermes_fallback.secret import Secret
from hermes_fallback.wire.exchange import HttpRequest

_KEY = "sk-planted-0123456789"


@pytest.fixture
def loopback() -> Iterator[Loopback]:
    """Two providers that would take any key."""
    with Loopback([{"name": "p", "script": ["unauthorized"]}, {"name": "other"}]) as running:
        yield running


def _credential(*urls: str, key: str = _KEY) -> Credential:
    origins = frozenset(Origin.of(url) for url in urls)
    return Credential(secret=Secret(key), source="env", name="P_API_KEY", origins=origins)


def _get(base_url: str, credential: Credential | None, **fields: Any) -> HttpRequest:
    return HttpRequest(method="GET", url=f"{base_url}/models", credential=credential, **fields)


def _sent(carrier: AnyCarrier, loopback: Loopback, request: HttpRequest) -> dict[str, str]:
    carrier.open(request).failure()
    return dict(loopback.received()[-1].headers)


def test_the_key_is_sent_to_its_own_host(carrier: AnyCarrier, loopback: Loopback) -> None:
    """A bearer key, once, to the origin it is bound to."""
    url = loopback.base_url("p")
    assert _sent(carrier, loopback, _get(url, _credential(url)))["authorization"] == f"Bearer {_KEY}"


def test_a_key_may_have_a_header_of_its_own(carrier: AnyCarrier, loopback: Loopback) -> None:
    """Dialects with another header get the bare key there, and no bearer beside it."""
    url = loopback.base_url("p")
    headers = _sent(carrier, loopback, _get(url, _credential(url), auth_header="X-Api-Key", auth_scheme=""))
    assert headers["x-api-key"] == _KEY
    assert "authorization" not in headers


def test_a_route_cannot_send_the_header_twice(carrier: AnyCarrier, loopback: Loopback) -> None:
    """The credential replaces what a profile or a caller wrote under the same name, in any case."""
    url = loopback.base_url("p")
    own = {"AUTHORIZATION": "Bearer other", "authorization": "Bearer third"}
    assert (
        _sent(carrier, loopback, _get(url, _credential(url), headers=own))["authorization"]
        == f"Bearer {_KEY}"
    )


@pytest.mark.parametrize(
    "bound",
    [
        pytest.param("https://127.0.0.1", id="another-scheme-and-port"),
        pytest.param("http://localhost", id="another-name-for-the-host"),
        pytest.param("http://openrouter.ai", id="another-host"),
    ],
)
def test_the_key_is_refused_everywhere_else(carrier: AnyCarrier, loopback: Loopback, bound: str) -> None:
    """Nothing is sent, not even a connection; the error names the variable and the hosts, never the key."""
    with pytest.raises(CredentialError) as caught:
        carrier.open(_get(loopback.base_url("other"), _credential(bound)))
    assert caught.value.kind == "credential-scope"
    assert "`P_API_KEY`" in caught.value.what
    assert loopback.connections("other") == 0
    assert _KEY not in "".join(traceback.format_exception(caught.value))


def test_a_redirect_takes_no_key_along(carrier: AnyCarrier, loopback: Loopback) -> None:
    """The host that a redirect names sees neither the key nor us."""
    loopback.script("p", [{"behaviour": "redirect", "to": loopback.base_url("other")}])
    url = loopback.base_url("p")
    request = HttpRequest(
        method="POST", url=f"{url}/chat/completions", body=b"{}", credential=_credential(url)
    )
    assert carrier.open(request).failure().status == 307
    assert loopback.connections("other") == 0


def test_no_key_is_invented(
    carrier: AnyCarrier, loopback: Loopback, monkeypatch: pytest.MonkeyPatch, tmp_path: Any
) -> None:
    """Without a credential none is sent; the user's `.netrc` is for other programs."""
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login me password sk-netrc\ndefault login me password sk-netrc\n")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))
    assert "authorization" not in _sent(carrier, loopback, _get(loopback.base_url("p"), None))


def test_cookies_are_not_kept(carrier: AnyCarrier, loopback: Loopback) -> None:
    """What one request was given, the next does not carry."""
    loopback.script("p", [{"behaviour": "forbidden", "headers": {"Set-Cookie": "session=1"}}])
    request = HttpRequest(method="POST", url=loopback.base_url("p") + "/chat/completions", body=b"{}")
    assert "cookie" not in _sent(carrier, loopback, request)
    assert "cookie" not in _sent(carrier, loopback, request)


def test_we_say_who_we_are(carrier: AnyCarrier, loopback: Loopback) -> None:
    """Our own name and version, and nothing that identifies the HTTP library or another client."""
    headers = _sent(carrier, loopback, _get(loopback.base_url("p"), None))
    assert headers["user-agent"] == f"hermes-fallback/{version('hermes-fallback')}"
    assert set(headers) == {"host", "user-agent", "accept-encoding"}


@pytest.mark.parametrize(
    "key",
    [
        pytest.param("sk-planted\nsk-planted", id="two-lines"),
        pytest.param("", id="empty"),
        pytest.param("sk-planted\r\nX-Evil: 1", id="another-header"),
        pytest.param("sk-planted…", id="not-ascii"),
        pytest.param("sk-plantedé", id="latin-1"),
        pytest.param("sk\x00planted", id="nul"),
    ],
)
def test_a_key_that_no_header_holds_is_never_repeated(
    carrier: AnyCarrier, loopback: Loopback, key: str
) -> None:
    """A mangled key fails its attempt by the name that means a bad key, and stays out of every text."""
    url = loopback.base_url("p")
    with pytest.raises(AttemptFailed) as caught:
        carrier.open(_get(url, _credential(url, key=key)))
    assert caught.value.failure.exception == "LocalProtocolError"
    assert "Illegal header value" in caught.value.failure.body
    story = "".join(traceback.format_exception(caught.value)) + repr(caught.value.failure)
    assert "planted" not in story
    assert loopback.connections("p") == 0


def test_a_line_end_around_the_key_is_dropped(carrier: AnyCarrier, loopback: Loopback) -> None:
    """A key that was read from a file with its line end is the key."""
    url = loopback.base_url("p")
    headers = _sent(carrier, loopback, _get(url, _credential(url, key=f"{_KEY}\r\n")))
    assert headers["authorization"] == f"Bearer {_KEY}"


def test_an_empty_header_is_allowed_and_a_broken_one_is_not(carrier: AnyCarrier, loopback: Loopback) -> None:
    """Headers of a route are checked as well, and their values, which may be keys, are not repeated."""
    url = loopback.base_url("p")
    assert _sent(carrier, loopback, _get(url, None, headers={"x-title": ""}))["x-title"] == ""
    with pytest.raises(AttemptFailed) as caught:
        carrier.open(_get(url, None, headers={"x-title": "a\nb-planted"}))
    assert "`'x-title'`" in caught.value.failure.body
    assert "planted" not in repr(caught.value.failure)


def test_an_echo_of_the_key_is_scrubbed(carrier: AnyCarrier, loopback: Loopback) -> None:
    """A provider that repeats the key in its error does not get it into our records."""
    step = {"behaviour": "unauthorized", "message": f"bad key {_KEY}", "headers": {"x-echo": _KEY}}
    loopback.script("p", [step])
    url = loopback.base_url("p")
    request = HttpRequest(
        method="POST", url=f"{url}/chat/completions", body=b"{}", credential=_credential(url)
    )
    failure = carrier.open(request).failure()
    assert "bad key ********" in failure.body
    assert failure.headers["x-echo"] == "********"
    assert _KEY not in repr(failure)


def test_no_failure_repeats_the_key(carrier: AnyCarrier, loopback: Loopback) -> None:
    """However an attempt ends, neither its failure nor its traceback holds the key."""
    url = loopback.base_url("p")
    request = HttpRequest(
        method="POST", url=f"{url}/chat/completions", body=b"{}", credential=_credential(url)
    )
    for behaviour in ("refuse", "hang", "cut", "stall"):
        loopback.script("p", [behaviour])
        with pytest.raises(AttemptFailed) as caught:
            carrier.open(request, first_token_s=0.1).read_all(0.05)
        assert _KEY not in "".join(traceback.format_exception(caught.value)) + repr(caught.value.failure)
