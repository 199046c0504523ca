"""A variable is taken out of `.env`, and every other byte stays."""

from __future__ import annotations

from pathlib import Path

import pytest

from hermes_fallback.credentials.dotenv import DotEnvFile
from hermes_fallback.errors import InvalidFile

LEFT = {
    "alone": (b"K=v\n", b""),
    "between": (b"A=1\nK=v # mine\nB=2\n", b"A=1\nB=2\n"),
    "exported": (b"export K='v'\nB=2\n", b"B=2\n"),
    "twice": (b"K=old\nA=1\nK=v\n", b"A=1\n"),
    "no-final-newline": (b"A=1\nK=v", b"A=1\n"),
    "crlf": (b"A=1\r\nK=v\r\nB=2\r\n", b"A=1\r\nB=2\r\n"),
    "bom": (b"\xef\xbb\xbfK=v\nA=1\n", b"\xef\xbb\xbfA=1\n"),
    "empty-lines": (b"# top\n\n  K=v\n\nA=1\n", b"# top\n\n\nA=1\n"),
    "longer-names": (b"K2=v\nMY_K=v\nK=v\n", b"K2=v\nMY_K=v\n"),
    "several-lines": (b'K="a\nb"\nA=1\n', b"A=1\n"),
}


@pytest.mark.parametrize(("before", "after"), LEFT.values(), ids=LEFT)
def test_only_its_lines_go(tmp_path: Path, before: bytes, after: bytes) -> None:
    """Wherever it stands and however it is written."""
    path = tmp_path / ".env"
    path.write_bytes(before)
    file = DotEnvFile(path)
    assert file.unset("K") is True
    assert (path.read_bytes(), file.get("K", {})) == (after, None)


def test_what_is_not_there_changes_nothing(tmp_path: Path) -> None:
    """No file is made, and none is written."""
    assert DotEnvFile(tmp_path / ".env").unset("K") is False
    assert not (tmp_path / ".env").exists()


def test_what_cannot_be_proved_is_refused(tmp_path: Path) -> None:
    """A line that one reader takes for a part of the value is not left standing for it alone."""
    path = tmp_path / ".env"
    path.write_bytes(b'K="a\nA=1\nb"\n')
    with pytest.raises(InvalidFile, match="cannot be edited safely"):
        DotEnvFile(path).unset("K")
    assert path.read_bytes() == b'K="a\nA=1\nb"\n'
