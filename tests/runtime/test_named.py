"""Named endpoints as links use them: their address, their key, their dialect, and what never leaves their host."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from hermes_fallback.model.credential import Problem
from hermes_fallback.model.endpoint import Endpoint
from hermes_fallback.model.link import Link
from hermes_fallback.model.route import Resolution, Route
from hermes_fallback.runtime.editor import Editor
from hermes_fallback.runtime.runtime import Runtime
from hermes_fallback.secret import Secret

Opened = Callable[..., Runtime]

CONFIG = """\
custom_providers:
- name: My Box
  base_url: http://localhost:8000/v1
- name: gateway
  base_url: https://llm.acme.test/v1
  key_env: GATEWAY_KEY
  context_length: 9000
  extra_headers: {X-Team: blue-team-token}
- name: inline
  base_url: https://inline.acme.test/v1
  api_key: inline-key-0001
  key_env: INLINE_KEY
- name: relay
  base_url: https://relay.acme.test/anthropic
  api_key: no-key-required
  api_mode: codex_responses
- {name: spoken, base_url: "https://relay.acme.test/anthropic", api_key: no-key-required, api_mode: chat_completions}
- {name: groq, base_url: "https://api.groq.com/openai/v1"}
- {name: openai, base_url: "https://api.openai.com/v1", api_mode: codex_responses}
providers:
  kimi: {api: "http://localhost:7/v1"}
  deepseek: {api: "http://localhost:8/v1"}
  gateway-2: {api: "https://two.acme.test/v1", enabled: off}
  openrouter: {enabled: false}
"""
KEYS = {
    "GATEWAY_KEY": "gateway-key-0002",
    "INLINE_KEY": "inline-key-0003",
    "GROQ_API_KEY": "gsk-0004",
    "OPENAI_API_KEY": "sk-proj-0005",
    "OPENROUTER_API_KEY": "sk-or-v1-0006",
    "DEEPSEEK_API_KEY": "sk-deepseek-0007",
    "ACME_API_KEY": "acme-0008",
}


@pytest.fixture
def resolved(opened: Opened) -> Callable[..., Resolution]:
    """Resolves a link of a home that names endpoints, with every key set."""

    def resolve(provider: str, **fields: object) -> Resolution:
        runtime = opened(CONFIG, **KEYS)
        link = Link(**{"provider": provider, "model": "m", **fields})  # type: ignore[arg-type]
        return runtime.resolver(runtime.settings).resolve(link, position=1)

    return resolve


Resolved = Callable[..., Resolution]


def route(resolution: Resolution) -> Route:
    assert resolution.route is not None, resolution.problem
    return resolution.route


def key(resolution: Resolution) -> str | None:
    credential = route(resolution).credential
    return credential.secret.reveal() if credential else None


@pytest.mark.parametrize("provider", ["custom:my-box", "My Box", "my-box", "Custom:MY BOX"])
def test_an_endpoint_answers_to_its_name(resolved: Resolved, provider: str) -> None:
    """Behind `custom:` or bare, in any case, with blanks or dashes."""
    found = route(resolved(provider))
    assert (found.provider, found.base_url) == ("custom:my-box", "http://localhost:8000/v1")


@pytest.mark.parametrize(
    ("provider", "sent"),
    [
        ("my-box", None),
        ("gateway", "gateway-key-0002"),
        ("inline", "inline-key-0001"),
        ("spoken", None),
        ("groq", "gsk-0004"),
        ("custom:groq", "gsk-0004"),
        ("custom:openai", "sk-proj-0005"),
    ],
)
def test_an_endpoint_brings_its_key(opened: Opened, provider: str, sent: str | None) -> None:
    """Inline, by variable, or that of the vendor whose host it is; a local one needs none."""
    endpoint = opened(CONFIG, **KEYS).endpoint(provider)
    assert isinstance(endpoint, Endpoint)
    assert (endpoint.credential.secret.reveal() if endpoint.credential else None) == sent


def test_what_the_link_says_comes_first(resolved: Resolved) -> None:
    """Its key, its variable, its window; the endpoint fills in what is missing."""
    assert key(resolved("gateway", api_key=Secret("own-key-0009"))) == "own-key-0009"
    assert key(resolved("gateway", key_env="INLINE_KEY")) == "inline-key-0003"
    assert key(resolved("gateway", base_url="https://llm.acme.test/v2")) == "gateway-key-0002"
    assert route(resolved("gateway")).context_length == 9000
    assert route(resolved("gateway", context_length=5)).context_length == 5


def test_key_and_headers_of_an_endpoint_stay_at_its_host(resolved: Resolved) -> None:
    """A link that goes elsewhere gets neither, and no other key in their place."""
    assert dict(route(resolved("gateway")).headers) == {"X-Team": "blue-team-token"}
    for elsewhere in ("https://llm.acme.test.evil.test/v1", "https://llm.acme.test:8443/v1"):
        assert resolved("gateway", base_url=elsewhere).problem is not None
        assert resolved("inline", base_url=elsewhere).problem is not None
    moved = route(resolved("gateway", base_url="http://localhost:9/v1"))
    assert (dict(moved.headers), moved.credential) == ({}, None)
    assert "blue-team-token" not in repr(route(resolved("gateway")))


def test_the_key_of_an_endpoint_is_told_with_its_place(resolved: Resolved) -> None:
    """The link holds none, and nobody should look for it there."""
    found = resolved("inline")
    credential = route(found).credential
    assert credential is not None
    assert credential.source == "custom_providers[2]"
    assert ("`api_key` of `custom_providers[2]`", "chosen") in [
        (each.candidate, each.outcome) for each in found.considered
    ]
    own = route(resolved("inline", api_key=Secret("own-key-0009"))).credential
    assert own is not None
    assert own.source == "link"


def test_a_header_cannot_carry_away_a_key_that_is_for_another_host(opened: Opened) -> None:
    """OpenRouter's key goes to OpenRouter, filled into a header or not."""
    config = """
custom_providers:
- {name: far, base_url: "https://far.test/v1", api_key: far-key-0001, extra_headers: {X-Key: "${OPENROUTER_API_KEY}"}}
"""
    found = opened(config, **KEYS).endpoint("far")
    assert isinstance(found, Problem)
    assert found.what == "`OPENROUTER_API_KEY` is not sent to `https://far.test`"


def test_a_custom_link_to_an_endpoints_address_is_that_endpoint(resolved: Resolved) -> None:
    """An address is enough to be known by; one that only begins alike is another."""
    assert key(resolved("custom", base_url="https://llm.acme.test/v1/")) == "gateway-key-0002"
    assert resolved("custom", base_url="https://llm.acme.test.evil.test/v1").problem is not None


def test_a_variable_that_fails_is_never_replaced(opened: Opened) -> None:
    """The endpoint named its key; the host's vendor has another."""
    config = "custom_providers: [{name: a, base_url: 'https://api.groq.com/v1', key_env: MISSING}]\n"
    found = opened(config, **KEYS).endpoint("a")
    assert isinstance(found, Problem)
    assert found.what == "`MISSING` is not set"


@pytest.mark.parametrize(
    ("provider", "base_url"), [("kimi", "http://localhost:7/v1"), ("deepseek", "https://api.deepseek.com/v1"),
                               ("custom:deepseek", "http://localhost:8/v1")]
)  # fmt: skip
def test_an_endpoint_goes_before_an_alias_and_behind_a_providers_name(
    resolved: Resolved, provider: str, base_url: str
) -> None:
    """`kimi` is but an alias; `deepseek` is a provider, and the endpoint of that name is `custom:deepseek`."""
    assert route(resolved(provider)).base_url == base_url


@pytest.mark.parametrize(
    ("provider", "fields", "api_mode"),
    [
        ("custom:relay", {}, "anthropic_messages"),
        ("custom:spoken", {}, "chat_completions"),
        ("custom:openai", {}, "codex_responses"),
        ("custom:openai", {"api_mode": "chat_completions"}, "chat_completions"),
        ("my-box", {"api_mode": "codex_responses"}, "chat_completions"),
        ("custom", {"base_url": "http://localhost:1/v1", "api_mode": "codex_responses"}, "chat_completions"),
        (
            "custom",
            {"base_url": "https://api.x.ai/v1", "api_mode": "codex_responses", "key_env": "ACME_API_KEY"},
            "codex_responses",
        ),
    ],
)
def test_the_dialect_is_the_links_the_endpoints_or_the_hosts(
    resolved: Resolved, provider: str, fields: dict[str, object], api_mode: str
) -> None:
    """OpenAI's newer dialect counts at its own hosts alone: elsewhere it is left over from another address."""
    assert route(resolved(provider, **fields)).api_mode == api_mode


@pytest.mark.parametrize("provider", ["openrouter", "or", "custom:gateway-2", "gateway-2"])
def test_a_provider_that_is_switched_off_says_which_line_to_change(resolved: Resolved, provider: str) -> None:
    """By any of its names, though its key is there."""
    problem = resolved(provider).problem
    assert problem is not None
    assert problem.kind == "disabled-provider"
    assert problem.hint is not None
    assert ".enabled` on line " in problem.hint


def test_a_link_is_named_by_its_endpoint(opened: Opened, home: Path) -> None:
    """`custom:NAME` and `custom:NAME:MODEL` in commands; added links are written so that everybody knows them."""
    Editor(opened(CONFIG)).add({"provider": "My Box", "model": "qwen:8b"})
    assert "- provider: custom:my-box\n  model: qwen:8b\n" in (home / "config.yaml").read_text()
    for word in ("custom:my-box:qwen:8b", "my-box"):
        assert not Editor(Runtime.open(home, environ={})).remove([word], dry_run=True).report.chain.links


def test_a_settings_change_is_seen_in_the_report_of_it(opened: Opened) -> None:
    """The report on a document goes by that document's endpoints, not by those of the file before."""
    chain = "fallback_providers: [{provider: my-box, model: m}]\n"
    before = opened(chain)
    assert before.report().links[0][1].problem is not None
    after = before.store.edit(lambda document: (CONFIG + chain).encode(), dry_run=True).after
    assert before.report(after).links[0][1].problem is None
