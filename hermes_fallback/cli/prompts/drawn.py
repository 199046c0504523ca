"""Prompts drawn on a terminal whose cursor can be moved. prompt_toolkit is imported here: 100 ms."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from typing import Any, TextIO, TypeVar, cast

import questionary
from prompt_toolkit.application import Application, get_app
from prompt_toolkit.data_structures import Size
from prompt_toolkit.filters import is_done
from prompt_toolkit.formatted_text import StyleAndTextTuples
from prompt_toolkit.input import create_input
from prompt_toolkit.input.typeahead import clear_typeahead
from prompt_toolkit.key_binding import KeyBindings, merge_key_bindings
from prompt_toolkit.key_binding.key_processor import KeyPressEvent
from prompt_toolkit.layout import ConditionalContainer, FormattedTextControl, HSplit, Layout, Window
from prompt_toolkit.layout.processors import Processor, Transformation, TransformationInput
from prompt_toolkit.output import ColorDepth
from prompt_toolkit.output.vt100 import Vt100_Output
from prompt_toolkit.styles import Style

from hermes_fallback.cli.prompts.bindings import acting, answering, choosing, go_back, leaving, moving
from hermes_fallback.cli.prompts.frame import Line, folded, footer, menu_lines, question_lines
from hermes_fallback.cli.prompts.menu import Menu
from hermes_fallback.cli.prompts.protocol import BACK, Check, Row, fault_in
from hermes_fallback.cli.prompts.silence import forget_enter, unheard
from hermes_fallback.cli.prompts.spinner import spinning
from hermes_fallback.cli.terminal import Terminal
from hermes_fallback.cli.views.canvas import Canvas

__all__ = ["DrawnPrompts"]

T = TypeVar("T")

_STYLE = {
    "qmark": "noinherit fg:ansigreen",
    "question": "noinherit bold",
    "answer": "noinherit",
    "instruction": "noinherit dim",
    "pointer": "fg:ansigreen bold",
    "heading": "bold",
    "note": "dim",
    "footer": "dim",
    "fault": "fg:ansired",
}
"""`noinherit` drops what questionary would add."""

_ESCAPE_S = 0.2
"""How long the bytes of an arrow key may take to arrive before the first of them counts as Escape."""
_ALT_S = 0.05

_LEAVES = "Esc leaves"
_GOES_BACK = f"{BACK} goes back"


class DrawnPrompts:
    """Lists with a cursor, lines that can be edited; what was answered stays behind as one line."""

    def __init__(self, terminal: Terminal, canvas: Canvas) -> None:
        self._stdin, self._stderr = terminal.stdin, terminal.stderr
        self._input = create_input(terminal.stdin)
        # Without cursor position requests no reply can get lost, or be taken for what somebody typed.
        self._output = Vt100_Output(
            terminal.stderr,
            partial(_size, terminal.stderr),
            term=terminal.environ.get("TERM"),
            default_color_depth=ColorDepth.DEPTH_4_BIT if canvas.has_color else ColorDepth.DEPTH_1_BIT,
            enable_cpr=False,
        )
        self._style = Style.from_dict(_STYLE if canvas.has_color else dict.fromkeys(_STYLE, "noinherit"))
        self._page = canvas

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
        """The value of the row on which Enter was pressed."""
        menu = cast("Menu[object]", Menu(rows, start=start, free_text=free_text))

        def draw() -> list[Line]:
            canvas = self._canvas
            if get_app().is_done:
                return question_lines(canvas, question, menu.answer, is_done=True)
            keys = ["type to filter", "Enter chooses", *_ways_out(can_go_back=can_go_back)]
            foot = footer(canvas, [_place(menu), *keys], hint=hint)
            head = question_lines(canvas, question, menu.typed, is_done=False)
            return menu_lines(menu, canvas, head, foot, self._output.get_size().rows)

        keys = (moving(menu), choosing(menu, can_go_back=can_go_back))
        return cast("T", self._run_menu(draw, *keys, is_empty=lambda: not menu.typed))

    def act(
        self, title: Sequence[str], rows: Sequence[Row[T]], keys: Mapping[str, str], *, start: int = 0
    ) -> tuple[str, int]:
        """The key of *keys* that was pressed, and the row of the cursor. Nothing of it stays behind."""
        menu = cast("Menu[object]", Menu(rows, start=start))
        names = [f"{'Enter' if key == 'enter' else key} {what}" for key, what in keys.items()]

        def draw() -> list[Line]:
            canvas = self._canvas
            head = [line for text in title for line in folded(canvas, text, "", indent="  ")]
            foot = footer(canvas, names)
            return menu_lines(menu, canvas, head, foot, self._output.get_size().rows) if rows else head + foot

        bindings = (moving(menu), acting(menu, keys))
        return cast("tuple[str, int]", self._run_menu(draw, *bindings, is_empty=lambda: True, erase=True))

    def text(
        self,
        question: str,
        *,
        default: str = "",
        check: Check | None = None,
        can_go_back: bool = False,
        hint: str = "",
    ) -> str:
        """What was typed on one line, which can be edited."""
        asked = questionary.text(self._folded(question), default=default, **self._options)
        return self._run_line(asked, check, can_go_back=can_go_back, hint=hint)

    def secret(
        self, question: str, *, check: Check | None = None, can_go_back: bool = False, hint: str = ""
    ) -> str:
        """What was typed; that something was is all that is shown."""
        asked = questionary.password(self._folded(question), input_processors=[_Hidden()], **self._options)
        return self._run_line(asked, check, can_go_back=can_go_back, hint=hint, is_secret=True)

    def confirm(self, question: str, *, default: bool, can_go_back: bool = False) -> bool:
        """True for `y`, False for `n`; either is enough by itself."""
        asked = questionary.confirm(self._folded(question), default=default, **self._options)
        back = KeyBindings()
        if can_go_back:
            for key in (BACK, "left"):
                back.add(key)(go_back)
        foot = partial(footer, keys=_ways_out(can_go_back=can_go_back))
        answer = cast("bool", self._run_asked(asked, back, foot))
        forget_enter(self._stdin)
        clear_typeahead(self._input)
        return answer

    @contextmanager
    def waiting(self, what: str) -> Iterator[None]:
        """A sign that turns beside *what* until the body is through."""
        with unheard(self._stdin), spinning(self._stderr, self._canvas, what):
            yield

    @property
    def _canvas(self) -> Canvas:
        """The page as wide as it is now; its last column stays free."""
        return self._page.but(width=self._output.get_size().columns - 1)

    @property
    def _options(self) -> dict[str, Any]:
        return {"style": self._style, "input": self._input, "output": self._output}

    def _folded(self, question: str) -> str:
        """*question* behind the two columns of the mark, and one blank more than questionary puts behind it."""
        canvas = self._canvas
        return canvas.fold(canvas.plain(question), first="  ", indent="  ")[2:] + " "

    def _run_menu(
        self,
        draw: Callable[[], list[Line]],
        *keys: KeyBindings,
        is_empty: Callable[[], bool],
        erase: bool = False,
    ) -> object:
        app: Application[object] = Application(
            layout=Layout(Window(FormattedTextControl(lambda: _joined(draw()), focusable=True))),
            key_bindings=merge_key_bindings([leaving(is_empty=is_empty), *keys]),
            style=self._style,
            input=self._input,
            output=self._output,
            erase_when_done=erase,
        )
        return _run(app)

    def _run_line(
        self,
        asked: questionary.Question,
        check: Check | None,
        *,
        can_go_back: bool,
        hint: str,
        is_secret: bool = False,
    ) -> str:
        buffer = asked.application.current_buffer
        fault = ""

        def submit(event: KeyPressEvent) -> None:
            nonlocal fault
            typed = buffer.text.strip()
            if can_go_back and typed.endswith(BACK):  # also behind a default, which stands there already
                go_back(event)
                return
            found = (None if is_secret else fault_in(typed)) or (check(typed) if check else None)
            if found is None:
                event.app.exit(result=typed)
                return
            if is_secret:
                buffer.reset()
            fault = found

        def forget(_: object) -> None:
            nonlocal fault
            fault = ""

        buffer.on_text_changed += forget
        keys = ["Enter accepts", *_ways_out(can_go_back=can_go_back)]

        def foot(canvas: Canvas) -> list[Line]:
            return footer(canvas, keys, hint=hint, fault=fault)

        return cast("str", self._run_asked(asked, answering(submit), foot))

    def _run_asked(
        self, asked: questionary.Question, keys: KeyBindings, foot: Callable[[Canvas], list[Line]]
    ) -> object:
        """The answer to what questionary asks, with *foot* under it and *keys* that come before its own."""
        app = asked.application
        below = Window(FormattedTextControl(lambda: _joined(foot(self._canvas))), dont_extend_height=True)
        app.layout = Layout(
            HSplit([app.layout.container, ConditionalContainer(below, ~is_done)]), app.layout.current_window
        )
        out = leaving(is_empty=lambda: not app.current_buffer.text)
        app.key_bindings = merge_key_bindings([*([app.key_bindings] if app.key_bindings else []), out, keys])
        return _run(app)


class _Hidden(Processor):
    """One word in place of whatever was typed, so that not even its length is told."""

    def apply_transformation(self, transformation_input: TransformationInput) -> Transformation:
        """What the line shows."""
        word = "(hidden)" if transformation_input.document.text else ""
        return Transformation(
            [("", word)], source_to_display=lambda _: len(word), display_to_source=lambda _: 0
        )


def _run(app: Application[Any]) -> object:
    app.ttimeoutlen, app.timeoutlen = _ESCAPE_S, _ALT_S
    return app.run()


def _ways_out(*, can_go_back: bool) -> list[str]:
    return [_GOES_BACK, _LEAVES] if can_go_back else [_LEAVES]


def _place(menu: Menu[object]) -> str:
    return f"{menu.at + 1 if menu.shown else 0}/{len(menu.shown)}"


def _joined(lines: list[Line]) -> StyleAndTextTuples:
    """*lines* as prompt_toolkit takes them: one list, with line breaks between."""
    joined: StyleAndTextTuples = []
    for line in lines:
        joined += [*line, ("", "\n")]
    return joined[:-1]


def _size(stream: TextIO) -> Size:
    """A window's size as it is now; a terminal that does not know it says 0."""
    found = os.get_terminal_size(stream.fileno())
    return Size(rows=found.lines or 24, columns=found.columns or 80)
