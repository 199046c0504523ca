"""Editing a file on disk: nothing is lost, nothing is torn, and everything can be undone."""

from __future__ import annotations

import errno
import fcntl
import os
import stat
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from editing import NEW, names, paths

from hermes_fallback.config import files
from hermes_fallback.config.chain_edit import arrange, clear
from hermes_fallback.config.document import Document
from hermes_fallback.config.key_edit import set_values
from hermes_fallback.config.store import ConfigStore
from hermes_fallback.errors import Conflict, FallbackError, InvalidFile, NotFound, SystemRefused

BEFORE = b"# mine\nmodel: x\n"


@pytest.fixture
def config(home: Path) -> Path:
    """A config file with a comment in it."""
    path = home / "config.yaml"
    path.write_bytes(BEFORE)
    return path


@pytest.fixture
def store(config: Path) -> ConfigStore:
    """A store for it that does not wait long."""
    return ConfigStore(config, config.parent / "fallback" / "backups", lock_timeout_s=0.05)


def add(doc: Document) -> Document:
    return arrange(doc, [*paths(doc), NEW])


def model(name: str):
    return lambda doc: set_values(doc, {"model": name})


def test_what_was_read_before_counts_only_while_the_file_holds_it(store: ConfigStore, config: Path) -> None:
    """It spares a second reading; a file that has changed since is read again, and nobody's change is lost."""
    seen, given = store.read(), []

    def change(doc: Document) -> Document:
        given.append(doc)
        return add(doc)

    first = store.edit(change, seen=seen)
    assert given[0] is seen
    assert first.parsed is not None
    assert first.after is first.parsed
    config.write_bytes(b"mine: 2\n")
    store.edit(change, seen=seen)
    assert given[1].data == b"mine: 2\n"
    assert config.read_bytes().startswith(b"mine: 2\nfallback_providers:")


def test_an_edit_is_in_the_file_and_told(store: ConfigStore, config: Path) -> None:
    """What was, what is, and the difference between."""
    edited = store.edit(add)
    assert edited.changed
    assert config.read_bytes() == edited.new == edited.after.data
    assert edited.before.data == BEFORE
    assert edited.diff.splitlines()[2:] == [
        "@@ -1,2 +1,5 @@",
        " # mine",
        " model: x",
        "+fallback_providers:",
        "+  - provider: zai",
        "+    model: glm-4.6",
    ]


def test_a_dry_run_touches_nothing(store: ConfigStore, config: Path) -> None:
    """No file, no lock, no backup; only what would be."""
    edited = store.edit(add, dry_run=True)
    assert edited.changed
    assert names(edited.new) == ["zai:glm-4.6"]
    assert config.read_bytes() == BEFORE
    assert os.listdir(config.parent) == ["config.yaml"]


def test_an_edit_without_a_difference_touches_nothing(store: ConfigStore, config: Path) -> None:
    """The same edit twice changes nothing the second time, not even a lock file's date."""
    status = config.stat()
    edited = store.edit(clear)
    assert not edited.changed
    assert edited.diff == ""
    assert (config.stat().st_mtime_ns, config.stat().st_ino) == (status.st_mtime_ns, status.st_ino)
    assert os.listdir(config.parent) == ["config.yaml"]


def test_a_refused_edit_touches_nothing(store: ConfigStore, config: Path) -> None:
    """Invalid YAML is an error with its place, and the file stays."""
    config.write_bytes(b"a: 'x\n")
    with pytest.raises(InvalidFile):
        store.edit(add)
    assert config.read_bytes() == b"a: 'x\n"
    assert os.listdir(config.parent) == ["config.yaml"]


def test_a_missing_home_is_made_private_by_the_first_edit(tmp_path: Path) -> None:
    """0700 for the folders, 0600 for the file, its lock and its backups; reading makes nothing."""
    root = tmp_path / "new"
    store = ConfigStore(root / "config.yaml", root / "fallback" / "backups")
    assert store.read().data == b""
    assert not root.exists()
    store.edit(add)
    folders = [root, root / "fallback", root / "fallback" / "backups"]
    assert {stat.S_IMODE(folder.stat().st_mode) for folder in folders} <= {0o700, 0o755}
    assert stat.S_IMODE(root.stat().st_mode) == 0o700
    contents = [path for path in root.rglob("*") if path.is_file()]
    assert len(contents) == 4
    assert {stat.S_IMODE(path.stat().st_mode) for path in contents} == {0o600}


def test_mode_and_attributes_stay(store: ConfigStore, config: Path) -> None:
    """A file that others may read stays so."""
    config.chmod(0o640)
    attributes = _try_attribute(config)
    store.edit(add)
    assert stat.S_IMODE(config.stat().st_mode) == 0o640
    assert not attributes or os.getxattr(config, "user.note") == b"mine"


def _try_attribute(path: Path) -> bool:
    try:
        os.setxattr(path, "user.note", b"mine")
    except OSError:
        return False
    return True


def test_a_symbolic_link_stays_one(tmp_path: Path) -> None:
    """What it points to is edited, be it in another folder or not there yet."""
    dotfiles, root = tmp_path / "dotfiles", tmp_path / "home"
    dotfiles.mkdir()
    root.mkdir()
    for target in ("config.yaml", "absent.yaml"):
        link = root / f"link-{target}"
        link.symlink_to(dotfiles / target)
        (dotfiles / "config.yaml").write_bytes(BEFORE)
        ConfigStore(link, root / "backups").edit(add)
        assert link.is_symlink()
        assert names((dotfiles / target).read_bytes()) == ["zai:glm-4.6"]


def test_a_hard_link_is_told_about(store: ConfigStore, config: Path, tmp_path: Path) -> None:
    """The other name keeps the old content, and the user hears of it."""
    os.link(config, tmp_path / "other")
    edited = store.edit(add)
    assert "hard links" in edited.warnings[0]
    assert (tmp_path / "other").read_bytes() == BEFORE


def test_nothing_is_left_beside_the_file(store: ConfigStore, config: Path) -> None:
    """Only the lock, which is never removed; what a killed edit left is swept away."""
    crumb = config.parent / ".config.yaml.hermes-99999.tmp"
    crumb.write_bytes(b"half")
    store.edit(add)
    assert sorted(os.listdir(config.parent)) == [".config.yaml.lock", "config.yaml", "fallback"]


def test_undo_restores_edit_by_edit(store: ConfigStore, config: Path) -> None:
    """Each undo goes one edit further back, to the byte."""
    states = [config.read_bytes()]
    for name in ("a", "b", "c"):
        store.edit(model(name))
        states.append(config.read_bytes())
    for state in reversed(states[:-1]):
        edited = store.undo()
        assert config.read_bytes() == edited.new == state
    with pytest.raises(NotFound):
        store.undo()


def test_undo_of_the_first_edit_takes_the_file_away(home: Path) -> None:
    """There was none, so there is none."""
    store = ConfigStore(home / "config.yaml", home / "backups")
    store.edit(add)
    store.undo()
    assert not (home / "config.yaml").exists()


def test_undo_without_an_edit_says_so(store: ConfigStore, tmp_path: Path) -> None:
    """Also where there is no home at all, and without making one."""
    nowhere = tmp_path / "nowhere"
    for each in (store, ConfigStore(nowhere / "config.yaml", nowhere / "backups")):
        with pytest.raises(NotFound, match="no edit of"):
            each.undo()
    assert not nowhere.exists()


def test_undo_keeps_its_hands_off_what_others_wrote(store: ConfigStore, config: Path) -> None:
    """A change after our edit is not lost, unless it is forced; and then another undo brings it back."""
    store.edit(add)
    theirs = config.read_bytes() + b"theirs: 1\n"
    config.write_bytes(theirs)
    with pytest.raises(Conflict, match="changed since our last edit"):
        store.undo()
    assert config.read_bytes() == theirs
    store.undo(force=True)
    assert config.read_bytes() == BEFORE
    store.undo()
    assert config.read_bytes() == theirs


def test_undo_restores_over_a_file_that_is_broken_or_gone(store: ConfigStore, config: Path) -> None:
    """That is when it is needed most."""
    for broken in (b"a: 'x\n", None):
        config.write_bytes(BEFORE)
        store.edit(add)
        config.write_bytes(broken) if broken else config.unlink()
        store.undo(force=True)
        assert config.read_bytes() == BEFORE


def test_an_edit_that_was_killed_before_it_wrote_is_passed_over(
    store: ConfigStore, config: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its backup is of what still stands, so undo goes to the edit before."""
    store.edit(add)
    after = config.read_bytes()

    def die(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(files, "_install", die)
        with pytest.raises(KeyboardInterrupt):
            store.edit(model("y"))
    assert config.read_bytes() == after
    store.undo()
    assert config.read_bytes() == BEFORE


def test_the_last_ten_files_are_kept(store: ConfigStore, config: Path) -> None:
    """Older ones go."""
    for i in range(14):
        store.edit(model(f"m{i}"))
    assert len(list((config.parent / "fallback" / "backups").iterdir())) == 20
    for _ in range(10):
        store.undo()
    with pytest.raises(NotFound):
        store.undo()
    assert b"m3" in config.read_bytes()


def test_a_held_lock_is_a_conflict_and_nothing_is_written(store: ConfigStore, config: Path) -> None:
    """Another process is editing: we wait, then say so."""
    with _lock(config), pytest.raises(Conflict, match="lock of") as caught:
        store.edit(add)
    assert (caught.value.kind, int(caught.value.exit_code)) == ("locked", 6)
    assert config.read_bytes() == BEFORE
    assert store.edit(add).changed


def test_an_edit_waits_for_the_lock(config: Path) -> None:
    """It goes ahead as soon as the other is done."""
    store = ConfigStore(config, config.parent / "backups", lock_timeout_s=10)
    with _lock(config):
        thread = threading.Thread(target=store.edit, args=(add,))
        thread.start()
        config.write_bytes(b"# theirs\n" + BEFORE)
    thread.join()
    assert config.read_bytes().startswith(b"# theirs\n# mine\n")
    assert names(config.read_bytes()) == ["zai:glm-4.6"]


@contextmanager
def _lock(config: Path) -> Iterator[None]:
    handle = os.open(config.parent / ".config.yaml.lock", os.O_RDWR | os.O_CREAT, 0o600)
    fcntl.flock(handle, fcntl.LOCK_EX)
    try:
        yield
    finally:
        os.close(handle)


def test_a_save_in_between_is_edited_anew(store: ConfigStore, config: Path) -> None:
    """An editor that heeds no lock saves while we work: its text stays, and our edit is made on it."""
    calls = []

    def change(doc: Document) -> bytes:
        calls.append(doc.data)
        if len(calls) == 1:
            config.write_bytes(b"# theirs\n" + BEFORE)
        return add(doc)

    store.edit(change)
    assert calls == [BEFORE, b"# theirs\n" + BEFORE]
    assert config.read_bytes().startswith(b"# theirs\n# mine\n")


def _saver(config: Path, times: int, monkeypatch: pytest.MonkeyPatch, at: str) -> list[bytes]:
    """Let an editor replace the file just before the function *at* of ours, *times* times; what it saved."""
    real = getattr(files, at)
    saved: list[bytes] = []

    def interrupted(*args: object) -> object:
        if len(saved) < times:
            saved.append(BEFORE + b"# save %d\n" % len(saved))
            fresh = config.with_name("fresh")
            fresh.write_bytes(saved[-1])
            fresh.replace(config)
        return real(*args)

    monkeypatch.setattr(files, at, interrupted)
    return saved


@pytest.mark.parametrize("times", [1, 2, 3, 4])
@pytest.mark.parametrize("at", ["_check_unmoved", "_exchange"])
def test_a_save_at_the_last_moment_is_not_lost(
    store: ConfigStore, config: Path, monkeypatch: pytest.MonkeyPatch, at: str, times: int
) -> None:
    """Even between our last look and the exchange: the swapped-out file is looked at and given back."""
    saved = _saver(config, times, monkeypatch, at)
    store.edit(add)
    assert config.read_bytes().startswith(saved[times - 1])
    assert names(config.read_bytes()) == ["zai:glm-4.6"]


def test_without_an_exchange_a_save_is_seen_before_the_rename(
    store: ConfigStore, config: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The last look is all there is on such a file system, so it must be taken."""
    monkeypatch.setattr(files, "_exchange", lambda *_: files._Swap.UNSUPPORTED)
    saved = _saver(config, 2, monkeypatch, "_check_unmoved")
    store.edit(add)
    assert config.read_bytes().startswith(saved[-1])


def test_a_file_that_never_rests_is_a_conflict(
    store: ConfigStore, config: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After some attempts we give up, with the other's text in place and no backup left over."""
    _saver(config, 100, monkeypatch, "_check_unmoved")
    with pytest.raises(Conflict, match="kept changing"):
        store.edit(add)
    assert names(config.read_bytes()) == []
    assert not list((config.parent / "fallback" / "backups").iterdir())


@pytest.mark.parametrize("swap", [files._Swap.UNSUPPORTED, files._Swap.BUSY])
def test_file_systems_that_cannot_exchange_are_served(
    store: ConfigStore, config: Path, monkeypatch: pytest.MonkeyPatch, swap: files._Swap
) -> None:
    """A plain rename, or for a single mounted file writing into it, with the same result."""
    monkeypatch.setattr(files, "_exchange", lambda *_: swap)
    edited = store.edit(add)
    assert config.read_bytes() == edited.new
    assert ("in place" in "".join(edited.warnings)) == (swap is files._Swap.BUSY)
    store.undo()
    assert config.read_bytes() == BEFORE


def test_writing_in_place_is_taken_back_when_it_fails(
    store: ConfigStore, config: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A full disk in the middle leaves the old text."""
    monkeypatch.setattr(files, "_exchange", lambda *_: files._Swap.BUSY)
    real, calls = files._write_all, []

    def full_once(handle: int, data: bytes) -> None:
        calls.append(data)
        if len(calls) == 4:  # backup, note, temporary file, and then the file itself
            os.write(handle, data[:5])
            raise OSError(errno.ENOSPC, "No space left on device")
        real(handle, data)

    monkeypatch.setattr(files, "_write_all", full_once)
    with pytest.raises(SystemRefused, match="nothing was changed"):
        store.edit(add)
    assert config.read_bytes() == BEFORE


@pytest.mark.parametrize(
    "at",
    ["_open_new", "_write_all", "_copy_status", "_exchange", "_write_like", "_install", "_check_unmoved"],
)
def test_whatever_the_system_refuses_the_file_stays_whole(
    store: ConfigStore, config: Path, monkeypatch: pytest.MonkeyPatch, at: str
) -> None:
    """The error says that nothing was changed, and it is true; then all works again."""

    def refuse(*_: object) -> None:
        raise OSError(errno.EIO, "Input/output error")

    with monkeypatch.context() as patch:
        patch.setattr(files, at, refuse)
        with pytest.raises(SystemRefused, match="nothing was changed") as caught:
            store.edit(add)
    assert int(caught.value.exit_code) == 8
    assert config.read_bytes() == BEFORE
    assert not [name for name in os.listdir(config.parent) if name.endswith(".tmp")]
    assert store.edit(add).changed
    store.undo()
    assert config.read_bytes() == BEFORE


def test_a_folder_that_cannot_be_flushed_is_only_told(
    store: ConfigStore, config: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The change stands by then, so it is no failure."""
    real = files.flush_folder

    def flush(folder: Path) -> None:
        if folder == config.parent:
            raise OSError(errno.EIO, "Input/output error")
        real(folder)

    monkeypatch.setattr(files, "flush_folder", flush)
    assert "could not be flushed" in store.edit(add).warnings[0]
    assert names(config.read_bytes()) == ["zai:glm-4.6"]


def test_a_crumb_that_cannot_be_removed_is_no_failure(
    store: ConfigStore, config: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Once the file is replaced the edit has succeeded; the next one sweeps."""
    real = Path.unlink

    def unlink(self: Path, *, missing_ok: bool = False) -> None:
        if self.name.endswith(".tmp"):
            raise OSError(errno.EIO, "Input/output error")
        real(self, missing_ok=missing_ok)

    with monkeypatch.context() as patch:
        patch.setattr(Path, "unlink", unlink)
        assert store.edit(add).changed
    assert names(config.read_bytes()) == ["zai:glm-4.6"]
    store.undo()
    assert config.read_bytes() == BEFORE
    assert not [name for name in os.listdir(config.parent) if name.endswith(".tmp")]


def test_an_old_file_that_cannot_be_looked_at_is_put_back(
    store: ConfigStore, config: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After the exchange the old file must prove to be the one we edited; otherwise it returns."""
    real = files.read

    def read(path: Path) -> files.Snapshot:
        if path.name.endswith(".tmp"):
            raise OSError(errno.EIO, "Input/output error")
        return real(path)

    monkeypatch.setattr(files, "read", read)
    with pytest.raises(SystemRefused, match="nothing was changed"):
        store.edit(add)
    assert config.read_bytes() == BEFORE


@pytest.mark.parametrize("kind", ["folder", "pipe", "loop"])
def test_what_is_no_file_is_refused_without_hanging(tmp_path: Path, kind: str) -> None:
    """A folder, a named pipe, a link to itself."""
    path = tmp_path / "config.yaml"
    {"folder": path.mkdir, "pipe": lambda: os.mkfifo(path), "loop": lambda: path.symlink_to(path)}[kind]()
    store = ConfigStore(path, tmp_path / "backups")
    for action in (store.read, lambda: store.edit(add)):
        with pytest.raises(SystemRefused, match="cannot be read"):
            action()


def test_a_home_that_is_a_file_is_refused(tmp_path: Path) -> None:
    """Reading says so rather than seeing an empty config."""
    (tmp_path / "home").write_text("x")
    with pytest.raises(SystemRefused, match="cannot be read"):
        ConfigStore(tmp_path / "home" / "config.yaml", tmp_path / "backups").read()


def test_a_folder_without_permission_is_refused(tmp_path: Path) -> None:
    """Run as another user, since root is allowed everything."""
    root = tmp_path / "home"
    root.mkdir()
    (root / "config.yaml").write_bytes(BEFORE)
    root.chmod(0o555)
    if os.geteuid() != 0:
        with pytest.raises(SystemRefused, match="nothing was changed"):
            ConfigStore(root / "config.yaml", root / "backups").edit(add)
        return
    for folder in (tmp_path, *tmp_path.parents):
        if not stat.S_IMODE(folder.stat().st_mode) & 0o001:
            folder.chmod(0o755)
    assert _as_nobody(lambda: ConfigStore(root / "config.yaml", root / "backups").edit(add)) == 8
    assert (root / "config.yaml").read_bytes() == BEFORE


def _as_nobody(action) -> int:
    """The exit code of *action* in a child process of an unprivileged user."""
    child = os.fork()
    if child == 0:
        os.setuid(65534)
        try:
            action()
        except FallbackError as error:
            os._exit(int(error.exit_code))
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
