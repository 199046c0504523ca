"""Links, the primary and the endpoints with a name: the keys that say who is asked, and how."""

from __future__ import annotations

from hermes_fallback.config.endpoints import TUNING
from hermes_fallback.config.schema.shapes import Key, Keys, Shape
from hermes_fallback.config.schema.values import (
    ADDRESS,
    AMOUNT,
    API_MODE,
    COST,
    FLAG,
    HEADER,
    PRIMARY_API_MODE,
    PRIMARY_PROVIDER,
    PROVIDER,
    SECONDS,
    SECRET,
    SWITCH,
    TEXT,
    TOKENS,
    VARIABLE,
    ZONE,
    choice,
    one,
)
from hermes_fallback.model.header import header_fault

__all__ = [
    "BASE_URL",
    "CHAIN",
    "CREDENTIAL",
    "KEYED_ENDPOINT",
    "LINK",
    "LINK_PROVIDER",
    "LISTED_ENDPOINT",
    "MAPPING",
    "PRIMARY",
]

MAPPING = Shape(keys=Keys())
_HEADERS = Shape(keys=Keys(rest=one(HEADER), rest_name="header", rest_fault=header_fault))
BASE_URL = Key(name="base_url", shape=one(ADDRESS), help="the address, in place of the provider's own")
_MODEL = Key(name="model", shape=one(TEXT), help="the model, as the provider names it", is_needed=True)
LINK_PROVIDER = Key(
    name="provider",
    shape=one(PROVIDER),
    help="a provider's name or alias, `custom`, or `custom:NAME` for a named endpoint",
    is_needed=True,
)
CREDENTIAL = (
    Key(
        name="key_env",
        shape=one(VARIABLE),
        help="the name of the variable that holds the key",
        also=("api_key_env",),
    ),
    Key(name="api_key", shape=one(SECRET), help="the key itself; better kept in `.env`"),
)
_WINDOW = Key(
    name="context_length", shape=one(TOKENS), help="how much the model takes at once", unit="tokens"
)
_AUTH = (
    Key(
        name="auth_mode",
        shape=Shape(value=choice("way to sign in", "api_key", "entra_id", or_empty=True)),
        help="`entra_id` signs in to Azure with Entra ID in place of a key",
    ),
    Key(
        name="entra",
        shape=Shape(keys=Keys(known=(Key(name="scope", shape=one(TEXT), help="what a token is asked for"),))),
        help="how, where `auth_mode` is `entra_id`",
    ),
)
_TRAITS = (
    _WINDOW,
    Key(name="cost", shape=one(COST), help="what a request costs"),
    Key(name="zone", shape=one(ZONE), help="where it stands"),
)
_LINK_KEYS = (
    LINK_PROVIDER,
    _MODEL,
    BASE_URL,
    *CREDENTIAL,
    Key(name="api_mode", shape=one(API_MODE), help="the dialect spoken there", also=("transport",)),
    *_AUTH,
    *_TRAITS,
)
LINK = Shape(name="link", keys=Keys(known=_LINK_KEYS))
CHAIN = Shape(
    items=LINK,
    keys=Keys(known=_LINK_KEYS, beside=tuple(key.name for key in _LINK_KEYS)),  # `{}` is an empty chain
)
PRIMARY = Shape(
    value=TEXT,
    keys=Keys(
        beside=("provider",),
        known=(
            Key(
                name="provider",
                shape=one(PRIMARY_PROVIDER),
                help="a provider's name or alias; `auto` chooses one",
                default="auto",
            ),
            Key(
                name="default",
                shape=one(TEXT),
                help="the model, as the provider names it",
                also=("model", "name"),
                is_needed=True,
            ),
            Key(
                name="base_url",
                shape=one(ADDRESS),
                help="the address, in place of the provider's own",
                also=("api_base",),
            ),
            CREDENTIAL[0],
            Key(
                name="api_key",
                shape=one(SECRET),
                help="the key itself; better kept in `.env`",
                also=("api",),
            ),
            Key(name="api_mode", shape=one(PRIMARY_API_MODE), help="the dialect spoken there"),
            *_TRAITS,
            Key(name="max_tokens", shape=one(TOKENS), help="the longest answer", unit="tokens"),
            Key(name="default_headers", shape=_HEADERS, help="sent with each request"),
            Key(name="extra_headers", shape=_HEADERS, help="sent with each request"),
            Key(name="openai_runtime", shape=one(TEXT), help="`codex_app_server` runs Codex itself"),
            *_AUTH,
        ),
    ),
)
_ENDPOINT = (
    Key(
        name="context_length",
        shape=one(TOKENS),
        help="how much its models take at once",
        unit="tokens",
        also=("contextLength",),
    ),
    Key(
        name="key_env",
        shape=one(VARIABLE),
        help="the name of the variable that holds the key",
        also=("keyEnv", "api_key_env", "apiKeyEnv"),
    ),
    Key(
        name="api_key",
        shape=one(SECRET),
        help="the key itself; better kept in `.env`",
        also=("apiKey",),
    ),
    *_AUTH,
    Key(
        name="models",
        shape=Shape(
            items=Shape(value=TEXT, keys=Keys()),
            keys=Keys(rest=Shape(), rest_name="model"),
        ),
        help="the models it serves: names, mappings with `id` or `name`, or a mapping by name",
    ),
    Key(name="extra_headers", shape=_HEADERS, help="sent to its own host alone"),
    Key(name="extra_body", shape=MAPPING, help="added to the body of each request"),
    Key(name="discover_models", shape=one(FLAG), help="whether its list of models is asked for"),
    Key(
        name="rate_limit_delay",
        shape=one(AMOUNT),
        help="least time between two requests",
        unit="seconds",
        also=("rateLimitDelay",),
    ),
    Key(name="ssl_verify", shape=one(SWITCH), help="whether its certificate is checked"),
    Key(name="ssl_ca_cert", shape=one(TEXT), help="the file of the authority that signed its certificate"),
)
LISTED_ENDPOINT = Shape(
    name="listed endpoint",
    keys=Keys(
        known=(
            Key(
                name="name",
                shape=one(TEXT),
                help="what links call it, behind `custom:`",
                is_needed=True,
            ),
            Key(
                name="base_url",
                shape=one(ADDRESS),
                help="its address",
                also=("url", "api", "baseUrl"),
                is_needed=True,
            ),
            Key(
                name="model",
                shape=one(TEXT),
                help="the model to offer first",
                also=("default_model", "defaultModel"),
            ),
            Key(
                name="api_mode",
                shape=one(API_MODE),
                help="the dialect spoken there",
                also=("transport", "apiMode"),
            ),
            *_ENDPOINT,
        ),
    ),
)
_TUNING = (
    Key(name="enabled", shape=one(SWITCH), help="false switches it off, a bundled one too", default=True),
    Key(
        name="request_timeout_seconds",
        shape=one(SECONDS),
        help="longest time for a request",
        unit="seconds",
    ),
    Key(
        name="stale_timeout_seconds",
        shape=one(SECONDS),
        help="longest time without anything arriving",
        unit="seconds",
    ),
    Key(
        name="max_output_tokens",
        shape=one(TOKENS),
        help="the longest answer",
        unit="tokens",
        also=("max_tokens",),
    ),
)
KEYED_ENDPOINT = Shape(
    name="provider entry",
    keys=Keys(
        unless=tuple(TUNING),
        known=(
            Key(
                name="api",
                shape=one(ADDRESS),
                help="its address; the key alone of a provider that has one belongs into `.env`",
                also=("url", "base_url", "baseUrl"),
                is_needed=True,
            ),
            Key(name="name", shape=one(TEXT), help="what it is called; its key where this is absent"),
            Key(
                name="default_model",
                shape=one(TEXT),
                help="the model to offer first",
                also=("model", "defaultModel"),
            ),
            Key(
                name="transport",
                shape=one(API_MODE),
                help="the dialect spoken there",
                also=("api_mode", "apiMode"),
            ),
            *_ENDPOINT,
            *_TUNING,
        ),
    ),
)
