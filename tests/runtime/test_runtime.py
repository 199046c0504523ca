"""Plans: the routes a conversation may take."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from hermes_fallback.errors import CredentialError, NotFound, UsageError
from hermes_fallback.runtime.runtime import Runtime

Opened = Callable[..., Runtime]
KEYS = {"DEEPSEEK_API_KEY": "sk-0123456789", "OPENROUTER_API_KEY": "sk-or-v1-0123456789"}


def models(runtime: Runtime, **chosen: object) -> list[str]:
    return [route.model for route in runtime.plan(**chosen).routes]  # type: ignore[arg-type]


def test_a_plan_holds_the_primary_and_the_chain_in_order(opened: Opened) -> None:
    """Position 0 first."""
    plan = opened(**KEYS).plan()
    assert [(route.position, route.model) for route in plan.routes] == [
        (0, "deepseek-chat"),
        (1, "z-ai/glm-5.2"),
        (2, "llama"),
    ]


def test_what_is_not_ready_is_passed_over_and_said(opened: Opened) -> None:
    """A missing key costs one link."""
    plan = opened().plan()
    assert [route.model for route in plan.routes] == ["llama"]
    assert [skipped.what for skipped in plan.skipped] == [
        "`DEEPSEEK_API_KEY` is not set",
        "`OPENROUTER_API_KEY` is not set",
    ]


def test_a_caller_may_choose_and_skip(opened: Opened) -> None:
    """Another primary, without the chain, or without some links of it."""
    runtime = opened(**KEYS)
    assert models(runtime, fallback=False) == ["deepseek-chat"]
    assert models(runtime, model="deepseek-reasoner", fallback=False) == ["deepseek-reasoner"]
    assert models(runtime, provider="or", fallback=False) == ["z-ai/glm-5.2"]
    assert models(runtime, skip=["openrouter"]) == ["deepseek-chat", "llama"]
    assert models(runtime, skip=["0", "2"]) == ["z-ai/glm-5.2"]


def test_a_chosen_link_of_the_chain_is_not_tried_twice(opened: Opened) -> None:
    """Falling back to what has just failed helps nobody."""
    assert models(opened(**KEYS), provider="openrouter") == ["z-ai/glm-5.2", "llama"]


def test_a_chosen_provider_needs_a_model(opened: Opened) -> None:
    """None is made up."""
    with pytest.raises(UsageError, match="no model for `zai`"):
        opened(**KEYS).plan(provider="zai")
    with pytest.raises(NotFound):
        opened(**KEYS).plan(provider="nope", model="m")


def test_with_nothing_ready_the_first_links_problem_is_the_error(opened: Opened) -> None:
    """The error says what to mend, and that the others are no better."""
    config = "model: {provider: deepseek, default: d}\nfallback_providers: [{provider: zai, model: g}]\n"
    with pytest.raises(CredentialError) as caught:
        opened(config).plan()
    assert "DEEPSEEK_API_KEY" in caught.value.what
    assert "zai:g" in str(caught.value.why)


def test_an_empty_home_says_how_to_begin(opened: Opened) -> None:
    """Nothing is configured: one command away."""
    with pytest.raises(UsageError) as caught:
        opened("").plan()
    assert caught.value.hint == "hermes model set PROVIDER MODEL"
