"""What the tests of the journal share: receipts of turns, small and full."""

from __future__ import annotations

import math

from hermes_fallback.model.bench import Grain
from hermes_fallback.model.reason import Reason
from hermes_fallback.model.receipt import Attempt, Benched, Receipt, ServedBy, SkipKind, Skipped

NOON = 1_700_000_000.125

FULL = Receipt(
    turn="3f9a12c4b0d1",
    attempts=(
        Attempt(
            position=0,
            provider="anthropic",
            model="claude-sonnet-4-6",
            action="advance",
            reason=Reason.AUTH,
            rule="status:401",
            status=401,
            waited_s=0.25,
            began_ms=3.5,
            ms=812.125,
            first_ms=90.5,
            detail="invalid key \x1b[31m 密钥无效",
            request_id="req_011CSHoEeqs5C35K2UUqR7Fy",
            credential="ANTHROPIC_API_KEY",
            is_probe=True,
            benched=Benched(grain=Grain.CREDENTIAL, until=math.inf, is_given=True),
            input_tokens=812,
            output_tokens=3,
            discarded_chars=12,
            changed="an empty message was left out",
        ),
        Attempt(position=2, provider="openrouter", model="x/y", action="answer", ms=20.0),
    ),
    skipped=(Skipped(1, "zai", "glm-4.6", "is benched for 60 s", SkipKind.BENCHED, NOON + 60),),
    served_by=ServedBy(
        position=2,
        provider="openrouter",
        model="x/y",
        base_url="https://openrouter.ai/api/v1",
        credential="K",
    ),
    requested="anthropic:claude-sonnet-4-6",
    began_at=NOON,
    ms=835.5,
    steps=2,
    outcome="answered",
    restarts=1,
)
"""A receipt in which no field has its default."""


def turn(name: str, *, at: float = NOON, detail: str | None = None, steps: int = 1) -> Receipt:
    """A turn of one attempt that began at *at* and took a second."""
    attempt = Attempt(position=0, provider="p", model="m", action="answer", detail=detail)
    return Receipt(turn=name, attempts=(attempt,), began_at=at, ms=1000.0, steps=steps)
