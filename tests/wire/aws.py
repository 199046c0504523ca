"""AWS's frames, written by hand, and what AWS's own library makes of a request."""

from __future__ import annotations

import base64
import json
import struct
from binascii import crc32
from collections.abc import Mapping
from functools import cache
from typing import Any

import botocore.session
from botocore.model import Shape
from botocore.validate import ParamValidator

__all__ = ["accepted", "event", "exception", "frame"]


def frame(payload: bytes, **headers: str) -> bytes:
    """A frame whose *headers* are all of the type text, their names being those of AWS: `:event-type` is `event_type`."""
    head = b""
    for name, value in headers.items():
        key = f":{name.replace('_', '-')}".encode()
        head += bytes([len(key)]) + key + b"\x07" + len(value).to_bytes(2, "big") + value.encode()
    prelude = struct.pack(">II", len(head) + len(payload) + 16, len(head))
    prelude += struct.pack(">I", crc32(prelude))
    whole = prelude + head + payload
    return whole + struct.pack(">I", crc32(whole))


def event(kind: str, **payload: Any) -> bytes:
    """An event of ConverseStream."""
    return frame(json.dumps(payload).encode(), message_type="event", event_type=kind)


def exception(kind: str, message: str) -> bytes:
    """An exception inside a stream."""
    payload = json.dumps({"message": message}).encode()
    return frame(payload, message_type="exception", exception_type=kind)


def accepted(body: Any) -> Any:
    """*body*, which AWS's own library would send as it is; fails where it would refuse it."""
    shape = _converse_stream()
    known = {member.serialization.get("name", name) for name, member in shape.members.items()}
    assert set(body) <= known
    report = ParamValidator().validate({"modelId": "m", **_decoded(body)}, shape)
    assert not report.has_errors(), report.generate_report()
    return body


@cache
def _converse_stream() -> Any:
    model = botocore.session.get_session().get_service_model("bedrock-runtime")
    shape: Shape = model.operation_model("ConverseStream").input_shape
    return shape


def _decoded(value: Any) -> Any:
    """*value* with the bytes that stand in JSON as base64, for the library takes them as they are."""
    if isinstance(value, Mapping):
        return {
            name: base64.b64decode(item) if name in {"bytes", "redactedContent"} else _decoded(item)
            for name, item in value.items()
        }
    return [_decoded(item) for item in value] if isinstance(value, list) else value
