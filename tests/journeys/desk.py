"""A desk to sit down at: a home, providers on loopback that its plugins name, and terminals with our program."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import yaml

from hermes_fallback.loopback.server import Loopback
from tests.window import Window

KEY = "acme-key-0123456789"
PROGRAM = (sys.executable, "-m", "hermes_fallback")

PROVIDERS: Mapping[str, Mapping[str, object]] = {
    "acme": {"key": KEY, "catalog": ["acme/big", "acme/small"]},
    "lab": {"catalog": ["lab-1", "lab-2"]},
    "hearth": {"catalog": ["tiny:1b", "mid:8b"]},
}
"""One with a key, one of any address, one of this machine. The first and the last have plugins."""

PROFILES: Mapping[str, Mapping[str, object]] = {
    "acme": {
        "display_name": "Acme AI",
        "env_vars": ["ACME_API_KEY"],
        "signup_url": "https://acme.test/keys",
        "default_models": ["acme/usual"],
    },
    "hearth": {"display_name": "Hearth", "auth_type": "none"},
}

CHAIN = """\
# mine
model: {provider: hearth, default: "tiny:1b"}
fallback_providers:
  - {provider: hearth, model: "mid:8b"}  # first
  - {provider: acme, model: acme/big}
"""


class Desk:
    """A home at *folder*, and a HOME beside it. Each window is a program of its own."""

    def __init__(self, folder: Path, loopback: Loopback) -> None:
        self.loopback = loopback
        self.urls = urls = loopback.base_urls
        self.home = folder / "hermes"
        self.config, self.env = self.home / "config.yaml", self.home / ".env"
        self.windows: list[Window] = []
        self._folder = folder
        for name, profile in PROFILES.items():
            plugin = self.home / "plugins" / "model-providers" / name / "plugin.yaml"
            plugin.parent.mkdir(parents=True)
            whole = {"name": name, "base_url": urls[name], **profile}
            plugin.write_text(yaml.safe_dump({"kind": "model-provider", "name": name, "profile": whole}))

    def environ(self, **own: str) -> dict[str, str]:
        """What a program here gets."""
        return {"HERMES_HOME": str(self.home), "HOME": str(self._folder), "LANG": "C.UTF-8", **own}

    def sit(self, *argv: str, columns: int = 80, rows: int = 40, **environ: str) -> Window:
        """A terminal with `hermes` *argv* on it."""
        window = Window([*PROGRAM, *argv], self.environ(**environ), columns=columns, rows=rows)
        self.windows.append(window)
        return window

    def run(self, *argv: str, stdin: str = "", **environ: str) -> subprocess.CompletedProcess[str]:
        """What `hermes` *argv* does with *stdin* piped into it, and nobody there."""
        return subprocess.run(
            [*PROGRAM, *argv],
            input=stdin,
            env=self.environ(**environ),
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )

    def files(self) -> dict[str, bytes]:
        """Every file of the home."""
        return {str(path): path.read_bytes() for path in self.home.rglob("*") if path.is_file()}

    def chain(self) -> list[str]:
        """The links that config.yaml names, as `provider:model`."""
        links = yaml.safe_load(self.config.read_text())["fallback_providers"]
        return [f"{link['provider']}:{link['model']}" for link in links]
