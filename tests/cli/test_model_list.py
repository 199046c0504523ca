"""`hermes model list`: what a provider can be asked for, ready to be piped."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from program import Hermes

from hermes_fallback.loopback.server import Loopback

KEY = "box-key-0123456789"
MODELS = ("big-1", "org/small:8b")


@pytest.fixture
def box(home: Path, config: Callable[[str], Path]) -> Iterator[Loopback]:
    """The primary's provider, which lists two models to whoever has its key."""
    with Loopback({"providers": [{"name": "box", "key": KEY, "models": list(MODELS)}]}) as running:
        (home / ".env").write_text(f"BOX_KEY={KEY}\n")
        config(
            f'model: {{provider: custom, default: m, base_url: "{running.base_url("box")}", key_env: BOX_KEY}}\n'
        )
        yield running


def test_the_primarys_models_stand_on_stdout_one_a_line(hermes: Hermes, box: Loopback) -> None:
    """Where they come from is for stderr."""
    result = hermes("model", "list")
    assert (result.status, result.out) == (0, "big-1\norg/small:8b\n")
    assert result.err == "2 models of `custom`, asked just now\n"
    assert hermes("model", "list", "-q").err == ""


def test_json_has_the_models_and_their_source(hermes: Hermes, box: Loopback) -> None:
    """One document; nothing else."""
    result = hermes("model", "list", "--json")
    assert result.err == ""
    assert result.document == {
        "schema": 1,
        "provider": "custom",
        "models": list(MODELS),
        "source": "live",
        "age_s": 0,
        "problem": None,
    }


def test_a_list_is_remembered_and_asked_anew_on_request(hermes: Hermes, box: Loopback) -> None:
    """The second look costs no request; --fresh does."""
    hermes("model", "list")
    again = hermes("model", "list")
    assert again.out == "big-1\norg/small:8b\n"
    assert "remembered" in again.err
    assert len(box.received()) == 1
    assert hermes("model", "list", "--fresh", "--json").document["source"] == "live"


def test_an_old_list_serves_while_nobody_answers(hermes: Hermes, box: Loopback) -> None:
    """It says how old it is, and why it is not a new one."""
    hermes("model", "list")
    box.stop()
    result = hermes("model", "list", "--fresh", "--json")
    assert (result.status, result.document["source"], result.document["models"]) == (0, "cache", list(MODELS))
    assert "cannot be reached" in result.document["problem"]["what"]


def test_a_link_lends_its_address_and_key_to_its_provider(
    hermes: Hermes, home: Path, config: Callable[[str], Path], box: Loopback
) -> None:
    """`custom` has no address of its own; the chain's link has one."""
    config(
        "model: {provider: openrouter, default: x/y}\nfallback_providers:\n"
        f'  - {{provider: custom, model: m, base_url: "{box.base_url("box")}", key_env: BOX_KEY}}\n'
    )
    assert hermes("model", "list", "custom").out == "big-1\norg/small:8b\n"


def test_without_a_key_the_usual_models_are_shown_and_why(hermes: Hermes) -> None:
    """They are told from live ones; what to do is said."""
    result = hermes("model", "list", "deepseek")
    assert result.status == 0
    assert "deepseek-chat" in result.out.splitlines()
    assert result.err.startswith(
        "4 models of `deepseek`, the usual ones, because `DEEPSEEK_API_KEY` is not set\n"
    )
    assert "\nhint: put `DEEPSEEK_API_KEY=" in result.err
    document = hermes("model", "list", "deepseek", "--json").document
    assert (document["source"], document["age_s"]) == ("default", None)
    assert document["problem"]["kind"] == "missing-credential"


def test_a_list_for_everybody_is_asked_for_without_a_key(hermes: Hermes, home: Path) -> None:
    """A provider whose list is public needs none to be listed."""
    with Loopback(
        {"providers": [{"name": "acme", "models": ["a-1"], "public_list": True, "key": KEY}]}
    ) as acme:
        folder = home / "plugins" / "model-providers" / "acme"
        folder.mkdir(parents=True)
        (folder / "plugin.yaml").write_text(
            "kind: model-provider\nversion: '1'\ndescription: x\nprofile:\n  name: acme\n"
            f"  base_url: {acme.base_url('acme')}\n  env_vars: [ACME_KEY]\n  models_public: true\n"
        )
        result = hermes("model", "list", "acme")
        (asked,) = acme.received()
    assert (result.status, result.out, asked.authorization) == (0, "a-1\n", None)


NO_LIST = {
    "refused": ({"key": "another"}, 4, "refused-key", "`BOX_KEY` in .env"),
    "nobody-there": ({"script": ["refuse"]}, 8, "connection", "start it"),
    "broken": ({"list_script": ["server_error"]}, 8, "server-error", "try again later"),
}


@pytest.mark.parametrize(("spec", "status", "kind", "hint"), NO_LIST.values(), ids=NO_LIST)
def test_no_list_at_all_is_an_error(
    hermes: Hermes,
    home: Path,
    config: Callable[[str], Path],
    spec: dict[str, object],
    status: int,
    kind: str,
    hint: str,
) -> None:
    """Where nobody gave one, now or before, a pipe must not take silence for an empty list."""
    with Loopback([{"name": "box", **spec}]) as box:
        config(
            f'model: {{provider: custom, default: m, base_url: "{box.base_url("box")}", key_env: BOX_KEY}}\n'
        )
        (home / ".env").write_text(f"BOX_KEY={KEY}\n")
        result = hermes("model", "list", "--json")
    assert (result.status, result.out, result.error["kind"]) == (status, "", kind)
    assert hint in result.error["hint"]


def test_a_missing_key_is_an_error_where_no_models_are_known(
    hermes: Hermes, config: Callable[[str], Path]
) -> None:
    """The same that every other command ends with."""
    config("custom_providers: [{name: box, base_url: 'https://llm.example.test/v1', key_env: BOX_KEY}]\n")
    result = hermes("model", "list", "custom:box", "--json")
    assert (result.status, result.out, result.error["kind"]) == (4, "", "missing-credential")


@pytest.mark.parametrize(("argv", "status"), [(("opnrouter",), 5), ((), 2)], ids=["unknown", "no-primary"])
def test_what_cannot_be_listed_says_what_to_type(hermes: Hermes, argv: tuple[str, ...], status: int) -> None:
    """An unknown name is 5; no name and no primary is 2."""
    result = hermes("model", "list", *argv)
    assert (result.status, result.out) == (status, "")
    assert "hint:" in result.err


def test_names_cannot_steer_the_terminal(hermes: Hermes, config: Callable[[str], Path]) -> None:
    """What a host lists, or a config names, is shown and never obeyed."""
    with Loopback({"providers": [{"name": "box", "script": ["refuse"]}]}) as box:
        config(
            f"custom_providers:\n  - {{name: box, base_url: '{box.base_url('box')}', "
            'models: ["ok-1", "x\\e]0;pwned\\a"]}\n'
        )
        out = hermes("model", "list", "custom:box", tty=True, env={"NO_COLOR": "1"}).out
    assert out == "ok-1\nx\\x1b]0;pwned\\x07\n"
