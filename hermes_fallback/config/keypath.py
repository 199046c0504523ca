"""Dotted paths to places in the file: `model.provider`, `fallback_providers[0].model`, `providers."a.b".api`."""

from __future__ import annotations

import re
from collections.abc import Sequence

from hermes_fallback.errors import UsageError

__all__ = ["Step", "join", "split"]

Step = str | int
"""A key of a mapping, or the index of a list's item, from 0."""

_STEP = re.compile(r"""(?:^|(?<!^)\.)(?:"(?P<quoted>[^"]*)"|(?P<key>[^.\[\]"]+))|\[(?P<index>\d{1,9})\]""")
_SIMPLE = re.compile(r"""[^.\[\]"]+""")


def split(path: str) -> tuple[Step, ...]:
    """The steps of *path*.

    Raises:
        UsageError: it is empty, or brackets, quotes or dots in it do not match up.
    """
    steps: list[Step] = []
    at = 0
    while at < len(path) and (found := _STEP.match(path, at)):
        index, key = found["index"], found["key"]
        steps.append(int(index) if index is not None else key if key is not None else found["quoted"])
        at = found.end()
    if not steps or at < len(path) or isinstance(steps[0], int):
        raise UsageError(
            f"`{path}` is not a key", hint="write it like `model.provider` or `fallback_providers[0].model`"
        )
    return tuple(steps)


def join(steps: Sequence[Step]) -> str:
    """The path that `split` takes apart into *steps*."""
    path = ""
    for step in steps:
        if isinstance(step, int):
            path += f"[{step}]"
        else:
            path += ("." if path else "") + (step if _SIMPLE.fullmatch(step) else f'"{step}"')
    return path
