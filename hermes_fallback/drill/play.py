"""Turns of a rehearsal, in the four ways a session can be asked: whole or streamed, waiting or on asyncio."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from types import MappingProxyType

from hermes_fallback.drill.stage import lookup
from hermes_fallback.errors import Unanswered
from hermes_fallback.model.receipt import Attempt
from hermes_fallback.runtime.plan import Plan
from hermes_fallback.session.events import (
    Answer,
    Answered,
    Called,
    Event,
    Notice,
    NoticeKind,
    Restarted,
    Said,
)
from hermes_fallback.session.session import AsyncSession, Session
from hermes_fallback.state.protocol import State
from hermes_fallback.transcript.conversation import Conversation, Options, ToolCall
from hermes_fallback.transport.asynchronous import AsyncCarrier
from hermes_fallback.transport.synchronous import Carrier

__all__ = ["MODES", "Played", "Question", "Way"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What is asked, and after what."""

    conversation: Conversation
    text: str
    options: Options


@dataclass(slots=True, kw_only=True)
class Played:
    """One turn as its caller lives through it."""

    answer: Answer | None = None
    error: Unanswered | None = None
    conversation: Conversation = field(default_factory=Conversation)
    """What stands in it afterwards."""
    began_at: float = field(default_factory=time.time)
    """Seconds since the epoch."""
    ended_at: float = 0.0
    told: str = ""
    """The text that was handed out piece by piece and not taken back."""
    called: list[ToolCall] = field(default_factory=list)
    restarts: int = 0
    is_misled: bool = False
    """True where a restart took back something else than what had been handed out."""
    switches: int = 0
    """Notices of a switch."""
    permits: int = 0
    """Questions whether a link may be used."""

    @property
    def attempts(self) -> tuple[Attempt, ...]:
        """What its receipt or its error tells of, however it ended."""
        if self.answer is not None:
            return self.answer.receipt.attempts
        attempts = self.error.attempts if self.error else ()
        return tuple(each for each in attempts if isinstance(each, Attempt))

    def hear(self, event: Event) -> None:
        """Take *event* of a stream."""
        if isinstance(event, Said):
            self.told += event.text
        elif isinstance(event, Called):
            self.called.append(event.call)
        elif isinstance(event, Restarted):
            self.is_misled |= event.discarded_chars != len(self.told)
            self.restarts += 1
            self.told = ""
        elif isinstance(event, Notice):
            self.switches += event.kind is NoticeKind.SWITCHED
        elif isinstance(event, Answered):
            self.answer = event.answer

    def permit(self, _: Notice) -> bool:
        """Yes."""
        self.permits += 1
        return True

    async def permit_async(self, notice: Notice) -> bool:
        """Yes."""
        return self.permit(notice)

    def end(self, conversation: Conversation, error: Unanswered | None = None) -> Played:
        """This turn, over."""
        self.conversation, self.error, self.ended_at = conversation, error, time.time()
        return self


Way = Callable[[Plan, State, Question, int], list[Played]]
"""Plays so many turns at once, each in a session of its own."""


def _whole(plan: Plan, state: State, question: Question, turns: int) -> list[Played]:
    def ask(session: Session, played: Played) -> None:
        played.answer = session.ask(question.text, question.options)

    return _together(plan, state, question, turns, ask)


def _streamed(plan: Plan, state: State, question: Question, turns: int) -> list[Played]:
    def ask(session: Session, played: Played) -> None:
        for event in session.stream(question.text, question.options):
            played.hear(event)

    return _together(plan, state, question, turns, ask)


def _together(
    plan: Plan, state: State, question: Question, turns: int, ask: Callable[[Session, Played], None]
) -> list[Played]:
    with Carrier(lookup=lookup) as carrier, ThreadPoolExecutor(turns) as pool:

        def play(_: int) -> Played:
            played = Played()
            session = Session(
                plan,
                conversation=question.conversation,
                may_move=played.permit,
                on_notice=played.hear,
                carrier=carrier,
                state=state,
            )
            try:
                ask(session, played)
            except Unanswered as error:
                return played.end(session.conversation, error)
            return played.end(session.conversation)

        return list(pool.map(play, range(turns)))


def _whole_async(plan: Plan, state: State, question: Question, turns: int) -> list[Played]:
    async def ask(session: AsyncSession, played: Played) -> None:
        played.answer = await session.ask(question.text, question.options)

    return asyncio.run(_together_async(plan, state, question, turns, ask))


def _streamed_async(plan: Plan, state: State, question: Question, turns: int) -> list[Played]:
    async def ask(session: AsyncSession, played: Played) -> None:
        async for event in session.stream(question.text, question.options):
            played.hear(event)

    return asyncio.run(_together_async(plan, state, question, turns, ask))


async def _together_async(
    plan: Plan,
    state: State,
    question: Question,
    turns: int,
    ask: Callable[[AsyncSession, Played], Awaitable[None]],
) -> list[Played]:
    async with AsyncCarrier(lookup=lookup) as carrier:

        async def play() -> Played:
            played = Played()
            session = AsyncSession(
                plan,
                conversation=question.conversation,
                may_move=played.permit_async,
                on_notice=played.hear,
                carrier=carrier,
                state=state,
            )
            try:
                await ask(session, played)
            except Unanswered as error:
                return played.end(session.conversation, error)
            return played.end(session.conversation)

        return list(await asyncio.gather(*(play() for _ in range(turns))))


MODES: Mapping[str, Way] = MappingProxyType(
    {
        "streamed": _streamed,
        "whole": _whole,
        "streamed-async": _streamed_async,
        "whole-async": _whole_async,
    }
)
"""The ways, by name; the first is how `hermes chat` asks."""
