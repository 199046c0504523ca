"""Plugins written for Hermes Agent: what of theirs counts, what is named as unused, and its own ones."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest

from hermes_fallback.providers import ProviderProfile, Registry

HEAD = """
from providers import register_provider
from providers.base import OMIT_TEMPERATURE, ProviderProfile
"""
THEIRS = """
import json
from importlib.metadata import version
from pathlib import Path
import providers

found = [[each.name, each.base_url, each.env_vars, each.api_mode] for each in providers.list_providers()]
folder = Path(providers.__file__).parent.parent / "plugins" / "model-providers"
print(json.dumps({"version": version("hermes-agent"), "folder": str(folder), "found": found}))
"""


def load(root: Path, code: str) -> ProviderProfile:
    """The profile of a plugin with *code*, which registers `acme`."""
    (root / "acme").mkdir()
    (root / "acme" / "__init__.py").write_text(HEAD + dedent(code), encoding="utf-8")
    return Registry(root).get("acme")


IGNORED: dict[str, tuple[str, tuple[str, ...]]] = {
    "nothing": ("register_provider(ProviderProfile(name='acme', aliases=('ac',)))", ()),
    "hooks": (
        """
        class Base(ProviderProfile):
            def build_extra_body(self, **context): return {}

        class Acme(Base):
            def fetch_models(self, **_): return self._ask()
            def build_extra_body(self, **context): return {}
            def _ask(self): return []

        register_provider(Acme(name="acme"))
        """,
        ("fetch_models()", "build_extra_body()"),
    ),
    "fields": (
        """
        register_provider(ProviderProfile(name="acme", fixed_temperature=OMIT_TEMPERATURE, default_max_tokens=9))
        """,
        ("fixed_temperature", "default_max_tokens"),
    ),
    "newer-fields": (
        "register_provider(ProviderProfile(name='acme', supports_health_check=False, something_newer=7))",
        ("supports_health_check", "something_newer"),
    ),
    "its-name": (
        "register_provider(ProviderProfile(name='acme', default_headers={'User-Agent': 'x', 'X-Plan': 'gold'}))",
        ("User-Agent",),
    ),
    "modules": (
        """
        from hermes_cli.urls import opened
        register_provider(ProviderProfile(name="acme"))
        """,
        ("hermes_cli", "hermes_cli.urls"),
    ),
}


@pytest.mark.parametrize(("code", "names"), IGNORED.values(), ids=IGNORED)
def test_what_nobody_asks_for_is_named(tmp_path: Path, code: str, names: tuple[str, ...]) -> None:
    """Hooks with brackets, then fields, headers that tell another program's name, and modules that are empty here."""
    assert load(tmp_path, code).ignored == names


def test_a_header_that_names_another_program_is_not_sent(tmp_path: Path) -> None:
    """The plugin's other headers are."""
    headers = "{'user-agent': 'HermesAgent/1', 'HTTP-Referer': 'https://x.test', 'X-Plan': 'gold'}"
    profile = load(tmp_path, f"register_provider(ProviderProfile(name='acme', default_headers={headers}))")
    assert profile.default_headers == {"X-Plan": "gold"}


def test_modules_of_hermes_agent_are_empty_and_gone_afterwards(tmp_path: Path) -> None:
    """What a plugin takes out of them counts as nothing, however it is used; other modules stay missing."""
    profile = load(
        tmp_path,
        """
        import agent.deep.inside
        from hermes_cli import __version__
        from hermes_constants import HOSTS, headers_of

        class Acme(ProviderProfile):
            def __init__(self, **given):
                super().__init__(**given)
                assert not list(HOSTS) and not agent.deep.inside.flag and not HOSTS.first

        register_provider(Acme(
            name="acme", base_url=HOSTS.get("acme"), description=f"of {__version__}", default_headers=headers_of("acme"),
        ))
        """,
    )
    assert (profile.base_url, profile.description, profile.default_headers) == ("", "of", {})
    assert not {"agent", "agent.deep", "hermes_cli", "hermes_constants"} & set(sys.modules)


def test_a_module_that_is_there_is_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Beside an installed Hermes Agent a plugin gets what it asks for."""
    (tmp_path / "there").mkdir()
    (tmp_path / "there" / "hermes_time.py").write_text("ZONE = 'eu'\n")
    monkeypatch.syspath_prepend(tmp_path / "there")
    code = "from hermes_time import ZONE\nregister_provider(ProviderProfile(name='acme', description=ZONE))"
    profile = load(tmp_path, code)
    del sys.modules["hermes_time"]
    assert (profile.description, profile.ignored) == ("eu", ())


@pytest.fixture(scope="module")
def theirs() -> dict[str, Any]:
    """What Hermes Agent's own providers are there."""
    python = os.environ.get("HERMES_FALLBACK_PEER_PYTHON")
    if not python:
        pytest.skip("HERMES_FALLBACK_PEER_PYTHON names no interpreter with hermes-agent==0.19.0")
    done = subprocess.run([python, "-c", THEIRS], capture_output=True, text=True, check=True)
    document: dict[str, Any] = json.loads(done.stdout)
    return document


@pytest.mark.peer
def test_the_plugins_of_hermes_agent_mean_here_what_they_mean_there(
    theirs: dict[str, Any], tmp_path: Path
) -> None:
    """Copied into a home, every one loads, and has the same address, variables in the same order, and dialect."""
    assert theirs["version"] == "0.19.0"
    known = Registry(shutil.copytree(theirs["folder"], tmp_path / "model-providers"))
    assert known.broken == ()
    found = {}
    for name in filter(lambda name: known.origin(name).tier == "user", known.names()):
        profile = known.get(name)
        variables = [*profile.env_vars, profile.base_url_env, *profile.other_base_url_envs]
        found[name] = [profile.base_url, [each for each in variables if each], profile.api_mode]
    assert found == {name: facts for name, *facts in theirs["found"]}
    assert len(found) > 30
