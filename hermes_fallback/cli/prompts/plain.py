"""Prompts in plain lines, for terminals whose cursor cannot be moved, and for those who listen to theirs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TypeVar

from hermes_fallback.cli.prompts.menu import Menu
from hermes_fallback.cli.prompts.protocol import BACK, Back, Check, Row, fault_in
from hermes_fallback.cli.prompts.silence import echo_off, unheard
from hermes_fallback.cli.terminal import Terminal
from hermes_fallback.cli.views.canvas import Canvas

__all__ = ["PlainPrompts"]

T = TypeVar("T")

_PAGE = 20
_MORE = "+"
_ESCAPE = "\x1b"
_YES_OR_NO = {"y": True, "yes": True, "n": False, "no": False}


class PlainPrompts:
    """Numbered rows and typed answers; not one escape sequence."""

    def __init__(self, terminal: Terminal, canvas: Canvas) -> None:
        self._stdin, self._stderr = terminal.stdin, terminal.stderr
        self._canvas = canvas

    def choose(
        self,
        question: str,
        rows: Sequence[Row[T]],
        *,
        start: int = 0,
        can_go_back: bool = False,
        free_text: str | None = None,
        hint: str = "",
    ) -> T:
        """The value of the row whose number was typed, or whose text; Enter alone takes the one in brackets."""
        menu = Menu(rows, start=start, free_text=free_text)
        self._say(question)
        self._hint(hint)
        while True:
            self._list(menu)
            typed = self._ask(_choice_prompt(menu), can_go_back=can_go_back)
            if typed == _MORE:
                menu.at = _next_page(menu)
                continue
            row = _meant(menu, typed)
            if row:
                return row.value

    def act(
        self, title: Sequence[str], rows: Sequence[Row[T]], keys: Mapping[str, str], *, start: int = 0
    ) -> tuple[str, int]:
        """The key that was typed, and the row whose number was typed behind it, else the marked one."""
        for line in title:
            self._say(line)
        for index, row in enumerate(rows):
            self._say(f"{'>' if index == start else ' '} {_numbered(row, index + 1, len(rows))}")
        names = ", ".join(f"{'Enter' if key == 'enter' else key} {what}" for key, what in keys.items())
        while True:
            self._say(names)
            typed = self._ask(f"key, then the number of a row [{start + 1}]" if rows else "key")
            key, _, number = (typed or "enter").partition(" ")
            at = _at(number, len(rows)) if number else start
            if key in keys and at is not None:
                return key, at
            self._say(f"`{typed}` is none of them" if typed else "type one of these keys:")

    def text(
        self,
        question: str,
        *,
        default: str = "",
        check: Check | None = None,
        can_go_back: bool = False,
        hint: str = "",
    ) -> str:
        """The line that was typed; an empty one means *default*, which is shown in brackets."""
        prompt = f"{question} [{default}]" if default else question
        return self._checked(prompt, check, default=default, can_go_back=can_go_back, hint=hint)

    def secret(
        self, question: str, *, check: Check | None = None, can_go_back: bool = False, hint: str = ""
    ) -> str:
        """The line that was typed, which the terminal did not show."""
        with echo_off(self._stdin):
            return self._checked(
                f"{question} (hidden)", check, can_go_back=can_go_back, hint=hint, is_secret=True
            )

    def confirm(self, question: str, *, default: bool, can_go_back: bool = False) -> bool:
        """True for `y` or `yes`, False for `n` or `no`."""
        prompt = f"{question} {'[Y/n]' if default else '[y/N]'}"
        while True:
            typed = self._ask(prompt, can_go_back=can_go_back)
            answer = _YES_OR_NO.get(typed.lower()) if typed else default
            if answer is not None:
                return answer
            self._say("type y or n")

    @contextmanager
    def waiting(self, what: str) -> Iterator[None]:
        """One line says what is waited for."""
        self._say(f"{what} ...")
        with unheard(self._stdin):
            yield

    def _checked(
        self,
        prompt: str,
        check: Check | None,
        *,
        default: str = "",
        can_go_back: bool,
        hint: str,
        is_secret: bool = False,
    ) -> str:
        self._hint(hint)
        while True:
            typed = self._ask(prompt, can_go_back=can_go_back, is_secret=is_secret) or default
            fault = check(typed) if check else None
            if fault is None:
                return typed
            self._say(fault)

    def _ask(self, prompt: str, *, can_go_back: bool = False, is_secret: bool = False) -> str:
        """One typed line.

        Raises:
            Back: it is `<`, and that is offered.
            KeyboardInterrupt: it is Escape, or there is no more input.
        """
        if can_go_back:
            prompt += f" ({BACK} goes back)"
        prompt = self._folded(prompt if prompt.endswith("?") else f"{prompt}:")
        while True:
            self._write(f"{prompt} ")
            line = self._stdin.readline()
            typed = line.strip()
            if not line or typed == _ESCAPE:
                raise KeyboardInterrupt
            if can_go_back and typed == BACK:
                raise Back
            fault = None if is_secret else fault_in(typed)
            if fault is None:
                return typed
            self._say(fault)

    def _list(self, menu: Menu[T]) -> None:
        if not menu.shown:
            self._say(f"nothing matches `{menu.typed}`" if menu.typed else "the list is empty")
        first = menu.at // _PAGE * _PAGE
        page = range(first, min(first + _PAGE, len(menu.shown)))
        heading = ""
        for line in menu.lines():
            if isinstance(line, str):
                heading = line
            elif line in page:
                if heading:
                    self._say(heading)
                self._say(_numbered(menu.shown[line], line + 1, len(menu.shown)))
                heading = ""
        if len(page) < len(menu.shown):
            self._say(f"{first + 1} to {page.stop} of {len(menu.shown)}; {_MORE} shows more")

    def _hint(self, hint: str) -> None:
        if hint:
            self._say(hint)

    def _say(self, text: str) -> None:
        self._write(self._folded(text) + "\n")

    def _folded(self, text: str) -> str:
        return self._canvas.fold(self._canvas.plain(text), indent="  ")

    def _write(self, text: str) -> None:
        self._stderr.write(text)
        self._stderr.flush()


def _choice_prompt(menu: Menu[T]) -> str:
    return f"number, or words to find [{menu.at + 1}]" if menu.shown else "words to find"


def _meant(menu: Menu[T], typed: str) -> Row[T] | None:
    """The row that was typed, by its number or its text; words that are neither filter *menu*."""
    if not typed:
        return menu.current
    place = _at(typed, len(menu.shown))
    if place is not None:
        return menu.shown[place]
    menu.filter(typed)
    return menu.current if menu.current and menu.current.text == typed else None


def _at(number: str, count: int) -> int | None:
    """The index of the row of that *number*, which counts from 1; None where there is none among *count*."""
    return int(number) - 1 if number.isdecimal() and 1 <= int(number) <= count else None


def _next_page(menu: Menu[T]) -> int:
    """The first row of the page behind the cursor's, or of the first page behind the last."""
    first = (menu.at // _PAGE + 1) * _PAGE
    return first if first < len(menu.shown) else 0


def _numbered(row: Row[T], number: int, most: int) -> str:
    """*row* behind its *number*, unless it begins with that already."""
    text = f"{row.text}  {row.note}" if row.note else row.text
    return text if text.startswith(f"{number} ") else f"{number:>{len(str(most))}}  {text}"
