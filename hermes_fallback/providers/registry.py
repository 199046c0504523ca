"""Registry: finds a provider's profile by name or alias, bundled or the user's own."""

from __future__ import annotations

import os
from collections.abc import Mapping
from errno import ELOOP, ENOENT, ENOTDIR
from functools import cached_property
from stat import S_ISDIR

from hermes_fallback.errors import InvalidPlugin, NotFound
from hermes_fallback.fact import Fact
from hermes_fallback.model.endpoint import Named, NamedEndpoint, key_of
from hermes_fallback.providers.index import ALIASES, FOLDERS
from hermes_fallback.providers.plugin import BUNDLED, load_bundled
from hermes_fallback.providers.profile import ProviderProfile
from hermes_fallback.providers.tier import Tier

TYPE_CHECKING = False  # importing `typing` for it takes 4 ms
if TYPE_CHECKING:
    from pathlib import Path
    from typing import Protocol

    from hermes_fallback.providers.discovery import BrokenPlugin

    class Naming(Protocol):
        """What `Named` says, be it read only when it is asked for."""

        @property
        def endpoints(self) -> tuple[NamedEndpoint, ...]: ...

        @property
        def disabled(self) -> Mapping[str, str]: ...


__all__ = ["ANY_ADDRESS", "ProfileOrigin", "Registry"]

_NOTHING = Named()

ANY_ADDRESS = "custom"
"""The provider of any address; before a colon, what names an endpoint of the config."""


class ProfileOrigin(Fact, kw_only=False):
    """Where a profile comes from."""

    tier: str
    """`bundled`, `user`, or `config` for an endpoint that the config names."""
    path: str
    overrides: bool = False
    """True when a user's plugin stands in the place of a bundled one."""


class Registry:
    """The providers one home knows. Two registries share nothing; profiles are loaded when asked for.

    *user_plugins* holds folders (`plugins/model-providers`), *legacy_plugins* single files (`providers`), and
    *standalone_plugins* plugins of every kind (`plugins`), of which those that register a provider count.
    A folder that does not exist costs one system call. *named* is what the config names and switches off, and is
    asked for no more than a name needs.
    """

    def __init__(
        self,
        user_plugins: str | Path | None = None,
        legacy_plugins: str | Path | None = None,
        *,
        standalone_plugins: str | Path | None = None,
        named: Naming = _NOTHING,
    ) -> None:
        self._config = named
        self._sources = (user_plugins, legacy_plugins, standalone_plugins)
        self._tier: Tier | None = None
        self._loaded: dict[str, ProviderProfile] = {}

    def get(self, name: str) -> ProviderProfile:
        """The profile that *name*, in any case, stands for: a provider's name, an alias, or a named endpoint.

        Raises:
            NotFound: no provider answers to it; the hint names the nearest ones.
            InvalidPlugin: the user's plugin that would answer to it is broken.
        """
        word = _normal(name)
        found = self.canonical(word)
        fault = self._fault(word, found)
        if fault is not None:
            raise fault
        if found is None:
            raise self._unknown(name)
        return self._profile(found)

    def canonical(self, name: str) -> str | None:
        """The provider's own name for *name*, or None. Loads no bundled profile."""
        word = _normal(name)
        named = self.named(word)
        if named is not None:
            return f"{ANY_ADDRESS}:{named.key}"
        own = self._user.canonical(word)
        if own is not None:
            return own
        bundled = word if word in FOLDERS else ALIASES.get(word)
        return bundled and (self._user.canonical(bundled) or bundled)

    def named(self, name: str) -> NamedEndpoint | None:
        """The endpoint of the config that *name* stands for, or None.

        `custom:NAME` always does; NAME alone where no provider has it for its own name. An alias gives way.
        """
        word = _normal(name)
        behind = word.removeprefix(f"{ANY_ADDRESS}:")
        if behind == word and (word in FOLDERS or word in self._user.owned):
            return None
        return self._named.get(key_of(behind))

    def named_at(self, base_url: str) -> NamedEndpoint | None:
        """The endpoint of the config with this address, or None."""
        address = base_url.rstrip("/").lower()
        return next((each for each in self._keys.values() if each.base_url.lower() == address), None)

    def switched_off(self, name: str) -> str | None:
        """The place in the config that switches off the provider *name* stands for, or None."""
        found = self.canonical(name)
        return self._off.get(found) if found else None

    def naming(self, named: Naming) -> Registry:
        """The same providers, loaded once for both, with what another config names and switches off."""
        other = Registry(named=named)
        other._tier, other._loaded = self._user, self._loaded
        return other

    def names(self) -> tuple[str, ...]:
        """Every provider's own name, in alphabetical order, then the named endpoints as they stand."""
        owned = sorted(name for name in {*FOLDERS, *self._user.owned} if self.canonical(name) == name)
        return (*owned, *(f"{ANY_ADDRESS}:{key}" for key in reversed(self._keys)))

    def profiles(self) -> tuple[ProviderProfile, ...]:
        """Every profile that loads, by name. What does not is in `broken`."""
        sound = (name for name in self.names() if self._fault(name, name) is None)
        return tuple(self._profile(name) for name in sound)

    def origin(self, name: str) -> ProfileOrigin:
        """Where the profile that *name* stands for comes from.

        Raises:
            NotFound: no provider answers to it.
        """
        found = self.canonical(name)
        if found is None:
            raise self._unknown(name)
        named = self.named(found)
        if named is not None:
            return ProfileOrigin(tier="config", path=named.origin)
        own = self._user.owned.get(found)
        if own is None:
            return ProfileOrigin(tier="bundled", path=f"{BUNDLED}/{FOLDERS[found]}")
        return ProfileOrigin(tier="user", path=own.path, overrides=found in FOLDERS)

    def suggest(self, word: str) -> tuple[str, ...]:
        """Up to three providers that *word* may have meant, the nearest first."""
        from difflib import get_close_matches  # only where a name was wrong

        asked = _normal(word)
        known = [*FOLDERS, *ALIASES, *self._user.owned, *self._user.aliases]
        known += [*self._named, *(f"{ANY_ADDRESS}:{key}" for key in self._keys)]
        near = get_close_matches(asked, known, n=6, cutoff=0.7)
        near += [
            name for name in known if len(asked) > 2 and (asked in name or (len(name) > 3 and name in asked))
        ]
        names = dict.fromkeys(filter(None, map(self.canonical, near)))
        return tuple(names)[:3]

    @property
    def broken(self) -> tuple[BrokenPlugin, ...]:
        """The user's plugins that do not load or collide, each with its path and its error."""
        return tuple(self._user.broken)

    @property
    def _user(self) -> Tier:
        if self._tier is None:
            self._tier = Tier()  # what a plugin sees of its own tier while that is being read
            if any(map(_may_hold, self._sources)):
                from pathlib import Path  # most homes hold no plugins, and need none of this

                from hermes_fallback.providers.discovery import read_tier

                plugins, legacy, standalone = (None if each is None else Path(each) for each in self._sources)
                self._tier = read_tier(plugins, legacy, standalone, self.get)
        return self._tier

    @cached_property
    def _keys(self) -> dict[str, NamedEndpoint]:
        return {each.key: each for each in reversed(self._config.endpoints)}

    @cached_property
    def _named(self) -> dict[str, NamedEndpoint]:
        return {key_of(each.name): each for each in reversed(self._config.endpoints)} | self._keys

    @cached_property
    def _off(self) -> dict[str, str]:
        """The providers that are switched off, by their own names, each with the place that says so."""
        off = self._config.disabled
        words = ((word, each) for each in off for word in (each, f"{ANY_ADDRESS}:{each}"))
        return {name: off[each] for word, each in words if (name := self.canonical(word))}

    def _fault(self, word: str, found: str | None) -> InvalidPlugin | None:
        if found is not None and found in self._user.owned:
            return None
        return self._user.fault(word) or (self._user.fault(found) if found else None)

    def _profile(self, name: str) -> ProviderProfile:
        named = self.named(name)
        if named is not None:
            from hermes_fallback.providers.named import profile_of  # few configs name any

            return profile_of(named, self._profile(ANY_ADDRESS))
        own = self._user.owned.get(name)
        if own is not None:
            return own.profile
        if name not in self._loaded:
            self._loaded.update((profile.name, profile) for profile in load_bundled(FOLDERS[name]))
        return self._loaded[name]

    def _unknown(self, name: str) -> NotFound:
        near = " or ".join(f"`{each}`" for each in self.suggest(name))
        meant = f"did you mean {near}? " if near else ""
        return NotFound(
            f"unknown provider `{name}`",
            why="no bundled provider and no plugin of yours answers to that name",
            hint=f"{meant}`hermes providers list` shows them all",
            kind="unknown-provider",
        )


def _may_hold(folder: str | Path | None) -> bool:
    try:
        return folder is not None and S_ISDIR(os.stat(folder).st_mode)
    except OSError as error:
        return error.errno not in {ENOENT, ENOTDIR, ELOOP}  # whoever reads it says what else is wrong


def _normal(name: str) -> str:
    return name.strip().lower()
