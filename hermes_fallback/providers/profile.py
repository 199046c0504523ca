"""Profile: what we know of a provider, as data."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from hermes_fallback.fact import Fact, freeze

TYPE_CHECKING = False  # importing `typing` for it takes 4 ms
if TYPE_CHECKING:
    from hermes_fallback.model.demands import Demands
    from hermes_fallback.model.oauth import OAuth

__all__ = ["Probe", "ProviderProfile"]

Rules = tuple[tuple[str, str], ...]
"""(prefix, api_mode) pairs; the first prefix that fits decides."""

_BY_KEY = frozenset({"api_key", "entra_or_key", "none"})
_GROUPS = {
    "api_key": "key",
    "none": "local",
    "aws_sdk": "cloud",
    "entra_or_key": "cloud",
    "gcp_adc": "cloud",
    "virtual": "virtual",
}
_SIGN_INS = {
    "oauth_device": "a sign-in with a code",
    "oauth_pkce": "a sign-in in the browser",
    "oauth_external": "the sign-in of another program",
    "external_process": "a program that holds the sign-in",
    "aws_sdk": "AWS credentials",
    "entra_or_key": "Entra ID",
    "gcp_adc": "Google Cloud credentials",
}
_ANTHROPIC_PATHS = ("/anthropic", "/anthropic/v1")


class Probe(Fact):
    """The cheapest authenticated request that tells a good key from a bad one, and costs nothing."""

    url: str = ""
    """In full; a link that goes to another address of the provider asks the same path there.

    Empty where no request tells: `process_start` and `token_mint`.
    """
    kind: str = "read_only"
    """`read_only`, or `one_token` where only a chat of one token tells; `process_start` and `token_mint`."""
    method: str = "GET"
    """Of HTTP."""
    headers: Mapping[str, str] = MappingProxyType({})
    """Headers it needs beside the key."""
    auth_header: str = ""
    """The header that carries the key here, where it is not the profile's own."""
    auth_scheme: str = ""
    """The word before the key in `auth_header`; read only where that is set."""
    accepts: tuple[int, ...] = (200,)
    """The statuses that mean a good key."""
    rejects: tuple[int, ...] = (401,)
    """The statuses that mean a bad key."""

    def __post_init__(self) -> None:
        freeze(self)


class ProviderProfile(Fact):
    """Everything we know of one provider. Facts alone: nothing here does anything on the network."""

    name: str
    """What links call it; lower case, and the same as the key of its plugin."""
    display_name: str = ""
    """What people call it; empty: its name."""
    description: str = ""
    """What it is, in a sentence."""
    aliases: tuple[str, ...] = ()
    """Other words for the same provider."""
    api_mode: str = "chat_completions"
    """The dialect it speaks, where neither the model nor the endpoint decides."""
    api_modes_by_model: Rules = ()
    """Where the dialect hangs on the model: (start of the model's name, dialect)."""
    api_modes_by_url: Rules = ()
    """Where the dialect hangs on the endpoint: (start of the base URL, dialect)."""
    base_url: str = ""
    """Where requests go. Empty: there is no default, the user must say."""
    regional_base_url: str = ""
    """The same in a region of the user's; `{region}` and other words in braces are filled in from `placeholders`."""
    placeholders: Mapping[str, tuple[str, ...]] = MappingProxyType({})
    """Where the words in braces come from: variables, keys of config.yaml, which have a dot, and `~/.aws/config`; the first counts."""
    alternate_base_urls: tuple[str, ...] = ()
    """Its other addresses, which may be sent its keys too. A label `*` stands for any one."""
    base_url_env: str = ""
    """The variable that replaces `base_url`."""
    other_base_url_envs: tuple[str, ...] = ()
    """Variables that are asked after `base_url_env`."""
    shares_primary_address: bool = False
    """True where a link without an address of its own goes to `model.base_url`, before any variable."""
    auth_type: str = "api_key"
    """`api_key`, `none`, `oauth_device`, `oauth_pkce`, `oauth_external`, `external_process`, `aws_sdk`,
    `entra_or_key`, `gcp_adc`, or `virtual` for one that no request goes to."""
    oauth: OAuth | None = None
    """How one signs in; None where only a key is taken."""
    takes_keys: bool = False
    """True where a key in `env_vars` is sent as it is, though people sign in otherwise."""
    command: str = ""
    """The program that it is reached through, and that holds the sign-in; empty for one that requests go to."""
    command_envs: tuple[str, ...] = ()
    """The variables that name another program."""
    auto_rank: int | None = None
    """Its place, lowest first, among those that `provider: auto` looks through; None: never chosen so."""
    env_vars: tuple[str, ...] = ()
    """The variables that may hold its key, in the order they are asked."""
    setup_vars: tuple[str, ...] = ()
    """Variables by which its sign-in is found, and that hold no key: names of files, of profiles."""
    auth_header: str = "Authorization"
    """The header that carries the key."""
    auth_scheme: str = "Bearer"
    """Put before the key; empty for headers that hold the bare key."""
    default_headers: Mapping[str, str] = MappingProxyType({})
    """Headers of every request; none may be the one that carries the key."""
    key_prefixes: tuple[str, ...] = ()
    """How its keys begin, where that is documented."""
    models_path: str = "/models"
    """Path of the model list below the base URL; empty where there is none."""
    models_url: str = ""
    """The model list's full address, where it is not below the base URL."""
    models_public: bool = False
    """True when the model list answers without a key, and so proves nothing about one."""
    models_filter: Mapping[str, str] = MappingProxyType({})
    """The models of the list that count: fields of their entries, each with the word that it is or lists.

    Entries with none of these fields count too."""
    probe: Probe | None = None
    """None: ask the model list; where that is public, only a request of one token tells good from bad."""
    demands: Demands | None = None
    """How it wants conversations beyond what its dialect says; None for nothing."""
    default_models: tuple[str, ...] = ()
    """Models to offer when the live list cannot be had; best first."""
    default_aux_model: str = ""
    """A cheap model for small tasks; empty means the main one."""
    vision: bool | None = None
    """Whether it takes images; None where that hangs on what runs there."""
    signup_url: str = ""
    """Where a key is made."""
    docs_url: str = ""
    """Where it is described."""
    ignored: tuple[str, ...] = ()
    """What its plugin brings and nobody here asks for: hooks and fields of Hermes Agent's. Set where that is read."""

    def __post_init__(self) -> None:
        freeze(self)

    @property
    def signs_in_by_key(self) -> bool:
        """True where a key, or nothing at all, is enough to be let in."""
        return self.takes_keys or self.auth_type in _BY_KEY

    @property
    def sign_in(self) -> str | None:
        """What lets one in beside a key, or in its place, in words; None where a key or nothing does."""
        return _SIGN_INS.get(self.auth_type, "a sign-in" if self.group == "sign-in" else None)

    @property
    def group(self) -> str:
        """How people look for it: `key`, `sign-in`, `cloud`, `local`, `custom` or `virtual`."""
        if self.auth_type == "none" and not self.base_url:
            return "custom"
        return _GROUPS.get(self.auth_type, "sign-in")

    def api_mode_for(self, model: str, base_url: str) -> str:
        """The dialect spoken for *model* at *base_url*, when the link itself names none.

        A path that ends in `/anthropic` speaks Anthropic's dialect, whoever hosts it.
        """
        url = base_url.rstrip("/")
        if url.endswith(_ANTHROPIC_PATHS):
            return "anthropic_messages"
        for prefix, api_mode in self.api_modes_by_url:
            if url == prefix or url.startswith(f"{prefix}/"):
                return api_mode
        for prefix, api_mode in self.api_modes_by_model:
            if model.lower().startswith(prefix):
                return api_mode
        return self.api_mode
