"""Logins: a sign-in or a key for one provider, from whoever sits there or what the options say, and kept."""

from __future__ import annotations

from hermes_fallback.cli.draft import Draft
from hermes_fallback.cli.invocation import Invocation
from hermes_fallback.cli.keys import store_key
from hermes_fallback.cli.signing_in import sign_in_to
from hermes_fallback.cli.views.sign_in import LoggedIn
from hermes_fallback.errors import UsageError
from hermes_fallback.login.sign_in import can_sign_in
from hermes_fallback.providers.profile import ProviderProfile
from hermes_fallback.runtime.editor import Editor
from hermes_fallback.secret import Secret

__all__ = ["log_in"]


def log_in(
    run: Invocation,
    provider: str,
    key: Secret | None,
    store: str | None,
    *,
    accepts_terms: bool,
    opens_browser: bool,
) -> LoggedIn:
    """What letting oneself in to *provider* came to: with *key*, else by its sign-in, else with a key that is asked for.

    Raises:
        UsageError: it takes neither, or somebody would have to be asked and nobody can be.
        FallbackError: the provider declined, or a file cannot be changed.
    """
    runtime = run.runtime()
    profile = runtime.registry.get(provider)
    name = profile.display_name or profile.name
    done = LoggedIn(provider=profile.name, name=name, path=runtime.home.auth)
    if key is None and can_sign_in(profile):
        if store:
            raise UsageError(
                f"--store is for keys, and signing in to `{profile.name}` gives none",
                hint="give a key with --key-stdin, or leave --store away",
            )
        signed_in = sign_in_to(run, profile, accepts_terms=accepts_terms, opens_browser=opens_browser)
        return done.signed(signed_in)
    _need_key(profile)
    draft = Draft(fields={"provider": profile.name}, key=key, store=store)
    draft = draft if key else _asked(run, draft)
    if draft.key is None:
        return done
    stored = store_key(runtime, draft.key, draft.fields, draft.store)
    if draft.is_remembered:
        Editor(run.runtime()).set_store(stored.store)
    return done.keyed(stored)


def _need_key(profile: ProviderProfile) -> None:
    """Nothing, where the provider takes a key.

    Raises:
        UsageError: it takes none.
    """
    if profile.signs_in_by_key and profile.env_vars:
        return
    verb = "login" if can_sign_in(profile) else "status"
    raise UsageError(
        f"`{profile.name}` takes no key",
        why=f"it wants {profile.sign_in}" if profile.sign_in else None,
        hint=f"hermes auth {verb} {profile.name}",
        kind="no-key",
    )


def _asked(run: Invocation, draft: Draft) -> Draft:
    if not run.can_ask:
        raise UsageError(
            f"the key of `{draft.provider}` is needed, and nobody can be asked",
            hint=f"hermes auth login {draft.provider} --key-stdin",
            kind="missing-key",
        )
    from hermes_fallback.cli.wizard.sign_in import ask_to_sign_in  # prompt_toolkit takes 100 ms

    return ask_to_sign_in(run, draft)
