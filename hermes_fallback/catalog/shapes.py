"""The shapes that model lists come in; the names are taken out of them, and nothing else is believed."""

from __future__ import annotations

import json
from collections.abc import Iterator

__all__ = ["NoList", "model_names"]

_LISTS = ("data", "models")
_NAMES = ("id", "slug", "key", "name")
"""What entries call their model, the least likely to be a title first."""
_NO_CHAT = frozenset(
    {"audio", "embedding", "embeddings", "image", "moderation", "rerank", "reranking", "transcribe", "video"}
)
"""Words of `type` for models that no chat goes to: LM Studio, Together and Vercel list those, too."""
_LONGEST = 300
_MOST = 10_000


class NoList(ValueError):
    """The document holds no list of models."""


def model_names(body: bytes) -> tuple[str, ...]:
    """The models of the list in *body*, each once, in its order: at most 10,000 names of 300 characters.

    Understood are `{"data": […]}` (OpenAI and nearly everybody), `{"models": […]}` (Codex, Gemini, LM Studio,
    Ollama) and a bare list (Together). Entries that are hidden, or made for something else than text, are
    left out, and so are names with control characters.

    Raises:
        NoList: it is none of these.
    """
    names = dict.fromkeys(name for entry in _entries(body) if (name := _name(entry)))
    return tuple(names)[:_MOST]


def _entries(body: bytes) -> Iterator[object]:
    try:
        document = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise NoList("it is not JSON") from error
    if isinstance(document, dict):
        document = next((document[key] or [] for key in _LISTS if key in document), None)
    if not isinstance(document, list):
        raise NoList("it holds no list of models")
    return iter(document)


def _name(entry: object) -> str:
    """The model of one *entry*; empty where it shows none."""
    if isinstance(entry, dict):
        if entry.get("visibility") == "hide" or str(entry.get("type")).lower() in _NO_CHAT:
            return ""
        entry = next((entry[key] for key in _NAMES if isinstance(entry.get(key), str)), None)
    if not isinstance(entry, str) or not entry.isprintable() or len(entry) > _LONGEST:
        return ""
    return entry.strip().removeprefix("models/")
