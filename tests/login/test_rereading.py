"""The sign-in of another program: its file is read again, and its refresh token is left alone."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from grants import NOW, REGISTRY

from hermes_fallback.credentials.tool_files import ToolFiles
from hermes_fallback.errors import CredentialError
from hermes_fallback.login.renewal import Renewer
from hermes_fallback.model.credential import Credential
from hermes_fallback.model.origin import Origin


def signed_in(home: Path, token: str, left_s: float) -> Path:
    """Claude Code, signed in for *left_s* more seconds."""
    held = {"accessToken": token, "refreshToken": "sk-ant-ort01-x", "expiresAt": (NOW + left_s) * 1000}
    path = home / ".claude" / ".credentials.json"
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps({"claudeAiOauth": held}))
    return path


def found_in(home: Path) -> Credential:
    tools = ToolFiles(str(home), {}, ["claude_code"], clock=lambda: NOW)
    [answer] = tools.look(REGISTRY.get("anthropic"), Origin.of("https://api.anthropic.com"))
    assert isinstance(answer.outcome, Credential)
    return answer.outcome


def test_a_token_that_its_program_renewed_is_taken(home: Path, renewer: Renewer) -> None:
    """With its end; all else stays, and so does the file."""
    signed_in(home, "sk-ant-oat01-old", 30)
    old = found_in(home)
    path = signed_in(home, "sk-ant-oat01-new", 3600)
    before = path.read_bytes()
    for refused in (False, True):
        fresh = renewer.renew(old, refused=refused, now=NOW)
        assert (fresh.secret.reveal(), fresh.expires_at) == ("sk-ant-oat01-new", NOW + 3600)
        assert (fresh.account, fresh.headers, fresh.grant) == (old.account, old.headers, old.grant)
    assert path.read_bytes() == before


def test_a_token_that_is_about_to_end_serves_to_its_end(home: Path, renewer: Renewer) -> None:
    """Its program will renew it when that is next run, and not before."""
    signed_in(home, "sk-ant-oat01-old", 30)
    old = found_in(home)
    assert old.is_due(NOW)
    assert renewer.renew(old, refused=False, now=NOW) == old


OF_NO_USE: dict[str, tuple[bool, float, Any]] = {
    "refused": (True, 0, None),
    "ended": (False, 31, None),
    "gone": (True, 0, ""),
    "broken": (True, 0, "{"),
}


@pytest.mark.parametrize(("refused", "later_s", "content"), OF_NO_USE.values(), ids=OF_NO_USE)
def test_the_program_to_run_is_named(
    refused: bool, later_s: float, content: str | None, home: Path, renewer: Renewer
) -> None:
    """Nobody else can renew its sign-in; once it has, ours goes on."""
    path = signed_in(home, "sk-ant-oat01-old", 30)
    old = found_in(home)
    if content is not None:
        path.write_text(content)
    if content == "":
        path.unlink()
    with pytest.raises(CredentialError) as caught:
        renewer.renew(old, refused=refused, now=NOW + later_s)
    assert caught.value.hint == "run `claude`, which renews it"
    assert "sk-ant" not in f"{caught.value!r} {caught.value}"
    signed_in(home, "sk-ant-oat01-new", 3600)
    assert renewer.renew(old, refused=refused, now=NOW + later_s).secret.reveal() == "sk-ant-oat01-new"
