"""`hermes auth status`: who can be used, with which key, and whether it is still taken."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from program import Hermes

from hermes_fallback.loopback.server import Loopback

KEY = "sk-or-v1-9f8e7d6c5b4a39281706f5e4d3c2b1a0"
BOX = "box-key-0123456789"


@pytest.fixture
def box(home: Path, config: Callable[[str], Path]) -> Iterator[Loopback]:
    """A primary on a host of our own, whose key stands in `.env`."""
    with Loopback({"providers": [{"name": "box", "key": BOX}]}) as running:
        (home / ".env").write_text(f"BOX_KEY={BOX}\n")
        config(
            f'model: {{provider: custom, default: m, base_url: "{running.base_url("box")}", key_env: BOX_KEY}}\n'
        )
        yield running


def rows(document: dict[str, list[dict[str, object]]]) -> dict[object, dict[str, object]]:
    return {each["provider"]: each for each in document["providers"]}


def test_what_is_configured_has_a_row_with_the_fields_of_the_contract(
    hermes: Hermes, home: Path, config: Callable[[str], Path]
) -> None:
    """The primary, the links, and whoever has a credential; nobody else."""
    config("model: {provider: deepseek, default: m}\nfallback_providers: [{provider: ollama, model: q}]\n")
    (home / ".env").write_text(f"OPENROUTER_API_KEY={KEY}\n")
    result = hermes("auth", "status", "--json")
    found = rows(result.document)
    assert (result.status, set(found)) == (0, {"deepseek", "ollama", "openrouter"})
    assert found["openrouter"] == {
        "provider": "openrouter",
        "auth": "api_key",
        "configured": True,
        "resolvable": True,
        "accepted": None,
        "checked_at": None,
        "usable": True,
        "problem": None,
        "credentials": [
            {
                "label": "OPENROUTER_API_KEY",
                "source": "dotenv",
                "fingerprint": found["openrouter"]["credentials"][0]["fingerprint"],
                "state": "ok",
                "until": None,
                "reason": None,
            }
        ],
    }
    assert (found["ollama"]["auth"], found["ollama"]["usable"]) == ("none", True)
    assert (found["deepseek"]["usable"], found["deepseek"]["problem"]["kind"]) == (
        False,
        "missing-credential",
    )


def test_a_key_is_a_fingerprint_everywhere(hermes: Hermes, home: Path) -> None:
    """Enough to know it again, and no part of it."""
    (home / ".env").write_text(f"OPENROUTER_API_KEY={KEY}\n")
    for argv in (("auth",), ("auth", "status", "--json"), ("auth", "status", "openrouter", "-v")):
        result = hermes(*argv)
        assert re.search(r"sha256:[0-9a-f]{8}\b", result.out)
        assert KEY[9:20] not in result.out + result.err


@pytest.mark.parametrize(
    ("name", "status"),
    [("openrouter", 0), ("or", 0), ("ollama", 0), ("glm", 4), ("opnrouter", 5), ("moa", 4)],
    ids=["usable", "alias", "no-key-needed", "missing-by-alias", "unknown", "never-routed"],
)
def test_a_named_provider_is_answered_by_the_exit_status(
    hermes: Hermes, home: Path, name: str, status: int
) -> None:
    """0 it can be used, 4 it cannot, 5 there is none; the document stands on stdout unless there is none."""
    (home / ".env").write_text(f"OPENROUTER_API_KEY={KEY}\n")
    result = hermes("auth", "status", name, "--json")
    assert result.status == status
    if status != 5:
        assert [each["usable"] for each in result.document["providers"]] == [status == 0]


def test_what_a_named_provider_lacks_is_told(hermes: Hermes) -> None:
    """The variable, and what to do; it is not configured, and said to be so."""
    result = hermes("auth", "status", "zai")
    assert result.status == 4
    assert "not usable" in result.out
    assert "hint: put `GLM_API_KEY=" in result.out
    assert hermes("auth", "status", "zai", "--json").document["providers"][0]["configured"] is False


def test_check_asks_whether_the_key_is_taken(hermes: Hermes, box: Loopback) -> None:
    """Accepted, with the time of the answer."""
    row = rows(hermes("auth", "status", "--check", "--json").document)["custom"]
    assert (row["accepted"], row["usable"]) == (True, True)
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", row["checked_at"])
    assert "accepted: key BOX_KEY from .env" in hermes("auth", "status", "--check").out
    assert [received.authorization for received in box.received()] == [f"Bearer {BOX}"] * 2


def test_without_check_nobody_is_asked(hermes: Hermes, box: Loopback) -> None:
    """Whether it is taken is then not known."""
    assert rows(hermes("auth", "--json").document)["custom"]["accepted"] is None
    assert box.received() == ()


def test_a_refused_key_is_not_usable(hermes: Hermes, home: Path, box: Loopback) -> None:
    """Exit 4 where the provider is named; the key is dead, with the reason."""
    (home / ".env").write_text("BOX_KEY=old-key-0123456789\n")
    result = hermes("auth", "status", "custom", "--check", "--json")
    (row,) = result.document["providers"]
    assert (result.status, row["resolvable"], row["accepted"], row["usable"]) == (4, True, False, False)
    assert (row["credentials"][0]["state"], row["credentials"][0]["reason"]) == ("dead", "auth")
    assert row["problem"]["kind"] == "auth"
    assert hermes("auth", "status", "--check").status == 0


def test_a_spent_quota_is_no_refusal_of_the_key(
    hermes: Hermes, home: Path, config: Callable[[str], Path]
) -> None:
    """The key is known there, and leads nowhere today."""
    with Loopback([{"name": "box", "list_script": ["quota"]}]) as spent:
        config(
            f'model: {{provider: custom, default: m, base_url: "{spent.base_url("box")}", key_env: BOX_KEY}}\n'
        )
        (home / ".env").write_text(f"BOX_KEY={BOX}\n")
        row = rows(hermes("auth", "status", "--check", "--json").document)["custom"]
    assert (row["accepted"], row["usable"], row["problem"]["kind"]) == (True, False, "quota")
    assert row["credentials"][0]["state"] == "ok"


def test_each_key_of_a_provider_is_told_by_itself(
    hermes: Hermes, home: Path, config: Callable[[str], Path]
) -> None:
    """A good one does not hide that another is refused, nor that a host without a key answers."""
    specs = [{"name": "good", "key": BOX}, {"name": "strict", "key": "another"}, {"name": "open"}]
    with Loopback(specs) as running:
        good, strict, free = (running.base_url(name) for name in ("good", "strict", "open"))
        config(
            f'model: {{provider: custom, default: m, base_url: "{good}", key_env: BOX_KEY}}\nfallback_providers:\n'
            f'  - {{provider: custom, model: m, base_url: "{strict}", key_env: OLD_KEY}}\n'
            f'  - {{provider: custom, model: m, base_url: "{free}"}}\n'
        )
        (home / ".env").write_text(f"BOX_KEY={BOX}\nOLD_KEY=old-key-0123456789\n")
        out = hermes("auth", "status", "--check").out
    assert re.sub(r" \(sha256:\w+\)", "", out) == (
        "  custom  accepted: key BOX_KEY from .env; failed: key OLD_KEY from .env; answers: no key needed\n"
    )


def test_a_host_that_cannot_tell_leaves_it_open(hermes: Hermes, config: Callable[[str], Path]) -> None:
    """Neither accepted nor refused, and usable as far as is known."""
    with Loopback({"providers": [{"name": "box", "list_script": ["server_error"]}]}) as broken:
        config(f'model: {{provider: custom, default: m, base_url: "{broken.base_url("box")}"}}\n')
        row = rows(hermes("auth", "status", "--check", "--json").document)["custom"]
    assert (row["accepted"], row["usable"]) == (None, True)


def test_an_endpoint_of_the_config_has_a_row_of_its_own(
    hermes: Hermes, home: Path, config: Callable[[str], Path]
) -> None:
    """Under the name that links call it by."""
    config("custom_providers: [{name: Box, base_url: 'https://llm.example.test/v1', key_env: BOX_KEY}]\n")
    (home / ".env").write_text(f"BOX_KEY={BOX}\n")
    row = rows(hermes("auth", "status", "--json").document)["custom:box"]
    assert (row["usable"], row["credentials"][0]["label"]) == (True, "BOX_KEY")


@pytest.mark.parametrize("argv", [("auth",), ("auth", "status")])
def test_an_empty_home_says_how_to_begin(hermes: Hermes, argv: tuple[str, ...]) -> None:
    """No provider, and one command."""
    result = hermes(*argv)
    assert (result.status, result.out.endswith(": hermes model set PROVIDER MODEL\n")) == (0, True)


def test_a_narrow_terminal_keeps_names_whole(hermes: Hermes, config: Callable[[str], Path]) -> None:
    """The table folds."""
    config("model: {provider: alibaba-coding-plan, default: m}\n")
    out = hermes("auth", tty=True, env={"COLUMNS": "24", "NO_COLOR": "1"}).out
    assert "  alibaba-coding-plan\n" in out
    assert [line for line in out.splitlines() if len(line) > 24 and len(line.split()) > 2] == []


def test_a_key_that_was_refused_is_shown_as_benched_until_it_proves_good(
    hermes: Hermes, box: Loopback
) -> None:
    """What a conversation found out is known here; a check that succeeds ends it."""
    box.script("box", ["unauthorized", "ok"])
    hermes("chat", "-q", "hi")
    (before,) = hermes("auth", "status", "--json").document["providers"][0]["credentials"]
    assert (before["state"], before["reason"], before["until"] is not None) == ("benched", "auth", True)
    assert "benched until" in hermes("auth", "status").out
    hermes("auth", "status", "--check")
    (after,) = hermes("auth", "status", "--json").document["providers"][0]["credentials"]
    assert (after["state"], after["until"]) == ("ok", None)


def test_a_key_that_is_revoked_is_dead_and_its_provider_not_usable(hermes: Hermes, box: Loopback) -> None:
    """No time mends it: exit 4 for who asks, with the command that does."""
    box.script("box", {"behaviour": "unauthorized", "code": "token_revoked", "message": "Token revoked"})
    hermes("chat", "-q", "hi")
    result = hermes("auth", "status", "custom", "--json")
    (credential,) = result.document["providers"][0]["credentials"]
    assert (result.status, credential["state"], credential["until"]) == (4, "dead", None)
    assert result.document["providers"][0]["problem"]["kind"] == "dead-credential"


def test_all_shows_every_provider_there_is(hermes: Hermes) -> None:
    """Also those that nobody uses, each with what it lacks; a name beside it is a contradiction."""
    providers = hermes("auth", "status", "--all", "--json").document["providers"]
    assert {each["provider"] for each in providers} >= {"openrouter", "nous", "bedrock", "ollama"}
    assert hermes("auth", "status", "openrouter", "--all").status == 2


def test_each_key_of_a_pool_is_told(hermes: Hermes, home: Path) -> None:
    """The entries of auth.json first, then the variable."""
    (home / ".env").write_text("OPENROUTER_API_KEY=sk-or-v1-variable-0001\n")
    entries = [
        {"id": f"00000{n}", "label": f"key-{n}", "priority": n, "access_token": f"sk-or-v1-pool-000{n}"}
        for n in range(2)
    ]
    (home / "auth.json").write_text(json.dumps({"credential_pool": {"openrouter": entries}}))
    (row,) = hermes("auth", "status", "--json").document["providers"]
    assert [each["label"] for each in row["credentials"]] == ["key-0", "key-1", "OPENROUTER_API_KEY"]


def test_without_a_network_nobody_can_tell(
    hermes: Hermes, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """That nothing answers says nothing of the key: it stays usable, and is neither accepted nor refused."""
    (home / ".env").write_text(f"OPENROUTER_API_KEY={KEY}\n")
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
    result = hermes("auth", "status", "openrouter", "--check", "--json")
    (row,) = result.document["providers"]
    assert (result.status, row["accepted"], row["usable"]) == (0, None, True)
    told = hermes("auth", "status", "openrouter", "--check").out
    assert "cannot tell, as nothing answers: key OPENROUTER_API_KEY" in " ".join(told.split())


@pytest.mark.parametrize(
    ("provider", "helps"), [("openrouter", True), ("copilot-acp", False)], ids=["a-key", "a-program"]
)
def test_a_key_is_offered_only_where_one_would_help(hermes: Hermes, provider: str, helps: bool) -> None:
    """Whatever is in the way, `--force` adds the link."""
    hint = hermes("fallback", "add", provider, "m", "--json").error["hint"]
    assert ("--key-stdin" in hint, "--force" in hint) == (helps, True)
