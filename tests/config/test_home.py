"""The home is found the way Hermes Agent finds it, and finding it creates nothing."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from hermes_fallback.config.home import Home, find_home
from hermes_fallback.errors import NotFound, SystemRefused, UsageError


def found(
    user_home: Path,
    environ: dict[str, str] | None = None,
    home: str | None = None,
    profile: str | None = None,
) -> Path:
    home_found = find_home(environ or {}, home=home, profile=profile, user_home=str(user_home))
    return Path(home_found.root)


@pytest.fixture
def work(tmp_path: Path) -> Path:
    """The folder of the profile `work` under the usual root."""
    folder = tmp_path / ".hermes" / "profiles" / "work"
    folder.mkdir(parents=True)
    return folder


def test_without_anything_it_is_dot_hermes(tmp_path: Path) -> None:
    """And it is not made."""
    assert found(tmp_path) == tmp_path / ".hermes"
    assert list(tmp_path.iterdir()) == []


def test_the_environment_names_it(tmp_path: Path) -> None:
    """Blanks are cut, an empty value counts as none, and `~` is the user's folder."""
    assert found(tmp_path, {"HERMES_HOME": f" {tmp_path}/x "}) == tmp_path / "x"
    assert found(tmp_path, {"HERMES_HOME": "  "}) == tmp_path / ".hermes"
    assert found(tmp_path, {"HERMES_HOME": "~/y"}) == tmp_path / "y"


def test_the_flag_beats_the_environment_and_the_profile(tmp_path: Path, work: Path) -> None:
    """`--home` is taken as it is."""
    environ = {"HERMES_HOME": str(tmp_path / "x")}
    assert found(tmp_path, environ, home=str(tmp_path / "z"), profile="work") == tmp_path / "z"


def test_a_profile_is_a_home_below_the_root(tmp_path: Path, work: Path) -> None:
    """Whether the environment names nothing, the root, or another profile."""
    root = tmp_path / ".hermes"
    for named in ("", str(root), str(root / "profiles" / "other")):
        assert found(tmp_path, {"HERMES_HOME": named}, profile="work") == work


def test_a_profile_is_looked_for_beside_the_one_in_the_environment(tmp_path: Path) -> None:
    """A root elsewhere has profiles of its own."""
    mine = tmp_path / "data" / "profiles" / "mine"
    mine.mkdir(parents=True)
    environ = {"HERMES_HOME": str(tmp_path / "data" / "profiles" / "other")}
    assert found(tmp_path, environ, profile="mine") == mine
    assert found(tmp_path, {"HERMES_HOME": str(tmp_path / "data")}, profile="mine") == mine


def test_a_folder_below_the_usual_root_has_its_profiles(tmp_path: Path, work: Path) -> None:
    """By the flag and by the sticky profile alike."""
    below = {"HERMES_HOME": str(tmp_path / ".hermes" / "elsewhere")}
    assert found(tmp_path, below) == tmp_path / ".hermes" / "elsewhere"
    assert found(tmp_path, below, profile="work") == work
    (tmp_path / ".hermes" / "active_profile").write_text("work\n")
    assert found(tmp_path, below) == work


def test_the_sticky_profile_counts_for_a_root(tmp_path: Path, work: Path) -> None:
    """Unless the environment names a profile already."""
    root = tmp_path / ".hermes"
    (root / "active_profile").write_text("work\n")
    other = root / "profiles" / "other"
    assert found(tmp_path) == work
    assert found(tmp_path, {"HERMES_HOME": str(root)}) == work
    assert found(tmp_path, {"HERMES_HOME": str(other)}) == other


@pytest.mark.parametrize("text", ["", "\n", "default\n"])
def test_a_sticky_profile_may_be_none(tmp_path: Path, work: Path, text: str) -> None:
    """Empty and `default` mean the root itself."""
    (tmp_path / ".hermes" / "active_profile").write_text(text)
    assert found(tmp_path) == tmp_path / ".hermes"


def test_the_default_profile_is_the_root(tmp_path: Path) -> None:
    """It needs no folder."""
    assert found(tmp_path, profile="default") == tmp_path / ".hermes"


def test_an_unknown_profile_is_not_found(tmp_path: Path, work: Path) -> None:
    """With the name that was probably meant, and where it was given."""
    with pytest.raises(NotFound) as caught:
        found(tmp_path, profile="wrok")
    assert (caught.value.kind, int(caught.value.exit_code)) == ("unknown-profile", 5)
    assert caught.value.hint == "did you mean `work`?"
    with pytest.raises(NotFound) as caught:
        found(tmp_path, profile="zzz")
    assert caught.value.hint == "there are: work"
    (tmp_path / ".hermes" / "active_profile").write_text("gone")
    with pytest.raises(NotFound, match="no profile `gone`") as caught:
        found(tmp_path)
    assert "active_profile" in (caught.value.why or "")


@pytest.mark.parametrize("name", ["", "Work", "../x", "-x", "a b", "x" * 65])
def test_a_name_that_cannot_be_one_is_refused(tmp_path: Path, name: str) -> None:
    """Small letters, digits, `-` and `_`, and no way out of the folder."""
    with pytest.raises(UsageError):
        found(tmp_path, profile=name)


def test_a_home_that_is_a_file_is_refused(tmp_path: Path) -> None:
    """Said at once, by every command."""
    (tmp_path / "x").write_text("")
    with pytest.raises(SystemRefused, match="cannot be used") as caught:
        found(tmp_path, home=str(tmp_path / "x"))
    assert int(caught.value.exit_code) == 8


def test_the_files_of_a_home(tmp_path: Path) -> None:
    """One place says where each lives."""
    home = Home(str(tmp_path))
    names = [home.config, home.env, home.auth, home.state, home.backups, home.plugins, home.legacy_plugins]
    assert [str(Path(path).relative_to(tmp_path)) for path in names] == [
        "config.yaml", ".env", "auth.json", "fallback", "fallback/backups", "plugins/model-providers", "providers",
    ]  # fmt: skip
    assert home.standalone_plugins == str(tmp_path / "plugins")
    assert Home(".").config == "config.yaml"


def test_a_home_that_the_system_does_not_show_is_refused(tmp_path: Path) -> None:
    """The system's own words say why."""
    with pytest.raises(SystemRefused) as caught:
        found(tmp_path, home=str(tmp_path / ("long" * 100)))
    assert caught.value.why == "File name too long"


@given(
    st.sampled_from(["", "/", "//", "///"]),
    st.lists(st.sampled_from(["a", ".", "..", "/", "//", "é", " ", "profiles"]), max_size=6).map("".join),
)
@example("//", "")
@example("/", "/a/./b//")
def test_paths_are_written_as_pathlib_writes_them(lead: str, path: str) -> None:
    """Whatever was typed, messages and JSON show it in its plain form."""
    home = find_home({}, home=f"{lead}nowhere/{path}", profile=None, user_home="/nobody")
    assert home.root == str(Path(f"{lead}nowhere/{path}"))
    assert home.config == str(Path(home.root) / "config.yaml")
