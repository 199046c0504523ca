"""Pool edits: keys put into the pool of a provider, and taken out of it by whatever they are called."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from hermes_fallback.credentials.auth_file import AuthFile
from hermes_fallback.credentials.pool_entry import PoolEntry
from hermes_fallback.errors import NotFound, UsageError
from hermes_fallback.masking import mask_shapes, mask_values
from hermes_fallback.secret import Secret

__all__ = ["Added", "add_key", "named", "remove"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Added:
    """The entry that holds a key now, and the pool it is in."""

    entry: PoolEntry
    pool: tuple[PoolEntry, ...]
    is_new: bool

    @property
    def position(self) -> int:
        """Its place in the pool, from 1 on."""
        return next(at for at, each in enumerate(self.pool, 1) if each.id == self.entry.id)


def add_key(
    auth: AuthFile,
    provider: str,
    key: Secret,
    *,
    label: str | None = None,
    priority: int | None = None,
    base_url: str = "",
) -> Added:
    """Put *key* into the pool of *provider*, at place *priority* (0 is the first, None the last).

    A key that stands there already stays as it is. What was removed by hand before is used again. *base_url* is
    where Hermes Agent sends it.

    Raises:
        UsageError: another key has the *label*, or it is none.
        Conflict, InvalidFile, SystemRefused: the file cannot be changed; it is as it was.
    """
    with auth.locked() as edit:
        before = edit.content.pool(provider)
        same = next((each for each in before if each.id and each.secret == key), None)
        if same:
            return Added(entry=same, pool=before, is_new=False)
        fields = {
            "label": _free(label, before, provider, key),
            "auth_type": "api_key",
            "source": "manual",
            "access_token": key,
            "base_url": base_url or None,
        }
        edit.unsuppress(provider)
        entry = edit.add(provider, fields, priority=priority)
        return Added(entry=entry, pool=edit.content.pool(provider), is_new=True)


def remove(auth: AuthFile, provider: str, words: Iterable[str]) -> tuple[PoolEntry, ...]:
    """Take the entries that *words* name out of the pool of *provider*; those that went, in its order.

    A sign-in goes with its tokens. An entry whose key stands elsewhere goes, and its source is not used any more.

    Raises:
        NotFound: one is not there; nothing was removed.
        UsageError: a word names several; nothing was removed.
        Conflict, InvalidFile, SystemRefused: the file cannot be changed; it is as it was.
    """
    with auth.locked() as edit:
        pool = edit.content.pool(provider)
        chosen = {named(pool, word, provider).id for word in words}
        gone = tuple(each for each in pool if each.id in chosen)
        edit.drop(provider, chosen)
        for entry in gone:
            if entry.is_sign_in:
                edit.drop_state(provider)
            elif entry.is_borrowed:
                edit.suppress(provider, entry.source)
    return gone


def named(pool: Sequence[PoolEntry], word: str, provider: str) -> PoolEntry:
    """The entry of *pool* that *word* names: by its id, else its label, else its position from 1 on.

    Raises:
        NotFound: there is none.
        UsageError: several have that label.
    """
    found = [each for each in pool if each.id and each.id == word]
    found = found or [each for each in pool if each.label.casefold() == word.strip().casefold()]
    if not found and word.isdecimal() and 0 < int(word) <= len(pool):
        found = [pool[int(word) - 1]]
    if not found:
        labels = ", ".join(f"`{each.label}`" for each in pool)
        raise NotFound(
            f"the pool of `{provider}` has no `{word}`",
            why=f"it has {labels}" if labels else "it is empty",
            hint=f"hermes auth list {provider}",
            kind="unknown-credential",
        )
    if len(found) > 1:
        places = ", ".join(str(at) for at, each in enumerate(pool, 1) if each in found)
        raise UsageError(
            f"several entries of `{provider}` are called `{word}`",
            hint=f"name one by its position: {places}",
            kind="ambiguous-credential",
        )
    return found[0]


def _fault(label: str, keys: Iterable[Secret]) -> str | None:
    """Why *label* would be no name for one of *keys*; None where it is one. Never quotes it."""
    if not label:
        return "it is empty"
    if label.isdecimal():
        return "a number is a position in the pool"
    if mask_shapes(mask_values(label, keys)) != label:
        return "it holds a key, or what looks like one, and labels are shown"
    return None


def _free(label: str | None, pool: Sequence[PoolEntry], provider: str, key: Secret) -> str:
    """*label* if nobody has it; the next free one of ours where none was given."""
    taken = {each.label.casefold() for each in pool}
    if label is None:
        return next(each for at in range(1, len(pool) + 2) if (each := f"api-key-{at}") not in taken)
    if why := _fault(label.strip(), [key, *(each.secret for each in pool if each.secret)]):
        raise UsageError(
            "that cannot be --label", why=why, hint="use a word of your own, such as work", kind="bad-label"
        )
    if label.strip().casefold() in taken:
        raise UsageError(
            f"`{provider}` has a key called `{label}` already",
            hint=f"choose another --label, or remove it: hermes auth remove {provider} LABEL",
            kind="label-taken",
        )
    return label.strip()
