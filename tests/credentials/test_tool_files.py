"""Sign-ins of other programs: read where the user lets us, and never written."""

from __future__ import annotations

import base64
import json
import os
from pathlib import Path
from typing import Any

import pytest

from hermes_fallback.config.settings import IMPORTS
from hermes_fallback.credentials.programs import PROGRAMS
from hermes_fallback.credentials.source import Answer
from hermes_fallback.credentials.tool_files import ToolFiles, superseded
from hermes_fallback.model.credential import Credential
from hermes_fallback.model.origin import Origin
from hermes_fallback.providers import ProviderProfile, Registry
from hermes_fallback.secret import Secret

NOW = 1_800_000_000.0
TOKEN = "sk-ant-oat01-of-claude-code"
REGISTRY = Registry()
OF = {"claude_code": "anthropic", "codex": "openai-codex", "qwen_code": "qwen-oauth"}
FOLDERS = {"claude_code": ".claude", "codex": ".codex", "qwen_code": ".qwen"}


def jwt(**claims: object) -> str:
    """A token that says *claims* about itself."""
    parts = ({"alg": "none"}, claims, "signed")
    return ".".join(
        base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode() for part in parts
    )


def claude(**changes: object) -> dict[str, Any]:
    held = {"accessToken": TOKEN, "refreshToken": "sk-ant-ort01-x", "expiresAt": (NOW + 3600) * 1000}
    return {"claudeAiOauth": {**held, **changes}}


CODEX = {
    "OPENAI_API_KEY": "sk-not-used-0001",
    "tokens": {"access_token": jwt(exp=NOW + 60), "refresh_token": "r"},
}
QWEN = {"access_token": "qwen-token-0001", "refresh_token": "r", "expiry_date": (NOW + 60) * 1000}
GOOD = {"claude_code": claude(), "codex": CODEX, "qwen_code": QWEN}


def put(tool: str, content: object, home: Path) -> Path:
    """The file of *tool* with *content*, as JSON or as it is."""
    path = home / FOLDERS[tool] / PROGRAMS[tool].file
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(content if isinstance(content, bytes) else json.dumps(content).encode())
    path.chmod(0o600)
    return path


def origin_of(provider: ProviderProfile) -> Origin:
    return Origin.of(provider.base_url)


def look(provider: str, home: Path, *allowed: str, **environ: str) -> Answer:
    """What the one program that *provider* takes a sign-in from has for it."""
    profile = REGISTRY.get(provider)
    [answer] = ToolFiles(str(home), environ, allowed, clock=lambda: NOW).look(profile, origin_of(profile))
    return answer


@pytest.mark.parametrize("tool", PROGRAMS)
def test_a_good_sign_in_serves_where_it_is_allowed(tool: str, home: Path) -> None:
    """With its end, the origin it was asked for, and the file to read again."""
    path = put(tool, GOOD[tool], home)
    profile = REGISTRY.get(OF[tool])
    found = look(OF[tool], home, tool).outcome
    assert isinstance(found, Credential)
    assert (found.source, found.origins) == (tool, {origin_of(profile)})
    assert found.grant is not None
    assert (found.grant.kind, found.grant.path) == ("file", str(path))
    assert (found.auth_header, found.auth_scheme, found.is_due(NOW - 3600)) == (
        "Authorization",
        "Bearer",
        False,
    )
    assert NOW < (found.expires_at or 0) <= NOW + 3600


@pytest.mark.parametrize("tool", ["claude_code", "codex"])
def test_a_file_is_not_read_without_leave(tool: str, home: Path) -> None:
    """The answer says how to give it, and what the vendor says of that; leave for one is none for another."""
    put(tool, b"anything", home)
    others = [other for other in PROGRAMS if other != tool]
    answer = str(look(OF[tool], home, *others).outcome)
    oauth = REGISTRY.get(OF[tool]).oauth
    assert oauth is not None
    assert f"import: [{tool}]" in answer
    assert answer.endswith(oauth.terms)


def test_a_provider_without_a_sign_in_of_its_own_needs_no_leave(home: Path) -> None:
    """Whoever names it means the sign-in of that program."""
    put("qwen_code", QWEN, home)
    assert isinstance(look("qwen-oauth", home).outcome, Credential)


def test_the_config_knows_the_same_programs() -> None:
    """Whatever can be read can be allowed."""
    assert set(IMPORTS) == set(PROGRAMS)


@pytest.mark.parametrize(
    ("tool", "variable"), [("claude_code", "CLAUDE_CONFIG_DIR"), ("codex", "CODEX_HOME")]
)
def test_a_program_may_keep_its_file_elsewhere(tool: str, variable: str, home: Path, tmp_path: Path) -> None:
    """Its own variable says where."""
    path = put(tool, GOOD[tool], home)
    moved = tmp_path / "elsewhere"
    path.parent.rename(moved)
    assert look(OF[tool], home, tool).outcome == "not there"
    assert isinstance(look(OF[tool], home, tool, **{variable: str(moved)}).outcome, Credential)


BROKEN = {
    "empty": (b"", "is not JSON"),
    "cut": (b'{"claudeAiOauth": {"acc', "is not JSON"),
    "binary": (b"\xff\xfe\x00", "is not JSON"),
    "deep": (b"[" * 100_000, "is not JSON"),
    "huge": (b" " * 2_000_000 + b"{}", "is not JSON"),
    "text": ("claudeAiOauth", "holds no token"),
    "list": ([], "holds no token"),
    "null": (None, "holds no token"),
    "no-section": ({"mcpOAuth": {}}, "holds no token"),
    "section-is-text": ({"claudeAiOauth": "x"}, "holds no token"),
    "token-is-a-number": (claude(accessToken=5), "holds no token"),
    "token-is-empty": (claude(accessToken=""), "its token is empty"),
    "token-of-two-lines": (claude(accessToken="abcdef\nx"), "its token holds U+000A"),
    "token-is-a-placeholder": (claude(accessToken="********"), "its token is a placeholder"),
    "ended": (claude(expiresAt=NOW * 1000), "its token has ended; run `claude`"),
    "ended-long-ago": (claude(expiresAt=1), "its token has ended"),
}


@pytest.mark.parametrize(("content", "answer"), BROKEN.values(), ids=BROKEN)
def test_a_file_that_is_of_no_use_says_why(content: object, answer: str, home: Path) -> None:
    """It is an answer, not an error, and never repeats what the file holds."""
    put("claude_code", content, home)
    said = look("anthropic", home, "claude_code").outcome
    assert isinstance(said, str)
    assert said.startswith(answer)


@pytest.mark.parametrize(
    "end", [0, None, "soon", True, -5, float("nan"), float("inf"), 10**400, [1]], ids=lambda end: str(end)[:5]
)
def test_an_end_that_says_nothing_is_left_to_the_host(end: object, home: Path) -> None:
    """Claude Code writes 0 for tokens whose end it does not know."""
    put("claude_code", claude(expiresAt=end), home)
    found = look("anthropic", home, "claude_code").outcome
    assert isinstance(found, Credential)
    assert found.expires_at is None


@pytest.mark.parametrize(
    "token",
    ["opaque-token", "a.b.c", jwt(sub="x"), jwt(exp="soon"), f"x.{base64.b64encode(b'[1]').decode()}.y"],
    ids=["opaque", "no-base64", "no-exp", "exp-is-text", "claims-are-a-list"],
)
def test_a_token_that_does_not_tell_its_end_is_left_to_the_host(token: str, home: Path) -> None:
    """It may be good, and a refusal will say so if not."""
    put("codex", {"tokens": {"access_token": token}}, home)
    found = look("openai-codex", home, "codex").outcome
    assert isinstance(found, Credential)
    assert found.expires_at is None


def test_a_folder_and_a_pipe_in_place_of_the_file_do_not_hang(home: Path) -> None:
    """Whatever stands there, there is an answer at once."""
    path = home / ".claude" / ".credentials.json"
    path.mkdir(parents=True)
    assert "cannot be read" in str(look("anthropic", home, "claude_code").outcome)
    path.rmdir()
    os.mkfifo(path)
    assert look("anthropic", home, "claude_code").outcome == "cannot be read: it is not a file"


def test_a_file_that_others_can_read_is_read_and_said_to_be(home: Path) -> None:
    """It is another program's to make private."""
    path = put("claude_code", claude(), home)
    assert look("anthropic", home, "claude_code").place.endswith("of Claude Code")
    path.chmod(0o644)
    answer = look("anthropic", home, "claude_code")
    assert answer.place.endswith("which others can read")
    assert isinstance(answer.outcome, Credential)


def test_reading_changes_nothing(home: Path) -> None:
    """Not a byte, not a time, and no file beside it."""
    path = put("claude_code", claude(), home)
    before = path.read_bytes(), path.stat().st_mtime_ns, os.listdir(path.parent)
    look("anthropic", home, "claude_code")
    assert (path.read_bytes(), path.stat().st_mtime_ns, os.listdir(path.parent)) == before


def test_no_answer_shows_a_token(home: Path) -> None:
    """Not in its text, and not in that of the credential."""
    put("claude_code", claude(), home)
    assert TOKEN not in repr(look("anthropic", home, "claude_code"))


def gh(folder: Path, script: str) -> dict[str, str]:
    """An environment in which `gh` does what *script* says."""
    program = folder / "gh"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)
    return {"PATH": f"{folder}:/usr/bin:/bin", "GH_TOKEN": "gho_variable", "GITHUB_TOKEN": "gho_variable"}


@pytest.mark.parametrize(
    ("script", "answer"),
    [
        ("exit 4", "not signed in; run `gh auth login`"),
        ("true", "not signed in; run `gh auth login`"),
        ("echo ghp_classic0000", "its token does not begin with gho_ or ghu_ or github_pat_"),
        ("echo two words", "what it prints holds U+0020 (a blank) at character 4"),
        ("test -t 0 && echo gho_terminal; read -r line", "not signed in; run `gh auth login`"),
    ],
    ids=["fails", "silent", "classic", "words", "reads"],
)
def test_gh_says_why_it_gives_nothing(script: str, answer: str, home: Path, tmp_path: Path) -> None:
    """It has nobody to ask, and its token must be of a kind that is exchanged."""
    assert look("copilot", home, **gh(tmp_path, script)).outcome == answer


def test_gh_is_not_waited_for_long(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A keyring that is locked would have it ask for ever."""
    monkeypatch.setattr("hermes_fallback.credentials.tool_files._GH_LIMIT_S", 0.2)
    environ = gh(tmp_path, "echo gho_x; exec sleep 60")
    assert look("copilot", home, **environ).outcome == "no answer within 0.2 s"


def test_gh_is_asked_for_its_own_token(home: Path, tmp_path: Path) -> None:
    """Not for the one in a variable, which it would only repeat."""
    environ = gh(tmp_path, 'echo "gho_$1$2$3${GH_TOKEN}${GITHUB_TOKEN}"')
    answer = look("copilot", home, **environ)
    assert isinstance(answer.outcome, Credential)
    assert (answer.place, answer.outcome.secret) == ("`gh auth token`", Secret("gho_authtoken"))


def test_gh_is_asked_for_another_host(home: Path, tmp_path: Path) -> None:
    """`COPILOT_GH_HOST` names it, and no shell reads that."""
    environ = {**gh(tmp_path, 'echo "gho_$3=$4"'), "COPILOT_GH_HOST": "a.ghe.com;x"}
    found = look("copilot", home, **environ).outcome
    assert isinstance(found, Credential)
    assert found.secret == Secret("gho_--hostname=a.ghe.com;x")


def test_gh_may_be_absent(home: Path, tmp_path: Path) -> None:
    """Few have it."""
    assert look("copilot", home, PATH=str(tmp_path)).outcome == "not installed"


def test_a_provider_that_takes_no_other_sign_in_is_told_nothing(home: Path) -> None:
    """There is nothing to ask."""
    tools = ToolFiles(str(home), {}, IMPORTS)
    assert list(tools.look(REGISTRY.get("deepseek"), Origin.of("https://api.deepseek.com"))) == []


def in_variable(name: str, value: str) -> Credential:
    origins = frozenset([origin_of(REGISTRY.get("anthropic"))])
    return Credential(secret=Secret(value), source="env", name=name, origins=origins)


ORDER = {
    "key": ("ANTHROPIC_API_KEY", "sk-ant-api03-0001", claude(), "env"),
    "token-in-the-variable-for-keys": ("ANTHROPIC_API_KEY", "sk-ant-oat01-0001", claude(), "env"),
    "token": ("ANTHROPIC_TOKEN", "sk-ant-oat01-0001", claude(), "claude_code"),
    "setup-token": ("CLAUDE_CODE_OAUTH_TOKEN", "sk-ant-oat01-0001", claude(), "claude_code"),
    "key-in-the-variable-for-tokens": ("ANTHROPIC_TOKEN", "sk-ant-api03-0001", claude(), "env"),
    "file-has-ended": ("ANTHROPIC_TOKEN", "sk-ant-oat01-0001", claude(expiresAt=1), "env"),
    "file-is-not-renewed": ("ANTHROPIC_TOKEN", "sk-ant-oat01-0001", claude(refreshToken=""), "env"),
    "file-is-broken": ("ANTHROPIC_TOKEN", "sk-ant-oat01-0001", b"{", "env"),
}


@pytest.mark.parametrize(("name", "value", "content", "source"), ORDER.values(), ids=ORDER)
def test_a_copied_token_gives_way_to_the_sign_in_it_was_copied_from(
    name: str, value: str, content: object, source: str, home: Path
) -> None:
    """Only a token does, and only to a good one that its program keeps renewing."""
    put("claude_code", content, home)
    tools = ToolFiles(str(home), {}, ["claude_code"], clock=lambda: NOW)
    assert superseded(in_variable(name, value), REGISTRY.get("anthropic"), tools).source == source


def test_a_file_that_is_not_allowed_takes_no_place(home: Path) -> None:
    """It is as if it were not there."""
    put("claude_code", claude(), home)
    credential = in_variable("ANTHROPIC_TOKEN", "sk-ant-oat01-0001")
    tools = ToolFiles(str(home), {}, ["codex"], clock=lambda: NOW)
    assert superseded(credential, REGISTRY.get("anthropic"), tools) is credential
