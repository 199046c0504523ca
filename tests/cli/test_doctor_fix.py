"""`hermes doctor --fix`: what is safe to repair is repaired, said, and can be taken back."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from program import Hermes

OLD = """\
# mine
fallback_model:   # older
  provider: zai
  model: glm-4.6
fallback_providers:
  - openrouter:x/y
"""
DOCTOR = ("doctor", "--offline", "--fix", "--json")


def _fixed(document: dict[str, list[dict[str, object]]]) -> list[object]:
    return [each["check"] for each in document["findings"] if each["fixed"]]


def test_older_shapes_are_migrated_and_can_be_taken_back(
    hermes: Hermes, config: Callable[[str], Path]
) -> None:
    """The entry that nobody read is a link now; `config undo` brings the file back to the byte."""
    path = config(OLD)
    document = hermes(*DOCTOR).document
    assert "config.ignored" in _fixed(document)
    chain = hermes("fallback", "list", "--json").document
    assert [each["provider"] for each in chain["chain"]] == ["openrouter", "zai"]
    assert chain["ignored"] == []
    assert hermes("config", "undo").status == 0
    assert path.read_text() == OLD


def test_an_open_env_file_is_closed(hermes: Hermes, home: Path) -> None:
    """Keys are for their owner alone."""
    (home / ".env").write_text("A_KEY=1\n")
    (home / ".env").chmod(0o644)
    assert _fixed(hermes(*DOCTOR).document) == ["env.file"]
    assert (home / ".env").stat().st_mode & 0o777 == 0o600


def test_nothing_is_touched_without_being_asked_or_beside_what_was_asked(
    hermes: Hermes, config: Callable[[str], Path]
) -> None:
    """Without --fix, and with --only something else, the file stays."""
    path = config(OLD)
    hermes("doctor", "--offline")
    assert _fixed(hermes(*DOCTOR, "--only", "env").document) == []
    assert path.read_text() == OLD


def test_what_cannot_be_repaired_is_told_and_stays(hermes: Hermes, config: Callable[[str], Path]) -> None:
    """A file that cannot be read is a failure, and is left alone."""
    path = config("a: [")
    result = hermes(*DOCTOR)
    assert (result.status, _fixed(result.document), path.read_text()) == (1, [], "a: [")


def test_a_second_time_there_is_nothing_to_mend(hermes: Hermes, config: Callable[[str], Path]) -> None:
    """Repairing is done once."""
    config(OLD)
    hermes(*DOCTOR)
    assert _fixed(hermes(*DOCTOR).document) == []
    assert "mended" not in hermes("doctor", "--offline", "--fix").out


def test_an_auth_file_open_to_others_is_closed(hermes: Hermes, home: Path) -> None:
    """Like `.env`: it holds keys."""
    (home / "auth.json").write_text("{}")
    (home / "auth.json").chmod(0o644)
    hermes("doctor", "--offline", "--fix", "--only", "auth.file")
    assert (home / "auth.json").stat().st_mode & 0o777 == 0o600
