"""Every example of the README, the docs and `examples/` is run."""

from __future__ import annotations

import json
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from hermes_fallback.config.document import Document
from hermes_fallback.config.settings import read_settings
from hermes_fallback.loopback.process import LoopbackProcess
from hermes_fallback.runtime.runtime import Runtime
from tests.login.office import Office
from tests.oauth_server import OAuthServer

ROOT = Path(__file__).parent.parent
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
SCRIPTS = Path(sys.executable).parent
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


def tour() -> list[str]:
    """The commands of the README."""
    printed = [line for block in blocks(ROOT / "README.md", "sh") for line in block.splitlines()]
    return [line for line in printed if line.startswith("hermes")]


def test_the_tour_of_the_readme_runs_as_printed(home: Path) -> None:
    """Each command of the tour that needs no provider ends with 0, in order, on one home."""
    (home / "key.txt").write_text("0123456789abcdef.0123\n")
    (home / "spare.txt").write_text("sk-or-v1-spare-0123456789\n")
    lines = tour()
    assert len(lines) > 5
    for line in lines:
        if " chat " not in line and " login " not in line:
            done = hermes(line, home, **KEYS)
            assert done.returncode == 0, f"{line}\n{done.stderr}"


def test_the_sign_in_of_the_tour_runs_as_printed(tmp_path: Path) -> None:
    """At an authorization server on loopback, whose code somebody types at once."""
    (line,) = [line for line in tour() if " login " in line]
    with OAuthServer(interval=0.05) as server:
        office = Office(tmp_path, server)
        window = office.sit(*shlex.split(line, comments=True)[1:]).wait("Sign in all the same?").press("y")
        assert (window.end(), office.auth()["active_provider"]) == (0, "nous")


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


CI = ROOT / "docs" / "ci.md"
SECRETS = {"OPENROUTER_API_KEY": "sk-or-v1-0123456789", "GATEWAY_KEY": "0123456789abcdef"}
SERVED = {**SECRETS, "GATEWAY_URL": "https://gateway.example/v1", "PATH": f"{SCRIPTS}:/usr/bin:/bin"}


@pytest.fixture
def checkout(home: Path) -> Path:
    """A home with a primary, and the page's list beside it."""
    (home / "chain.yaml").write_text(blocks(CI, "yaml")[0])
    (home / "config.yaml").write_text("model: {provider: openrouter, default: m}   # mine\n")
    return home


def steps(event: str) -> list[str]:
    """The scripts that the page's workflow runs on *event*."""
    (job,) = yaml.safe_load(blocks(CI, "yaml")[1])["jobs"].values()
    assert set(re.findall(r"(?:secrets|vars)\.(\w+)", str(job["env"]))) <= set(SERVED)
    return [step["run"] for step in job["steps"] if f"'{event}'" in step.get("if", "")]


def test_the_workflow_shows_a_difference_and_leaves_the_file_alone(checkout: Path) -> None:
    """On a pull request: a difference is no failure, a broken list is one."""
    (script,) = steps("pull_request")
    before = (checkout / "config.yaml").read_bytes()
    shown = run(["bash", "-e", "-c", script], checkout, **SERVED)
    assert (shown.returncode, shown.stderr) == (0, "")
    assert "+    key_env: GATEWAY_KEY" in shown.stdout
    assert (checkout / "config.yaml").read_bytes() == before
    (checkout / "chain.yaml").write_text("- provider: openrouter\n")
    assert run(["bash", "-e", "-c", script], checkout, **SERVED).returncode == 3


def test_the_workflow_applies_the_list_and_writes_no_secret(checkout: Path) -> None:
    """On `main`: each step ends well, twice, and the second time nothing changes."""
    for script in steps("push") * 2:
        done = run(["bash", "-e", "-c", script], checkout, **SERVED)
        assert done.returncode == 0, done.stdout + done.stderr
    text = (checkout / "config.yaml").read_text()
    assert text.startswith("model: {provider: openrouter, default: m}   # mine\n")
    assert 'base_url: "${GATEWAY_URL}"' in text
    assert not any(secret in text for secret in SECRETS.values())
    assert "already" in run(["bash", "-e", "-c", steps("push")[0]], checkout, **SERVED).stdout


def test_the_workflow_fails_where_a_key_is_missing(checkout: Path) -> None:
    """The last step is the one that tells."""
    *_, last = steps("push")
    run(["bash", "-e", "-c", steps("push")[0]], checkout, **SERVED)
    assert run(["bash", "-e", "-c", last], checkout, **{**SERVED, "GATEWAY_KEY": ""}).returncode == 1


def test_the_loop_over_homes_tells_what_changed(checkout: Path) -> None:
    """Changed, then in order; a home that cannot be edited fails the loop and stops none of the others."""
    (loop,) = blocks(CI, "sh")
    for name in ("a", "b"):
        (checkout / "homes" / name).mkdir(parents=True)
    environ = {**SERVED, "HOMES": str(checkout / "homes")}
    first = run(["bash", "-c", loop], checkout, **environ)
    assert (first.returncode, first.stdout.count("changed: ")) == (0, 2)
    (checkout / "homes" / "a" / "config.yaml").write_text("model: [\n")
    second = run(["bash", "-c", loop], checkout, **environ)
    assert second.returncode == 1
    assert re.findall(r"^(.*): .*/homes/(.)/(.*)$", second.stdout, re.MULTILINE) == [
        ("failed", "a", " (exit 3)"),
        ("ok", "b", ""),
    ]


def test_the_task_tells_what_changed(checkout: Path) -> None:
    """Its command as printed, with and without check mode."""
    (task,) = yaml.safe_load(blocks(CI, "yaml")[2])
    command = task["ansible.builtin.command"]["cmd"]
    wanted = json.dumps(yaml.safe_load((checkout / "chain.yaml").read_text()))
    told = []
    for check in ("--check", "", "--check", ""):
        line = re.sub(r"{{.*?}}", check, command)
        done = run(["bash", "-c", f"{line} <<< '{wanted}'"], checkout, **SERVED)
        told.append((done.returncode, json.loads(done.stdout)["changed"]))
    assert told == [(1, True), (0, True), (0, False), (0, False)]


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
