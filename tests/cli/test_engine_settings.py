"""Settings that the engine reads and cannot keep yet: refused, never passed over."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from program import Hermes


@pytest.mark.parametrize(
    ("setting", "hint"),
    [
        ("spend: {max_usd_per_day: 2}", "hermes config set fallback.spend.metered never"),
        ("state: redis://host/0", "hermes config set fallback.state sqlite"),
    ],
    ids=["a cap on what a day costs", "benches in Redis"],
)
def test_what_cannot_be_kept_yet_is_said_before_anything_is_sent(
    hermes: Hermes, config: Callable[[str], Path], setting: str, hint: str
) -> None:
    """A cap that is not held is none: exit 2, and what to type."""
    config(
        "model: {provider: custom, default: m, base_url: 'http://127.0.0.1:9/v1'}\n"
        f"fallback: {{{setting}}}\n"
    )
    result = hermes("chat", "-q", "hi")
    assert result.status == 2
    assert "is not available yet" in result.err
    assert hint in result.err
