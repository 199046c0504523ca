"""A home to resolve and edit."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from hermes_fallback.runtime.runtime import Runtime

CONFIG = """\
# who answers
model:
  provider: deepseek
  default: deepseek-chat

fallback_providers:
  - provider: openrouter   # the big one
    model: z-ai/glm-5.2
  - provider: custom
    model: llama
    base_url: http://localhost:8000/v1
"""


@pytest.fixture
def opened(home: Path) -> Callable[..., Runtime]:
    """Write config.yaml, and open the home with the given variables."""

    def open_home(config: str = CONFIG, **environ: str) -> Runtime:
        (home / "config.yaml").write_text(config)
        return Runtime.open(home, environ={"HOME": str(home), **environ})

    return open_home
