"""Which of several credentials for Anthropic counts: keys, tokens in variables, and the file of Claude Code."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest

from hermes_fallback.runtime.runtime import Runtime

KEY = {"ANTHROPIC_API_KEY": "sk-ant-api03-key-0123456789"}
TOKEN = {"ANTHROPIC_TOKEN": "sk-ant-oat01-copy-0123456789"}
SETUP = {"CLAUDE_CODE_OAUTH_TOKEN": "sk-ant-oat01-setup-0123456789"}
ALLOWED = "credentials: {import: [claude_code]}\n"


def first(home: Path, environ: dict[str, str], *, config: str = ALLOWED, ends_in_s: float = 3600) -> str:
    """Where the credential comes from that would be sent first; `none` for none."""
    file = home / ".claude" / ".credentials.json"
    file.parent.mkdir()
    held = {"accessToken": "sk-ant-oat01-file-0123456789", "refreshToken": "r-0123456789"}
    file.write_text(json.dumps({"claudeAiOauth": {**held, "expiresAt": (time.time() + ends_in_s) * 1000}}))
    (home / "config.yaml").write_text(f"model: {{provider: anthropic, default: claude-m}}\n{config}")
    runtime = Runtime.open(home, environ={"HOME": str(home), **environ})
    resolution = runtime.first()
    assert resolution is not None
    credential = resolution.route.credential if resolution.route else None
    return str(credential.name or credential.source) if credential else "none"


@pytest.mark.parametrize(
    ("environ", "taken"),
    [
        (KEY | TOKEN | SETUP, "ANTHROPIC_API_KEY"),
        (TOKEN | SETUP, "claude_code"),
        (SETUP, "claude_code"),
        ({}, "claude_code"),
    ],
    ids=["key", "token", "setup-token", "file-alone"],
)
def test_a_key_comes_first_and_a_file_that_lives_before_its_copies(
    home: Path, environ: dict[str, str], taken: str
) -> None:
    """A token in a variable is a copy that nobody renews; a key is asked for no other way."""
    assert first(home, environ) == taken


@pytest.mark.parametrize(
    ("environ", "taken"),
    [(TOKEN | SETUP, "ANTHROPIC_TOKEN"), (SETUP, "CLAUDE_CODE_OAUTH_TOKEN"), ({}, "none")],
)
def test_the_file_is_not_looked_into_without_leave(home: Path, environ: dict[str, str], taken: str) -> None:
    """`credentials.import` says so, or the file is as if it were not there."""
    assert first(home, environ, config="") == taken


def test_a_file_that_has_ended_takes_nobodys_place(home: Path) -> None:
    """The copy is tried: it may be one that lasts."""
    assert first(home, TOKEN, ends_in_s=-10) == "ANTHROPIC_TOKEN"
