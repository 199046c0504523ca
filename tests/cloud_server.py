"""A server of a cloud on loopback, which answers as a test says, or not at all, and remembers what it was asked."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from types import TracebackType
from typing import Self

from hermes_fallback.loopback.planted import server_context

SILENCE = None
"""An answer that never comes."""


@dataclass(frozen=True)
class Asked:
    """One request."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: str


@dataclass(frozen=True)
class Reply:
    """One answer: a JSON document, or text as it stands."""

    document: object
    status: int = 200


class CloudServer:
    """Gives its *replies* in order, the last of them for ever; over TLS if *tls*. A context manager."""

    def __init__(self, replies: Sequence[Reply | None], *, tls: bool = False) -> None:
        self.asked: list[Asked] = []
        self._scheme = "https" if tls else "http"
        self._replies, self._closing = list(replies), Event()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        if tls:
            self._server.socket = server_context().wrap_socket(self._server.socket, server_side=True)
        self._thread = Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)

    @property
    def url(self) -> str:
        """Where it stands."""
        return f"{self._scheme}://127.0.0.1:{self._server.server_port}"

    def will_say(self, *replies: Reply) -> None:
        """Answer with *replies* from now on."""
        self._replies = list(replies)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._closing.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def _answer(self, asked: Asked) -> Reply | None:
        self.asked.append(asked)
        return self._replies.pop(0) if len(self._replies) > 1 else self._replies[0]

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        cloud = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                body = self.rfile.read(int(self.headers.get("content-length") or 0)).decode()
                reply = cloud._answer(Asked(self.command, self.path, dict(self.headers.items()), body))
                if reply is SILENCE:
                    cloud._closing.wait(30)
                    return
                text = reply.document if isinstance(reply.document, str) else json.dumps(reply.document)
                self.send_response(reply.status)
                self.send_header("content-type", "text/xml" if text.startswith("<") else "application/json")
                self.send_header("content-length", str(len(text.encode())))
                self.end_headers()
                self.wfile.write(text.encode())

            do_POST = do_GET  # noqa: N815  so it is called there

            def log_message(self, *_: object) -> None:
                """Nothing: what was asked is remembered."""

        return Handler


def managed_identity(token: str, *, lifetime_s: float = 3600) -> Reply:
    """What App Service answers to who asks for a token of its managed identity."""
    return Reply(
        {"access_token": token, "expires_on": str(int(time.time() + lifetime_s)), "token_type": "Bearer"}
    )


def google_token(token: str, *, lifetime_s: int = 3600) -> Reply:
    """What Google's token endpoint answers to a service account."""
    return Reply({"access_token": token, "expires_in": lifetime_s, "token_type": "Bearer"})


ARN = "arn:aws:iam::123456789012:user/acme"


def caller_identity(arn: str = ARN) -> Reply:
    """What AWS's STS answers to who asks by what name it is known."""
    return Reply(
        '<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult>'
        f"<Arn>{arn}</Arn><UserId>AIDAACME</UserId><Account>123456789012</Account></GetCallerIdentityResult>"
        "<ResponseMetadata><RequestId>r-1</RequestId></ResponseMetadata></GetCallerIdentityResponse>"
    )


def aws_refusal(code: str, status: int = 403) -> Reply:
    """An error of AWS in its query protocol."""
    return Reply(
        '<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><Error><Type>Sender</Type>'
        f"<Code>{code}</Code><Message>{code}, says the test</Message></Error><RequestId>r-1</RequestId></ErrorResponse>",
        status,
    )
