"""Somebody who signs in, with a clock that moves when they are waited for."""

from __future__ import annotations

import threading
import time
import urllib.request
from urllib.parse import parse_qsl, urlsplit


class Someone:
    """Sees what is shown, and comes back from the browser by themselves where they are to."""

    def __init__(
        self, *, browses: bool = False, pastes: str | None = None, began: float | None = None
    ) -> None:
        self.shown: list[tuple[str, str]] = []
        self.waits: list[float] = []
        self.page = ""
        self._browses, self._pastes = browses, pastes
        self._now = began or time.time()

    def show(self, url: str, code: str) -> None:
        """Remember *url* and *code*; open it, in a thread as a browser would."""
        self.shown.append((url, code))
        if self._browses:
            threading.Thread(target=self._browse, args=(url,), daemon=True).start()

    def paste(self) -> str | None:
        """What they paste."""
        return self._pastes

    def wait(self, seconds: float) -> None:
        """Nobody waits: the clock is put forward."""
        self.waits.append(seconds)
        self._now += seconds

    def now(self) -> float:
        """What the clock says."""
        return self._now

    @property
    def asked(self) -> dict[str, str]:
        """The parameters of the address that was shown."""
        return dict(parse_qsl(urlsplit(self.shown[0][0]).query))

    def _browse(self, url: str) -> None:
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with opener.open(url, timeout=20) as response:
            self.page = response.read().decode()
