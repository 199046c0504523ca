"""The copy of a sign-in that the profiles of Hermes Agent share: whoever renews the one has to look at the other."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from secrets import token_hex

from hermes_fallback.credentials.pool_entry import PoolEntry
from hermes_fallback.credentials.private_file import acquired, flush_folder, release, write_new
from hermes_fallback.errors import SystemRefused
from hermes_fallback.login.tokens import Tokens
from hermes_fallback.model.credential import Grant

__all__ = ["Shared", "shared_copy"]

_PATIENCE_S = 30.0
_PROFILES = "profiles"
"""Homes of profiles stand in this folder of the main one."""


class Shared:
    """The copy at *path*, which nobody else changes meanwhile; an empty one without a path."""

    def __init__(self, path: Path | None = None) -> None:
        self._path = path
        self._document = _document(path) if path else {}

    def newer_than(self, entry: PoolEntry) -> PoolEntry | None:
        """What another profile has got since *entry*: its refresh token is that profile's, and not to be used."""
        other = PoolEntry.of(entry.provider, self._document)
        is_other = entry.is_sign_in and other.refresh_token not in {None, entry.refresh_token}
        return other if is_other and (other.expires_at or 0) > (entry.expires_at or 0) else None

    def replace(self, entry: PoolEntry, tokens: Tokens) -> None:
        """Put *tokens* in place of those of *entry*, if the copy has these: they are used up."""
        token = self._document.get("refresh_token")
        if self._path is None or entry.refresh_token is None or token != entry.refresh_token.reveal():
            return
        refresh_token = tokens.refresh_token or entry.refresh_token
        now = datetime.now(UTC)
        fresh = {
            "access_token": tokens.access_token.reveal(),
            "refresh_token": refresh_token.reveal(),
            "obtained_at": now.isoformat(),
            "expires_at": datetime.fromtimestamp(tokens.expires_at or 0, UTC).isoformat(),
            "updated_at": now.isoformat(),
        }
        with suppress(OSError):  # the sign-in itself is safe in auth.json by now
            _write(self._path, {**self._document, **fresh})


@contextmanager
def shared_copy(grant: Grant) -> Iterator[Shared]:
    """The copy that goes with *grant*, locked as Hermes Agent locks it: after auth.json.

    Raises:
        Conflict: another process did not let go of it.
        SystemRefused: its lock cannot be made.
    """
    path = _path(grant)
    if path is None or not path.exists():
        yield Shared()
        return
    try:
        handle = acquired(path.with_suffix(".lock"), path, timeout_s=_PATIENCE_S)
    except OSError as error:
        raise SystemRefused(f"`{path}` cannot be locked", why=error.strerror or str(error)) from error
    try:
        yield Shared(path)
    finally:
        release(handle)


def _path(grant: Grant) -> Path | None:
    if grant.oauth is None or not grant.oauth.shared:
        return None
    named = os.environ.get("HERMES_SHARED_AUTH_DIR", "").strip()
    home = Path(grant.path).parent
    root = home.parent.parent if home.parent.name == _PROFILES else home
    return (Path(named).expanduser() if named else root / "shared") / grant.oauth.shared


def _document(path: Path) -> Mapping[str, object]:
    try:
        document = json.loads(path.read_bytes())
    except (OSError, ValueError, RecursionError):
        return {}
    return document if isinstance(document, dict) else {}


def _write(path: Path, document: Mapping[str, object]) -> None:
    beside = path.with_name(f"{path.name}.tmp.{os.getpid()}.{token_hex(16)}")
    try:
        write_new(beside, json.dumps(document, indent=2, sort_keys=True).encode(), like=path)
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)
    flush_folder(path)
