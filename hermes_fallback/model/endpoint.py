"""Endpoint: where a provider is reached and with which credential, before any model is asked for."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from types import MappingProxyType

from hermes_fallback.fact import Fact
from hermes_fallback.model.credential import Credential
from hermes_fallback.model.origin import Origin
from hermes_fallback.secret import Secret

TYPE_CHECKING = False  # importing `typing` for it takes 4 ms
if TYPE_CHECKING:
    from typing import Self

__all__ = ["Endpoint", "Named", "NamedEndpoint", "key_of"]


class Endpoint(Fact, unshown=("headers",)):
    """A provider as one link reaches it. Enough to list its models or to prove a key."""

    provider: str
    """The profile's own name, aliases resolved."""
    base_url: str
    credential: Credential | None = None
    """None where the host needs none."""
    auth_header: str = "Authorization"
    auth_scheme: str = "Bearer"
    """Put before the key; empty for headers that hold the bare key."""
    headers: Mapping[str, str] = MappingProxyType({})

    @cached_property
    def origin(self) -> Origin:
        """Where requests go."""
        return Origin.of(self.base_url)

    def carrying(self, credential: Credential | None) -> Self:
        """The same with *credential*, sent as that wants to be, and where its sign-in says."""
        if credential is None:
            return self.but(credential=None)
        changed = self.but(
            credential=credential,
            base_url=credential.base_url or self.base_url,
            headers={**self.headers, **credential.headers} if credential.headers else self.headers,
        )
        if credential.auth_header is None:
            return changed
        return changed.but(auth_header=credential.auth_header, auth_scheme=credential.auth_scheme)


class NamedEndpoint(Fact, unshown=("headers",)):
    """An endpoint that the config itself gives a name: `custom_providers`, or `providers.<key>`."""

    key: str
    """What links call it, behind `custom:` or bare: lower case, blanks as `-`."""
    name: str
    """As it is written."""
    base_url: str
    key_env: str | None = None
    api_key: Secret | None = None
    api_mode: str | None = None
    auth_mode: str | None = None
    """`entra_id`: signed in to with Entra ID, and not with a key."""
    entra_scope: str | None = None
    models: tuple[str, ...] = ()
    """The models it is said to serve, the default one first."""
    context_length: int | None = None
    headers: Mapping[str, str] = MappingProxyType({})
    origin: str = ""
    """Where it stands: `custom_providers[0]`, `providers.my-box`."""
    line: int | None = None


class Named(Fact, kw_only=False):
    """What a config names: endpoints, and the providers that it switches off, each with the place that says so."""

    endpoints: tuple[NamedEndpoint, ...] = ()
    disabled: Mapping[str, str] = MappingProxyType({})


def key_of(name: str) -> str:
    """The key that an endpoint called *name* goes by."""
    return name.strip().lower().replace(" ", "-")
