"""The keys of a home in the keyring of the system, and the list of them that can be read without it."""

from __future__ import annotations

import os

from hermes_fallback.credentials.dotenv import bytes_of
from hermes_fallback.credentials.source import Answer
from hermes_fallback.errors import CredentialError, InvalidFile
from hermes_fallback.fact import Fact
from hermes_fallback.model.credential import Credential, Grant, Problem
from hermes_fallback.secret import Secret

TYPE_CHECKING = False  # importing `typing` for it takes 4 ms
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path
    from typing import TypeVar

    from keyring.backend import KeyringBackend

    from hermes_fallback.credentials.provider import Provider
    from hermes_fallback.model.origin import Origin

    _T = TypeVar("_T")

__all__ = ["KEYRING", "Entry", "KeyringStore"]

KEYRING = "keyring"
"""The `source` of a credential from here, and the `kind` of the grant that gives its secret."""

_SERVICE = "hermes-fallback"
_DIGITS = 16
"""As many digits of a key's digest as benches know it by."""
_LIMIT_S = 3.0


class Entry(Fact, kw_only=False):
    """A key that the keyring was given."""

    provider: str
    """The profile's own name."""
    name: str
    """The variable that would hold it elsewhere."""
    digest: str
    """Of the key: `sha256:` and 16 hex digits; its fingerprint is the first eight."""
    is_forgotten: bool = False
    """True where nobody is to use it, and the keyring would not let go of it."""


class KeyringStore:
    """The keys of one home, by provider and variable. Its *index* is what this home has put into the keyring.

    Another home on the same keyring sees none of them: their accounts begin with the path of the index.
    """

    def __init__(self, index: str | Path, *, limit_s: float = _LIMIT_S, lock_timeout_s: float = 10.0) -> None:
        self.path = str(index)
        self._limit_s, self._lock_timeout_s = limit_s, lock_timeout_s

    def problem(self) -> Problem | None:
        """Why keys cannot be kept here, or None. It asks the keyring, which may want to be unlocked."""
        try:
            self._ask(lambda backend: backend.get_password(_SERVICE, self._account("", "")))
        except CredentialError as error:
            return Problem(error.kind, str(error), error.hint)
        return None

    def entries(self, provider: str | None = None) -> tuple[Entry, ...]:
        """What was put in, of *provider* alone where one is named. The keyring is not asked.

        Raises:
            InvalidFile, SystemRefused: the index cannot be read.
        """
        return tuple(each for each in self.held(provider) if not each.is_forgotten)

    def held(self, provider: str | None = None) -> tuple[Entry, ...]:
        """The same, and what the keyring would not let go of.

        Raises:
            InvalidFile, SystemRefused: the index cannot be read.
        """
        known = _parsed(bytes_of(self.path), self.path)
        return tuple(each for each in known if provider in {None, each.provider})

    def get(self, provider: str, name: str) -> Secret:
        """The key of *provider* that was put in as *name*.

        Raises:
            CredentialError: the keyring has it no longer, or does not give it.
        """
        value = self._ask(lambda backend: backend.get_password(_SERVICE, self._account(provider, name)))
        if not value:
            raise CredentialError(
                f"the keyring no longer has `{name}` of {provider}",
                hint=f"hermes auth login {provider}",
                kind="keyring-lacks-key",
            )
        return Secret(value)

    def set(self, provider: str, name: str, key: Secret) -> bool:
        """Keep *key* of *provider* as *name*; True when another key stood there.

        Raises:
            CredentialError: the keyring does not take it.
            Conflict, InvalidFile, SystemRefused: the index cannot be changed.
        """
        new = Entry(provider, name, key.digest(_DIGITS))
        replaced: list[Entry] = []

        def change(entries: tuple[Entry, ...]) -> tuple[Entry, ...]:
            account = self._account(provider, name)
            self._ask(lambda backend: backend.set_password(_SERVICE, account, key.reveal()))
            replaced.extend(each for each in entries if _is(each, provider, name) and each != new)
            return (*(each for each in entries if not _is(each, provider, name)), new)

        self._rewrite(change)
        return bool(replaced)

    def delete(self, provider: str, name: str) -> bool:
        """Forget the key of *provider* that was put in as *name*; False when there was none.

        Raises:
            CredentialError: the keyring does not let go of it; nobody uses it any more, and another try may do.
            Conflict, InvalidFile, SystemRefused: the index cannot be changed.
        """
        refused: list[CredentialError] = []

        def change(entries: tuple[Entry, ...]) -> tuple[Entry, ...]:
            mine = tuple(each for each in entries if _is(each, provider, name))
            left = tuple(each for each in entries if each not in mine)
            account = self._account(provider, name)
            try:
                if mine:
                    self._ask(lambda backend: _forget(backend, account))
            except CredentialError as error:
                refused.append(error)
                return (*left, *(each.but(is_forgotten=True) for each in mine))
            return left

        has_gone = any(_is(each, provider, name) for each in self.held()) and self._rewrite(change)
        if refused:
            raise refused[0]
        return has_gone

    def look(self, provider: Provider, origin: Origin) -> Iterator[Answer]:
        """The keys of *provider* that were put in, bound to *origin*, without their secrets: those come when one is sent."""
        for entry in self.entries(provider.name):
            yield Answer(f"`{entry.name}` in the keyring", self._credential(entry, origin))

    def _credential(self, entry: Entry, origin: Origin) -> Credential:
        return Credential(
            secret=Secret(""),
            source=KEYRING,
            name=entry.name,
            account=entry.digest,
            origins=frozenset([origin]),
            grant=Grant(kind=KEYRING, provider=entry.provider, path=self.path, entry=entry.name),
        )

    def _account(self, provider: str, name: str) -> str:
        return f"{os.path.realpath(self.path)} {provider} {name}".rstrip()

    def _ask(self, action: Callable[[KeyringBackend], _T]) -> _T:
        from hermes_fallback.credentials.keyring_call import ask  # the library takes 60 ms

        return ask(action, limit_s=self._limit_s)

    def _rewrite(self, change: Callable[[tuple[Entry, ...]], tuple[Entry, ...]]) -> bool:
        """Change the index and the keyring together: who else writes waits for both."""
        from pathlib import Path  # as in `DotEnvFile`, only an edit needs it

        from hermes_fallback.credentials.private_file import rewrite

        return rewrite(
            Path(self.path),
            lambda data: _written(change(_parsed(data, self.path)), data),
            lock_timeout_s=self._lock_timeout_s,
        )


def _is(entry: Entry, provider: str, name: str) -> bool:
    return (entry.provider, entry.name) == (provider, name)


def _forget(backend: KeyringBackend, account: str) -> None:
    from keyring.errors import PasswordDeleteError  # loaded with the backend

    try:
        backend.delete_password(_SERVICE, account)
    except PasswordDeleteError:
        if backend.get_password(_SERVICE, account) is not None:
            raise


def _parsed(data: bytes, path: str) -> tuple[Entry, ...]:
    if not data:
        return ()
    from json import loads  # 5 ms that a home without it does not pay

    try:
        return tuple(
            Entry(
                str(each["provider"]),
                str(each["name"]),
                str(each["fingerprint"]),
                is_forgotten=bool(each.get("forgotten")),
            )
            for each in loads(data)["keys"]
        )
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError) as error:
        raise InvalidFile(
            f"`{path}` is not a list of keys",
            path=path,
            why="it is damaged",
            hint="move it away, and give the keys in it again",
        ) from error


def _written(entries: tuple[Entry, ...], before: bytes) -> bytes:
    if not (entries or before):
        return before
    from json import dumps

    keys = [
        {"provider": each.provider, "name": each.name, "fingerprint": each.digest}
        | ({"forgotten": True} if each.is_forgotten else {})
        for each in entries
    ]
    return f"{dumps({'version': 1, 'keys': keys}, indent=2)}\n".encode()
