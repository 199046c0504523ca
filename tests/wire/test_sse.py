"""Server-sent events come out of bytes the same way, wherever the bytes are cut."""

from __future__ import annotations

import pytest

from hermes_fallback.wire.sse import ServerSent, SseParser, TooLong


def _all(*slices: bytes) -> list[ServerSent]:
    parser = SseParser(limit_bytes=10_000)
    return [event for data in slices for event in parser.feed(data)] + parser.finish()


@pytest.mark.parametrize(
    ("stream", "events"),
    [
        pytest.param(b"data: a\n\n", [("message", "a")], id="line-feeds"),
        pytest.param(b"data: a\r\n\r\ndata: b\r\n\r\n", [("message", "a"), ("message", "b")], id="crlf"),
        pytest.param(b"data: a\r\ndata: b\r\n\r\n", [("message", "a\nb")], id="crlf-inside-an-event"),
        pytest.param(b"data: a\r\rdata: b\r\r", [("message", "a"), ("message", "b")], id="carriage-returns"),
        pytest.param(b"data: a\r\n\ndata: b\n\r\n", [("message", "a"), ("message", "b")], id="mixed-ends"),
        pytest.param(b"\xef\xbb\xbfdata: a\n\n", [("message", "a")], id="byte-order-mark"),
        pytest.param(b": keep-alive\n\n:\n\ndata: a\n\n", [("message", "a")], id="comments"),
        pytest.param(b"data: a\ndata: b\ndata\n\n", [("message", "a\nb\n")], id="several-data-lines"),
        pytest.param(b"event: error\ndata: a\n\ndata: b\n\n", [("error", "a"), ("message", "b")], id="names"),
        pytest.param(b"data:a\n\ndata:  b\n\n", [("message", "a"), ("message", " b")], id="one-space-goes"),
        pytest.param(b"id: 1\nretry: 5\nother: x\ndata: a\n\n", [("message", "a")], id="other-fields"),
        pytest.param("data: grüße 🌍\n\n".encode(), [("message", "grüße 🌍")], id="utf-8"),
        pytest.param(b"data: \xff\n\n", [("message", "�")], id="no-utf-8"),
        pytest.param(b"data: a\n\ndata: b", [("message", "a"), ("message", "b")], id="no-final-empty-line"),
        pytest.param(b"event: ping\n\ndata: a\n\n", [("message", "a")], id="no-data-no-event"),
        pytest.param(b"", [], id="nothing"),
    ],
)
def test_events_are_the_same_for_every_split(stream: bytes, events: list[tuple[str, str]]) -> None:
    """A stream gives its events whole, in two pieces cut anywhere, in threes, and byte by byte."""
    expected = [ServerSent(*event) for event in events]
    assert _all(stream) == expected
    for at in range(len(stream) + 1):
        assert _all(stream[:at], stream[at:]) == expected
        assert _all(stream[:at], b"", stream[at : at + 1], stream[at + 1 :]) == expected
    assert _all(*(stream[i : i + 1] for i in range(len(stream)))) == expected


def test_an_event_comes_out_with_its_empty_line() -> None:
    """An event is not held back until the next one, whatever ends its lines."""
    for end in (b"\n", b"\r\n", b"\r"):
        assert SseParser(limit_bytes=100).feed(b"data: a" + end + end) == [ServerSent("message", "a")]


def test_an_endless_line_is_refused() -> None:
    """A stream without line ends fails at the limit, and never fills the memory."""
    parser = SseParser(limit_bytes=1000)
    with pytest.raises(TooLong):
        [parser.feed(b"x" * 100) for _ in range(11)]


def test_many_events_together_may_exceed_the_limit() -> None:
    """The limit is for one event; a long answer has many."""
    parser = SseParser(limit_bytes=20)
    assert len(parser.feed(b"data: 1234567890\n\n" * 50)) == 50
