"""`docs/plugins.md`: what it prints is run, and what it says of the fields is what they say of themselves."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from dataclasses import fields
from pathlib import Path

import pytest

from hermes_fallback.loopback.process import LoopbackProcess
from hermes_fallback.providers import ProviderProfile, Registry
from hermes_fallback.providers.manifest import PARTS
from hermes_fallback.providers.peer import PeerProfile, translate

ROOT = Path(__file__).parent.parent.parent
PAGE = (ROOT / "docs" / "plugins.md").read_text("utf-8")
ADDRESS = "https://llm.acme.example/v1"
KEY = "acme-key-0123456789"


def blocks(language: str) -> list[str]:
    """The blocks of the page in *language*."""
    return re.findall(rf"^```{language}\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)


def test_the_way_to_a_plugin_is_walked_as_printed(home: Path) -> None:
    """Every command ends with 0 on a home that was empty, and the provider at the end of it answers."""
    (block,) = blocks("sh")
    user_home = home.parent
    home.rename(user_home / ".hermes")
    environ = {"HOME": str(user_home), "PATH": f"{Path(sys.executable).parent}:/usr/bin:/bin"}
    host = {"name": "host", "key": KEY, "catalog": ["acme-large", "acme-small"]}
    with LoopbackProcess({"providers": [host]}) as loopback:
        for line in block.splitlines():
            done = subprocess.run(
                ["bash", "-c", line.replace(ADDRESS, loopback.base_urls["host"])],
                env={**environ, "ACME_API_KEY": KEY},
                capture_output=True,
                text=True,
                stdin=subprocess.DEVNULL,
                timeout=60,
                check=False,
            )
            assert done.returncode == 0, f"{line}\n{done.stdout}{done.stderr}"
    assert "host heard" in done.stdout


def load(home: Path, text: str, path: str) -> dict[str, ProviderProfile]:
    """The providers of a home with one plugin, *text* at *path*."""
    file = home / path
    file.parent.mkdir(parents=True)
    file.write_text(text)
    known = Registry(home / "plugins" / "model-providers", home / "providers")
    assert known.broken == ()
    return {name: known.get(name) for name in known.names() if known.origin(name).tier == "user"}


def test_the_plugin_of_data_is_what_it_says(home: Path) -> None:
    """Lists, rules and the probe come through."""
    (block,) = blocks("yaml")
    acme = load(home, block, "plugins/model-providers/acme/plugin.yaml")["acme"]
    assert (acme.base_url, acme.aliases, acme.auth_header) == (ADDRESS, ("acme-ai",), "x-acme-key")
    assert acme.api_mode_for("claude-x", ADDRESS) == "anthropic_messages"
    assert (acme.models_filter, acme.probe and acme.probe.rejects) == ({"type": "chat"}, (401, 403))


@pytest.mark.parametrize(
    ("place", "names"),
    [(0, {"acme-eu", "acme-us"}), (1, {"openrouter"}), (2, {"acme"})],
    ids=["several", "in-the-place-of-another", "of-hermes-agent"],
)
def test_the_plugins_of_python_load(home: Path, place: int, names: set[str]) -> None:
    """As printed, and under the names that they register."""
    found = load(home, blocks("python")[place], "plugins/model-providers/mine/__init__.py")
    assert set(found) == names
    assert all("acme.example" in profile.base_url for profile in found.values())


def test_the_older_layout_is_read(home: Path) -> None:
    """At the path that stands beside the block."""
    ((path, block),) = re.findall(r"^```python (\S+)\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
    assert load(home, block, path)["acme"].base_url == ADDRESS


def test_what_is_not_used_is_what_the_page_says(home: Path) -> None:
    """`show -v` of the plugin for Hermes Agent names just that."""
    load(home, blocks("python")[2], "plugins/model-providers/acme/__init__.py")
    done = subprocess.run(
        [sys.executable, "-m", "hermes_fallback", "providers", "show", "acme", "-v"],
        env={**os.environ, "HERMES_HOME": str(home)},
        capture_output=True,
        text=True,
        check=True,
    )
    (said,) = re.findall(r"`not used  (.*?)`", PAGE, re.DOTALL)
    assert f"  not used  {' '.join(said.split())}\n" in done.stdout


def test_every_field_of_hermes_agents_is_on_the_page() -> None:
    """Those that are said to be the same are, under the same name."""
    table = PAGE.partition("| of Hermes Agent's profile | here |")[2].partition("\n\n")[0]
    assert {each.name for each in fields(PeerProfile)} <= set(re.findall(r"`(\w+)`", table))
    same = re.findall(r"`(\w+)`", table.splitlines()[2])
    given = {name: ("x",) if name == "aliases" else "x" for name in same}
    found = translate(PeerProfile(**given))  # type: ignore[arg-type]
    assert {name: getattr(found, name) for name in same} == given


@pytest.mark.parametrize("fact", [ProviderProfile, *PARTS.values()], ids=lambda fact: fact.__name__)
def test_every_field_has_its_row(fact: type[ProviderProfile]) -> None:
    """With a meaning; what is generated is checked fresh by `make generated`."""
    rows = dict(re.findall(r"^\| `(\w+)` \| .* \| (.*) \|$", PAGE, re.MULTILINE))
    assert all(rows[name] for name in fact.field_names() if name != "ignored")
