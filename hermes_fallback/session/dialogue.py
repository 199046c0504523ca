"""Dialogue: the conversation of a session and the turn it is in, without I/O."""

from __future__ import annotations

import inspect
from collections.abc import Mapping

from hermes_fallback.errors import UsageError
from hermes_fallback.session.events import Answer
from hermes_fallback.session.flow import Steps, step
from hermes_fallback.session.turn import Flow, TurnState
from hermes_fallback.transcript.conversation import Conversation, Message, Options

__all__ = ["Dialogue"]


class Dialogue:
    """What has been said so far. A failed step leaves it as it was, so that asking again is safe."""

    def __init__(self, flow: Flow, conversation: Conversation) -> None:
        self.conversation = conversation
        self._flow = flow
        self._state: TurnState | None = None
        self._pending = conversation
        self._options = Options()
        self._running: Steps | None = None

    def ask(self, message: str | Message, options: Options | None) -> Steps:
        """The first step of a new turn, which begins with the primary.

        Raises:
            UsageError: tool calls of the last answer are still open, or a stream is.
        """
        self._check_idle()
        if waiting := self._waiting():
            raise UsageError(
                "the last answer asks for tools",
                why=f"open calls: {', '.join(waiting)}",
                hint="give their results with `resume`",
                kind="open-tool-calls",
            )
        said = Message.user(message) if isinstance(message, str) else message
        self._state = self._flow.turn()
        self._options = options or Options()
        return self._step(self._state, self.conversation.plus(said))

    def resume(self, results: Mapping[str, str]) -> Steps:
        """The next step of the same turn, with the *results* of its tool calls by call id.

        Raises:
            UsageError: no tool call waits for a result, or *results* does not answer exactly those that do.
        """
        self._check_idle()
        waiting = self._waiting()
        if self._state is None or not waiting or set(results) != set(waiting):
            raise UsageError(
                "these results do not answer the open tool calls",
                why=f"open: {', '.join(waiting) or 'none'}; given: {', '.join(results) or 'none'}",
                hint="give one result for each call id of the last answer",
            )
        messages = [Message.tool_result(call_id, results[call_id]) for call_id in waiting]
        return self._step(self._state, self.conversation.plus(*messages))

    def keep(self, answer: Answer) -> None:
        """Take *answer* into the conversation."""
        self.conversation = self._pending.plus(answer.message)

    def _waiting(self) -> tuple[str, ...]:
        last = self.conversation.messages[-1] if self.conversation.messages else None
        return tuple(call.id for call in last.tool_calls) if last else ()

    def _check_idle(self) -> None:
        """Nothing, unless an answer is being read. One that nobody has begun to read is given up."""
        if self._running is None:
            return
        if inspect.getgeneratorstate(self._running) == inspect.GEN_CREATED:
            self._running.close()
        if inspect.getgeneratorstate(self._running) != inspect.GEN_CLOSED:
            raise UsageError(
                "a stream of this session is still open",
                why="two answers at once would tear the conversation",
                hint="read it to its end or close it, or use a session for each conversation",
                kind="open-stream",
            )

    def _step(self, state: TurnState, conversation: Conversation) -> Steps:
        self._pending = conversation
        self._running = step(self._flow, state, conversation, self._options)
        return self._running
