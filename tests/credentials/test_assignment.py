"""Keeping a key in `.env`: one line changes, and every reader of the file agrees on it."""

from __future__ import annotations

import fcntl
import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hermes_fallback.credentials import DotEnvFile
from hermes_fallback.credentials.assignment import assign
from hermes_fallback.credentials.dotenv import parse
from hermes_fallback.errors import Conflict, ExitCode, InvalidFile, SystemRefused, UsageError
from hermes_fallback.secret import Secret


def edit(text: str, value: str = "new-key-1", name: str = "K") -> str:
    return assign(text.encode(), name, value, path=".env").decode()


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("", "K=new-key-1\n"),
        ("A=1\n", "A=1\nK=new-key-1\n"),
        ("A=1", "A=1\nK=new-key-1\n"),
        ("A=1\r\n", "A=1\r\nK=new-key-1\r\n"),
        ("\ufeffA=1\n", "\ufeffA=1\nK=new-key-1\n"),
        ("K=old\n", "K=new-key-1\n"),
        ("K=old", "K=new-key-1"),
        ("K=old\r\nB=2\r\n", "K=new-key-1\r\nB=2\r\n"),
        ("K=old # mine\n", "K=new-key-1\n"),
        ("  export K = 'old'\n", "  export K=new-key-1\n"),
        ("# K=off\n\n\nK=old\n\n# end\n", "# K=off\n\n\nK=new-key-1\n\n# end\n"),
        ("K=one\nK=two\nB=2\n", "K=one\nK=new-key-1\nB=2\n"),
        ('K="two\nlines"\nB=2\n', "K=new-key-1\nB=2\n"),
        ("KK=1\nMY_K=2\n", "KK=1\nMY_K=2\nK=new-key-1\n"),
        ("K\n", "K=new-key-1\n"),
        ("not a line\nA='open\n", "not a line\nA='open\nK=new-key-1\n"),
        ("K=new-key-1\n", "K=new-key-1\n"),
        ("K='new-key-1'\n", "K='new-key-1'\n"),
    ],
)
def test_one_line_changes(before, after):
    """The line that counts is replaced, or one is added; every other byte is as it was."""
    assert edit(before) == after


@pytest.mark.parametrize(
    ("value", "line"),
    [
        ("sk-abc_1.2/3+4==", "K=sk-abc_1.2/3+4=="),
        ("a#b", 'K="a#b"'),
        ("two words", 'K="two words"'),
        ('say "hi"', "K='say \"hi\"'"),
        ("it's", 'K="it\'s"'),
        ("back\\slash", "K=back\\slash"),
        ("$HOME", "K=$HOME"),
        ("", "K="),
    ],
)
def test_value_is_quoted_only_where_readers_need_it(value, line):
    """Bare where that is safe, else in quotes that need no escapes."""
    assert edit("", value) == f"{line}\n"


@pytest.mark.parametrize(
    "value",
    [
        "a\nb",
        "a\tb",
        "schlüssel",
        "a\u200bb",
        "${OTHER}",
        "both ' and \"",
        "back\\ slash#",
        "xOPENAI_API_KEY=y",
    ],
)
def test_value_that_readers_disagree_on_is_refused(value):
    """Exit 2, and the message does not hold the value."""
    with pytest.raises(UsageError) as caught:
        edit("", value)
    assert value not in f"{caught.value.what} {caught.value.why} {caught.value.hint}"


@pytest.mark.parametrize(
    "name",
    [
        "PATH",
        "LD_PRELOAD",
        "DYLD_INSERT_LIBRARIES",
        "PYTHONPATH",
        "NODE_OPTIONS",
        "GIT_SSH",
        "HERMES_HOME",
        "EDITOR",
    ],
)
def test_reserved_name_is_refused(name):
    """A key is never kept where it would change how programs start."""
    with pytest.raises(UsageError, match="not a variable to keep a key in"):
        edit("", name=name)


@pytest.mark.parametrize("name", ["", "1K", "K-1", "K=1", "K\nX", "SCHLÜSSEL"])
def test_name_that_is_none_is_refused(name):
    """A variable's name is letters, digits and underscores."""
    with pytest.raises(UsageError, match="cannot be a variable's name"):
        edit("", name=name)


@pytest.mark.parametrize(
    "text", ['K=old\nA="two\nK=inside\n"\n', 'K="two\nA=inside\n"\n'], ids=["same-name", "other-name"]
)
def test_file_that_hides_a_second_assignment_is_refused(text):
    """Where one reader sees a name inside another's value, no edit can be right for both."""
    with pytest.raises(InvalidFile, match="cannot be edited safely"):
        edit(text)


LINES = st.sampled_from(
    ["A=1", "K=old", "export K=x", "# c", "", "K='a b' # c", 'B="x # y"', "C=${A}", "junk", "K"]
)


@given(
    st.lists(LINES, max_size=6), st.sampled_from(["\n", "\r\n"]), st.text(alphabet="ab1 #'\"\\$", max_size=8)
)
def test_edit_sets_the_name_and_nothing_else(lines, newline, value):
    """Whatever the file holds: the name gets the value, the others keep theirs, or the edit is refused."""
    before = newline.join(lines)
    try:
        after = edit(before, value)
    except UsageError:
        return
    old, new = (parse(text.replace("\r\n", "\n"), {}) for text in (before, after))
    assert new.pop("K") == value
    old.pop("K", None)
    assert new == old


class TestFile:
    def test_new_file_and_home_are_private(self, tmp_path):
        """The home is made for its owner alone, the file too, and no crumb is left."""
        path = tmp_path / "home" / ".env"
        assert DotEnvFile(path).set("K", Secret("new-key-1")) is True
        assert path.stat().st_mode & 0o777 == 0o600
        assert path.parent.stat().st_mode & 0o777 == 0o700
        assert sorted(each.name for each in path.parent.iterdir()) == [".env", ".env.lock"]

    def test_what_was_set_is_read(self, tmp_path):
        """The same object sees its own edit."""
        file = DotEnvFile(tmp_path / ".env")
        assert file.get("K", {}) is None
        file.set("K", Secret("new-key-1"))
        assert file.get("K", {}) == "new-key-1"

    def test_same_key_again_writes_nothing(self, tmp_path):
        """A second run leaves the file alone."""
        file = DotEnvFile(tmp_path / ".env")
        file.set("K", Secret("new-key-1"))
        before = (tmp_path / ".env").stat()
        assert file.set("K", Secret("new-key-1")) is False
        assert (tmp_path / ".env").stat().st_ino == before.st_ino

    def test_file_that_others_could_read_becomes_private(self, tmp_path):
        """A key is not added to a file that the group or the world can read."""
        path = tmp_path / ".env"
        path.write_text("A=1\n")
        path.chmod(0o644)
        DotEnvFile(path).set("K", Secret("new-key-1"))
        assert path.stat().st_mode & 0o777 == 0o600

    def test_symbolic_link_stays(self, tmp_path):
        """The target is replaced, not the link."""
        (tmp_path / "real").write_text("A=1\n")
        (tmp_path / ".env").symlink_to("real")
        DotEnvFile(tmp_path / ".env").set("K", Secret("new-key-1"))
        assert (tmp_path / ".env").is_symlink()
        assert (tmp_path / "real").read_text() == "A=1\nK=new-key-1\n"

    def test_held_lock_is_a_conflict(self, tmp_path):
        """Exit 6 after the wait, nothing written."""
        path = tmp_path / ".env"
        path.write_text("A=1\n")
        with (tmp_path / ".env.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            with pytest.raises(Conflict) as caught:
                DotEnvFile(path, lock_timeout_s=0).set("K", Secret("new-key-1"))
        assert (caught.value.exit_code, caught.value.kind) == (ExitCode.CONFLICT, "locked")
        assert path.read_text() == "A=1\n"

    def test_write_underneath_is_a_conflict(self, tmp_path, monkeypatch):
        """A program that writes without the lock does not lose its edit."""
        from hermes_fallback.credentials import private_file

        path = tmp_path / ".env"
        path.write_text("A=1\n")
        write = private_file.write_new

        def write_late(beside: Path, data: bytes, *, like: Path | None = None) -> None:
            write(beside, data, like=like)
            path.write_text("A=2\n")

        monkeypatch.setattr(private_file, "write_new", write_late)
        with pytest.raises(Conflict, match="changed underneath"):
            DotEnvFile(path).set("K", Secret("new-key-1"))
        assert path.read_text() == "A=2\n"
        assert not (tmp_path / ".env.new").exists()

    def test_crumb_of_a_killed_writer_is_swept(self, tmp_path):
        """What a writer that was killed left behind does not stop the next one."""
        (tmp_path / ".env.new").write_text("half")
        DotEnvFile(tmp_path / ".env").set("K", Secret("new-key-1"))
        assert not (tmp_path / ".env.new").exists()

    @pytest.mark.parametrize("place", ["file-as-home", "folder-as-file"])
    def test_refusal_of_the_file_system_is_told(self, tmp_path, place):
        """Exit 8, and it says that nothing changed."""
        path = tmp_path / "home" / ".env"
        if place == "file-as-home":
            path.parent.write_text("")
        else:
            path.mkdir(parents=True)
        with pytest.raises(SystemRefused, match="nothing changed"):
            DotEnvFile(path).set("K", Secret("new-key-1"))

    def test_edits_of_many_processes_all_arrive(self, tmp_path):
        """Four processes that set ten keys each lose none and tear none."""
        path = tmp_path / ".env"
        code = (
            "import sys; from pathlib import Path\n"
            "from hermes_fallback.credentials import DotEnvFile\n"
            "from hermes_fallback.secret import Secret\n"
            "file, worker = DotEnvFile(Path(sys.argv[1])), sys.argv[2]\n"
            "for i in range(10): file.set(f'K{worker}_{i}', Secret(f'value-{i}'))\n"
        )
        running = [
            subprocess.Popen([sys.executable, "-c", code, str(path), str(worker)]) for worker in range(4)
        ]
        assert [process.wait(60) for process in running] == [0] * 4
        expected = {f"K{worker}_{i}": f"value-{i}" for worker in range(4) for i in range(10)}
        assert parse(path.read_text(), {}) == expected

    @pytest.mark.skipif(os.geteuid() != 0, reason="only root may give files away")
    def test_owner_stays_when_root_edits(self, tmp_path):
        """A user's file does not become root's."""
        path = tmp_path / ".env"
        path.write_text("A=1\n")
        os.chown(path, 1234, 1234)
        DotEnvFile(path).set("K", Secret("new-key-1"))
        assert (path.stat().st_uid, path.stat().st_gid) == (1234, 1234)
