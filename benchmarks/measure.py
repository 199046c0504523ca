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
    """The median of the ratios pair by pair."""
    aim: float | None = None


def measure(
    name: str,
    subject: Callable[[], object],
    *,
    reference: Callable[[], object],
    reference_name: str,
    rounds: int,
    aim: float | None = None,
) -> Figure:
    """Run *subject* and *reference* in turn, *rounds* times each after one warm-up."""
    subject(), reference()
    pairs = [(elapsed_ms(subject), elapsed_ms(reference)) for _ in range(rounds)]
    return Figure(
        name=name,
        reference=reference_name,
        subject_ms=statistics.median(a for a, _ in pairs),
        reference_ms=statistics.median(b for _, b in pairs),
        ratio=statistics.median(a / b for a, b in pairs),
        aim=aim,
    )


def show(figures: list[Figure]) -> None:
    """Print *figures* as a table."""
    width = max(len(figure.name) for figure in figures)
    for figure in figures:
        aim = f"  (aim {figure.aim:g})" if figure.aim else ""
        print(
            f"{figure.name:<{width}}  {figure.subject_ms:9.2f} ms"
            f"  = {figure.ratio:6.2f} x {figure.reference} ({figure.reference_ms:.2f} ms){aim}"
        )


def elapsed_ms(run: Callable[[], object]) -> float:
    """How long *run* takes."""
    began = time.perf_counter()
    run()
    return (time.perf_counter() - began) * 1000
