"""Key bindings: what each key does at a prompt that is drawn."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from prompt_toolkit.filters import Condition
from prompt_toolkit.key_binding import KeyBindings
from prompt_toolkit.key_binding.key_processor import KeyPressEvent
from prompt_toolkit.keys import Keys

from hermes_fallback.cli.prompts.menu import Menu
from hermes_fallback.cli.prompts.protocol import BACK, Back

__all__ = ["acting", "answering", "choosing", "go_back", "leaving", "moving"]

_PAGE = 10
_ALL = 1_000_000
_MOVES = {"up": -1, "down": 1, "pageup": -_PAGE, "pagedown": _PAGE, "home": -_ALL, "end": _ALL}


def leaving(*, is_empty: Callable[[], bool]) -> KeyBindings:
    """Ctrl-C and Escape end the program, and Ctrl-D does where *is_empty* says that nothing is typed."""
    keys = KeyBindings()
    for key in ("c-c", "escape"):
        keys.add(key)(_leave)
    keys.add("c-d", filter=Condition(is_empty))(_leave)
    # Alt with a key, and an arrow whose bytes came apart on a slow line, are not Escape.
    keys.add("escape", Keys.Any)(_ignore)
    return keys


def _leave(event: KeyPressEvent) -> None:
    _give_up(event, KeyboardInterrupt())


def _give_up(event: KeyPressEvent, error: BaseException) -> None:
    """End this question with *error*; what is not answered leaves no trace."""
    event.app.erase_when_done = True
    event.app.exit(exception=error)


def _ignore(event: KeyPressEvent) -> None:
    """Nothing happens."""


def go_back(event: KeyPressEvent) -> None:
    """End this question with `Back`."""
    _give_up(event, Back())


def moving(menu: Menu[object]) -> KeyBindings:
    """The arrows and their neighbours move the cursor of *menu*."""
    keys = KeyBindings()
    for key, by in _MOVES.items():
        keys.add(key)(lambda _, by=by: menu.move(by))
    return keys


def choosing(menu: Menu[object], *, can_go_back: bool) -> KeyBindings:
    """What is typed filters *menu*; Enter ends with its current row, where there is one."""
    keys = KeyBindings()

    @keys.add(Keys.Any)
    @keys.add(Keys.BracketedPaste)
    def type_more(event: KeyPressEvent) -> None:
        typed = "".join(char for char in event.data if char.isprintable())
        if can_go_back and menu.typed + typed == BACK:
            go_back(event)
        elif typed:
            menu.filter(menu.typed + typed)

    @keys.add("enter")
    def take(event: KeyPressEvent) -> None:
        if menu.current is not None:
            event.app.exit(result=menu.current.value)

    keys.add("backspace")(lambda _: menu.filter(menu.typed[:-1]))
    keys.add("c-u")(lambda _: menu.filter(""))
    if can_go_back:
        keys.add("left")(go_back)
    return keys


def acting(menu: Menu[object], actions: Iterable[str]) -> KeyBindings:
    """Each key of *actions* ends with itself and the row the cursor of *menu* is on."""
    keys = KeyBindings()
    for action in actions:
        keys.add(action)(lambda event, action=action: event.app.exit(result=(action, menu.at)))
    return keys


def answering(submit: Callable[[KeyPressEvent], None]) -> KeyBindings:
    """Enter calls *submit*; what is pasted comes without the line break that was copied with it."""
    keys = KeyBindings()
    keys.add("enter")(submit)
    keys.add(Keys.BracketedPaste)(lambda event: event.current_buffer.insert_text(event.data.strip()))
    for search in ("c-r", "c-s"):  # it would show what is typed
        keys.add(search)(_ignore)
    return keys
