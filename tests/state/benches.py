"""Subjects and benches that the tests of the state speak of."""

from __future__ import annotations

from hermes_fallback.model.bench import Bench, Grain, Subject
from hermes_fallback.model.reason import Reason

WHOLE = Subject("https://a.example", "sha256:aa", "m", "link-a")
OTHER = Subject("https://b.example", "sha256:bb", "n", "link-b")
HOST = WHOLE.at(Grain.HOST)
MODEL = WHOLE.at(Grain.MODEL)
CREDENTIAL = WHOLE.at(Grain.CREDENTIAL)


def benched(
    subject: Subject,
    since: float = 1000.0,
    until: float = 1030.0,
    *,
    strikes: int = 1,
    reason: Reason = Reason.OVERLOADED,
    config: str = "",
) -> Bench:
    """A bench; for 30 s if nothing else is said."""
    return Bench(subject=subject, reason=reason, since=since, until=until, strikes=strikes, config=config)
