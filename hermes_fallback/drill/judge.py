"""The judge: compares what came of a fault with what must, and with what every turn must keep."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby, pairwise

from hermes_fallback.drill.catalogue import Fault, Then
from hermes_fallback.drill.play import Played, Question
from hermes_fallback.drill.stage import Stage, name_of, subject_of
from hermes_fallback.errors import Interrupted
from hermes_fallback.loopback.asked import Asked
from hermes_fallback.loopback.record import Received
from hermes_fallback.model.bench import Health, Standing, Subject
from hermes_fallback.model.receipt import Attempt
from hermes_fallback.model.route import Route
from hermes_fallback.transcript.conversation import Message

__all__ = ["NO_OTHER", "NO_UNTOUCHED", "Rehearsal", "complaints"]

NO_OTHER = "no other link is there to go on with"
NO_UNTOUCHED = "every other link shares what failed: its host, its key or its model"
_JITTER_S = 0.25
_SLACK_S = 2.0
"""What a busy machine may take for what takes no time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rehearsal:
    """Everything there is to see of a fault that was played."""

    fault: Fault
    stage: Stage
    question: Question
    first: list[Played]
    """The turns that met the fault."""
    requests: tuple[Received, ...]
    """What all hosts had got by then."""
    later: list[Played]
    """The turns that came after it."""
    health: Health
    """What was known in the end."""

    @property
    def history_intact(self) -> bool:
        """True when every link that was asked got the whole conversation, in order."""
        said = [str(message.content) for message in self.question.conversation.messages]
        whole = [*said, self.question.text]
        return all(Asked(received.body, received.path).texts == whole for received in self.stage.received())

    @property
    def keys_scoped(self) -> bool:
        """True when every key went to its own host, and nowhere else."""
        return self.stage.keys_are_scoped()

    @property
    def in_reach(self) -> tuple[Route, ...]:
        """The faulty links that one turn may go through."""
        most = self.stage.plan.policy.max_switches
        return self.stage.faulty[: None if most is None else most + 1]

    @property
    def runs_out(self) -> bool:
        """True where the deadline comes before each of them has had its time."""
        return len(self.in_reach) > self.fault.deadline

    @property
    def played(self) -> Played:
        """The turn that is told of: of a crowd, one that had the most to go through."""
        return max(self.first, key=lambda played: len(played.attempts))


def complaints(seen: Rehearsal) -> tuple[str, ...]:
    """Every way in which the turns fell short, in words, each once."""
    if seen.fault.then is Then.NEXT and not seen.stage.others:
        return (NO_UNTOUCHED if len(seen.stage.faulty) > 1 else NO_OTHER,)
    return tuple(dict.fromkeys(_complaints(seen)))


def _complaints(seen: Rehearsal) -> Iterator[str]:
    for played in seen.first:
        yield from _of_turn(seen, played)
        yield from _of_story(seen, played)
    yield from _of_requests(seen)
    yield from _of_later(seen)
    yield from _of_health(seen)
    yield from _of_secrets(seen)


def _of_turn(seen: Rehearsal, played: Played) -> Iterator[str]:
    fault, stage = seen.fault, seen.stage
    for each in played.attempts:
        if each.reason not in {None, fault.reason}:
            yield f"it was called {each.reason}, not {fault.reason or 'an answer'}"
    if fault.then in {Then.SAME, Then.NEXT}:
        yield from _of_answer(seen, played)
        return
    if played.answer is not None:
        yield "there was an answer, where the turn had to end"
    if played.conversation != seen.question.conversation:
        yield "the conversation is not as it was before a turn that failed"
    if fault.then is Then.BREAK:
        yield from _of_part(seen, played)
    elif fault.then is Then.STOP and any(each.position != stage.primary.position for each in played.attempts):
        yield "another link was asked, although the request itself was refused"
    elif fault.then is Then.FAIL:
        yield from _of_failure(seen, played)


def _of_answer(seen: Rehearsal, played: Played) -> Iterator[str]:
    answer = played.answer
    if answer is None:
        yield f"no link answered: {played.error}"
        return
    well = seen.stage.faulty if seen.fault.then is Then.SAME else seen.stage.others
    if answer.served_by.position != well[0].position:
        yield f"link {answer.served_by.position} answered, and should not have"
    if seen.fault.tools:
        yield from _of_tool_call(played)
    elif answer.text != _text(seen, answer.served_by.position):
        yield "the answer is not whole, or more than one"
    if answer.finish_reason != ("tool_calls" if seen.fault.tools else "stop"):
        yield f"the answer ended with `{answer.finish_reason}`"
    if answer.usage is None or answer.usage.output_tokens != len(answer.text.split()):
        yield "the tokens of the answer are not as the provider counted them"
    said = (*seen.question.conversation.messages, Message.user(seen.question.text), answer.message)
    if played.conversation.messages != said:
        yield "the conversation does not end with the question and its answer"
    if played.told not in {"", answer.text} or played.called not in ([], list(answer.tool_calls)):
        yield "what was handed out piece by piece is not the answer"


def _of_tool_call(played: Played) -> Iterator[str]:
    calls = played.answer.tool_calls if played.answer else ()
    if len(calls) != 1:
        yield f"{len(calls)} tool calls came, not one"
        return
    try:
        json.loads(calls[0].arguments)
    except ValueError:
        yield "a tool call came that was not complete"


def _of_part(seen: Rehearsal, played: Played) -> Iterator[str]:
    part = played.error.partial if isinstance(played.error, Interrupted) else ""
    if not part or not _text(seen, seen.stage.primary.position).startswith(part):
        yield "the part of the answer that had come was not given"
    if played.told not in {"", part}:
        yield "what was handed out piece by piece is not the part that had come"


def _of_failure(seen: Rehearsal, played: Played) -> Iterator[str]:
    if seen.runs_out:
        if played.error is None or played.error.kind != "deadline":
            yield "the turn did not end at its deadline"
    elif {route.position for route in seen.in_reach} != {each.position for each in played.attempts}:
        yield "the error does not tell of every link"


def _of_story(seen: Rehearsal, played: Played) -> Iterator[str]:
    """What the receipt and the events tell, beside what they have to agree with."""
    attempts = played.attempts
    positions = [position for position, _ in groupby(each.position for each in attempts)]
    onward = [
        each.position for each in attempts if not each.is_probe
    ]  # the soonest of the benched comes last
    if len(positions) > len(set(positions)) or onward != sorted(onward):
        yield "the links were not asked in the order of the chain, or one was returned to"
    moves = max(len(positions) - 1, 0)
    if seen.stage.plan.policy.notify and played.switches != moves:
        yield f"a switch was noticed {_times(played.switches)}, not {_times(moves)}"
    if not seen.stage.plan.may_switch and moves > played.permits:
        yield "a switch was made that nobody was asked about"
    if played.is_misled:
        yield "a restart took back something else than what had been handed out"
    if played.answer is not None and played.told and played.restarts != played.answer.receipt.restarts:
        yield "the receipt has another count of restarts"
    if played.ended_at - played.began_at > seen.stage.plan.limits.deadline_s + _SLACK_S:
        yield "the turn took longer than its deadline"
    yield from _of_waits(seen, attempts)
    yield from _of_benched(seen, played)


def _of_waits(seen: Rehearsal, attempts: tuple[Attempt, ...]) -> Iterator[str]:
    has_choice = bool(seen.stage.others)
    for before, after in pairwise(attempts):
        gap_s = (after.began_ms - before.began_ms - before.ms) / 1000
        longest_s = max(seen.fault.wait_s, _JITTER_S) if before.position == after.position else 0.0
        if has_choice and (after.waited_s > longest_s or gap_s > longest_s + _SLACK_S):
            yield f"it waited {max(gap_s, after.waited_s):.1f} s although another link was free"
        if before.position == after.position and after.waited_s < seen.fault.wait_s:
            yield "it did not wait as long as the provider asked for"


def _of_benched(seen: Rehearsal, played: Played) -> Iterator[str]:
    """What the receipt says was benched, beside what had to be."""
    if seen.fault.bench is None:
        if any(each.benched for each in played.attempts):
            yield "a link was benched that should not have been"
        return
    for each in played.attempts:
        if each.reason is None or each.action == "retry":
            continue
        if each.benched is None:
            yield "a link that failed was not benched"
        elif not _is_due(seen, each.benched.until, each.benched.is_given, played):
            yield f"the bench ends {each.benched.until - played.ended_at:.0f} s later, not {_length(seen)}"


def _is_due(seen: Rehearsal, until: float, is_given: bool, played: Played) -> bool:
    length_s = seen.fault.bench[1] if seen.fault.bench else 0.0
    is_in_time = played.began_at + length_s - 1 <= until <= played.ended_at + length_s + 1
    return is_in_time and is_given is seen.fault.is_given


def _length(seen: Rehearsal) -> str:
    given = " as the provider said" if seen.fault.is_given else ""
    return f"{seen.fault.bench[1]:.0f} s{given}" if seen.fault.bench else "at once"


def _of_requests(seen: Rehearsal) -> Iterator[str]:
    """What the hosts received, beside what the receipts tell."""
    fault, stage = seen.fault, seen.stage
    asked = Counter(received.provider for received in seen.requests)
    count, turns = asked[name_of(stage.primary.position)], len(seen.first)
    most = fault.asked * (1 if fault.was_benched else turns)
    if count > most or (turns == 1 and fault.then is not Then.FAIL and count != fault.asked):
        yield f"the link was asked {_times(count)} by {turns} turns, not {_times(most)}"
    told = Counter(name_of(each.position) for played in seen.first for each in played.attempts)
    is_heard = fault.asked and not seen.runs_out  # what is sent at the last moment may never arrive
    unheard = set() if is_heard else {name_of(route.position) for route in stage.faulty}
    if any(asked[name] != told[name] for name in {*asked, *told} - unheard):
        yield "the receipt does not tell of the requests that the providers got"
    if turns == 1:
        yield from _of_order(seen, unheard)


def _of_order(seen: Rehearsal, unheard: set[str]) -> Iterator[str]:
    attempts = [each for each in seen.first[0].attempts if name_of(each.position) not in unheard]
    requests = [each for each in seen.requests if each.provider not in unheard]
    for attempt, request in zip(attempts, requests, strict=False):
        if name_of(attempt.position) != request.provider:
            yield "the receipt tells of the attempts in another order than they were made"
        if Asked(request.body, request.path).model != attempt.model:
            yield "a link was asked for another model than its own"
        if attempt.request_id not in {None, request.request_id}:
            yield "the receipt has the id of another request"
    if seen.first[0].answer and attempts and attempts[-1].position != seen.first[0].answer.served_by.position:
        yield "somebody else answered than is said"


def _of_later(seen: Rehearsal) -> Iterator[str]:
    """The next turns: what is benched is left alone, and still they are answered."""
    stage, before = seen.stage, len(seen.requests)
    failed = {name_of(each.position) for played in seen.first for each in played.attempts if each.reason}
    again = [each for each in stage.received()[before:] if each.provider in failed]
    most = 0 if stage.others else 1  # where all are benched, one of them may be tried
    if len(again) > most:
        yield "the next turn asked a link again, although it was benched"
    if stage.others and any(played.answer is None for played in seen.later):
        yield "the next turn got no answer"


def _of_health(seen: Rehearsal) -> Iterator[str]:
    """What is benched in the end: what failed, and nothing else."""
    turns = (*seen.first, *seen.later)
    failed = {each.position for played in turns for each in played.attempts if each.reason}
    now = turns[-1].ended_at
    benched = {
        subject for subject, each in seen.health.benches.items() if each.standing(now) is Standing.BENCHED
    }
    subjects = [subject_of(route, seen.fault) for route in seen.stage.faulty if route.position in failed]
    due = {subject for subject in subjects if subject is not None}
    if benched != due:
        yield _misbenched(benched, due)
    if seen.fault.then is Then.SAME and seen.fault.was_benched and seen.health.benches:
        yield "the bench of a link that is well again was not lifted"
    if seen.health.leases:
        yield "a lease was not given back"


def _misbenched(benched: set[Subject], due: set[Subject]) -> str:
    grains = [
        ", ".join(sorted({str(each.grain) for each in subjects})) or "nothing" for subjects in (benched, due)
    ]
    return f"benched was {grains[0]}, not {grains[1]}"


def _of_secrets(seen: Rehearsal) -> Iterator[str]:
    stage = seen.stage
    if not seen.history_intact:
        yield "a link got a conversation that was not whole"
    if not seen.keys_scoped:
        yield "a key was sent where it does not belong"
    if stage.strays():
        yield "a request went to a host that is no link's"
    if stage.barred and stage.received(*stage.barred):
        yield "a link was asked that the config rules out"
    if any(not each.headers.get("user-agent", "").startswith("hermes-fallback") for each in stage.received()):
        yield "a request did not say whose it is"
    turns = (*seen.first, *seen.later)
    if stage.tells_key(*(each.answer for each in turns), *(each.error for each in turns)):
        yield "a key stands in an answer, an error or a receipt"


def _text(seen: Rehearsal, position: int) -> str:
    """What the provider that plays the link at *position* answers when it gets the whole conversation."""
    count = len(seen.question.conversation.messages) + 1
    return f"{name_of(position)} heard {count} messages, the last of them: {seen.question.text}"


def _times(count: int) -> str:
    return {0: "never", 1: "once"}.get(count, f"{count} times")
