"""Auth edit: what is changed in auth.json while its lock is held."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, datetime
from json import dumps, loads
from secrets import token_hex
from typing import Any, TypeVar

from hermes_fallback.credentials.auth_content import AuthContent
from hermes_fallback.credentials.pool_entry import SIGN_IN_SOURCES, STATUS_KEYS, PoolEntry
from hermes_fallback.errors import InvalidFile, NotFound
from hermes_fallback.secret import Secret

__all__ = ["AuthEdit"]

_REFUSED = 401
_Kind = TypeVar("_Kind")

Fields = Mapping[str, object]
"""Keys as they stand in the file. A `Secret` is written as what it holds. None takes a key away; of a status it stays,
as null."""


class AuthEdit:
    """One change of auth.json. Only `AuthFile.locked` makes one, and what it holds ends with the lock."""

    def __init__(
        self, document: dict[str, Any], write: Callable[[Mapping[str, object]], None], *, path: str
    ) -> None:
        _give_ids(document)
        self._document = document
        self._write = write
        self._path = path
        self._saved = dumps(document)

    @property
    def content(self) -> AuthContent:
        """What the file will hold, the changes so far among it."""
        return AuthContent(loads(dumps(self._document)))

    def save(self) -> None:
        """Write the changes so far, if there are any; they are on disk when this returns.

        Raises:
            SystemRefused: the file system said no.
        """
        text = dumps(self._document)
        if text != self._saved:
            self._write(self._document)
            self._saved = text

    def add(self, provider: str, fields: Fields, *, priority: int | None = None) -> PoolEntry:
        """A new entry of *provider*, made of *fields*, at place *priority* (None: the last).

        The others keep their order; each has a priority of its own afterwards, from 0 on.

        Raises:
            InvalidFile: what stands in the entry's place is no list of entries.
        """
        entries = self._entries(provider)
        taken = {raw.get("id") for raw in entries if isinstance(raw, dict)}
        entry_id = next(each for each in _ids() if each not in taken)
        raw = {"id": entry_id, **_plain(fields), **dict.fromkeys(STATUS_KEYS), "request_count": 0}
        ordered = sorted(entries, key=lambda each: _priority(provider, each))
        ordered.insert(len(ordered) if priority is None else max(priority, 0), raw)
        self._put_in_order(provider, ordered)
        return PoolEntry.of(provider, raw)

    def put(self, provider: str, entry_id: str, fields: Fields) -> None:
        """Change *fields* of the entry *entry_id*; of the provider's own state, for an empty one.

        Raises:
            NotFound: there is no such entry.
        """
        if entry_id:
            _merge(self._entry(provider, entry_id), fields)
        else:
            self.put_state(provider, fields)

    def put_state(self, provider: str, fields: Fields) -> None:
        """Change *fields* of the provider's own state, which is made where there is none.

        Raises:
            InvalidFile: what stands in its place is none.
        """
        _merge(self._mapping(self._mapping(self._document, "providers"), provider), fields)

    def renew(
        self,
        provider: str,
        entry_id: str,
        secret: Secret,
        *,
        refresh_token: Secret | None = None,
        expires_at: float | None = None,
        more: Fields | None = None,
    ) -> None:
        """Put new tokens in place of those of a sign-in, wherever it keeps them: in its entry, its state, or both.

        *expires_at* is in seconds since the epoch; without a *refresh_token* the old one stays. *more* goes beside
        the tokens. A sign-in that was refused or dead is neither any longer; any other bench stays.

        Raises:
            NotFound: there is no such entry.
        """
        raw = self._entry(provider, entry_id) if entry_id else None
        tokens = {"access_token": secret, **({"refresh_token": refresh_token} if refresh_token else {})}
        if raw is not None:
            _renew(raw, tokens, expires_at, more or {})
        if raw is None or (raw.get("source") in SIGN_IN_SOURCES and self.content.state(provider)):
            state = self._mapping(self._mapping(self._document, "providers"), provider)
            _renew(state, tokens, expires_at, more or {})

    def activate(self, provider: str) -> None:
        """Make *provider* the active one, unless there is one."""
        if not self._document.get("active_provider"):
            self._document["active_provider"] = provider

    def drop(self, provider: str, entry_ids: Iterable[str]) -> None:
        """Take entries away; the others keep their order, and are numbered anew."""
        gone = set(entry_ids)
        left = [
            raw for raw in self._entries(provider) if not (isinstance(raw, dict) and raw.get("id") in gone)
        ]
        self._put_in_order(provider, sorted(left, key=lambda each: _priority(provider, each)))

    def drop_state(self, provider: str) -> None:
        """Take the provider's own state away."""
        self._mapping(self._document, "providers").pop(provider, None)
        if self._document.get("active_provider") == provider:
            self._document["active_provider"] = None

    def suppress(self, provider: str, source: str) -> None:
        """Have *source* not used for *provider* any longer."""
        sources = self._list(self._mapping(self._document, "suppressed_sources"), provider)
        if source not in sources:
            sources.append(source)

    def unsuppress(self, provider: str) -> None:
        """Have every source used for *provider* again."""
        if isinstance(suppressed := self._document.get("suppressed_sources"), dict):
            suppressed.pop(provider, None)

    def rotate(self, provider: str, entry_id: str) -> None:
        """Put the entry *entry_id* behind all others."""
        ordered = sorted(self._entries(provider), key=lambda each: _priority(provider, each))
        self._put_in_order(provider, sorted(ordered, key=lambda raw: _has_id(raw, entry_id)))

    def _put_in_order(self, provider: str, entries: list[Any]) -> None:
        numbered = enumerate(each for each in entries if isinstance(each, dict))
        for at, raw in numbered:
            raw["priority"] = at
        self._mapping(self._document, "credential_pool")[provider] = entries

    def _entry(self, provider: str, entry_id: str) -> dict[str, Any]:
        found: dict[str, Any] | None = next(
            (raw for raw in self._entries(provider) if _has_id(raw, entry_id)), None
        )
        if found is None:
            raise NotFound(
                f"`{provider}` has no credential `{entry_id}`",
                why="somebody removed it meanwhile",
                hint=f"hermes auth list {provider}",
                kind="unknown-credential",
            )
        return found

    def _entries(self, provider: str) -> list[Any]:
        return self._list(self._mapping(self._document, "credential_pool"), provider)

    def _mapping(self, parent: dict[str, Any], key: str) -> dict[str, Any]:
        return self._part(parent, key, dict)

    def _list(self, parent: dict[str, Any], key: str) -> list[Any]:
        return self._part(parent, key, list)

    def _part(self, parent: dict[str, Any], key: str, kind: type[_Kind]) -> _Kind:
        """What *parent* has under *key*, an empty *kind* where it has nothing."""
        if parent.get(key) is None:
            parent[key] = kind()
        found = parent[key]
        if isinstance(found, kind):
            return found
        raise InvalidFile(
            f"`{self._path}` cannot be changed",
            path=self._path,
            why=f"its `{key}` is not what it should be",
            hint=f"mend `{key}`, or take it out of the file",
        )


def _give_ids(document: dict[str, Any]) -> None:
    """Name every entry of *document* that has no id, so that it can be changed and taken away like the others."""
    pools = document.get("credential_pool")
    for entries in pools.values() if isinstance(pools, dict) else ():
        for raw in entries if isinstance(entries, list) else ():
            if isinstance(raw, dict) and not (isinstance(raw.get("id"), str) and raw["id"].strip()):
                raw["id"] = token_hex(3)


def _ids() -> Iterator[str]:
    while True:
        yield token_hex(3)


def _priority(provider: str, raw: object) -> int:
    return PoolEntry.of(provider, raw).priority if isinstance(raw, dict) else 0


def _has_id(raw: object, entry_id: str) -> bool:
    return isinstance(raw, dict) and raw.get("id") == entry_id


def _plain(fields: Fields) -> dict[str, object]:
    """*fields* as they are written."""
    return {
        key: value.reveal()
        if isinstance(value, Secret)
        else _plain(value)
        if isinstance(value, Mapping)
        else value
        for key, value in fields.items()
        if value is not None
    }


def _merge(raw: dict[str, Any], fields: Fields) -> None:
    for key in [key for key, value in fields.items() if value is None]:
        if key in STATUS_KEYS:
            raw[key] = None
        else:
            raw.pop(key, None)
    raw.update(_plain(fields))


def _renew(raw: dict[str, Any], tokens: Fields, expires_at: float | None, more: Fields) -> None:
    """Put *tokens* into *raw*, be they apart under `tokens` there or not, and every time and status that depends on them."""
    apart = raw.get("tokens")
    place = apart if isinstance(apart, dict) else raw
    place.update(_plain(tokens))
    ends = datetime.fromtimestamp(expires_at, UTC).isoformat() if expires_at else None
    known: dict[str, object] = {
        "agent_key": tokens["access_token"],
        "agent_key_expires_at": ends,
        "expires_at_ms": int(expires_at * 1000) if expires_at else None,
        "last_refresh": datetime.now(UTC).isoformat(),
    }
    _merge(raw, {"expires_at": ends, **{key: known[key] for key in known.keys() & raw.keys()}, **more})
    times = {"expires_at": ends, **known}  # whoever wrote the file may have them beside the tokens
    _merge(place, {key: times[key] for key in times.keys() & place.keys()})
    if raw.get("last_status") == "dead" or raw.get("last_error_code") == _REFUSED:
        raw.update({**dict.fromkeys(STATUS_KEYS), "last_status": "ok"})
