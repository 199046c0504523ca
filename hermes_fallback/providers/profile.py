"""Profile: what we know of a provider, as data."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from hermes_fallback.fact import Fact
from hermes_fallback.model.origin import Origin

__all__ = ["Probe", "ProviderProfile", "check"]

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
_REQUESTS = ("read_only", "one_token")
_PROBES = (*_REQUESTS, "process_start", "token_mint")
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
        vars(self)["headers"] = MappingProxyType(dict(self.headers))


class ProviderProfile(Fact):
    """Everything we know of one provider. Facts alone: nothing here does anything on the network."""

    name: str
    """What links call it; lower case, and the same as the key of its plugin."""
    display_name: str = ""
    description: str = ""
    aliases: tuple[str, ...] = ()
    """Other words for the same provider."""
    api_mode: str = "chat_completions"
    """The dialect it speaks unless `api_mode_for` knows better."""
    api_modes_by_model: Rules = ()
    """Where the dialect hangs on the model: (start of the model's name, dialect)."""
    api_modes_by_url: Rules = ()
    """Where the dialect hangs on the endpoint: (start of the base URL, dialect)."""
    base_url: str = ""
    """Where requests go. Empty: there is no default, the user must say."""
    alternate_base_urls: tuple[str, ...] = ()
    """Its other addresses, which may be sent its keys too. A first label `*` stands for any one host."""
    base_url_env: str = ""
    """The variable that replaces `base_url`."""
    other_base_url_envs: tuple[str, ...] = ()
    """Variables that are asked after `base_url_env`."""
    shares_primary_address: bool = False
    """True where a link without an address of its own goes to `model.base_url`, before any variable."""
    auth_type: str = "api_key"
    """`api_key`, `none`, `oauth_device`, `oauth_pkce`, `oauth_external`, `external_process`, `aws_sdk`,
    `entra_or_key`, `gcp_adc`, or `virtual` for one that no request goes to."""
    takes_keys: bool = False
    """True where a key in `env_vars` is sent as it is, though people sign in otherwise."""
    auto_rank: int | None = None
    """Its place, lowest first, among those that `provider: auto` looks through; None: never chosen so."""
    env_vars: tuple[str, ...] = ()
    """The variables that may hold its key, in the order they are asked."""
    auth_header: str = "Authorization"
    auth_scheme: str = "Bearer"
    """Put before the key; empty for headers that hold the bare key."""
    default_headers: Mapping[str, str] = MappingProxyType({})
    key_prefixes: tuple[str, ...] = ()
    """How its keys begin, where that is documented."""
    models_path: str = "/models"
    """Path of the model list below the base URL; empty where there is none."""
    models_url: str = ""
    """The model list's full address, where it is not below the base URL."""
    models_public: bool = False
    """True when the model list answers without a key, and so proves nothing about one."""
    probe: Probe | None = None
    """None: ask the model list; where that is public, only a request of one token tells good from bad."""
    default_models: tuple[str, ...] = ()
    """Models to offer when the live list cannot be had; best first."""
    default_aux_model: str = ""
    """A cheap model for small tasks; empty means the main one."""
    vision: bool | None = None
    """Whether it takes images; None where that hangs on what runs there."""
    signup_url: str = ""
    """Where a key is made."""
    docs_url: str = ""

    def __post_init__(self) -> None:
        vars(self)["default_headers"] = MappingProxyType(dict(self.default_headers))

    @property
    def signs_in_by_key(self) -> bool:
        """True where a key, or nothing at all, is enough to be let in."""
        return self.takes_keys or self.auth_type in _BY_KEY

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


def check(profile: ProviderProfile) -> str | None:
    """What is wrong with *profile*, in one sentence, or None: registration refuses it on the first fault."""
    return (
        _check_types(profile)
        or _check_words(profile)
        or _check_addresses(profile)
        or _check_variables(profile)
        or _check_headers(profile)
        or _check_probe(profile.probe)
    )


_TUPLES = (
    "aliases",
    "alternate_base_urls",
    "other_base_url_envs",
    "env_vars",
    "key_prefixes",
    "default_models",
)


def _check_types(profile: ProviderProfile) -> str | None:
    for key in _TUPLES:
        value = getattr(profile, key)
        if not (isinstance(value, tuple) and all(isinstance(item, str) for item in value)):
            return f"`{key}` must be a tuple of texts"
    for key in ("name", "api_mode", "base_url", "base_url_env", "auth_type", "auth_header", "auth_scheme"):
        if not isinstance(getattr(profile, key), str):
            return f"`{key}` must be text"
    rank: object = profile.auto_rank
    if not isinstance(rank, int | None):
        return "`auto_rank` must be a number"
    return None


def _check_words(profile: ProviderProfile) -> str | None:
    seen: set[str] = set()
    for word in (profile.name, *profile.aliases):
        if not _is_word(word):
            return f"`{word}` cannot be a provider's name: letters, digits, `-`, `_` and `.` only"
        if word in seen:
            return f"`{word}` stands twice among its name and aliases"
        seen.add(word)
    if not _is_word(profile.api_mode):
        return f"`{profile.api_mode}` is not an `api_mode`"
    return None


def _check_addresses(profile: ProviderProfile) -> str | None:
    bases = (profile.base_url, *profile.alternate_base_urls) if profile.signs_in_by_key else ()
    pages = (
        profile.models_url,
        profile.signup_url,
        profile.docs_url,
        profile.probe.url if profile.probe else "",
    )
    for url in filter(None, (*bases, *pages)):
        try:
            Origin.of(url)
        except ValueError:
            return f"`{url}` is not an http(s) address"
    for url in filter(None, bases):
        if any(mark in url for mark in "@?#"):
            return f"the base URL `{url.partition('@')[2] or url}` may hold no user, query or fragment"
    return None


def _check_variables(profile: ProviderProfile) -> str | None:
    for name in filter(None, (*profile.env_vars, profile.base_url_env, *profile.other_base_url_envs)):
        if not (name.isidentifier() and name.isascii()):
            return f"`{name}` cannot be a variable's name"
    return None


def _check_headers(profile: ProviderProfile) -> str | None:
    reserved = {"authorization", profile.auth_header.lower()}
    for name, value in profile.default_headers.items():
        if name.lower() in reserved:
            return f"`default_headers` may not hold `{name}`: the key goes there"
        if not (name.isascii() and name.isprintable() and value.isprintable()):
            return f"the header `{name}` holds characters that no header may hold"
    return None


def _check_probe(probe: Probe | None) -> str | None:
    if probe is None:
        return None
    if probe.kind not in _PROBES:
        return f"`{probe.kind}` is no kind of probe: {', '.join(_PROBES)}"
    if probe.kind in _REQUESTS and not probe.url:
        return f"a probe of the kind `{probe.kind}` needs a `url`"
    return None


def _is_word(word: str) -> bool:
    bare = word.replace("-", "").replace("_", "").replace(".", "")
    return bare.isalnum() and bare.isascii() and word[0].isalnum() and word == word.lower()
