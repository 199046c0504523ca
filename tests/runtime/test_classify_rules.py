"""The user's own rules of classification, read from files."""

from __future__ import annotations

from pathlib import Path

import pytest

from hermes_fallback.failover.verdict import About
from hermes_fallback.model.reason import Reason
from hermes_fallback.runtime.classify_rules import read_rules

RULE = (
    '- {reason: quota, provider: Acme, status: 429, code: E42, text: "Daily  bucket…Empty", about: model}\n'
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The folder of the rules."""
    folder = tmp_path / "classify.d"
    folder.mkdir()
    return folder


def test_without_the_folder_there_are_no_rules(tmp_path: Path) -> None:
    """Nothing is read and nothing is wrong; the folder is not made."""
    assert read_rules(str(tmp_path)) == ((), ())
    assert list(tmp_path.iterdir()) == []


def test_a_rule_has_its_conditions_and_its_place(folder: Path) -> None:
    """Text is compared in lower case with single spaces; the name tells file and number."""
    (folder / "mine.yaml").write_text(f"{RULE}- {{reason: auth, code: 7}}\n")
    (first, second), faults = read_rules(str(folder.parent))
    assert faults == ()
    assert (first.name, first.reason, first.about) == ("user:mine.yaml:1", Reason.QUOTA, About.MODEL)
    assert (first.provider, first.status, first.code) == ("acme", 429, "e42")
    assert first.text is not None
    assert first.text.parts == ("daily bucket", "empty")
    assert (second.name, second.code, second.about) == ("user:mine.yaml:2", "7", None)


def test_files_are_read_by_name_and_others_left_alone(folder: Path) -> None:
    """The order of the names is the order of the rules."""
    for name in ("b.yml", "a.yaml", "notes.txt"):
        (folder / name).write_text(RULE)
    (folder / "empty.yaml").write_text("# nothing yet\n")
    rules, faults = read_rules(str(folder.parent))
    assert [rule.name for rule in rules] == ["user:a.yaml:1", "user:b.yml:1"]
    assert faults == ()


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("- {reason: qouta, status: 429}", 1, "did you mean `quota`?"),
        ("# x\n- {status: 429}", 2, "a rule needs a `reason`"),
        ("- {reason: quota}", 1, "holds for everything"),
        ("- {reason: quota, about: model}", 1, "holds for everything"),
        ("- {reason: quota, txet: x}", 1, "did you mean `text`?"),
        ("- {reason: quota, status: 42}", 1, "`status` is a number"),
        ("- {reason: quota, status: '429'}", 1, "`status` is a number"),
        ("- {reason: quota, text: ' '}", 1, "`text` is a text"),
        ("- {reason: quota, code: [1]}", 1, "`code` is a text"),
        ("- {reason: quota, code: x, about: modle}", 1, "did you mean `model`?"),
        ("reason: quota", 1, "not a list"),
        ("- quota", 1, "is a mapping"),
        ("- {reason: quota,\n- x", 2, "`"),
    ],
)
def test_a_fault_names_the_file_the_line_and_the_remedy(
    folder: Path, text: str, line: int, words: str
) -> None:
    """A file with a fault gives no rules; the other files count."""
    (folder / "bad.yaml").write_text(text)
    (folder / "good.yaml").write_text(RULE)
    rules, (fault,) = read_rules(str(folder.parent))
    assert [rule.name for rule in rules] == ["user:good.yaml:1"]
    assert fault.path == str(folder / "bad.yaml")
    assert fault.line == line
    assert words in f"{fault.what} {fault.why} {fault.hint}"


def test_a_file_that_cannot_be_read_is_a_fault(folder: Path) -> None:
    """Nothing is raised for it: a turn goes on without its rules."""
    (folder / "bad.yaml").mkdir()
    rules, (fault,) = read_rules(str(folder.parent))
    assert rules == ()
    assert "bad.yaml` cannot be read" in fault.what
