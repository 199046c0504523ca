"""The credential prompt: a key asked for, cleaned, and tried at its provider. It is handed back, and not stored."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING

from hermes_fallback.cli.prompts.protocol import Back
from hermes_fallback.credentials.pasted import pasted_key
from hermes_fallback.probe.checked import Checked, Verdict
from hermes_fallback.secret import Secret

if TYPE_CHECKING:
    from hermes_fallback.cli.invocation import Invocation
    from hermes_fallback.cli.prompts.protocol import Prompts
    from hermes_fallback.providers.profile import ProviderProfile

__all__ = ["Try", "ask_for_key"]

Try = Callable[[Secret], Checked]
"""What the provider says to a key."""


def ask_for_key(
    run: Invocation, prompts: Prompts, profile: ProviderProfile, *, name: str, variable: str, attempt: Try
) -> Secret | None:
    """A key that the provider took, or that is wanted all the same; None where somebody goes on without one.

    *name* is what the person calls it, and *variable* what the key will be kept as.

    Raises:
        Back: the person wants the question before.
    """
    source = f"make one at {profile.signup_url}; " if profile.signup_url else ""
    env = run.canvas(run.terminal.stderr).plain(run.runtime().home.env)
    hint = (
        f"{source}paste it, it stays unseen, and is kept as {variable} in {env}, which you alone can read; "
    )
    while True:
        typed = prompts.secret(
            f"Key for {name}",
            check=lambda text: _fault(text, profile),
            can_go_back=True,
            hint=f"{hint}Enter alone goes on without one",
        )
        key = pasted_key(typed, prefixes=profile.key_prefixes)
        if not isinstance(key, Secret):
            return None
        with suppress(Back):  # to the key
            if _is_kept(run, prompts, name, key, attempt):
                return key


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
