"""A home for the doctor to look at."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from hermes_fallback.doctor.checks import choose
from hermes_fallback.doctor.examine import examine
from hermes_fallback.doctor.facts import Facts
from hermes_fallback.doctor.finding import Finding
from hermes_fallback.runtime.runtime import Runtime

SCRIPT = "# hermes-fallback completion\n"

Look = Callable[..., tuple[Finding, ...]]


@pytest.fixture
def facts(home: Path) -> Callable[..., Facts]:
    """The facts of the test's home, seen from an environment."""

    def of(**environ: str) -> Facts:
        environ = {"HOME": str(home), **environ}
        runtime = Runtime.open(home, environ=environ)
        return Facts(runtime, environ, begin="hermes model", completion=lambda _: SCRIPT)

    return of


@pytest.fixture
def look(home: Path, facts: Callable[..., Facts]) -> Look:
    """Writes config.yaml and `.env`, then gives what the named checks find, offline."""

    def at(
        *names: str, config: str | None = None, env: str | None = None, **environ: str
    ) -> tuple[Finding, ...]:
        if config is not None:
            (home / "config.yaml").write_text(config)
        if env is not None:
            (home / ".env").touch(mode=0o600)
            (home / ".env").write_text(env)
        return examine(facts(**environ), choose(names), is_offline=True)

    return at
