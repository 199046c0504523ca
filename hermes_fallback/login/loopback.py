"""The code grant with PKCE: a browser is sent to the provider, and comes back to a port of this machine.

Sources: RFC 8252, section 7.3; RFC 7636.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler
from queue import Empty, Queue
from secrets import token_urlsafe
from socketserver import ThreadingTCPServer
from threading import Thread
from urllib.parse import parse_qsl, urlencode, urlsplit

from hermes_fallback.login.pkce import Pkce
from hermes_fallback.login.tokens import TokenAnswer
from hermes_fallback.login.visit import Visit

__all__ = ["sign_in"]

_STATE_BYTES = 24
_STOP_POLL_S = 0.05
_PAGE = """\
<!doctype html>
<html lang="en"><meta charset="utf-8"><title>hermes-fallback</title>
<body style="font: 1.2em system-ui; margin: 20vh auto; max-width: 30em">
<h1>{title}</h1>
<p>{what} You may close this window.</p>
"""
_WELL = _PAGE.format(title="Back to the terminal", what="It has what it needs, and says how it went.")
_ILL = _PAGE.format(title="Not signed in", what="The terminal says why.")

_Came = Queue[Mapping[str, str]]


def sign_in(visit: Visit) -> TokenAnswer:
    """The token answer of *visit*.

    Raises:
        CredentialError: the server or the person declined, what came back is not ours, or nobody came in time.
        SystemRefused: the server could not be asked.
    """
    oauth, pkce, state = visit.oauth, Pkce(), token_urlsafe(_STATE_BYTES)
    with _listening(oauth.redirect_uri) as (redirect_uri, came):
        fields = {
            "client_id": oauth.client_id,
            "redirect_uri": redirect_uri,
            "response_type": "code",
            "scope": visit.scope,
            "state": state,
            **pkce.request_fields,
            **oauth.authorize_params,
        }
        visit.person.show(f"{visit.page(oauth.authorize_url)}?{urlencode(fields)}", "")
        found = _returned(visit, came)
    if found.get("state") != state:
        raise visit.refused("what came back belongs to another request")
    if "error" in found or not found.get("code"):
        raise visit.refused(found.get("error_description") or found.get("error") or "no code came back")
    return visit.post(
        oauth.token_url,
        {
            "grant_type": "authorization_code",
            "code": found["code"],
            "redirect_uri": redirect_uri,
            **pkce.exchange_fields,
        },
    )


def _returned(visit: Visit, came: _Came) -> Mapping[str, str]:
    """The parameters that the browser came back with, or that were pasted from its address line."""
    pasted = visit.person.paste()
    if pasted is not None:
        return _parameters(pasted.strip())
    try:
        return came.get(timeout=visit.oauth.deadline_s)
    except Empty:
        raise visit.expired() from None


def _parameters(address: str) -> Mapping[str, str]:
    return dict(parse_qsl(urlsplit(address).query))


@contextmanager
def _listening(redirect_uri: str) -> Iterator[tuple[str, _Came]]:
    """The address to come back to, and what came there; any free port where *redirect_uri* names none, or a taken one."""
    place = urlsplit(redirect_uri or "http://127.0.0.1/callback")
    with _server(place.port or 0, place.path) as server:
        thread = Thread(target=server.serve_forever, args=(_STOP_POLL_S,), daemon=True)
        thread.start()
        try:
            yield f"http://{place.hostname}:{server.server_address[1]}{place.path}", server.came
        finally:
            server.shutdown()
            thread.join()


def _server(port: int, path: str) -> _Server:
    try:
        return _Server(port, path)
    except OSError:
        return _Server(0, path)


class _Server(ThreadingTCPServer):
    """Listens on this machine alone; whoever comes to *path* leaves the parameters in `came`."""

    allow_reuse_address = True
    daemon_threads = True
    block_on_close = False

    def __init__(self, port: int, path: str) -> None:
        self.path = path
        self.came: _Came = Queue()
        super().__init__(("127.0.0.1", port), _Handler)


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    timeout = 10  # a browser may connect ahead of time, and say nothing

    def do_GET(self) -> None:
        """Take the parameters, and say that the window has done its part."""
        if urlsplit(self.path).path != self.server.path:
            self._show(404, "")
            return
        found = _parameters(self.path)
        self._show(200, _WELL if "code" in found and "error" not in found else _ILL)
        self.server.came.put(found)

    def _show(self, status: int, page: str) -> None:
        body = page.encode()
        self.send_response(status)
        self.send_header("content-type", "text/html; charset=utf-8")
        self.send_header("content-length", str(len(body)))
        self.send_header("cache-control", "no-store")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Nothing: the address holds the code."""
