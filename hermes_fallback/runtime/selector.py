"""LINK, as commands take it: a position, a provider, or `provider:model`."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from hermes_fallback.errors import NotFound, UsageError
from hermes_fallback.model.link import Link

__all__ = ["select", "split_link"]

Canonical = Callable[[str], str | None]
"""A provider's own name for any of its names, or None for an unknown one."""


def select(word: str | int, links: Sequence[tuple[int, Link]], canonical: Canonical) -> int:
    """The position of the one link among *links*, (position, link) pairs, that *word* names.

    Raises:
        NotFound: no link is meant.
        UsageError: several are; lists their positions.
    """
    word = str(word)
    if word.isdecimal():
        return _at(int(word), links)
    provider, model = split_link(word, canonical)
    wanted = canonical(provider) or provider.lower()
    hits = [
        position
        for position, link in links
        if (canonical(link.provider) or link.provider.lower()) == wanted
        and (model is None or link.model.lower() == model.lower())
    ]
    if not hits:
        raise NotFound(f"no link `{word}` in the chain", hint="hermes fallback list", kind="unknown-link")
    if len(hits) > 1:
        raise UsageError(
            f"`{word}` names {len(hits)} links",
            why=f"they stand at positions {', '.join(map(str, hits))}",
            hint=f"name one by its position, such as {hits[0]}",
            kind="ambiguous-link",
        )
    return hits[0]


def split_link(word: str, canonical: Canonical) -> tuple[str, str | None]:
    """Provider and model of *word*, split after the longest known provider name; other colons are the model's."""
    cuts = [index for index, char in enumerate(word) if char == ":"]
    for cut in (len(word), *reversed(cuts)):
        if canonical(word[:cut]):
            return word[:cut], word[cut + 1 :] or None
    provider, _, model = word.partition(":")
    return provider, model or None


def _at(position: int, links: Sequence[tuple[int, Link]]) -> int:
    if any(position == known for known, _ in links):
        return position
    known = [str(known) for known, _ in links]
    raise NotFound(
        f"no link at position {position}",
        why=f"the chain has {', '.join(known)}" if known else "the chain is empty",
        hint="hermes fallback list",
        kind="unknown-link",
    )
