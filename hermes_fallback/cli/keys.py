"""Keys: taken from stdin or a file, checked, and put where the link will look for them: `.env`, or the keyring."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from hermes_fallback.cli.invocation import Invocation
from hermes_fallback.cli.reading import read_text, read_whole
from hermes_fallback.credentials.keyring_store import KEYRING, KeyringStore
from hermes_fallback.credentials.pasted import pasted_key
from hermes_fallback.credentials.provider import Provider
from hermes_fallback.credentials.scope import is_home_of, is_own, is_trusted
from hermes_fallback.errors import UsageError
from hermes_fallback.model.origin import Origin
from hermes_fallback.runtime.runtime import Runtime
from hermes_fallback.secret import Secret

__all__ = ["ENV", "STORES", "StoredKey", "given_key", "store_key", "variable_for"]

ENV = "env"
STORES = (KEYRING, ENV)
"""Where a key can be kept, as `--store` and `fallback.store` say it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredKey:
    """A key that was put into `.env` or the keyring, by its variable."""

    variable: str
    store: str
    path: str
    """The file that it stands in, or that lists what the keyring has."""
    fingerprint: str
    has_replaced: bool = False
    """Another key stood there before."""
    is_shadowed: bool = False
    """The keyring has a key for it too, which is asked first."""

    @property
    def place(self) -> str:
        """How to call where it is kept."""
        return "the keyring" if self.store == KEYRING else f"`{self.path}`"


def given_key(
    invocation: Invocation, *, from_stdin: bool, file: Path | None, store: str | None
) -> Secret | None:
    """The key that was handed over, or None.

    Raises:
        UsageError: it comes from two places, is no key, or is to go where keys cannot go.
        SystemRefused: the file cannot be read.
    """
    if store not in {None, *STORES}:
        raise UsageError(
            f"`{store}` cannot be --store", hint="use --store keyring or --store env", kind="bad-value"
        )
    if from_stdin and file:
        raise UsageError("--key-stdin and --key-file were both given", hint="give one of them")
    if from_stdin:
        text, place = _typed(invocation), "stdin"
    elif file:
        text, place = read_text(file), f"`{file}`"
    else:
        return None
    key = pasted_key(text)
    if isinstance(key, Secret):
        return key
    raise UsageError(
        f"the key from {place} {key.what}", hint="hand over the key alone, on one line", kind=key.kind
    )


def _typed(invocation: Invocation) -> str:
    """What comes on stdin; typed unseen, and ended by Enter, where that is a terminal.

    Raises:
        UsageError: it is a terminal, and nobody may be asked.
    """
    if invocation.terminal.stdin is not sys.stdin or not sys.stdin.isatty():
        return read_whole(invocation)
    if not invocation.can_ask:
        raise UsageError("--key-stdin waits for a key, and nobody may be asked", hint="use --key-file FILE")
    from getpass import getpass  # only where somebody types

    try:
        return getpass("Key (unseen): ", stream=sys.stderr)
    except EOFError:
        return ""


def store_key(
    runtime: Runtime, key: Secret, given: Mapping[str, object | None], store: str | None = None
) -> StoredKey:
    """Put *key* into *store*, else where `fallback.store` says, else into `.env`.

    It is known there by `--key-env`, or by the first variable of the provider.

    Raises:
        UsageError: the provider has no variable of its own, or one that is not for the link's host; or the link
            names one, and the keyring has none.
        FallbackError: the store cannot be changed.
    """
    runtime.refuse_read_only()
    if (store or runtime.settings.policy.store) == KEYRING:
        return _into_keyring(runtime, key, given)
    return _into_env(runtime, key, given)


def _into_keyring(runtime: Runtime, key: Secret, given: Mapping[str, object | None]) -> StoredKey:
    try:
        variable = _own_variable(runtime, given)
        problem = "it names a variable with `key_env`" if given.get("key_env") else None
    except UsageError as error:
        problem = error.why or error.what
    if problem:
        raise UsageError(
            "the key of this link cannot be kept in the keyring",
            why=problem,
            hint="keep it in `.env`: --store env --key-env MY_KEY",
            kind="not-for-keyring",
        )
    keyring = KeyringStore(runtime.home.keyring)
    return StoredKey(
        variable=variable,
        store=KEYRING,
        path=keyring.path,
        fingerprint=key.fingerprint,
        has_replaced=keyring.set(runtime.registry.get(str(given["provider"])).name, variable, key),
    )


def _into_env(runtime: Runtime, key: Secret, given: Mapping[str, object | None]) -> StoredKey:
    variable = variable_for(runtime, given)
    provider = runtime.registry.get(str(given["provider"])).name
    kept = () if given.get("key_env") else KeyringStore(runtime.home.keyring).entries(provider)
    before = runtime.environment.dotenv.get(variable, {})
    runtime.environment.dotenv.set(variable, key)
    return StoredKey(
        variable=variable,
        store=ENV,
        path=runtime.environment.dotenv.path,
        fingerprint=key.fingerprint,
        has_replaced=bool(before) and before != key.reveal(),
        is_shadowed=bool(kept),
    )


def variable_for(runtime: Runtime, given: Mapping[str, object | None]) -> str:
    """The variable for the key of the link *given*: its own `key_env`, else the first of its provider.

    Raises:
        UsageError: the provider has no variable of its own, or one that is not for the link's host.
    """
    return str(given.get("key_env") or _own_variable(runtime, given))


def _own_variable(runtime: Runtime, given: Mapping[str, object | None]) -> str:
    profile = runtime.registry.get(str(given["provider"]))
    has_own = profile.signs_in_by_key and (profile.auth_type != "none" or profile.base_url)
    if not (profile.env_vars and has_own):
        raise UsageError(
            f"`{profile.name}` has no variable of its own for a key",
            hint="name one with --key-env, such as --key-env MY_KEY",
            kind="missing-key-env",
        )
    variables = tuple(filter(None, (profile.base_url_env, *profile.other_base_url_envs)))
    variable, origin = profile.env_vars[0], _origin(runtime, variables, given.get("base_url"))
    if origin and not _is_meant_for(variable, profile, origin, runtime.settings.trust):
        raise UsageError(
            f"`{variable}` is not for `{origin}`",
            why=f"it holds the key of `{profile.name}`, and would not be sent there",
            hint="name a variable for this host with --key-env, such as --key-env MY_KEY",
            kind="missing-key-env",
        )
    return variable


def _origin(runtime: Runtime, variables: Sequence[str], given: object | None) -> Origin | None:
    """Where the link will go, if not to the provider's own address."""
    found = (
        [given]
        if given
        else [each.value.strip() for name in variables if (each := runtime.environment.get(name))]
    )
    address = str(next(filter(None, found), ""))
    try:
        return Origin.of(address) if address else None
    except ValueError:
        return None  # resolving the link says so


def _is_meant_for(variable: str, provider: Provider, origin: Origin, trust: Sequence[str]) -> bool:
    reaches = is_own(provider, origin) or is_trusted(origin, trust)
    return reaches and is_home_of(variable, origin)
