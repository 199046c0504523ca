"""`hermes providers new`: a plugin to begin with, which works before anything in it is edited."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from program import Hermes

from hermes_fallback.loopback.server import Loopback
from hermes_fallback.providers import Registry
from hermes_fallback.providers.template import TEMPLATES

KEY = "acme-key-0123456789"
PLACEHOLDER = "https://api.provider.example/v1"
FORMS = {"data": ("--data", "plugin.yaml"), "code": ("--code", "__init__.py")}


@pytest.fixture
def plugins(home: Path) -> Path:
    """Where plugins go; not there yet."""
    return home / "plugins" / "model-providers"


@pytest.fixture
def host() -> Iterator[Loopback]:
    """What the new provider is edited to lead to."""
    with Loopback([{"name": "host", "key": KEY, "catalog": ["m-1", "m-2"]}]) as running:
        yield running


def edit(plugin: Path, host: Loopback) -> None:
    """Put the address of *host* where the file says that one belongs."""
    text = plugin.read_text()
    assert text.count(PLACEHOLDER) == 1
    plugin.write_text(text.replace(PLACEHOLDER, host.base_urls["host"]))


@pytest.mark.parametrize("form", FORMS)
def test_the_template_answers_a_real_turn(
    hermes: Hermes, plugins: Path, host: Loopback, config: Callable[[str], Path], form: str
) -> None:
    """The folder of the package, copied into a home: listed, tested, and answering with its key."""
    shutil.copytree(TEMPLATES / form, plugins / "acme", ignore=shutil.ignore_patterns("__pycache__"))
    edit(plugins / "acme" / FORMS[form][1], host)
    config("model: {provider: acme, default: m-1}\n")
    env = {"ACME_API_KEY": KEY}
    asked = hermes("chat", "-q", "hi", "--json", env=env)
    assert (asked.status, asked.document["served_by"]["provider"]) == (0, "acme")
    assert host.received()[-1].authorization == f"Bearer {KEY}"
    assert hermes("model", "list", env=env).out == "m-1\nm-2\n"
    assert hermes("fallback", "test", "0", env=env).status == 0


@pytest.mark.parametrize("form", FORMS)
def test_new_writes_the_template_under_the_name(
    hermes: Hermes, plugins: Path, host: Loopback, config: Callable[[str], Path], form: str
) -> None:
    """One file, in the form that was asked for; the provider answers at once."""
    option, file = FORMS[form]
    made = hermes("providers", "new", "my-llm.2", option, "--json").document
    assert (made["path"], made["form"]) == (str(plugins / "my-llm.2" / file), form)
    assert [path.name for path in (plugins / "my-llm.2").iterdir()] == [file]
    config("model: {provider: my-llm.2, default: m-1}\n")
    edit(plugins / "my-llm.2" / file, host)
    assert (
        hermes("chat", "-q", "hi", "--json", env={made["key_env"]: KEY}).document["served_by"]["provider"]
        == "my-llm.2"
    )
    assert "acme" not in (plugins / "my-llm.2" / file).read_text().lower()


def test_new_writes_data_unless_told_otherwise(hermes: Hermes, plugins: Path) -> None:
    """And says what to edit and how to see whether it works, in commands that there are."""
    result = hermes("providers", "new", "acme")
    assert (result.status, result.err) == (0, "")
    assert (plugins / "acme" / "plugin.yaml").read_bytes() == (
        TEMPLATES / "data" / "plugin.yaml"
    ).read_bytes()
    for words in ("wrote ~/hermes/plugins/model-providers/acme/plugin.yaml", "base_url", "env_vars"):
        assert words in result.out
    for command in ("providers show acme -v", "auth login acme", "fallback test acme"):
        assert f"hermes {command}\n" in result.out
        assert hermes(*command.split(), "--help").status == 0


@pytest.mark.parametrize("name", ["on", "123", "1e5", "null", "0x1f", "a_b-c.d"])
def test_any_name_makes_a_plugin_that_loads(hermes: Hermes, plugins: Path, name: str) -> None:
    """Words that mean something else in YAML, and names that no variable can begin with, too."""
    for form in FORMS:
        assert hermes("providers", "new", name, f"--{form}").status == 0
        known = Registry(plugins)
        assert (known.broken, known.get(name).name) == ((), name)
        shutil.rmtree(plugins / name)


def test_what_stands_is_left_as_it_is(hermes: Hermes, plugins: Path) -> None:
    """Exit 2: the folder, even an empty or a broken one, and the name in another folder of the user's."""
    (plugins / "acme").mkdir(parents=True)
    refused = hermes("providers", "new", "acme", "--json")
    assert (refused.status, refused.error["kind"]) == (2, "plugin-exists")
    assert list((plugins / "acme").iterdir()) == []
    shutil.copy(TEMPLATES / "data" / "plugin.yaml", plugins / "acme")
    (plugins / "acme").rename(plugins / "elsewhere")
    refused = hermes("providers", "new", "acme", "--json")
    assert (refused.status, refused.error["kind"]) == (2, "plugin-exists")
    assert str(plugins / "elsewhere") in refused.error["why"]
    assert [path.name for path in plugins.iterdir()] == ["elsewhere"]


@pytest.mark.parametrize(
    ("name", "stood_for"), [("openrouter", "openrouter"), ("grok", "xai"), ("acme", None)]
)
def test_a_name_that_stood_for_another_is_said_so(
    hermes: Hermes, plugins: Path, name: str, stood_for: str | None
) -> None:
    """It may be meant, so it is written all the same; the other answers to its own name."""
    assert hermes("providers", "new", name, "--json").document["replaces"] == stood_for
    assert Registry(plugins).canonical(name) == name
    shutil.rmtree(plugins / name)
    told = hermes("providers", "new", name).out
    assert (f"`{name}` stood for the provider `{stood_for}`" in " ".join(told.split())) == (
        stood_for is not None
    )


@pytest.mark.parametrize(
    "argv", [(), ("Acme",), ("a/b",), ("..",), ("",), ("-x",), ("acme", "--code", "--data")],
    ids=["nothing", "capital", "path", "up", "empty", "option", "both"],
)  # fmt: skip
def test_what_makes_no_plugin_is_refused(hermes: Hermes, home: Path, argv: tuple[str, ...]) -> None:
    """Exit 2, and the home is as it was."""
    assert hermes("providers", "new", *argv).status == 2
    assert list(home.iterdir()) == []


def test_a_home_that_cannot_be_written_is_refused(hermes: Hermes, home: Path) -> None:
    """Exit 8, with the path."""
    (home / "plugins").write_text("mine")
    refused = hermes("providers", "new", "acme", "--json")
    assert refused.status == 8
    assert str(home / "plugins") in refused.error["what"]


def test_a_home_that_is_not_there_is_made_for_its_owner(hermes: Hermes, home: Path, plugins: Path) -> None:
    """Every folder that has to be made is private."""
    home.rmdir()
    assert hermes("providers", "new", "acme").status == 0
    made = (home, home / "plugins", plugins, plugins / "acme")
    assert {path.stat().st_mode & 0o777 for path in made} == {0o700}
