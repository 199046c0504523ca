"""What the requests of all dialects share: address, headers, and a body of JSON."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from hermes_fallback.model.route import Route
from hermes_fallback.transcript.conversation import Options
from hermes_fallback.wire.exchange import HttpRequest

__all__ = ["endpoint", "image_url", "named_schema", "post"]

_HEADERS = {"content-type": "application/json", "accept": "text/event-stream, application/json"}
_NOT_IN_A_NAME = re.compile(r"[^A-Za-z0-9_-]+")


def post(
    route: Route,
    url: str,
    fields: Mapping[str, Any],
    options: Options,
    headers: Mapping[str, str] = MappingProxyType({}),
    *,
    changes: tuple[str, ...] = (),
) -> HttpRequest:
    """The request that posts *fields* to *url*.

    Fields of `options.extra` win, and one that is None is left out. *headers* give way to the route's own.
    """
    body = {name: value for name, value in {**fields, **options.extra}.items() if value is not None}
    own = {name: value for name, value in route.headers.items() if name.lower() not in _HEADERS}
    given = {name.lower() for name in own}
    ours = {name: value for name, value in headers.items() if name not in given}
    return HttpRequest(
        method="POST",
        url=url,
        headers={**_HEADERS, **ours, **own},
        body=_encoded(body),
        credential=route.credential,
        auth_header=route.auth_header,
        auth_scheme=route.auth_scheme,
        changes=changes,
    )


def endpoint(base_url: str, path: str) -> str:
    """*base_url* and *path*, before its query; an address that names the endpoint already is kept."""
    base, mark, query = base_url.partition("?")
    base = base.rstrip("/")
    return (base if base.endswith(path) else base + path) + mark + query


def image_url(part: Mapping[str, Any]) -> str | None:
    """The address, or the data, of the image that *part* of a message is; None where it is none."""
    image = part.get("image_url")
    url = image.get("url") if isinstance(image, Mapping) else image
    return url if isinstance(url, str) else None


def named_schema(schema: Mapping[str, Any]) -> dict[str, Any]:
    """A bare JSON Schema under a name; one in OpenAI's own wrapping, which may ask for `strict`, as it is."""
    if "name" in schema and isinstance(schema.get("schema"), Mapping):
        return dict(schema)
    name = _NOT_IN_A_NAME.sub("_", str(schema.get("title") or "")).strip("_")[:64]
    return {"name": name or "answer", "schema": dict(schema)}


def _encoded(body: Mapping[str, Any]) -> bytes:
    # Half a surrogate pair, as text from a file may hold, becomes `?`: no JSON parser would take it.
    return json.dumps(body, ensure_ascii=False, separators=(",", ":"), default=dict).encode(
        "utf-8", "replace"
    )
