"""Failures read from rows: objects as they stand in files of recorded failures, one a line."""

from __future__ import annotations

from collections.abc import Mapping

from hermes_fallback.model.failure import Failure, Transport

__all__ = ["failure_from_row"]


def failure_from_row(row: Mapping[str, object]) -> Failure:
    """The `Failure` that *row* describes.

    Read are `transport`, `status`, `headers`, `body`, `exception`
    and `provider`; each may be missing or null, and other keys are ignored.
    """
    status, body, headers = row.get("status"), row.get("body"), row.get("headers")
    if isinstance(status, str) and status.strip().isdecimal():
        status = int(status.strip()[:9])
    number = status if isinstance(status, int) and not isinstance(status, bool) else None
    exception = _optional_text(row.get("exception"))
    return Failure(
        transport=_transport(row.get("transport"), number, exception),
        status=number,
        headers={str(k).lower(): _plain(v) for k, v in headers.items()}
        if isinstance(headers, Mapping)
        else {},
        body="" if body is None else _plain(body),
        exception=exception,
        provider=_optional_text(row.get("provider")),
    )


def _transport(named: object, status: int | None, exception: str | None) -> Transport:
    try:
        return Transport(str(named))
    except ValueError:
        pass
    if status is not None and 200 <= status < 300:
        return Transport.BODY200
    return Transport.EXCEPTION if exception or status is None else Transport.HTTP


def _optional_text(value: object) -> str | None:
    return None if value is None or value == "" else _plain(value)


def _plain(value: object) -> str:
    if isinstance(value, str):
        return value
    import json  # 2 ms, and bodies mostly are text already

    return json.dumps(value, ensure_ascii=False, default=str)
