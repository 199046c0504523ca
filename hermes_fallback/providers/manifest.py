"""Manifest: a plugin that is data alone, `plugin.yaml` with a `profile:` block."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, cast

import yaml

from hermes_fallback.errors import InvalidPlugin
from hermes_fallback.providers.plugin import mask
from hermes_fallback.providers.profile import Probe, ProviderProfile

__all__ = ["KIND", "is_provider_plugin", "read_profile"]

KIND = "model-provider"

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

Reader = Callable[[object], Any]


def _text(value: object) -> str | None:
    return value.strip() if isinstance(value, str) else None


def _texts(value: object) -> tuple[str, ...] | None:
    fits = isinstance(value, list) and all(isinstance(item, str) for item in value)
    return tuple(cast("list[str]", value)) if fits else None


def _mapping(value: object) -> dict[str, str] | None:
    if not isinstance(value, Mapping):
        return None
    return dict(value) if all(isinstance(word, str) for pair in value.items() for word in pair) else None


def _rules(value: object) -> tuple[tuple[str, str], ...] | None:
    mapping = _mapping(value)
    return None if mapping is None else tuple(mapping.items())


def _flag(value: object) -> bool | None:
    return value if isinstance(value, bool) else None


def _number(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _numbers(value: object) -> tuple[int, ...] | None:
    fits = isinstance(value, list) and all(_number(item) is not None for item in value)
    return tuple(cast("list[int]", value)) if fits else None


def _probe(value: object) -> Probe | None:
    if not isinstance(value, Mapping) or not set(value) <= set(Probe.field_names()):
        return None
    facts = {key: _PROBE_READERS.get(key, _text)(each) for key, each in value.items()}
    return None if None in facts.values() else Probe(**facts)


_PROBE_READERS: dict[str, Reader] = {"headers": _mapping, "accepts": _numbers, "rejects": _numbers}
_OTHER_READERS: dict[str, tuple[Reader, str]] = {
    **dict.fromkeys(
        [
            "aliases",
            "alternate_base_urls",
            "other_base_url_envs",
            "env_vars",
            "key_prefixes",
            "default_models",
        ],
        (_texts, "a list of texts"),
    ),
    **dict.fromkeys(["api_modes_by_model", "api_modes_by_url"], (_rules, "a mapping of texts")),
    **dict.fromkeys(
        ["models_public", "vision", "takes_keys", "shares_primary_address"], (_flag, "true or false")
    ),
    "auto_rank": (_number, "a whole number"),
    "default_headers": (_mapping, "a mapping of texts"),
    "probe": (_probe, f"a mapping of {', '.join(Probe.field_names())}"),
}


def read_profile(path: Path) -> ProviderProfile:
    """The profile that the manifest at *path* describes; its name is the manifest's unless it has its own.

    Raises:
        InvalidPlugin: not YAML, no `profile:`, an unknown key or a value of the wrong kind; names it.
    """
    manifest = _load(path)
    profile = manifest.get("profile")
    if manifest.get("kind", KIND) != KIND:
        raise _wrong(path, f"its kind is `{manifest['kind']}`, not `{KIND}`")
    if not isinstance(profile, Mapping):
        raise _wrong(path, "it has no `profile:` block, and no `__init__.py` stands beside it")
    defaults = {key: manifest[key] for key in ("name", "description") if key in manifest}
    return _build(path, {**defaults, **profile})


def is_provider_plugin(path: Path) -> bool:
    """True when the manifest at *path* says that it is a provider's; a broken one says nothing."""
    try:
        return _load(path).get("kind") == KIND
    except InvalidPlugin:
        return False


def _load(path: Path) -> Mapping[str, Any]:
    try:
        manifest = yaml.load(path.read_bytes(), _LOADER)  # noqa: S506 it is a safe one
    except OSError as error:
        raise _wrong(path, f"{error.strerror}") from error
    except (yaml.YAMLError, RecursionError) as error:
        raise _malformed(path, error) from error
    if not isinstance(manifest, Mapping):
        raise _wrong(path, "it is not a mapping")
    return manifest


def _build(path: Path, given: Mapping[str, Any]) -> ProviderProfile:
    known = set(ProviderProfile.field_names())
    for key in given:
        if key not in known:
            raise _wrong(path, f"`profile` has an unknown key `{key}`", hint=_meant(key, known))
    if "name" not in given:
        raise _wrong(path, "`name` is missing")
    return ProviderProfile(**{key: _value(path, key, value) for key, value in given.items()})


def _value(path: Path, key: str, value: object) -> Any:
    read, wanted = _OTHER_READERS.get(key, (_text, "text"))
    found = read(value)
    if found is None:
        raise _wrong(path, f"`profile.{key}` must be {wanted}")
    return found


def _meant(key: object, known: set[str]) -> str | None:
    from difflib import get_close_matches  # only for this hint

    near = get_close_matches(str(key), known, n=1)
    return f"did you mean `{near[0]}`?" if near else None


def _malformed(path: Path, error: Exception) -> InvalidPlugin:
    mark = getattr(error, "problem_mark", None)
    line = mark.line + 1 if mark else None
    lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
    return InvalidPlugin(
        f"`{path}` is not valid YAML",
        path=str(path),
        line=line,
        column=mark.column + 1 if mark else None,
        text=mask(lines[line - 1]) if line and line <= len(lines) else None,
        why=mask(getattr(error, "problem", None) or str(error)),
    )


def _wrong(path: Path, why: str, *, hint: str | None = None) -> InvalidPlugin:
    return InvalidPlugin(
        f"the plugin `{path}` describes its provider wrongly", path=str(path), why=why, hint=hint
    )
