"""Fact: the base of values that say something and never change.

A frozen dataclass does the same. But its decorator writes and compiles six methods for every class, which
takes 0.6 ms each, and importing it 7 ms: half of what a listing took. So the values that a listing needs are
facts: one set of methods serves them all, and defining one costs as much as defining any class.
"""

from __future__ import annotations

TYPE_CHECKING = False  # importing `typing` for it takes 4 ms
if TYPE_CHECKING:
    from typing import Any, ClassVar, Self, dataclass_transform
else:

    def dataclass_transform(**_):
        """Nothing at run time: what the decorator says is for type checkers."""
        return lambda cls: cls


__all__ = ["Fact", "freeze"]


@dataclass_transform(frozen_default=True, kw_only_default=True)
class Fact:
    """A value made of fields: the names a class annotates, their defaults what it assigns to them.

    Immutable, and equal to another of its class whose fields are equal. A default is shared by all that have
    it, so it is immutable too. Class keywords: `kw_only=False` lets fields be given by position; fields in
    *uncompared* are carried along and make no difference; those in *unshown* stay out of the repr.
    """

    _fields: ClassVar[tuple[str, ...]] = ()
    _known: ClassVar[frozenset[str]] = frozenset()
    _required: ClassVar[frozenset[str]] = frozenset()
    _compared: ClassVar[tuple[str, ...]] = ()
    _shown: ClassVar[tuple[str, ...]] = ()
    _by_position: ClassVar[tuple[str, ...]] = ()

    def __init_subclass__(
        cls, *, kw_only: bool = True, uncompared: tuple[str, ...] = (), unshown: tuple[str, ...] = ()
    ) -> None:
        own = [name for name in cls.__annotations__ if name not in cls._fields]
        cls._fields = (*cls._fields, *own)
        cls._known = frozenset(cls._fields)
        cls._required = frozenset(name for name in cls._fields if not hasattr(cls, name))
        cls._compared = (*cls._compared, *(name for name in own if name not in uncompared))
        cls._shown = (*cls._shown, *(name for name in own if name not in unshown))
        cls._by_position = () if kw_only else cls._fields

    def __init__(self, *values: object, **named: object) -> None:
        if values:
            named = self._with_names(values, named)
        if not self._required <= named.keys() <= self._known:
            raise TypeError(self._misfit(named))
        self.__dict__.update(named)
        self.__post_init__()

    def __post_init__(self) -> None:
        """Nothing; for a class that has more to do once its fields are set."""

    def _with_names(self, values: tuple[object, ...], named: dict[str, object]) -> dict[str, object]:
        placed = dict(zip(self._by_position, values, strict=False))
        if len(values) > len(placed) or placed.keys() & named.keys():
            msg = f"{type(self).__name__} takes {len(self._by_position)} fields by position, each once"
            raise TypeError(msg)
        return placed | named

    def _misfit(self, named: dict[str, object]) -> str:
        faults = [f"lacks `{name}`" for name in self._fields if name in self._required and name not in named]
        faults += [f"has no field `{name}`" for name in named if name not in self._fields]
        return f"{type(self).__name__} {', '.join(faults)}"

    @classmethod
    def field_names(cls) -> tuple[str, ...]:
        """The names of its fields, in the order they stand in."""
        return cls._fields

    def but(self, **changes: Any) -> Self:
        """The same with *changes*."""
        return type(self)(**{name: getattr(self, name) for name in self._fields} | changes)

    def _key(self) -> tuple[object, ...]:
        return tuple(getattr(self, name) for name in self._compared)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Fact) or type(other) is not type(self):
            return NotImplemented
        return self._key() == other._key()

    def __hash__(self) -> int:
        return hash((type(self), self._key()))

    def __repr__(self) -> str:
        fields = ", ".join(f"{name}={getattr(self, name)!r}" for name in self._shown)
        return f"{type(self).__name__}({fields})"

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(self._immutable(name))

    def __delattr__(self, name: str) -> None:
        raise AttributeError(self._immutable(name))

    def _immutable(self, name: str) -> str:
        return f"`{name}` of {type(self).__name__} is a fact and cannot change"


def freeze(fact: Fact) -> None:
    """Make the lists and mappings that *fact* was given unchangeable, for `__post_init__` of what a plugin may build.

    Whatever else it was given is for those to judge who use it.
    """
    from types import MappingProxyType  # loaded by whoever has such facts

    fields = vars(fact)
    for name, value in fields.items():
        if isinstance(value, list):
            fields[name] = tuple(value)
        elif isinstance(value, dict):
            fields[name] = MappingProxyType(dict(value))
