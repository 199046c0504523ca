"""Programs that sign in for themselves, and what the files hold that they keep their tokens in. Only ever read."""

from __future__ import annotations

import os
import stat
from collections.abc import Mapping
from types import MappingProxyType

from hermes_fallback.credentials.claims import expiry, moment
from hermes_fallback.credentials.placeholder import fault_of
from hermes_fallback.fact import Fact
from hermes_fallback.secret import Secret

__all__ = ["PROGRAMS", "Held", "Program", "held_in"]

_LARGEST_BYTES = 1024 * 1024


class Program(Fact):
    """A program, and where it keeps which token."""

    name: str
    command: str
    """What renews its sign-in, or signs in afresh, when the user runs it."""
    folder: str
    """Below the user's home."""
    folder_env: str = ""
    """The variable that replaces it."""
    file: str
    token: tuple[str, ...]
    """The keys that lead to it."""
    refresh: tuple[str, ...]
    ends: tuple[str, ...] = ()
    """To its end in milliseconds; 0 there means that nobody knows. Empty: the token tells its end itself."""

    def path(self, user_home: str, environ: Mapping[str, str]) -> str:
        """Its file for the user whose home is *user_home*."""
        folder = environ.get(self.folder_env) or os.path.join(user_home, self.folder)
        return os.path.join(folder, self.file)


class Held(Fact):
    """The sign-in that a file holds."""

    token: Secret
    expires_at: float | None = None
    """In seconds since the epoch; None where nobody says."""
    is_renewed: bool = False
    """True where its program can renew it."""

    def has_ended(self, now: float) -> bool:
        """True when the token is of no use any more at *now*, in seconds since the epoch."""
        return self.expires_at is not None and now >= self.expires_at


PROGRAMS: Mapping[str, Program] = MappingProxyType(
    {
        "claude_code": Program(
            name="Claude Code",
            command="claude",
            folder=".claude",
            folder_env="CLAUDE_CONFIG_DIR",
            file=".credentials.json",
            token=("claudeAiOauth", "accessToken"),
            refresh=("claudeAiOauth", "refreshToken"),
            ends=("claudeAiOauth", "expiresAt"),
        ),
        "codex": Program(
            name="Codex CLI",
            command="codex login",
            folder=".codex",
            folder_env="CODEX_HOME",
            file="auth.json",
            token=("tokens", "access_token"),
            refresh=("tokens", "refresh_token"),
        ),
        "qwen_code": Program(
            name="Qwen Code",
            command="qwen",
            folder=".qwen",
            file="oauth_creds.json",
            token=("access_token",),
            refresh=("refresh_token",),
            ends=("expiry_date",),
        ),
    }
)
"""By the names that `credentials.import` and the profiles give them."""


def held_in(program: Program, path: str) -> Held | str:
    """The sign-in in *path*, a file of *program*, whether it has ended or not; or why there is none."""
    document = _document(path)
    if isinstance(document, str):
        return document
    value = _at(document, program.token)
    if not isinstance(value, str):
        return "holds no token"
    fault = fault_of(value)
    if fault:
        return f"its token {fault.what}"
    token = Secret(value)
    return Held(
        token=token,
        expires_at=moment(_at(document, program.ends), per_second=1000) if program.ends else expiry(token),
        is_renewed=bool(_at(document, program.refresh)),
    )


def _document(path: str) -> object:
    """What the JSON file *path* holds, or in a text what is wrong with it."""
    try:
        data = _bytes_of(path)
    except OSError as error:
        return f"cannot be read: {error.strerror or error}"
    import json  # only a file that is there needs it

    try:
        document = json.loads(data)
    except (ValueError, RecursionError):
        return "is not JSON"
    return "holds no token" if isinstance(document, str) else document


def _bytes_of(path: str) -> bytes:
    """The first mebibyte of *path*; a longer file is none of what we look for.

    Raises:
        OSError: it is no file, or cannot be read.
    """
    handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)  # a pipe in its place would block
    with open(handle, "rb") as file:
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            msg = "it is not a file"
            raise OSError(msg)
        return file.read(_LARGEST_BYTES)


def _at(document: object, keys: tuple[str, ...]) -> object:
    for key in keys:
        document = document.get(key) if isinstance(document, Mapping) else None
    return document
