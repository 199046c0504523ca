"""Minting: access tokens that a cloud's own library makes, within a time, and kept until they are due."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from threading import Lock
from typing import TypeVar

from hermes_fallback.credentials.started import started
from hermes_fallback.errors import CredentialError
from hermes_fallback.masking import mask_keys
from hermes_fallback.model.credential import Grant
from hermes_fallback.secret import Secret

__all__ = ["Mint", "Minted", "in_time", "lacking", "refusal"]

Minted = tuple[Secret, float]
"""A token, and when it ends in seconds since the epoch."""

_T = TypeVar("_T")
_LIMIT_S = 10.0
_LONGEST_WORDS = 300


class Mint:
    """Gives the tokens that *make* makes; for many threads, which wait together for one that is being made."""

    def __init__(self, make: Callable[[Grant], Minted], *, limit_s: float = _LIMIT_S) -> None:
        self._make, self._limit_s = make, limit_s
        self._lock = Lock()
        self._kept: dict[Grant, Minted] = {}
        self._making: dict[Grant, Future[Minted]] = {}

    def __call__(self, grant: Grant, now: float, *, refused: Secret | None = None) -> Minted:
        """A token of *grant* that is not due at *now*, and not the one that a host has *refused*.

        Raises:
            CredentialError: there is none; of kind `renewal-failed` where another try may give one.
        """
        with self._lock:
            kept = self._kept.get(grant)
            if kept and kept[0] != refused and now < kept[1] - grant.skew_s:
                return kept
            making = self._making.get(grant)
            if making is None:
                making = self._making[grant] = started(lambda: self._make(grant))
        try:
            minted = self._kept[grant] = _awaited(making, grant.provider, self._limit_s)
        finally:
            with self._lock:
                if self._making.get(grant) is making:
                    del self._making[grant]
        return minted


def in_time(ask: Callable[[], _T], provider: str, limit_s: float = _LIMIT_S) -> _T:
    """What *ask* gives, if it does so within *limit_s* seconds: some libraries run a program that may hang.

    Raises:
        CredentialError: it takes longer.
    """
    return _awaited(started(ask), provider, limit_s)


def lacking(provider: str, package: str, extra: str) -> CredentialError:
    """The error of a *provider* whose *extra*, which has *package*, is not installed."""
    return CredentialError(
        f"`{provider}` needs {package}, which is not installed",
        hint=f"pip install 'hermes-fallback[{extra}]'",
        kind="missing-extra",
    )


def refusal(what: str, why: str, hint: str, *, passes: bool = False) -> CredentialError:
    """The error of a sign-in that gave nothing; *passes* where another try may do."""
    words = mask_keys(" ".join(why.split()))[:_LONGEST_WORDS]
    return CredentialError(what, why=words, hint=hint, kind="renewal-failed" if passes else "sign-in-expired")


def _awaited(future: Future[_T], provider: str, limit_s: float) -> _T:
    try:
        return future.result(limit_s)
    except TimeoutError:
        if future.done():
            raise
        raise refusal(
            f"the sign-in of `{provider}` gave nothing in {limit_s:g} s",
            "a program or a server that it asks does not answer",
            f"see what hangs: hermes auth status {provider} --check",
            passes=True,
        ) from None
