"""Invocation: one run of the program. Its options, its terminal, and how a result reaches either reader."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from hermes_fallback.cli.options import Options
from hermes_fallback.cli.terminal import Terminal
from hermes_fallback.cli.views.canvas import Canvas
from hermes_fallback.cli.views.visible import visible_json
from hermes_fallback.errors import UsageError

TYPE_CHECKING = False  # importing `typing` for it takes 4 ms
if TYPE_CHECKING:
    from typing import TextIO, TypeVar

    from hermes_fallback.cli.prompts.protocol import Prompts
    from hermes_fallback.runtime.runtime import Runtime

    _T = TypeVar("_T")

__all__ = ["Document", "Invocation", "as_json"]

Document = Mapping[str, object]
"""A JSON document; `schema` is added where it is printed."""


class Invocation:
    """One run. Commands get their runtime from it and hand it their result."""

    def __init__(self, terminal: Terminal, options: Options | None = None) -> None:
        self.terminal = terminal
        self.options = options or Options()

    def runtime(self) -> Runtime:
        """The home that was asked for, opened anew: what was read before is read again."""
        from hermes_fallback.runtime.runtime import Runtime  # help pages and completion open no home

        return Runtime.open(self.options.home, profile=self.options.profile, environ=self.terminal.environ)

    @property
    def can_ask(self) -> bool:
        """True when a question may be put to somebody."""
        return self.terminal.is_interactive and not (self.options.no_input or self.options.json)

    @property
    def is_attended(self) -> bool:
        """True when a question may be put to somebody who also reads what is printed."""
        return self.can_ask and self.terminal.stdout.isatty()

    def prompts(self) -> Prompts:
        """How to ask whoever sits at the terminal: drawn, or in plain lines where its cursor cannot be moved.

        Raises:
            UsageError: nobody can be asked; nothing was read.
        """
        if not self.can_ask:
            raise UsageError("an answer is needed, and nobody can be asked", hint="give it as an option")
        canvas = self.canvas(self.terminal.stderr)
        if self.terminal.is_dumb:
            from hermes_fallback.cli.prompts.plain import PlainPrompts

            return PlainPrompts(self.terminal, canvas)
        from hermes_fallback.cli.prompts.drawn import DrawnPrompts  # prompt_toolkit takes 100 ms

        return DrawnPrompts(self.terminal, canvas)

    def show(
        self, value: _T, *, text: Callable[[_T, Canvas], str], document: Callable[[_T], Document]
    ) -> None:
        """Print *value* on stdout: as text, or with `--json` as a document."""
        if self.options.json:
            self.show_document(document(value))
        else:
            self.write(text(value, self.canvas(self.terminal.stdout)))

    def show_document(self, document: Document) -> None:
        """Print *document* on stdout as JSON."""
        self.write(as_json(document))

    def write(self, text: str) -> None:
        """Print *text*, ready as it is, on stdout; nothing where it is empty."""
        if text:
            self.terminal.stdout.write(text + "\n")

    def say(self, text: str) -> None:
        """Tell somebody who watches; not with `--quiet`, nor with `--json`, where stderr is for errors alone."""
        if not (self.options.quiet or self.options.json):
            self.warn(text)

    def warn(self, text: str) -> None:
        """Print one line from anywhere on stderr, controls made visible."""
        canvas = self.canvas(self.terminal.stderr)
        self.terminal.stdout.flush()
        self.terminal.stderr.write(canvas.fold(canvas.plain(text)) + "\n")
        self.terminal.stderr.flush()

    def confirm(self, question: str) -> bool:
        """True when the answer to *question* is yes; anything else, the end of input too, is no."""
        canvas = self.canvas(self.terminal.stderr)
        self.terminal.stderr.write(canvas.fold(f"{canvas.plain(question)} [y/N] "))
        self.terminal.stderr.flush()
        answer = self.terminal.stdin.readline()
        if not answer:
            self.terminal.stderr.write("\n")
        return answer.strip().lower() in {"y", "yes"}

    def canvas(self, stream: TextIO) -> Canvas:
        """The page that *stream* is."""
        return Canvas(
            width=self.terminal.columns(stream),
            has_color=self.terminal.has_color(stream, self.options.color),
            user_home=self.terminal.environ.get("HOME", ""),
        )


def as_json(document: Document) -> str:
    """*document* with its `schema`, as text in which nothing can steer a terminal."""
    from json import dumps  # 5 ms that text output does not pay

    # YAML has dates, which JSON has not.
    return visible_json(dumps({"schema": 1, **document}, ensure_ascii=False, indent=2, default=str))
