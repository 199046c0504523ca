"""Talk: questions put to a session, and answers printed as they come."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

from hermes_fallback.cli.failure import report
from hermes_fallback.cli.invocation import Invocation
from hermes_fallback.cli.views.answer import reply_footer
from hermes_fallback.cli.views.attempts import attempt_lines
from hermes_fallback.cli.views.visible import PROSE, visible
from hermes_fallback.errors import ExitCode, Interrupted, Unanswered
from hermes_fallback.session.events import Answer, Answered, Event, Notice, Restarted, Said

if TYPE_CHECKING:
    from hermes_fallback.session.session import Session
    from hermes_fallback.transcript.conversation import Message, Options

__all__ = ["Talk", "converse"]

_PROMPT = "> "
_QUIT = ("/quit", "/exit")


@dataclass(slots=True)
class Talk:
    """One conversation on a terminal or in a pipe."""

    run: Invocation
    session: Session
    options: Options
    _column: int = 0
    """0 at the start of a line of the answer."""
    _held: str = ""
    """What came so far of an answer that goes into a pipe, where nothing can be taken back."""

    def ask(self, message: str | Message) -> Answer:
        """The answer to *message*, printed while it comes.

        Raises:
            Unanswered: no link answered; what was printed is no answer.
        """
        answer: Answer | None = None
        self._held = ""
        try:
            for event in self.session.stream(message, self.options):
                self._take(event)
                if isinstance(event, Answered):
                    answer = event.answer
        except Interrupted:
            self._print(self._held)  # no other answer comes, and who asks for the part wants it
            raise
        finally:
            self._end_line()
        if answer is None:
            msg = "a stream ends with an answer or an error"
            raise AssertionError(msg)
        if self.run.options.verbose:
            self._tell_story(answer)
        return answer

    def _tell_story(self, answer: Answer) -> None:
        stderr = self.run.terminal.stderr
        attempts = answer.receipt.attempts
        if len(attempts) > 1 and not self.run.options.quiet:
            stderr.writelines(f"{line}\n" for line in attempt_lines(attempts, self.run.canvas(stderr)))
        self.run.say(reply_footer(answer))

    def _take(self, event: Event) -> None:
        if isinstance(event, Said):
            self._say(event.text)
        elif isinstance(event, Restarted) and event.discarded_chars:
            self._held = ""
            self._end_line()
            self.run.warn("the answer broke off; it begins anew")
        elif isinstance(event, Answered):
            self._print(self._held)
        elif isinstance(event, Notice):
            self._end_line()
            self.run.say(str(event))

    def _say(self, text: str) -> None:
        if self.run.terminal.stdout.isatty():
            self._print(text)
        else:
            self._held += text

    def _print(self, text: str) -> None:
        if not text:
            return
        stdout = self.run.terminal.stdout
        stdout.write(visible(text, keep=PROSE) if stdout.isatty() else text)
        stdout.flush()
        self._column = 0 if text.endswith("\n") else 1

    def _end_line(self) -> None:
        if self._column:
            self._print("\n")


def converse(talk: Talk) -> int:
    """Questions and answers until `/quit` or the end of input. Ctrl-C stops an answer; at the prompt, all."""
    run = talk.run
    run.say(f"{_QUIT[0]} or Ctrl-D ends the conversation; Ctrl-C stops an answer")
    while True:
        try:
            question = _read_line(run).strip()
        except EOFError:
            run.terminal.stderr.write("\n")
            return ExitCode.OK
        if question in _QUIT:
            return ExitCode.OK
        if question:
            _answer(talk, question)


def _answer(talk: Talk, question: str) -> None:
    try:
        talk.ask(question)
    except KeyboardInterrupt:
        talk.run.terminal.stderr.write("\n")  # the terminal has written ^C
        talk.run.warn("stopped; the question and the answer so far are forgotten")
    except Unanswered as error:
        report(error, talk.run)


def _read_line(run: Invocation) -> str:
    """One line from the terminal; with line editing where the streams are this process's own.

    Raises:
        EOFError: there is no more input.
    """
    terminal = run.terminal
    if terminal.stdin is sys.stdin and terminal.stdout is sys.stdout and terminal.stdout.isatty():
        import readline  # noqa: F401 from here on `input` knows the arrow keys

        return input(_PROMPT)
    terminal.stderr.write(_PROMPT)
    terminal.stderr.flush()
    line = terminal.stdin.readline()
    if not line:
        raise EOFError
    return line
