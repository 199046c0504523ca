"""Variables: `.env` first, then the process; and `${VAR}` in config values."""

from __future__ import annotations

from pathlib import Path

import pytest

from hermes_fallback.credentials import DotEnvFile, Environment


@pytest.fixture
def environment(tmp_path: Path) -> Environment:
    """A file with some variables over a process with others."""
    (tmp_path / ".env").write_text("BOTH=file\nFILE=f\nEMPTY=\nBARE\n")
    return Environment.of(tmp_path / ".env", {"BOTH": "process", "PROCESS": "p", "EMPTY": "x", "BARE": "b"})


@pytest.mark.parametrize(
    ("name", "value", "source"),
    [
        ("BOTH", "file", "dotenv"),
        ("FILE", "f", "dotenv"),
        ("PROCESS", "p", "env"),
        ("EMPTY", "", "dotenv"),
        ("BARE", "b", "env"),
    ],
)
def test_file_wins(environment, name, value, source):
    """An assignment in the file beats the shell, an empty one too; a bare name sets nothing."""
    found = environment.get(name)
    assert (found.value, found.source) == (value, source)


def test_unset_is_none(environment):
    """A variable that is set nowhere has no value, not an empty one."""
    assert environment.get("NOWHERE") is None


def test_repr_keeps_the_value(environment):
    """A key cannot slip into a log by its variable."""
    assert "file" not in repr(environment.get("BOTH"))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("plain", "plain"),
        ("${FILE}", "f"),
        ("a${FILE}b${PROCESS}c", "afbpc"),
        ("${NOWHERE}", "${NOWHERE}"),
        ("${NOWHERE}${FILE}", "${NOWHERE}f"),
        ("${EMPTY}", ""),
        ("$FILE", "$FILE"),
        ("${}", "${}"),
        ("${FILE", "${FILE"),
        ("${FILE:-x}", "${FILE:-x}"),
        ("$${FILE}", "$f"),
        ("${ FILE}", "${ FILE}"),
    ],
)
def test_expansion(environment, text, expected):
    """Names in `${}` are replaced, unset ones stay; there is no default syntax and no escape."""
    assert environment.expand(text) == expected


def test_expansion_is_done_once(tmp_path):
    """A value that looks like a reference is not followed."""
    environment = Environment(DotEnvFile(tmp_path / ".env"), {"A": "${B}", "B": "b"})
    assert environment.expand("${A}") == "${B}"
