"""`hermes providers`: who can be asked."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from program import Hermes

from hermes_fallback.cli.views.canvas import Canvas
from hermes_fallback.cli.views.providers import Listing, listing_text
from hermes_fallback.providers import ProfileOrigin, ProviderProfile
from hermes_fallback.runtime.readiness import Readiness
from hermes_fallback.secret import Secret

PLUGIN = """\
kind: model-provider
name: acme
profile:
  base_url: https://api.acme.test/v1
  env_vars: [ACME_API_KEY]
  display_name: "Acme \\e[31m"
"""
OF_THE_PEER = """\
from providers import register_provider
from providers.base import ProviderProfile

class Acme(ProviderProfile):
    def fetch_models(self, **_): return []

register_provider(Acme(name="acme", base_url="https://api.acme.test/v1"))
"""
HEADINGS = ["API key", "Sign-in", "Cloud account", "Local", "Custom", "Virtual"]
NVIDIA_CHAT = "https://integrate.api.nvidia.com/v1/chat/completions"
GOOGLE = "https://generativelanguage.googleapis.com/v1beta"
GEMINI = {
    "schema": 1,
    "name": "gemini",
    "display_name": "Google AI Studio",
    "description": "The Gemini models with a key from Google AI Studio.",
    "aliases": ["google", "google-gemini", "google-ai-studio"],
    "origin": "bundled",
    "overrides": False,
    "ready": True,
    "problem": None,
    "group": "key",
    "auth": "api_key",
    "signs_in_by_key": True,
    "auto_rank": 13,
    "api_mode": "chat_completions",
    "base_url": f"{GOOGLE}/openai",
    "alternate_base_urls": [GOOGLE],
    "base_url_env": "GEMINI_BASE_URL",
    "other_base_url_envs": [],
    "env_vars": ["GOOGLE_API_KEY", "GEMINI_API_KEY"],
    "key_prefixes": ["AIza"],
    "probe": {
        "kind": "read_only",
        "method": "GET",
        "url": f"{GOOGLE}/models?pageSize=1",
        "accepts": [200],
        "rejects": [400, 401, 403],
    },
    "models_url": f"{GOOGLE}/openai/models",
    "models_public": False,
    "default_models": [
        "gemini-3.1-pro-preview",
        "gemini-3-pro-preview",
        "gemini-3.5-flash",
        "gemini-3.1-flash-lite-preview",
    ],
    "default_aux_model": "gemini-3.5-flash",
    "vision": True,
    "signup_url": "https://aistudio.google.com/app/apikey",
    "docs_url": "https://ai.google.dev/gemini-api/docs",
    "ignored": [],
}


KEY = "sk-0123456789abcdef0123456789abcdef"
CONFIG = """\
custom_providers:
- {name: box, base_url: "https://box.test/v1", key_env: BOX_KEY}
- {name: own, base_url: "https://own.test/v1", api_key: own-key-0001}
providers:
  far: {api: "https://far.test/v1"}
  zai: {enabled: false}
"""


@pytest.fixture
def plugin(home: Path) -> Path:
    folder = home / "plugins" / "model-providers" / "acme"
    folder.mkdir(parents=True)
    path = folder / "plugin.yaml"
    path.write_text(PLUGIN)
    return path


def test_list_names_every_provider_and_what_it_needs(hermes: Hermes) -> None:
    """One line each, so that `grep` works, below a heading for each group; the same in JSON."""
    lines = hermes("providers", "list").out.splitlines()
    rows = [line for line in lines if line.startswith("  ")]
    assert any(row.split() == ["openrouter", "needs", "OPENROUTER_API_KEY"] for row in rows)
    assert [line for line in lines if line and line not in rows] == HEADINGS
    document = hermes("providers", "list", "--json").document
    assert {row.split()[0] for row in rows} == {each["name"] for each in document["providers"]}
    assert document["broken"] == []


@pytest.mark.parametrize(
    ("name", "group", "words"),
    [
        ("deepseek", "API key", "ready, key DEEPSEEK_API_KEY from the environment"),
        ("kimi-coding", "API key", "needs KIMI_API_KEY or KIMI_CODING_API_KEY"),
        ("zai", "API key", "not ready: `zai` is switched off"),
        ("nous", "Sign-in", "needs NOUS_API_KEY or a sign-in with a code"),
        ("copilot", "Sign-in", "needs a sign-in with a code"),
        ("azure-foundry", "Cloud account", "not ready: `azure-foundry` has no address of its own"),
        ("bedrock", "Cloud account", "needs AWS credentials"),
        ("lmstudio", "Local", "ready, no key needed"),
        ("custom", "Custom", "not ready: `custom` has no address of its own"),
        ("custom:box", "Custom", "needs BOX_KEY, config.yaml, `custom_providers[0]`"),
        (
            "custom:own",
            "Custom",
            "ready, key from custom_providers[1], config.yaml, `custom_providers[1]`",
        ),
        ("custom:far", "Custom", "not ready: no key for `https://far.test`, config.yaml, `providers.far`"),
        ("moa", "Virtual", "not ready: `moa` is no place that a request can go to"),
    ],
)
def test_list_tells_who_is_ready_and_what_the_others_lack(
    hermes: Hermes, config: Callable[[str], Path], name: str, group: str, words: str
) -> None:
    """Providers stand together by what it takes to use them, each with its key, or with what is in the way."""
    config(CONFIG)
    blocks = hermes("providers", "list", env={"DEEPSEEK_API_KEY": KEY}).out.split("\n\n")
    (block,) = (each for each in blocks if each.startswith(f"{group}\n"))
    assert [line.split(maxsplit=1)[1] for line in block.splitlines() if line.startswith(f"  {name} ")] == [
        words
    ]


def test_those_that_are_ready_come_first_in_their_group(hermes: Hermes) -> None:
    """What can be used now is found without reading the rest."""
    listed = hermes("providers", "list", env={"ZAI_API_KEY": KEY}).out
    assert listed.startswith("API key\n  zai ")


def test_json_has_the_problem_and_the_credential_of_each(
    hermes: Hermes, config: Callable[[str], Path]
) -> None:
    """A program learns what to do without reading sentences; a key is its fingerprint."""
    config(CONFIG)
    env = {"DEEPSEEK_API_KEY": KEY, "OPENAI_API_KEY": "changeme"}
    result = hermes("providers", "list", "--json", env=env)
    found = {each["name"]: each for each in result.document["providers"]}
    deepseek, openai = found["deepseek"], found["openai"]
    assert (deepseek["ready"], deepseek["problem"]) == (True, None)
    assert deepseek["credential"] == {
        "source": "env", "name": "DEEPSEEK_API_KEY", "fingerprint": Secret(KEY).fingerprint,
    }  # fmt: skip
    assert (openai["ready"], openai["credential"]) == (False, None)
    assert openai["problem"]["kind"] == "placeholder-credential"
    assert "OPENAI_API_KEY" in openai["problem"]["hint"]
    assert KEY not in result.out


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("deepseek", "status    ready, key DEEPSEEK_API_KEY from the environment"),
        ("kimi", "status    not ready: `KIMI_API_KEY` is not set"),
        ("kimi", "hint      put `KIMI_API_KEY=…` into `~/hermes/.env`"),
    ],
)
def test_show_tells_whether_it_is_ready_and_how_to_mend_it(hermes: Hermes, name: str, words: str) -> None:
    """The problem in full, and what to type."""
    assert words in hermes("providers", "show", name, env={"DEEPSEEK_API_KEY": KEY}).out


@pytest.mark.parametrize("argv", [("list",), ("show", "openrouter")], ids=["list", "show"])
def test_an_invalid_config_is_an_error_and_no_half_a_list(
    hermes: Hermes, config: Callable[[str], Path], argv: tuple[str, ...]
) -> None:
    """What it names and switches off cannot be known, so nothing is claimed: exit 3, with file and line."""
    config("providers: {box: [}\n")
    result = hermes("providers", *argv)
    assert (result.status, result.out) == (3, "")
    assert "config.yaml` line 1" in result.err


@pytest.mark.parametrize("columns", [20, 40, 80])
def test_list_fits_a_narrow_terminal(hermes: Hermes, columns: int) -> None:
    """Only a single word may be wider than the window; every name stands alone or first on its line."""
    out = hermes("providers", "list", tty=True, env={"COLUMNS": str(columns), "NO_COLOR": "1"}).out
    lines = out.splitlines()
    assert [line for line in lines if len(line) > columns and len(line.split()) > 1] == []
    starts = {line.split()[0] for line in lines if line[:2] == "  " and line[2:3] != " "}
    assert {"openrouter", "alibaba-coding-plan", "google-gemini-cli", "moa"} <= starts


def test_json_holds_every_fact_of_a_provider(hermes: Hermes) -> None:
    """A program needs no other place to learn what we know of a provider."""
    document = hermes("providers", "show", "gemini", "--json", env={"GEMINI_API_KEY": KEY}).document
    assert document.pop("path").endswith("model_providers/gemini")
    assert document.pop("credential")["name"] == "GEMINI_API_KEY"
    assert document == GEMINI


@pytest.mark.parametrize(
    ("name", "probe"),
    [
        ("arcee", ("read_only", "GET", "https://api.arcee.ai/api/v1/models", [200], [401, 403])),
        ("nvidia", ("one_token", "POST", NVIDIA_CHAT, [200], [401, 403])),
        ("copilot-acp", ("process_start", "GET", None, [], [])),
        ("custom", None),
        ("moa", None),
    ],
    ids=["model-list", "one-token", "program", "no-address", "virtual"],
)
def test_json_says_how_a_key_is_proved(hermes: Hermes, name: str, probe: tuple[object, ...] | None) -> None:
    """The model list proves a key where nothing better is known; what cannot be proved has no probe."""
    found = hermes("providers", "show", name, "--json").document["probe"]
    assert (found and tuple(found.values())) == probe


def test_a_name_with_controls_is_shown_safely_and_stands_in_its_column() -> None:
    """As wide as it is shown, not as it is written."""
    box = Readiness(
        profile=ProviderProfile(name="custom:b\x1b", base_url="https://box.test/v1", auth_type="none"),
        origin=ProfileOrigin("config", "custom_providers[0]"),
        problem=None,
        credential=None,
    )
    text = listing_text(Listing(known=(box,)), Canvas())
    assert text == "Custom\n  custom:b\\x1b  ready, no key needed, config.yaml, `custom_providers[0]`"


def test_list_and_show_tell_the_same(hermes: Hermes) -> None:
    """A provider's entry of the list is the document of `show`."""
    (listed,) = (
        each
        for each in hermes("providers", "list", "--json").document["providers"]
        if each["name"] == "deepinfra"
    )
    shown = hermes("providers", "show", "deepinfra", "--json").document
    assert {**listed, "schema": 1} == shown
    assert (listed["models_public"], listed["auto_rank"] > 1) == (True, True)


def test_list_shows_plugins_of_the_users_own(hermes: Hermes, plugin: Path) -> None:
    """A plugin is told from a bundled provider, with its path."""
    assert "user plugin ~/hermes/plugins/model-providers/acme" in hermes("providers", "list").out
    found = {each["name"]: each for each in hermes("providers", "list", "--json").document["providers"]}
    assert found["acme"]["origin"] == "user"


def test_a_broken_plugin_costs_only_itself(hermes: Hermes, plugin: Path) -> None:
    """The others are listed; it is a warning, and an error (exit 3) only where it is asked for."""
    plugin.write_text("kind: model-provider\nprofile: 7\n")
    result = hermes("providers", "list")
    assert result.status == 0
    assert "openrouter" in result.out
    assert "warning: " in result.err
    assert len(hermes("providers", "list", "--json").document["broken"]) == 1
    assert hermes("providers", "show", "acme").status == 3
    assert hermes("fallback", "list").status == 0


def test_show_tells_all_that_is_known(hermes: Hermes) -> None:
    """By name or by alias."""
    result = hermes("providers", "show", "or")
    assert result.out.startswith("openrouter\n")
    for fact in ("https://openrouter.ai/api/v1", "OPENROUTER_API_KEY", "sk-or-v1-…", "images    yes"):
        assert fact in result.out
    assert hermes("providers", "show", "or", "--json").document["name"] == "openrouter"


def test_show_makes_a_plugins_text_safe(hermes: Hermes, plugin: Path) -> None:
    """What a plugin says of itself cannot steer the terminal."""
    out = hermes("providers", "show", "acme", tty=True, env={"NO_COLOR": "1"}).out
    assert "Acme \\x1b[31m" in out
    assert "\x1b" not in out


def test_show_names_what_a_plugin_of_hermes_agent_brings_in_vain(hermes: Hermes, plugin: Path) -> None:
    """With `-v`, and in JSON; who does not ask is not bothered."""
    plugin.with_name("__init__.py").write_text(OF_THE_PEER)
    assert "  not used  fetch_models()\n" in hermes("providers", "show", "acme", "-v").out + "\n"
    assert "not used" not in hermes("providers", "show", "acme").out
    assert hermes("providers", "show", "acme", "--json").document["ignored"] == ["fetch_models()"]


def test_show_of_nobody_is_not_found(hermes: Hermes) -> None:
    """Exit 5 with a near name; without a name exit 2."""
    result = hermes("providers", "show", "opnrouter", "--json")
    assert (result.status, result.error["kind"]) == (5, "unknown-provider")
    assert "openrouter" in result.error["hint"]
    assert hermes("providers", "show").status == 2
