"""Commands and groups as Typer runs them: every one takes the global options and has a page of ours."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from difflib import get_close_matches
from functools import cache
from typing import Any, TypeVar

import typer
from typer.core import TyperCommand, TyperGroup, TyperOption

from hermes_fallback.cli.invocation import Invocation
from hermes_fallback.cli.options import GLOBAL_OPTIONS, GlobalOption
from hermes_fallback.cli.usage import PARSER_ERROR, usage_error
from hermes_fallback.cli.views.help import Page, page_text
from hermes_fallback.config.redact import mask_value
from hermes_fallback.errors import UsageError

__all__ = ["Command", "Group", "command", "group", "invocation_of", "page_of"]

_WIDEST = 100
"""Longer lines are hard to read, however wide the window is."""

_Function = TypeVar("_Function", bound=Callable[..., object])


def invocation_of(ctx: typer.Context) -> Invocation:
    """The run that *ctx* belongs to."""
    invocation: Invocation = ctx.obj
    return invocation


def group(name: str, about: str, *examples: str, bare: Callable[..., object] | None = None) -> typer.Typer:
    """A group of commands; *bare* is what it does when none of them is named, else it shows its page."""

    def show_page(ctx: typer.Context) -> None:
        if ctx.invoked_subcommand is None:
            _print_page(ctx)

    return typer.Typer(
        name=name,
        help=about,
        epilog="\n".join(examples),
        cls=Group,
        callback=bare or show_page,
        invoke_without_command=True,
        add_completion=False,
        rich_markup_mode=None,
    )


def command(
    app: typer.Typer, name: str, *examples: str, alias: str | None = None
) -> Callable[[_Function], _Function]:
    """Make a function the command *name* of *app*; its docstring is the help, *examples* end the page."""
    epilog = "\n".join(examples)

    def register(function: _Function) -> _Function:
        app.command(name, cls=Command, epilog=epilog)(function)
        if alias:
            app.command(alias, cls=Command, epilog=epilog, hidden=True)(function)
        return function

    return register


class Command(TyperCommand):
    """A command that takes the global options too, wherever they stand."""

    allow_extra_args = True  # so that `parse_args` can refuse them without repeating what may be a key

    def get_params(self, ctx: Any) -> list[Any]:  # noqa: ARG002 the signature is Click's
        """The command's own parameters, then the global options whose names it leaves free."""
        return [*self.params, *_global_params(_names(self))]

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Read *args* into *ctx*.

        Raises:
            UsageError: they do not fit the command.
        """
        try:
            rest = super().parse_args(ctx, args)
        except PARSER_ERROR as error:
            raise usage_error(error, ctx) from error
        if rest:
            raise UsageError(
                f"`{ctx.command_path}` has no place for `{mask_value(rest[0])}`",
                hint=f"{ctx.command_path} --help",
            )
        return rest

    def get_help(self, ctx: Any) -> str:
        """The help page."""
        return _page_text(ctx)


class Group(TyperGroup):
    """A group that takes the global options before its commands."""

    def get_params(self, ctx: Any) -> list[Any]:  # noqa: ARG002 the signature is Click's
        """The group's own parameters and the global options."""
        return [*self.params, *_global_params(_names(self))]

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Read the options that stand before the command into *ctx*.

        Raises:
            UsageError: they do not fit the group.
        """
        try:
            return super().parse_args(ctx, args)
        except PARSER_ERROR as error:
            raise usage_error(error, ctx) from error

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """The command that *args* begin with.

        Raises:
            UsageError: there is none; the hint names the nearest.
        """
        if self.get_command(ctx, args[0]) is None and not args[0].startswith("-"):
            raise self._unknown(ctx, args[0])
        return super().resolve_command(ctx, args)

    def get_help(self, ctx: Any) -> str:
        """The help page."""
        return _page_text(ctx)

    def _unknown(self, ctx: Any, word: str) -> UsageError:
        path = ctx.command_path
        near = get_close_matches(word, list(self.commands), n=2, cutoff=0.5)
        meant = " or ".join(f"`{path} {name}`" for name in near)
        return UsageError(
            f"`{path}` has no command `{mask_value(word)}`",
            hint=f"did you mean {meant}?" if meant else f"{path} --help",
            kind="unknown-command",
        )


def page_of(ctx: Any) -> Page:
    """The help page of the command that *ctx* runs."""
    cmd = ctx.command
    arguments = [param for param in cmd.params if param.param_type_name == "argument"]
    options = [param for param in cmd.params if param.param_type_name == "option" and not param.hidden]
    common = _global_params(_names(cmd))
    return Page(
        usage=" ".join([ctx.command_path, *_usage(cmd, arguments)]),
        about=cmd.help or "",
        commands=tuple(_commands(cmd)),
        arguments=tuple((_metavar(each), each.help) for each in arguments),
        options=tuple((_term(each), each.help or "") for each in options),
        global_options=tuple((_term(each), each.help or "") for each in common),
        examples=tuple((cmd.epilog or "").splitlines()),
    )


def _usage(cmd: Any, arguments: list[Any]) -> Iterator[str]:
    yield "[OPTIONS]"
    for each in arguments:
        name = _metavar(each)
        yield name if each.required else f"[{name}]"
    if isinstance(cmd, TyperGroup):
        yield "[COMMAND]"


def _commands(cmd: Any) -> Iterator[tuple[str, str]]:
    for name, each in getattr(cmd, "commands", {}).items():
        if not each.hidden:
            yield name, (each.help or "").partition("\n")[0]


def _term(option: Any) -> str:
    names = ", ".join(option.opts)
    return names if option.is_flag else f"{names} {option.metavar or option.name.upper()}"


def _metavar(argument: Any) -> str:
    return str(argument.metavar or argument.name.upper())


def _page_text(ctx: typer.Context) -> str:
    invocation = invocation_of(ctx)
    canvas = invocation.canvas(invocation.terminal.stdout)
    return page_text(page_of(ctx), canvas.but(width=min(canvas.width or _WIDEST, _WIDEST)))


def _print_page(ctx: typer.Context) -> None:
    invocation_of(ctx).write(ctx.get_help())


def _names(cmd: Any) -> frozenset[str]:
    return frozenset(name for param in cmd.params for name in param.opts)


@cache
def _global_params(taken: frozenset[str]) -> tuple[TyperOption, ...]:
    """The global options, without the names that are *taken*: `-q` of `chat` is its question."""
    return (*(_global_param(option, taken) for option in GLOBAL_OPTIONS), _help_param())


def _global_param(option: GlobalOption, taken: frozenset[str]) -> TyperOption:
    def remember(ctx: typer.Context, value: str | bool | None) -> None:
        if value:
            run = invocation_of(ctx)
            run.options = run.options.but(**{option.field: _checked(option, value)})

    names = [name for name in option.names if name not in taken]
    is_flag = option.metavar is None
    return TyperOption(
        param_decls=[f"_{option.field}", *names],
        type=None if is_flag else str,
        is_flag=is_flag,
        metavar=option.metavar,
        help=option.help,
        expose_value=False,
        callback=lambda ctx, _param, value: remember(ctx, value),
    )


def _checked(option: GlobalOption, value: str | bool) -> str | bool:
    if option.choices and value not in option.choices:
        raise UsageError(
            f"`{value}` cannot be {option.names[-1]}", hint=f"use one of {', '.join(option.choices)}"
        )
    return value


def _help_param() -> TyperOption:
    def show(ctx: typer.Context, value: bool | None) -> None:
        if value:
            _print_page(ctx)
            raise typer.Exit

    return TyperOption(
        param_decls=["_help", "-h", "--help"],
        is_flag=True,
        is_eager=True,
        help="Show this page.",
        expose_value=False,
        callback=lambda ctx, _param, value: show(ctx, value),
    )
