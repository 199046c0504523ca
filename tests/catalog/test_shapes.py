"""Names are taken out of every shape of list that providers give."""

from __future__ import annotations

import json

import pytest

from hermes_fallback.catalog.shapes import NoList, read_page

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
    assert read_page(json.dumps(document).encode()).models == names


@pytest.mark.parametrize(
    "body",
    [b"", b"<html>", b"\xff\xfe\xff", b'{"error": "no"}', b'"text"', b'{"data": "a b"}', b"[" * 100_000],
    ids=["nothing", "page", "bytes", "error", "text", "no-list", "deep"],
)
def test_anything_else_is_no_list(body: bytes) -> None:
    """It is said so, and nothing is guessed."""
    with pytest.raises(NoList):
        read_page(body)


def test_a_list_without_end_is_cut() -> None:
    """So many names nobody can choose from."""
    assert len(read_page(json.dumps([str(number) for number in range(10_002)]).encode()).models) == 10_000


WANTED = {"type": "language", "tags": "tool-use"}
ENTRIES = {
    "both": ({"type": "language", "tags": ["vision", "tool-use"]}, True),
    "no-tools": ({"type": "language", "tags": ["vision"]}, False),
    "no-tags": ({"type": "language", "tags": []}, False),
    "not-a-language-model": ({"type": "reranker", "tags": ["tool-use"]}, False),
    "silent-on-tools": ({"type": "language"}, False),
    "silent": ({}, True),
    "null": ({"type": None, "tags": None}, True),
    "strange": ({"type": {"language": 1}}, False),
}


@pytest.mark.parametrize(("entry", "counts"), ENTRIES.values(), ids=ENTRIES)
def test_entries_without_what_is_wanted_are_left_out(entry: dict[str, object], counts: bool) -> None:
    """A list may hold the word among others; an entry that says nothing at all stays, as relays list them."""
    body = json.dumps({"data": [{"id": "a", **entry}, "bare"]}).encode()
    assert read_page(body, WANTED).models == (("a", "bare") if counts else ("bare",))


PAGES = {
    "anthropic": ({"data": [], "has_more": True, "last_id": "claude-x"}, ("after_id", "claude-x")),
    "anthropic-last": ({"data": [], "has_more": False, "last_id": "claude-x"}, None),
    "anthropic-empty": ({"data": [], "has_more": True, "last_id": None}, None),
    "google": ({"models": [], "nextPageToken": "abc"}, ("pageToken", "abc")),
    "google-last": ({"models": [], "nextPageToken": ""}, None),
    "whole": ({"data": []}, None),
    "bare": ([], None),
}


@pytest.mark.parametrize(("document", "rest"), PAGES.values(), ids=PAGES)
def test_a_page_says_what_follows(document: object, rest: tuple[str, str] | None) -> None:
    """The parameter and its value; nothing where the list says it is all."""
    assert read_page(json.dumps(document).encode()).rest == rest
