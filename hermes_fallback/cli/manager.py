"""The manager: the chain on a screen, and a key for everything that is done to it. Each is one edit."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import TYPE_CHECKING

from hermes_fallback.cli.begin import beginning
from hermes_fallback.cli.draft import Draft
from hermes_fallback.cli.edits import add_link, clear_links, move_link, remove_links, undo_edit
from hermes_fallback.cli.failure import report
from hermes_fallback.cli.prompts.protocol import Row
from hermes_fallback.cli.views.chain import status_phrase
from hermes_fallback.cli.views.edit import Change, changed_lines, edit_text
from hermes_fallback.cli.views.tested import Tested, tested_text
from hermes_fallback.errors import ExitCode, FallbackError

if TYPE_CHECKING:
    from hermes_fallback.cli.invocation import Invocation
    from hermes_fallback.cli.views.canvas import Canvas
    from hermes_fallback.runtime.runtime import ChainReport

__all__ = ["manage"]

_QUIT = "q"
_KEYS: Mapping[str, str] = MappingProxyType(
    {
        "a": "add",
        "r": "remove",
        "u": "move up",
        "d": "move down",
        "t": "test",
        "c": "clear",
        "z": "undo",
        _QUIT: "quit",
    }
)


def manage(run: Invocation) -> int:
    """Show the chain and do to it what keys say, until somebody quits."""
    return _Manager(run).run()


class _Manager:
    def __init__(self, run: Invocation) -> None:
        self._run = run
        self._prompts = run.prompts()
        self._at = 0
        """The row of the cursor, from 0; the position of its link is one more."""
        self._actions: Mapping[str, Callable[[ChainReport], None]] = {
            "a": self._add,
            "r": self._remove,
            "u": lambda shown: self._move(shown, -1),
            "d": lambda shown: self._move(shown, +1),
            "t": self._test,
            "c": self._clear,
            "z": lambda _: self._show(undo_edit(self._run.runtime()), with_lines=True),
        }

    def run(self) -> int:
        """Until somebody quits."""
        shown = self._run.runtime().report()
        while True:
            start = min(self._at, max(len(shown.links) - 1, 0))
            key, self._at = self._prompts.act(self._title(shown), _rows(shown), _KEYS, start=start)
            if key == _QUIT:
                return ExitCode.OK
            try:
                if self._still_stands(shown):
                    self._actions[key](shown)
                shown = self._run.runtime().report()
            except FallbackError as error:  # what cannot be done is said, and the chain is still there
                report(error, self._run)

    def _still_stands(self, shown: ChainReport) -> bool:
        """True when a position means the link that somebody sees there."""
        links = [placed.link for placed in self._run.runtime().settings.chain]
        if links == [placed.link for placed, _ in shown.links]:
            return True
        self._run.say("the chain was changed elsewhere; nothing was done to it as it is now:")
        return False

    def _title(self, shown: ChainReport) -> list[str]:
        if shown.primary is None:
            first = f"no primary yet; choose one: {beginning(self._run)}"
        else:
            first = f"primary {shown.primary.link}, {status_phrase(shown.primary)}"
        chain = "then, when it fails:" if shown.links else "no fallbacks yet; a adds one"
        ignored = [f"{each.origin} is ignored: {each.what}" for each in shown.chain.ignored]
        return [first, *ignored, chain]

    def _add(self, _: ChainReport) -> None:
        from hermes_fallback.cli.wizard.link import fill_in  # imports the transport

        draft = fill_in(self._run, Draft(), can_go_back=True)
        change = add_link(self._run, draft) if draft else None
        self._show(change)
        if change and change.edit.position:
            self._at = change.edit.position - 1

    def _remove(self, shown: ChainReport) -> None:
        if self._has_link(shown):
            self._show(remove_links(self._run, [str(self._at + 1)], dry_run=False), with_lines=True)

    def _move(self, shown: ChainReport, by: int) -> None:
        to = self._at + by
        if not self._has_link(shown):
            return
        if not 0 <= to < len(shown.links):
            self._run.say(f"it is {'first' if by < 0 else 'last'} already")
            return
        self._show(move_link(self._run, str(self._at + 1), to + 1, dry_run=False))
        self._at = to

    def _clear(self, shown: ChainReport) -> None:
        entries = " and every ignored entry" if shown.chain.no_links else ""
        if not (entries or self._has_link(shown)):
            return
        if self._prompts.confirm(f"Remove every link{entries}?", default=False):
            self._show(clear_links(self._run, yes=True, dry_run=False), with_lines=True)

    def _test(self, shown: ChainReport) -> None:
        if not self._has_link(shown):
            return
        from hermes_fallback.probe.links import test_links  # imports the transport
        from hermes_fallback.transport.synchronous import Carrier

        _, resolution = shown.links[self._at]
        runtime = self._run.runtime()
        with self._prompts.waiting(f"testing {resolution.link}"), Carrier() as carrier:
            results = test_links([resolution], runtime.registry, carrier, state=runtime.state)
        self._write(tested_text(Tested(results=results, begin=""), self._canvas))

    def _has_link(self, shown: ChainReport) -> bool:
        if not shown.links:
            self._run.say("there is no link; a adds one")
        return bool(shown.links)

    def _show(self, change: Change | None, *, with_lines: bool = False) -> None:
        """Tell what came of an edit, *with_lines* that go or come where nobody has seen them yet."""
        if change is None:
            self._run.say("nothing was changed")
            return
        for line in changed_lines(change.edit.diff, self._canvas) if with_lines else ():
            self._write(line)
        self._write(edit_text(replace(change, way_back=False), self._canvas))

    @property
    def _canvas(self) -> Canvas:
        return self._run.canvas(self._run.terminal.stderr)

    def _write(self, text: str) -> None:
        self._run.terminal.stderr.write(f"{text}\n")


def _rows(shown: ChainReport) -> list[Row[int]]:
    return [
        Row(placed.position, f"{placed.position} {placed.link}", status_phrase(resolution))
        for placed, resolution in shown.links
    ]
