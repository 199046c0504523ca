"""Diffs, dotted paths and variables."""

from __future__ import annotations

import pytest

from hermes_fallback.config.diff import unified
from hermes_fallback.config.keypath import join, split
from hermes_fallback.config.variables import expander
from hermes_fallback.errors import UsageError


def test_a_diff_shows_lines_around_the_change() -> None:
    """The unified form that `patch` reads."""
    old = b"".join(b"line %d\n" % i for i in range(20))
    assert unified(old, old.replace(b"line 9\n", b"line nine\n"), "c.yaml") == (
        "--- c.yaml\n+++ c.yaml\n@@ -7,7 +7,7 @@\n line 6\n line 7\n line 8\n-line 9\n+line nine\n"
        " line 10\n line 11\n line 12\n"
    )


def test_equal_texts_have_no_diff() -> None:
    """Nothing, not an empty header."""
    assert unified(b"a\n", b"a\n", "c") == ""


def test_a_new_file_and_a_missing_last_break_are_told() -> None:
    """As every diff does."""
    assert (
        unified(b"", b"a: 1", "c")
        == "--- /dev/null\n+++ c\n@@ -0,0 +1 @@\n+a: 1\n\\ No newline at end of file\n"
    )


def test_a_changed_secret_is_a_difference_without_a_secret() -> None:
    """Compared as it is, shown masked."""
    shown = unified(b"api_key: hunter1\n", b"api_key: hunter2\n", "c")
    assert "hunter" not in shown
    assert shown.count("api_key: ********") == 2


@pytest.mark.parametrize(
    "opening",
    [["api_keys:"], ["token: |"], ["note: |", "  -----BEGIN RSA PRIVATE KEY-----"]],
    ids=["list", "literal", "pem"],
)
def test_a_secret_that_begins_above_the_diff_is_masked_in_it(opening: list[str]) -> None:
    """Only the lines of a diff are masked, by all that stands above them; what is below them is not looked at."""
    lines = ["a: 1", *opening, *["  - hunter2"] * 9, "z: 1", *["y: 2"] * 9]
    old = "\n".join(lines)
    shown = unified(old.encode(), old.replace("z: 1", "  - hunter3\nz: 1").encode(), "c")
    assert "hunter" not in shown
    assert "+  ********" in shown


@pytest.mark.parametrize(
    ("path", "steps"),
    [
        ("model.provider", ("model", "provider")),
        ("fallback_providers[0].model", ("fallback_providers", 0, "model")),
        ("a[1][2]", ("a", 1, 2)),
        ('providers."a.b".api', ("providers", "a.b", "api")),
        ("with space.x-y", ("with space", "x-y")),
    ],
)
def test_a_path_and_its_steps(path: str, steps: tuple[str | int, ...]) -> None:
    """Taken apart and put together again."""
    assert split(path) == steps
    assert join(steps) == path


@pytest.mark.parametrize(
    "path", ["", ".", "a.", ".a", "a..b", "a[", "a[x]", "[0]", "a[0", 'a."b', "a[0]b", "a[-1]"]
)
def test_what_is_no_path(path: str) -> None:
    """Refused with an example."""
    with pytest.raises(UsageError, match="is not a key"):
        split(path)


@pytest.mark.parametrize(
    ("text", "expanded"),
    [
        ("${A}", "1"),
        ("x${A}y${B}", "x1y${A}"),
        ("${MISSING}", "${MISSING}"),
        ("${EMPTY}", ""),
        ("$A $$A ${A:-x}", "$A $$A ${A:-x}"),
        ("${}", "${}"),
    ],
)
def test_variables_are_put_in_once(text: str, expanded: str) -> None:
    """An unset one stays, an empty one is empty; no defaults, no escapes, no second round."""
    assert expander({"A": "1", "B": "${A}", "EMPTY": ""}.get)(text) == expanded
