"""Sessions: a conversation that goes on whichever link answers. The library's front door."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Generator, Mapping
from contextlib import aclosing, closing, suppress
from pathlib import Path
from types import TracebackType
from typing import Self, Unpack
from weakref import ReferenceType, ref

from hermes_fallback.journal.writer import Journal, open_journal
from hermes_fallback.login.renewal import RENEWER
from hermes_fallback.runtime.credential_states import open_shared_state
from hermes_fallback.runtime.plan import Choice, Plan
from hermes_fallback.runtime.runtime import Runtime
from hermes_fallback.session.dialogue import Dialogue
from hermes_fallback.session.drivers import AsyncDriver, Driver, MayMove, MayMoveAsync, Renewing
from hermes_fallback.session.events import Answer, Answered, Event, Notice
from hermes_fallback.session.flow import Steps
from hermes_fallback.session.turn import Flow
from hermes_fallback.state.protocol import State
from hermes_fallback.transcript.conversation import Conversation, Message, Options
from hermes_fallback.transport.asynchronous import AsyncCarrier
from hermes_fallback.transport.synchronous import Carrier

__all__ = ["AsyncSession", "Session"]

_EMPTY = Conversation()


class Session:
    """A conversation over a plan. Use it as a context manager; it is not for several threads at once.

    *may_move* is asked before a switch where `fallback.auto_activate` is off; without it none is made.
    *on_notice* is told of each switch and of the return, by `ask` and `resume`; streams carry notices themselves.
    *carrier* holds the connections; hand one to many sessions to share them. *state* is what is known of the health
    of hosts, keys and models, *journal* where receipts go; by default those of the plan's home, shared by all.
    *renewing* keeps sign-ins fresh.
    """

    def __init__(
        self,
        plan: Plan,
        *,
        conversation: Conversation = _EMPTY,
        may_move: MayMove | None = None,
        on_notice: Callable[[Notice], object] | None = None,
        carrier: Carrier | None = None,
        state: State | None = None,
        journal: Journal | None = None,
        renewing: Renewing = RENEWER,
    ) -> None:
        flow = _flow(plan, state, journal)
        self._dialogue = Dialogue(flow, conversation)
        self._journal = flow.journal
        self._owns_carrier = carrier is None
        self._carrier = carrier or Carrier()
        self._renewing = renewing
        self._stream: ReferenceType[Generator[Event, None, None]] | None = None
        """Not held, so that a stream that is let go of ends at once."""
        self._may_move = may_move
        self._on_notice = on_notice

    @classmethod
    def open(cls, home: str | Path | None = None, **chosen: Unpack[Choice]) -> Self:
        """A session over the chain of *home* (default: as the `hermes` command finds it).

        Raises:
            FallbackError: the home cannot be read, or what was chosen does not exist or is not ready.
        """
        return cls(Runtime.open(home).plan(**chosen))

    @property
    def conversation(self) -> Conversation:
        """Everything said so far, in the portable form."""
        return self._dialogue.conversation

    def ask(self, message: str | Message, options: Options | None = None) -> Answer:
        """The whole answer to *message*.

        Raises:
            Unanswered: no link answered; the conversation stands as before.
        """
        return self._whole(self.stream(message, options))

    def stream(self, message: str | Message, options: Options | None = None) -> Generator[Event, None, None]:
        """The answer as it comes; the last event is `Answered`. After `Restarted`, discard what came before."""
        return self._opened(self._dialogue.ask(message, options))

    def resume(self, results: Mapping[str, str]) -> Answer:
        """The whole answer to the *results* of the last answer's tool calls, by call id, in the same turn."""
        return self._whole(self.stream_resume(results))

    def stream_resume(self, results: Mapping[str, str]) -> Generator[Event, None, None]:
        """The same as `resume`, as it comes."""
        return self._opened(self._dialogue.resume(results))

    def close(self) -> None:
        """End a stream that was left open, and close the kept connections, unless they were handed in."""
        stream = self._stream() if self._stream else None
        if stream is not None:
            stream.close()
        self._journal.flush()
        if self._owns_carrier:
            self._carrier.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _opened(self, steps: Steps) -> Generator[Event, None, None]:
        events = self._events(steps)
        self._stream = ref(events)
        return events

    def _events(self, steps: Steps) -> Generator[Event, None, None]:
        for event in Driver(self._carrier, self._may_move, self._renewing).events(steps):
            if isinstance(event, Answered):
                self._dialogue.keep(event.answer)
            yield event

    def _whole(self, events: Generator[Event, None, None]) -> Answer:
        answer: Answer | None = None
        with closing(events):
            for event in events:
                if isinstance(event, Notice) and self._on_notice:
                    self._on_notice(event)
                elif isinstance(event, Answered):
                    answer = event.answer
        return _certain(answer)


class AsyncSession:
    """The same for asyncio: every method of `Session`, awaited or iterated with `async for`."""

    def __init__(
        self,
        plan: Plan,
        *,
        conversation: Conversation = _EMPTY,
        may_move: MayMoveAsync | None = None,
        on_notice: Callable[[Notice], object] | None = None,
        carrier: AsyncCarrier | None = None,
        state: State | None = None,
        journal: Journal | None = None,
        renewing: Renewing = RENEWER,
    ) -> None:
        flow = _flow(plan, state, journal)
        self._dialogue = Dialogue(flow, conversation)
        self._journal = flow.journal
        self._owns_carrier = carrier is None
        self._carrier = carrier or AsyncCarrier()
        self._renewing = renewing
        self._stream: AsyncGenerator[Event, None] | None = None
        self._may_move = may_move
        self._on_notice = on_notice

    @classmethod
    def open(cls, home: str | Path | None = None, **chosen: Unpack[Choice]) -> Self:
        """A session over the chain of *home*; see `Session.open`. Reads files, and touches no network."""
        return cls(Runtime.open(home).plan(**chosen))

    @property
    def conversation(self) -> Conversation:
        """Everything said so far, in the portable form."""
        return self._dialogue.conversation

    async def ask(self, message: str | Message, options: Options | None = None) -> Answer:
        """The whole answer to *message*; see `Session.ask`."""
        return await self._whole(self.stream(message, options))

    def stream(self, message: str | Message, options: Options | None = None) -> AsyncGenerator[Event, None]:
        """The answer as it comes; see `Session.stream`. Close what you do not read to its end: `aclosing(…)`."""
        return self._opened(self._dialogue.ask(message, options))

    async def resume(self, results: Mapping[str, str]) -> Answer:
        """The whole answer to the *results* of tool calls; see `Session.resume`."""
        return await self._whole(self.stream_resume(results))

    def stream_resume(self, results: Mapping[str, str]) -> AsyncGenerator[Event, None]:
        """The same as `resume`, as it comes."""
        return self._opened(self._dialogue.resume(results))

    async def close(self) -> None:
        """End a stream that was left open, and close the kept connections, unless they were handed in."""
        try:
            if self._stream is not None:
                with suppress(
                    RuntimeError
                ):  # another task is reading it, and will find its connection closed
                    await self._stream.aclose()
        finally:
            self._journal.flush()
            if self._owns_carrier:
                await self._carrier.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    def _opened(self, steps: Steps) -> AsyncGenerator[Event, None]:
        self._stream = self._events(steps)
        return self._stream

    async def _events(self, steps: Steps) -> AsyncGenerator[Event, None]:
        driver = AsyncDriver(self._carrier, self._may_move, self._renewing)
        async with aclosing(driver.events(steps)) as events:
            async for event in events:
                if isinstance(event, Answered):
                    self._dialogue.keep(event.answer)
                yield event

    async def _whole(self, events: AsyncGenerator[Event, None]) -> Answer:
        answer: Answer | None = None
        async with aclosing(events):
            async for event in events:
                if isinstance(event, Notice) and self._on_notice:
                    self._on_notice(event)
                elif isinstance(event, Answered):
                    answer = event.answer
        return _certain(answer)


def _flow(plan: Plan, state: State | None, journal: Journal | None) -> Flow:
    return Flow(
        plan,
        state or open_shared_state(plan.folder, plan.policy.state),
        journal or open_journal(f"{plan.folder}/journal" if plan.folder else None),
    )


def _certain(answer: Answer | None) -> Answer:
    if answer is None:
        msg = "a stream ends with an answer or an error"
        raise AssertionError(msg)
    return answer
