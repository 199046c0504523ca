"""Signing in before asking: what a sign-in has to give before a provider can be asked, and what that alone tells."""

from __future__ import annotations

import subprocess
import time

from hermes_fallback.credentials.program import PROGRAM
from hermes_fallback.errors import CredentialError
from hermes_fallback.model.credential import Credential, Grant
from hermes_fallback.model.endpoint import Endpoint
from hermes_fallback.model.reason import Reason
from hermes_fallback.probe.checked import Checked, Stage, Verdict
from hermes_fallback.providers.profile import ProviderProfile

__all__ = ["signed_in"]

_START_S = 3.0


def signed_in(profile: ProviderProfile, endpoint: Endpoint, *, refused: bool = False) -> Endpoint | Checked:
    """*endpoint* with a credential that is good now; or the verdict, where the sign-in alone decides it.

    *refused*: with another one than it has, which the host has just refused.
    """
    credential = endpoint.credential
    if credential is None:
        return endpoint
    if credential.source == PROGRAM:
        return _started(credential)
    if credential.grant is None:
        return endpoint
    return _renewed(profile, endpoint, credential, credential.grant, refused=refused)


def _renewed(
    profile: ProviderProfile, endpoint: Endpoint, credential: Credential, grant: Grant, *, refused: bool
) -> Endpoint | Checked:
    try:
        if grant.kind == "aws":
            from hermes_fallback.login.aws import caller  # of an extra

            return _taken(f"AWS takes the sign-in, and knows it as {caller(grant)}")
        fresh = _fresh(credential, time.time(), refused=refused)
    except CredentialError as error:
        return _refused(error)
    if profile.probe is not None and profile.probe.kind == "token_mint":
        return _taken(f"the sign-in of `{profile.name}` gives a token")
    return endpoint.carrying(fresh)


def _fresh(credential: Credential, now: float, *, refused: bool) -> Credential:
    from hermes_fallback.login.renewal import RENEWER  # keys need none of it

    if not (refused or credential.is_due(now)):
        return credential
    return RENEWER.renew(credential, refused=refused, now=now)


def _taken(what: str) -> Checked:
    return Checked(verdict=Verdict.OK, stage=Stage.AUTHENTICATE, what=what)


def _refused(error: CredentialError) -> Checked:
    """A sign-in that is over has failed; one that could not be asked now is not told."""
    is_over = error.kind != "renewal-failed"
    return Checked(
        verdict=Verdict.FAILED if is_over else Verdict.UNVERIFIED,
        stage=Stage.AUTHENTICATE,
        what=str(error),
        hint=error.hint,
        reason=Reason.AUTH if is_over else Reason.UNKNOWN,
    )


def _started(credential: Credential) -> Checked:
    """Whether the program runs; whether anybody is signed in there, only a session with it tells."""
    command = credential.account
    try:
        done = subprocess.run(  # noqa: S603  the user names this program
            [command, "--version"],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=_START_S,
            check=False,
        )
    except subprocess.TimeoutExpired:
        fault = f"says nothing in {_START_S:g} s"
    except OSError as error:
        fault = f"cannot be run: {error.strerror}"
    else:
        if done.returncode == 0:
            return Checked(verdict=Verdict.OK, stage=Stage.REACH, what=f"`{command}` runs")
        fault = f"ends with status {done.returncode}"
    return Checked(
        verdict=Verdict.FAILED,
        stage=Stage.REACH,
        what=f"`{command} --version` {fault}",
        hint=f"see what it says: {command} --version",
    )
