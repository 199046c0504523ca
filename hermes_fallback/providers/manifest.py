"""Manifest: a plugin that is data alone, `plugin.yaml` with a `profile:` block."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from hermes_fallback.errors import InvalidPlugin
from hermes_fallback.fact import Fact
from hermes_fallback.model.demands import Demands
from hermes_fallback.model.oauth import OAuth
from hermes_fallback.providers.plugin import mask
from hermes_fallback.providers.profile import Probe, ProviderProfile

__all__ = ["KIND", "PARTS", "is_provider_plugin", "read_profile"]

KIND = "model-provider"

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

_RULES = frozenset({"api_modes_by_model", "api_modes_by_url"})
PARTS: Mapping[str, type[Fact]] = {"probe": Probe, "oauth": OAuth, "demands": Demands}
"""The fields of a profile that are mappings of fields of their own."""


def read_profile(path: Path) -> ProviderProfile:
    """The profile that the manifest at *path* describes, as yet unchecked; its name is the manifest's by default.

    Raises:
        InvalidPlugin: not YAML, no `profile:`, or an unknown key; names it.
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
    except (yaml.YAMLError, ValueError, LookupError, RecursionError) as error:  # a date, say, that is none
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
    return ProviderProfile(**{key: _value(key, value) for key, value in given.items()})


def _value(key: str, value: object) -> Any:
    """*value* in the form that a profile has it in, where YAML has another; what it is to be is checked later."""
    if key in _RULES and isinstance(value, Mapping):
        return tuple(value.items())
    part = PARTS.get(key)
    if part and isinstance(value, Mapping) and set(value) <= set(part.field_names()):
        return part(**value)
    return value


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
