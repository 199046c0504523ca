"""Signing out: all that this home keeps for a provider goes; what stands elsewhere is named and stays."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from hermes_fallback.credentials.auth_content import AuthContent
from hermes_fallback.credentials.auth_file import AuthFile
from hermes_fallback.credentials.environment import Environment
from hermes_fallback.credentials.keyring_store import KeyringStore
from hermes_fallback.credentials.source import Source
from hermes_fallback.errors import CredentialError
from hermes_fallback.model.credential import Credential, Problem
from hermes_fallback.model.origin import Origin
from hermes_fallback.providers.profile import ProviderProfile

__all__ = ["Keeping", "SignedOut"]


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedOut:
    """What became of a provider's credentials, each place in words."""

    provider: str
    removed: tuple[str, ...]
    left: tuple[str, ...]
    """What is not ours to remove, and may let the provider be used all the same."""
    held: Mapping[str, Problem]
    """What is used no more, and the keyring still has, as it would not let go of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Keeping:
    """The places of a home that keep credentials."""

    auth: AuthFile
    keyring: KeyringStore
    environment: Environment
    others: Source
    """The sign-ins of other programs, which nobody removes from here."""

    def providers(self, profiles: tuple[ProviderProfile, ...]) -> tuple[str, ...]:
        """Those that something is kept for, *profiles* among them, by name.

        Raises:
            InvalidFile, SystemRefused: a place cannot be read.
        """
        content = self._content()
        listed = [each.provider for each in self.keyring.held()]
        in_file = [each.name for each in profiles if _own_variable(each, self.environment)]
        return tuple(sorted({*content.providers, *content.signed_in, *listed, *in_file}))

    def sign_out(self, name: str, profile: ProviderProfile | None) -> SignedOut:
        """Forget all that is kept for the provider *name*; its *profile* says what its variables are.

        Raises:
            FallbackError: a place cannot be changed; what went before is gone, and another try goes on.
        """
        held: dict[str, Problem] = {}
        removed = (*self._from_auth(name), *self._from_keyring(name, held), *self._from_file(profile))
        left = tuple(self._left(profile)) if profile else ()
        return SignedOut(provider=name, removed=removed, left=left, held=held)

    def _content(self) -> AuthContent:
        content = self.auth.read()
        if content.fault:
            raise content.fault
        return content

    def _from_auth(self, name: str) -> Iterator[str]:
        content = self._content()
        if not (content.pool(name) or name in content.signed_in):
            return
        with self.auth.locked() as edit:
            pool, is_signed_in = edit.content.pool(name), name in edit.content.signed_in
            if any(each.id for each in pool):
                edit.drop(name, [each.id for each in pool])
            if is_signed_in:
                edit.drop_state(name)
        yield from ([f"the sign-in in `{self.auth.path}`"] if is_signed_in else [])
        yield from (f"`{each.label}` in `{self.auth.path}`" for each in pool if not each.is_sign_in)

    def _from_keyring(self, name: str, held: dict[str, Problem]) -> Iterator[str]:
        """What the keyring let go of; the rest is put into *held*."""
        for entry in self.keyring.held(name):
            try:
                self.keyring.delete(name, entry.name)
            except CredentialError as error:
                hint = f"once the keyring gives way: hermes auth logout {name}"
                held[entry.name] = Problem(error.kind, error.what, hint)
            else:
                yield f"`{entry.name}` in the keyring"

    def _from_file(self, profile: ProviderProfile | None) -> Iterator[str]:
        variable = profile and _own_variable(profile, self.environment)
        if variable and self.environment.dotenv.unset(variable):
            yield f"`{variable}` in `{self.environment.dotenv.path}`"

    def _left(self, profile: ProviderProfile) -> Iterator[str]:
        for name in profile.env_vars:
            found = self.environment.get(name)
            if found and found.value.strip():
                yield self.environment.places(name)[found.source]
        if profile.oauth and profile.oauth.reads:
            answers = self.others.look(profile, Origin.of(profile.base_url))
            yield from (each.place for each in answers if isinstance(each.outcome, Credential))


def _own_variable(profile: ProviderProfile, environment: Environment) -> str | None:
    """The variable that a key of *profile* is stored under, where `.env` has it."""
    name = next(iter(profile.env_vars), "")
    return name if name and environment.dotenv.get(name, {}) is not None else None
