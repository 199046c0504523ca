"""The content of auth.json at one moment: pools, sign-ins, and what is not to be used."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property

from hermes_fallback.credentials.pool_entry import ENTRY_KEYS, SIGN_IN_SOURCES, TOKEN_KEYS, PoolEntry, flat
from hermes_fallback.errors import FallbackError
from hermes_fallback.fact import Fact

__all__ = ["AuthContent"]


class AuthContent(Fact, kw_only=False, unshown=("document",)):
    """What auth.json holds. A part of another shape than it should have reads as if it were not there."""

    document: Mapping[str, object]
    """All of it, unknown keys too."""
    fault: FallbackError | None = None
    """Why the file, which is there, reads as empty."""

    @property
    def active_provider(self) -> str | None:
        """The provider that was signed in to last, as Hermes Agent counts it."""
        found = self.document.get("active_provider")
        return found if isinstance(found, str) else None

    @cached_property
    def providers(self) -> tuple[str, ...]:
        """Those that have an entry in a pool, or a sign-in, in the order they stand in."""
        names = dict.fromkeys([*self._mapping("credential_pool"), *self._mapping("providers")])
        return tuple(name for name in names if self.pool(name))

    @property
    def signed_in(self) -> tuple[str, ...]:
        """The providers whose own state holds tokens, whether the user wants them to be used or not."""
        return tuple(name for name in self._mapping("providers") if self._sign_in(name))

    def pool(self, provider: str) -> tuple[PoolEntry, ...]:
        """The credentials of *provider*, the first to be used first.

        Its own sign-in is among them exactly once: with the tokens and facts of its state, which Hermes Agent trusts
        more than those in the pool, and the id of the entry that stands for it; an empty id where none does.
        """
        if provider not in self._pools:
            self._pools[provider] = tuple(self._entries(provider))
        return self._pools[provider]

    def entry(self, provider: str, entry_id: str) -> PoolEntry | None:
        """The credential *entry_id* of *provider*."""
        return next((each for each in self.pool(provider) if each.id == entry_id), None)

    def state(self, provider: str) -> Mapping[str, object]:
        """The provider's own state, as it stands there; empty where it has none."""
        found = self._mapping("providers").get(provider)
        return found if isinstance(found, Mapping) else {}

    def suppressed(self, provider: str) -> tuple[str, ...]:
        """Sources that the user does not want to be used for *provider*, such as `env:XAI_API_KEY`."""
        found = self._mapping("suppressed_sources").get(provider)
        return tuple(each for each in found if isinstance(each, str)) if isinstance(found, list) else ()

    @cached_property
    def _pools(self) -> dict[str, tuple[PoolEntry, ...]]:
        return {}

    def _entries(self, provider: str) -> Iterator[PoolEntry]:
        sign_in = self._sign_in(provider)
        for raw in sorted(self._raw(provider), key=lambda raw: PoolEntry.of(provider, raw).priority):
            if sign_in and raw.get("source") in SIGN_IN_SOURCES:
                told = TOKEN_KEYS | sign_in.keys() - ENTRY_KEYS
                own = {key: value for key, value in raw.items() if key not in told}
                raw, sign_in = {**sign_in, **own, "auth_type": "oauth"}, {}  # noqa: PLW2901 the same entry, whole
            yield PoolEntry.of(provider, raw)
        if sign_in and not set(self.suppressed(provider)).intersection(SIGN_IN_SOURCES):
            label = sign_in.get("label") or SIGN_IN_SOURCES[0]
            raw = {**sign_in, "id": "", "label": label, "source": SIGN_IN_SOURCES[0], "auth_type": "oauth"}
            yield PoolEntry.of(provider, raw)

    def _raw(self, provider: str) -> Iterator[Mapping[str, object]]:
        found = self._mapping("credential_pool").get(provider)
        return (each for each in found if isinstance(each, Mapping)) if isinstance(found, list) else iter(())

    def _sign_in(self, provider: str) -> Mapping[str, object]:
        """The provider's state, `tokens` among the other keys, if somebody is signed in there."""
        state = flat(self.state(provider))
        return state if any(state.get(key) for key in ("access_token", "refresh_token", "agent_key")) else {}

    def _mapping(self, key: str) -> Mapping[str, object]:
        found = self.document.get(key)
        return found if isinstance(found, Mapping) else {}
