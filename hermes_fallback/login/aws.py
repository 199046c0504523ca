"""AWS: who this machine is there. boto3 alone finds the credentials, and keeps them."""

from __future__ import annotations

import os
from typing import Any

from hermes_fallback.credentials.environment import Environment
from hermes_fallback.login.minting import in_time, lacking, refusal
from hermes_fallback.masking import mask_values
from hermes_fallback.model.credential import Grant
from hermes_fallback.secret import Secret

__all__ = ["caller"]

_HINT = "run `aws sso login` or `aws configure`, or set `AWS_PROFILE`"
_FIRST_SERVER_ERROR = 500
_USUAL_REGION = "us-east-1"
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
    return in_time(lambda: _asked(grant), grant.provider)


def _asked(grant: Grant) -> str:
    try:
        import boto3  # an extra
        from botocore.exceptions import BotoCoreError, ClientError, HTTPClientError
        from botocore.exceptions import ConnectionError as Unreachable
    except ImportError:
        raise lacking(grant.provider, "boto3", "bedrock") from None
    environment = Environment.of(grant.path, os.environ)
    try:
        sts = _client(boto3, environment)
        return str(sts.get_caller_identity()["Arn"])
    except (BotoCoreError, ClientError, ValueError) as error:
        why = mask_values(str(error), map(Secret, _own(environment).values()))
        passes = isinstance(error, (HTTPClientError, Unreachable)) or _is_busy(error)
        raise refusal(
            f"AWS does not take the sign-in of `{grant.provider}`", why, _HINT, passes=passes
        ) from None


def _client(boto3: Any, environment: Environment) -> Any:
    """A client of STS, which has no type that is checked."""
    from botocore.config import Config  # an extra

    region = _value(environment, "AWS_REGION") or _value(environment, "AWS_DEFAULT_REGION") or None
    session = boto3.Session(
        **_own(environment), profile_name=_value(environment, "AWS_PROFILE") or None, region_name=region
    )
    return session.client(
        "sts",
        region_name=session.region_name or _USUAL_REGION,
        endpoint_url=_value(environment, "AWS_ENDPOINT_URL_STS") or None,
        config=Config(connect_timeout=3, read_timeout=5, retries={"total_max_attempts": 1}),
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


def _value(environment: Environment, variable: str) -> str:
    found = environment.get(variable)
    return found.value.strip() if found else ""
