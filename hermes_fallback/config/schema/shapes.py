"""What a description of keys is made of: a shape for every place, by how a value there may be written."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

__all__ = ["Key", "Keys", "Shape", "Value"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Value:
    """A kind of single value."""

    name: str
    """As people call it, `length of time`."""
    take: Callable[[object], object]
    """Raises ValueError, with the words for what it should be, for what it cannot be."""
    json: Mapping[str, object]
    """The same as JSON Schema, as far as that can say it."""
    choices: tuple[str, ...] = ()
    """Words that stand for themselves."""
    is_provider: bool = False
    """True where a provider's name or alias stands, or one of the choices."""
    is_secret: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """What may stand at a place: a single value, a list, a mapping, or any of these; anything where it is none.

    Whether null may is for the key to say.
    """

    value: Value | None = None
    items: Shape | None = None
    """The shape of each item of a list."""
    keys: Keys | None = None
    name: str = ""
    """Of a shape that stands in several places."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Keys:
    """What may stand in a mapping."""

    known: tuple[Key, ...] = ()
    rest: Shape | None = None
    """Of every other key, where those are names that the user gives."""
    rest_name: str = ""
    """What such a name is of."""
    is_ours: bool = False
    """True where nobody else writes keys, so that one we do not know is a mistake."""
    rest_fault: Callable[[str, str], str | None] | None = None
    """Why such a name cannot have a text, where it is not for the shape alone to say."""
    beside: tuple[str, ...] = ()
    """Needed keys are needed only beside one of these, where there are any."""
    unless: tuple[str, ...] = ()
    """Needed keys are not needed where nothing but these is given."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """One key of a mapping."""

    name: str
    shape: Shape
    help: str
    default: object = None
    unit: str = ""
    also: tuple[str, ...] = ()
    """Other names that it is read under, when it is empty itself."""
    is_needed: bool = False
    is_nullable: bool = True
    is_legacy: bool = False
    """True for a key that is still read, and that a newer one has replaced."""
    mend: str = ""
    """Of a key that nobody reads any more: what to do about it."""
