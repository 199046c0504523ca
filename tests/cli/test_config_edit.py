"""`hermes config edit`: the user's editor on a copy, which becomes the file when it is in order. On a real terminal."""

from __future__ import annotations

import re
import stat
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from program import Hermes

from tests.window import CTRL_C, DOWN, ENTER, Window

BEFORE = "model: m   # mine\n"
GOOD = "model: m2   # mine\n"
BROKEN = "model: [m\n"
DOUBTFUL = "fallback: {patience: soon}\n"

Edit = Callable[..., Window]


@pytest.fixture
def path(config: Callable[[str], Path]) -> Path:
    """config.yaml as it was."""
    return config(BEFORE)


@pytest.fixture
def edit(home: Path, tmp_path: Path) -> Iterator[Edit]:
    """Runs `hermes config edit` with an editor that writes each of the texts in turn, then runs *script*."""
    windows = []

    def start(*texts: str, script: str = "", **environ: str) -> Window:
        for turn, text in enumerate(texts, start=1):
            (tmp_path / f"text{turn}").write_text(text)
        editor = tmp_path / "my editor"
        editor.write_text(
            '#!/bin/sh\nset -e\nprintf "%s\\n" "$@" >"$0.args"\necho . >>"$0.turns"\n'
            'turn=$(wc -l <"$0.turns" | tr -d " ")\nfor file; do :; done\n'
            f'if [ -e "{tmp_path}/text$turn" ]; then cat "{tmp_path}/text$turn" >"$file"; fi\n{script}\n'
        )
        editor.chmod(0o700)
        chosen = {"VISUAL": f"'{editor}' --wait", "EDITOR": "false", **environ}
        (tmp_path / "tmp").mkdir()
        places = {"HOME": str(home), "HERMES_HOME": str(home), "TMPDIR": str(tmp_path / "tmp")}
        window = Window(
            [sys.executable, "-m", "hermes_fallback", "config", "edit"], {**places, **chosen}, columns=200
        )
        windows.append(window)
        return window

    yield start
    for window in windows:
        window.close()


def kept(tmp_path: Path) -> list[str]:
    """What is left of the copies."""
    return [each.read_text() for each in (tmp_path / "tmp").glob("*/*")]


def test_what_is_saved_becomes_the_file_and_can_be_undone(
    edit: Edit, hermes: Hermes, path: Path, tmp_path: Path
) -> None:
    """The editor gets its arguments and a copy with the file's name; nothing of it is left behind."""
    window = edit(GOOD)
    assert window.end() == 0
    assert "is saved" in window.text
    assert path.read_text() == GOOD
    option, copy = (tmp_path / "my editor.args").read_text().split()
    assert (option, Path(copy).name) == ("--wait", "config.yaml")
    assert list((tmp_path / "tmp").iterdir()) == []
    assert hermes("config", "undo").status == 0
    assert path.read_text() == BEFORE


def test_the_copy_is_the_users_alone(edit: Edit, path: Path, tmp_path: Path) -> None:
    """There may be secrets in it."""
    edit(script=f'ls -ld "$(dirname "$file")" "$file" >"{tmp_path}/modes"').end()
    assert re.findall(r"^\S{10}", (tmp_path / "modes").read_text(), re.MULTILINE) == [
        "drwx------",
        "-rw-------",
    ]


def test_editor_is_asked_where_there_is_no_visual(edit: Edit, path: Path, tmp_path: Path) -> None:
    assert edit(GOOD, VISUAL=" ", EDITOR=f"'{tmp_path / 'my editor'}'").end() == 0
    assert path.read_text() == GOOD


def test_a_file_that_is_left_alone_is_not_written(edit: Edit, path: Path, tmp_path: Path) -> None:
    """Not even with the same bytes."""
    before = path.stat()
    window = edit()
    assert window.end() == 0
    assert "is unchanged" in window.text
    assert (path.stat().st_ino, path.stat().st_mtime_ns) == (before.st_ino, before.st_mtime_ns)
    assert list((tmp_path / "tmp").iterdir()) == []


def test_a_broken_text_goes_back_to_the_editor(edit: Edit, path: Path) -> None:
    """The line and the reason are shown; what was typed is there to be mended."""
    window = edit(BROKEN, GOOD)
    window.wait("edit it again")
    assert "line 1, column 8: not valid YAML" in window.text
    assert path.read_text() == BEFORE
    assert window.press(ENTER).end() == 0
    assert path.read_text() == GOOD


@pytest.mark.parametrize(
    ("keys", "status"), [((DOWN, ENTER), 0), ((CTRL_C,), 130)], ids=["give-up", "interrupt"]
)
def test_a_broken_text_that_is_given_up_is_kept(
    edit: Edit, path: Path, tmp_path: Path, keys: tuple[str, ...], status: int
) -> None:
    """The file is as it was, and what was typed is where the message says."""
    window = edit(BROKEN)
    assert window.wait("give up").press(*keys).end() == status
    assert path.read_text() == BEFORE
    assert kept(tmp_path) == [BROKEN]
    assert "what was typed is kept in" in window.text


def test_a_value_that_cannot_be_may_be_saved_all_the_same(edit: Edit, path: Path) -> None:
    """It is no broken file: whoever wants it has it, after being told."""
    window = edit(DOUBTFUL).wait("save it as it is")
    assert "config.yaml:1:22: fail: `fallback.patience` is not a length of time" in window.text
    assert "1 | fallback: {patience: soon}" in window.text
    assert window.press(DOWN, ENTER).end() == 0
    assert path.read_text() == DOUBTFUL


def test_a_broken_file_can_be_mended(edit: Edit, path: Path) -> None:
    """The editor is what every message about a broken file points to."""
    path.write_text(BROKEN)
    assert edit(GOOD).end() == 0
    assert path.read_text() == GOOD


def test_an_editor_that_fails_writes_nothing(edit: Edit, path: Path, tmp_path: Path) -> None:
    """What it had saved by then is kept."""
    window = edit(GOOD, script="exit 3")
    assert window.end() == 8
    assert "ended with exit status 3" in window.text
    assert path.read_text() == BEFORE
    assert kept(tmp_path) == [GOOD]


def test_an_editor_that_saves_elsewhere_writes_nothing(edit: Edit, path: Path) -> None:
    window = edit(script='rm "$file"')
    assert window.end() == 8
    assert "cannot be read: nothing was written" in window.text
    assert path.read_text() == BEFORE


def test_an_editor_that_is_not_there_is_named(edit: Edit, path: Path, tmp_path: Path) -> None:
    window = edit(VISUAL="no-such-editor")
    assert window.end() == 8
    assert "`no-such-editor` cannot be started" in window.text
    assert list((tmp_path / "tmp").iterdir()) == []


def test_a_file_that_changed_meanwhile_is_not_overwritten(edit: Edit, path: Path, tmp_path: Path) -> None:
    """Exit 6; the other's change stands, and what was typed is kept."""
    window = edit(GOOD, script=f'echo "model: theirs" >"{path}"')
    assert window.end() == 6
    assert path.read_text() == "model: theirs\n"
    assert kept(tmp_path) == [GOOD]
    assert "what was typed is kept in" in window.text


def test_a_managed_key_is_refused_and_the_rest_can_be_saved(edit: Edit, path: Path, tmp_path: Path) -> None:
    (tmp_path / "etc").mkdir()
    (tmp_path / "etc" / "config.yaml").write_text("model: ours\n")
    window = edit(GOOD, f"{BEFORE}other: 1\n", HERMES_MANAGED_DIR=str(tmp_path / "etc"))
    window.wait("`model` is set by").wait("edit it again").press(ENTER)
    assert window.end() == 0
    assert path.read_text() == f"{BEFORE}other: 1\n"


def test_a_read_only_install_opens_no_editor(edit: Edit, path: Path, tmp_path: Path) -> None:
    assert edit(GOOD, HERMES_MANAGED="brew").end() == 3
    assert not (tmp_path / "my editor.args").exists()


def test_a_home_without_a_file_gets_one(edit: Edit, home: Path) -> None:
    """Private, as every file we make."""
    assert edit(GOOD).end() == 0
    assert stat.S_IMODE((home / "config.yaml").stat().st_mode) == 0o600


def test_without_a_terminal_it_says_how_else(hermes: Hermes, path: Path) -> None:
    result = hermes("config", "edit")
    assert result.status == 2
    assert "$EDITOR $(hermes config path)" in result.err
