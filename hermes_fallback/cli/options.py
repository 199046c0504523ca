"""The options that every command takes, as data: the fast path and Typer both read them from here."""

from __future__ import annotations

from collections.abc import Sequence

from hermes_fallback.fact import Fact

TYPE_CHECKING = False  # importing `typing` for it takes 4 ms
if TYPE_CHECKING:
    from typing import Any

__all__ = ["GLOBAL_OPTIONS", "GlobalOption", "Options", "is_given", "read_globals"]

COLOR_CHOICES = ("auto", "always", "never")


class Options(Fact):
    """What was asked for beside the command itself."""

    home: str | None = None
    profile: str | None = None
    json: bool = False
    no_input: bool = False
    color: str = "auto"
    verbose: bool = False
    quiet: bool = False
    debug: bool = False


class GlobalOption(Fact):
    """One option: its names, the field of `Options` it sets, and its line in the help."""

    names: tuple[str, ...]
    field: str
    help: str
    metavar: str | None = None
    """None for a flag."""
    choices: tuple[str, ...] = ()


GLOBAL_OPTIONS = (
    GlobalOption(
        names=("--home",), field="home", metavar="DIR", help="Use DIR in place of HERMES_HOME or ~/.hermes."
    ),
    GlobalOption(names=("-p", "--profile"), field="profile", metavar="NAME", help="Use the profile NAME."),
    GlobalOption(names=("--json",), field="json", help="Print one JSON document."),
    GlobalOption(
        names=("--no-input",), field="no_input", help="Never ask; fail and name the option to give."
    ),
    GlobalOption(
        names=("--color",),
        field="color",
        metavar="|".join(COLOR_CHOICES),
        choices=COLOR_CHOICES,
        help="When to use colour.",
    ),
    GlobalOption(names=("-v", "--verbose"), field="verbose", help="Say more."),
    GlobalOption(names=("-q", "--quiet"), field="quiet", help="Say nothing but results and errors."),
    GlobalOption(names=("--debug",), field="debug", help="Show the traceback of an error."),
)

_BY_NAME = {name: option for option in GLOBAL_OPTIONS for name in option.names}


def read_globals(argv: Sequence[str]) -> tuple[Options, list[str]] | None:
    """The global options in *argv* and the other words, or None where it takes the full parser to tell."""
    chosen: dict[str, Any] = {}
    words = []
    rest = iter(argv)
    for word in rest:
        name, equals, value = word.partition("=")
        option = _BY_NAME.get(name)
        if option is None:
            words.append(word)
        elif option.metavar is None and not equals:
            chosen[option.field] = True
        elif option.metavar is not None and (given := value if equals else next(rest, "")):
            if given.startswith("-") or (option.choices and given not in option.choices):
                return None
            chosen[option.field] = given
        else:
            return None
    return Options(**chosen), words


def is_given(flag: str, argv: Sequence[str]) -> bool:
    """True when *flag* stands among the options of *argv*, whether or not the rest can be parsed."""
    for word in argv:
        if word == "--":
            return False
        if word == flag:
            return True
    return False
