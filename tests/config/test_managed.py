"""The managed layer wins leaf by leaf, is never edited from a home, and cannot break one."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from hermes_fallback.config import home as homes
from hermes_fallback.config.document import Document
from hermes_fallback.config.home import find_home
from hermes_fallback.config.managed import Managed, refuse_read_only
from hermes_fallback.config.settings import Settings
from hermes_fallback.errors import InvalidFile
from hermes_fallback.runtime.editor import Editor
from hermes_fallback.runtime.runtime import Runtime

Lay = Callable[..., Runtime]
OWN = "model: {provider: openai, default: mine}\nfallback_providers:\n- {provider: deepseek, model: d}\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An empty folder for the layer."""
    (tmp_path / "managed").mkdir()
    return tmp_path / "managed"


@pytest.fixture
def lay(home: Path, folder: Path) -> Lay:
    """A home with its own config.yaml and a managed one, opened."""

    def open_both(own: str, managed: str, **environ: str) -> Runtime:
        (home / "config.yaml").write_text(own)
        (folder / "config.yaml").write_text(managed)
        return Runtime.open(home, environ={"HERMES_MANAGED_DIR": str(folder), **environ})

    return open_both


def found(tmp_path: Path, **environ: str) -> str | None:
    return find_home(environ, home=None, profile=None, user_home=str(tmp_path)).managed


def test_the_variable_names_the_folder_if_there_is_one(
    tmp_path: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else it is the machine's own, and where that is missing too there is no layer."""
    assert found(tmp_path, HERMES_MANAGED_DIR=f" {folder} ") == str(folder)
    assert found(tmp_path, HERMES_MANAGED_DIR=str(tmp_path / "gone")) is None
    monkeypatch.setattr(homes, "MANAGED", str(folder))
    assert found(tmp_path, HERMES_MANAGED_DIR=str(tmp_path / "gone")) == found(tmp_path) == str(folder)


def test_the_machines_own_folder_is_the_documented_one() -> None:
    """Before the suite points it elsewhere."""
    assert 'MANAGED = "/etc/hermes"' in Path(homes.__file__).read_text()


MERGED: dict[str, tuple[str, str, object]] = {
    "leaf": ("m: {a: 1, b: 2}", "m: {b: 3}", {"m": {"a": 1, "b": 3}}),
    "new": ("a: 1", "m: {b: 3}", {"a": 1, "m": {"b": 3}}),
    "deep": ("m: {n: {a: 1}}", "m: {n: {b: 2}}", {"m": {"n": {"a": 1, "b": 2}}}),
    "list": ("m: [1, 2]", "m: [3]", {"m": [3]}),
    "mapping-over-text": ("m: x", "m: {a: 1}", {"m": {"a": 1}}),
    "text-over-mapping": ("m: {a: 1}", "m: x", {"m": "x"}),
    "null-over-mapping": ("m: {a: 1}", "m: null", {"m": {"a": 1}}),
    "null-over-leaf": ("m: {a: 1}", "m: {a: ~}", {"m": {"a": None}}),
    "merge-key": ("b: &b {a: 1, c: 2}\nm: {<<: *b}", "m: {a: 3}", None),
    "its-merge-key": ("m: {a: 1}", "b: &b {a: 2}\nm: {<<: *b}", {"m": {"a": 2}, "b": {"a": 2}}),
    "double": ("a: 1\na: 2", "a: 3", {"a": 3}),
    "empty-home": ("", "m: {a: 1}", {"m": {"a": 1}}),
    "empty-layer": ("m: {a: 1}", "# nothing yet\n", {"m": {"a": 1}}),
}


@pytest.mark.parametrize(("own", "managed", "expected"), MERGED.values(), ids=MERGED)
def test_the_layer_wins_leaf_by_leaf(folder: Path, own: str, managed: str, expected: Any) -> None:
    """Mappings merge, all else replaces, and null replaces no mapping."""
    (folder / "config.yaml").write_text(managed)
    document = Document.parse(own.encode(), "config.yaml")
    value = Managed.read(str(folder), {}).over(document).value()
    assert value == (expected or {"b": {"a": 1, "c": 2}, "m": {"a": 3, "c": 2}})
    assert document.value() == Document.parse(own.encode(), "config.yaml").value()


def test_its_variables_come_from_the_process_alone(lay: Lay, home: Path) -> None:
    """What the home's `.env` says changes nothing, and one that is unset stays as written, then and later."""
    (home / ".env").write_text("HOST=evil.example\nPATH_OF=evil\n")
    layer = "model: {provider: custom, default: m, base_url: 'https://${HOST}/${PATH_OF}'}\n"
    runtime = lay("", layer, HOST="gateway.example")
    primary = runtime.settings.primary
    assert primary is not None
    assert primary.base_url == "https://gateway.example/${PATH_OF}"


def test_a_managed_chain_names_its_file_and_lines(lay: Lay, folder: Path) -> None:
    """In the chain as in the primary, and only for what the layer decides."""
    settings: Settings = lay(
        OWN + "fallback_model: {provider: zai, model: z}\n",
        "\nfallback_providers:\n- {provider: openrouter, model: o}\n- nonsense\n",
    ).settings
    path = str(folder / "config.yaml")
    assert [(str(each.link), each.file, each.line) for each in settings.chain] == [
        ("openrouter:o", path, 3),
        ("zai:z", None, 4),
    ]
    assert [(each.origin, each.file) for each in settings.chain.ignored] == [("fallback_providers[1]", path)]
    assert settings.primary_file is None


@pytest.mark.parametrize("managed", ["model: {default: m}", "model: {provider: zai}", "model: m"])
def test_a_managed_primary_names_its_file(lay: Lay, folder: Path, managed: str) -> None:
    assert lay(OWN, managed).settings.primary_file == str(folder / "config.yaml")


def test_a_managed_value_that_cannot_be_is_found_in_its_own_file(lay: Lay, folder: Path) -> None:
    (finding,) = lay(OWN, "fallback:\n  retries: many\n").settings.findings
    assert (finding.file, finding.line) == (str(folder / "config.yaml"), 2)


BROKEN = {
    "yaml": "model: [\n",
    "list": "- a\n",
    "tag": "model: !!python/none x\n",
    "double": "fallback_providers: []\nfallback_providers: []\n",
    "utf-16": "\ufeffmodel: m\n",
}


@pytest.mark.parametrize("text", BROKEN.values(), ids=BROKEN)
def test_a_broken_layer_is_passed_over_and_told(lay: Lay, folder: Path, text: str) -> None:
    """The home works as if it were not there."""
    runtime = lay(OWN, "")
    (folder / "config.yaml").write_bytes(text.encode("utf-16" if text.startswith("\ufeff") else "utf-8"))
    settings = runtime.settings
    assert [str(each.link) for each in settings.chain] == ["deepseek:d"]
    (told,) = settings.chain.ignored
    assert told.file == str(folder / "config.yaml")
    assert str(folder) in told.what


def test_its_env_file_wins_and_is_named(lay: Lay, home: Path, folder: Path) -> None:
    """Over the home's `.env` and over the process; what it does not set is asked of them."""
    (home / ".env").write_text("A=home\nB=home\n")
    (folder / ".env").write_text("A=managed\n")
    environment = lay(OWN, "", A="process", C="process").environment
    values = {name: environment.get(name) for name in "ABC"}
    assert {name: each and (each.value, each.source) for name, each in values.items()} == {
        "A": ("managed", "managed"),
        "B": ("home", "dotenv"),
        "C": ("process", "env"),
    }
    assert next(iter(environment.places("A").values())) == f"`A` in `{folder}/.env`"


def test_a_broken_env_file_of_it_is_passed_over_and_told(lay: Lay, home: Path, folder: Path) -> None:
    (home / ".env").write_text("A=home\n")
    (folder / ".env").write_bytes(b"A=\xff\n")
    runtime = lay(OWN, "")
    found = runtime.environment.get("A")
    assert found is not None
    assert found.value == "home"
    (told,) = runtime.settings.chain.ignored
    assert (told.file, told.line) == (str(folder / ".env"), 1)


CHAIN = "fallback_providers:\n- {provider: openrouter, model: o}\n"
EDITS: dict[str, tuple[str, Callable[[Editor], object]]] = {
    "add": (CHAIN, lambda editor: editor.add({"provider": "zai", "model": "z"}, force=True)),
    "remove": (CHAIN, lambda editor: editor.remove(["1"])),
    "clear": (CHAIN, lambda editor: editor.clear()),
    "apply": (CHAIN, lambda editor: editor.apply([], source="x")),
    "legacy": ("fallback_model: {provider: zai, model: z}\n", lambda editor: editor.move("2", 1)),
    "primary": (
        "model: {provider: zai}\n",
        lambda editor: editor.set_primary({"provider": "zai", "model": "z"}),
    ),
    "whole-primary": ("model: m\n", lambda editor: editor.set_primary({"provider": "zai", "model": "z"})),
    "auto": ("fallback: {auto_activate: false}\n", lambda editor: editor.set_auto_activate(on=True)),
}


@pytest.mark.parametrize(("managed", "edit"), EDITS.values(), ids=EDITS)
def test_an_edit_of_what_the_layer_sets_is_refused(
    lay: Lay, home: Path, folder: Path, managed: str, edit: Callable[[Editor], object]
) -> None:
    """Exit 3, with the file and the line; nothing is written."""
    runtime = lay(OWN, managed)
    with pytest.raises(InvalidFile, match="is set by") as caught:
        edit(Editor(runtime))
    assert (caught.value.path, caught.value.line) == (str(folder / "config.yaml"), 1)
    assert (home / "config.yaml").read_text() == OWN


def test_an_edit_of_anything_else_goes_on(lay: Lay, home: Path) -> None:
    """A layer that sets something near it, or an empty section, is in nobody's way."""
    runtime = lay(OWN, "model: {max_tokens: 5}\nfallback:\nauxiliary: {vision: {provider: zai}}\n")
    Editor(runtime).set_primary({"provider": "zai", "model": "z"})
    Editor(runtime).set_auto_activate(on=False)
    Editor(runtime).clear()
    assert "auto_activate: false" in (home / "config.yaml").read_text()


def test_no_way_of_editing_goes_past_the_layer(lay: Lay, home: Path) -> None:
    """The store itself compares, whatever made the edit; what was broken may be mended."""
    runtime = lay("a: {b: 1}\n", "a: {b: 2}\n")
    with pytest.raises(InvalidFile, match=r"`a\.b` is set by"):
        runtime.store.edit(lambda _: b"a: {b: 3}\n")
    with pytest.raises(InvalidFile, match=r"`a\.b` is set by"):
        runtime.store.replace(b"a: {b: 1}\n", b"c: 1\n")
    (home / "config.yaml").write_text("a: [\n")
    assert runtime.store.replace(b"a: [\n", b"c: 1\n").changed


@pytest.mark.parametrize(
    ("value", "by"), [("true", ""), ("1", ""), ("YES", ""), ("brew", " by brew"), ("NixOS", " by NixOS")]
)
def test_an_install_that_is_managed_is_read_only(value: str, by: str) -> None:
    with pytest.raises(InvalidFile, match=f"this install is managed{by}, and read-only"):
        refuse_read_only({"HERMES_MANAGED": value})


@pytest.mark.parametrize("value", ["", "  ", "0", "false", "No"])
def test_an_install_that_is_not_managed_is_not(value: str) -> None:
    refuse_read_only({"HERMES_MANAGED": value})
    refuse_read_only({})


def test_a_read_only_install_refuses_every_edit_and_undo(home: Path) -> None:
    """A dry run still says what would change."""
    (home / "config.yaml").write_text(OWN)
    Editor(Runtime.open(home, environ={})).clear()
    runtime = Runtime.open(home, environ={"HERMES_MANAGED": "nix"})
    before = (home / "config.yaml").read_bytes()
    for edit in (
        lambda: Editor(runtime).set_auto_activate(on=False),
        lambda: runtime.store.replace(before, b""),
        runtime.store.undo,
    ):
        with pytest.raises(InvalidFile, match="managed by nix"):
            edit()
    assert (home / "config.yaml").read_bytes() == before
    assert Editor(runtime).set_auto_activate(on=False, dry_run=True).changed


def test_a_layer_that_cannot_be_read_is_told(lay: Lay, folder: Path) -> None:
    runtime = lay(OWN, "")
    (folder / "config.yaml").unlink()
    (folder / "config.yaml").mkdir()
    (told,) = runtime.settings.chain.ignored
    assert "cannot be read" in told.what
