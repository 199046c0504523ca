"""The description of the keys as JSON Schema (2020-12), for editors.

What `find_faults` lets pass, this lets pass, capitals in the name of a dialect apart.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from hermes_fallback.config.schema.keys import ROOT
from hermes_fallback.config.schema.shapes import Key, Keys, Shape, Value

__all__ = ["json_schema"]

Schema = dict[str, object]

_NULL: Schema = {"type": "null"}
_REFERENCE: Schema = {
    "type": "string",
    "pattern": r"\$\{[^}]+\}",
    "description": "A variable, put in when the value is used.",
}


def json_schema() -> Schema:
    """The JSON Schema of the whole file."""
    writer = _Writer()
    root = writer.shape(ROOT)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "config.yaml of Hermes Agent and hermes-fallback",
        **root,
        "$defs": dict(sorted(writer.defs.items())),
    }


class _Writer:
    """Writes shapes, those with a name once; `defs` are these, by name."""

    def __init__(self) -> None:
        self.defs: dict[str, object] = {"reference": _REFERENCE}

    def shape(self, shape: Shape) -> Schema:
        """The schema of *shape*, or a reference to it."""
        if not shape.name:
            return _any_of(list(self._ways(shape)))
        word = shape.name.replace(" ", "_")
        if word not in self.defs:
            self.defs[word] = _any_of(list(self._ways(shape)))
        return {"$ref": f"#/$defs/{word}"}

    def _ways(self, shape: Shape) -> Iterator[Schema]:
        if shape.value:
            yield from _value_ways(shape.value)
        if shape.items:
            yield {"type": "array", "items": self.shape(shape.items)}
        if shape.keys:
            yield self._mapping(shape.keys)

    def _mapping(self, keys: Keys) -> Schema:
        properties = {name: self._key(key, name) for key in keys.known for name in (key.name, *key.also)}
        needed = [_one_given(key) for key in keys.known if key.is_needed]
        rest: object = not keys.is_ours
        if keys.rest:
            rest = _any_of([self.shape(keys.rest), _NULL])
        schema: Schema = {"type": "object", "properties": properties, "additionalProperties": rest}
        if needed and (keys.beside or keys.unless):
            names = keys.beside or [name for name in properties if name not in keys.unless]
            beside = [_given(name) for name in names]
            return schema | {"if": {"anyOf": beside}, "then": {"allOf": needed}}
        return schema | ({"allOf": needed} if needed else {})

    def _key(self, key: Key, name: str) -> Schema:
        help_ = key.help if name == key.name else f"the same as `{key.name}`: {key.help}"
        schema: Schema = {"description": f"{help_} ({key.unit})" if key.unit else help_}
        if key.default is not None:
            schema["default"] = list(key.default) if isinstance(key.default, tuple) else key.default
        if key.is_legacy or key.mend:
            schema["deprecated"] = True
        written = self.shape(key.shape)
        return schema | (_any_of([written, _NULL]) if key.is_nullable and written else written)


def _one_given(key: Key) -> Schema:
    return {"anyOf": [_given(name) for name in (key.name, *key.also)]}


def _given(name: str) -> Schema:
    """True where *name* stands and holds something."""
    return {"required": [name], "properties": {name: {"not": {"enum": [None, ""]}}}}


def _value_ways(value: Value) -> list[Schema]:
    own = dict(value.json)
    words: list[Schema] = [{"enum": list(value.choices)}] if value.is_provider and value.choices else []
    takes_text = own.get("type") in ("string", ["string", "number"]) and "pattern" not in own
    return [*words, own] if takes_text else [*words, own, {"$ref": "#/$defs/reference"}]


def _any_of(ways: list[Schema]) -> Schema:
    flat = [way for each in ways for way in _inner(each)]
    return flat[0] if len(flat) == 1 else {"anyOf": flat} if flat else {}


def _inner(schema: Mapping[str, object]) -> list[Schema]:
    inner = schema.get("anyOf")
    return inner if isinstance(inner, list) and len(schema) == 1 else [dict(schema)]
