"""Requests are read in whatever pieces they come."""

from __future__ import annotations

import json
from typing import Any

import pytest

from hermes_fallback.loopback.http import Request, take_request

_DOCUMENT: Any = {"model": "m", "messages": []}
_BODY = json.dumps(_DOCUMENT).encode()
_PLAIN = b"POST /v1/x?y=1 HTTP/1.1\r\nX-A: b\r\nContent-Length: %d\r\n\r\n%b" % (len(_BODY), _BODY)
_CHUNKED = (
    b"POST /v1/x HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n%b\r\n%x;n=v\r\n%b\r\n0\r\n\r\n"
    % (
        _BODY[:5],
        len(_BODY) - 5,
        _BODY[5:],
    )
)


@pytest.mark.parametrize("sent", [_PLAIN, _CHUNKED], ids=["plain", "chunked"])
@pytest.mark.parametrize("size", [1, 7, 4096])
def test_a_request_is_the_same_in_every_slicing(sent: bytes, size: int) -> None:
    """Two requests on end are two, whatever arrives together."""
    heard, taken = bytearray(), list[Request]()
    for at in range(0, 2 * len(sent), size):
        heard += (sent * 2)[at : at + size]
        while (request := take_request(heard)) is not None:
            taken.append(request)
    assert [(one.method, one.path, one.document) for one in taken] == [("POST", "/v1/x", _DOCUMENT)] * 2
    assert heard == b""


@pytest.mark.parametrize(
    "junk",
    [b"\r\n\r\n", b"GET /\r\n\r\n", b"x" * 70_000, _CHUNKED.replace(b"\r\n5\r\n", b"\r\nfive\r\n")],
    ids=["blank", "no-version", "endless", "no-size"],
)
def test_junk_is_no_request(junk: bytes) -> None:
    """It is told from a request of which the rest is still to come."""
    with pytest.raises(ValueError, match=r".+"):
        take_request(bytearray(junk))
