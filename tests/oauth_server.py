"""An authorization server in a process of its own, on loopback, built on Authlib (`oauth_app.py`).

It speaks the device grant (RFC 8628), the code grant with PKCE, and refreshing with rotation: a refresh token that
comes a second time ends its whole family. Beside these stand the variants of vendors, each a small route over the
same store. What it does next is set from outside, and every request is on record.

    with OAuthServer() as server:
        pair = server.issue("client")          # a token pair, as if somebody had signed in
        server.set(answer="deny")              # what whoever types a code says: approve, deny, expire, wait
        server.requests("/token"), server.ended    # what came, and the families that ended
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import urllib.request
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self

__all__ = ["OAuthServer"]

PATIENCE_S = 20


class OAuthServer:
    """Runs the server while its block lasts; the process ends with us, however we end."""

    def __init__(self, **settings: object) -> None:
        self._settings = settings
        self._process: subprocess.Popen[str] | None = None
        self.url = ""

    def __enter__(self) -> Self:
        self._process = process = subprocess.Popen(
            [sys.executable, str(Path(__file__).with_name("oauth_app.py")), json.dumps(self._settings)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "AUTHLIB_INSECURE_TRANSPORT": "1"},
        )
        assert process.stdout
        self.url = process.stdout.readline().strip()
        if not self.url:
            raise RuntimeError(f"the authorization server did not start: exit status {process.wait()}")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._process
        self._process.communicate(timeout=PATIENCE_S)

    def set(self, **settings: object) -> None:
        """Change *settings* (those of `oauth_app.py`) from the next request on."""
        self._ask("set", settings)

    def reset(self, **settings: object) -> None:
        """Forget everything, and begin anew with *settings*."""
        self._ask("reset", settings)

    def issue(self, client_id: str) -> dict[str, Any]:
        """A token pair for *client_id*, as the answer to a sign-in has it."""
        return self._ask("issue", {"client_id": client_id})

    def requests(self, path: str | None = None) -> list[dict[str, Any]]:
        """What came so far, to *path* or to all: `method`, `path`, `headers` (lower case), `query`, `form`, `json`."""
        found: list[dict[str, Any]] = self._ask("record")["requests"]
        return [each for each in found if path in {None, each["path"]}]

    @property
    def ended(self) -> list[str]:
        """The refresh tokens that came a second time, each of which ended its family."""
        found: list[str] = self._ask("record")["ended"]
        return found

    def _ask(self, what: str, document: Mapping[str, object] | None = None) -> dict[str, Any]:
        data = None if document is None else json.dumps(document).encode()
        request = urllib.request.Request(
            f"{self.url}/_control/{what}", data=data, headers={"content-type": "application/json"}
        )
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with opener.open(request, timeout=PATIENCE_S) as response:
            answer: dict[str, Any] = json.load(response)
        return answer
