"""Whether a shell completes the program: where each looks for a script, and what stands there."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from string import Template

__all__ = ["INSTALL", "MARK", "Installed", "installed"]

MARK = "hermes-fallback completion"
"""What the first lines of every script of ours say; another program's `hermes` may be completed too."""

INSTALL = {
    "bash": """echo 'eval "$(hermes completion bash)"' >> ~/.bashrc""",
    "zsh": "echo 'source <(hermes completion zsh)' >> ~/.zshrc",
    "fish": "mkdir -p ~/.config/fish; echo 'hermes completion fish | source' >> ~/.config/fish/config.fish",
    "powershell": "Add-Content $PROFILE 'hermes completion powershell | Out-String | Invoke-Expression'",
}
"""The line to type once, by shell."""

_COPIES = {
    "bash": (
        "$BASH_COMPLETION_USER_DIR/completions/hermes",
        "/usr/local/share/bash-completion/completions/hermes",
        "/usr/share/bash-completion/completions/hermes",
    ),
    "zsh": (
        "$HOME/.zfunc/_hermes",
        "$HOME/.zsh/completions/_hermes",
        "$HOME/.oh-my-zsh/completions/_hermes",
        "$XDG_DATA_HOME/zsh/site-functions/_hermes",
        "/opt/homebrew/share/zsh/site-functions/_hermes",
        "/usr/local/share/zsh/site-functions/_hermes",
        "/usr/share/zsh/site-functions/_hermes",
    ),
    "fish": (
        "$XDG_CONFIG_HOME/fish/completions/hermes.fish",
        "$XDG_CONFIG_HOME/fish/conf.d/hermes.fish",
        "/usr/share/fish/vendor_completions.d/hermes.fish",
    ),
    "powershell": (),
}
"""Where the shell itself finds a copy of the script, or what most people have installed beside it."""

_STARTUP = {
    "bash": ("$HOME/.bashrc", "$HOME/.bash_profile", "$HOME/.profile"),
    "zsh": ("$ZDOTDIR/.zshrc", "$ZDOTDIR/.zprofile"),
    "fish": ("$XDG_CONFIG_HOME/fish/config.fish", "$XDG_CONFIG_HOME/fish/conf.d/hermes.fish"),
    "powershell": (
        "$XDG_CONFIG_HOME/powershell/Microsoft.PowerShell_profile.ps1",
        "$XDG_CONFIG_HOME/powershell/profile.ps1",
    ),
}
"""Where a line may ask the program for its script."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Installed:
    """How a shell comes to complete the program."""

    shell: str
    path: Path
    copy: str | None
    """The script that stands there; None where a line asks the program for it, so that it is never old."""

    def is_stale(self, script: str) -> bool:
        """True for a copy that differs from *script*, which is the one we would print."""
        return self.copy is not None and self.copy != script


def installed(environ: Mapping[str, str], shell: str) -> Installed | None:
    """What makes *shell* complete the program, or None; *environ* says where its files are."""
    for path in _paths(environ, _COPIES[shell]):
        text = _text(path)
        if MARK in text:
            return Installed(shell=shell, path=path, copy=text)
    asking = re.compile(rf"^[^#\n]*\bhermes(-fallback)? completion {shell}\b", re.MULTILINE)
    for path in _paths(environ, _STARTUP[shell]):
        if asking.search(_text(path)):
            return Installed(shell=shell, path=path, copy=None)
    return None


def _paths(environ: Mapping[str, str], places: Sequence[str]) -> Iterator[Path]:
    home = environ.get("HOME") or str(Path.home())
    data = environ.get("XDG_DATA_HOME") or f"{home}/.local/share"
    folders = {
        "HOME": home,
        "XDG_DATA_HOME": data,
        "XDG_CONFIG_HOME": environ.get("XDG_CONFIG_HOME") or f"{home}/.config",
        "ZDOTDIR": environ.get("ZDOTDIR") or home,
        "BASH_COMPLETION_USER_DIR": environ.get("BASH_COMPLETION_USER_DIR") or f"{data}/bash-completion",
    }
    return (Path(Template(place).substitute(folders)) for place in places)


def _text(path: Path) -> str:
    """The text of *path*; empty where there is none to read."""
    try:
        return path.read_text("utf-8", errors="replace")
    except OSError:
        return ""
