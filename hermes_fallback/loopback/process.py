"""The providers as a separate process, which shares nothing with the program that asks them."""

from __future__ import annotations

import json
import subprocess
import sys
import urllib.request
from collections.abc import Mapping
from types import TracebackType
from typing import Any, Self

__all__ = ["LoopbackProcess"]

_PATIENCE_S = 10.0


class LoopbackProcess:
    """Runs `python -m hermes_fallback.loopback` while its block lasts. It ends with us, however we end."""

    def __init__(self, spec: Mapping[str, Any]) -> None:
        self._spec = spec
        self._process: subprocess.Popen[str] | None = None
        self.base_urls: dict[str, str] = {}
        """The base URL of each provider by name."""
        self.control_url = ""

    def __enter__(self) -> Self:
        command = [sys.executable, "-m", "hermes_fallback.loopback", "--spec", "-", "--while-stdin"]
        self._process = subprocess.Popen(  # noqa: S603  # our own interpreter and module
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        try:
            self._introduce(self._process)
        except BaseException:
            self._end()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._end()

    def received(self, name: str | None = None) -> list[dict[str, Any]]:
        """The requests so far, of one provider or of all, as `record.Received` has them."""
        received: list[dict[str, Any]] = self._ask("record")["received"]
        return [one for one in received if name in {None, one["provider"]}]

    def script(self, name: str, steps: object) -> None:
        """Let *name* behave as *steps* say from its next request on."""
        self._ask("script", {"provider": name, "script": steps})

    def _introduce(self, process: subprocess.Popen[str]) -> None:
        if process.stdin is None or process.stdout is None:
            raise RuntimeError("the process has no pipes")
        process.stdin.write(json.dumps(self._spec) + "\n")
        process.stdin.flush()
        ready = process.stdout.readline()
        if not ready:
            raise RuntimeError(f"the providers did not start: exit status {process.wait(_PATIENCE_S)}")
        places = json.loads(ready)
        self.base_urls, self.control_url = places["providers"], places["control"]

    def _ask(self, what: str, document: object = None) -> dict[str, Any]:
        data = None if document is None else json.dumps(document).encode()
        request = urllib.request.Request(f"{self.control_url}/_loopback/{what}", data=data)  # noqa: S310  # our own
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with opener.open(request, timeout=_PATIENCE_S) as response:
            answer: dict[str, Any] = json.load(response)
        return answer

    def _end(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        if process.stdin is not None:
            process.stdin.close()
        try:
            process.wait(_PATIENCE_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        if process.stdout is not None:
            process.stdout.close()
