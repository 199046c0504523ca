"""Home: the folder that holds config.yaml and everything else of one profile. Finding it creates nothing."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from hermes_fallback.errors import NotFound, SystemRefused, UsageError

__all__ = ["Home", "find_home"]

_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")
_DEFAULT = "default"


@dataclass(frozen=True, slots=True)
class Home:
    """Where the files of one home live. None of them need exist."""

    root: Path

    @property
    def config(self) -> Path:
        """`config.yaml`."""
        return self.root / "config.yaml"

    @property
    def env(self) -> Path:
        """`.env`, the variables with the keys in it."""
        return self.root / ".env"

    @property
    def auth(self) -> Path:
        """`auth.json`, the store of tokens and credential pools."""
        return self.root / "auth.json"

    @property
    def state(self) -> Path:
        """`fallback/`, the folder that is ours alone."""
        return self.root / "fallback"

    @property
    def backups(self) -> Path:
        """`fallback/backups/`, the files as they were before our edits."""
        return self.state / "backups"

    @property
    def plugins(self) -> Path:
        """`plugins/model-providers/`, the user's own providers."""
        return self.root / "plugins" / "model-providers"

    @property
    def legacy_plugins(self) -> Path:
        """`providers/`, where they stood before."""
        return self.root / "providers"


def find_home(environ: Mapping[str, str], *, home: str | None, profile: str | None, user_home: Path) -> Home:
    """The home to use: *home*, else *profile*, else the sticky profile, else HERMES_HOME, else `~/.hermes`.

    The sticky profile (the file `active_profile`) counts unless HERMES_HOME names a profile's folder already.

    Raises:
        NotFound: there is no such profile.
        UsageError: the profile's name cannot be one.
        SystemRefused: the home is a file.
    """
    native = user_home / ".hermes"
    named = environ.get("HERMES_HOME", "").strip()
    start = _expanded(named, user_home) if named else native
    if home is not None:
        root = _expanded(home, user_home)
    elif profile is not None:
        root = _profile(_root_of(start, native), profile, said_by="--profile")
    elif named and start.parent.name == "profiles":
        root = start
    else:
        root = _sticky(_root_of(start, native)) or start
    return Home(_folder(root))


def _expanded(path: str, user_home: Path) -> Path:
    if path == "~" or path.startswith("~/"):
        return user_home / path[2:]
    return Path(path)


def _root_of(start: Path, native: Path) -> Path:
    """The folder that holds `profiles/`."""
    if start == native or native in start.parents:
        return native
    return start.parent.parent if start.parent.name == "profiles" else start


def _sticky(root: Path) -> Path | None:
    said_by = root / "active_profile"
    try:
        name = said_by.read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError):
        return None
    return _profile(root, name, said_by=str(said_by)) if name and name != _DEFAULT else None


def _profile(root: Path, name: str, *, said_by: str) -> Path:
    if not _NAME.fullmatch(name):
        raise UsageError(
            f"`{name}` is not a profile's name",
            why="a name has small letters, digits, `-` and `_`, at most 64 of them",
            hint=f"given by {said_by}",
        )
    folder = root / "profiles" / name
    if folder.is_dir():
        return folder
    if name == _DEFAULT:
        return root
    raise NotFound(
        f"there is no profile `{name}`",
        why=f"`{folder}` is not a folder; the name is given by {said_by}",
        hint=_nearest(root / "profiles", name),
        kind="unknown-profile",
    )


def _nearest(profiles: Path, name: str) -> str:
    from difflib import get_close_matches  # 5 ms, on the way to an error

    try:
        names = sorted(folder.name for folder in profiles.iterdir() if folder.is_dir())
    except OSError:
        names = []
    close = get_close_matches(name, names, n=3)
    if close:
        return "did you mean " + " or ".join(f"`{found}`" for found in close) + "?"
    return "there are: " + ", ".join(names) if names else "there are no profiles; leave the flag away"


def _folder(root: Path) -> Path:
    """*root*, which may be missing but not be a file."""
    try:
        is_file = root.exists() and not root.is_dir()
    except OSError as error:
        raise _unusable(root, error.strerror or str(error)) from None
    if is_file:
        raise _unusable(root, "it is not a folder")
    return root


def _unusable(root: Path, why: str) -> SystemRefused:
    return SystemRefused(
        f"the home `{root}` cannot be used",
        why=why,
        hint="name another folder with --home or HERMES_HOME",
        kind="home",
    )
