"""Side tasks and subagents: the keys that give them models of their own."""

from __future__ import annotations

from hermes_fallback.config.schema.links import BASE_URL, CREDENTIAL, LINK_PROVIDER, MAPPING
from hermes_fallback.config.schema.shapes import Key, Keys, Shape
from hermes_fallback.config.schema.values import (
    ADDRESS,
    API_MODE,
    ATTEMPTS,
    FLAG,
    SECONDS,
    TASK_PROVIDER,
    TEXT,
    one,
    words,
)

__all__ = ["AUXILIARY", "DELEGATION", "SUMMARY"]

_ROUTE = (
    Key(name="base_url", shape=one(ADDRESS), help="an address of its own; goes before `provider`"),
    *CREDENTIAL,
    Key(name="api_mode", shape=one(API_MODE), help="the dialect spoken there"),
    Key(name="reasoning_effort", shape=one(TEXT), help="how hard a reasoning model thinks"),
)
_TASK_LINK = Shape(
    name="link of a task",
    keys=Keys(
        known=(
            LINK_PROVIDER,
            Key(name="model", shape=one(TEXT), help="the model; the provider's usual one where absent"),
            BASE_URL,
            *CREDENTIAL,
            Key(name="api_mode", shape=one(API_MODE), help="the dialect spoken there"),
            Key(name="timeout", shape=one(SECONDS), help="longest time for a request", unit="seconds"),
        )
    ),
)
_TASK = Shape(
    name="task",
    keys=Keys(
        known=(
            Key(
                name="provider",
                shape=one(TASK_PROVIDER),
                help="`auto` walks the usual order, `main` is the main model's",
                default="auto",
            ),
            Key(name="model", shape=one(TEXT), help="the model; empty or `auto` for the usual one"),
            *_ROUTE,
            Key(name="timeout", shape=one(SECONDS), help="longest time for a request", unit="seconds"),
            Key(name="extra_body", shape=MAPPING, help="added to the body of each request"),
            Key(
                name="fallback_chain",
                shape=Shape(items=_TASK_LINK),
                help="tried when the task's own provider has no capacity, before the main model",
                default=(),
            ),
            Key(name="enabled", shape=one(FLAG), help="false: the task is not done", default=True),
            Key(name="language", shape=one(TEXT), help="the language of what it writes"),
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
AUXILIARY = Keys(
    known=(
        Key(
            name="transient_retries",
            shape=one(ATTEMPTS),
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
SUMMARY = tuple(
    Key(
        name=f"summary_{name}",
        shape=one(TEXT),
        help=f"replaced by `auxiliary.compression.{name}`",
        mend="hermes config migrate",
    )
    for name in ("provider", "model", "base_url")
)
DELEGATION = Keys(
    known=(
        Key(
            name="provider",
            shape=one(TASK_PROVIDER),
            help="the subagents' provider; the parent's where absent",
        ),
        Key(name="model", shape=one(TEXT), help="the subagents' model; the parent's where absent"),
        *_ROUTE,
        Key(
            name="fallback",
            shape=words("chain of subagents", "inherit", "none"),
            help="`inherit` gives subagents the chain",
            default="none",
        ),
    )
)
