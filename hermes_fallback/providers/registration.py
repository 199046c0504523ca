"""Registration: how a plugin hands its profile to whoever is loading it."""

from __future__ import annotations

from collections.abc import Callable
from contextvars import ContextVar

from hermes_fallback.errors import UsageError
from hermes_fallback.providers.profile import ProviderProfile

__all__ = ["received_from", "register_provider"]

_receiver: ContextVar[Callable[[object], None] | None] = ContextVar("receiver", default=None)


def register_provider(profile: ProviderProfile) -> None:
    """Hand *profile* to the registry that is loading the calling plugin, and to no other.

    Raises:
        UsageError: nobody is loading a plugin; the call stands in a program instead of a plugin.
    """
    receive = _receiver.get()
    if receive is None:
        raise UsageError(
            "`register_provider` was called outside of a plugin",
            why="a profile belongs to the registry that loads it",
            hint="put the call into `plugins/model-providers/NAME/__init__.py` of the home",
        )
    receive(profile)


def received_from(plugin: Callable[[], None]) -> tuple[object, ...]:
    """What *plugin*, a function that executes one, calls `register_provider` with in this thread."""
    received: list[object] = []
    token = _receiver.set(received.append)
    try:
        plugin()
    finally:
        _receiver.reset(token)
    return tuple(received)
