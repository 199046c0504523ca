"""Providers that run beside the program that asks them, in one thread for all."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Callable, Coroutine
from types import TracebackType
from typing import Any, Self, TypeVar

from hermes_fallback.loopback.http import Request, Responder
from hermes_fallback.loopback.port import Port
from hermes_fallback.loopback.provider import CONTROL, Provider
from hermes_fallback.loopback.record import Received, Record
from hermes_fallback.loopback.spec import BadSpec, ProviderSpec, read_script, read_specs

__all__ = ["Loopback"]

_T = TypeVar("_T")
_PATIENCE_S = 5.0


class Loopback:
    """Misbehaving providers, each on a free port of its loopback address. A context manager; `stop` frees everything.

    *providers* are `ProviderSpec`s, or mappings as `spec.read_specs` takes them.
    """

    def __init__(self, providers: object) -> None:
        self._specs = read_specs(providers)
        self._record = Record()
        self._providers: dict[str, Provider] = {}
        self._control: Port | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._over: asyncio.Event | None = None
        self._ready = threading.Event()
        self._error: OSError | None = None
        self._thread = threading.Thread(target=self._run, name="hermes-fallback-loopback", daemon=True)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def start(self) -> None:
        """Return when every provider is there.

        Raises:
            OSError: a port could not be had.
        """
        self._thread.start()
        self._ready.wait(_PATIENCE_S)
        if self._error is not None:
            raise self._error

    def stop(self) -> None:
        """Drop every connection, free every port, end the thread."""
        if self._loop is not None and self._over is not None:
            with contextlib.suppress(RuntimeError):  # the loop is closed: it is stopped already
                self._loop.call_soon_threadsafe(self._over.set)
        if self._thread.is_alive():
            self._thread.join(_PATIENCE_S)

    @property
    def specs(self) -> tuple[ProviderSpec, ...]:
        """The providers as they were described."""
        return self._specs

    @property
    def base_urls(self) -> dict[str, str]:
        """The base URL of each provider by name."""
        return {name: provider.base_url for name, provider in self._providers.items()}

    @property
    def control_url(self) -> str:
        """Where `_loopback/record` and `_loopback/script` answer whatever the providers do."""
        return f"http://127.0.0.1:{self._control.number if self._control else 0}"

    def base_url(self, name: str) -> str:
        """The base URL of the provider called *name*."""
        return self._provider(name).base_url

    def received(self, name: str | None = None) -> tuple[Received, ...]:
        """The requests so far, of one provider or of all, in the order they came."""
        return self._record.received(name)

    def connections(self, name: str) -> int:
        """How many connections *name* has accepted."""
        return self._provider(name).port.connections

    def open_connections(self, name: str) -> int:
        """How many connections *name* has now."""
        return len(self._provider(name).port.open)

    def script(self, name: str, steps: object) -> None:
        """Let *name* behave as *steps* say from its next request on.

        Raises:
            BadSpec: there is no such provider or behaviour.
        """
        script = read_script(steps)
        self._do(lambda: self._provider(name).follow(script))

    def _provider(self, name: str) -> Provider:
        if name not in self._providers:
            raise BadSpec(f"there is no provider `{name}`; there are {', '.join(self._providers)}")
        return self._providers[name]

    def _do(self, work: Callable[[], Coroutine[Any, Any, _T]]) -> _T:
        if self._loop is None:
            raise RuntimeError("the providers are not running")
        return asyncio.run_coroutine_threadsafe(work(), self._loop).result(_PATIENCE_S)

    def _run(self) -> None:
        try:
            asyncio.run(self._serve())
        except OSError as error:
            self._error = error
        finally:
            self._ready.set()

    async def _serve(self) -> None:
        self._loop, self._over = asyncio.get_running_loop(), asyncio.Event()
        async with contextlib.AsyncExitStack() as ports:
            self._control = Port(self._serve_control)
            ports.push_async_callback(self._control.close)
            await self._control.listen()
            for spec in self._specs:
                provider = Provider(spec, self._record, self._controlled)
                ports.push_async_callback(provider.port.close)
                await provider.start()
                self._providers[spec.name] = provider
            self._ready.set()
            await self._over.wait()

    async def _serve_control(self, request: Request, transport: asyncio.Transport) -> Responder:
        responder = Responder(transport)
        await self._controlled(request, responder)
        return responder

    async def _controlled(self, request: Request, responder: Responder) -> None:
        where = (request.method, request.path.removeprefix(CONTROL))
        if where == ("GET", "record"):
            responder.json(200, {"received": self._record.documents(), "providers": self._state()})
        elif where == ("POST", "script"):
            await self._rescript(request.document, responder)
        else:
            responder.json(404, {"error": "there are `GET record` and `POST script`"})

    async def _rescript(self, document: object, responder: Responder) -> None:
        asked = document if isinstance(document, dict) else {}
        try:
            provider = self._provider(str(asked.get("provider")))
            script = read_script(asked.get("script"))
        except BadSpec as error:
            responder.json(400, {"error": str(error)})
            return
        await provider.follow(script)
        responder.json(200, {"provider": provider.spec.name, "steps": len(script)})

    def _state(self) -> dict[str, dict[str, object]]:
        return {
            name: {
                "base_url": provider.base_url,
                "connections": provider.port.connections,
                "open": len(provider.port.open),
            }
            for name, provider in self._providers.items()
        }
