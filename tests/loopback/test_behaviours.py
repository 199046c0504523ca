"""What comes over the wire for every behaviour, seen by a client that knows nothing of ours."""

from __future__ import annotations

import contextlib
import http.client
import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest

from hermes_fallback.loopback.behaviours import BEHAVIOURS
from hermes_fallback.loopback.server import Loopback
from hermes_fallback.loopback.spec import BadSpec, read_specs

_MESSAGES = [{"role": "user", "content": "one two three four five"}]


@pytest.fixture
def play() -> Iterator[Callable[..., Loopback]]:
    """Starts one provider, called `p`, with the script it is given."""
    with contextlib.ExitStack() as running:

        def start(*script: Any) -> Loopback:
            return running.enter_context(Loopback([{"name": "p", "script": list(script)}]))

        yield start


def _post(base_url: str, *, stream: bool, timeout_s: float = 5.0) -> http.client.HTTPResponse:
    place = urlsplit(base_url)
    connection = http.client.HTTPConnection(place.hostname or "", place.port, timeout=timeout_s)
    body = json.dumps({"model": "m", "messages": _MESSAGES, "stream": stream})
    try:
        connection.request(
            "POST", f"{place.path}/chat/completions", body, {"content-type": "application/json"}
        )
        response = connection.getresponse()
    except BaseException:
        connection.close()
        raise
    response.connection = connection  # type: ignore[attr-defined]
    return response


def _body(base_url: str, *, stream: bool, timeout_s: float = 5.0) -> str:
    response = _post(base_url, stream=stream, timeout_s=timeout_s)
    try:
        return response.read().decode()
    finally:
        response.connection.close()  # type: ignore[attr-defined]
        response.close()


def _named(step: Any) -> str:
    return step if isinstance(step, str) else "-".join(map(str, step.values()))


def _documents(body: str) -> list[Any]:
    lines = [line.removeprefix("data: ") for line in body.splitlines() if line.startswith("data: ")]
    return [json.loads(line) for line in lines if line != "[DONE]"]


@pytest.mark.parametrize(
    ("step", "holds"),
    [
        ("no_evidence", lambda body: "[DONE]" not in body and '"finish_reason": "' not in body),
        ({"behaviour": "no_evidence", "done": True}, lambda body: body.endswith("data: [DONE]\n\n")),
        ({"behaviour": "ok", "done": False}, lambda body: '"stop"' in body and "[DONE]" not in body),
        ("empty_choices", lambda body: [one["choices"] for one in _documents(body)] == [[]]),
        ("null_content", lambda body: '"content": "o' not in body and '"stop"' in body),
        ("garbage", lambda body: body.count("%%%") == 2),
        ("truncated_json", lambda body: '"finish_reason": "' not in body),
        ("error_in_stream", lambda body: "error" in _documents(body)[-1]),
        ({"behaviour": "error_in_stream", "after": 2}, lambda body: len(_documents(body)) == 4),
        ("error_in_200", lambda body: "error" in json.loads(body)),
        ("html", lambda body: body.startswith("<!doctype html>")),
        ({"behaviour": "ok", "reasoning": "hm"}, lambda body: '"reasoning_content": "hm"' in body),
    ],
    ids=lambda value: "" if callable(value) else _named(value),
)
def test_streams_that_go_wrong(
    play: Callable[..., Loopback], step: Any, holds: Callable[[str], bool]
) -> None:
    """The exchange is sound HTTP; what it says is not."""
    assert holds(_body(play(step).base_url("p"), stream=True))


@pytest.mark.parametrize(
    ("step", "holds"),
    [
        ("no_evidence", lambda body: json.loads(body)["choices"][0]["finish_reason"] is None),
        ("empty_choices", lambda body: json.loads(body)["choices"] == []),
        ("null_content", lambda body: json.loads(body)["choices"][0]["message"]["content"] is None),
        ("garbage", lambda body: body == "upstream says: %%%"),
        ("garbled_event", lambda body: json.loads(body)["choices"][0]["message"]["content"]),
        ("truncated_json", lambda body: body.startswith("{") and not body.endswith("}")),
        ("error_in_stream", lambda body: "error" in json.loads(body)),
        ("error_in_200", lambda body: "error" in json.loads(body)),
        ("html", lambda body: body.startswith("<!doctype html>")),
    ],
    ids=lambda value: "" if callable(value) else _named(value),
)
def test_bodies_that_go_wrong(play: Callable[..., Loopback], step: Any, holds: Callable[[str], bool]) -> None:
    """The same for requests that ask for a whole answer."""
    assert holds(_body(play(step).base_url("p"), stream=False))


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("reset", [False, True])
def test_a_cut_is_no_end(play: Callable[..., Loopback], *, stream: bool, reset: bool) -> None:
    """Some of the answer comes, then the connection closes or is reset."""
    loopback = play({"behaviour": "cut", "reset": reset, "text": "alpha beta gamma delta epsilon"})
    with pytest.raises((http.client.IncompleteRead, ConnectionResetError)) as caught:
        _body(loopback.base_url("p"), stream=stream)
    if isinstance(caught.value, http.client.IncompleteRead):
        assert b"alpha" in caught.value.partial
        assert b"epsilon" not in caught.value.partial


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("behaviour", ["hang", "stall"])
def test_silence_lasts_and_is_bounded(play: Callable[..., Loopback], behaviour: str, *, stream: bool) -> None:
    """Nothing more comes; in the end the provider hangs up rather than keep a thread."""
    loopback = play({"behaviour": behaviour, "seconds": 0.1})
    began_s = time.monotonic()
    with pytest.raises((http.client.HTTPException, ConnectionError)):
        _body(loopback.base_url("p"), stream=stream)
    assert 0.09 < time.monotonic() - began_s < 1.0


@pytest.mark.parametrize("stream", [False, True])
def test_keep_alives_come_without_content(play: Callable[..., Loopback], *, stream: bool) -> None:
    """Comments, empty events and empty deltas, or blanks before a body; never a word."""
    loopback = play({"behaviour": "keepalive_only", "every_s": 0.01, "seconds": 0.1})
    with pytest.raises(http.client.IncompleteRead) as caught:
        _body(loopback.base_url("p"), stream=stream)
    partial = caught.value.partial.decode()
    if stream:
        assert partial.count(": keep-alive") > 1
        assert all(not c["delta"]["content"] for d in _documents(partial) for c in d.get("choices", []))
    else:
        assert not partial.strip()
        assert len(partial) > 5


@pytest.mark.parametrize("stream", [False, True])
def test_a_slow_first_token_comes(play: Callable[..., Loopback], *, stream: bool) -> None:
    """The answer is whole, only late."""
    loopback = play({"behaviour": "slow_first_token", "seconds": 0.1})
    began_s = time.monotonic()
    assert "five" in _body(loopback.base_url("p"), stream=stream)
    assert time.monotonic() - began_s > 0.09


@pytest.mark.parametrize(
    ("step", "status"), [("html", 200), ({"behaviour": "html", "status": 404}, 404), ("bad_gateway", 502)]
)
def test_pages_are_labelled_as_pages(play: Callable[..., Loopback], step: Any, status: int) -> None:
    """HTML says that it is HTML, under any status."""
    response = _post(play(step).base_url("p"), stream=True)
    with contextlib.closing(response.connection), response:  # type: ignore[attr-defined]
        assert response.status == status
        assert (response.getheader("content-type") or "").startswith("text/html")


def test_a_script_is_used_one_step_a_request(play: Callable[..., Loopback]) -> None:
    """Steps follow each other; the last is repeated."""
    loopback = play({"behaviour": "ok", "text": "first"}, {"behaviour": "ok", "text": "second {last}"})
    texts = [json.loads(_body(loopback.base_url("p"), stream=False)) for _ in range(3)]
    assert [text["choices"][0]["message"]["content"] for text in texts] == [
        "first",
        "second one two three four five",
        "second one two three four five",
    ]
    assert [one.behaviour for one in loopback.received()] == ["ok"] * 3


def test_everything_received_is_recorded() -> None:
    """In order over all providers, with headers and body, so that a test can prove what was sent where."""
    with Loopback([{"name": "a"}, {"name": "b", "script": ["server_error"]}]) as loopback:
        for name in ("b", "a", "b"):
            _body(loopback.base_url(name), stream=False)
        assert [(one.number, one.provider) for one in loopback.received()] == [(1, "b"), (2, "a"), (3, "b")]
        assert len(loopback.received("b")) == 2
        last = loopback.received()[-1]
        assert (last.method, last.path, last.body["messages"]) == ("POST", "/v1/chat/completions", _MESSAGES)
        assert last.headers["content-type"] == "application/json"
        assert last.authorization is None
        assert loopback.connections("b") == 2


def test_a_refusing_provider_comes_back(play: Callable[..., Loopback]) -> None:
    """A script may say that nobody listens from the second request on, until another is set."""
    loopback = play("ok", "refuse")
    assert _body(loopback.base_url("p"), stream=True)
    for _ in range(2):
        with pytest.raises(ConnectionRefusedError):
            _body(loopback.base_url("p"), stream=True)
    loopback.script("p", "ok")
    assert _body(loopback.base_url("p"), stream=True)


def test_refusing_drops_idle_connections(play: Callable[..., Loopback]) -> None:
    """A connection that was kept is of no use once nobody listens."""
    loopback = play("ok")
    response = _post(loopback.base_url("p"), stream=True)
    with contextlib.closing(response.connection) as connection, response:  # type: ignore[attr-defined]
        assert response.read()
        loopback.script("p", "refuse")
        assert connection.sock.recv(1) == b""


def test_stopping_drops_everything() -> None:
    """Hanging connections, ports and the thread are gone, and soon."""
    loopback = Loopback([{"name": "p", "script": ["hang"]}])
    loopback.start()
    place = urlsplit(loopback.base_url("p"))
    clients = [socket.create_connection((place.hostname or "", place.port or 0)) for _ in range(20)]
    for client in clients:
        client.sendall(b"POST /v1/chat/completions HTTP/1.1\r\ncontent-length: 2\r\n\r\n{}")
    while len(loopback.received()) < 20:
        time.sleep(0.002)
    began_s = time.monotonic()
    loopback.stop()
    loopback.stop()
    assert time.monotonic() - began_s < 1.0
    for client in clients:
        with contextlib.suppress(ConnectionResetError):
            assert client.recv(1) == b""
        client.close()
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection((place.hostname or "", place.port or 0))
    assert not [thread for thread in threading.enumerate() if "loopback" in thread.name]


@pytest.mark.parametrize(
    "junk",
    [b"", b"\r\n\r\n", b"nonsense\r\n\r\n", b"GET / HTTP/1.1\r\n" + b"x" * 100_000, b"\x16\x03\x01\x02\x00"],
    ids=["nothing", "blank", "nonsense", "endless-line", "tls"],
)
def test_junk_harms_nobody(play: Callable[..., Loopback], junk: bytes) -> None:
    """A client that sends no HTTP is dropped, and the next one is served."""
    loopback = play("ok")
    place = urlsplit(loopback.base_url("p"))
    address = (place.hostname or "", place.port or 0)
    with socket.create_connection(address) as client, contextlib.suppress(OSError):
        client.sendall(junk)
        client.shutdown(socket.SHUT_WR)
        while client.recv(4096):
            pass
    assert _body(loopback.base_url("p"), stream=False)


def test_a_request_may_come_in_chunks(play: Callable[..., Loopback]) -> None:
    """Clients that stream their request are understood."""
    loopback = play("ok")
    place = urlsplit(loopback.base_url("p"))
    connection = http.client.HTTPConnection(place.hostname or "", place.port, timeout=5)
    body = iter([b'{"model": "m", ', b'"messages": []}'])
    connection.request(
        "POST", "/v1/chat/completions", body, encode_chunked=True, headers={"Transfer-Encoding": "chunked"}
    )
    assert connection.getresponse().read()
    connection.close()
    assert loopback.received()[0].body == {"model": "m", "messages": []}


@pytest.mark.parametrize(
    ("document", "words"),
    [
        pytest.param({}, "`providers` must be a list", id="no-providers"),
        pytest.param({"providers": []}, "at least one provider", id="none"),
        pytest.param({"providers": ["p"]}, "a mapping with a `name`", id="no-mapping"),
        pytest.param([{"name": "p"}, {"name": "p"}], "the same name", id="twice"),
        pytest.param([{"name": "p", "scrpt": []}], "`p` has unknown fields: scrpt", id="typo"),
        pytest.param([{"name": "p", "script": ["flaky"]}], "`flaky` is not a behaviour", id="unknown"),
        pytest.param([{"name": "p", "script": [{"behaviour": "ok", "speed": 1}]}], "unexpected", id="option"),
        pytest.param([{"name": "p", "script": ["redirect"]}], "`redirect`: missing", id="missing-option"),
        pytest.param([{"name": "p", "script": 5}], "a list of at least one behaviour", id="no-list"),
    ],
)
def test_a_description_that_cannot_be_followed_is_refused(document: object, words: str) -> None:
    """Mistakes are found before anything is started, and named."""
    with pytest.raises(BadSpec, match=words):
        read_specs(document)


def test_every_behaviour_says_what_it_does() -> None:
    """The table of behaviours is its own reference."""
    assert all(behaviour.__doc__ for behaviour in BEHAVIOURS.values())
