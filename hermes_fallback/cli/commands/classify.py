"""`hermes fallback classify`: what a failure is taken for, and what would follow."""

from __future__ import annotations

from typing import Annotated

import typer

from hermes_fallback.cli.command import command, invocation_of
from hermes_fallback.errors import UsageError

__all__ = ["register"]

_Text = Annotated[
    str | None,
    typer.Argument(
        metavar="TEXT",
        help="A body, an answer with its headers, or the line of an exception; - or nothing: stdin.",
    ),
]
_Status = Annotated[
    int | None, typer.Option("--status", metavar="N", min=100, max=599, help="The status it came with.")
]
_OfProvider = Annotated[
    str | None, typer.Option("--provider", metavar="P", help="Who sent it; your own rules may ask.")
]
_Rows = Annotated[
    str | None,
    typer.Option("--jsonl", metavar="FILE", help="Many at once: one object a line; - is stdin."),
]


def register(app: typer.Typer) -> None:
    """Add the command to *app*."""
    command(
        app,
        "classify",
        'hermes fallback classify --status 429 \'{"error": {"code": "insufficient_quota"}}\'',
        "curl -si https://api.openai.com/v1/models | hermes fallback classify -",
        "hermes fallback classify --jsonl failures.jsonl",
    )(classify)


def classify(
    ctx: typer.Context,
    text: _Text = None,
    status: _Status = None,
    provider: _OfProvider = None,
    jsonl: _Rows = None,
) -> None:
    """Tell why a pasted failure failed, which rule says so, and what the engine would do about it."""
    from hermes_fallback.cli.classifying import (
        show_classified,
        show_rows,
    )  # 20 ms that an edit of the chain does not pay

    run = invocation_of(ctx)
    if jsonl is None:
        show_classified(run, text, status=status, provider=provider)
    elif text is None and status is None and provider is None:
        show_rows(run, jsonl)
    else:
        raise UsageError(
            "--jsonl takes neither TEXT nor --status nor --provider",
            hint="each line of the file has its own",
        )
