"""Remembered model lists: one text file for each address of a provider, in the folder of the user's caches.

Completion reads them at every press of a key, so this module imports next to nothing, and the files are lines:
a header, then one model each. Losing them costs a request, so nothing that goes wrong here is an error.
"""

from __future__ import annotations

import os
import sys

from hermes_fallback.fact import Fact

TYPE_CHECKING = False  # importing `typing` for it takes 4 ms
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

__all__ = ["Remembered", "cache_folder", "recall", "recall_all", "remember"]

_APP = "hermes-fallback"
_MAGIC = "hermes-fallback-models-1"
"""Changes with the form of the files: those of another version read as absent."""
_PLAIN = frozenset("abcdefghijklmnopqrstuvwxyz0123456789-_.")
_DIGITS = 16


class Remembered(Fact, kw_only=False):
    """A list as it was when it was asked for."""

    models: tuple[str, ...]
    fetched_at: float
    """Seconds since the epoch."""


def cache_folder(environ: Mapping[str, str]) -> str:
    """The folder of our caches, where `platformdirs` says; it need not exist."""
    if sys.platform != "linux":
        from platformdirs import user_cache_dir  # 18 ms, for a rule of two lines on Linux

        return user_cache_dir(_APP)
    folder = environ.get("XDG_CACHE_HOME", "")
    if not folder.startswith("/"):
        folder = os.path.join(environ.get("HOME") or os.path.expanduser("~"), ".cache")
    return os.path.join(folder, _APP)


def remember(folder: str, provider: str, base_url: str, models: Sequence[str], now: float) -> None:
    """Keep *models* as the list of *provider* at *base_url* at the time *now*, if the folder can be written."""
    text = "\n".join((f"{_MAGIC} {int(now)} {len(models)} {base_url}", *models, ""))
    try:
        os.makedirs(folder, mode=0o700, exist_ok=True)
        _replace(_path(folder, provider, base_url), text.encode("utf-8", "replace"))
    except OSError:
        return


def recall(folder: str, provider: str, base_url: str) -> Remembered | None:
    """The list of *provider* at *base_url*; None where none was kept, or its file is broken."""
    found = _read(_path(folder, provider, base_url))
    return found[1] if found and found[0] == base_url else None


def recall_all(folder: str, provider: str) -> tuple[str, ...]:
    """Every model that is remembered of *provider*, wherever it was asked, the latest list first."""
    try:
        names = os.listdir(folder)
    except OSError:
        return ()
    start = _stem(provider)
    found = [_read(os.path.join(folder, name)) for name in names if name.startswith(start)]
    lists = sorted((each[1] for each in found if each), key=lambda kept: -kept.fetched_at)
    return tuple(dict.fromkeys(model for kept in lists for model in kept.models))


def _replace(path: str, data: bytes) -> None:
    from tempfile import mkstemp  # 8 ms, after a request that took longer

    handle, beside = mkstemp(dir=os.path.dirname(path), prefix=".")
    try:
        with open(handle, "wb") as file:
            file.write(data)
        os.replace(beside, path)
    except BaseException:
        os.unlink(beside)
        raise


def _path(folder: str, provider: str, base_url: str) -> str:
    from hashlib import sha256  # 6 ms that completion does without

    digest = sha256(base_url.encode("utf-8", "replace")).hexdigest()[:_DIGITS]
    return os.path.join(folder, f"{_stem(provider)}{digest}.models")


def _stem(provider: str) -> str:
    """How the files of *provider* begin; the name of an endpoint may hold anything."""
    safe = "".join(c if c in _PLAIN else f"%{ord(c):x}." for c in provider)
    return f"{safe}@"


def _read(path: str) -> tuple[str, Remembered] | None:
    """The address and list in the file at *path*; None unless it is whole."""
    try:
        with open(path, encoding="utf-8") as file:
            header, *models = file.read().split("\n")
        magic, fetched_at, count, base_url = header.split(" ", 3)
        if magic != _MAGIC or len(models) != int(count) + 1 or models.pop():
            return None
        return base_url, Remembered(tuple(models), float(fetched_at))
    except (OSError, ValueError):
        return None
