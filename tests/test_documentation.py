"""Every example of the README, the docs and `examples/` is run."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from hermes_fallback.config.document import Document
from hermes_fallback.config.settings import read_settings
from hermes_fallback.loopback.process import LoopbackProcess
from hermes_fallback.runtime.runtime import Runtime

ROOT = Path(__file__).parent.parent
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
KEYS = {"OPENROUTER_API_KEY": "sk-or-v1-0123456789", "DEEPSEEK_API_KEY": "sk-0123456789"}
CONFIG = """\
model: {{provider: custom, default: main-model, base_url: "{main}"}}
fallback_providers:
  - {{provider: custom, model: spare-model, base_url: "{spare}"}}
"""


def blocks(page: Path, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", page.read_text(), re.MULTILINE | re.DOTALL)


def run(command: list[str], home: Path, **environ: str) -> subprocess.CompletedProcess[str]:
    environ = {"PATH": "/usr/bin:/bin", "HOME": str(home), "HERMES_HOME": str(home), **environ}
    return subprocess.run(
        command,
        env=environ,
        cwd=home,
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        timeout=60,
        check=False,
    )


def hermes(line: str, home: Path, **environ: str) -> subprocess.CompletedProcess[str]:
    _, *arguments = shlex.split(line, comments=True)
    return run([sys.executable, "-m", "hermes_fallback", *arguments], home, **environ)


def test_the_tour_of_the_readme_runs_as_printed(home: Path) -> None:
    """Each command of the tour that needs no provider ends with 0, in order, on one home."""
    (home / "key.txt").write_text("0123456789abcdef.0123\n")
    printed = [line for block in blocks(ROOT / "README.md", "sh") for line in block.splitlines()]
    lines = [line for line in printed if line.startswith("hermes")]
    assert len(lines) > 5
    for line in lines:
        if " chat " not in line:
            done = hermes(line, home, **KEYS)
            assert done.returncode == 0, f"{line}\n{done.stderr}"


@pytest.mark.parametrize("name", ["library.py", "stream.py", "tools.py"])
def test_an_example_runs_while_its_primary_is_dead(home: Path, name: str) -> None:
    """The library's examples end well on a chain whose first link refuses the key."""
    answers = ["tool_call", "ok"] if name == "tools.py" else ["ok"]
    spec = {"providers": [{"name": "main", "script": ["unauthorized"]}, {"name": "spare", "script": answers}]}
    with LoopbackProcess(spec) as loopback:
        (home / "config.yaml").write_text(CONFIG.format(**loopback.base_urls))
        done = run([sys.executable, str(ROOT / "examples" / name)], home)
    assert done.returncode == 0, done.stderr
    assert "spare heard" in done.stdout


def test_the_ten_lines_of_the_readme_are_the_example() -> None:
    """What the README and the library page print is the file that is run."""
    code = (ROOT / "examples" / "library.py").read_text().split("\n", 2)[2]
    assert blocks(ROOT / "README.md", "python") == [code]
    assert blocks(ROOT / "docs" / "library.md", "python")[0] == code


def test_the_other_lines_of_the_library_page_run() -> None:
    """The page's later blocks are programs of their own."""
    for block in blocks(ROOT / "docs" / "library.md", "python")[1:]:
        exec(compile(block, "docs/library.md", "exec"), {})


def test_the_documented_keys_are_read_without_a_finding() -> None:
    """The example of the configuration page is valid, and every key of it is known."""
    (block,) = blocks(ROOT / "docs" / "configuration.md", "yaml")
    settings = read_settings(Document.parse(block.encode(), "config.yaml"))
    assert settings.findings == ()
    assert [placed.link.provider for placed in settings.chain] == ["openrouter", "custom", "custom:gateway"]


@pytest.mark.parametrize(("language", "name"), [("yaml", "plugin.yaml"), ("python", "__init__.py")])
def test_the_plugin_of_the_page_is_found(home: Path, language: str, name: str) -> None:
    """Both forms of a plugin work as printed."""
    (block,) = blocks(ROOT / "docs" / "providers.md", language)
    folder = home / "plugins" / "model-providers" / "acme"
    folder.mkdir(parents=True)
    (folder / name).write_text(block)
    profile = Runtime.open(home, environ={}).registry.get("acme-ai")
    assert (profile.name, profile.env_vars) == ("acme", ("ACME_API_KEY",))


def test_links_between_the_pages_lead_somewhere() -> None:
    """No page points to a file that is not there."""
    for page in PAGES:
        for target in re.findall(r"\]\(([^)#]+)[^)]*\)", page.read_text()):
            assert "://" in target or (page.parent / target).exists(), f"{page.name}: {target}"


def test_the_demo_ends_well(home: Path) -> None:
    """`make demo` tells the whole story, and checks it against what the providers received."""
    done = run([sys.executable, str(ROOT / "examples" / "demo.py")], home)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "The conversation survived" in done.stdout
