"""An office to sign in from: a home whose providers are the bundled ones, moved to a server on loopback."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from tests.oauth_server import OAuthServer
from tests.window import Window

PROGRAM = (sys.executable, "-m", "hermes_fallback")

PLACES: dict[str, dict[str, object]] = {
    "nous": {"device_url": "{}/device", "token_url": "{}/token"},
    "openai-codex": {
        "device_url": "{}/codex/usercode",
        "poll_url": "{}/codex/poll",
        "verification_url": "{}/activate",
        "token_url": "{}/token",
        "redirect_uri": "{}/deviceauth/callback",
    },
    "copilot": {
        "device_url": "{}/device",
        "token_url": "{}/github/token",
        "exchange_url": "{}/copilot/token",
    },
    "xai-oauth": {
        "device_url": "{}/device",
        "discovery_url": "{}/.well-known/openid-configuration",
        "hosts": ("127.0.0.1",),
    },
    "qwen-oauth": {"device_url": "{}/device", "token_url": "{}/token"},
    "minimax-oauth": {"device_url": "{}/minimax/code", "token_url": "{}/minimax/token"},
    "google-gemini-cli": {
        "authorize_url": "{}/authorize",
        "token_url": "{}/token",
        "redirect_uri": "http://127.0.0.1/oauth2callback",
        "project_url": "{}/v1internal",
    },
}
"""Every provider that one signs in to, with the addresses that it gets here."""

SECRET = "client-secret-0123456789"

_PLUGIN = """\
from hermes_fallback.providers import get_provider_profile, register_provider

bundled = get_provider_profile({name!r})
register_provider(bundled.but(**{base!r}, oauth=bundled.oauth.but(**{changes!r})))
"""


class Office:
    """A home at *folder*, and a HOME beside it; every window is a program of its own."""

    def __init__(self, folder: Path, server: OAuthServer) -> None:
        self.server = server
        self.home = folder / "hermes"
        self.windows: list[Window] = []
        self._folder = folder
        for name in PLACES:
            self.move(name)

    def move(self, name: str, *, base_url: str = "", **changes: object) -> None:
        """Have the provider *name* here, answering at *base_url* if given, with *changes* to how one signs in."""
        places = {key: self._filled(value) for key, value in PLACES[name].items()}
        script = self.home / "plugins" / "model-providers" / name / "__init__.py"
        script.parent.mkdir(parents=True, exist_ok=True)
        # A host on loopback needs a credential only where the provider names a variable for it.
        base = {"base_url": base_url, "env_vars": ("OFFICE_TOKEN",)} if base_url else {}
        changes = {"interval_s": 0.05, **places, **changes}
        script.write_text(_PLUGIN.format(name=name, base=base, changes=changes))

    def run(self, *argv: str, stdin: str = "", **environ: str) -> subprocess.CompletedProcess[str]:
        """What `hermes` *argv* does with *stdin* piped into it, and nobody there."""
        command = [*PROGRAM, *argv]
        return subprocess.run(
            command,
            input=stdin,
            env=self.environ(**environ),
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )

    def start(self, *argv: str, **environ: str) -> subprocess.Popen[str]:
        """The same, while it runs."""
        pipe = subprocess.PIPE
        return subprocess.Popen(
            [*PROGRAM, *argv],
            env=self.environ(**environ),
            stdin=subprocess.DEVNULL,
            stdout=pipe,
            stderr=pipe,
            text=True,
        )

    def sit(self, *argv: str, columns: int = 80, rows: int = 24, **environ: str) -> Window:
        """A terminal with `hermes` *argv* on it."""
        window = Window([*PROGRAM, *argv], self.environ(**environ), columns=columns, rows=rows)
        self.windows.append(window)
        return window

    def environ(self, **own: str) -> dict[str, str]:
        """What a program here gets."""
        secret = {"HERMES_GEMINI_CLIENT_SECRET": SECRET}
        return {"HERMES_HOME": str(self.home), "HOME": str(self._folder), "LANG": "C.UTF-8", **secret, **own}

    @property
    def auth_file(self) -> Path:
        """The home's auth.json."""
        return self.home / "auth.json"

    def auth(self) -> dict[str, Any]:
        """What it holds."""
        found: dict[str, Any] = json.loads(self.auth_file.read_text())
        return found

    def files(self) -> set[str]:
        """Every file of the home, plugins apart."""
        found = {str(path.relative_to(self.home)) for path in self.home.rglob("*") if path.is_file()}
        return {path for path in found if not path.startswith("plugins/")}

    def _filled(self, value: object) -> object:
        return value.format(self.server.url) if isinstance(value, str) else value
