"""Lists are remembered in plain files that nobody else reads, and losing them costs nothing."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import platformdirs
import pytest

from hermes_fallback.catalog.cache import Remembered, cache_folder, recall, recall_all, remember

_URL = "https://api.example.test/v1"


@pytest.fixture
def folder(tmp_path: Path) -> str:
    """A cache folder that nobody has made yet."""
    return str(tmp_path / "caches" / "ours")


def test_what_is_remembered_is_recalled(folder: str) -> None:
    """The models in their order, and when they were asked for."""
    remember(folder, "acme", _URL, ["b", "vendor/a:free", "Ünï"], 1700.9)
    assert recall(folder, "acme", _URL) == Remembered(("b", "vendor/a:free", "Ünï"), 1700.0)


def test_an_empty_list_is_remembered_too(folder: str) -> None:
    """A provider without models is not one that was never asked."""
    remember(folder, "acme", _URL, [], 1.0)
    assert recall(folder, "acme", _URL) == Remembered((), 1.0)


def test_a_later_list_replaces_the_earlier(folder: str) -> None:
    """One file for each address, and nothing is left beside it."""
    remember(folder, "acme", _URL, ["old"], 1.0)
    remember(folder, "acme", _URL, ["new"], 2.0)
    assert recall(folder, "acme", _URL) == Remembered(("new",), 2.0)
    assert len(os.listdir(folder)) == 1


def test_each_address_has_its_own_list(folder: str) -> None:
    """Two servers of the same kind do not share their models."""
    remember(folder, "custom", "http://a.test/v1", ["a"], 1.0)
    remember(folder, "custom", "http://b.test/v1", ["b"], 1.0)
    assert recall(folder, "custom", "http://a.test/v1") == Remembered(("a",), 1.0)
    assert recall(folder, "custom", "http://c.test/v1") is None


def test_all_lists_of_a_provider_come_together(folder: str) -> None:
    """The latest first, each model once, and none of a provider whose name begins alike."""
    remember(folder, "kimi", "http://a.test", ["x", "y"], 1.0)
    remember(folder, "kimi", "http://b.test", ["y", "z"], 2.0)
    remember(folder, "kimi-cn", "http://a.test", ["w"], 3.0)
    assert recall_all(folder, "kimi") == ("y", "z", "x")


@pytest.mark.parametrize("name", ["custom:my-box", "../../etc/passwd", "a/b", "Ä", "x" * 80, "%2f."])
def test_any_name_makes_a_file_in_the_folder(folder: str, name: str) -> None:
    """The name of an endpoint is the user's, and never leaves the folder."""
    remember(folder, name, _URL, ["m"], 1.0)
    assert len(os.listdir(folder)) == 1
    assert recall_all(folder, name) == ("m",)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda text: "",
        lambda text: text[:-3],
        lambda text: text + "extra\n",
        lambda text: text.replace("models-1", "models-9"),
        lambda text: text.replace(" 2 ", " two "),
        lambda text: "[1, 2]",
        lambda text: text.replace(_URL, "https://other.test/v1"),
    ],
    ids=["empty", "cut", "longer", "other-version", "no-count", "no-header", "another-address"],
)
def test_a_broken_file_reads_as_absent_and_is_replaced(folder: str, spoil: object) -> None:
    """Whatever stands there, nobody is shown half a list."""
    remember(folder, "acme", _URL, ["a", "b"], 1.0)
    file = Path(folder, os.listdir(folder)[0])
    file.write_text(spoil(file.read_text()))  # type: ignore[operator]
    assert recall(folder, "acme", _URL) is None
    remember(folder, "acme", _URL, ["c"], 2.0)
    assert recall(folder, "acme", _URL) == Remembered(("c",), 2.0)


def test_bytes_that_are_no_text_read_as_absent(folder: str) -> None:
    """A file of another program breaks nothing."""
    remember(folder, "acme", _URL, ["a"], 1.0)
    Path(folder, os.listdir(folder)[0]).write_bytes(b"\xff\xfe\x00")
    assert recall(folder, "acme", _URL) is None
    assert recall_all(folder, "acme") == ()


def test_others_cannot_read_it(folder: str) -> None:
    """The folder is made for its owner alone, and so are the files."""
    remember(folder, "acme", _URL, ["a"], 1.0)
    modes = [os.stat(path).st_mode & 0o777 for path in (folder, Path(folder, os.listdir(folder)[0]))]
    assert modes == [0o700, 0o600]


def test_a_cache_that_cannot_be_written_is_no_error(tmp_path: Path) -> None:
    """A file stands where the folder should be: nothing is kept, and nothing raised."""
    (tmp_path / "ours").write_text("mine")
    remember(str(tmp_path / "ours"), "acme", _URL, ["a"], 1.0)
    assert recall(str(tmp_path / "ours"), "acme", _URL) is None
    assert recall_all(str(tmp_path / "ours"), "acme") == ()
    assert (tmp_path / "ours").read_text() == "mine"


def test_a_list_that_cannot_be_put_in_place_leaves_nothing_beside(folder: str) -> None:
    """What was begun is taken away again."""
    remember(folder, "acme", _URL, ["a"], 1.0)
    file = Path(folder, os.listdir(folder)[0])
    file.unlink()
    (file / "in-the-way").mkdir(parents=True)
    remember(folder, "acme", _URL, ["b"], 2.0)
    assert os.listdir(folder) == [file.name]


@pytest.mark.parametrize(
    "environ",
    [{"XDG_CACHE_HOME": "/var/caches"}, {"XDG_CACHE_HOME": ""}, {}],
    ids=["named", "empty", "unset"],
)
def test_the_folder_is_where_platformdirs_says(
    monkeypatch: pytest.MonkeyPatch, environ: dict[str, str]
) -> None:
    """Worked out by hand, because asking takes longer than a completion may."""
    for name, value in environ.items():
        monkeypatch.setenv(name, value)
    assert cache_folder(os.environ) == platformdirs.user_cache_dir("hermes-fallback")


def test_recalling_for_completion_imports_next_to_nothing(folder: str) -> None:
    """It runs at every press of a key."""
    remember(folder, "acme", _URL, ["m1"], 1.0)
    code = (
        "import sys; before = set(sys.modules)\n"
        "from hermes_fallback.catalog.cache import cache_folder, recall_all\n"
        f"assert recall_all({folder!r}, 'acme') == ('m1',) and cache_folder({{'HOME': '/h'}})\n"
        "print(*sorted(set(sys.modules) - before))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    imported = {name.partition(".")[0] for name in done.stdout.split()}
    assert imported == {"__future__", "hermes_fallback"}
