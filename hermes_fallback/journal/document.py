"""A receipt as a document, and back. Files outlive versions: what a reader does not know, it passes over.

Times are RFC 3339 in UTC; `never` is the end of what has none, such as the bench of a dead credential.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass
from datetime import UTC, datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Any, TypeVar

from hermes_fallback.model.bench import Grain
from hermes_fallback.model.reason import Reason
from hermes_fallback.model.receipt import Attempt, Benched, Receipt, ServedBy, SkipKind, Skipped

__all__ = ["document_of", "receipt_of", "rfc3339"]

_Record = TypeVar("_Record")

_TIMES = frozenset({"began_at", "until"})
_NEVER = "never"
_YEAR_10000 = 253_402_300_800.0


def document_of(record: Receipt | Attempt | Skipped) -> dict[str, object]:
    """The JSON of a receipt, or of one attempt: every field under its own name."""
    return {each.name: _written(each.name, getattr(record, each.name)) for each in fields(record)}


def receipt_of(document: object) -> Receipt:
    """The receipt that *document* is; fields it lacks have their defaults, a reason it makes up is `unknown`.

    Raises:
        ValueError: it is no receipt.
    """
    return _record(Receipt, document)


def _written(name: str, value: Any) -> object:
    if isinstance(value, tuple):
        return [document_of(each) for each in value]
    if is_dataclass(value):
        return document_of(value)  # type: ignore[arg-type]  # a part of a receipt is made as the whole is
    if name in _TIMES and value is not None:
        return rfc3339(value)
    return round(value, 3) if isinstance(value, float) else value


def rfc3339(time: float) -> str:
    """*time*, in seconds since the epoch, in UTC; `never` for one that never comes."""
    if not time < _YEAR_10000:
        return _NEVER
    return datetime.fromtimestamp(time, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _record(kind: type[_Record], document: object) -> _Record:
    if not isinstance(document, Mapping):
        msg = f"no {kind.__name__}: {type(document).__name__}"
        raise ValueError(msg)  # noqa: TRY004 to a reader of files, a wrong type is a wrong value
    known: Any = kind
    values = {
        each.name: _value(each.name, str(each.type), document[each.name])
        for each in fields(known)
        if each.name in document
    }
    try:
        return kind(**values)
    except TypeError as error:  # one that has no default is missing
        raise ValueError(str(error)) from None


def _value(name: str, annotation: str, value: object) -> object:
    """*value* as the field *name* has it, whose type is written *annotation*."""
    kind, _, is_optional = annotation.partition(" | ")
    if value is None and is_optional:
        return None
    return _time(value) if name in _TIMES else _READERS[kind](value)


def _time(value: object) -> float:
    if value == _NEVER:
        return float("inf")
    return datetime.fromisoformat(_exactly(str)(value)).timestamp()


def _exactly(*kinds: type) -> Callable[[Any], Any]:
    def checked(value: Any) -> Any:
        if not isinstance(value, kinds):
            msg = f"not {kinds[0].__name__}: {type(value).__name__}"
            raise ValueError(msg)  # noqa: TRY004 as above
        return value

    return checked


def _one_of(kinds: type[StrEnum], otherwise: StrEnum | None) -> Callable[[Any], Any]:
    """Reads one of *kinds*; what only a later version has becomes *otherwise*."""

    def member(value: Any) -> Any:
        try:
            return kinds(value)
        except ValueError:
            return otherwise

    return member


def _each(kind: type[_Record]) -> Callable[[Any], tuple[_Record, ...]]:
    return lambda value: tuple(_record(kind, each) for each in _exactly(list)(value))


def _benched(value: Any) -> Benched | None:
    record = _record(Benched, value)
    return record if record.grain else None


_READERS: Mapping[str, Callable[[Any], Any]] = MappingProxyType(
    {
        "str": _exactly(str),
        "int": _exactly(int),
        "float": _exactly(float, int),
        "bool": _exactly(bool),
        "Reason": _one_of(Reason, Reason.UNKNOWN),
        "SkipKind": _one_of(SkipKind, SkipKind.NOT_READY),
        "Grain": _one_of(Grain, None),
        "Benched": _benched,
        "ServedBy": lambda value: _record(ServedBy, value),
        "tuple[Attempt, ...]": _each(Attempt),
        "tuple[Skipped, ...]": _each(Skipped),
    }
)
"""By the annotation of the field, without its `| None`."""
