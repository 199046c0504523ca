"""What a provider demands of conversations is data of its profile, and goes with every route to it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from hermes_fallback.errors import InvalidPlugin
from hermes_fallback.model.demands import Demands
from hermes_fallback.providers import ProviderProfile, Registry
from hermes_fallback.providers.checks import check
from hermes_fallback.runtime.runtime import Runtime

_MANIFEST = """\
name: acme
profile:
  base_url: https://api.acme.test/v1
  env_vars: [ACME_API_KEY]
  demands: {tool_id_chars: 9, exact_tool_ids: true, cache_marks: [claude-]}
"""


def _demands(home: Path, provider: str, key: str) -> Demands:
    (home / "config.yaml").write_text(f"model: {{provider: {provider}, default: m}}\n")
    environ = {"HOME": str(home), key: "a-key-0123456789"}
    return Runtime.open(home, environ=environ).plan().routes[0].demands


def test_a_plugins_demands_reach_its_routes(home: Path) -> None:
    """Written as data, in its manifest."""
    folder = home / "plugins" / "model-providers" / "acme"
    folder.mkdir(parents=True)
    (folder / "plugin.yaml").write_text(_MANIFEST)
    wanted = Demands(tool_id_chars=9, exact_tool_ids=True, cache_marks=("claude-",))
    assert _demands(home, "acme", "ACME_API_KEY") == wanted


@pytest.mark.parametrize(
    ("provider", "key", "fields"),
    [
        ("deepseek", "DEEPSEEK_API_KEY", {"reasoning_content": "filled", "images": False}),
        ("mistral", "MISTRAL_API_KEY", {"tool_id_chars": 9, "reasoning_content": "refused"}),
        ("openrouter", "OPENROUTER_API_KEY", {"cache_marks": ("anthropic/claude-",)}),
        ("groq", "GROQ_API_KEY", {"cache_marks": (), "images": None}),
    ],
)
def test_a_bundled_providers_demands_reach_its_routes(
    home: Path, provider: str, key: str, fields: dict[str, Any]
) -> None:
    """And one that demands nothing is sent conversations as they are."""
    found = _demands(home, provider, key)
    assert {name: getattr(found, name) for name in fields} == fields


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"tool_id_chars": 3}, "`demands.tool_id_chars` must be a number from 8"),
        ({"alternates": "yes"}, "`demands.alternates` must be true or false"),
        ({"images": "no"}, "`demands.images` must be true or false"),
        ({"cache_marks": "claude"}, "`demands.cache_marks` must be a list of texts"),
        ({"call_fields": [1]}, "`demands.call_fields` must be a mapping"),
        ({"reasoning_content": "dropped"}, "must be one of kept, filled, refused"),
    ],
)
def test_wrong_demands_are_named(fields: dict[str, Any], words: str) -> None:
    """As every field of a profile is."""
    profile = ProviderProfile(name="acme", base_url="https://acme.test", demands=Demands(**fields))
    assert words in (check(profile) or "")


def test_an_unknown_demand_is_named(tmp_path: Path) -> None:
    """With those that there are."""
    (tmp_path / "acme").mkdir()
    (tmp_path / "acme" / "plugin.yaml").write_text("profile: {name: acme, demands: {ids: 9}}")
    with pytest.raises(InvalidPlugin) as caught:
        Registry(tmp_path).get("acme")
    assert "`demands` must be made of tool_id_chars," in f"{caught.value.what} {caught.value.why}"
