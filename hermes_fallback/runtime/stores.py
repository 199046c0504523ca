"""Stores: where one home keeps credentials beside its variables. What a home has not is not imported."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from functools import cached_property

from hermes_fallback.config.home import Home
from hermes_fallback.credentials.environment import Environment
from hermes_fallback.credentials.sources import Stores
from hermes_fallback.providers.profile import ProviderProfile

TYPE_CHECKING = False  # importing `typing` for it takes 4 ms
if TYPE_CHECKING:
    from hermes_fallback.credentials.auth_file import AuthFile
    from hermes_fallback.credentials.source import Source
    from hermes_fallback.credentials.tool_files import ToolFiles

__all__ = ["HomeStores"]


class HomeStores:
    """The stores of *home*, for every provider; files of other programs are read for those in *imports*."""

    def __init__(
        self, home: Home, environment: Environment, environ: Mapping[str, str], imports: Sequence[str]
    ) -> None:
        self._home = home
        self._environment, self._environ = environment, environ
        self._imports = imports

    def __call__(self, profile: ProviderProfile) -> Stores:
        """Those that may hold something for *profile*."""
        unused = self._auth.read().suppressed(profile.name) if self._auth else ()
        return Stores(before=self._kept, tools=lambda: self._tools(profile), unused=unused)

    @cached_property
    def _auth(self) -> AuthFile | None:
        if not os.path.exists(self._home.auth):
            return None
        from hermes_fallback.credentials.auth_file import AuthFile

        return AuthFile(self._home.auth)

    @cached_property
    def _kept(self) -> tuple[Source, ...]:
        kept: list[Source] = []
        outer = self._home.outer_auth
        if self._auth or (outer and os.path.exists(outer)):
            from hermes_fallback.credentials.auth_file import AuthFile
            from hermes_fallback.credentials.pool import PoolSource

            if self._auth:
                kept.append(PoolSource(self._auth, self._environment))
            if outer:
                kept.append(PoolSource(AuthFile(outer), self._environment, nearer=self._auth))
        if os.path.exists(self._home.keyring):
            from hermes_fallback.credentials.keyring_store import KeyringStore

            kept.append(KeyringStore(self._home.keyring))
        return tuple(kept)

    def _tools(self, profile: ProviderProfile) -> ToolFiles | None:
        """The files of other programs; None where *profile* has no use for any, or none that needs leave is there."""
        reads = profile.oauth.reads if profile.oauth else ()
        needs_none = profile.auth_type == "oauth_external"
        user_home = os.path.expanduser(self._environ.get("HOME") or "~")
        if not any(needs_none or tool in self._imports or self._is_there(tool, user_home) for tool in reads):
            return None
        from hermes_fallback.credentials.tool_files import ToolFiles  # 1 ms

        return ToolFiles(user_home, self._environ, self._imports)

    def _is_there(self, tool: str, user_home: str) -> bool:
        """True where *tool* has left a file, or keeps none that one could look for."""
        from hermes_fallback.credentials.programs import (
            PROGRAMS,  # few providers take the sign-in of a program
        )

        return tool not in PROGRAMS or os.path.exists(PROGRAMS[tool].path(user_home, self._environ))
