"""Logins: a sign-in or a key for one provider, from whoever sits there or what the options say, and kept."""

from __future__ import annotations

from collections.abc import Iterator

from hermes_fallback.cli.draft import Draft
from hermes_fallback.cli.invocation import Invocation
from hermes_fallback.cli.keys import StoredKey, store_key
from hermes_fallback.cli.signing_in import sign_in_to
from hermes_fallback.cli.views.chain import key_phrase
from hermes_fallback.cli.views.sign_in import LoggedIn
from hermes_fallback.errors import UsageError
from hermes_fallback.login.sign_in import can_sign_in
from hermes_fallback.providers.profile import ProviderProfile
from hermes_fallback.runtime.editor import Editor
from hermes_fallback.runtime.runtime import Runtime
from hermes_fallback.secret import Secret

__all__ = ["log_in"]

_DIGITS = 16
"""As many digits of a key's digest as benches know it by."""
_SHORTEST = 8


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
    _need_key(runtime, profile)
    _need_length(key)
    draft = Draft(fields={"provider": profile.name}, key=key, store=store)
    draft = draft if key else _asked(run, draft)
    if draft.key is None:
        return done
    stored = store_key(runtime, draft.key, draft.fields, draft.store)
    if draft.is_remembered:
        Editor(run.runtime()).set_store(stored.store)
    unseen = _unseen(profile, key, stored) if key else ()
    return done.keyed(stored, [*unseen, *_ahead(run.runtime(), profile.name, draft.key)])


def _unseen(profile: ProviderProfile, key: Secret, stored: StoredKey) -> Iterator[str]:
    """What is odd about *key*, which nobody was there to be asked about."""
    prefixes = profile.key_prefixes
    if prefixes and not key.reveal().startswith(prefixes):
        yield f"keys of {profile.name} begin with {' or '.join(prefixes)}, and this one does not"
    if stored.has_replaced:
        yield f"`{stored.variable}` held another key, which is gone"


def _ahead(runtime: Runtime, provider: str, key: Secret) -> Iterator[str]:
    """What is asked before *key*, which was stored, where that is another."""
    first = runtime.readiness(provider).credential
    if first and first.subject.credential != key.digest(_DIGITS):
        yield f"asked first is another one: {key_phrase(first)}; see: hermes resolve {provider} -v"


def _need_length(key: Secret | None) -> None:
    """Nothing, where *key* may be one.

    Raises:
        UsageError: it is too short.
    """
    if key and len(key.reveal()) < _SHORTEST:
        raise UsageError(
            f"the key has fewer than {_SHORTEST} characters",
            hint="hand over the key alone, and all of it",
            kind="malformed-credential",
        )


def _need_key(runtime: Runtime, profile: ProviderProfile) -> None:
    """Nothing, where the provider takes a key.

    Raises:
        UsageError: it takes none.
    """
    if profile.group == "custom":
        raise UsageError(
            f"`{profile.name}` has no key of its own",
            why="its key is for the address that a link names",
            hint="give it with the link: hermes fallback add custom MODEL --base-url URL --key-env MY_KEY",
            kind="no-key",
        )
    if profile.signs_in_by_key and profile.env_vars:
        return
    hint = f"hermes auth {'login' if can_sign_in(profile) else 'status'} {profile.name}"
    if profile.env_vars and not can_sign_in(profile):
        hint = f"{hint}; a key of its own goes into `{runtime.home.env}`, as `{profile.env_vars[0]}=…`"
    raise UsageError(
        f"`{profile.name}` takes no key here",
        why=f"it wants {profile.sign_in}" if profile.sign_in else None,
        hint=hint,
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
