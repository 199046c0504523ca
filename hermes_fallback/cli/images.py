"""Pictures, as a message carries them."""

from __future__ import annotations

from base64 import b64encode
from pathlib import Path
from types import MappingProxyType

from hermes_fallback.cli.reading import read_bytes
from hermes_fallback.errors import UsageError

__all__ = ["image_part"]

_MOST_BYTES = 20 * 1024 * 1024
"""The largest picture that the big providers take."""

_TYPES = MappingProxyType(
    {
        b"\x89PNG\r\n\x1a\n": "image/png",
        b"\xff\xd8\xff": "image/jpeg",
        b"GIF8": "image/gif",
        b"RIFF": "image/webp",
    }
)


def image_part(place: str) -> dict[str, object]:
    """The message part that shows the picture at *place*: an address is passed on, a file is sent along.

    Raises:
        SystemRefused: the file cannot be read.
        UsageError: it is no picture that providers take, or too large a one.
    """
    url = place if place.startswith(("https://", "http://", "data:image/")) else _data_url(Path(place))
    return {"type": "image_url", "image_url": {"url": url}}


def _data_url(path: Path) -> str:
    data = read_bytes(path)
    if len(data) > _MOST_BYTES:
        raise UsageError(f"`{path}` is larger than 20 MB", hint="make it smaller", kind="bad-value")
    for start, media_type in _TYPES.items():
        if data.startswith(start):
            return f"data:{media_type};base64,{b64encode(data).decode('ascii')}"
    raise UsageError(f"`{path}` is no picture", hint="use a PNG, JPEG, GIF or WebP file", kind="bad-value")
