"""Checks: what makes a profile wrong. A plugin may register anything, and a wrong one is to cost only itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from hermes_fallback.fact import Fact
from hermes_fallback.model.demands import Demands
from hermes_fallback.model.header import header_fault
from hermes_fallback.model.oauth import OAuth
from hermes_fallback.model.origin import Origin
from hermes_fallback.providers.profile import Probe, ProviderProfile

__all__ = ["check", "is_word"]

_REQUESTS = ("read_only", "one_token")
_PROBES = (*_REQUESTS, "process_start", "token_mint")
_FLOWS = ("device", "device_code", "user_code", "loopback", "none")
_LAYOUTS = ("flat", "tokens")
_REASONING = ("kept", "filled", "refused")
_SHORTEST_ID = 8
_TOKENS_GO_TO = (
    "device_url",
    "poll_url",
    "authorize_url",
    "token_url",
    "discovery_url",
    "exchange_url",
    "project_url",
)


def check(profile: ProviderProfile) -> str | None:
    """What is wrong with *profile*, in one sentence, or None: registration refuses it on the first fault."""
    return (
        _check_kinds(profile)
        or _check_probe(profile.probe)
        or _check_oauth(profile.oauth)
        or _check_demands(profile.demands)
        or _check_words(profile)
        or _check_addresses(profile)
        or _check_variables(profile)
        or _check_headers(profile)
    )


def _is_text(value: object) -> bool:
    return isinstance(value, str)


def _are_texts(value: object) -> bool:
    return isinstance(value, tuple) and all(map(_is_text, value))


def _are_pairs(value: object) -> bool:
    return isinstance(value, tuple) and all(_are_texts(pair) and len(pair) == 2 for pair in value)


def _is_mapping(value: object) -> bool:
    return isinstance(value, Mapping) and all(_is_text(word) for pair in value.items() for word in pair)


def _are_listed(value: object) -> bool:
    if not isinstance(value, Mapping):
        return False
    return all(isinstance(each, (list, tuple)) and _are_texts((name, *each)) for name, each in value.items())


def _is_number(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _is_seconds(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and value >= 0


def _are_numbers(value: object) -> bool:
    return isinstance(value, tuple) and all(map(_is_number, value))


_Kind = tuple[Callable[[object], bool], str]
_TEXT: _Kind = _is_text, "text"
_TEXTS: _Kind = _are_texts, "a list of texts"
_PAIRS: _Kind = _are_pairs, "a mapping of texts, or pairs of them"
_MAPPING: _Kind = _is_mapping, "a mapping of texts"
_FLAG: _Kind = lambda value: isinstance(value, bool), "true or false"
_NUMBERS: _Kind = _are_numbers, "a list of whole numbers"
_SECONDS: _Kind = _is_seconds, "a number of seconds"
_KINDS: dict[str, _Kind] = {
    **dict.fromkeys(["aliases", "alternate_base_urls", "default_models", "env_vars", "key_prefixes"], _TEXTS),
    **dict.fromkeys(["command_envs", "ignored", "other_base_url_envs", "setup_vars"], _TEXTS),
    "placeholders": (_are_listed, "a mapping of lists of texts"),
    **dict.fromkeys(["api_modes_by_model", "api_modes_by_url"], _PAIRS),
    **dict.fromkeys(["models_public", "shares_primary_address", "takes_keys"], _FLAG),
    **dict.fromkeys(["default_headers", "models_filter", "probe.headers"], _MAPPING),
    **dict.fromkeys(["probe.accepts", "probe.rejects"], _NUMBERS),
    **dict.fromkeys(["oauth.authorize_params", "oauth.headers", "oauth.kept"], _MAPPING),
    **dict.fromkeys(["oauth.scopes", "oauth.terminal_errors", "oauth.hosts"], _TEXTS),
    **dict.fromkeys(["oauth.token_prefixes", "oauth.reads", "oauth.project_envs"], _TEXTS),
    **dict.fromkeys(["oauth.interval_s", "oauth.deadline_s", "oauth.lifetime_s", "oauth.skew_s"], _SECONDS),
    "oauth.terminal_statuses": _NUMBERS,
    "oauth.uses_pkce": _FLAG,
    **dict.fromkeys(["demands.cache_marks", "demands.no_prefill"], _TEXTS),
    **dict.fromkeys(["demands.exact_tool_ids", "demands.system_first", "demands.alternates"], _FLAG),
    "demands.image_urls": _FLAG,
    "demands.images": (lambda value: value is None or isinstance(value, bool), "true or false"),
    "demands.call_fields": (lambda value: isinstance(value, Mapping), "a mapping"),
    "demands.tool_id_chars": (
        lambda value: value is None or (isinstance(value, int) and value >= _SHORTEST_ID),
        f"a number from {_SHORTEST_ID}",
    ),
    "demands": (
        lambda value: value is None or isinstance(value, Demands),
        f"made of {', '.join(Demands.field_names())}",
    ),
    "oauth": (
        lambda value: value is None or isinstance(value, OAuth),
        f"made of {', '.join(OAuth.field_names())}",
    ),
    "auto_rank": (lambda value: value is None or _is_number(value), "a whole number"),
    "vision": (lambda value: value is None or isinstance(value, bool), "true or false"),
    "probe": (
        lambda value: value is None or isinstance(value, Probe),
        f"made of {', '.join(Probe.field_names())}",
    ),
}
"""What belongs into each field, where that is not text."""


def _check_kinds(fact: Fact, path: str = "") -> str | None:
    for name in fact.field_names():
        fits, wanted = _KINDS.get(path + name, _TEXT)
        if not fits(getattr(fact, name)):
            return f"`{path}{name}` must be {wanted}"
    return None


def _check_words(profile: ProviderProfile) -> str | None:
    seen: set[str] = set()
    for word in (profile.name, *profile.aliases):
        if not is_word(word):
            return f"`{word}` cannot be a provider's name: letters, digits, `-`, `_` and `.` only"
        if word in seen:
            return f"`{word}` stands twice among its name and aliases"
        seen.add(word)
    if not is_word(profile.api_mode):
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
    addresses = (profile.base_url_env, *profile.other_base_url_envs)
    for name in filter(None, (*profile.env_vars, *profile.setup_vars, *profile.command_envs, *addresses)):
        if not (name.isidentifier() and name.isascii()):
            return f"`{name}` cannot be a variable's name"
    return None


def _check_headers(profile: ProviderProfile) -> str | None:
    reserved = {"authorization", profile.auth_header.lower()}
    for name in profile.default_headers:
        if name.lower() in reserved:
            return f"`default_headers` may not hold `{name}`: the key goes there"
    probed = profile.probe.headers if profile.probe else {}
    for name, value in (*profile.default_headers.items(), *probed.items()):
        if fault := header_fault(name, value):
            return f"the header `{name}` {fault}"
    return None


def _check_probe(probe: Probe | None) -> str | None:
    if probe is None:
        return None
    if fault := _check_kinds(probe, "probe."):
        return fault
    if probe.kind not in _PROBES:
        return f"`{probe.kind}` is no kind of probe: {', '.join(_PROBES)}"
    if probe.kind in _REQUESTS and not probe.url:
        return f"a probe of the kind `{probe.kind}` needs a `url`"
    return None


def _check_oauth(oauth: OAuth | None) -> str | None:
    if oauth is None:
        return None
    if fault := _check_kinds(oauth, "oauth."):
        return fault
    if oauth.flow not in _FLOWS:
        return f"`{oauth.flow}` is no way to sign in: {', '.join(_FLOWS)}"
    if oauth.layout not in _LAYOUTS:
        return f"`{oauth.layout}` is no layout: {', '.join(_LAYOUTS)}"
    return next(filter(None, (_check_endpoint(name, getattr(oauth, name)) for name in _TOKENS_GO_TO)), None)


def _check_demands(demands: Demands | None) -> str | None:
    if demands is None:
        return None
    if fault := _check_kinds(demands, "demands."):
        return fault
    if demands.reasoning_content not in _REASONING:
        return f"`demands.reasoning_content` must be one of {', '.join(_REASONING)}"
    return None


def _check_endpoint(name: str, url: str) -> str | None:
    """What is wrong with an address that tokens go to: nobody between here and there may read them."""
    if not url:
        return None
    try:
        origin = Origin.of(url)
    except ValueError:
        return f"`oauth.{name}` is not an http(s) address"
    if origin.scheme != "https" and origin.zone != "device":
        return f"`oauth.{name}` is not https, and tokens would go there"
    return None


def is_word(word: str) -> bool:
    """True when *word* can be a provider's name or alias."""
    bare = word.replace("-", "").replace("_", "").replace(".", "")
    return bare.isalnum() and bare.isascii() and word[:1].isalnum() and word == word.lower()
