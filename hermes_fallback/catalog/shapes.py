"""The shapes that model lists come in; the names are taken out of them, and nothing else is believed."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

__all__ = ["MOST", "NoList", "Page", "read_page"]

MOST = 10_000
"""So many models a list has at most; from more nobody can choose."""

_LISTS = ("data", "models")
_NAMES = ("id", "slug", "key", "name")
"""What entries call their model, the least likely to be a title first."""
_NO_CHAT = frozenset(
    {"audio", "embedding", "embeddings", "image", "moderation", "rerank", "reranking", "transcribe", "video"}
)
"""Words of `type` for models that no chat goes to: LM Studio, Together and Vercel list those, too."""
_LONGEST = 300
_ALL: Mapping[str, str] = MappingProxyType({})


class NoList(ValueError):
    """The document holds no list of models."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A list, or the part of one that came with an answer."""

    models: tuple[str, ...]
    """Each once, in the list's order."""
    rest: tuple[str, str] | None = None
    """The parameter that asks for what follows, and its value; None where this was all."""


def read_page(body: bytes, wanted: Mapping[str, str] = _ALL) -> Page:
    """The models of the list in *body*: at most 10,000 names of 300 characters.

    Understood are `{"data": […]}` (OpenAI and nearly everybody), `{"models": […]}` (Codex, Gemini, LM Studio,
    Ollama) and a bare list (Together). Entries that are hidden, or made for something else than text, are
    left out, and so are those whose fields do not hold what is *wanted*, and names with control characters.

    Raises:
        NoList: it is none of these.
    """
    document = _parsed(body)
    fitting = (entry for entry in _entries(document) if _fits(entry, wanted))
    names = dict.fromkeys(name for entry in fitting if (name := _name(entry)))
    return Page(models=tuple(names)[:MOST], rest=_rest(document))


def _parsed(body: bytes) -> object:
    try:
        return json.loads(body)
    except (ValueError, RecursionError) as error:
        raise NoList("it is not JSON") from error


def _entries(document: object) -> Iterator[object]:
    if isinstance(document, dict):
        document = next((document[key] or [] for key in _LISTS if key in document), None)
    if not isinstance(document, list):
        raise NoList("it holds no list of models")
    return iter(document)


def _rest(document: object) -> tuple[str, str] | None:
    """What follows, in Anthropic's form (`has_more`, `last_id`) or Google's (`nextPageToken`).

    Sources: platform.claude.com, List Models; ai.google.dev, models.list; 2026-11.
    """
    if not isinstance(document, dict):
        return None
    token, last = document.get("nextPageToken"), document.get("last_id")
    if isinstance(token, str) and token:
        return "pageToken", token
    return ("after_id", last) if document.get("has_more") is True and isinstance(last, str) else None


def _fits(entry: object, wanted: Mapping[str, str]) -> bool:
    """True where the fields of *entry*, texts or lists of them, hold the words *wanted*, or it has none of them.

    Relays list a provider's models without what it says of them.
    """
    said = {name: entry.get(name) for name in wanted} if isinstance(entry, dict) else {}
    if all(value is None for value in said.values()):
        return True
    return all(
        wanted[name] in value if isinstance(value, list) else wanted[name] == value
        for name, value in said.items()
    )


def _name(entry: object) -> str:
    """The model of one *entry*; empty where it shows none."""
    if isinstance(entry, dict):
        if entry.get("visibility") == "hide" or str(entry.get("type")).lower() in _NO_CHAT:
            return ""
        entry = next((entry[key] for key in _NAMES if isinstance(entry.get(key), str)), None)
    if not isinstance(entry, str) or not entry.isprintable() or len(entry) > _LONGEST:
        return ""
    return entry.strip().removeprefix("models/")
