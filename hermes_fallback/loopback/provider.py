"""One provider on its own port of 127.0.0.1."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import Awaitable, Callable

from hermes_fallback.loopback.behaviours import REFUSE
from hermes_fallback.loopback.call import Call
from hermes_fallback.loopback.http import Request, Responder, Source, read_request
from hermes_fallback.loopback.record import Record
from hermes_fallback.loopback.spec import ProviderSpec, Step

__all__ = ["CONTROL", "Port", "Provider"]

CONTROL = "/_loopback/"
_HOST = "127.0.0.1"
_BACKLOG = 256
_CHAT = ("POST", "/v1/chat/completions")
_LIST = ("GET", "/v1/models")
_KEY = ("GET", "/v1/key")
"""A second route that takes only the key, and knows no script: it answers with the list, too."""
_Serve = Callable[[Request, Responder, Source], Awaitable[None]]


class Port:
    """A free port that is ours while we live, whether anybody listens on it or not."""

    def __init__(self, serve: _Serve) -> None:
        self._serve = serve
        # Bound and never listening: it holds the number, and the kernel refuses who comes.
        self._holder = _bound(0)
        self.number: int = self._holder.getsockname()[1]
        self.connections = 0
        """How many were accepted so far."""
        self._tasks: set[asyncio.Task[None]] = set()
        self._idle: set[asyncio.Task[None]] = set()
        self._server: asyncio.Server | None = None

    @property
    def open_connections(self) -> int:
        """How many there are now."""
        return len(self._tasks)

    async def listen(self) -> None:
        """Accept connections."""
        if self._server is None:
            listener = _bound(self.number)
            self._server = await asyncio.start_server(self._connected, sock=listener, backlog=_BACKLOG)

    def refuse(self) -> None:
        """Accept no more connections, drop the idle ones, and the others once they are answered."""
        if self._server is not None:
            self._server.close()
            self._server = None
        for task in self._idle:
            task.cancel()

    async def close(self) -> None:
        """Drop every connection and give the number back."""
        self.refuse()
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self._holder.close()

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        if task is None:
            return
        self._tasks.add(task)
        self.connections += 1
        try:
            # Cancelled by this port and by nobody else; asyncio would print a traceback for it.
            with contextlib.suppress(
                OSError, ValueError, asyncio.IncompleteReadError, asyncio.CancelledError
            ):
                await self._converse(task, Source(reader), writer)
        finally:
            writer.close()
            with contextlib.suppress(OSError, asyncio.CancelledError):
                await writer.wait_closed()
            self._tasks.discard(task)

    async def _converse(self, task: asyncio.Task[None], source: Source, writer: asyncio.StreamWriter) -> None:
        while True:
            self._idle.add(task)
            try:
                request = await read_request(source)
            finally:
                self._idle.discard(task)
            if request is None:
                return
            responder = Responder(writer)
            await self._serve(request, responder, source)
            if not responder.keeps_alive or self._server is None:
                return


class Provider:
    """Speaks the OpenAI chat API on its port, as its script says."""

    def __init__(self, spec: ProviderSpec, record: Record, control: _Serve) -> None:
        self.spec = spec
        self.port = Port(self._serve)
        self.base_url = f"http://{_HOST}:{self.port.number}/v1"
        self._record = record
        self._control = control
        self._script = spec.script
        self._next = 0
        self._next_list = 0

    async def follow(self, script: tuple[Step, ...]) -> None:
        """Behave as *script* says from here on."""
        self._script, self._next = script, 0
        await self._settle()

    async def start(self) -> None:
        """Listen, unless the script begins with nobody there."""
        await self._settle()

    async def _settle(self) -> None:
        if self._script[self._next].name == REFUSE:
            self.port.refuse()
        else:
            await self.port.listen()

    async def _serve(self, request: Request, responder: Responder, source: Source) -> None:
        if request.path.startswith(CONTROL):
            await self._control(request, responder, source)
            return
        step = self._refused(request) or self._routed(request)
        self._record.add(self.spec.name, request, step.name)
        # Before the answer: whoever has it must find the port as the script leaves it.
        await self._settle()
        listed = self.spec.listed if _where(request) in {_LIST, _KEY} else None
        call = Call(self.spec.name, request, responder, listed)
        await _until_departure(step.behaviour(call, **step.options), source, responder)

    def _refused(self, request: Request) -> Step | None:
        expected = f"Bearer {self.spec.key}"
        if self.spec.key is None or request.headers.get("authorization") == expected:
            return None
        if self.spec.public_list and _where(request) == _LIST:
            return None
        return Step("unauthorized")

    def _routed(self, request: Request) -> Step:
        """The step for *request*. Only chats move the script on, and only lists that of the list."""
        where = _where(request)
        if where == _LIST:
            return self._list_step()
        if where == _KEY:
            return Step("ok")
        if where != _CHAT:
            return Step("not_found")
        document = request.document
        asked = document.get("model") if isinstance(document, dict) else None
        if self.spec.models and asked not in self.spec.models:
            return Step("model_not_found")
        step = self._script[self._next]
        self._next = min(self._next + 1, len(self._script) - 1)
        return step

    def _list_step(self) -> Step:
        step = self.spec.list_script[self._next_list]
        self._next_list = min(self._next_list + 1, len(self.spec.list_script) - 1)
        return step


def _where(request: Request) -> tuple[str, str]:
    return request.method, request.path


async def _until_departure(work: Awaitable[None], source: Source, responder: Responder) -> None:
    """Do *work*, unless the client leaves first."""
    doing = asyncio.ensure_future(work)
    leaving = asyncio.ensure_future(source.departure())
    try:
        await asyncio.wait({doing, leaving}, return_when=asyncio.FIRST_COMPLETED)
        if doing.done():
            doing.result()
        else:
            responder.keeps_alive = False
    finally:
        for task in (doing, leaving):
            task.cancel()
        await asyncio.gather(doing, leaving, return_exceptions=True)


def _bound(port: int) -> socket.socket:
    # TCP by name: asyncio turns Nagle's delay off only for sockets that say so.
    sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    sock.bind((_HOST, port))
    return sock
