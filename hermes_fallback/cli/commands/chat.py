"""`hermes chat`: one question, or a conversation, through the chain."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from math import inf
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from hermes_fallback.cli.command import command, invocation_of
from hermes_fallback.cli.images import image_part
from hermes_fallback.cli.invocation import Invocation
from hermes_fallback.cli.reading import read_text, read_whole
from hermes_fallback.cli.talk import Talk, converse
from hermes_fallback.cli.views.answer import Reply, reply_document
from hermes_fallback.errors import ExitCode, UsageError
from hermes_fallback.transcript.conversation import Conversation, Message, Options

if TYPE_CHECKING:
    from hermes_fallback.runtime.plan import Plan
    from hermes_fallback.session.events import Notice
    from hermes_fallback.session.session import Session

__all__ = ["register"]

_Number = TypeVar("_Number", int, float)


def register(app: typer.Typer) -> None:
    """Add the command to *app*."""
    command(
        app,
        "chat",
        'hermes chat -q "Are you there?"',
        "git diff | hermes chat -q - --system 'Write a commit message.'",
        "hermes chat --skip 0",
    )(chat)


def chat(
    ctx: typer.Context,
    question: Annotated[
        str | None,
        typer.Option("-q", "--question", metavar="TEXT", help="The question; - reads it from stdin."),
    ] = None,
    model: Annotated[
        str | None, typer.Option("--model", metavar="MODEL", help="Another model first.")
    ] = None,
    provider: Annotated[
        str | None, typer.Option("--provider", metavar="PROVIDER", help="Another provider first.")
    ] = None,
    no_fallback: Annotated[bool, typer.Option("--no-fallback", help="Ask the primary alone.")] = False,
    skip: Annotated[
        list[str] | None, typer.Option("--skip", metavar="LINK", help="Pass over a link; 0 is the primary.")
    ] = None,
    system: Annotated[str | None, typer.Option("--system", metavar="TEXT", help="The system prompt.")] = None,
    temperature: Annotated[float | None, typer.Option("--temperature", metavar="T", help="From 0.")] = None,
    max_tokens: Annotated[
        int | None, typer.Option("--max-tokens", metavar="N", help="The longest answer wanted.")
    ] = None,
    json_schema: Annotated[
        str | None, typer.Option("--json-schema", metavar="FILE", help="Ask for JSON of this schema.")
    ] = None,
    image: Annotated[
        list[str] | None,
        typer.Option("--image", metavar="FILE", help="Show a picture: a file or an address."),
    ] = None,
) -> int:
    """Ask one question with -q, or hold a conversation; when a link fails, the next one goes on."""
    run = invocation_of(ctx)
    message = _message(run, question, image or ())
    options = Options(
        temperature=_checked("--temperature", temperature, least=0),
        max_tokens=_checked("--max-tokens", max_tokens, least=1),
        json_schema=_schema(json_schema),
    )
    runtime = run.runtime()
    plan = runtime.plan(provider=provider, model=model, fallback=not no_fallback, skip=skip or ())
    with _session(run, plan, system) as session:
        if message is None:
            return converse(Talk(run, session, options))
        if not run.options.json:
            Talk(run, session, options).ask(message)
        else:
            answer = session.ask(message, options)
            run.show_document(
                reply_document(Reply(answer=answer, requested=runtime.primary(provider, model)))
            )
    return ExitCode.OK


def _session(run: Invocation, plan: Plan, system: str | None) -> Session:
    from hermes_fallback.session.session import (
        Session,
    )  # brings the transport, 40 ms that no other command pays

    opening = Conversation((Message.system(system),) if system else ())
    return Session(plan, conversation=opening, may_move=_permission(run))


def _permission(run: Invocation) -> Callable[[Notice], bool] | None:
    """Asks before a switch, where somebody can be asked."""
    if not run.can_ask:
        return None
    from hermes_fallback.session.events import NoticeKind  # the session brings it along

    def may_move(notice: Notice) -> bool:
        if notice.kind is NoticeKind.COSTS:
            return run.confirm(f"{notice}; use it?")
        return run.confirm(f"{notice.left} {notice.detail}; go on with {notice.to}?")

    return may_move


def _message(run: Invocation, question: str | None, images: Sequence[str]) -> Message | None:
    """The one question, or None for a conversation.

    Raises:
        UsageError: there is no question, and nobody to hold a conversation with.
    """
    if question is None:
        if images or not run.can_ask:
            raise UsageError(
                "-q TEXT is missing",
                why="--image goes with a question"
                if images
                else "there is no terminal to hold a conversation on",
                hint='hermes chat -q "Are you there?", or -q - to read it from stdin',
                kind="missing-question",
            )
        return None
    text = read_whole(run).strip() if question == "-" else question
    if not text.strip():
        raise UsageError(
            "the question is empty", hint='hermes chat -q "Are you there?"', kind="empty-question"
        )
    if not images:
        return Message.user(text)
    said: dict[str, object] = {"type": "text", "text": text}
    return Message(role="user", content=(said, *map(image_part, images)))


def _checked(option: str, value: _Number | None, *, least: int) -> _Number | None:
    if value is not None and not least <= value < inf:
        raise UsageError(f"`{value}` cannot be {option}", hint=f"use a number from {least}", kind="bad-value")
    return value


def _schema(given: str | None) -> Mapping[str, object] | None:
    if given is None:
        return None
    text = given if given.lstrip().startswith("{") else read_text(Path(given))
    try:
        schema = json.loads(text)
    except (ValueError, RecursionError):
        schema = None
    if not isinstance(schema, dict):
        raise UsageError("--json-schema holds no JSON object", hint="give a file with a JSON Schema in it")
    return schema
