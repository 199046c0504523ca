"""Provider: what has to be known of one to find its key. Profiles have it, and so may anything else."""

from __future__ import annotations

from typing import Protocol

TYPE_CHECKING = False  # importing `typing` for it takes 4 ms
if TYPE_CHECKING:
    from hermes_fallback.model.oauth import OAuth

__all__ = ["Provider"]


class Provider(Protocol):
    """What has to be known of a provider to find its key."""

    @property
    def name(self) -> str:
        """What links call it."""

    @property
    def base_url(self) -> str:
        """Where requests go by default; empty when the user must say."""

    @property
    def alternate_base_urls(self) -> tuple[str, ...]:
        """Its other addresses; a label `*` stands for any one."""

    @property
    def auth_type(self) -> str:
        """How one is let in; `none` where a key is welcome and not needed."""

    @property
    def env_vars(self) -> tuple[str, ...]:
        """The variables that may hold its key, in the order they are asked."""

    @property
    def key_prefixes(self) -> tuple[str, ...]:
        """How its keys begin, where that is documented."""

    @property
    def command(self) -> str:
        """The program that it is reached through; empty for one that requests go to."""

    @property
    def command_envs(self) -> tuple[str, ...]:
        """The variables that name another program."""

    @property
    def oauth(self) -> OAuth | None:
        """How one signs in; None where only a key is taken."""
