"""Names are taken out of every shape of list that providers give."""

from __future__ import annotations

import json

import pytest

from hermes_fallback.catalog.shapes import NoList, model_names

SHAPES = {
    "openai": ({"object": "list", "data": [{"id": "b"}, {"id": "a", "name": "A: the model"}]}, ("b", "a")),
    "codex": ({"models": [{"slug": "x", "visibility": "list"}, {"slug": "y", "visibility": "hide"}]}, ("x",)),
    "gemini": ({"models": [{"name": "models/gemini-x", "displayName": "X"}]}, ("gemini-x",)),
    "gemini-openai": ({"data": [{"id": "models/gemini-x"}]}, ("gemini-x",)),
    "lm-studio": ({"models": [{"key": "q", "type": "llm"}, {"key": "e", "type": "embedding"}]}, ("q",)),
    "ollama": ({"models": [{"name": "qwen3:8b", "model": "qwen3:8b"}]}, ("qwen3:8b",)),
    "bare": ([{"id": "chatty", "type": "chat"}, {"id": "painter", "type": "image"}], ("chatty",)),
    "bare-names": (["a", "b"], ("a", "b")),
    "twice": ({"data": [{"id": "a"}, {"id": "b"}, {"id": "a"}]}, ("a", "b")),
    "no-text": ({"data": [{"id": 7}, None, [], {}, {"id": ""}, {"id": " a "}]}, ("a",)),
    "unprintable": ({"data": [{"id": "a\x1b[2J"}, {"id": "b\nc"}, {"id": "d"}]}, ("d",)),
    "endless-name": ({"data": [{"id": "x" * 301}, {"id": "x" * 300}]}, ("x" * 300,)),
    "empty": ({"data": []}, ()),
    "null": ({"object": "list", "data": None}, ()),
}


@pytest.mark.parametrize(("document", "names"), SHAPES.values(), ids=SHAPES)
def test_the_names_in_their_order(document: object, names: tuple[str, ...]) -> None:
    """Each once, without those that nobody could choose or chat with."""
    assert model_names(json.dumps(document).encode()) == names


@pytest.mark.parametrize(
    "body",
    [b"", b"<html>", b"\xff\xfe\xff", b'{"error": "no"}', b'"text"', b'{"data": "a b"}', b"[" * 100_000],
    ids=["nothing", "page", "bytes", "error", "text", "no-list", "deep"],
)
def test_anything_else_is_no_list(body: bytes) -> None:
    """It is said so, and nothing is guessed."""
    with pytest.raises(NoList):
        model_names(body)


def test_a_list_without_end_is_cut() -> None:
    """So many names nobody can choose from."""
    assert len(model_names(json.dumps([str(number) for number in range(10_002)]).encode())) == 10_000
