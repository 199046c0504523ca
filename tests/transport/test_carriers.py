"""What a carrier brings back, how long it takes at most, and what it leaves behind."""

from __future__ import annotations

import gzip
import json
import time
import zlib
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from carrying import AnyCarrier, Opened, RawServer

from hermes_fallback.loopback.server import Loopback
from hermes_fallback.model.failure import AttemptFailed, Failure, Transport
from hermes_fallback.wire.exchange import HttpRequest

_LIMIT_S = 0.15
_SLACK_S = 0.3
_HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n"
_CHUNKED = _HEAD + b"transfer-encoding: chunked\r\n\r\n"


def _post(base_url: str, *, stream: bool = True, **fields: Any) -> HttpRequest:
    body = {"model": "m", "stream": stream, "messages": [{"role": "user", "content": "one two three four"}]}
    return HttpRequest(
        method="POST", url=base_url + "/chat/completions", body=json.dumps(body).encode(), **fields
    )


def _chunk(data: bytes) -> bytes:
    return b"%x\r\n%s\r\n" % (len(data), data)


@pytest.fixture
def provider() -> Iterator[Callable[..., Loopback]]:
    """Starts one provider, called `p`, with the script it is given."""
    running: list[Loopback] = []

    def start(*script: Any) -> Loopback:
        loopback = Loopback([{"name": "p", "script": list(script)}])
        loopback.start()
        running.append(loopback)
        return loopback

    yield start
    for loopback in running:
        loopback.stop()


def _failure(act: Callable[[], object]) -> Failure:
    with pytest.raises(AttemptFailed) as caught:
        act()
    return caught.value.failure


def _late(act: Callable[[], object], *, limit_s: float = _LIMIT_S) -> Failure:
    """The failure of *act*, which must come at its limit: not before, and not much later."""
    began_s = time.monotonic()
    failure = _failure(act)
    took_s = time.monotonic() - began_s
    assert limit_s - 0.01 <= took_s < limit_s + _SLACK_S
    return failure


def _read_out(exchange: Opened, limit_s: float) -> None:
    """Read with one deadline for all, as a clock for content does."""
    due_s = time.monotonic() + limit_s
    while exchange.read(due_s - time.monotonic()):
        pass


def _until(claim: Callable[[], bool]) -> bool:
    due_s = time.monotonic() + 2
    while not claim() and time.monotonic() < due_s:
        time.sleep(0.005)
    return claim()


def test_an_answer_comes_with_status_headers_and_body(
    carrier: AnyCarrier, provider: Callable[..., Loopback]
) -> None:
    """Header names are in lower case; the body ends with an empty read, again and again."""
    exchange = carrier.open(_post(provider({"behaviour": "ok", "text": "fine"}).base_url("p"), stream=False))
    assert exchange.status == 200
    assert exchange.headers["content-type"] == "application/json"
    assert json.loads(exchange.read_all())["choices"][0]["message"]["content"] == "fine"
    assert exchange.read() == b""
    exchange.close()


def test_pieces_come_as_they_are_sent(carrier: AnyCarrier, raw_server: Callable[..., RawServer]) -> None:
    """A piece is handed over when it arrives, not when a buffer is full."""
    server = raw_server(_CHUNKED + _chunk(b"data: a\n\n"), 0.05, _chunk(b"data: b\n\n") + _chunk(b""))
    exchange = carrier.open(_post(server.url))
    assert exchange.read() == b"data: a\n\n"
    assert exchange.read() == b"data: b\n\n"
    assert exchange.read() == b""


def test_what_has_come_is_given_at_once(carrier: AnyCarrier, raw_server: Callable[..., RawServer]) -> None:
    """Many small chunks that arrived together are one read."""
    server = raw_server(_CHUNKED + b"".join(map(_chunk, (b"a", b"b", b"c"))), 0.2, _chunk(b""))
    exchange = carrier.open(_post(server.url))
    assert exchange.read() == b"abc"
    assert exchange.read() == b""


def test_what_came_before_garbage_is_given_first(
    carrier: AnyCarrier, raw_server: Callable[..., RawServer]
) -> None:
    """A body that turns bad within one packet loses nothing of what was good."""
    exchange = carrier.open(_post(raw_server(_CHUNKED + _chunk(b"good") + b"no chunk\r\n", 0.5).url))
    assert exchange.read() == b"good"
    assert _failure(exchange.read).exception == "RemoteProtocolError"


def test_hints_before_the_answer_are_no_answer(
    carrier: AnyCarrier, raw_server: Callable[..., RawServer]
) -> None:
    """A status of the 100s is passed over; a header that is repeated is joined."""
    hints = b"HTTP/1.1 103 Early Hints\r\nlink: </x>\r\n\r\n"
    head = b"HTTP/1.1 200 OK\r\nX-A: 1\r\nx-a: 2\r\ncontent-length: 0\r\n\r\n"
    exchange = carrier.open(_post(raw_server(hints + head).url))
    assert (exchange.status, exchange.headers["x-a"]) == (200, "1, 2")
    exchange.close()


def test_a_large_prompt_goes_out_whole(carrier: AnyCarrier, provider: Callable[..., Loopback]) -> None:
    """Megabytes, in as many pieces as the network takes them."""
    loopback = provider("ok")
    body = json.dumps({"model": "m", "messages": [{"role": "user", "content": "long " * 400_000}]}).encode()
    url = loopback.base_url("p") + "/chat/completions"
    assert carrier.open(HttpRequest(method="POST", url=url, body=body)).read_all(5.0)
    assert loopback.received()[-1].headers["content-length"] == str(len(body))


@pytest.mark.parametrize(
    ("path", "target"),
    [
        pytest.param("/chat?api-version=1#x", "/v1/chat?api-version=1", id="query-and-fragment"),
        pytest.param("/models/a:free/é b", "/v1/models/a:free/%C3%A9%20b", id="characters-that-cannot-stand"),
        pytest.param("/a%2Fb", "/v1/a%2Fb", id="already-quoted"),
    ],
)
def test_an_address_is_asked_for_as_it_is_written(
    carrier: AnyCarrier, raw_server: Callable[..., RawServer], path: str, target: str
) -> None:
    """Only what no request line can hold is quoted."""
    server = raw_server(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n")
    carrier.open(HttpRequest(method="GET", url=server.url + path)).read_all()
    assert server.received.startswith(f"GET {target} HTTP/1.1\r\n".encode())


def test_one_connection_serves_many_requests(carrier: AnyCarrier, provider: Callable[..., Loopback]) -> None:
    """Streams that are closed at `[DONE]`, errors and whole bodies all leave a connection that is used again."""
    loopback = provider("ok", "rate_limit", "ok", "ok")
    for stream in (True, True, False, True):
        exchange = carrier.open(_post(loopback.base_url("p"), stream=stream))
        if exchange.status != 200:
            exchange.failure()
        while exchange.status == 200 and b"[DONE]" not in (data := exchange.read()) and data:
            pass
        exchange.close()
    assert len(loopback.received()) == 4
    assert loopback.connections("p") == 1


def test_a_connection_the_host_closed_meanwhile_is_replaced(
    carrier: AnyCarrier, raw_server: Callable[..., RawServer]
) -> None:
    """A kept connection that is gone costs no failure: it is noticed before it is used."""
    server = raw_server(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nhi")
    for _ in range(3):
        exchange = carrier.open(_post(server.url))
        assert exchange.read_all() == b"hi"
        exchange.close()
        time.sleep(0.02)
    assert server.connections == 3


def test_a_broken_answer_leaves_no_connection(carrier: AnyCarrier, provider: Callable[..., Loopback]) -> None:
    """Whatever ends an exchange early closes its connection, and the next request gets a fresh one."""
    loopback = provider("stall", "cut", "ok")
    stalled = carrier.open(_post(loopback.base_url("p")))
    _late(lambda: _read_out(stalled, _LIMIT_S))
    assert _until(lambda: loopback.open_connections("p") == 0)
    cut = carrier.open(_post(loopback.base_url("p")))
    assert _failure(cut.read_all).exception == "RemoteProtocolError"
    left = carrier.open(_post(loopback.base_url("p"), stream=False))
    left.close()
    assert loopback.connections("p") == 3


class TestClocks:
    """Each clock ends its wait at its limit, and says which one it was."""

    def test_silence_ends_the_wait_for_a_head(
        self, carrier: AnyCarrier, provider: Callable[..., Loopback]
    ) -> None:
        """A host that takes the request and says nothing costs the first-token limit, and a connection."""
        loopback = provider("hang")
        request = _post(loopback.base_url("p"))
        failure = _late(lambda: carrier.open(request, first_token_s=_LIMIT_S))
        assert (failure.transport, failure.exception) == (Transport.EXCEPTION, "ReadTimeout")
        assert _until(lambda: loopback.open_connections("p") == 0)

    def test_silence_on_a_kept_connection_too(
        self, carrier: AnyCarrier, provider: Callable[..., Loopback]
    ) -> None:
        """The second request on a connection is as well guarded as the first."""
        loopback = provider("server_error", "hang", "ok")
        carrier.open(_post(loopback.base_url("p"))).failure()
        failure = _late(lambda: carrier.open(_post(loopback.base_url("p")), first_token_s=_LIMIT_S))
        assert failure.exception == "ReadTimeout"
        assert not failure.hung_up
        assert carrier.open(_post(loopback.base_url("p"), stream=False)).read_all()
        assert loopback.connections("p") == 2

    def test_a_head_that_dribbles_does_not_postpone(
        self, carrier: AnyCarrier, raw_server: Callable[..., RawServer]
    ) -> None:
        """A byte now and then is no answer."""
        server = raw_server(*[piece for _ in range(100) for piece in (b"HTTP"[:1], 0.02)])
        failure = _late(lambda: carrier.open(_post(server.url), first_token_s=_LIMIT_S))
        assert failure.exception == "ReadTimeout"

    def test_keep_alives_do_not_postpone(
        self, carrier: AnyCarrier, provider: Callable[..., Loopback]
    ) -> None:
        """A deadline for content holds although bytes keep coming."""
        exchange = carrier.open(_post(provider("keepalive_only").base_url("p")))
        assert _late(lambda: _read_out(exchange, _LIMIT_S)).exception == "ReadTimeout"

    def test_a_chunk_that_dribbles_does_not_postpone(
        self, carrier: AnyCarrier, raw_server: Callable[..., RawServer]
    ) -> None:
        """Neither does a piece that is never complete: the size of a chunk, digit by digit."""
        server = raw_server(_CHUNKED, *[piece for _ in range(15) for piece in (b"0", 0.02)], 1.0)
        exchange = carrier.open(_post(server.url))
        assert _late(lambda: exchange.read(_LIMIT_S)).exception == "ReadTimeout"

    def test_a_body_without_length_that_is_shut_down_is_no_end(
        self, carrier: AnyCarrier, raw_server: Callable[..., RawServer]
    ) -> None:
        """Where the close of the connection would be the end, our own closing it is not taken for one."""
        exchange = carrier.open(_post(raw_server(_HEAD + b"\r\ndata: a\n\n", 2.0).url))
        assert exchange.read() == b"data: a\n\n"
        assert _late(lambda: exchange.read(_LIMIT_S)).exception == "ReadTimeout"

    def test_each_read_has_its_own_limit(
        self, carrier: AnyCarrier, raw_server: Callable[..., RawServer]
    ) -> None:
        """A read may wait longer than the head was allowed to, and the next one shorter."""
        server = raw_server(_CHUNKED, 0.2, _chunk(b"late"), 2.0)
        exchange = carrier.open(_post(server.url), first_token_s=0.1)
        assert exchange.read(2.0) == b"late"
        assert _late(lambda: exchange.read(_LIMIT_S)).exception == "ReadTimeout"

    def test_a_slow_answer_may_take_longer_than_the_connection(
        self, carrier: AnyCarrier, provider: Callable[..., Loopback]
    ) -> None:
        """Once the request is out, the connect limit is over."""
        loopback = provider({"behaviour": "hang", "seconds": 0.2})
        failure = _late(
            lambda: carrier.open(_post(loopback.base_url("p")), connect_s=0.1, first_token_s=2.0), limit_s=0.2
        )
        assert failure.hung_up

    def test_no_time_left_is_a_timeout_at_once(
        self, carrier: AnyCarrier, provider: Callable[..., Loopback]
    ) -> None:
        """A deadline that has passed reads nothing."""
        exchange = carrier.open(_post(provider("ok").base_url("p")))
        assert _late(lambda: exchange.read(-1.0), limit_s=0.0).exception == "ReadTimeout"

    def test_a_host_that_does_not_accept_ends_the_wait_for_a_connection(self, carrier: AnyCarrier) -> None:
        """A full backlog drops our SYN as a firewall would: that is the connect limit, by name."""
        with _full_listener() as url:
            failure = _late(lambda: carrier.open(_post(url), connect_s=_LIMIT_S))
        assert failure.exception == "ConnectTimeout"
        assert "0.15 s" in failure.body

    def test_the_connect_limit_is_within_the_first_token_limit(self, carrier: AnyCarrier) -> None:
        """All of the waiting for a head together takes no longer than the first content may."""
        with _full_listener() as url:
            assert (
                _late(lambda: carrier.open(_post(url), first_token_s=_LIMIT_S)).exception == "ConnectTimeout"
            )


class TestFailures:
    """Every way a connection fails has its own name."""

    def test_nobody_listens(self, carrier: AnyCarrier, provider: Callable[..., Loopback]) -> None:
        """A refused connection says so, and is no hang-up."""
        failure = _failure(lambda: carrier.open(_post(provider("refuse").base_url("p"))))
        assert (failure.transport, failure.exception) == (Transport.EXCEPTION, "ConnectError")
        assert "refused" in failure.body.lower()
        assert not failure.hung_up

    def test_a_name_nobody_has(self, carrier: AnyCarrier) -> None:
        """A host that cannot be looked up is a connection that failed."""
        failure = _failure(lambda: carrier.open(_post("http://nonexistent.invalid/v1"), first_token_s=9.0))
        assert failure.exception in {"ConnectError", "ConnectTimeout"}

    def test_a_host_that_hangs_up_before_its_answer(
        self, carrier: AnyCarrier, raw_server: Callable[..., RawServer]
    ) -> None:
        """Closed without a byte: told apart, since asking again at once may help."""
        failure = _failure(lambda: carrier.open(_post(raw_server().url)))
        assert (failure.exception, failure.hung_up) == ("RemoteProtocolError", True)

    def test_a_host_that_resets_before_its_answer(
        self, carrier: AnyCarrier, raw_server: Callable[..., RawServer]
    ) -> None:
        """Reset without a byte: the same."""
        failure = _failure(lambda: carrier.open(_post(raw_server(0.02, None).url)))
        assert (failure.exception, failure.hung_up) == ("ReadError", True)

    def test_a_reset_in_the_middle(self, carrier: AnyCarrier, provider: Callable[..., Loopback]) -> None:
        """A stream that breaks is a failure after its first pieces, never an end."""
        exchange = carrier.open(_post(provider({"behaviour": "cut", "reset": True}).base_url("p")))
        failure = _failure(exchange.read_all)
        assert (failure.exception, failure.hung_up) == ("ReadError", False)

    @pytest.mark.parametrize(
        "answer",
        [
            pytest.param(b"SSH-2.0-OpenSSH_9.6\r\n\r\n", id="another-protocol"),
            pytest.param(b"HTTP/1.1 200 OK\r\nno colon here\r\n\r\n", id="broken-header"),
            pytest.param(b"HTTP/1.1 200 OK\r\ncontent-", id="half-a-head"),
        ],
    )
    def test_an_answer_that_is_no_http(
        self, carrier: AnyCarrier, raw_server: Callable[..., RawServer], answer: bytes
    ) -> None:
        """Garbage is the remote's fault, and no hang-up."""
        failure = _failure(lambda: carrier.open(_post(raw_server(answer).url)))
        assert (failure.exception, failure.hung_up) == ("RemoteProtocolError", False)

    @pytest.mark.parametrize(
        "url", ["ftp://h/v1", "http://", "http://h:99999/v1", "nonsense", "http://[::1/v1"]
    )
    def test_an_address_that_is_none(self, carrier: AnyCarrier, url: str) -> None:
        """An impossible base URL is a failed attempt, not a crash."""
        failure = _failure(lambda: carrier.open(_post(url)))
        assert failure.exception in {"UnsupportedProtocol", "InvalidURL"}

    def test_reading_after_close(self, carrier: AnyCarrier, provider: Callable[..., Loopback]) -> None:
        """An exchange that was let go gives no false end."""
        exchange = carrier.open(_post(provider("ok").base_url("p")))
        exchange.close()
        exchange.close()
        assert _failure(exchange.read).exception == "StreamClosed"


class TestStatus:
    """An error status is an answer, and its body is the evidence."""

    def test_a_redirect_is_an_answer(self, carrier: AnyCarrier, provider: Callable[..., Loopback]) -> None:
        """Redirects come back with their location, and nobody goes there."""
        loopback = Loopback([{"name": "elsewhere"}])
        with loopback:
            step = {"behaviour": "redirect", "to": loopback.base_url("elsewhere")}
            exchange = carrier.open(_post(provider(step).base_url("p")))
            assert exchange.status == 307
            assert exchange.failure().headers["location"] == loopback.base_url("elsewhere")
            assert loopback.connections("elsewhere") == 0

    def test_an_error_keeps_what_classification_needs(
        self, carrier: AnyCarrier, provider: Callable[..., Loopback]
    ) -> None:
        """Status, headers with the request's id, the provider's words and its name; but not its cookies."""
        extra = {"Set-Cookie": "a=b", "Request-Id": "req_2"}
        step = {"behaviour": "rate_limit", "retry_after": 2, "headers": extra}
        failure = carrier.open(_post(provider(step).base_url("p"))).failure()
        assert (failure.transport, failure.status, failure.provider) == (Transport.HTTP, 429, "p")
        assert failure.headers["retry-after"] == "2"
        assert "set-cookie" not in failure.headers
        assert failure.headers["request-id"] == "req_2"
        assert json.loads(failure.body)["error"]["code"] == "rate_limit_exceeded"

    def test_an_error_whose_body_never_comes_is_still_an_error(
        self, carrier: AnyCarrier, raw_server: Callable[..., RawServer]
    ) -> None:
        """The status was said; the body is worth a limited wait, and what came of it is kept."""
        server = raw_server(b"HTTP/1.1 503 Busy\r\ncontent-length: 99\r\n\r\nhalf a", 2.0)
        exchange = carrier.open(_post(server.url))
        began_s = time.monotonic()
        failure = exchange.failure(_LIMIT_S)
        assert time.monotonic() - began_s < _LIMIT_S + _SLACK_S
        assert (failure.status, failure.body) == (503, "half a")

    def test_an_endless_error_is_read_in_part(
        self, carrier: AnyCarrier, raw_server: Callable[..., RawServer]
    ) -> None:
        """64 KB of an error are enough."""
        server = raw_server(b"HTTP/1.1 500 No\r\ncontent-length: 9999999\r\n\r\n" + b"x" * 300_000, 2.0)
        assert len(carrier.open(_post(server.url)).failure().body) == 64 * 1024


class TestCoding:
    """Compressed bodies come out plain, in bounded memory."""

    @pytest.mark.parametrize(
        ("coding", "body"),
        [
            pytest.param(b"gzip", gzip.compress(b"plain text"), id="gzip"),
            pytest.param(b"x-gzip", gzip.compress(b"plain text"), id="x-gzip"),
            pytest.param(b"deflate", zlib.compress(b"plain text"), id="deflate"),
            pytest.param(b"deflate", zlib.compress(b"plain text", wbits=-15), id="deflate-without-header"),
            pytest.param(b"identity", b"plain text", id="identity"),
        ],
    )
    def test_codings_we_ask_for(
        self, carrier: AnyCarrier, raw_server: Callable[..., RawServer], coding: bytes, body: bytes
    ) -> None:
        """Each is decoded, however its bytes are cut."""
        chunks = b"".join(_chunk(body[i : i + 1]) for i in range(len(body))) + _chunk(b"")
        server = raw_server(
            _HEAD + b"content-encoding: " + coding + b"\r\ntransfer-encoding: chunked\r\n\r\n" + chunks
        )
        assert carrier.open(_post(server.url)).read_all() == b"plain text"
        assert b"accept-encoding: gzip, deflate\r\n" in server.received.lower()

    @pytest.mark.parametrize(
        ("coding", "body", "words"),
        [
            pytest.param(b"br", b"??", "`br`", id="not-asked-for"),
            pytest.param(b"gzip, gzip", gzip.compress(gzip.compress(b"x")), "`gzip, gzip`", id="two-layers"),
            pytest.param(b"gzip", b"no gzip at all", "Error -3", id="not-what-it-claims"),
        ],
    )
    def test_codings_that_fail(
        self,
        carrier: AnyCarrier,
        raw_server: Callable[..., RawServer],
        coding: bytes,
        body: bytes,
        words: str,
    ) -> None:
        """What cannot be decoded is a failure of its own name."""
        head = b"content-encoding: %s\r\ncontent-length: %d\r\n\r\n" % (coding, len(body))
        failure = _failure(carrier.open(_post(raw_server(_HEAD + head + body, 0.5).url)).read_all)
        assert failure.exception == "DecodingError"
        assert words in failure.body

    def test_a_bomb_is_refused(self, carrier: AnyCarrier, raw_server: Callable[..., RawServer]) -> None:
        """40 MB in 40 KB: pieces stay small, and 32 MiB is the end."""
        body = gzip.compress(bytes(40_000_000))
        head = b"HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: %d\r\n\r\n" % len(body)
        exchange = carrier.open(_post(raw_server(head + body, 0.5).url))
        sizes: list[int] = []

        def read_all() -> None:
            while data := exchange.read(5.0):
                sizes.append(len(data))

        failure = _failure(read_all)
        assert failure.transport is Transport.BODY200
        assert "larger than 32 MiB" in failure.body
        assert max(sizes) <= 2**20
        assert sum(sizes) <= 32 * 2**20

    def test_a_long_stream_has_no_limit(
        self, carrier: AnyCarrier, raw_server: Callable[..., RawServer]
    ) -> None:
        """A stream that progresses is never cut, since nobody keeps it whole."""
        body = gzip.compress(bytes(40_000_000))
        head = _HEAD + b"content-encoding: gzip\r\ncontent-length: %d\r\n\r\n" % len(body)
        exchange = carrier.open(_post(raw_server(head + body).url))
        total = 0
        while data := exchange.read(5.0):
            total += len(data)
        assert total == 40_000_000


class _full_listener:  # noqa: N801  # reads as a function where it is used
    """A port whose queue is full: the kernel drops whoever comes next, without a word."""

    def __enter__(self) -> str:
        import socket

        self._listener = socket.socket()
        self._listener.bind(("127.0.0.1", 0))
        self._listener.listen(0)
        self._callers = []
        for _ in range(3):
            caller = socket.socket()
            caller.setblocking(False)
            caller.connect_ex(self._listener.getsockname())
            self._callers.append(caller)
        time.sleep(0.01)
        return f"http://127.0.0.1:{self._listener.getsockname()[1]}/v1"

    def __exit__(self, *_: object) -> None:
        for one in (self._listener, *self._callers):
            one.close()
