"""Absent modules: what a plugin of Hermes Agent finds of that program's own, where it is not installed.

A plugin imports them for its hooks, which nobody calls here, so whatever it takes out of them may be empty.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType

__all__ = ["absent_modules"]

_ROOTS = frozenset(
    {"agent", "gateway", "hermes_cli", "hermes_constants", "hermes_logging", "hermes_state", "hermes_time"}
    | {"model_tools", "run_agent", "tools", "toolsets", "utils"}
)
"""The top-level modules of Hermes Agent 0.19 that its plugins may import."""


@contextmanager
def absent_modules() -> Iterator[list[str]]:
    """While this lasts, every module of Hermes Agent that cannot be found is there, and empty; which, is listed."""
    finder = _Finder()
    sys.meta_path.append(finder)  # behind the others: what is installed is used
    try:
        yield finder.found
    finally:
        sys.meta_path.remove(finder)
        for name in finder.found:
            sys.modules.pop(name, None)


class _Finder(MetaPathFinder, Loader):
    """Finds any module below the roots, and remembers its name."""

    def __init__(self) -> None:
        self.found: list[str] = []

    def find_spec(self, fullname: str, *_: object) -> ModuleSpec | None:
        if fullname.partition(".")[0] not in _ROOTS:
            return None
        self.found.append(fullname)
        return ModuleSpec(fullname, self, is_package=True)

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        return _AbsentModule(spec.name)

    def exec_module(self, module: ModuleType) -> None:
        """Nothing: there is nothing in it."""


class _AbsentModule(ModuleType):
    """A module that holds nothing under any name."""

    def __getattr__(self, name: str) -> _Nothing:
        return _nothing(name)


class _Nothing:
    """Neither text nor number; calling it, or asking it for anything, gives the same."""

    def __call__(self, *_: object, **__: object) -> _Nothing:
        return self

    def __getattr__(self, name: str) -> _Nothing:
        return _nothing(name)

    def __str__(self) -> str:
        return ""

    def __bool__(self) -> bool:
        return False

    def __iter__(self) -> Iterator[object]:
        return iter(())


def _nothing(name: str) -> _Nothing:
    """What stands under *name*, unless that means something to Python itself."""
    if name.startswith("__") and name != "__version__":
        raise AttributeError(name)
    return _Nothing()
