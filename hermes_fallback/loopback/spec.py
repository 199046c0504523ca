"""Which providers to play, and how each behaves, request by request."""

from __future__ import annotations

import inspect
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import Any

from hermes_fallback.loopback.behaviours import BEHAVIOURS, Behaviour

__all__ = ["BadSpec", "ProviderSpec", "Step", "read_script", "read_specs"]


class BadSpec(ValueError):
    """The description of the providers cannot be followed; the text says where and why."""


@dataclass(frozen=True, slots=True)
class Step:
    """What one request gets."""

    name: str
    options: Mapping[str, Any] = field(default_factory=dict)

    @property
    def behaviour(self) -> Behaviour:
        """The coroutine behind the name."""
        return BEHAVIOURS[self.name]


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderSpec:
    """One provider. Its script is used one step a request, and its last step for ever."""

    name: str
    key: str | None = None
    """The only bearer key it takes; None takes any, and none."""
    models: tuple[str, ...] = ()
    """The only models it serves; empty serves any."""
    script: tuple[Step, ...] = (Step("ok"),)
    catalog: tuple[str, ...] | None = None
    """What its list of models shows, whatever it serves; None shows `models`."""
    list_script: tuple[Step, ...] = (Step("ok"),)
    """What requests for the list get; they do not move `script` on, nor chats this one."""
    public_list: bool = False
    """True where the list is given to whoever asks, whatever the key."""
    host: str = "127.0.0.1"
    """The name or address it listens on: `localhost`, or one of 127.0.0.0/8 where the system has more than one."""
    tls: bool = False
    """True where it listens with TLS and shows `planted.CERTIFICATE`."""

    @property
    def listed(self) -> tuple[str, ...]:
        """The models its list shows."""
        return self.models if self.catalog is None else self.catalog


_FIELDS = frozenset(each.name for each in fields(ProviderSpec))


def read_specs(document: object) -> tuple[ProviderSpec, ...]:
    """The providers of `{"providers": [{"name": …, "key": …, "models": […], "script": […]}]}`.

    Every field but the name may be left out; `ProviderSpec` says what each means.

    Raises:
        BadSpec: something in it is missing, unknown or of the wrong kind.
    """
    providers = document.get("providers") if isinstance(document, Mapping) else document
    if not isinstance(providers, Sequence) or isinstance(providers, str) or not providers:
        raise BadSpec("`providers` must be a list of at least one provider")
    specs = tuple(_spec(item) for item in providers)
    names = [spec.name for spec in specs]
    if len(set(names)) < len(names):
        raise BadSpec("two providers have the same name")
    return specs


def _spec(item: object) -> ProviderSpec:
    if isinstance(item, ProviderSpec):
        return item
    if not isinstance(item, Mapping) or not isinstance(item.get("name"), str):
        raise BadSpec("each provider must be a mapping with a `name`")
    if unknown := set(item) - _FIELDS:
        raise BadSpec(f"`{item['name']}` has unknown fields: {', '.join(sorted(map(str, unknown)))}")
    return ProviderSpec(
        name=item["name"],
        key=item.get("key"),
        models=tuple(item.get("models") or ()),
        script=read_script(item.get("script") or ["ok"]),
        catalog=None if item.get("catalog") is None else tuple(item["catalog"]),
        list_script=read_script(item.get("list_script") or ["ok"]),
        public_list=item.get("public_list") is True,
        host=_host(item),
        tls=item.get("tls") is True,
    )


def _host(item: Mapping[str, Any]) -> str:
    host = str(item.get("host") or "127.0.0.1")
    if host != "localhost" and not host.startswith("127."):
        raise BadSpec(f"`{item['name']}` may listen on loopback only, not on `{host}`")
    return host


def read_script(steps: object) -> tuple[Step, ...]:
    """The steps of a list of names, or of mappings such as `{"behaviour": "rate_limit", "retry_after": 2}`.

    Raises:
        BadSpec: a behaviour or one of its options is unknown, or the list is empty.
    """
    if isinstance(steps, str | Mapping | Step):
        steps = [steps]
    if not isinstance(steps, Iterable) or not (script := tuple(_step(step) for step in steps)):
        raise BadSpec("a script must be a list of at least one behaviour")
    return script


def _step(item: object) -> Step:
    if isinstance(item, Step):
        name, options = item.name, dict(item.options)
    elif isinstance(item, Mapping):
        options = {str(key): value for key, value in item.items()}
        name = str(options.pop("behaviour", ""))
    else:
        name, options = str(item), {}
    if name not in BEHAVIOURS:
        raise BadSpec(f"`{name}` is not a behaviour; there are {', '.join(sorted(BEHAVIOURS))}")
    try:
        inspect.signature(BEHAVIOURS[name]).bind(None, **options)
    except TypeError as error:
        raise BadSpec(f"`{name}`: {error}") from None
    return Step(name, options)
