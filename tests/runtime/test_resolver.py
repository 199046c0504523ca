"""A link becomes a route, or the reason why not."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from hermes_fallback.model.link import Link
from hermes_fallback.model.route import Resolution
from hermes_fallback.runtime.resolver import SPOKEN
from hermes_fallback.runtime.runtime import Runtime
from hermes_fallback.secret import Secret
from hermes_fallback.wire.dialects import spoken

Opened = Callable[..., Runtime]
KEY = "sk-or-v1-0123456789"


def resolved(runtime: Runtime, **fields: object) -> Resolution:
    link = Link(**{"provider": "openrouter", "model": "m", **fields})  # type: ignore[arg-type]
    return runtime.resolver(runtime.settings).resolve(link, position=1)


def test_the_resolver_knows_the_dialects_that_are_spoken() -> None:
    """The resolver's own list and the wire's are the same."""
    assert spoken() == SPOKEN


def test_a_link_with_a_key_becomes_a_route(opened: Opened) -> None:
    """Endpoint and dialect from the profile, the key from its variable, bound to that host."""
    resolution = resolved(opened(OPENROUTER_API_KEY=KEY))
    assert resolution.problem is None
    route = resolution.route
    assert route is not None
    assert (route.base_url, route.api_mode) == ("https://openrouter.ai/api/v1", "chat_completions")
    assert route.credential is not None
    assert route.credential.name == "OPENROUTER_API_KEY"
    assert route.credential.allows("https://openrouter.ai/api/v1/chat/completions")
    assert not route.credential.allows("https://openrouter.ai.evil.test/")


def test_the_link_comes_before_the_variable_and_that_before_the_profile(opened: Opened) -> None:
    """Each candidate is recorded, passed over or not."""
    runtime = opened(DEEPSEEK_API_KEY="sk-0123456789", DEEPSEEK_BASE_URL="https://api.deepseek.com/beta")
    by_variable = resolved(runtime, provider="deepseek")
    assert by_variable.route is not None
    assert by_variable.route.base_url == "https://api.deepseek.com/beta"
    by_link = resolved(runtime, provider="deepseek", base_url="http://localhost:9/v1")
    assert by_link.route is not None
    assert by_link.route.base_url == "http://localhost:9/v1"
    told = {each.candidate: each.outcome for each in by_link.considered}
    assert told["`base_url` of the link"] == "chosen: http://localhost:9/v1"
    assert told["`DEEPSEEK_BASE_URL`"] == "passed over: https://api.deepseek.com/beta"


@pytest.mark.parametrize(
    ("fields", "kind", "words"),
    [
        ({"provider": "opnrouter"}, "unknown-provider", "opnrouter"),
        ({}, "missing-credential", "OPENROUTER_API_KEY"),
        ({"provider": "custom"}, "missing-base-url", "no address"),
        ({"provider": "custom", "base_url": "localhost:8000"}, "invalid-base-url", "`base_url` of the link"),
        ({"provider": "custom", "base_url": "secret-pw"}, "invalid-base-url", "not an http(s) address"),
        ({"provider": "custom", "base_url": "https://me:secret-pw@h/v1"}, "invalid-base-url", "user name"),
        ({"api_mode": "codex_app_server"}, "not-ready", "codex_app_server"),
        (
            {"provider": "deepseek", "base_url": "https://elsewhere.test/v1"},
            "untrusted-host",
            "elsewhere.test",
        ),
    ],
)
def test_what_stands_in_the_way_has_a_kind_and_a_hint(
    opened: Opened, fields: dict[str, str], kind: str, words: str
) -> None:
    """A problem is told before the outage, and says what to type."""
    resolution = resolved(opened(DEEPSEEK_API_KEY="sk-0123456789"), **fields)
    assert resolution.route is None
    assert resolution.problem is not None
    assert resolution.problem.kind == kind
    assert words in resolution.problem.what
    assert resolution.problem.hint
    assert "secret-pw" not in repr(resolution.problem) + repr(resolution.considered)


def test_an_address_with_a_password_is_refused_only_where_it_is_the_one(opened: Opened) -> None:
    """A variable that is passed over cannot make a link unusable; the one that counts is named."""
    runtime = opened("", OPENAI_BASE_URL="https://me:secret-pw@h.test/v1")
    own = resolved(runtime, provider="custom", base_url="http://localhost:1/v1")
    assert own.route is not None
    none = resolved(runtime, provider="custom")
    assert none.problem is not None
    assert none.problem.what == "`OPENAI_BASE_URL` holds a user name or password"
    assert "secret-pw" not in repr((own.considered, none))


def test_every_place_asked_for_a_key_is_told(opened: Opened) -> None:
    """The one that was chosen too."""
    runtime = opened(Z_AI_API_KEY="0123456789.abcdef")
    told = {each.candidate: each.outcome for each in resolved(runtime, provider="zai").considered}
    assert told["`GLM_API_KEY` in the environment"] == "not set"
    assert told["`Z_AI_API_KEY` in the environment"] == "chosen"


def test_a_trusted_host_may_have_a_providers_key(opened: Opened) -> None:
    """`fallback.trust` opens one host, by name."""
    config = "fallback: {trust: [mirror.test]}\n"
    runtime = opened(config, DEEPSEEK_API_KEY="sk-0123456789")
    assert resolved(runtime, provider="deepseek", base_url="https://mirror.test/v1").route is not None
    assert resolved(runtime, provider="deepseek", base_url="https://mirror.test.evil.test/v1").route is None


@pytest.mark.parametrize(
    ("primary", "environ", "base_url"),
    [
        ("{provider: custom, default: m, base_url: 'https://a.test/v1'}", {}, "https://a.test/v1"),
        ("{default: m, base_url: 'https://a.test/v1'}", {}, "https://a.test/v1"),
        ("{provider: zai, default: m, base_url: 'http://localhost:1/v1'}", {}, "http://localhost:1/v1"),
        ("{provider: zai, default: m, base_url: 'https://a.test/v1'}", {}, None),
        (
            "{provider: custom, default: m, base_url: 'https://a.test/v1'}",
            {"CUSTOM_BASE_URL": "https://b.test/v1"},
            "https://a.test/v1",
        ),
        (
            "m",
            {"CUSTOM_BASE_URL": "https://b.test/v1/", "OPENAI_BASE_URL": "https://c.test"},
            "https://b.test/v1",
        ),
        ("m", {"OPENAI_BASE_URL": "https://c.test/v1"}, "https://c.test/v1"),
        ("m", {"OPENROUTER_BASE_URL": "https://d.test/v1", "OPENROUTER_API_KEY": KEY}, None),
    ],
)
def test_a_custom_link_without_an_address_goes_nowhere_but_where_it_was_told(
    opened: Opened, primary: str, environ: dict[str, str], base_url: str | None
) -> None:
    """The primary's address where that was meant for it, then its variables; never a provider's it did not name."""
    resolution = resolved(
        opened(f"model: {primary}\n", **environ),
        provider="custom",
        key_env="OWN",
        api_key=Secret("own-key-1"),
    )
    if base_url is None:
        assert resolution.problem is not None
        assert resolution.problem.kind == "missing-base-url"
        assert "`CUSTOM_BASE_URL` or `OPENAI_BASE_URL`" in (resolution.problem.hint or "")
    else:
        assert resolution.route is not None
        assert resolution.route.base_url == base_url
