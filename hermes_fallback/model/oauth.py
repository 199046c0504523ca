"""OAuth: how one signs in to a provider and stays signed in, as data."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from hermes_fallback.fact import Fact, freeze

__all__ = ["OAuth"]


class OAuth(Fact):
    """A provider's sign-in. Facts alone; `login/` acts on them. Times are seconds.

    Every address and the client id can be replaced by a profile of the user's with the same name.
    """

    flow: str = "device"
    """`device` (RFC 8628), `device_code` (a code that is polled for, then an authorization code), `user_code`
    (polled by the code that the user types), `loopback` (PKCE in a browser), or `none`: nobody signs in here."""
    client_id: str = ""
    """The client that signs in, as its owner registered it."""
    client_id_env: str = ""
    """The variable that replaces `client_id`."""
    client_secret_env: str = ""
    """The variable that holds the secret of the client, where the provider wants one."""
    scopes: tuple[str, ...] = ()
    """What is asked for."""
    device_url: str = ""
    """Where a code is asked for."""
    poll_url: str = ""
    """Where it is polled for, if not at `token_url`."""
    verification_url: str = ""
    """Where the user types the code, if the answer does not say so."""
    authorize_url: str = ""
    """Where the browser goes."""
    token_url: str = ""
    """Where tokens are given and renewed."""
    discovery_url: str = ""
    """The OpenID document that names `authorize_url` and `token_url`; their hosts must be in `hosts`."""
    redirect_uri: str = ""
    """Where the browser comes back to, on this machine."""
    authorize_params: Mapping[str, str] = MappingProxyType({})
    """Parameters of the authorization request beside the usual ones."""
    uses_pkce: bool = False
    """A device flow that wants PKCE as well; `loopback` always has it."""
    interval_s: float = 5.0
    """Between polls, where the answer names none."""
    deadline_s: float = 900.0
    """How long a sign-in may take, where the answer names no time."""
    lifetime_s: float = 3600.0
    """Of an access token whose answer names none."""
    skew_s: float = 120.0
    """So long before its end an access token is renewed."""
    refresh_header: str = ""
    """The header that carries the refresh token, where the form does not."""
    terminal_errors: tuple[str, ...] = ("invalid_grant",)
    """Codes of an answer to a refresh that end the grant."""
    terminal_statuses: tuple[int, ...] = ()
    """The same, by status."""
    hosts: tuple[str, ...] = ()
    """Hosts, each with those below it, that answers may name as addresses; none: none are believed."""
    exchange_url: str = ""
    """Where the token of the sign-in is exchanged for the short-lived one that requests carry."""
    headers: Mapping[str, str] = MappingProxyType({})
    """What requests with such a token carry beside it."""
    account_claim: str = ""
    """The claim of the access token that names the account, as `outer.inner`."""
    account_header: str = ""
    """The header that carries it."""
    token_prefixes: tuple[str, ...] = ()
    """How tokens of a sign-in begin, where a variable may hold either these or keys."""
    reads: tuple[str, ...] = ()
    """Sign-ins of other programs that serve as well: `claude_code`, `codex`, `qwen_code`, `gh`."""
    layout: str = "flat"
    """How auth.json keeps what a sign-in gave: the tokens beside the rest (`flat`), or by themselves under `tokens`."""
    kept: Mapping[str, str] = MappingProxyType({})
    """What it keeps beside the tokens, as Hermes Agent does."""
    shared: str = ""
    """The file in Hermes Agent's folder `shared` that its profiles keep a copy of the sign-in in."""
    project_url: str = ""
    """Where the project of an account is asked for, and made: the methods of Google's Code Assist, without their names."""
    project_envs: tuple[str, ...] = ()
    """The variables that may name the project."""
    instead: str = ""
    """The provider that is easier to come by, where this sign-in lacks what it needs."""
    terms: str = ""
    """What its owner says about clients of others, in a sentence; shown before a sign-in goes on."""

    def __post_init__(self) -> None:
        freeze(self)

    def believes(self, url: str) -> bool:
        """True when *url*, which an answer names, is one that tokens may go to: https, at one of `hosts`."""
        from hermes_fallback.model.origin import Origin  # a listing asks nobody

        try:
            origin = Origin.of(url)
        except ValueError:
            return False
        is_sealed = origin.scheme == "https" or origin.zone == "device"
        is_known = any(origin.host == host or origin.host.endswith(f".{host}") for host in self.hosts)
        return is_sealed and is_known and "@" not in url
