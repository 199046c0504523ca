"""Registration: how a plugin hands its profile to whoever is loading it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from hermes_fallback.errors import UsageError
from hermes_fallback.providers.profile import ProviderProfile

__all__ = ["receiving", "register_provider"]

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


@contextmanager
def receiving(receive: Callable[[object], None]) -> Iterator[None]:
    """While this lasts, *receive* gets what `register_provider` is called with in this thread."""
    token = _receiver.set(receive)
    try:
        yield
    finally:
        _receiver.reset(token)
