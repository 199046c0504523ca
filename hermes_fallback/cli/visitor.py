"""Visitor: whoever signs in at this terminal: what they are shown, and the clock they are waited for by."""

from __future__ import annotations

import sys
import time

from hermes_fallback.cli.invocation import Invocation
from hermes_fallback.cli.views.visible import visible

__all__ = ["Visitor"]

_REMOTE = ("SSH_CONNECTION", "SSH_CLIENT", "SSH_TTY", "HERMES_HEADLESS")
"""Set where the browser is on another machine than this program."""
_DISPLAYS = ("DISPLAY", "WAYLAND_DISPLAY")


class Visitor:
    """A `Person` who signs in to the provider *name*, with a browser opened for them where there is one."""

    def __init__(self, run: Invocation, name: str, *, opens_browser: bool) -> None:
        self._run, self._name = run, name
        self._is_remote = any(run.terminal.environ.get(each) for each in _REMOTE)
        self._opens = opens_browser and run.can_ask and not self._is_remote and _has_display(run)

    def show(self, url: str, code: str) -> None:
        """Print *url* on a line of its own, which can be copied however narrow the terminal is; and *code*."""
        self._run.warn(f"to sign in to {self._name}, open this address in a browser:")
        self._line(f"\n{visible(url)}\n")
        if code:
            self._run.warn("and see that it shows this code, or type it there:")
            self._line(f"\n    {visible(code)}\n")
        if self._opens:
            self._open(url)
        self._run.say("waiting for you to do so; Ctrl-C gives up, and leaves nothing behind")

    def paste(self) -> str | None:
        """The address that their browser ended at; None where it comes back to this machine by itself."""
        if not (self._is_remote and self._run.can_ask):
            return None
        hint = (
            "its browser is on another machine: copy the address it ends at, even if that page does not load"
        )
        return self._run.prompts().secret("That address", hint=hint, check=_fault)

    def wait(self, seconds: float) -> None:
        """Let *seconds* pass."""
        time.sleep(seconds)

    def now(self) -> float:
        """Seconds since the epoch."""
        return time.time()

    def _line(self, text: str) -> None:
        self._run.terminal.stderr.write(f"{text}\n")
        self._run.terminal.stderr.flush()

    def _open(self, url: str) -> None:
        import webbrowser  # only here

        webbrowser.open(url)


def _has_display(run: Invocation) -> bool:
    """True where a browser has somewhere to show itself: one in the terminal would take it from us."""
    return sys.platform in {"darwin", "win32"} or any(run.terminal.environ.get(each) for each in _DISPLAYS)


def _fault(text: str) -> str | None:
    return None if "?" in text else "that is no address with what is needed behind a `?`"
