"""A call to the keyring of the system: it answers within its limit, or is left behind."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import TypeVar

import keyring
from keyring.backend import KeyringBackend
from keyring.errors import InitError, KeyringError, KeyringLocked, NoKeyringError

from hermes_fallback.credentials.started import started
from hermes_fallback.errors import CredentialError

__all__ = ["ask"]

_T = TypeVar("_T")

_RECOMMENDED = 1
"""The keyring library gives less to backends that keep nothing, or keep it unencrypted."""

_OTHERWISE = "keep keys in `.env`: --store env once, or for good: hermes config set fallback.store env"
_UNLOCK = "unlock it, and try again; or keep the key in `.env`: --store env"
_SAID: Mapping[type[Exception], tuple[str, str, str]] = MappingProxyType(
    {
        KeyringLocked: ("keyring-locked", "the keyring is locked", _UNLOCK),
        InitError: ("keyring-locked", "the keyring is locked, or was never set up", _UNLOCK),
        NoKeyringError: ("no-keyring", "this system has no keyring that keeps keys encrypted", _OTHERWISE),
        KeyringError: ("keyring-failed", "the keyring failed", _OTHERWISE),
        Exception: ("keyring-failed", "the keyring failed", _OTHERWISE),
    }
)
"""The kind, sentence and hint of what backends raise, the most specific class first."""


def ask(action: Callable[[KeyringBackend], _T], *, limit_s: float) -> _T:
    """What *action* gets from the system's keyring.

    The thread that waits for it holds up no exit: a backend may hang for good, or wait for somebody to unlock it.

    Raises:
        CredentialError: there is no keyring, it is locked, it fails, or nothing came within *limit_s* seconds.
    """
    try:
        return started(lambda: action(_backend())).result(limit_s)
    except TimeoutError:
        raise _silent(limit_s) from None
    except Exception as error:  # noqa: BLE001 a backend is a plugin, and may raise anything
        raise _translated(error) from None  # its own words may repeat the key it was given


def _backend() -> KeyringBackend:
    backend = keyring.get_keyring()
    if backend.priority < _RECOMMENDED:
        raise NoKeyringError
    return backend


def _translated(error: Exception) -> CredentialError:
    kind, what, hint = next(_SAID[each] for each in type(error).__mro__ if each in _SAID)
    why = f"it raised {type(error).__name__}" if kind == "keyring-failed" else None
    return CredentialError(what, why=why, hint=hint, kind=kind)


def _silent(limit_s: float) -> CredentialError:
    return CredentialError(
        "the keyring does not answer",
        why=f"it said nothing for {limit_s:g} s; a window may be waiting for its password",
        hint=_UNLOCK,
        kind="keyring-silent",
    )
