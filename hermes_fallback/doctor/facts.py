"""Facts: what the checks look at, read when first asked for and once."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import cached_property

from hermes_fallback.config.home import Home
from hermes_fallback.model.variable import is_variable_name
from hermes_fallback.providers.profile import ProviderProfile
from hermes_fallback.runtime.runtime import ChainReport, Runtime

__all__ = ["Facts"]


class Facts:
    """One home as the doctor sees it.

    *begin* is the command that chooses a primary, and *completion* gives the script for a shell.
    """

    def __init__(
        self,
        runtime: Runtime,
        environ: Mapping[str, str],
        *,
        begin: str,
        completion: Callable[[str], str],
    ) -> None:
        self.runtime = runtime
        self.environ = environ
        self.begin = begin
        self.completion = completion

    @property
    def home(self) -> Home:
        """Where the files are."""
        return self.runtime.home

    @cached_property
    def report(self) -> ChainReport:
        """The primary and the chain, resolved.

        Raises:
            FallbackError: a file that this takes is invalid.
        """
        return self.runtime.report()

    @cached_property
    def key_variables(self) -> tuple[str, ...]:
        """Every variable that may hold a key of a provider or a link, each once."""
        names = [name for profile in self._profiles for name in profile.env_vars]
        return tuple(dict.fromkeys([*names, *self._named]))

    @cached_property
    def variables(self) -> tuple[str, ...]:
        """The same, and the variables that hold addresses, or by which a sign-in is found."""
        return tuple(dict.fromkeys([*self.key_variables, *self._addresses()]))

    @cached_property
    def _profiles(self) -> tuple[ProviderProfile, ...]:
        return self.runtime.registry.profiles()

    @property
    def _named(self) -> Iterator[str]:
        names = (resolution.link.key_env for resolution in self.report.resolutions)
        return (name for name in names if name and is_variable_name(name))

    def _addresses(self) -> Iterator[str]:
        for profile in self._profiles:
            addresses = (profile.base_url_env, *profile.other_base_url_envs)
            yield from filter(None, (*addresses, *profile.setup_vars, *profile.command_envs))
