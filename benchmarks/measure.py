"""Measuring in pairs: subject and reference in turn, so that a machine that slows down slows both."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass

__all__ = ["Figure", "elapsed_ms", "measure", "show"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One line of the report. Times are medians in milliseconds."""

    name: str
    reference: str
    subject_ms: float
    reference_ms: float
    ratio: float
    """The median of the ratios block by block."""
    aim: float | None = None
    """The ratio to stay under."""
    aim_ms: float | None = None
    """The time to stay under, where a ratio says little."""


def measure(
    name: str,
    subject: Callable[[], object],
    *,
    reference: Callable[[], object],
    reference_name: str,
    rounds: int,
    block: int = 1,
    parts: int = 1,
    aim: float | None = None,
    aim_ms: float | None = None,
) -> Figure:
    """Run *block* subjects and *block* references in turn, *rounds* times after one warm-up.

    *parts*: how many of what the figure is about one run does; the times are for one.
    """
    subject(), reference()
    blocks = [(_median(subject, block, parts), _median(reference, block, parts)) for _ in range(rounds)]
    return Figure(
        name=name,
        reference=reference_name,
        subject_ms=statistics.median(a for a, _ in blocks),
        reference_ms=statistics.median(b for _, b in blocks),
        ratio=statistics.median(a / b for a, b in blocks),
        aim=aim,
        aim_ms=aim_ms,
    )


def show(figures: list[Figure]) -> None:
    """Print *figures* as a table."""
    width = max((len(figure.name) for figure in figures), default=0)
    for figure in figures:
        aim = f"  (aim {figure.aim:g})" if figure.aim else ""
        aim += f"  (aim {_time(figure.aim_ms).strip()})" if figure.aim_ms else ""
        print(
            f"{figure.name:<{width}}  {_time(figure.subject_ms):>12}"
            f"  = {figure.ratio:6.2f} x {figure.reference} ({_time(figure.reference_ms)}){aim}"
        )


def elapsed_ms(run: Callable[[], object]) -> float:
    """How long *run* takes."""
    began = time.perf_counter()
    run()
    return (time.perf_counter() - began) * 1000


def _median(run: Callable[[], object], times: int, parts: int) -> float:
    return statistics.median(elapsed_ms(run) for _ in range(times)) / parts


def _time(ms: float) -> str:
    return f"{ms:.2f} ms" if ms >= 0.1 else f"{ms * 1000:.1f} µs"
