"""The difference of two texts as a unified diff, with the secrets in it masked."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from hermes_fallback.config.redact import mask_lines

__all__ = ["unified"]

_CONTEXT = 3


def unified(old: bytes, new: bytes, path: str) -> str:
    """The unified diff from *old* to *new*; empty when they are equal. Compared raw, shown masked."""
    if old == new:
        return ""
    header = [f"--- {path if old else '/dev/null'}", f"+++ {path if new else '/dev/null'}"]
    return "\n".join([*header, *_hunks(_lines(old), _lines(new))]) + "\n"


def _lines(data: bytes) -> list[str]:
    return data.decode("utf-8", "replace").splitlines(keepends=True)


def _shown(lines: Sequence[str], start: int) -> list[str]:
    return mask_lines([line.rstrip("\r\n") for line in lines], start)


def _hunks(before: Sequence[str], after: Sequence[str]) -> Iterator[str]:
    from difflib import SequenceMatcher  # 5 ms, and only for an edit

    head = _common(before, after)
    tail = _common(before[head:][::-1], after[head:][::-1])
    head, tail = max(head - _CONTEXT, 0), max(tail - _CONTEXT, 0)
    before, after = before[: len(before) - tail], after[: len(after) - tail]
    masked = _shown(before, head), _shown(after, head)
    before, after = before[head:], after[head:]
    for group in SequenceMatcher(None, before, after, autojunk=False).get_grouped_opcodes(_CONTEXT):
        yield _range(group, head)
        for kind, i, j, k, m in group:
            if kind == "equal":
                yield from (" " + line for line in masked[0][i:j])
                continue
            yield from _side("-", before, masked[0], i, j)
            yield from _side("+", after, masked[1], k, m)


def _side(sign: str, lines: Sequence[str], masked: Sequence[str], start: int, stop: int) -> Iterator[str]:
    for i in range(start, stop):
        yield sign + masked[i]
        if not lines[i].endswith(("\n", "\r")):
            yield "\\ No newline at end of file"


def _range(group: Sequence[tuple[str, int, int, int, int]], offset: int) -> str:
    first, last = group[0], group[-1]
    old = _span(offset + first[1], offset + last[2])
    new = _span(offset + first[3], offset + last[4])
    return f"@@ -{old} +{new} @@"


def _span(start: int, stop: int) -> str:
    length = stop - start
    begin = start + 1 if length else start
    return f"{begin}" if length == 1 else f"{begin},{length}"


def _common(one: Sequence[str], other: Sequence[str]) -> int:
    """How many lines both begin with."""
    count = 0
    for a, b in zip(one, other, strict=False):
        if a != b:
            break
        count += 1
    return count
