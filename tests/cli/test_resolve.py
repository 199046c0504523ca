"""`hermes resolve`: what would be used, and why."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from program import Hermes

KEY = "sk-or-v1-9f8e7d6c5b4a39281706f5e4d3c2b1a0"

CONFIG = """\
model: {provider: deepseek, default: deepseek-chat}
fallback_providers:
  - {provider: openrouter, model: x/y}
  - {provider: custom, model: m, base_url: "http://localhost:1/v1"}
"""


@pytest.fixture(autouse=True)
def _home(home: Path, config: Callable[[str], Path]) -> None:
    config(CONFIG)
    (home / ".env").write_text(f"OPENROUTER_API_KEY={KEY}\n")


def test_json_has_the_route_the_fallbacks_and_every_candidate(hermes: Hermes) -> None:
    """The first link that is ready is the route; the others follow; what was passed over is said."""
    result = hermes("resolve", "--json")
    document = result.document
    assert document["route"]["provider"] == "openrouter"
    assert set(document["route"]) >= {"provider", "model", "api_mode", "base_url", "credential", "expires_at"}
    assert document["route"]["credential"]["name"] == "OPENROUTER_API_KEY"
    assert [each["model"] for each in document["fallbacks"]] == ["m"]
    outcomes = {each["candidate"]: each["outcome"] for each in document["considered"]}
    assert "DEEPSEEK_API_KEY" in outcomes["deepseek:deepseek-chat"]
    assert outcomes["openrouter:x/y"] == "ready"
    assert KEY not in result.out


def test_text_tells_the_same(hermes: Hermes) -> None:
    """Route, fallbacks and candidates, each with its position."""
    out = hermes("resolve").out
    assert out.startswith("route\n  1  openrouter:x/y\n")
    assert "fallbacks\n  2  custom:m\n" in out
    assert "0  deepseek:deepseek-chat: not ready" in out
    assert KEY not in out


def test_a_provider_stands_in_for_the_primary(hermes: Hermes) -> None:
    """A named one comes first, and is not tried twice."""
    document = hermes("resolve", "custom", "--json").document
    assert document["route"]["model"] == "m"
    assert [each["provider"] for each in document["fallbacks"]] == ["openrouter"]


@pytest.mark.parametrize(
    ("words", "status"), [(("opnrouter",), 5), (("zai",), 2)], ids=["unknown-provider", "no-model-known"]
)
def test_what_cannot_be_resolved_says_why(hermes: Hermes, words: tuple[str, ...], status: int) -> None:
    """An unknown provider, or one for which no model is known."""
    assert hermes("resolve", *words).status == status


def test_nothing_ready_is_exit_4_and_shows_what_was_looked_at(
    hermes: Hermes, config: Callable[[str], Path]
) -> None:
    """The first problem and that of every other link as the error; each place that was asked as the answer."""
    config("model: {provider: deepseek, default: m}\nfallback_providers: [{provider: zai, model: glm}]\n")
    result = hermes("resolve")
    assert result.status == 4
    assert "DEEPSEEK_API_KEY" in result.err
    assert "zai:glm" in result.err
    assert result.out.startswith("considered\n  0  deepseek:m: not ready")
    assert "`Z_AI_API_KEY` in the environment: not set" in result.out


def test_nothing_ready_is_the_error_alone_in_json(hermes: Hermes, config: Callable[[str], Path]) -> None:
    """A program reads one document."""
    config("model: {provider: deepseek, default: m}\n")
    result = hermes("resolve", "--json")
    assert (result.status, result.out, result.error["kind"]) == (4, "", "missing-credential")


def test_nothing_configured_is_exit_2(hermes: Hermes, config: Callable[[str], Path]) -> None:
    """A new user reads the command that begins it."""
    config("")
    result = hermes("resolve")
    assert (result.status, result.out) == (2, "")
    assert "hermes model set" in result.err


def test_a_primary_without_a_provider_is_shown_with_the_one_that_was_chosen(
    hermes: Hermes, config: Callable[[str], Path]
) -> None:
    """By its key, and with what decided."""
    config("model: x/z\nfallback_providers: [{provider: openrouter, model: x/z}]\n")
    document = hermes("resolve", "--json").document
    assert (document["route"]["provider"], document["fallbacks"]) == ("openrouter", [])
    outcomes = [(each["candidate"], each["outcome"]) for each in document["considered"]]
    assert ("`HERMES_INFERENCE_PROVIDER`", "not set") in outcomes
    assert ("provider `openrouter`", "chosen: its key is there") in outcomes
    assert [each["position"] for each in document["considered"] if each["candidate"] == "openrouter:x/z"] == [
        0
    ]
