"""Our own sections: how the chain is used, where it is served, and tasks that go to a stronger link."""

from __future__ import annotations

from hermes_fallback.config.schema.links import LINK
from hermes_fallback.config.schema.shapes import Key, Keys, Shape
from hermes_fallback.config.schema.values import (
    AMOUNT,
    COUNT,
    FLAG,
    HOST,
    LENGTH,
    PATIENCE,
    SIZE,
    STATE,
    TEXT,
    VARIABLE,
    ZONE,
    choice,
    one,
    words,
)
from hermes_fallback.config.settings import IMPORTS

__all__ = ["CREDENTIALS", "FALLBACK", "ROUTING", "SERVE"]

_TRIGGER = choice(
    "trigger", "repeated_tool_failure", "invalid_output", "no_progress", "task_timeout", "user_request"
)
_TRIGGERS = Key(
    name="trigger_on",
    shape=Shape(items=one(_TRIGGER)),
    help="what counts as a failure of the local model",
)
_LOCAL_ATTEMPTS = Key(
    name="max_local_attempts", shape=one(COUNT), help="failures before the stronger link", default=3
)
ROUTING = Keys(
    is_ours=True,
    known=(
        Key(name="primary", shape=LINK, help="the local model; counts only where `model` is absent"),
        Key(name="fallback", shape=LINK, help="the stronger link"),
        Key(
            name="fallback_policy",
            shape=Shape(
                keys=Keys(
                    is_ours=True,
                    known=(
                        Key(name="enabled", shape=one(FLAG), help="false: never", default=True),
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
                                shape=one(TEXT),
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
                        Key(name="max_usd", shape=one(AMOUNT), help="most that a task may cost", unit="USD"),
                        Key(
                            name="confirm",
                            shape=words("consent", "always", "paid", "never"),
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
        Key(name="connect", shape=one(LENGTH), help="until the connection stands", default="5s"),
        Key(
            name="first_token",
            shape=one(LENGTH),
            help="until the first content; absent, local hosts have 120s and reasoning models 180s",
            default="30s",
        ),
        Key(name="between_tokens", shape=one(LENGTH), help="between two pieces of it", default="30s"),
    ),
)
_ON = Keys(
    is_ours=True,
    known=(
        Key(
            name="content_policy",
            shape=words("way on after a refusal", "stop", "next"),
            help="after a refusal by moderation",
            default="stop",
        ),
        Key(
            name="context_overflow",
            shape=words("way on after an overflow", "raise", "larger"),
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
            shape=words("consent to cost", "auto", "ask", "never"),
            help="whether a link that costs by use may be entered",
            default="auto",
        ),
        Key(name="max_usd_per_day", shape=one(AMOUNT), help="most that a day may cost", unit="USD"),
    ),
)
FALLBACK = Keys(
    is_ours=True,
    known=(
        Key(name="enabled", shape=one(FLAG), help="false: the primary alone", default=True),
        Key(
            name="auto_activate",
            shape=one(FLAG),
            help="false: ask before a switch; without a terminal, do not switch",
            default=True,
            is_nullable=False,
        ),
        Key(
            name="scope",
            shape=words("scope", "turn", "session"),
            help="how long a switch lasts",
            default="turn",
        ),
        Key(
            name="max_switches",
            shape=one(COUNT),
            help="switches in one turn; null for as many as the chain has links",
        ),
        Key(
            name="retries",
            shape=one(COUNT),
            help="more tries of the last usable link, for reasons that pass",
            default=2,
        ),
        Key(
            name="patience",
            shape=one(PATIENCE),
            help="longest wait a provider may ask for that is sat out",
            default="5s",
        ),
        Key(name="deadline", shape=one(LENGTH), help="of a step, until first content", default="180s"),
        Key(name="timeouts", shape=Shape(keys=_TIMEOUTS), help="of one attempt"),
        Key(
            name="midstream",
            shape=words("end of a cut stream", "restart", "raise"),
            help="when a stream is cut: replay it on the next link, or raise",
            default="restart",
        ),
        Key(name="on", shape=Shape(keys=_ON), help="failures that are the request's own"),
        Key(
            name="when_all_benched",
            shape=words("way out", "probe", "wait", "fail"),
            help="when no link is free",
            default="probe",
        ),
        Key(name="spend", shape=Shape(keys=_SPEND), help="links that cost by use"),
        Key(name="zone", shape=one(ZONE), help="the floor that no link may leave", default="any"),
        Key(
            name="trust",
            shape=Shape(value=HOST, items=one(HOST)),
            help="hosts that may be sent `OPENAI_API_KEY`, or a built-in provider's key",
            default=(),
        ),
        Key(
            name="store",
            shape=words("store of keys", "env", "keyring"),
            help="where new keys go without asking",
            default="env",
        ),
        Key(
            name="state",
            shape=one(STATE),
            help="where benches are shared: `sqlite`, or `redis://HOST/0`",
            default="sqlite",
        ),
        Key(name="notify", shape=one(FLAG), help="whether each switch is told", default=True),
    ),
)
_PROGRAM = choice("program", *IMPORTS)
CREDENTIALS = Keys(
    is_ours=True,
    known=(
        Key(
            name="import",
            shape=Shape(value=_PROGRAM, items=one(_PROGRAM)),
            help="other programs whose sign-ins are used as well; their files are read, and never written",
            default=(),
        ),
    ),
)
SERVE = Keys(
    is_ours=True,
    known=(
        Key(
            name="token_env",
            shape=one(VARIABLE),
            help="the name of the variable with the clients' token",
            default="HERMES_SERVE_TOKEN",
        ),
        Key(
            name="midstream",
            shape=words("end of a cut stream there", "error", "hold"),
            help="when a stream is cut: send an error, or answer only when whole",
            default="error",
        ),
        Key(
            name="model",
            shape=one(TEXT),
            help="which model clients may ask for; `any` takes every name",
            default="any",
        ),
        Key(
            name="max_body",
            shape=one(SIZE),
            help="the largest request",
            default="32MiB",
            unit="bytes where bare",
        ),
    ),
)
