"""An install without extras: everything but the clouds works, and what lacks an extra names it."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from hermes_fallback.loopback.server import Loopback

EXTRAS = (
    "acp",
    "aiohttp",
    "azure",
    "boto3",
    "botocore",
    "google",
    "msal",
    "opentelemetry",
    "redis",
    "requests",
)
UNHELPFUL = ("keyring.backends", "secretstorage", "jeepney")
"""What the keyring of the system is reached with; a machine without one has none of it either."""
KEY = "spare-key-0123456789"

PROGRAM = f"""\
import sys

class Absent:
    def find_spec(self, name, path=None, target=None):
        if any(name == each or name.startswith(each + ".") for each in {(*EXTRAS, *UNHELPFUL)!r}):
            raise ModuleNotFoundError(f"No module named {{name!r}}", name=name)

sys.meta_path.insert(0, Absent())
from hermes_fallback.cli.front import program
sys.exit(program())
"""
CLOUDS = {
    "azure": (
        "azure-foundry",
        {"auth_mode": "entra_id", "base_url": "https://acme.openai.azure.com/openai/v1"},
    ),
    "vertex": ("vertex", {}),
    "bedrock": ("bedrock", {"api_mode": "chat_completions"}),
}

Bare = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def bare(home: Path) -> Bare:
    """Runs `hermes` in a process in which no extra can be imported."""
    environ = {"HOME": str(home), "HERMES_HOME": str(home), "SPARE_KEY": KEY, "VERTEX_PROJECT_ID": "acme"}

    def run(*argv: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-c", PROGRAM, *argv],
            input=stdin,
            env=environ,
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )

    return run


def link(extra: str) -> dict[str, str]:
    provider, fields = CLOUDS[extra]
    return {"provider": provider, "model": "m", **fields}


@pytest.mark.parametrize(
    "argv",
    [
        ("--version",),
        ("fallback", "list"),
        ("auth", "status"),
        ("providers", "list"),
        ("resolve",),
        ("config", "validate"),
        ("auth", "status", "spare", "--check"),
        ("fallback", "test", "0"),
        ("chat", "-q", "hello"),
    ],
    ids=" ".join,
)
def test_everything_else_works(argv: tuple[str, ...], bare: Bare, home: Path) -> None:
    """With links to every cloud in the chain, which are only not ready."""
    with Loopback({"providers": [{"name": "spare", "key": KEY}]}) as loopback:
        named = {"name": "spare", "base_url": loopback.base_url("spare"), "key_env": "SPARE_KEY"}
        model = {"provider": "custom:spare", "default": "m"}
        chain = [link(extra) for extra in CLOUDS]
        config = {"model": model, "custom_providers": [named], "fallback_providers": chain}
        (home / "config.yaml").write_text(json.dumps(config))
        done = bare(*argv)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout


def test_a_key_can_be_kept(bare: Bare, home: Path) -> None:
    """In `.env`, where no keyring is."""
    done = bare(
        "auth", "login", "openrouter", "--key-stdin", "--store", "env", stdin="sk-or-v1-0123456789abcdef"
    )
    assert done.returncode == 0, done.stderr
    assert "OPENROUTER_API_KEY=" in (home / ".env").read_text()


@pytest.mark.parametrize("extra", CLOUDS)
def test_a_missing_extra_is_named(extra: str, bare: Bare, home: Path) -> None:
    """By the link, by the account, and by a conversation, which ends with exit 4."""
    first = link(extra)
    (home / "config.yaml").write_text(json.dumps({"model": {**first, "default": "m"}}))
    listed = bare("fallback", "list", "--json")
    assert json.loads(listed.stdout)["primary"]["problem"]["kind"] == "missing-extra"
    for argv in (("chat", "-q", "hello"), ("auth", "status", CLOUDS[extra][0])):
        done = bare(*argv)
        assert done.returncode == 4
        assert f"pip install 'hermes-fallback[{extra}]'" in done.stdout + done.stderr
