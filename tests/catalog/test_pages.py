"""Lists that come in pages are asked for until their end, within the one limit of time."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from hermes_fallback.catalog.models import Catalog, Listing
from hermes_fallback.model.credential import Credential
from hermes_fallback.model.endpoint import Endpoint
from hermes_fallback.model.origin import Origin
from hermes_fallback.providers import ProviderProfile, Registry
from hermes_fallback.secret import Secret

NAMES = [f"model-{number}" for number in range(7)]
Book = Callable[[dict[str, str]], dict[str, Any] | None]
"""The document that a query is answered with; None is a server that fails."""


class Library:
    """A provider on loopback that answers from a book, and remembers what it was asked."""

    def __init__(self, book: Book) -> None:
        self.asked: list[tuple[str, dict[str, str], str | None]] = []
        library = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                url = urlsplit(self.path)
                query = dict(parse_qsl(url.query))
                library.asked.append((url.path, query, self.headers["x-api-key"]))
                document = book(query)
                body = json.dumps(document).encode()
                self.send_response(200 if document is not None else 500)
                self.send_header("content-length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *args: object) -> None:
                """Nobody reads it."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.base_url = f"http://127.0.0.1:{self.server.server_port}"


@pytest.fixture
def open_library() -> Iterator[Callable[[Book], Library]]:
    """Starts a provider with a book."""
    running: list[tuple[Library, threading.Thread]] = []

    def begin(book: Book) -> Library:
        library = Library(book)
        thread = threading.Thread(target=library.server.serve_forever, args=(0.01,))
        thread.start()
        running.append((library, thread))
        return library

    yield begin
    for library, thread in running:
        library.server.shutdown()
        library.server.server_close()
        thread.join()


def anthropic(query: dict[str, str]) -> dict[str, Any]:
    """Three a page, and the last one's name leads on."""
    begin = NAMES.index(query["after_id"]) + 1 if "after_id" in query else 0
    page = NAMES[begin : begin + 3]
    return {"data": [{"id": name} for name in page], "has_more": begin + 3 < len(NAMES), "last_id": page[-1]}


def google(query: dict[str, str]) -> dict[str, Any]:
    """Three a page, and a token with signs of its own leads on."""
    begin = int(query.get("pageToken", "&=0").removeprefix("&="))
    page = [{"name": f"models/{name}"} for name in NAMES[begin : begin + 3]]
    return {"models": page, **({"nextPageToken": f"&={begin + 3}"} if begin + 3 < len(NAMES) else {})}


def ask(tmp_path: Path, library: Library, name: str, path: str = "", **limits: Any) -> Listing:
    """The list of the bundled provider *name*, as *library* plays it."""
    profile = Registry().get(name)
    base_url = library.base_url + path
    key = Credential(secret=Secret("key-0123456789"), source="env", origins=frozenset({Origin.of(base_url)}))
    endpoint = Endpoint(
        provider=name,
        base_url=base_url,
        credential=key,
        auth_header=profile.auth_header,
        auth_scheme=profile.auth_scheme,
    )
    return Catalog(str(tmp_path)).models(profile, endpoint, **limits)


def test_anthropics_pages_are_read_to_the_end(
    tmp_path: Path, open_library: Callable[[Book], Library]
) -> None:
    """Each is asked at the same path, with the key and what the first was asked with."""
    library = open_library(anthropic)
    listing = ask(tmp_path, library, "anthropic")
    assert (listing.models, listing.source) == (tuple(NAMES), "live")
    queries = [{}, {"after_id": "model-2"}, {"after_id": "model-5"}]
    assert library.asked == [
        ("/v1/models", {"limit": "1000", **query}, "key-0123456789") for query in queries
    ]


def test_googles_pages_are_read_to_the_end(tmp_path: Path, open_library: Callable[[Book], Library]) -> None:
    """Their tokens go into the address as they came, signs and all."""
    library = open_library(google)
    assert ask(tmp_path, library, "gemini", "/v1beta").models == tuple(NAMES)
    assert [query for _, query, _ in library.asked] == [{}, {"pageToken": "&=3"}, {"pageToken": "&=6"}]


def test_pages_that_lead_in_a_circle_end(tmp_path: Path, open_library: Callable[[Book], Library]) -> None:
    """A page that was asked for is not asked for again."""
    library = open_library(lambda query: {"models": ["a"], "nextPageToken": "x"})
    assert ask(tmp_path, library, "gemini").models == ("a",)
    assert len(library.asked) == 2


def test_pages_without_end_are_given_up_in_time(
    tmp_path: Path, open_library: Callable[[Book], Library]
) -> None:
    """The limit holds for all of them together, and half a list is not taken for a whole."""
    library = open_library(
        lambda query: {"models": [], "nextPageToken": str(int(query.get("pageToken", 0)) + 1)}
    )
    listing = ask(tmp_path, library, "gemini", timeout_s=0.3)
    assert (listing.source, listing.problem and listing.problem.kind) == ("default", "timeout")
    assert len(library.asked) > 1


def test_a_page_that_fails_costs_the_list(tmp_path: Path, open_library: Callable[[Book], Library]) -> None:
    """What is missing might be what is looked for, so the best whole list that is known is given."""
    library = open_library(lambda query: None if query.get("after_id") else anthropic(query))
    listing = ask(tmp_path, library, "anthropic")
    assert (listing.source, listing.models) == ("default", Registry().get("anthropic").default_models)


def test_a_list_beyond_measure_is_cut(tmp_path: Path, open_library: Callable[[Book], Library]) -> None:
    """No more pages are asked for than give 10,000 models."""
    library = open_library(
        lambda query: {
            "models": [f"{query.get('pageToken', '0')}-{number}" for number in range(6000)],
            "nextPageToken": str(int(query.get("pageToken", 0)) + 1),
        }
    )
    assert len(ask(tmp_path, library, "gemini", timeout_s=30).models) == 10_000
    assert len(library.asked) == 2


def test_the_ai_gateway_offers_language_models_with_tools(
    tmp_path: Path, open_library: Callable[[Book], Library]
) -> None:
    """What paints, embeds, or calls no tool cannot be chosen."""
    entries = [
        {"id": "acme/chat", "type": "language", "tags": ["tool-use", "vision"]},
        {"id": "acme/talk", "type": "language"},
        {"id": "acme/paint", "type": "image", "tags": ["tool-use"]},
        {"id": "acme/seek", "type": "embedding", "tags": []},
    ]
    library = open_library(lambda query: {"data": entries})
    assert ask(tmp_path, library, "ai-gateway").models == ("acme/chat",)


def test_a_plugin_may_choose_among_its_models(
    tmp_path: Path, open_library: Callable[[Book], Library]
) -> None:
    """By any field of the list's entries."""
    library = open_library(lambda query: {"data": [{"id": "a", "tier": "beta"}, {"id": "b", "tier": "ga"}]})
    profile = ProviderProfile(name="acme", base_url=library.base_url, models_filter={"tier": "ga"})
    endpoint = Endpoint(provider="acme", base_url=library.base_url)
    assert Catalog(str(tmp_path)).models(profile, endpoint).models == ("b",)
