"""What `fallback add` and `model set` both take: the fields of a link, and the key it needs."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

__all__ = [
    "ApiMode",
    "AuthMode",
    "BaseUrl",
    "ContextLength",
    "Cost",
    "DryRun",
    "KeyEnv",
    "KeyFile",
    "KeyStdin",
    "Model",
    "Provider",
    "Store",
    "Zone",
]

Provider = Annotated[str | None, typer.Argument(metavar="PROVIDER", help="A provider or one of its aliases.")]
Model = Annotated[str | None, typer.Argument(metavar="MODEL", help="The model, as the provider calls it.")]
BaseUrl = Annotated[
    str | None,
    typer.Option("--base-url", metavar="URL", help="Its endpoint, where that is not the provider's own."),
]
KeyEnv = Annotated[
    str | None,
    typer.Option("--key-env", metavar="NAME", help="The variable that holds its key; never the key."),
]
ApiMode = Annotated[
    str | None,
    typer.Option("--api-mode", metavar="DIALECT", help="The dialect it speaks, such as chat_completions."),
]
AuthMode = Annotated[
    str | None,
    typer.Option(
        "--auth-mode",
        metavar="api_key|entra_id",
        help="Sign in to Microsoft Foundry with Entra ID, or not.",
    ),
]
ContextLength = Annotated[
    int | None, typer.Option("--context-length", metavar="TOKENS", help="How many tokens the model holds.")
]
Cost = Annotated[
    str | None,
    typer.Option("--cost", metavar="local|free|subscription|metered", help="What a request to it costs."),
]
Zone = Annotated[
    str | None,
    typer.Option("--zone", metavar="ZONE", help="Where it stands: device, lan, region:NAME or any."),
]
KeyStdin = Annotated[bool, typer.Option("--key-stdin", help="Read its key from stdin and store it.")]
KeyFile = Annotated[
    Path | None, typer.Option("--key-file", metavar="FILE", help="Read its key from FILE and store it.")
]
Store = Annotated[
    str | None,
    typer.Option(
        "--store", metavar="keyring|env", help="Where to store it: in the system's keyring, or in .env."
    ),
]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Show what would change, and write nothing.")]
