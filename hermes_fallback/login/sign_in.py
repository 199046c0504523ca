"""Signing in: the flow that a provider's profile names, and what it comes to in auth.json."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from hermes_fallback.credentials.auth_edit import AuthEdit
from hermes_fallback.credentials.auth_file import AuthFile
from hermes_fallback.credentials.claims import expiry
from hermes_fallback.credentials.environment import Environment
from hermes_fallback.errors import CredentialError, UsageError
from hermes_fallback.login import device, device_code, loopback, user_code
from hermes_fallback.login.discovery import discovered
from hermes_fallback.login.project import find_project
from hermes_fallback.login.tokens import TokenAnswer, Tokens, tokens_in
from hermes_fallback.login.visit import Person, Visit
from hermes_fallback.model.oauth import OAuth
from hermes_fallback.providers.profile import ProviderProfile
from hermes_fallback.secret import Secret
from hermes_fallback.transport.synchronous import Carrier

__all__ = ["Client", "SignedIn", "can_sign_in", "client_of", "keep", "sign_in"]

_FLOWS: Mapping[str, Callable[[Visit], TokenAnswer]] = {
    "device": device.sign_in,
    "device_code": device_code.sign_in,
    "user_code": user_code.sign_in,
    "loopback": loopback.sign_in,
}
_LASTING = "manual:device_code"
"""The source of a pool's entry that holds what a device flow gave, and lasts until it is revoked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Client:
    """Whom we sign in as."""

    oauth: OAuth
    """With the client id that a variable may name."""
    secret: Secret | None = None
    project: str = ""
    """The one that a variable names."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedIn:
    """What a sign-in came to, to be kept."""

    profile: ProviderProfile
    oauth: OAuth
    """As it was used: the client id of a variable and discovered endpoints are in it."""
    tokens: Tokens
    at: float
    """In seconds since the epoch."""
    project: str = ""


def can_sign_in(profile: ProviderProfile) -> bool:
    """True where one signs in to the provider with us."""
    return profile.oauth is not None and profile.oauth.flow in _FLOWS


def client_of(profile: ProviderProfile, environment: Environment) -> Client:
    """Whom we sign in to *profile* as, its variables read.

    Raises:
        UsageError: nobody signs in there with us.
        CredentialError: the client's secret is not set.
    """
    oauth = profile.oauth
    if oauth is None or not can_sign_in(profile):
        raise UsageError(
            f"nobody signs in to `{profile.name}` from here",
            hint=f"hermes auth status {profile.name}",
            kind="no-sign-in",
        )
    client_id = environment.text(oauth.client_id_env) or oauth.client_id
    return Client(
        oauth=oauth.but(client_id=client_id),
        secret=_secret(profile, oauth, environment),
        project=next(filter(None, map(environment.text, oauth.project_envs)), ""),
    )


def sign_in(profile: ProviderProfile, client: Client, carrier: Carrier, person: Person) -> SignedIn:
    """The tokens that *person* gets for *profile*. Nothing is stored.

    Raises:
        CredentialError: the server or the person declined, or nobody came in time.
        SystemRefused: the server could not be asked.
    """
    oauth = discovered(client.oauth, carrier, provider=profile.name)
    visit = Visit(
        carrier=carrier, person=person, provider=profile.name, oauth=oauth, client_secret=client.secret
    )
    answer = _FLOWS[oauth.flow](visit)
    if not answer.is_good:
        raise visit.refused(answer.reason)
    now = person.now()
    tokens = tokens_in(answer, oauth, provider=profile.name, now=now)
    if tokens.refresh_token is None and not oauth.exchange_url:
        raise visit.refused("its answer holds no refresh token, and the sign-in would not last")
    project = find_project(visit, tokens.access_token, client.project) if oauth.project_url else ""
    return SignedIn(profile=profile, oauth=oauth, tokens=tokens, at=now, project=project)


def keep(signed_in: SignedIn, auth: AuthFile) -> None:
    """Put *signed_in* into *auth*, in the shape that Hermes Agent reads, in place of an older sign-in.

    Raises:
        Conflict, InvalidFile, SystemRefused: the file cannot be changed; it is as it was.
    """
    name = signed_in.profile.name
    with auth.locked() as edit:
        edit.unsuppress(name)
        if signed_in.oauth.exchange_url:
            _keep_lasting(signed_in, edit)
        else:
            _keep_state(signed_in, edit)
            edit.activate(name)


def _secret(profile: ProviderProfile, oauth: OAuth, environment: Environment) -> Secret | None:
    if not oauth.client_secret_env:
        return None
    found = environment.text(oauth.client_secret_env)
    if found:
        return Secret(found)
    other = f", or use `{oauth.instead}`: hermes auth login {oauth.instead}" if oauth.instead else ""
    raise CredentialError(
        f"signing in to `{profile.name}` needs the secret of its client",
        why=f"`{oauth.client_secret_env}` is not set, and we do not pass on what belongs to another program",
        hint=f"set `{oauth.client_secret_env}`{other}",
        kind="missing-client-secret",
    )


def _keep_lasting(signed_in: SignedIn, edit: AuthEdit) -> None:
    """One entry for what lasts: a new sign-in takes the place of the one before."""
    name = signed_in.profile.name
    old = [each for each in edit.content.pool(name) if each.source == _LASTING]
    edit.drop(name, [each.id for each in old])
    edit.add(
        name,
        {
            "label": "sign-in",
            "auth_type": "api_key",
            "source": _LASTING,
            "access_token": signed_in.tokens.access_token,
            "base_url": signed_in.profile.base_url,
        },
        priority=old[0].priority if old else None,
    )


def _keep_state(signed_in: SignedIn, edit: AuthEdit) -> None:
    name, tokens = signed_in.profile.name, signed_in.tokens
    stand_ins = [each for each in edit.content.pool(name) if each.id and each.is_sign_in]
    edit.drop_state(name)
    edit.put_state(name, _state(signed_in))
    for each in stand_ins:
        edit.renew(
            name,
            each.id,
            tokens.access_token,
            refresh_token=tokens.refresh_token,
            expires_at=tokens.expires_at,
        )


def _state(signed_in: SignedIn) -> dict[str, object]:
    oauth, tokens = signed_in.oauth, signed_in.tokens
    secrets = {
        "access_token": tokens.access_token,
        "refresh_token": tokens.refresh_token,
        "id_token": tokens.id_token,
    }
    if oauth.layout == "tokens":
        return {
            **oauth.kept,
            "tokens": secrets,
            "last_refresh": _iso(signed_in.at),
            "expires_at": _end(tokens),
            **_endpoints(oauth),
        }
    end = tokens.expires_at or signed_in.at + oauth.lifetime_s
    return {
        **oauth.kept,
        "client_id": oauth.client_id,
        "scope": " ".join(oauth.scopes),
        "token_type": "Bearer",
        **tokens.told,
        "inference_base_url": _base_url(signed_in),
        **secrets,
        "obtained_at": _iso(signed_in.at),
        "expires_at": _iso(end),
        "expires_in": round(end - signed_in.at),
        "project_id": signed_in.project or None,
    }


def _end(tokens: Tokens) -> str | None:
    """When the access token ends, where it does not say so itself: who renews it may not know this field."""
    return _iso(tokens.expires_at) if tokens.expires_at and expiry(tokens.access_token) is None else None


def _endpoints(oauth: OAuth) -> dict[str, object]:
    if not oauth.discovery_url:
        return {}
    found = {"token_endpoint": oauth.token_url, "authorization_endpoint": oauth.authorize_url}
    return {"discovery": {name: url for name, url in found.items() if url}}


def _base_url(signed_in: SignedIn) -> str:
    """Where the answer says that requests go, if that is the provider's own; else where they always go."""
    told = signed_in.tokens.told.get("inference_base_url", "")
    return told if told and signed_in.oauth.believes(told) else signed_in.profile.base_url


def _iso(moment: float) -> str:
    return datetime.fromtimestamp(moment, UTC).isoformat()
