"""A home with a recognisable secret in every place where one may stand, and who watches where they turn up."""

from __future__ import annotations

import json
import shutil
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import yaml

__all__ = ["OWN_FILES", "SECRETS", "Home", "children", "sightings"]

SECRETS: Mapping[str, str] = {
    "dotenv": "dQ7rTz1XkPv9LmBw3NsYc5Hj",
    "environment": "eW2uYx8MqZr4KtCn6VpDs1Gf",
    "inline": "iR5oPl3BvXc7HjNm9QwEt2Ky",
    "named endpoint": "nT8kJh6FdSa4ZxCv1LpOi3Ub",
    "header": "hY3gVf9CdRx5SzAq7NmKo2Wj",
    "header of a plugin": "gU6bNh1MjKi8LoPz4XsWe5Dr",
    "user-info": "uI9vBn2HgTy6FrDe3WqAs7Zx",
    "proxy": "pO4xCz8VbMn1QwRt7YuKl6Jh",
    "pool key": "kA5sDf7GhJk2LqWe9RtYu3Zm",
    "pool access": "aS1dFg6HjKl8ZxCv5BnMq4Wp",
    "pool refresh": "rD8fGh3JkLz7XcVb2NmQw6Et",
    "state access": "sF2gHj9KlQw5ErTy1UiOp8Za",
    "state refresh": "tG7hJk4LzXc6VbNm3QwEr9Ty",
    "state agent key": "xH1jKl5QwEr8TyUi6OpAs2Df",
    "claude access": "cJ6kLz2XcVb9NmQw7ErTy4Ui",
    "claude refresh": "lK3zXc8VbNm1QwEr5TyUi6Op",
    "codex access": "oL9xCv4BnMq7WeRt2YuIo8Pa",
    "codex refresh": "fZ5cVb1NmQw6ErTy3UiOp9As",
    "qwen access": "wX8vBn7MqWe2RtYu4IoPa5Sd",
    "qwen refresh": "yC2bNm6QwEr1TyUi9OpAs7Df",
    "keyring": "zV7nMq3WeRt8YuIo5PaSd1Fg",
    "typed": "sk-bB4mQw9ErTy2UiOp6AsDf8Gh",
}
"""By where it stands, as nothing else does: no two share a run of letters, and no shape gives most of them away."""

_TAIL = 10
"""So many characters in a row, at either end, are a sighting: a prefix that is shown is a leak too."""

OWN_FILES: Mapping[str, tuple[str, ...]] = {
    "dotenv": ("hermes/.env",),
    "inline": ("hermes/config.yaml",),
    "named endpoint": ("hermes/config.yaml",),
    "header": ("hermes/config.yaml",),
    "user-info": ("hermes/config.yaml",),
    "header of a plugin": ("hermes/plugins/",),
    **dict.fromkeys(
        ("pool key", "pool access", "pool refresh", "state access", "state refresh", "state agent key"),
        ("hermes/auth.json",),
    ),
    **dict.fromkeys(("claude access", "claude refresh"), (".claude/",)),
    **dict.fromkeys(("codex access", "codex refresh"), (".codex/",)),
    **dict.fromkeys(("qwen access", "qwen refresh"), (".qwen/",)),
    "typed": ("hermes/.env",),
}
"""The files below the user's home in which each may stand; backups of config.yaml are config.yaml's."""


class Home:
    """A user's home with a hermes home in it, whose providers are at *urls*."""

    def __init__(self, folder: Path, urls: Mapping[str, str]) -> None:
        self.folder, self.hermes = folder, folder / "hermes"
        self._urls = urls
        self._write("hermes/config.yaml", yaml.safe_dump(self._config(), sort_keys=False))
        self._write("hermes/.env", f"ACME_API_KEY={SECRETS['dotenv']}\n")
        self._write("hermes/auth.json", json.dumps(_auth()))
        self._write("hermes/plugins/model-providers/acme/plugin.yaml", yaml.safe_dump(self._plugin()))
        self._write(".claude/.credentials.json", json.dumps(_claude()))
        self._write(".codex/auth.json", json.dumps({"tokens": _tokens("codex"), "OPENAI_API_KEY": None}))
        self._write(".qwen/oauth_creds.json", json.dumps({**_tokens("qwen"), "expiry_date": _SOON_MS}))
        self._write("chain.yaml", "- {provider: acme, model: acme-2}\n")
        self._write("key.txt", SECRETS["typed"])

    def copied(self, to: Path) -> Path:
        """A copy of its folder at *to*, for a command that changes it."""
        shutil.rmtree(to, ignore_errors=True)
        return Path(shutil.copytree(self.folder, to))

    def break_config(self) -> None:
        """Leave config.yaml with a line that is no YAML, and that holds a key."""
        path = self.hermes / "config.yaml"
        path.write_text(path.read_text() + f"broken: [api_key: {SECRETS['inline']}\n")

    def break_auth(self) -> None:
        """Leave auth.json cut off behind a token."""
        path = self.hermes / "auth.json"
        text = path.read_text()
        path.write_text(text[: text.index(SECRETS["state refresh"]) + 24])

    def break_env(self) -> None:
        """Leave `.env` in another encoding than UTF-8."""
        path = self.hermes / ".env"
        path.write_bytes(path.read_bytes() + b"NAME=caf\xe9\n")

    def _write(self, name: str, text: str) -> None:
        path = self.folder / name
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        path.write_text(text)
        path.chmod(0o600)

    def _config(self) -> dict[str, object]:
        urls = self._urls
        with_user = urls["main"].replace("//", f"//user:{SECRETS['user-info']}@")
        return {
            "model": {"provider": "custom", "default": "m", "base_url": urls["main"], "api_key": SECRETS["inline"]},
            "fallback_providers": [
                {"provider": "acme", "model": "acme-1"},
                {"provider": "custom", "model": "m", "base_url": urls["spare"], "key_env": "SPARE_KEY"},
                {"provider": "custom:gateway", "model": "m"},
                {"provider": "custom", "model": "with-user", "base_url": with_user},
                {"provider": "nous", "model": "n"},
                {"provider": "anthropic", "model": "claude-sonnet-4-6"},
                {"provider": "openai-codex", "model": "gpt-5-codex"},
                {"provider": "qwen-oauth", "model": "qwen3-coder-plus"},
            ],
            "custom_providers": [
                {
                    "name": "gateway",
                    "base_url": urls["gateway"],
                    "api_key": SECRETS["named endpoint"],
                    "extra_headers": {"X-Gateway": SECRETS["header"]},
                }
            ],
            "credentials": {"import": ["claude_code", "codex", "qwen_code"]},
            "fallback": {"timeouts": {"connect": "2s", "first_token": "2s", "between_tokens": "2s"}},
        }  # fmt: skip

    def _plugin(self) -> dict[str, object]:
        profile = {
            "name": "acme",
            "base_url": self._urls["acme"],
            "env_vars": ["ACME_API_KEY"],
            "default_headers": {"X-Acme": SECRETS["header of a plugin"]},
        }
        return {"kind": "model-provider", "name": "acme", "profile": profile}


_SOON_MS = int(time.time() * 1000) + 3_600_000
_SOON = "2099-01-01T00:00:00+00:00"


def _tokens(name: str) -> dict[str, object]:
    return {"access_token": SECRETS[f"{name} access"], "refresh_token": SECRETS[f"{name} refresh"]}


def _claude() -> dict[str, object]:
    tokens = {"accessToken": SECRETS["claude access"], "refreshToken": SECRETS["claude refresh"]}
    return {"claudeAiOauth": {**tokens, "expiresAt": _SOON_MS, "scopes": ["user:inference"]}}


def _auth() -> dict[str, object]:
    key = {"id": "aaaaaa", "label": "work", "auth_type": "api_key", "priority": 0, "source": "manual"}
    sign_in = {
        "id": "bbbbbb",
        "label": "mine",
        "auth_type": "oauth",
        "priority": 1,
        "source": "manual:device_code",
    }
    state = {**_tokens("state"), "agent_key": SECRETS["state agent key"], "expires_at": _SOON}
    return {
        "version": 1,
        "providers": {"nous": state, "openai-codex": {"tokens": _tokens("state"), "auth_mode": "chatgpt"}},
        "credential_pool": {
            "acme": [{**key, "access_token": SECRETS["pool key"]}, {**sign_in, **_tokens("pool"), "expires_at": _SOON}]
        },
    }  # fmt: skip


def sightings(text: str | bytes, but: tuple[str, ...] = ()) -> list[str]:
    """The secrets that *text* gives away, a part of them at either end included; those in *but* may stand there."""
    text = text.decode("utf-8", "replace") if isinstance(text, bytes) else text
    ends = {name: (secret[-_TAIL:], secret[:_TAIL]) for name, secret in SECRETS.items() if name not in but}
    return [name for name, parts in ends.items() if any(part in text for part in parts)]


_STARTED: list[str] = []
_IS_WATCHED: list[bool] = []


def _note(event: str, details: tuple[object, ...]) -> None:
    if _IS_WATCHED and event in {"subprocess.Popen", "os.exec", "os.posix_spawn", "os.system"}:
        _STARTED.append(repr(details[:2]))


@contextmanager
def children() -> Iterator[list[str]]:
    """The command lines of all processes that are started meanwhile: what `/proc/PID/cmdline` shows of them."""
    if not _STARTED:
        sys.addaudithook(_note)  # it stays for good, and notes only what is watched
    _STARTED[:] = [""]
    _IS_WATCHED.append(True)
    try:
        yield _STARTED
    finally:
        _IS_WATCHED.clear()
