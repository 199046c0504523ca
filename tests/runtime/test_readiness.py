"""Whether a provider has what a link to it would need, before there is one."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from hermes_fallback.errors import NotFound
from hermes_fallback.model.credential import Problem
from hermes_fallback.model.endpoint import Endpoint
from hermes_fallback.model.link import Link
from hermes_fallback.providers.registry import Registry
from hermes_fallback.runtime.runtime import Runtime

Opened = Callable[..., Runtime]
CONFIG = """\
custom_providers:
- {name: box, base_url: "http://localhost:8000/v1"}
- {name: far, base_url: "https://llm.acme.test/v1", key_env: FAR_KEY}
providers: {zai: {enabled: false}}
"""
KEYS = {"OPENROUTER_API_KEY": "sk-or-v1-0123456789", "ANTHROPIC_API_KEY": "sk-ant-0123456789"}


@pytest.mark.parametrize(
    ("name", "problem", "variable"),
    [
        ("or", None, "OPENROUTER_API_KEY"),
        ("ollama", None, None),
        ("box", None, None),
        ("far", "missing-credential", None),
        ("deepseek", "missing-credential", None),
        ("custom", "missing-base-url", None),
        ("zai", "disabled-provider", None),
        ("copilot", "signed-out", None),
        ("bedrock", "signed-out", None),
        ("moa", "virtual-provider", None),
        ("anthropic", None, "ANTHROPIC_API_KEY"),
    ],
)
def test_a_provider_is_ready_or_says_what_is_lacking(
    opened: Opened, name: str, problem: str | None, variable: str | None
) -> None:
    """With the key that was found, also where something else is in the way."""
    found = opened(CONFIG, **KEYS).readiness(name)
    assert (found.problem.kind if found.problem else None) == problem
    assert (found.credential.name if found.credential else None) == variable


def test_every_provider_has_an_answer_and_the_ready_ones_come_first(opened: Opened) -> None:
    """Named endpoints among them, each with where it comes from."""
    runtime = opened(CONFIG, **KEYS)
    known = runtime.all_readiness()
    assert {each.profile.name for each in known} == set(runtime.registry.names())
    verdicts = [each.problem is None for each in known]
    assert verdicts == sorted(verdicts, reverse=True)
    (box,) = (each for each in known if each.profile.name == "custom:box")
    assert (box.origin.tier, box.origin.path) == ("config", "custom_providers[0]")


@pytest.mark.parametrize("name", Registry().names())
@pytest.mark.parametrize("environ", [{}, KEYS], ids=["no-keys", "keys"])
def test_a_link_to_any_provider_comes_to_a_route_or_a_problem(
    opened: Opened, name: str, environ: dict[str, str]
) -> None:
    """Never to an exception, and every problem has a kind, a sentence and a hint."""
    runtime = opened(CONFIG, **environ)
    resolution = runtime.resolver(runtime.settings).resolve(Link(provider=name, model="m"), position=1)
    assert (resolution.route is None) != (resolution.problem is None)
    if resolution.problem:
        assert resolution.problem.kind
        assert resolution.problem.what
        assert resolution.problem.hint


def test_an_endpoint_needs_no_model_and_no_dialect(opened: Opened) -> None:
    """A picker can list models and prove a key before anything can be said there."""
    endpoint = opened("", **KEYS).endpoint("claude")
    assert isinstance(endpoint, Endpoint)
    assert (endpoint.provider, endpoint.auth_header) == ("anthropic", "x-api-key")
    assert endpoint.credential is not None
    assert endpoint.credential.allows("https://api.anthropic.com/v1/models")


def test_an_endpoint_takes_an_address_and_a_variable(opened: Opened) -> None:
    """As a link would have them."""
    runtime = opened("", MY_KEY="my-key-0001")
    endpoint = runtime.endpoint("custom", base_url="https://llm.acme.test/v1", key_env="MY_KEY")
    assert isinstance(endpoint, Endpoint)
    assert endpoint.credential is not None
    assert endpoint.credential.name == "MY_KEY"
    assert isinstance(runtime.endpoint("custom", base_url="https://llm.acme.test/v1"), Problem)
    unknown = runtime.endpoint("nobody")
    assert isinstance(unknown, Problem)
    assert unknown.kind == "unknown-provider"
    with pytest.raises(NotFound):
        runtime.readiness("nobody")
