"""What counts where config.yaml says something else: for whoever asks why that is used."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from json import dumps

from hermes_fallback.cli.views.canvas import Canvas
from hermes_fallback.cli.views.config import finite
from hermes_fallback.config.effective import Difference, Why

__all__ = ["Compared", "compared_document", "compared_text"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """A config file, what is laid over it, and where it is not what counts."""

    path: str
    managed: str | None
    differences: tuple[Difference, ...]


def compared_document(compared: Compared) -> dict[str, object]:
    """The JSON of the differences."""
    return {
        "config": compared.path,
        "managed": compared.managed,
        "differences": [
            {
                "key": each.key,
                "says": finite(each.says),
                "counts": finite(each.counts),
                "kind": each.why,
                "why": each.because,
                "line": each.line,
                "managed_by": each.file,
            }
            for each in compared.differences
        ],
    }


def compared_text(compared: Compared, canvas: Canvas) -> str:
    """The differences in words, each key with its value and the reason below; then the defaults."""
    defaults = [each for each in compared.differences if each.why is Why.DEFAULT and each.says is None]
    others = [each for each in compared.differences if each not in defaults]
    path = canvas.plain(compared.path)
    return "\n".join(
        [
            *_section(f"where `{path}` is not what counts", others, canvas),
            *_section("not set, so the default counts", defaults, canvas),
        ]
    )


def _section(title: str, rows: Sequence[Difference], canvas: Canvas) -> Iterator[str]:
    yield canvas.paint(title, "bold")
    if not rows:
        yield "  nothing"
    for each in rows:
        value = "nothing" if each.why is Why.IGNORED else _value(each.counts)
        yield canvas.fold(canvas.plain(f"{each.key}: {value}"), first="  ", indent="      ")
        if each.because != "not set":
            reason = canvas.fold(canvas.plain(_reason(each)), first="      ", indent="        ")
            yield canvas.paint(reason, "dim")


def _reason(each: Difference) -> str:
    place = f", line {each.line}" if each.line else ""
    place += f" of {each.file}" if each.file else ""
    says = f"; config.yaml says {_value(each.says)}" if each.says is not None else ""
    return f"{each.because}{place}{says}"


def _value(value: object) -> str:
    return value if isinstance(value, str) else dumps(value, ensure_ascii=False, default=str)
