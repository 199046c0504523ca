"""What makes a shell complete the program is found where each shell looks."""

from __future__ import annotations

from pathlib import Path

import pytest

from hermes_fallback.doctor.completion import INSTALL, MARK, installed

SCRIPT = f"# {MARK}\n"
COPIES = {
    "bash": ("bash", ".local/share/bash-completion/completions/hermes"),
    "zsh": ("zsh", ".zfunc/_hermes"),
    "fish": ("fish", ".config/fish/completions/hermes.fish"),
    "fish-conf": ("fish", ".config/fish/conf.d/hermes.fish"),
}
LINES = {
    "bash": ("bash", ".bashrc", 'eval "$(hermes completion bash)"'),
    "bash-login": ("bash", ".bash_profile", "source <(hermes completion bash)"),
    "zsh": ("zsh", ".zshrc", "source <(hermes completion zsh)"),
    "other-name": ("zsh", ".zshrc", "  source <(hermes-fallback completion zsh)"),
    "fish": ("fish", ".config/fish/config.fish", "hermes completion fish | source"),
    "powershell": (
        "powershell",
        ".config/powershell/profile.ps1",
        "hermes completion powershell | Out-String | Invoke-Expression",
    ),
}


def write(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


@pytest.mark.parametrize(("shell", "place"), COPIES.values(), ids=COPIES)
def test_a_copy_is_found_and_compared(shell: str, place: str, tmp_path: Path) -> None:
    """A copy of our script counts, and is stale once the program would print another."""
    path = write(tmp_path / place, SCRIPT)
    found = installed({"HOME": str(tmp_path)}, shell)
    assert found is not None
    assert found.path == path
    assert [found.is_stale(SCRIPT), found.is_stale("newer")] == [False, True]


@pytest.mark.parametrize(("shell", "place", "line"), LINES.values(), ids=LINES)
def test_a_line_that_asks_is_found_and_never_stale(shell: str, place: str, line: str, tmp_path: Path) -> None:
    """What is asked for anew at every start is always of this version."""
    path = write(tmp_path / place, f"alias l=ls\n{line}\n")
    found = installed({"HOME": str(tmp_path)}, shell)
    assert found is not None
    assert (found.path, found.is_stale("anything")) == (path, False)


@pytest.mark.parametrize(
    ("place", "text"),
    [
        (".zfunc/_hermes", "#compdef hermes\n_hermes_agent\n"),
        (".zshrc", "# source <(hermes completion zsh)\n"),
        (".zshrc", "source <(hermes completion bash)\n"),
    ],
    ids=["of-another-program", "commented-out", "of-another-shell"],
)
def test_what_does_not_complete_ours_does_not_count(place: str, text: str, tmp_path: Path) -> None:
    """Only what makes this shell complete this program is an installation."""
    write(tmp_path / place, text)
    assert installed({"HOME": str(tmp_path)}, "zsh") is None


@pytest.mark.parametrize("shell", INSTALL)
def test_nothing_is_found_in_an_empty_home(shell: str, tmp_path: Path) -> None:
    """A shell that nobody prepared does not complete."""
    assert installed({"HOME": str(tmp_path)}, shell) is None


def test_folders_that_were_moved_are_followed(tmp_path: Path) -> None:
    """XDG_CONFIG_HOME and ZDOTDIR say where the shell's files are."""
    environ = {"HOME": "/nowhere", "XDG_CONFIG_HOME": f"{tmp_path}/conf", "ZDOTDIR": f"{tmp_path}/zsh"}
    fish = write(tmp_path / "conf" / "fish" / "completions" / "hermes.fish", SCRIPT)
    zsh = write(tmp_path / "zsh" / ".zshrc", "source <(hermes completion zsh)\n")
    found = [installed(environ, shell) for shell in ("fish", "zsh")]
    assert [each and each.path for each in found] == [fish, zsh]
