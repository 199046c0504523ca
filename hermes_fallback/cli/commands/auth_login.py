"""`hermes auth login` and `logout`: let in to a provider, and all that is kept for it forgotten."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from hermes_fallback.cli.command import command, invocation_of
from hermes_fallback.cli.commands.given import KeyFile, KeyStdin, Provider, Store
from hermes_fallback.cli.invocation import Invocation
from hermes_fallback.cli.keys import given_key
from hermes_fallback.cli.views.sign_in import (
    LoggedOut,
    logged_in_document,
    logged_in_text,
    logged_out_document,
    logged_out_text,
)
from hermes_fallback.errors import ExitCode, UsageError
from hermes_fallback.providers.profile import ProviderProfile
from hermes_fallback.runtime.resolver import SPOKEN
from hermes_fallback.runtime.runtime import Runtime

if TYPE_CHECKING:
    from hermes_fallback.login.sign_out import Keeping
    from hermes_fallback.model.route import Resolution

__all__ = ["register"]

Named = Annotated[str, typer.Argument(metavar="PROVIDER", help="A provider or one of its aliases.")]
AcceptTerms = Annotated[
    bool, typer.Option("--accept-terms", help="Agree to what the provider says about programs like this one.")
]
NoBrowser = Annotated[bool, typer.Option("--no-browser", help="Open no browser; print the address alone.")]
All = Annotated[bool, typer.Option("--all", help="Forget everything that is kept, of every provider.")]
Yes = Annotated[bool, typer.Option("-y", "--yes", help="Do not ask first.")]


def register(app: typer.Typer) -> None:
    """Add both commands to *app*."""
    command(
        app,
        "login",
        "hermes auth login nous",
        "hermes auth login copilot --accept-terms --no-browser",
        "hermes auth login openrouter --key-stdin < key.txt",
    )(login)
    command(app, "logout", "hermes auth logout nous", "hermes auth logout --all --yes")(logout)


def login(
    ctx: typer.Context,
    provider: Named,
    accept_terms: AcceptTerms = False,
    no_browser: NoBrowser = False,
    key_stdin: KeyStdin = False,
    key_file: KeyFile = None,
    store: Store = None,
) -> int:
    """Sign in to a provider, or give the key that it takes."""
    from hermes_fallback.cli.logins import log_in  # brings the transport, 40 ms

    run = invocation_of(ctx)
    runtime = run.runtime()
    runtime.refuse_read_only()
    name = runtime.registry.get(provider).name
    key = given_key(run, from_stdin=key_stdin, file=key_file, store=store)
    done = log_in(run, name, key, store, accepts_terms=accept_terms, opens_browser=not no_browser)
    run.show(done, text=logged_in_text, document=logged_in_document)
    if not run.options.json:
        for each in done.warnings:
            run.warn(f"warning: {each}")
    step = _next_step(run.runtime(), name) if done.signed_in or done.key else None
    if step:
        run.say(f"to use it: {step}")
    return ExitCode.OK


def logout(ctx: typer.Context, provider: Provider = None, every: All = False, yes: Yes = False) -> int:
    """Forget all that is kept for a provider: its sign-in, its pool, and its key in .env or the keyring."""
    run = invocation_of(ctx)
    if (provider is None) is not every:
        raise UsageError("name one PROVIDER, or give --all", hint="hermes auth logout openrouter")
    runtime = run.runtime()
    runtime.refuse_read_only()
    keeping = _keeping(run, runtime)
    names = keeping.providers(runtime.registry.profiles()) if every else (_name(runtime, provider or ""),)
    if names and not (yes or _agrees(run, keeping, names, every=every)):
        return ExitCode.OK
    ready = _ready(runtime)
    gone = tuple(keeping.sign_out(name, _profile(runtime, name)) for name in names)
    left = {each.position for each in _ready(run.runtime())}
    done = LoggedOut(gone=gone, lost=tuple(each for each in ready if each.position not in left))
    run.show(done, text=logged_out_text, document=logged_out_document)
    return ExitCode.PROBLEMS if any(each.held for each in gone) else ExitCode.OK


def _keeping(run: Invocation, runtime: Runtime) -> Keeping:
    from hermes_fallback.credentials.auth_file import AuthFile
    from hermes_fallback.credentials.keyring_store import KeyringStore
    from hermes_fallback.credentials.tool_files import ToolFiles
    from hermes_fallback.login.sign_out import Keeping

    user_home = str(Path(run.terminal.environ.get("HOME") or "~").expanduser())
    return Keeping(
        auth=AuthFile(runtime.home.auth),
        keyring=KeyringStore(runtime.home.keyring),
        environment=runtime.environment,
        others=ToolFiles(user_home, run.terminal.environ, runtime.settings.imports),
    )


def _name(runtime: Runtime, provider: str) -> str:
    """The provider's own name."""
    return runtime.registry.get(provider).name


def _profile(runtime: Runtime, name: str) -> ProviderProfile | None:
    """The profile of *name*; None for one that is kept of a provider nobody knows any longer."""
    return runtime.registry.get(name) if runtime.registry.canonical(name) else None


def _agrees(run: Invocation, keeping: Keeping, names: tuple[str, ...], *, every: bool) -> bool:
    """True where nobody needs to be asked, or somebody says yes: to all of it, or to several keys of one provider."""
    if every:
        if not run.can_ask:
            raise UsageError("--all forgets everything, and nobody can be asked", hint="give --yes as well")
        question = f"Forget all that is kept for {', '.join(names)}?"
    else:
        count = len(keeping.auth.read().pool(names[0]))
        if count < 2 or not run.can_ask:
            return True
        question = f"Forget all {count} credentials in the pool of {names[0]}?"
    if run.confirm(question):
        return True
    run.say("nothing changed")
    return False


def _ready(runtime: Runtime) -> tuple[Resolution, ...]:
    """The primary and the links of the chain that are ready."""
    return tuple(each for each in runtime.report().resolutions if each.route)


def _next_step(runtime: Runtime, name: str) -> str | None:
    """The command that puts *name* to use; None where a link does, or none can."""
    is_linked = any(_owner(runtime, each) == name for each in runtime.report().resolutions)
    if is_linked or runtime.registry.get(name).api_mode not in SPOKEN:
        return None
    return f"hermes fallback add {name}" if runtime.settings.primary else f"hermes model set {name} MODEL"


def _owner(runtime: Runtime, resolution: Resolution) -> str | None:
    """The provider that answers for a link, one that was chosen for it too."""
    route = resolution.route
    return route.provider if route else runtime.registry.canonical(resolution.link.provider)
