"""The pools of auth.json: what is in them, how it stands with each, and what became of it; never a key."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from hermes_fallback.cli.views.canvas import Canvas, cells
from hermes_fallback.credentials.pool_edits import Added
from hermes_fallback.credentials.pool_entry import PoolEntry
from hermes_fallback.journal.document import rfc3339
from hermes_fallback.model.bench import Bench
from hermes_fallback.session.words import SAID

__all__ = [
    "AddedKey",
    "Pools",
    "Removed",
    "ResetPools",
    "added_document",
    "added_text",
    "pools_document",
    "pools_text",
    "removed_document",
    "removed_text",
    "reset_document",
    "reset_text",
]

_DIGEST = "sha256:"
_SHOWN_DIGITS = len(_DIGEST) + 8
_WIDEST_LABEL = 28


@dataclass(frozen=True, slots=True, kw_only=True)
class Pools:
    """Each provider's entries, and the benches of credentials by their subject."""

    pools: Mapping[str, tuple[PoolEntry, ...]]
    benches: Mapping[str, Bench]
    suppressed: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class AddedKey:
    """What an addition to the pool of *provider* came to."""

    provider: str
    added: Added


@dataclass(frozen=True, slots=True, kw_only=True)
class Removed:
    """The entries that went, and how many are left."""

    provider: str
    gone: tuple[PoolEntry, ...]
    left: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ResetPools:
    """The benches that went, and the entries they were of, by their subject."""

    gone: tuple[Bench, ...]
    entries: Mapping[str, PoolEntry]


def pools_document(shown: Pools) -> dict[str, object]:
    """The JSON of all pools."""
    return {
        "providers": [
            {
                "provider": provider,
                "credentials": [
                    _standing(each, at, _bench(shown, each), is_used=_is_used(shown, each))
                    for at, each in enumerate(pool, 1)
                ],
            }
            for provider, pool in shown.pools.items()
        ]
    }


def pools_text(shown: Pools, canvas: Canvas) -> str:
    """A block for each provider, a line for each entry."""
    blocks = [
        "\n".join(_block(provider, pool, shown, canvas)) for provider, pool in shown.pools.items() if pool
    ]
    empty = [
        canvas.fold(canvas.plain(f"the pool of `{name}` is empty"))
        for name, p in shown.pools.items()
        if not p
    ]
    return "\n\n".join(blocks + empty) or canvas.fold(
        "no pool has a key; add one: hermes auth add PROVIDER --key-stdin"
    )


def added_document(done: AddedKey) -> dict[str, object]:
    """The JSON of an addition."""
    return {
        "changed": done.added.is_new,
        "provider": done.provider,
        "credential": _entry(done.added.entry, done.added.position),
    }


def added_text(done: AddedKey, canvas: Canvas) -> str:
    """Where the key stands, be it new there or not."""
    entry, place = done.added.entry, f"{done.added.position} of {len(done.added.pool)}"
    verb = "added" if done.added.is_new else "nothing changed: the key is there already, as"
    words = f"{verb} `{entry.label}` ({_shown(entry)}), {place} in the pool of `{done.provider}`"
    return canvas.fold(canvas.plain(words))


def removed_document(done: Removed) -> dict[str, object]:
    """The JSON of a removal."""
    gone = [_entry(each, None) for each in done.gone]
    return {"changed": True, "provider": done.provider, "removed": gone, "left": done.left}


def removed_text(done: Removed, canvas: Canvas) -> str:
    """What went; and what is still there, where an entry only stood for it."""
    lines = [
        f"removed `{each.label}` from the pool of `{done.provider}`; {done.left} left" for each in done.gone
    ]
    lines += [f"`{each.source}` itself is as it was" for each in done.gone if each.is_borrowed]
    return "\n".join(canvas.fold(canvas.plain(line)) for line in lines)


def reset_document(done: ResetPools) -> dict[str, object]:
    """The JSON of a reset."""
    return {"changed": bool(done.gone), "reset": [_forgotten(each, done.entries) for each in done.gone]}


def reset_text(done: ResetPools, canvas: Canvas) -> str:
    """What was held against each credential."""
    lines = [_story(each, done.entries) for each in done.gone] or ["nothing was benched"]
    return "\n".join(canvas.fold(canvas.plain(line)) for line in lines)


def _block(provider: str, pool: tuple[PoolEntry, ...], shown: Pools, canvas: Canvas) -> Iterator[str]:
    yield canvas.paint(canvas.plain(provider), "bold")
    labels = [cells(canvas.plain(each.label)) for each in pool]
    width = max((each for each in labels if each <= _WIDEST_LABEL), default=0)
    for at, entry in enumerate(pool, 1):
        label, bench = canvas.plain(entry.label), _bench(shown, entry)
        gap = " " * (max(width - cells(label), 0) + 2)
        parts = [_kind(entry), _shown(entry), _words(bench, is_used=_is_used(shown, entry))]
        text = canvas.plain(", ".join(filter(None, parts)))
        color = "yellow" if bench or not _is_used(shown, entry) else "green"
        if canvas.fits("  ", str(at), "  ", label, gap, text):
            yield f"  {at}  {label}{gap}{canvas.paint(text, color)}"
        else:
            yield f"  {at}  {label}"
            yield canvas.paint(canvas.fold(text, first=" " * 5, indent=" " * 5), color)


def _kind(entry: PoolEntry) -> str:
    return (
        f"stands for {entry.source}"
        if entry.is_borrowed
        else "sign-in"
        if entry.auth_type == "oauth"
        else "key"
    )


def _words(bench: Bench | None, *, is_used: bool) -> str:
    if not is_used:
        return "removed, not used"
    if bench is None:
        return "ok"
    if bench.is_dead:
        return f"dead: it {SAID[bench.reason]}"
    return f"benched until {rfc3339(bench.until)}, as it {SAID[bench.reason]}"


def _bench(shown: Pools, entry: PoolEntry) -> Bench | None:
    return shown.benches.get(entry.subject)


def _is_used(shown: Pools, entry: PoolEntry) -> bool:
    return entry.source not in shown.suppressed.get(entry.provider, ())


def _cut(credential: str) -> str:
    """The beginning of a digest; a name as it is."""
    return credential[:_SHOWN_DIGITS] if credential.startswith(_DIGEST) else credential


def _shown(entry: PoolEntry) -> str:
    return entry.fingerprint[:_SHOWN_DIGITS]


def _entry(entry: PoolEntry, position: int | None) -> dict[str, object]:
    return {
        "position": position,
        "id": entry.id or None,
        "label": entry.label,
        "auth": entry.auth_type,
        "source": entry.source,
        "fingerprint": _shown(entry) or None,
    }


def _standing(entry: PoolEntry, position: int, bench: Bench | None, *, is_used: bool) -> dict[str, object]:
    is_dead = bench is not None and bench.is_dead
    return {
        **_entry(entry, position),
        "used": is_used,
        "state": "dead" if is_dead else "benched" if bench else "ok",
        "until": rfc3339(bench.until) if bench and not is_dead else None,
        "reason": bench.reason.value if bench else None,
        "expires_at": None if entry.expires_at is None else rfc3339(entry.expires_at),
        "requests": entry.request_count,
    }


def _forgotten(bench: Bench, entries: Mapping[str, PoolEntry]) -> dict[str, object]:
    entry = entries.get(bench.subject.credential)
    return {
        "provider": entry.provider if entry else None,
        "label": entry.label if entry else None,
        "credential": _cut(bench.subject.credential) if entry is None else _shown(entry),
        "host": bench.subject.host or None,
        "model": bench.subject.model or None,
        "reason": bench.reason.value,
        "until": rfc3339(bench.until),
    }


def _story(bench: Bench, entries: Mapping[str, PoolEntry]) -> str:
    entry = entries.get(bench.subject.credential)
    name = f"`{entry.label}` of {entry.provider}" if entry else _cut(bench.subject.credential)
    place = f" for {bench.subject.model}" if bench.subject.model else ""
    was, who = "dead" if bench.is_dead else "benched", entry.provider if entry else "its provider"
    return f"{name}{place} was {was}, as {who} {SAID[bench.reason]}; it is tried again"
