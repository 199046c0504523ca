"""Renewal: a credential that is due or was refused becomes one that is good, in whatever way its kind asks for."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from hermes_fallback.credentials.dressing import worn
from hermes_fallback.credentials.keyring_store import KEYRING, KeyringStore
from hermes_fallback.credentials.programs import PROGRAMS, held_in
from hermes_fallback.errors import CredentialError, FallbackError
from hermes_fallback.login.exchange import Exchanger
from hermes_fallback.login.refresh import refreshed
from hermes_fallback.model.credential import Credential, Grant
from hermes_fallback.transport.synchronous import Carrier

__all__ = ["RENEWER", "Renewer"]

_OVER = frozenset({"sign-in-expired", "missing-extra"})
"""The kinds of errors that no waiting mends."""
_Way = Callable[..., Credential]


class Renewer:
    """Renews credentials, for many threads at once; of those that want the same one, only the first does the work.

    *carrier* is how authorization servers are reached.
    """

    def __init__(self, carrier: Carrier | None = None) -> None:
        self._carrier = carrier or Carrier()
        self._exchanger = Exchanger(self._carrier)
        self._ways: Mapping[str, _Way] = {
            "oauth": self._refreshed,
            "exchange": self._exchanger.exchanged,
            "file": _reread,
            "entra": _minted_by_entra,
            "gcp": _minted_by_google,
            "aws": _signing_for_aws,
            KEYRING: _unlocked,
        }

    def renew(self, credential: Credential, *, refused: bool, now: float) -> Credential:
        """*credential* as it is good at *now*, in seconds since the epoch. It may take its time, and the network.

        *refused*: the host has just refused this very secret. If not, and renewing fails for now while the old
        secret has not ended, that is given once more.

        Raises:
            CredentialError: of kind `sign-in-expired`, the grant is over, and only signing in again helps; of kind
                `missing-extra`, a library is not installed; of kind `renewal-failed`, it did not work this time:
                the network, a server that is busy, or another program that has to renew its sign-in first.
        """
        grant = credential.grant
        if grant is None:
            raise CredentialError("a key is not renewed", hint="give another one", kind="sign-in-expired")
        try:
            return self._ways[grant.kind](credential, grant, refused=refused, now=now)
        except FallbackError as error:
            if isinstance(error, CredentialError) and error.kind in _OVER:
                raise
            if not refused and _is_good(credential, now):
                return credential
            raise _failed(grant, error) from error

    def _refreshed(self, credential: Credential, grant: Grant, *, refused: bool, now: float) -> Credential:
        return refreshed(credential, grant, self._carrier, refused=refused, now=now)


def _is_good(credential: Credential, now: float) -> bool:
    return bool(credential.secret) and credential.expires_at is not None and now < credential.expires_at


def _failed(grant: Grant, error: FallbackError) -> CredentialError:
    if isinstance(error, CredentialError) and (error.kind == "renewal-failed" or grant.kind == KEYRING):
        return error
    return CredentialError(
        f"the sign-in to `{grant.provider}` could not be renewed",
        why=str(error),
        hint=error.hint,
        kind="renewal-failed",
    )


def _reread(credential: Credential, grant: Grant, *, refused: bool, now: float) -> Credential:
    """What the file of another program holds by now: its tokens are that program's to renew."""
    program = PROGRAMS[grant.entry]
    held = held_in(program, grant.path)
    if isinstance(held, str):
        fault = held
    elif held.has_ended(now):
        fault = "its token has ended"
    elif refused and held.token == credential.secret:
        fault = "its token was refused"
    else:
        fresh = credential.but(secret=held.token, expires_at=held.expires_at)
        return worn(fresh, grant.oauth) if grant.oauth else fresh
    raise CredentialError(
        f"the sign-in of {program.name} is of no use for now",
        why=f"`{grant.path}`: {fault}",
        hint=f"run `{program.command}`, which renews it",
        kind="renewal-failed",
    )


def _unlocked(credential: Credential, grant: Grant, **_: object) -> Credential:
    return credential.but(secret=KeyringStore(grant.path).get(grant.provider, grant.entry))


def _minted_by_entra(credential: Credential, grant: Grant, *, refused: bool, now: float) -> Credential:
    from hermes_fallback.login.entra import mint  # of an extra

    secret, expires_at = mint(grant, now, refused=credential.secret if refused else None)
    return credential.but(secret=secret, expires_at=expires_at)


def _minted_by_google(credential: Credential, grant: Grant, *, refused: bool, now: float) -> Credential:
    from hermes_fallback.login.vertex import mint  # of an extra

    secret, expires_at = mint(grant, now, refused=credential.secret if refused else None)
    return credential.but(secret=secret, expires_at=expires_at)


def _signing_for_aws(credential: Credential, grant: Grant, *, refused: bool, **_: object) -> Credential:
    from hermes_fallback.login.aws import signing  # of an extra

    return signing(credential, grant, refused=refused)


RENEWER = Renewer()
"""For all sessions of this process, so that they share what is exchanged."""
