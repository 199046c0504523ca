"""`.env` is read exactly as python-dotenv reads it."""

from __future__ import annotations

import io
import os
import string

import pytest
from dotenv import dotenv_values
from hypothesis import given
from hypothesis import strategies as st

from hermes_fallback.credentials.dotenv import DotEnvFile, parse
from hermes_fallback.errors import ExitCode, InvalidFile, SystemRefused

LINES = [
    "",
    "# a comment: K=1",
    "K=abc",
    "K=abc # comment",
    "K=abc#no comment",
    "K=abc\t# comment",
    "K= # comment",
    "K=#value",
    "K=",
    "K",
    "K=a=b",
    "K = spaced ",
    "  K=indented",
    "export K=v",
    "export\tK=v",
    "export K",
    "export=1",
    "exported=1",
    'K="quoted"',
    'K="a # b" # comment',
    "K='single $Y'",
    "K='it''s'",
    'K="a\\nb\\"q\\\\z"',
    "K='a\\'b'",
    'K="a\\tb"',
    "K='a\\\\b'",
    'K="unclosed',
    'K="two\nlines"',
    'K="a"b',
    "K=`x`",
    "K=${OTHER}x",
    "OTHER=1",
    "K=${MISSING:-default}",
    "K='${OTHER}'",
    "K=$OTHER",
    "K=back\\slash",
    "K=tab\tinside",
    "K=ümlaut",
    "K=nbsp\u00a0# x",
    "'K'=v",
    "my.key=v",
    "1K=v",
    "K=a\x0bb",
    "just some words",
    "=v",
    "KEY='' # empty",
    "K=trailing   ",
    "K=https://a.test/?x=1#frag",
]


def reference(text: str) -> dict[str, str | None]:
    """What python-dotenv itself makes of *text*, the file winning over the environment."""
    return dict(dotenv_values(stream=io.StringIO(text), interpolate=True))


@pytest.mark.parametrize("line", LINES, ids=range(len(LINES)))
def test_each_kind_of_line_reads_as_the_library_reads_it(line):
    """Comments, quotes, escapes, blanks and broken lines mean what they mean everywhere else."""
    assert parse(line, os.environ) == reference(line)


@given(st.lists(st.sampled_from(LINES), max_size=6))
def test_files_read_as_the_library_reads_them(lines):
    """Any mixture of such lines gives the same variables with the same values."""
    text = "\n".join(lines)
    assert parse(text, os.environ) == reference(text)


@given(st.text(alphabet=string.printable + "\u00a0\u2028\x85é", max_size=30))
def test_arbitrary_text_reads_as_the_library_reads_it(text):
    """The quick reader never guesses: whatever it takes, the library takes so too."""
    text = f"K={text}".replace("\r\n", "\n").replace("\r", "\n")
    assert parse(text, os.environ) == reference(text)


def test_interpolation_sees_lines_above_then_the_environment():
    """`${VAR}` is the value as of that line; the file wins over the process; unset is empty."""
    text = "A=1\nB=${A}\nA=2\nC=${A}${X}${Y}\nX=file\nD=${X}"
    found = parse(text, {"X": "env"})
    assert (found["B"], found["C"], found["D"]) == ("1", "2env", "file")


def test_plain_file_needs_no_library(monkeypatch):
    """What most files hold is read without importing python-dotenv."""
    monkeypatch.setattr("hermes_fallback.credentials.dotenv._library_bindings", pytest.fail)
    text = "# keys\n\nexport A=sk-1 # mine\nB=\"x y\"\nC='z'\nD=\nE=a#b\n"
    assert parse(text, {}) == {"A": "sk-1", "B": "x y", "C": "z", "D": "", "E": "a#b"}


class TestFile:
    def read(self, tmp_path, data: bytes, name: str = "K") -> str | None:
        path = tmp_path / ".env"
        path.write_bytes(data)
        return DotEnvFile(path).get(name, {})

    def test_missing_file_is_empty(self, tmp_path):
        """No `.env` is no error."""
        assert DotEnvFile(tmp_path / "none" / ".env").get("K", {}) is None

    @pytest.mark.parametrize(
        "data",
        [b"\xef\xbb\xbfK=v\n", b"A=1\r\nK=v\r\n", b"A=1\rK=v\r", b"K=v", b"K=old\nK=v\n"],
        ids=["bom", "crlf", "cr", "no-final-newline", "last-wins"],
    )
    def test_bytes_of_every_editor_are_read(self, tmp_path, data):
        """Byte order marks and line endings are no part of a key."""
        assert self.read(tmp_path, data) == "v"

    def test_name_that_is_only_part_of_another_is_not_set(self, tmp_path):
        """`MY_K` does not set `K`."""
        assert self.read(tmp_path, b"MY_K=v\n") is None

    def test_other_encoding_is_refused_with_its_line(self, tmp_path):
        """Exit 3, with the file and the line, never a key cut in the middle."""
        with pytest.raises(InvalidFile) as caught:
            self.read(tmp_path, b"K=v\nX=\xff\xfe\n")
        assert (caught.value.path, caught.value.line) == (str(tmp_path / ".env"), 2)

    def test_utf_16_is_refused(self, tmp_path):
        """A file saved by Notepad as Unicode is named, not read as noise."""
        with pytest.raises(InvalidFile, match="not UTF-8"):
            self.read(tmp_path, "K=v".encode("utf-16"))

    def test_folder_in_its_place_is_refused(self, tmp_path):
        """Exit 8, naming the file."""
        (tmp_path / ".env").mkdir()
        with pytest.raises(SystemRefused) as caught:
            DotEnvFile(tmp_path / ".env").get("K", {})
        assert caught.value.exit_code is ExitCode.SYSTEM
        assert str(tmp_path / ".env") in caught.value.what
