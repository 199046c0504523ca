"""`hermes providers`: who can be asked."""

from __future__ import annotations

from pathlib import Path

import pytest
from program import Hermes

PLUGIN = """\
kind: model-provider
name: acme
profile:
  base_url: https://api.acme.test/v1
  env_vars: [ACME_API_KEY]
  display_name: "Acme \\e[31m"
"""


@pytest.fixture
def plugin(home: Path) -> Path:
    folder = home / "plugins" / "model-providers" / "acme"
    folder.mkdir(parents=True)
    path = folder / "plugin.yaml"
    path.write_text(PLUGIN)
    return path


def test_list_names_every_provider_and_its_variables(hermes: Hermes) -> None:
    """One line each, so that `grep` works; the same in JSON."""
    lines = hermes("providers", "list").out.splitlines()
    assert any(line.split() == ["openrouter", "OPENROUTER_API_KEY"] for line in lines)
    document = hermes("providers", "list", "--json").document
    assert len(document["providers"]) == len(lines)
    assert {"name", "aliases", "origin", "env_vars", "base_url", "api_mode", "auth"} <= set(
        document["providers"][0]
    )
    assert document["broken"] == []


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
    assert "https://openrouter.ai/api/v1" in result.out
    assert hermes("providers", "show", "or", "--json").document["name"] == "openrouter"


def test_show_makes_a_plugins_text_safe(hermes: Hermes, plugin: Path) -> None:
    """What a plugin says of itself cannot steer the terminal."""
    out = hermes("providers", "show", "acme", tty=True, env={"NO_COLOR": "1"}).out
    assert "Acme \\x1b[31m" in out
    assert "\x1b" not in out


def test_show_of_nobody_is_not_found(hermes: Hermes) -> None:
    """Exit 5 with a near name; without a name exit 2."""
    result = hermes("providers", "show", "opnrouter", "--json")
    assert (result.status, result.error["kind"]) == (5, "unknown-provider")
    assert "openrouter" in result.error["hint"]
    assert hermes("providers", "show").status == 2
