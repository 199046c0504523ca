"""The contract that every bundled profile keeps."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType
from urllib.parse import urlsplit

import pytest
import yaml

from hermes_fallback.model.origin import Origin
from hermes_fallback.providers import ProviderProfile, Registry
from hermes_fallback.providers.checks import check
from hermes_fallback.providers.index import ALIASES, FOLDERS
from hermes_fallback.providers.plugin import BUNDLED

TOOL = Path(__file__).parents[2] / "tools" / "generate_index.py"
PROFILES = Registry().profiles()
EVERY = pytest.mark.parametrize("profile", PROFILES, ids=lambda profile: profile.name)
DIALECTS = {"chat_completions", "anthropic_messages", "codex_responses", "bedrock_converse", "code_assist"}
AUTO = ["openrouter", "openai", "ai-gateway", "anthropic"]
NAMES_A_PRODUCT = ("referer", "x-title", "user-agent", "originator", "client", "origin", "categories")


@pytest.fixture
def generator() -> ModuleType:
    """The tool that writes the index."""
    spec = importlib.util.spec_from_file_location("generate_index", TOOL)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_index_is_fresh(generator):
    """The committed index is what the generator makes of the plugins."""
    assert generator.main(["--check"]) == 0


def test_stale_index_fails_the_check_until_written(generator, monkeypatch, tmp_path, capsys):
    """A plugin added without its index is noticed, the message says what to run, and running it mends it."""
    stale = tmp_path / "index.py"
    stale.write_text("FOLDERS = {}\n")
    monkeypatch.setattr(generator, "INDEX", stale)
    assert generator.main(["--check"]) == 1
    assert "python tools/generate_index.py" in capsys.readouterr().err
    assert generator.main([]) == 0
    assert generator.main(["--check"]) == 0


def test_every_folder_is_in_the_index():
    """No bundled plugin is left out, and none is listed that is not there."""
    assert {path.parent.name for path in Path(BUNDLED).glob("*/plugin.yaml")} == set(FOLDERS.values())


def test_no_alias_is_a_name():
    """A word stands for one provider."""
    assert not set(ALIASES) & set(FOLDERS)


@EVERY
def test_profile_passes_registration(profile: ProviderProfile):
    """Every fact has the right shape."""
    assert check(profile) is None
    assert profile.display_name
    assert profile.description.endswith(".")
    assert profile.api_mode in DIALECTS


@EVERY
def test_addresses_are_https_or_local(profile: ProviderProfile):
    """No key or token of a bundled provider crosses the internet in clear; programs are no address."""
    for url in filter(None, [profile.base_url, *profile.alternate_base_urls, profile.models_url]):
        assert not url.endswith("/")
        assert not urlsplit(url).query
        if url.startswith("http"):
            origin = Origin.of(url)
            assert origin.scheme == "https" or origin.is_local, url
        else:
            assert not profile.signs_in_by_key, url


@EVERY
def test_endpoint_is_known_or_asked_for(profile: ProviderProfile):
    """A provider without a default endpoint never borrows another's: the user gives one."""
    assert profile.base_url or profile.name in {"custom", "azure-foundry"}


@EVERY
def test_key_has_a_variable_and_a_place_to_get_it(profile: ProviderProfile):
    """Whoever lacks a key is told its variable and where to make one."""
    assert profile.env_vars or profile.auth_type == "none" or not profile.signs_in_by_key
    assert profile.signup_url or profile.group in {"local", "custom", "virtual"}


@EVERY
def test_headers_name_no_product(profile: ProviderProfile):
    """Requests never claim to come from another client."""
    probe = profile.probe.headers if profile.probe else {}
    for name, value in (*profile.default_headers.items(), *probe.items()):
        assert not any(word in name.lower() for word in NAMES_A_PRODUCT)
        assert "hermes" not in value.lower()


@EVERY
def test_probe_sends_the_key_to_its_own_vendor(profile: ProviderProfile):
    """A probe's host belongs to the provider: the same registered domain as one of its addresses."""
    if profile.probe and profile.probe.url:
        origin = Origin.of(profile.probe.url)
        assert origin.scheme == "https" or origin.is_local
        owned = {_domain(url) for url in (profile.base_url, *profile.alternate_base_urls)}
        assert _domain(profile.probe.url) in owned | _SISTERS.get(profile.name, set())


# The token that GitHub's own host hands out is the one that Copilot's host takes.
_SISTERS = {"copilot": {"github.com"}}


@EVERY
def test_public_model_list_is_no_probe(profile: ProviderProfile):
    """A route that answers without a key is never used to prove one: such a provider has a probe of its own."""
    if profile.models_public:
        assert profile.probe
        assert profile.probe.url != f"{profile.base_url}{profile.models_path}"


def test_auto_looks_through_providers_with_keys_alone():
    """`provider: auto` asks each of them once, OpenRouter and OpenAI first; a sign-in is never guessed."""
    ranked = sorted(
        (each for each in PROFILES if each.auto_rank is not None), key=lambda each: each.auto_rank
    )
    assert [each.auto_rank for each in ranked] == list(range(len(ranked)))
    assert [each.name for each in ranked[: len(AUTO)]] == AUTO
    assert {each.group for each in ranked} == {"key"}
    assert {each.name for each in PROFILES if each.group == "key"} - {each.name for each in ranked} == {
        "openai-api"
    }


@EVERY
def test_manifest_tells_the_same(profile: ProviderProfile):
    """`plugin.yaml` and the profile agree."""
    folder = Path(BUNDLED) / FOLDERS[profile.name]
    manifest = yaml.safe_load((folder / "plugin.yaml").read_text(encoding="utf-8"))
    assert manifest["kind"] == "model-provider"
    assert manifest["name"] == profile.name
    assert manifest["description"] == profile.description
    assert manifest["version"]


@EVERY
def test_headers_cannot_be_changed(profile: ProviderProfile):
    """A profile is shared; nobody edits its facts in place."""
    with pytest.raises(TypeError):
        profile.default_headers["X-Mine"] = "1"  # type: ignore[index]


@pytest.mark.parametrize(
    ("word", "name"),
    [
        ("or", "openrouter"),
        ("glm", "zai"),
        ("z.ai", "zai"),
        ("grok", "xai"),
        ("claude", "anthropic"),
        ("hf", "huggingface"),
        ("mimo", "xiaomi"),
        ("zen", "opencode-zen"),
        ("dashscope", "alibaba"),
        ("azure", "azure-foundry"),
        ("lm-studio", "lmstudio"),
        ("together-ai", "together"),
        ("llama.cpp", "custom"),
        ("local", "custom"),
        ("qwen", "qwen-oauth"),
        ("github", "copilot"),
        ("codex", "openai-codex"),
        ("aws", "bedrock"),
        ("vertexai", "vertex"),
    ],
)
def test_alias_means_its_provider(word, name):
    """One alias table serves the primary, the chain and the auxiliary tasks."""
    assert Registry().canonical(word) == name


@pytest.mark.parametrize(
    ("provider", "model", "base_url", "api_mode"),
    [
        ("opencode-zen", "claude-sonnet-5", "https://opencode.ai/zen/v1", "anthropic_messages"),
        ("opencode-zen", "GPT-5.5", "https://opencode.ai/zen/v1", "codex_responses"),
        ("opencode-zen", "kimi-k2.6", "https://opencode.ai/zen/v1", "chat_completions"),
        ("opencode-go", "qwen3.7-plus", "https://opencode.ai/zen/go/v1", "anthropic_messages"),
        ("minimax", "MiniMax-M3", "https://api.minimax.io/v1/", "chat_completions"),
        ("minimax", "MiniMax-M3", "https://api.minimax.io/anthropic", "anthropic_messages"),
        ("kimi-coding", "k3", "https://api.kimi.com/coding", "anthropic_messages"),
        ("kimi-coding", "k3", "https://api.kimi.com/coding-2", "chat_completions"),
        ("custom", "any", "http://localhost:8000/anthropic", "anthropic_messages"),
        ("custom", "any", "http://localhost:8000/v1", "chat_completions"),
        ("copilot", "gpt-5.4", "https://api.githubcopilot.com", "codex_responses"),
        ("copilot", "gpt-5-mini", "https://api.githubcopilot.com", "chat_completions"),
        ("bedrock", "us.amazon.nova-pro-v1:0", "https://bedrock.example", "bedrock_converse"),
    ],
)
def test_dialect_follows_model_and_endpoint(provider, model, base_url, api_mode):
    """Providers that speak several dialects say which one a model or an endpoint takes."""
    assert Registry().get(provider).api_mode_for(model, base_url) == api_mode


def _domain(url: str) -> str:
    return ".".join((urlsplit(url).hostname or "").split(".")[-2:])
