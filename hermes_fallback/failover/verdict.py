"""Verdict: why an attempt failed, what exactly failed, and how we know."""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple

from hermes_fallback.model.reason import Reason

__all__ = ["MESSAGE_CHARS", "About", "Verdict"]

MESSAGE_CHARS = 300


class About(StrEnum):
    """What a failure is about, where that is not what its reason usually means."""

    USUAL = "usual"
    MODEL = "model"
    """Quota or permission of one model, plan or region; the credential is good for others."""
    UPSTREAM = "upstream"
    """A limit of the provider behind an aggregator: the aggregator's key has nothing to do with it."""
    HOST = "host"
    """A firewall's page: nothing of ours gets through to this host."""
    TERMINAL = "terminal"
    """The credential is revoked, deleted or expired for good."""
    UNHAD = "unhad"
    """The credential could not be had, and nothing was sent: a keyring that is away, a sign-in not renewed for now."""
    CERTIFICATE = "certificate"
    """The host's certificate cannot be trusted."""


class Verdict(NamedTuple):
    """The reason an attempt failed, and the rule that gave it."""

    reason: Reason
    rule: str
    """The rule that decided, such as `code:insufficient_quota` or `status:429`; stable across versions."""
    retry_after_s: float | None = None
    """Seconds the provider asked us to wait; None if it did not, or asked for nonsense."""
    message: str = ""
    """The provider's own words without their wrappers, at most 300 characters; may hold control characters."""
    about: About = About.USUAL
    lacks: str | None = None
    """`tools` or `images`, where the model says that it cannot take them."""
    context_length: int | None = None
    """Tokens that the model holds, where a `context_overflow` names them."""
    prompt_tokens: int | None = None
    """Tokens that the prompt has, where a `context_overflow` names them."""
