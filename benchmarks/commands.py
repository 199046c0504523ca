"""Whole commands, against an interpreter that does nothing."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from functools import partial
from pathlib import Path

from benchmarks.measure import Figure, measure
from hermes_fallback.catalog.cache import cache_folder, remember

__all__ = ["figures"]

CONFIG = """\
# The main model, and who stands in for it.
model:
  provider: anthropic
  default: claude-sonnet-4-6

fallback_providers:
  - provider: openrouter            # the same model elsewhere
    model: anthropic/claude-sonnet-4
  - provider: custom
    model: llama-3.1-70b
    base_url: http://localhost:8000/v1
"""
ENV = "OPENROUTER_API_KEY=sk-or-v1-0123456789abcdef\n"
COMMANDS: tuple[tuple[str, tuple[str, ...], float | None], ...] = (
    ("hermes --version", ("--version",), None),
    ("hermes fallback list", ("fallback", "list"), 3.5),
    ("hermes fallback list --json", ("fallback", "list", "--json"), None),
    ("hermes fallback add --dry-run", ("fallback", "add", "openrouter", "z-ai/glm-5.2", "--dry-run"), None),
    ("hermes --help", ("--help",), None),
    ("a link completed", ("__complete", "links", "--begun=", "--provider=", "fallback", "remove"), 3.0),
    (
        "a model of 400 completed",
        ("__complete", "models", "--begun=", "--provider=openrouter", "fallback", "add", "openrouter"),
        3.0,
    ),
)
MODELS = [f"vendor/model-{number}" for number in range(400)]


def figures(rounds: int) -> list[Figure]:
    """One figure a command."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        (home / "config.yaml").write_text(CONFIG)
        (home / ".env").write_text(ENV)
        (home / ".env").chmod(0o600)
        remember(cache_folder({"HOME": folder}), "openrouter", "https://openrouter.ai/api/v1", MODELS, 0)
        program = str(Path(sys.executable).with_name("hermes"))
        environ = {"PATH": "/usr/bin:/bin", "HERMES_HOME": folder, "HOME": folder}
        run = partial(
            subprocess.run, check=True, env=environ, stdout=subprocess.DEVNULL, stdin=subprocess.DEVNULL
        )
        return [
            measure(
                name,
                partial(run, [program, *args]),
                reference=partial(run, [sys.executable, "-c", "pass"]),
                reference_name="python -c pass",
                rounds=rounds,
                aim=aim,
            )
            for name, args, aim in COMMANDS
        ]
