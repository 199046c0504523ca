"""The keys of config.yaml that we know: Hermes Agent's where they decide who answers, and our own."""

from __future__ import annotations

from hermes_fallback.config.endpoints import KEYED, LISTED, TUNING
from hermes_fallback.config.schema.shapes import Key, Keys, Shape, Value
from hermes_fallback.config.schema.values import (
    ADDRESS,
    AMOUNT,
    API_MODE,
    ATTEMPTS,
    COST,
    COUNT,
    FLAG,
    HEADER,
    HOST,
    LENGTH,
    PATIENCE,
    PRIMARY_API_MODE,
    PRIMARY_PROVIDER,
    PROVIDER,
    SECONDS,
    SECRET,
    SIZE,
    STATE,
    SWITCH,
    TASK_PROVIDER,
    TEXT,
    TOKENS,
    VARIABLE,
    ZONE,
    choice,
)
from hermes_fallback.model.chain import CURRENT_KEY, LEGACY_KEY
from hermes_fallback.model.header import header_fault

__all__ = ["ROOT"]


def _one(value: Value) -> Shape:
    return Shape(value=value)


def _words(name: str, *words: str) -> Shape:
    return Shape(value=choice(name, *words))


_MAPPING = Shape(keys=Keys())
_HEADERS = Shape(keys=Keys(rest=_one(HEADER), rest_name="header", rest_fault=header_fault))

_BASE_URL = Key(name="base_url", shape=_one(ADDRESS), help="the address, in place of the provider's own")
_MODEL = Key(name="model", shape=_one(TEXT), help="the model, as the provider names it", is_needed=True)
_PROVIDER = Key(
    name="provider",
    shape=_one(PROVIDER),
    help="a provider's name or alias, `custom`, or `custom:NAME` for a named endpoint",
    is_needed=True,
)
_KEY = (
    Key(
        name="key_env",
        shape=_one(VARIABLE),
        help="the name of the variable that holds the key",
        also=("api_key_env",),
    ),
    Key(name="api_key", shape=_one(SECRET), help="the key itself; better kept in `.env`"),
)
_WINDOW = Key(
    name="context_length", shape=_one(TOKENS), help="how much the model takes at once", unit="tokens"
)
_TRAITS = (
    _WINDOW,
    Key(name="cost", shape=_one(COST), help="what a request costs"),
    Key(name="zone", shape=_one(ZONE), help="where it stands"),
)
_LINK_KEYS = (
    _PROVIDER,
    _MODEL,
    _BASE_URL,
    *_KEY,
    Key(name="api_mode", shape=_one(API_MODE), help="the dialect spoken there", also=("transport",)),
    *_TRAITS,
)
_LINK = Shape(name="link", keys=Keys(known=_LINK_KEYS))
_CHAIN = Shape(
    items=_LINK,
    keys=Keys(known=_LINK_KEYS, beside=tuple(key.name for key in _LINK_KEYS)),  # `{}` is an empty chain
)

_PRIMARY = Shape(
    value=TEXT,
    keys=Keys(
        beside=("provider",),
        known=(
            Key(
                name="provider",
                shape=_one(PRIMARY_PROVIDER),
                help="a provider's name or alias; `auto` chooses one",
                default="auto",
            ),
            Key(
                name="default",
                shape=_one(TEXT),
                help="the model, as the provider names it",
                also=("model", "name"),
                is_needed=True,
            ),
            Key(
                name="base_url",
                shape=_one(ADDRESS),
                help="the address, in place of the provider's own",
                also=("api_base",),
            ),
            _KEY[0],
            Key(
                name="api_key",
                shape=_one(SECRET),
                help="the key itself; better kept in `.env`",
                also=("api",),
            ),
            Key(name="api_mode", shape=_one(PRIMARY_API_MODE), help="the dialect spoken there"),
            *_TRAITS,
            Key(name="max_tokens", shape=_one(TOKENS), help="the longest answer", unit="tokens"),
            Key(name="default_headers", shape=_HEADERS, help="sent with each request"),
            Key(name="extra_headers", shape=_HEADERS, help="sent with each request"),
            Key(name="openai_runtime", shape=_one(TEXT), help="`codex_app_server` runs Codex itself"),
            Key(
                name="auth_mode",
                shape=Shape(value=choice("way to sign in", "api_key", "entra_id", or_empty=True)),
                help="how Azure Foundry is signed in to",
            ),
            Key(name="entra", shape=_MAPPING, help="`scope`, where `auth_mode` is `entra_id`"),
        ),
    ),
)

_ENDPOINT = (
    Key(
        name="context_length",
        shape=_one(TOKENS),
        help="how much its models take at once",
        unit="tokens",
        also=("contextLength",),
    ),
    Key(
        name="key_env",
        shape=_one(VARIABLE),
        help="the name of the variable that holds the key",
        also=("keyEnv", "api_key_env", "apiKeyEnv"),
    ),
    Key(
        name="api_key",
        shape=_one(SECRET),
        help="the key itself; better kept in `.env`",
        also=("apiKey",),
    ),
    Key(
        name="models",
        shape=Shape(
            items=Shape(value=TEXT, keys=Keys()),
            keys=Keys(rest=Shape(), rest_name="model"),
        ),
        help="the models it serves: names, mappings with `id` or `name`, or a mapping by name",
    ),
    Key(name="extra_headers", shape=_HEADERS, help="sent to its own host alone"),
    Key(name="extra_body", shape=_MAPPING, help="added to the body of each request"),
    Key(name="discover_models", shape=_one(FLAG), help="whether its list of models is asked for"),
    Key(
        name="rate_limit_delay",
        shape=_one(AMOUNT),
        help="least time between two requests",
        unit="seconds",
        also=("rateLimitDelay",),
    ),
    Key(name="ssl_verify", shape=_one(SWITCH), help="whether its certificate is checked"),
    Key(name="ssl_ca_cert", shape=_one(TEXT), help="the file of the authority that signed its certificate"),
)
_LISTED = Shape(
    name="listed endpoint",
    keys=Keys(
        known=(
            Key(
                name="name",
                shape=_one(TEXT),
                help="what links call it, behind `custom:`",
                is_needed=True,
            ),
            Key(
                name="base_url",
                shape=_one(ADDRESS),
                help="its address",
                also=("url", "api", "baseUrl"),
                is_needed=True,
            ),
            Key(
                name="model",
                shape=_one(TEXT),
                help="the model to offer first",
                also=("default_model", "defaultModel"),
            ),
            Key(
                name="api_mode",
                shape=_one(API_MODE),
                help="the dialect spoken there",
                also=("transport", "apiMode"),
            ),
            *_ENDPOINT,
        ),
    ),
)
_TUNING = (
    Key(name="enabled", shape=_one(SWITCH), help="false switches it off, a bundled one too", default=True),
    Key(
        name="request_timeout_seconds",
        shape=_one(SECONDS),
        help="longest time for a request",
        unit="seconds",
    ),
    Key(
        name="stale_timeout_seconds",
        shape=_one(SECONDS),
        help="longest time without anything arriving",
        unit="seconds",
    ),
    Key(
        name="max_output_tokens",
        shape=_one(TOKENS),
        help="the longest answer",
        unit="tokens",
        also=("max_tokens",),
    ),
)
_KEYED = Shape(
    name="provider entry",
    keys=Keys(
        unless=tuple(TUNING),
        known=(
            Key(
                name="api",
                shape=_one(ADDRESS),
                help="its address; the key alone of a provider that has one belongs into `.env`",
                also=("url", "base_url", "baseUrl"),
                is_needed=True,
            ),
            Key(name="name", shape=_one(TEXT), help="what it is called; its key where this is absent"),
            Key(
                name="default_model",
                shape=_one(TEXT),
                help="the model to offer first",
                also=("model", "defaultModel"),
            ),
            Key(
                name="transport",
                shape=_one(API_MODE),
                help="the dialect spoken there",
                also=("api_mode", "apiMode"),
            ),
            *_ENDPOINT,
            *_TUNING,
        ),
    ),
)

_ROUTE = (
    Key(name="base_url", shape=_one(ADDRESS), help="an address of its own; goes before `provider`"),
    *_KEY,
    Key(name="api_mode", shape=_one(API_MODE), help="the dialect spoken there"),
    Key(name="reasoning_effort", shape=_one(TEXT), help="how hard a reasoning model thinks"),
)
_TASK_LINK = Shape(
    name="link of a task",
    keys=Keys(
        known=(
            _PROVIDER,
            Key(name="model", shape=_one(TEXT), help="the model; the provider's usual one where absent"),
            _BASE_URL,
            *_KEY,
            Key(name="api_mode", shape=_one(API_MODE), help="the dialect spoken there"),
            Key(name="timeout", shape=_one(SECONDS), help="longest time for a request", unit="seconds"),
        )
    ),
)
_TASK = Shape(
    name="task",
    keys=Keys(
        known=(
            Key(
                name="provider",
                shape=_one(TASK_PROVIDER),
                help="`auto` walks the usual order, `main` is the main model's",
                default="auto",
            ),
            Key(name="model", shape=_one(TEXT), help="the model; empty or `auto` for the usual one"),
            *_ROUTE,
            Key(name="timeout", shape=_one(SECONDS), help="longest time for a request", unit="seconds"),
            Key(name="extra_body", shape=_MAPPING, help="added to the body of each request"),
            Key(
                name="fallback_chain",
                shape=Shape(items=_TASK_LINK),
                help="tried when the task's own provider has no capacity, before the main model",
                default=(),
            ),
            Key(name="enabled", shape=_one(FLAG), help="false: the task is not done", default=True),
            Key(name="language", shape=_one(TEXT), help="the language of what it writes"),
        )
    ),
)
_TASKS = {
    "vision": ("looks at images", 120),
    "web_extract": ("sums up web pages", 360),
    "compression": ("sums up long conversations", 120),
    "skills_hub": ("finds and runs skills", 30),
    "mcp": ("helps with MCP servers", 30),
    "approval": ("judges commands before they run", 30),
    "title_generation": ("names sessions", 30),
    "triage_specifier": ("turns a line into a task", 120),
    "memory_query_rewrite": ("words what memory is asked", 8),
    "tts_audio_tags": ("marks up text to be spoken", 30),
    "kanban_decomposer": ("splits tasks", 180),
    "profile_describer": ("describes profiles", 60),
    "goal_judge": ("judges whether a goal is reached", 60),
    "curator": ("keeps skills in order", 600),
    "monitor": ("watches sessions", 60),
    "background_review": ("looks back over sessions", 120),
    "moa_reference": ("answers as one of many models", 900),
    "moa_aggregator": ("joins the answers of many models", 900),
}
"""What each task is for, and how long it may take unless its `timeout` says otherwise."""
_AUXILIARY = Keys(
    known=(
        Key(
            name="transient_retries",
            shape=_one(ATTEMPTS),
            help="more tries of a task, 0 to 6, after a failure that passes",
            default=2,
        ),
        *(
            Key(name=name, shape=_TASK, help=f"{what}; `timeout` {timeout_s} where absent")
            for name, (what, timeout_s) in _TASKS.items()
        ),
    ),
    rest=_TASK,
    rest_name="task",
)

_TRIGGER = choice(
    "trigger", "repeated_tool_failure", "invalid_output", "no_progress", "task_timeout", "user_request"
)
_TRIGGERS = Key(
    name="trigger_on",
    shape=Shape(items=_one(_TRIGGER)),
    help="what counts as a failure of the local model",
)
_LOCAL_ATTEMPTS = Key(
    name="max_local_attempts", shape=_one(COUNT), help="failures before the stronger link", default=3
)
_ROUTING = Keys(
    is_ours=True,
    known=(
        Key(name="primary", shape=_LINK, help="the local model; counts only where `model` is absent"),
        Key(name="fallback", shape=_LINK, help="the stronger link"),
        Key(
            name="fallback_policy",
            shape=Shape(
                keys=Keys(
                    is_ours=True,
                    known=(
                        Key(name="enabled", shape=_one(FLAG), help="false: never", default=True),
                        _LOCAL_ATTEMPTS,
                        _TRIGGERS,
                    ),
                )
            ),
            help="when a task goes to the stronger link",
        ),
        Key(
            name="rules",
            shape=Shape(
                items=Shape(
                    keys=Keys(
                        is_ours=True,
                        known=(
                            Key(
                                name="task",
                                shape=_one(TEXT),
                                help="the kind of task it is for",
                                is_needed=True,
                            ),
                            _TRIGGERS,
                            _LOCAL_ATTEMPTS,
                        ),
                    )
                )
            ),
            help="another policy for one kind of task",
        ),
        Key(
            name="limits",
            shape=Shape(
                keys=Keys(
                    is_ours=True,
                    known=(
                        Key(name="max_usd", shape=_one(AMOUNT), help="most that a task may cost", unit="USD"),
                        Key(
                            name="confirm",
                            shape=_words("consent", "always", "paid", "never"),
                            help="when the user is asked first",
                            default="paid",
                        ),
                    ),
                )
            ),
            help="what the stronger link may cost",
        ),
    ),
)

_TIMEOUTS = Keys(
    is_ours=True,
    known=(
        Key(name="connect", shape=_one(LENGTH), help="until the connection stands", default="5s"),
        Key(
            name="first_token",
            shape=_one(LENGTH),
            help="until the first content; absent, local hosts have 120s and reasoning models 180s",
            default="30s",
        ),
        Key(name="between_tokens", shape=_one(LENGTH), help="between two pieces of it", default="30s"),
    ),
)
_ON = Keys(
    is_ours=True,
    known=(
        Key(
            name="content_policy",
            shape=_words("way on after a refusal", "stop", "next"),
            help="after a refusal by moderation",
            default="stop",
        ),
        Key(
            name="context_overflow",
            shape=_words("way on after an overflow", "raise", "larger"),
            help="when the prompt does not fit; `larger` tries links that are known to hold it",
            default="raise",
        ),
    ),
)
_SPEND = Keys(
    is_ours=True,
    known=(
        Key(
            name="metered",
            shape=_words("consent to cost", "auto", "ask", "never"),
            help="whether a link that costs by use may be entered",
            default="auto",
        ),
        Key(name="max_usd_per_day", shape=_one(AMOUNT), help="most that a day may cost", unit="USD"),
    ),
)
_FALLBACK = Keys(
    is_ours=True,
    known=(
        Key(name="enabled", shape=_one(FLAG), help="false: the primary alone", default=True),
        Key(
            name="auto_activate",
            shape=_one(FLAG),
            help="false: ask before a switch; without a terminal, do not switch",
            default=True,
            is_nullable=False,
        ),
        Key(
            name="scope",
            shape=_words("scope", "turn", "session"),
            help="how long a switch lasts",
            default="turn",
        ),
        Key(
            name="max_switches",
            shape=_one(COUNT),
            help="switches in one turn; null for as many as the chain has links",
        ),
        Key(
            name="retries",
            shape=_one(COUNT),
            help="more tries of the last usable link, for reasons that pass",
            default=2,
        ),
        Key(
            name="patience",
            shape=_one(PATIENCE),
            help="longest wait a provider may ask for that is sat out",
            default="5s",
        ),
        Key(name="deadline", shape=_one(LENGTH), help="of a step, until first content", default="180s"),
        Key(name="timeouts", shape=Shape(keys=_TIMEOUTS), help="of one attempt"),
        Key(
            name="midstream",
            shape=_words("end of a cut stream", "restart", "raise"),
            help="when a stream is cut: replay it on the next link, or raise",
            default="restart",
        ),
        Key(name="on", shape=Shape(keys=_ON), help="failures that are the request's own"),
        Key(
            name="when_all_benched",
            shape=_words("way out", "probe", "wait", "fail"),
            help="when no link is free",
            default="probe",
        ),
        Key(name="spend", shape=Shape(keys=_SPEND), help="links that cost by use"),
        Key(name="zone", shape=_one(ZONE), help="the floor that no link may leave", default="any"),
        Key(
            name="trust",
            shape=Shape(value=HOST, items=_one(HOST)),
            help="hosts that may be sent `OPENAI_API_KEY`, or a built-in provider's key",
            default=(),
        ),
        Key(
            name="store",
            shape=_words("store of keys", "env", "keyring"),
            help="where new keys go without asking",
            default="env",
        ),
        Key(
            name="state",
            shape=_one(STATE),
            help="where benches are shared: `sqlite`, or `redis://HOST/0`",
            default="sqlite",
        ),
        Key(name="notify", shape=_one(FLAG), help="whether each switch is told", default=True),
    ),
)
_SERVE = Keys(
    is_ours=True,
    known=(
        Key(
            name="token_env",
            shape=_one(VARIABLE),
            help="the name of the variable with the clients' token",
            default="HERMES_SERVE_TOKEN",
        ),
        Key(
            name="midstream",
            shape=_words("end of a cut stream there", "error", "hold"),
            help="when a stream is cut: send an error, or answer only when whole",
            default="error",
        ),
        Key(
            name="model",
            shape=_one(TEXT),
            help="which model clients may ask for; `any` takes every name",
            default="any",
        ),
        Key(
            name="max_body",
            shape=_one(SIZE),
            help="the largest request",
            default="32MiB",
            unit="bytes where bare",
        ),
    ),
)

_SUMMARY = tuple(
    Key(
        name=f"summary_{name}",
        shape=_one(TEXT),
        help=f"replaced by `auxiliary.compression.{name}`",
        mend="hermes config migrate",
    )
    for name in ("provider", "model", "base_url")
)
_DELEGATION = Keys(
    known=(
        Key(
            name="provider",
            shape=_one(TASK_PROVIDER),
            help="the subagents' provider; the parent's where absent",
        ),
        Key(name="model", shape=_one(TEXT), help="the subagents' model; the parent's where absent"),
        *_ROUTE,
        Key(
            name="fallback",
            shape=_words("chain of subagents", "inherit", "none"),
            help="`inherit` gives subagents the chain",
            default="none",
        ),
    )
)
_STRATEGY = choice("strategy", "fill_first", "round_robin", "random", "least_used")

ROOT = Shape(
    keys=Keys(
        known=(
            Key(name="model", shape=_PRIMARY, help="the primary: its name alone, or a mapping"),
            Key(name=CURRENT_KEY, shape=_CHAIN, help="the chain: links in the order they are tried"),
            Key(
                name=LEGACY_KEY,
                shape=_CHAIN,
                help=f"one link or a list; read after `{CURRENT_KEY}`",
                is_legacy=True,
            ),
            Key(name=LISTED, shape=Shape(items=_LISTED), help="endpoints with a name, for links to use"),
            Key(
                name=KEYED,
                shape=Shape(keys=Keys(rest=_KEYED, rest_name="provider")),
                help="endpoints by name, and settings of providers",
            ),
            Key(name="fallback", shape=Shape(keys=_FALLBACK), help="how the chain is used"),
            Key(name="serve", shape=Shape(keys=_SERVE), help="the chain as a local endpoint"),
            Key(
                name="model_routing",
                shape=Shape(keys=_ROUTING),
                help="tasks that go from a local model to a stronger link",
            ),
            Key(name="auxiliary", shape=Shape(keys=_AUXILIARY), help="models for the side tasks"),
            Key(
                name="compression",
                shape=Shape(keys=Keys(known=_SUMMARY)),
                help="what is left here of the model that sums up",
            ),
            Key(name="delegation", shape=Shape(keys=_DELEGATION), help="the model of subagents"),
            Key(
                name="cron",
                shape=Shape(
                    keys=Keys(
                        known=(
                            Key(
                                name="provider",
                                shape=_one(TEXT),
                                help="the scheduler's, not a model's; jobs name their own models",
                            ),
                        )
                    )
                ),
                help="jobs; each goes through the chain unless it names a provider",
            ),
            Key(
                name="credential_pool_strategies",
                shape=Shape(keys=Keys(rest=_one(_STRATEGY), rest_name="provider")),
                help="in which order a provider's keys are used",
            ),
            Key(
                name="agent",
                shape=Shape(
                    keys=Keys(
                        known=(
                            Key(
                                name="api_max_retries",
                                shape=_one(ATTEMPTS),
                                help="attempts for a model call, the first included, before the next link",
                                default=3,
                            ),
                        )
                    )
                ),
                help="the agent's own settings, of which one is about failures",
            ),
            Key(
                name="bedrock",
                shape=Shape(
                    keys=Keys(
                        known=(
                            Key(name="region", shape=_one(TEXT), help="the region of AWS"),
                            Key(name="guardrail", shape=_MAPPING, help="the guardrail of each request"),
                        )
                    )
                ),
                help="Amazon Bedrock",
            ),
            Key(
                name="vertex",
                shape=Shape(
                    keys=Keys(
                        known=(
                            Key(name="project_id", shape=_one(TEXT), help="the project of Google Cloud"),
                            Key(name="region", shape=_one(TEXT), help="its region", default="global"),
                        )
                    )
                ),
                help="Google Vertex AI",
            ),
            Key(
                name="provider",
                shape=_one(PRIMARY_PROVIDER),
                help="read where `model.provider` is absent",
                is_legacy=True,
            ),
            Key(
                name="base_url",
                shape=_one(ADDRESS),
                help="read where `model.base_url` is absent",
                also=("api_base",),
                is_legacy=True,
            ),
            Key(
                name="context_length",
                shape=_one(TOKENS),
                help="read where `model.context_length` is absent",
                unit="tokens",
                is_legacy=True,
            ),
        ),
    )
)
"""The whole file; whatever else stands at the top level is somebody else's."""
