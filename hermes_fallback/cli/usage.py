"""Usage: what Typer complains about, in our words."""

from __future__ import annotations

from collections.abc import Iterator
from difflib import get_close_matches
from types import MappingProxyType
from typing import Any, cast

import typer

from hermes_fallback.config.redact import mask_value
from hermes_fallback.errors import UsageError

__all__ = ["PARSER_ERROR", "usage_error"]

# Older versions of Typer stand on Click, newer ones bring it along under a private name; this finds it in both.
PARSER_ERROR = cast(
    "type[Exception]", next(each for each in typer.BadParameter.__mro__ if each.__name__ == "ClickException")
)

_KEY_OPTIONS = MappingProxyType(
    {
        name: UsageError(
            f"there is no `{name}`",
            why="a key on the command line is seen by every process, and the shell keeps it in its history",
            hint="give it with --key-stdin or --key-file FILE, or name its variable with --key-env NAME",
            kind="key-on-command-line",
        )
        for name in ("--api-key", "--key", "--token")
    }
)


def usage_error(error: Any, ctx: Any) -> UsageError:
    """The error that a user sees for *error*, one of `PARSER_ERROR`, of the command that *ctx* parses."""
    path = ctx.command_path
    option = getattr(error, "option_name", None)
    if option and type(error).__name__ == "NoSuchOption":
        return _KEY_OPTIONS.get(option) or _no_such_option(option, ctx, path)
    param = getattr(error, "param", None)
    what = str(mask_value(error.message or error.format_message())).rstrip(".")
    return UsageError(f"`{_name(param)}`: {what}" if param else what, hint=f"{path} --help")


def _no_such_option(option: str, ctx: Any, path: str) -> UsageError:
    near = get_close_matches(option, list(_options(ctx)), n=2, cutoff=0.7)
    meant = " or ".join(f"`{name}`" for name in near)
    return UsageError(
        f"`{path}` has no option `{option}`",
        hint=f"did you mean {meant}?" if meant else f"{path} --help",
        kind="unknown-option",
    )


def _options(ctx: Any) -> Iterator[str]:
    for param in ctx.command.get_params(ctx):
        if param.param_type_name == "option":
            yield from param.opts


def _name(param: Any) -> str:
    is_option = param.param_type_name == "option"
    return str(param.opts[-1] if is_option else param.metavar or param.name.upper())
