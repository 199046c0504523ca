"""Sign-ins in an auth.json, found as a session finds them; and a server that answers whatever it is told to."""

from __future__ import annotations

import json
import os
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from hermes_fallback.credentials.auth_file import AuthFile
from hermes_fallback.credentials.environment import Environment
from hermes_fallback.credentials.pool import PoolSource
from hermes_fallback.model.credential import Credential
from hermes_fallback.model.origin import Origin
from hermes_fallback.providers import ProviderProfile, Registry

REGISTRY = Registry()
NOW = float(int(time.time()))
OLD = "access-old-0001"
REFRESH = "refresh-old-0002"


def profile_of(provider: str, url: str, **oauth: Any) -> ProviderProfile:
    """The profile of *provider*, whose tokens are refreshed at *url*."""
    profile = REGISTRY.get(provider)
    assert profile.oauth is not None
    return profile.but(oauth=profile.oauth.but(token_url=url, discovery_url="", **oauth))


def found_in(path: Path, profile: ProviderProfile) -> Credential:
    """The one credential of *profile* in the auth.json at *path*."""
    source = PoolSource(AuthFile(path), Environment.of(path.with_name(".env"), os.environ))
    [outcome] = [answer.outcome for answer in source.look(profile, Origin.of(profile.base_url))]
    assert isinstance(outcome, Credential), outcome
    return outcome


def kept(path: Path) -> dict[str, Any]:
    """What auth.json holds."""
    content: dict[str, Any] = json.loads(path.read_text())
    return content


def iso(moment: float) -> str:
    return datetime.fromtimestamp(moment, UTC).isoformat()


def state_of(profile: ProviderProfile, pair: dict[str, Any], ends_at: float) -> dict[str, Any]:
    """The state of *profile* as a sign-in leaves it."""
    tokens = {"access_token": pair["access_token"], "refresh_token": pair["refresh_token"]}
    assert profile.oauth is not None
    if profile.oauth.layout == "tokens":
        return {"tokens": tokens, "last_refresh": iso(NOW), "auth_mode": "x"}
    return {**tokens, "expires_at": iso(ends_at), "expires_in": 1, "obtained_at": iso(NOW), "mine": [1]}


def sign_in(
    home: Path, profile: ProviderProfile, pair: dict[str, Any] | None = None, *, left_s: float = -1
) -> Path:
    """An auth.json in which somebody is signed in to *profile*, for *left_s* more seconds."""
    pair = pair or {"access_token": OLD, "refresh_token": REFRESH}
    path = home / "auth.json"
    state = state_of(profile, pair, NOW + left_s)
    path.write_text(json.dumps({"version": 1, "providers": {profile.name: state}, "theirs": {"a": 1}}))
    return path


class Replies:
    """A server on loopback; each request gets *status* and *body*, a document or raw bytes, whatever it asks.

    *first* is called with the body of each before it is answered.
    """

    def __init__(
        self,
        status: int = 200,
        body: object = b"",
        headers: dict[str, str] | None = None,
        *,
        first: Callable[[str], object] = len,
    ) -> None:
        self.status, self.body, self.headers = status, body, headers or {}
        self.requests: list[tuple[str, dict[str, str], str]] = []
        """(path, headers, body) of each."""
        replies = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                length = int(self.headers.get("content-length") or 0)
                headers = {name.lower(): value for name, value in self.headers.items()}
                replies.requests.append((self.path, headers, self.rfile.read(length).decode()))
                first(replies.requests[-1][2])
                data = replies.body if isinstance(replies.body, bytes) else json.dumps(replies.body).encode()
                self.send_response(replies.status)
                for name, value in {**replies.headers, "content-length": str(len(data))}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(data)

            do_GET = do_POST  # noqa: N815  # the library's name

            def log_message(self, *_: object) -> None:
                """Nothing: the record is `requests`."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))
        self._thread.start()

    def close(self) -> None:
        """Stop, so that nobody answers any more."""
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()
