"""Home: the folder that holds config.yaml and everything else of one profile. Finding it creates nothing.

Paths are text here, written as `pathlib` would: importing it takes longer than all that is done with them.
"""

from __future__ import annotations

import errno
import os
import re
import stat
from collections.abc import Mapping

from hermes_fallback.errors import NotFound, SystemRefused, UsageError
from hermes_fallback.fact import Fact

__all__ = ["MANAGED", "Home", "find_home", "profile_names"]

MANAGED = "/etc/hermes"
"""Where whoever manages the machine lays down what counts for every home."""

_NAME = r"[a-z0-9][a-z0-9_-]{0,63}"
_DEFAULT = "default"
_ABSENT = frozenset({errno.ENOENT, errno.ENOTDIR, errno.EBADF, errno.ELOOP})


class Home(Fact, kw_only=False):
    """Where the files of one home live. None of them need exist."""

    root: str
    managed: str | None = None
    """The folder of the managed layer, where there is one: its `config.yaml` and `.env` win over the home's."""

    @property
    def config(self) -> str:
        """`config.yaml`."""
        return _join(self.root, "config.yaml")

    @property
    def env(self) -> str:
        """`.env`, the variables with the keys in it."""
        return _join(self.root, ".env")

    @property
    def auth(self) -> str:
        """`auth.json`, the store of tokens and credential pools."""
        return _join(self.root, "auth.json")

    @property
    def outer_auth(self) -> str | None:
        """The `auth.json` of the home that this profile is in, which serves where the profile's own has nothing."""
        if not _is_in_profiles(self.root):
            return None
        return _join(os.path.dirname(os.path.dirname(self.root)), "auth.json")

    @property
    def state(self) -> str:
        """`fallback/`, the folder that is ours alone."""
        return _join(self.root, "fallback")

    @property
    def backups(self) -> str:
        """`fallback/backups/`, the files as they were before our edits."""
        return _join(self.state, "backups")

    @property
    def journal(self) -> str:
        """`fallback/journal/`, the receipts of past turns."""
        return _join(self.state, "journal")

    @property
    def keyring(self) -> str:
        """`fallback/keyring.json`, which keys of this home the system's keyring has."""
        return _join(self.state, "keyring.json")

    @property
    def terms(self) -> str:
        """`fallback/terms.json`, the terms of providers that somebody has agreed to."""
        return _join(self.state, "terms.json")

    @property
    def plugins(self) -> str:
        """`plugins/model-providers/`, the user's own providers."""
        return _join(self.standalone_plugins, "model-providers")

    @property
    def standalone_plugins(self) -> str:
        """`plugins/`, plugins of every kind, of which some are providers."""
        return _join(self.root, "plugins")

    @property
    def legacy_plugins(self) -> str:
        """`providers/`, where they stood before."""
        return _join(self.root, "providers")


def find_home(environ: Mapping[str, str], *, home: str | None, profile: str | None, user_home: str) -> Home:
    """The home to use: *home*, else *profile*, else the sticky profile, else HERMES_HOME, else `~/.hermes`.

    The sticky profile (the file `active_profile`) counts unless HERMES_HOME names a profile's folder already.
    The managed layer is the folder that HERMES_MANAGED_DIR names, where it exists, else `/etc/hermes`.

    Raises:
        NotFound: there is no such profile.
        UsageError: the profile's name cannot be one.
        SystemRefused: the home is a file.
    """
    native, start = _start(environ, user_home)
    if home is not None:
        root = _expanded(home, user_home)
    elif profile is not None:
        root = _profile(_root_of(start, native), profile, said_by="--profile")
    elif start != native and _is_in_profiles(start):
        root = start
    else:
        root = _sticky(_root_of(start, native)) or start
    return Home(_folder(root), _managed(environ))


def profile_names(environ: Mapping[str, str], *, user_home: str) -> tuple[str, ...]:
    """The profiles there are to choose from, in alphabetical order."""
    native, start = _start(environ, user_home)
    names = _folders(_join(_root_of(start, native), "profiles"))
    return tuple(name for name in names if re.fullmatch(_NAME, name))


def _start(environ: Mapping[str, str], user_home: str) -> tuple[str, str]:
    """`~/.hermes`, and the folder to start from: HERMES_HOME, else that same one."""
    native = _join(user_home, ".hermes")
    named = environ.get("HERMES_HOME", "").strip()
    return native, _expanded(named, user_home) if named else native


def _managed(environ: Mapping[str, str]) -> str | None:
    named = environ.get("HERMES_MANAGED_DIR", "").strip()
    return next((folder for folder in (named, MANAGED) if folder and os.path.isdir(folder)), None)


def _join(*parts: str) -> str:
    """*parts* as one path: no `.` in it, no slash doubled or at the end."""
    path = os.path.join(*parts)
    slashes = len(path) - len(path.lstrip("/"))
    lead = (
        "//" if slashes == 2 else "/" if slashes else ""
    )  # POSIX lets two slashes mean something of their own
    return lead + "/".join(part for part in path.split("/") if part not in {"", "."}) or "."


def _expanded(path: str, user_home: str) -> str:
    return _join(user_home, path[2:]) if path == "~" or path.startswith("~/") else _join(path)


def _root_of(start: str, native: str) -> str:
    """The folder that holds `profiles/`."""
    if start == native or start.startswith(f"{native}/"):
        return native
    return _join(os.path.dirname(os.path.dirname(start))) if _is_in_profiles(start) else start


def _is_in_profiles(folder: str) -> bool:
    return os.path.basename(os.path.dirname(folder)) == "profiles"


def _sticky(root: str) -> str | None:
    said_by = _join(root, "active_profile")
    try:
        with open(said_by, encoding="utf-8") as file:
            name = file.read().strip()
    except (OSError, UnicodeDecodeError):
        return None
    return _profile(root, name, said_by=said_by) if name and name != _DEFAULT else None


def _profile(root: str, name: str, *, said_by: str) -> str:
    if not re.fullmatch(_NAME, name):
        raise UsageError(
            f"`{name}` is not a profile's name",
            why="a name has small letters, digits, `-` and `_`, at most 64 of them",
            hint=f"given by {said_by}",
        )
    profiles = _join(root, "profiles")
    folder = _join(profiles, name)
    if _is_folder(folder):
        return folder
    if name == _DEFAULT:
        return root
    raise NotFound(
        f"there is no profile `{name}`",
        why=f"`{folder}` is not a folder; the name is given by {said_by}",
        hint=_nearest(profiles, name),
        kind="unknown-profile",
    )


def _nearest(profiles: str, name: str) -> str:
    from difflib import get_close_matches  # 5 ms, on the way to an error

    names = _folders(profiles)
    close = get_close_matches(name, names, n=3)
    if close:
        return "did you mean " + " or ".join(f"`{found}`" for found in close) + "?"
    return "there are: " + ", ".join(names) if names else "there are no profiles; leave the flag away"


def _folders(parent: str) -> tuple[str, ...]:
    """The names of the folders in *parent*; none where there is no such folder."""
    try:
        with os.scandir(parent) as entries:
            return tuple(sorted(entry.name for entry in entries if entry.is_dir()))
    except OSError:
        return ()


def _folder(root: str) -> str:
    """*root*, which may be missing but not be a file."""
    try:
        is_folder = _is_folder(root)
    except OSError as error:
        raise _unusable(root, error.strerror or str(error)) from None
    if is_folder is False:
        raise _unusable(root, "it is not a folder")
    return root


def _is_folder(path: str) -> bool | None:
    """Whether *path* is a folder; None where there is nothing.

    Raises:
        OSError: the system does not tell.
    """
    try:
        return stat.S_ISDIR(os.stat(path).st_mode)
    except OSError as error:
        if error.errno in _ABSENT:
            return None
        raise


def _unusable(root: str, why: str) -> SystemRefused:
    return SystemRefused(
        f"the home `{root}` cannot be used",
        why=why,
        hint="name another folder with --home or HERMES_HOME",
        kind="home",
    )
