"""The credential prompt: a key asked for, cleaned, and tried at its provider. It is handed back, and not stored."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING

from hermes_fallback.cli.prompts.protocol import Back
from hermes_fallback.cli.wizard.choices import store_rows
from hermes_fallback.credentials.pasted import pasted_key
from hermes_fallback.probe.checked import Checked, Verdict
from hermes_fallback.secret import Secret

if TYPE_CHECKING:
    from hermes_fallback.cli.invocation import Invocation
    from hermes_fallback.cli.prompts.protocol import Prompts
    from hermes_fallback.providers.profile import ProviderProfile

__all__ = ["Try", "ask_for_key", "ask_for_store"]

Try = Callable[[Secret], Checked]
"""What the provider says to a key."""


def ask_for_key(
    run: Invocation,
    prompts: Prompts,
    profile: ProviderProfile,
    *,
    name: str,
    fate: str,
    attempt: Try,
    is_alone: bool = False,
) -> Secret | None:
    """A key that the provider took, or that is wanted all the same; None where somebody goes on without one.

    *name* is what the person calls it, and *fate* says what becomes of the key. A question that *is_alone* has none
    before it and none behind.

    Raises:
        Back: the person wants the question before.
    """
    source = f"make one at {profile.signup_url}; " if profile.signup_url else ""
    plain = run.canvas(run.terminal.stderr).plain(fate)
    without = "Enter alone changes nothing" if is_alone else "Enter alone goes on without one"
    hint = f"{source}paste it, it stays unseen, and {plain}; {without}"
    while True:
        typed = prompts.secret(
            f"Key for {name}",
            check=lambda text: _fault(text, profile),
            can_go_back=not is_alone,
            hint=hint,
        )
        key = pasted_key(typed, prefixes=profile.key_prefixes)
        if not isinstance(key, Secret):
            return None
        with suppress(Back):  # to the key
            if _is_kept(run, prompts, name, key, attempt):
                return key


def ask_for_store(prompts: Prompts) -> str:
    """Where the key is to be kept.

    Raises:
        Back: the person wants the question before.
    """
    return prompts.choose("Place for the key, and for those to come", store_rows(), can_go_back=True)


def _fault(text: str, profile: ProviderProfile) -> str | None:
    """What is wrong with *text*, which may be nothing at all."""
    key = pasted_key(text, prefixes=profile.key_prefixes)
    return None if isinstance(key, Secret) or not text.strip() else f"it {key.what}"


def _is_kept(run: Invocation, prompts: Prompts, name: str, key: Secret, attempt: Try) -> bool:
    checked = attempt(key)
    if checked.verdict is Verdict.OK:
        run.say(f"{name} accepts it")
        return True
    run.warn(checked.what)
    if checked.verdict is Verdict.FAILED:
        return prompts.confirm("Keep it all the same?", default=False, can_go_back=True)
    return prompts.confirm("Keep it unproved?", default=True, can_go_back=True)
