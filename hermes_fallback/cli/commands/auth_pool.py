"""`hermes auth add`, `list`, `remove`, `reset`: the credentials of a provider that take turns."""

from __future__ import annotations

from collections.abc import Mapping
from time import time
from typing import TYPE_CHECKING, Annotated

import typer

from hermes_fallback.cli.command import command, invocation_of
from hermes_fallback.cli.commands.given import KeyFile, KeyStdin, Provider
from hermes_fallback.cli.invocation import Invocation
from hermes_fallback.cli.keys import given_key
from hermes_fallback.cli.views import pool as views
from hermes_fallback.credentials.auth_file import AuthFile
from hermes_fallback.credentials.pasted import pasted_key
from hermes_fallback.credentials.pool_edits import add_key
from hermes_fallback.credentials.pool_edits import remove as remove_entries
from hermes_fallback.errors import UsageError
from hermes_fallback.model.bench import Bench, Grain, Standing, Subject
from hermes_fallback.secret import Secret

if TYPE_CHECKING:
    from hermes_fallback.credentials.auth_content import AuthContent
    from hermes_fallback.providers.profile import ProviderProfile
    from hermes_fallback.runtime.runtime import Runtime

__all__ = ["register"]

Named = Annotated[str, typer.Argument(metavar="PROVIDER", help="A provider or one of its aliases.")]
Entries = Annotated[
    list[str], typer.Argument(metavar="ENTRY...", help="Entries by label, id, or position from 1 on.")
]
Label = Annotated[
    str | None, typer.Option("--label", metavar="LABEL", help="What to call it; never a part of the key.")
]
Priority = Annotated[
    int | None, typer.Option("--priority", metavar="N", help="Its place in the pool; 0 is the first.")
]


def register(app: typer.Typer) -> None:
    """Add the commands to *app*."""
    command(
        app,
        "add",
        "hermes auth add openrouter",
        "hermes auth add openrouter --label work --key-stdin < key.txt",
    )(add)
    command(app, "list", "hermes auth list", "hermes auth list openrouter --json", alias="ls")(show)
    command(
        app,
        "remove",
        "hermes auth remove openrouter work",
        "hermes auth remove openrouter 2",
        alias="rm",
    )(remove)
    command(app, "reset", "hermes auth reset openrouter", "hermes auth reset --all")(reset)


def add(
    ctx: typer.Context,
    provider: Named,
    label: Label = None,
    key_stdin: KeyStdin = False,
    key_file: KeyFile = None,
    priority: Priority = None,
) -> None:
    """Add a key to the pool of a provider: when one key is spent, the next takes over."""
    run = invocation_of(ctx)
    runtime = run.runtime()
    runtime.refuse_read_only()
    profile = _key_taker(runtime, provider)
    if priority is not None and priority < 0:
        raise UsageError(f"{priority} cannot be --priority", hint="0 is the first", kind="bad-value")
    key = given_key(run, from_stdin=key_stdin, file=key_file, store=None) or _asked(
        run, profile, runtime.home.auth
    )
    added = add_key(
        AuthFile(runtime.home.auth),
        profile.name,
        key,
        label=label,
        priority=priority,
        base_url=profile.base_url,
    )
    done = views.AddedKey(provider=profile.name, added=added)
    run.show(done, text=views.added_text, document=views.added_document)


def show(ctx: typer.Context, provider: Provider = None) -> None:
    """Show the credentials in each pool, in the order in which they are used, and how it stands with them."""
    run = invocation_of(ctx)
    runtime = run.runtime()
    content = _content(runtime)
    names = content.providers if provider is None else (_pool_name(runtime, content, provider),)
    shown = views.Pools(
        pools={name: content.pool(name) for name in names},
        benches=_standing(runtime.state.health().benches, time()),
        suppressed={name: content.suppressed(name) for name in names},
    )
    run.show(shown, text=views.pools_text, document=views.pools_document)


def remove(ctx: typer.Context, provider: Named, entries: Entries) -> None:
    """Take credentials out of the pool of a provider."""
    run = invocation_of(ctx)
    runtime = run.runtime()
    runtime.refuse_read_only()
    auth = AuthFile(runtime.home.auth)
    name = _pool_name(runtime, _content(runtime), provider)
    gone = remove_entries(auth, name, entries)
    done = views.Removed(provider=name, gone=gone, left=len(auth.read().pool(name)))
    run.show(done, text=views.removed_text, document=views.removed_document)


def reset(
    ctx: typer.Context,
    provider: Provider = None,
    every: Annotated[bool, typer.Option("--all", help="Those of every provider.")] = False,
) -> None:
    """Forget what is held against the credentials of a provider: each is tried again at once."""
    from hermes_fallback.runtime.credential_states import reset_credentials  # a help page needs no state

    run = invocation_of(ctx)
    if (provider is None) is not every:
        said = "PROVIDER and --all were both given" if every else "PROVIDER is missing"
        raise UsageError(said, hint="hermes auth reset --all", kind="usage" if every else "missing-provider")
    runtime = run.runtime()
    content = _content(runtime)
    names = content.providers if provider is None else (_pool_name(runtime, content, provider),)
    entries = {each.subject: each for name in names for each in content.pool(name) if each.subject}
    subjects = {*entries, *(_benched(runtime) if provider is None else _beside(runtime, provider))}
    gone = reset_credentials(runtime.state, AuthFile(runtime.home.auth), subjects)
    done = views.ResetPools(gone=gone, entries=entries)
    run.show(done, text=views.reset_text, document=views.reset_document)


def _content(runtime: Runtime) -> AuthContent:
    """What auth.json holds.

    Raises:
        FallbackError: it cannot be read.
    """
    content = AuthFile(runtime.home.auth).read()
    if content.fault:
        raise content.fault
    return content


def _standing(benches: Mapping[Subject, Bench], now: float) -> dict[str, Bench]:
    """Those of *benches* that keep a whole credential back at *now*, by its subject."""
    return {
        subject.credential: bench
        for subject, bench in benches.items()
        if subject.grain is Grain.CREDENTIAL and bench.standing(now) is Standing.BENCHED
    }


def _pool_name(runtime: Runtime, content: AuthContent, provider: str) -> str:
    """The name of the provider's pool; one that nobody knows any more may still have one.

    Raises:
        NotFound: no provider answers to it, and no pool does.
    """
    return provider if provider in content.providers else runtime.registry.get(provider).name


def _key_taker(runtime: Runtime, provider: str) -> ProviderProfile:
    profile = runtime.registry.get(provider)
    if runtime.registry.named(profile.name):
        raise UsageError(
            f"`{profile.name}` has no pool",
            why="its key is the one that config.yaml gives or names",
            hint=f"to replace that: hermes auth login {profile.name}",
            kind="no-pool",
        )
    if profile.group in {"custom", "virtual"}:
        raise UsageError(
            f"`{profile.name}` has no pool",
            why="its key is for the address that a link names",
            hint="name the key's variable in the link: --key-env MY_KEY",
            kind="no-pool",
        )
    if not profile.signs_in_by_key:
        raise UsageError(
            f"`{profile.name}` takes no key",
            why=f"it wants {profile.sign_in}",
            hint=f"hermes auth login {profile.name}",
            kind="no-pool",
        )
    return profile


def _asked(run: Invocation, profile: ProviderProfile, path: str) -> Secret:
    if not run.can_ask:
        raise UsageError(
            f"the key for `{profile.name}` is missing, and nobody can be asked",
            hint="hand it over with --key-stdin or --key-file FILE",
            kind="missing-key",
        )

    def fault(text: str) -> str | None:
        found = pasted_key(text, prefixes=profile.key_prefixes)
        return None if isinstance(found, Secret) else f"it {found.what}"

    source = f"make one at {profile.signup_url}; " if profile.signup_url else ""
    name = profile.display_name or profile.name
    place = run.canvas(run.terminal.stderr).plain(path)
    hint = f"{source}paste it, it stays unseen, and is kept in {place}, which you alone can read"
    typed = run.prompts().secret(f"Key for {name}", check=fault, hint=hint)
    key = pasted_key(typed, prefixes=profile.key_prefixes)
    if isinstance(key, Secret):
        return key
    raise UsageError(f"the key {key.what}", hint="hand over the key alone", kind=key.kind)


def _beside(runtime: Runtime, provider: str) -> set[str]:
    """What the provider is used with beside its pool, by its subject."""
    if runtime.registry.canonical(provider) is None:
        return set()
    credential = runtime.readiness(provider).credential
    return {credential.subject.credential} if credential else set()


def _benched(runtime: Runtime) -> set[str]:
    return {subject.credential for subject in runtime.state.health().benches if subject.credential}
