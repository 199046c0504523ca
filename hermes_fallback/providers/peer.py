"""Plugins written for Hermes Agent load unchanged: they find its module names while they execute.

Source: the plugin interface of Hermes Agent 0.19 (`providers`, `providers.base`); its field names are kept.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, fields
from importlib.util import module_from_spec, spec_from_file_location
from inspect import Parameter, isfunction, signature
from pathlib import Path
from threading import RLock
from types import ModuleType
from typing import Any

from hermes_fallback.errors import NotFound
from hermes_fallback.providers.absent import absent_modules
from hermes_fallback.providers.profile import ProviderProfile
from hermes_fallback.providers.registration import register_provider

__all__ = ["PeerProfile", "executing", "translate"]

Lookup = Callable[[str], ProviderProfile | None]

_EXECUTING = "hermes_fallback_user_plugin"
_lock = RLock()  # sys.modules belongs to the process: one plugin at a time may borrow names in it

_AUTH_TYPES = {
    **dict.fromkeys(["oauth_device_code", "oauth_minimax", "copilot"], "oauth_device"),
    "vertex": "gcp_adc",
}
_NAMING = frozenset({"user-agent", "editor-version", "originator", "x-title", "referer", "http-referer"})
"""Headers by which a program tells its name. A plugin of Hermes Agent gives the name of that."""
_UNUSED = {"fixed_temperature": None, "default_max_tokens": None}
"""Fields of the peer's that are read nowhere here, as they stand where a plugin does not set them."""
_LAST = 1000  # in the order of `provider: auto`: behind every bundled provider


_UNKNOWN = "_unknown"


class _Lenient(type):
    """Calls the class without the keyword arguments that it does not know: a newer peer has more of them.

    Their names stay with what it makes.
    """

    def __call__(cls, *args: object, **given: object) -> object:
        accepted = signature(cls.__init__).parameters  # type: ignore[misc]  # of this very class
        takes_all = any(each.kind is Parameter.VAR_KEYWORD for each in accepted.values())
        known = {name: value for name, value in given.items() if takes_all or name in accepted}
        made: object = super().__call__(*args, **known)
        vars(made)[_UNKNOWN] = tuple(name for name in given if name not in known)
        return made


@dataclass
class PeerProfile(metaclass=_Lenient):
    """What a plugin of Hermes Agent sees as `ProviderProfile`: to call, or to build its own class on.

    It may be changed until it is registered; methods that a subclass adds are named, and never called.
    """

    name: str
    api_mode: str = "chat_completions"
    aliases: tuple[str, ...] = ()
    display_name: str = ""
    description: str = ""
    signup_url: str = ""
    env_vars: tuple[str, ...] = ()
    base_url: str = ""
    models_url: str = ""
    auth_type: str = "api_key"
    supports_vision: bool = False
    fallback_models: tuple[str, ...] = ()
    hostname: str = ""
    default_headers: dict[str, str] = field(default_factory=dict)
    fixed_temperature: Any = None
    default_max_tokens: int | None = None
    default_aux_model: str = ""


def translate(peer: object, absent: Sequence[str] = ()) -> ProviderProfile:
    """*peer*, a profile of Hermes Agent's shape, in ours. Ours passes as it is.

    *absent* names the modules that its plugin asked for and that were empty.

    There `env_vars` holds the keys' variables and the base URL's together; here they stand apart.
    """
    if isinstance(peer, ProviderProfile):
        return peer
    variables = _words(peer, "env_vars")
    addresses = tuple(name for name in variables if name.endswith(("_BASE_URL", "_URL")))
    auth_type = _text(peer, "auth_type") or "api_key"
    hostname = _text(peer, "hostname")
    headers = _headers(peer)
    sent = {name: value for name, value in headers.items() if name.lower() not in _NAMING}
    return ProviderProfile(
        name=_text(peer, "name").lower(),
        display_name=_text(peer, "display_name"),
        description=_text(peer, "description"),
        aliases=tuple(alias.lower() for alias in _words(peer, "aliases")),
        api_mode=_text(peer, "api_mode") or "chat_completions",
        base_url=_text(peer, "base_url").rstrip("/"),
        alternate_base_urls=(f"https://{hostname}",) if hostname else (),
        base_url_env=addresses[0] if addresses else "",
        other_base_url_envs=addresses[1:],
        auth_type=_AUTH_TYPES.get(auth_type, auth_type),
        auto_rank=_LAST if auth_type == "api_key" else None,
        env_vars=tuple(name for name in variables if name not in addresses),
        models_url=_text(peer, "models_url"),
        default_headers=sent,
        default_models=_words(peer, "fallback_models"),
        default_aux_model=_text(peer, "default_aux_model"),
        vision=True if getattr(peer, "supports_vision", False) else None,
        signup_url=_text(peer, "signup_url"),
        ignored=(*_hooks(peer), *_unused(peer), *(name for name in headers if name not in sent), *absent),
    )


def _headers(peer: object) -> dict[str, str]:
    headers = getattr(peer, "default_headers", None)
    return {str(k): str(v) for k, v in headers.items()} if isinstance(headers, Mapping) else {}


def _hooks(peer: object) -> Iterator[str]:
    """The methods that the classes of *peer* bring, as calls."""
    own = (cls for cls in type(peer).__mro__ if cls not in {PeerProfile, object})
    names = dict.fromkeys(name for cls in own for name, value in vars(cls).items() if isfunction(value))
    return (f"{name}()" for name in names if not name.startswith("_"))


def _unused(peer: object) -> Iterator[str]:
    """The fields that *peer* sets and nobody reads."""
    yield from (name for name, usual in _UNUSED.items() if getattr(peer, name, usual) is not usual)
    yield from getattr(peer, _UNKNOWN, ())


def _text(peer: object, name: str) -> str:
    return str(getattr(peer, name, None) or "").strip()


def _words(peer: object, name: str) -> tuple[str, ...]:
    value = getattr(peer, name, None)
    if isinstance(value, str):
        return (value,)
    return tuple(str(word) for word in value) if isinstance(value, (list, tuple)) else ()


@contextmanager
def executing(script: Path, bundled: Lookup) -> Iterator[Callable[[], None]]:
    """A function that executes *script*; the peer's module names stand only while this lasts."""
    is_package = script.name == "__init__.py"
    spec = spec_from_file_location(
        _EXECUTING, script, submodule_search_locations=[str(script.parent)] if is_package else None
    )
    if spec is None or spec.loader is None:
        msg = f"{script} cannot be executed"
        raise ImportError(msg)
    module, run = module_from_spec(spec), spec.loader.exec_module
    with (
        _lock,
        absent_modules() as absent,
        _borrowed({**_peer_modules(bundled, absent), _EXECUTING: module}),
        _no_bytecode(),
    ):
        yield lambda: run(module)


@contextmanager
def _no_bytecode() -> Iterator[None]:
    """Reading a home writes nothing into it, `__pycache__` included."""
    before, sys.dont_write_bytecode = sys.dont_write_bytecode, True
    try:
        yield
    finally:
        sys.dont_write_bytecode = before


@contextmanager
def _borrowed(modules: Mapping[str, ModuleType]) -> Iterator[None]:
    """Put *modules* into `sys.modules`, and afterwards take away them and what was imported below them."""
    roots = {name.partition(".")[0] for name in modules}
    before = {name: module for name, module in sys.modules.items() if name.partition(".")[0] in roots}
    _remove(roots)
    sys.modules.update(modules)
    try:
        yield
    finally:
        _remove(roots)
        sys.modules.update(before)


def _remove(roots: set[str]) -> None:
    for name in [name for name in sys.modules if name.partition(".")[0] in roots]:
        del sys.modules[name]


def _peer_modules(bundled: Lookup, absent: Sequence[str]) -> dict[str, ModuleType]:
    base = ModuleType("providers.base", "The profile class that plugins of Hermes Agent import.")
    vars(base).update(ProviderProfile=PeerProfile, OMIT_TEMPERATURE=object())
    top = ModuleType("providers", "The registration that plugins of Hermes Agent import.")
    vars(top).update(
        __path__=[],
        base=base,
        ProviderProfile=PeerProfile,
        register_provider=lambda profile: register_provider(translate(profile, absent)),
        get_provider_profile=lambda name: _as_peer(_found(bundled, name)),
    )
    return {"providers": top, "providers.base": base}


def _found(bundled: Lookup, name: str) -> ProviderProfile | None:
    try:
        return bundled(name)
    except NotFound:
        return None


def _as_peer(profile: ProviderProfile | None) -> PeerProfile | None:
    if profile is None:
        return None
    known = {each.name for each in fields(PeerProfile)}
    shared = {name: getattr(profile, name) for name in profile.field_names() if name in known}
    variables = (*profile.env_vars, *filter(None, [profile.base_url_env]), *profile.other_base_url_envs)
    headers = dict(profile.default_headers)
    return PeerProfile(
        **{**shared, "env_vars": variables, "default_headers": headers},
        fallback_models=profile.default_models,
        supports_vision=bool(profile.vision),
    )
