"""`provider: auto`, or none: who answers, and by what that was decided."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from hermes_fallback.errors import UsageError
from hermes_fallback.model.route import Resolution
from hermes_fallback.runtime.editor import Editor
from hermes_fallback.runtime.runtime import Runtime

Opened = Callable[..., Runtime]
KEYS = {
    "OPENROUTER_API_KEY": "sk-or-v1-0123456789",
    "OPENAI_API_KEY": "sk-proj-0123456789",
    "DEEPSEEK_API_KEY": "sk-0123456789",
}
AUTO = "model: {default: m}\n"


def first(runtime: Runtime) -> Resolution:
    found = runtime.first()
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("config", "environ", "provider"),
    [
        ("model: m\n", KEYS, "openrouter"),
        ("model: {default: m, provider: Auto}\n", KEYS, "openrouter"),
        (AUTO, {"OPENAI_API_KEY": KEYS["OPENAI_API_KEY"]}, "openai"),
        (AUTO, {**KEYS, "OPENROUTER_API_KEY": "your_api_key"}, "openai"),
        (AUTO, {**KEYS, "OPENROUTER_BASE_URL": "https://mirror.test/v1"}, "openai"),
        (AUTO, {"DEEPSEEK_API_KEY": KEYS["DEEPSEEK_API_KEY"]}, "deepseek"),
        (
            AUTO,
            {"OPENROUTER_BASE_URL": "http://localhost:1", "OPENAI_API_KEY": KEYS["OPENAI_API_KEY"]},
            "openai",
        ),
        ("model: {default: m, base_url: 'https://mine.openai.azure.com/openai/v1'}\n", KEYS, "azure-foundry"),
        ("model: {default: m, base_url: 'https://api.minimax.io/anthropic'}\n", KEYS, "minimax"),
        (AUTO, {**KEYS, "HERMES_INFERENCE_PROVIDER": " DeepSeek "}, "deepseek"),
        (AUTO, {**KEYS, "HERMES_INFERENCE_PROVIDER": "auto"}, "openrouter"),
        (AUTO, {**KEYS, "HERMES_INFERENCE_PROVIDER": ""}, "openrouter"),
        ("model: {default: m, provider: zai}\n", {**KEYS, "HERMES_INFERENCE_PROVIDER": "deepseek"}, "zai"),
        ("provider: zai\nmodel: m\n", KEYS, "zai"),
        ("model: {default: m, base_url: 'https://api.deepseek.com/beta'}\n", KEYS, "deepseek"),
        ("model: {default: m, base_url: 'https://api.openai.com/v1'}\n", KEYS, "openai"),
        ("model: {default: m, base_url: 'https://api.deepseek.com.evil.test/v1'}\n", KEYS, "custom"),
        ("model: {default: m}\napi_base: 'http://localhost:8000/v1'\n", KEYS, "custom"),
        ("model: {default: m, base_url: 'http://127.0.0.1:11434/v1'}\n", KEYS, "ollama"),
        (
            ("base_url: https://api.deepseek.com/v1\nmodel: m\n"
             "custom_providers: [{name: mine, base_url: 'https://api.deepseek.com/v1'}]\n"),
            KEYS, "custom:mine",
        ),
        (f"{AUTO}providers: {{openrouter: {{enabled: false}}}}\n", KEYS, "openai"),
    ],
)  # fmt: skip
def test_the_provider_is_chosen_in_a_known_order(
    opened: Opened, config: str, environ: dict[str, str], provider: str
) -> None:
    """What is saved, then the variable, then the model's own address, then the keys that are there."""
    runtime = opened(config, **environ)
    assert first(runtime).link.provider == provider
    assert runtime.primary() == first(runtime).link


def test_the_variable_may_stand_in_the_file(opened: Opened, home: Path) -> None:
    """`.env` counts as the process does."""
    (home / ".env").write_text("HERMES_INFERENCE_PROVIDER=deepseek\n")
    assert first(opened(AUTO, **KEYS)).link.provider == "deepseek"


def test_a_provider_on_the_command_line_goes_before_all(opened: Opened) -> None:
    """The saved model is meant for whoever answers, while nobody is saved beside it."""
    runtime = opened(AUTO, **KEYS, HERMES_INFERENCE_PROVIDER="openrouter")
    chosen = runtime.primary("deepseek")
    assert chosen is not None
    assert str(chosen) == "deepseek:m"
    saved = opened("model: {provider: openrouter, default: m}\n", **KEYS)
    with pytest.raises(UsageError, match="no model for `deepseek`"):
        saved.primary("deepseek")


@pytest.mark.parametrize(
    ("config", "environ", "words"),
    [
        (AUTO, {}, "no key is there"),
        (AUTO, {"OPENAI_API_KEY": "changeme"}, "no key is there"),
        ("model: {default: m, api_key: sk-whose-is-it-1}\n", KEYS, "a key of its own"),
        ("model: {default: m, key_env: DEEPSEEK_API_KEY}\n", KEYS, "a key of its own"),
    ],
)
def test_where_nobody_can_be_chosen_the_problem_says_how_to_begin(
    opened: Opened, config: str, environ: dict[str, str], words: str
) -> None:
    """No key goes to a provider that was guessed for it."""
    found = first(opened(config, **environ))
    assert found.route is None
    assert found.problem is not None
    assert found.problem.kind == "missing-provider"
    assert words in found.problem.what
    assert found.problem.hint == "hermes model set PROVIDER MODEL"
    assert "whose-is-it" not in str(found.considered)


def test_what_was_looked_at_is_told(opened: Opened) -> None:
    """Each place in turn, and why it did not decide."""
    told = {
        each.candidate: each.outcome
        for each in first(opened(AUTO, **KEYS | {"OPENROUTER_API_KEY": ""})).considered
    }
    assert told["`HERMES_INFERENCE_PROVIDER`"] == "not set"
    assert told["provider `openrouter`"] == "`OPENROUTER_API_KEY` is empty"
    assert "provider `deepseek`" not in told


def test_an_address_of_a_provider_that_is_switched_off_is_not_reached_by_another_name(opened: Opened) -> None:
    """Off is off: `custom` does not stand in for it."""
    config = (
        "model: {default: m, base_url: 'https://api.deepseek.com'}\nproviders: {deepseek: {enabled: no}}\n"
    )
    problem = first(opened(config, **KEYS)).problem
    assert problem is not None
    assert problem.kind == "disabled-provider"


def test_the_chosen_primary_is_what_everybody_sees(opened: Opened) -> None:
    """List and plan name it, and a link that comes to the same is refused and not tried twice."""
    config = (
        f"{AUTO}fallback_providers: [{{provider: openrouter, model: m}}, {{provider: deepseek, model: d}}]\n"
    )
    runtime = opened(config, **KEYS)
    primary = runtime.report().primary
    assert primary is not None
    assert str(primary.link) == "openrouter:m"
    assert [str(route.provider) for route in runtime.plan().routes] == ["openrouter", "deepseek"]
    assert [each.position for each in runtime.plan(skip=["openrouter"]).routes] == [2]
    with pytest.raises(UsageError, match="is the primary"):
        Editor(runtime).add({"provider": "or", "model": "M"}, force=True)


@pytest.mark.parametrize(
    ("primary", "given", "environ"),
    [
        ("{provider: openai, default: m, base_url: 'https://api.openai.com/v1/'}", {"provider": "openai"}, {}),
        ("{provider: openai, default: m}", {"provider": "openai", "base_url": "https://API.openai.com/v1"}, {}),
        ("{provider: glm, default: m}", {"provider": "zai"}, {}),
        ("{provider: custom, default: m, base_url: 'http://localhost:1/v1'}", {"provider": "custom"}, {}),
        ("{provider: openai, default: m}", {"provider": "openai", "base_url": "https://m.test/v1"},
         {"OPENAI_BASE_URL": "https://m.test/v1"}),
    ],
)  # fmt: skip
def test_two_ways_to_write_the_primary_are_the_primary(
    opened: Opened, primary: str, given: dict[str, str], environ: dict[str, str]
) -> None:
    """Compared by where they lead; the same model at another address is another link."""
    runtime = opened(f"model: {primary}\n", **environ)
    with pytest.raises(UsageError) as caught:
        Editor(runtime).add({**given, "model": "m"}, force=True)
    assert caught.value.kind == "equals-primary"
    elsewhere = {**given, "model": "m", "base_url": "https://elsewhere.test/v1"}
    assert Editor(runtime).add(elsewhere, force=True).changed


def test_a_link_of_the_chain_names_its_provider(opened: Opened) -> None:
    """Nothing is chosen for it: no variable and no key decides who is in the chain."""
    config = "model: {provider: zai, default: m}\nfallback_providers: [{provider: auto, model: m}]\n"
    (_, resolution), *_ = opened(config, **KEYS, HERMES_INFERENCE_PROVIDER="zai").report().links
    assert resolution.problem is not None
    assert resolution.problem.kind == "missing-provider"


class Everything(dict[str, str]):
    """An environment in which every variable is set, whatever it is called."""

    def __contains__(self, name: object) -> bool:
        return True

    def get(self, name: str, default: Any = None) -> Any:
        return "zai"


CHAIN = """
model: m
custom_providers: [{name: box, base_url: "http://localhost:2/v1"}]
fallback_providers:
- {provider: deepseek, model: d}
- {provider: box, model: b}
- {provider: custom, model: c, base_url: "http://localhost:3/v1"}
fallback: {retries: 1, trust: [h.test]}
"""


def test_no_variable_changes_what_the_file_says(home: Path) -> None:
    """The chain and all settings, in an environment that has an answer to every question."""
    (home / "config.yaml").write_text(CHAIN)
    plain = Runtime.open(home, environ={}).settings
    assert [str(placed.link) for placed in plain.chain] == ["deepseek:d", "box:b", "custom:c"]
    assert Runtime.open(home, environ=Everything()).settings == plain


def test_only_a_providers_own_variables_are_asked_for_a_link(home: Path) -> None:
    """Each is documented: keys, addresses, and the provider of a primary that names none."""

    class Asked(dict[str, str]):
        def get(self, name: str, default: Any = None) -> Any:
            asked.add(name)
            return default

    asked: set[str] = set()
    (home / "config.yaml").write_text(CHAIN.replace("model: m", "model: {provider: zai, default: m}"))
    Runtime.open(home, environ=Asked()).report()
    assert asked == {
        *("HOME", "HERMES_HOME", "HERMES_MANAGED_DIR", "OPENROUTER_API_KEY"),
        *("GLM_API_KEY", "ZAI_API_KEY", "Z_AI_API_KEY", "GLM_BASE_URL"),
        *("DEEPSEEK_API_KEY", "DEEPSEEK_BASE_URL", "CUSTOM_BASE_URL", "OPENAI_BASE_URL"),
    }
