"""AWS: who this machine is there, and the keys that its requests are signed with. boto3 alone finds them."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any, TypeVar

from hermes_fallback.credentials.environment import Environment
from hermes_fallback.fact import Fact
from hermes_fallback.login.minting import in_time, lacking, refusal
from hermes_fallback.masking import mask_values
from hermes_fallback.model.credential import Credential, Grant, Signing
from hermes_fallback.secret import Secret

__all__ = ["caller", "signing"]

_T = TypeVar("_T")
_HINT = "run `aws sso login` or `aws configure`, or set `AWS_PROFILE`"
_FIRST_SERVER_ERROR = 500
_USUAL_REGION = "us-east-1"
_SERVICE = "bedrock"
_PAIR = {
    "aws_access_key_id": "AWS_ACCESS_KEY_ID",
    "aws_secret_access_key": "AWS_SECRET_ACCESS_KEY",
    "aws_session_token": "AWS_SESSION_TOKEN",
}


def caller(grant: Grant) -> str:
    """The name (ARN) by which AWS knows whoever is signed in here; its STS is asked, which costs nothing.

    The `path` of *grant* is the `.env` whose variables come before the process's.

    Raises:
        CredentialError: nobody is, or AWS says no, or nothing in time; or the extra is missing.
    """
    return in_time(lambda: _tried(grant, _asked), grant.provider)


def signing(credential: Credential, grant: Grant, *, refused: bool) -> Credential:
    """*credential* with the keys that sign requests now; other ones where a host has *refused* those it has.

    Raises:
        CredentialError: there are none, or no others, or nothing came in time; or the extra is missing.
    """
    found = in_time(lambda: _tried(grant, _found), grant.provider)
    if found is None or (refused and found.secret == credential.secret):
        why = "it refuses the keys that are found here" if found else "no keys are found here"
        raise refusal(f"AWS does not take the sign-in of `{grant.provider}`", why, _HINT)
    return credential.but(secret=found.secret, signing=found.signing, expires_at=found.expires_at)


class _Found(Fact):
    """What boto3 has found."""

    secret: Secret
    signing: Signing
    expires_at: float | None


def _found(boto3: Any, environment: Environment) -> _Found | None:
    session = _session(boto3, environment)
    credentials = session.get_credentials()
    if credentials is None:
        return None
    frozen = credentials.get_frozen_credentials()  # may ask a server, or run a program
    ends = getattr(credentials, "_expiry_time", None)  # which botocore tells nobody
    return _Found(
        secret=Secret(frozen.secret_key),
        signing=Signing(
            key_id=frozen.access_key,
            token=Secret(frozen.token) if frozen.token else None,
            region=session.region_name or _USUAL_REGION,
            service=_SERVICE,
        ),
        expires_at=ends.timestamp() if ends else None,
    )


def _asked(boto3: Any, environment: Environment) -> str:
    return str(_client(boto3, environment).get_caller_identity()["Arn"])


def _tried(grant: Grant, ask: Callable[[Any, Environment], _T]) -> _T:
    try:
        import boto3  # an extra
        from botocore.exceptions import BotoCoreError, ClientError, HTTPClientError
        from botocore.exceptions import ConnectionError as Unreachable
    except ImportError:
        raise lacking(grant.provider, "boto3", "bedrock") from None
    environment = Environment.of(grant.path, os.environ)
    try:
        return ask(boto3, environment)
    except (BotoCoreError, ClientError, ValueError) as error:
        why = mask_values(str(error), map(Secret, _own(environment).values()))
        passes = isinstance(error, (HTTPClientError, Unreachable)) or _is_busy(error)
        raise refusal(
            f"AWS does not take the sign-in of `{grant.provider}`", why, _HINT, passes=passes
        ) from None


def _client(boto3: Any, environment: Environment) -> Any:
    """A client of STS, which has no type that is checked."""
    from botocore.config import Config  # an extra

    session = _session(boto3, environment)
    return session.client(
        "sts",
        region_name=session.region_name or _USUAL_REGION,
        endpoint_url=environment.text("AWS_ENDPOINT_URL_STS") or None,
        config=Config(connect_timeout=3, read_timeout=5, retries={"total_max_attempts": 1}),
    )


def _session(boto3: Any, environment: Environment) -> Any:
    region = environment.text("AWS_REGION") or environment.text("AWS_DEFAULT_REGION") or None
    return boto3.Session(
        **_own(environment), profile_name=environment.text("AWS_PROFILE") or None, region_name=region
    )


def _is_busy(error: Exception) -> bool:
    response = getattr(error, "response", {})
    return int(response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)) >= _FIRST_SERVER_ERROR


def _own(environment: Environment) -> dict[str, str]:
    """The keys of the home's `.env`, which boto3 cannot see; none where the process has its own."""
    key = environment.get("AWS_ACCESS_KEY_ID")
    if key is None or key.source == "env":
        return {}
    found = {field: environment.get(variable) for field, variable in _PAIR.items()}
    return {field: each.value.strip() for field, each in found.items() if each and each.source == key.source}
