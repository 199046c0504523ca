"""`hermes auth add`, `list`, `remove` and `reset`: the keys of a provider that take turns."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from pathlib import Path
from time import time
from typing import Any

import pytest
from program import Hermes

from hermes_fallback.model.bench import Bench, Subject
from hermes_fallback.model.reason import Reason
from hermes_fallback.runtime.credential_states import open_shared_state
from hermes_fallback.secret import Secret
from hermes_fallback.state.protocol import State

FIRST = "sk-or-v1-9f8e7d6c5b4a39281706f5e4d3c2b1a0"
SECOND = "sk-or-v1-00112233445566778899aabbccddeeff"


def give(hermes: Hermes, key: str = FIRST, *argv: str) -> Any:
    """Add *key* to the pool of openrouter."""
    result = hermes("auth", "add", "openrouter", "--key-stdin", "--json", *argv, stdin=f"{key}\n")
    assert result.status == 0, result.err
    return result.document


def stand(hermes: Hermes) -> list[dict[str, Any]]:
    """The credentials of openrouter as `list` shows them."""
    (found,) = hermes("auth", "list", "openrouter", "--json").document["providers"]
    return found["credentials"]  # type: ignore[no-any-return]


def state(home: Path) -> State:
    return open_shared_state(str(home / "fallback"))


def bench(key: str = FIRST, until: float = math.inf, **parts: str) -> Bench:
    subject = Subject(credential=Secret(key).digest(16), **parts)
    return Bench(subject=subject, reason=Reason.AUTH, since=time(), until=until)


def test_a_key_joins_the_pool_and_is_shown_as_a_fingerprint(hermes: Hermes, home: Path) -> None:
    """Its place, its label, and no part of it; the file is private."""
    document = give(hermes, FIRST, "--label", "work")
    assert (document["schema"], document["changed"], document["provider"]) == (1, True, "openrouter")
    listed = hermes("auth", "list")
    assert "work" in listed.out
    assert Secret(FIRST).fingerprint in listed.out
    assert FIRST[9:20] not in listed.out + json.dumps(document)
    assert (home / "auth.json").stat().st_mode & 0o777 == 0o600


def test_a_key_that_stands_there_already_changes_nothing(hermes: Hermes, home: Path) -> None:
    """Exit 0, and it says where; by an alias of the provider too."""
    give(hermes, FIRST, "--label", "work")
    before = (home / "auth.json").read_bytes()
    again = hermes("auth", "add", "or", "--key-stdin", stdin=FIRST)
    assert (again.status, "nothing changed" in again.out, "`work`" in again.out) == (0, True, True)
    assert give(hermes)["changed"] is False
    assert (home / "auth.json").read_bytes() == before


def test_a_new_key_comes_last_or_where_it_is_put(hermes: Hermes) -> None:
    """Labels that nobody gave are told apart."""
    give(hermes, FIRST)
    give(hermes, SECOND)
    give(hermes, "sk-or-v1-ffeeddccbbaa99887766554433221100", "--priority", "0", "--label", "head")
    assert [(each["position"], each["label"]) for each in stand(hermes)] == [
        (1, "head"),
        (2, "api-key-1"),
        (3, "api-key-2"),
    ]


def test_a_key_from_a_file_is_freed_of_what_copying_adds(hermes: Hermes, tmp_path: Path) -> None:
    """As everywhere else a key is handed over."""
    (tmp_path / "key").write_text(f'export OPENROUTER_API_KEY="{FIRST}"\n')
    assert hermes("auth", "add", "openrouter", "--key-file", str(tmp_path / "key")).status == 0
    assert stand(hermes)[0]["fingerprint"] == Secret(FIRST).fingerprint


@pytest.mark.parametrize(
    ("argv", "stdin", "status", "kind"),
    [
        pytest.param(("openrouter",), "", 2, "missing-key", id="nobody-to-ask"),
        pytest.param(
            ("openrouter", "--key-stdin"), "your_api_key", 2, "placeholder-credential", id="placeholder"
        ),
        pytest.param(
            ("openrouter", "--key-stdin", "--priority", "-1"), FIRST, 2, "bad-value", id="below-first"
        ),
        pytest.param(("opnrouter", "--key-stdin"), FIRST, 5, "unknown-provider", id="unknown-provider"),
        pytest.param(("custom", "--key-stdin"), FIRST, 2, "no-pool", id="any-address"),
        pytest.param(("moa", "--key-stdin"), FIRST, 2, "no-pool", id="virtual"),
        pytest.param(("openai-codex", "--key-stdin"), FIRST, 2, "no-pool", id="a-sign-in-alone"),
    ],
)
def test_a_key_that_cannot_be_added_is_refused_and_nothing_is_made(
    hermes: Hermes, home: Path, argv: tuple[str, ...], stdin: str, status: int, kind: str
) -> None:
    """With the code of the contract, and never the key."""
    result = hermes("auth", "add", *argv, "--json", stdin=stdin)
    assert (result.status, result.error["kind"], result.out) == (status, kind, "")
    assert FIRST not in result.err
    assert not (home / "auth.json").exists()


def test_an_endpoint_of_the_config_has_no_pool(hermes: Hermes, home: Path) -> None:
    """The config says what its key is; one in a pool would never be sent."""
    (home / "config.yaml").write_text(
        "custom_providers: [{name: box, base_url: https://box.test/v1, key_env: BOX_KEY}]\n"
    )
    result = hermes("auth", "add", "box", "--key-stdin", "--json", stdin=FIRST)
    assert (result.status, result.error["kind"]) == (2, "no-pool")
    assert result.error["hint"].endswith("hermes auth login custom:box")


def test_two_keys_cannot_have_one_label(hermes: Hermes) -> None:
    """Whoever removes one by its label must not get the other."""
    give(hermes, FIRST, "--label", "Work")
    result = hermes("auth", "add", "openrouter", "--key-stdin", "--label", "work", "--json", stdin=SECOND)
    assert (result.status, result.error["kind"]) == (2, "label-taken")
    assert len(stand(hermes)) == 1


@pytest.mark.parametrize("word", ["b", "B", "2", None], ids=["label", "other-case", "position", "id"])
def test_an_entry_is_removed_by_label_position_or_id(hermes: Hermes, word: str | None) -> None:
    """The others close ranks."""
    give(hermes, FIRST, "--label", "a")
    entry_id = give(hermes, SECOND, "--label", "b")["credential"]["id"]
    result = hermes("auth", "remove", "openrouter", word or entry_id, "--json")
    assert (result.status, result.document["changed"], result.document["left"]) == (0, True, 1)
    assert [each["label"] for each in stand(hermes)] == ["a"]


def test_of_several_entries_none_goes_where_one_is_not_there(hermes: Hermes) -> None:
    """Exit 5, naming what there is."""
    give(hermes, FIRST, "--label", "a")
    result = hermes("auth", "remove", "openrouter", "a", "b", "--json")
    assert (result.status, result.error["kind"], result.error["why"]) == (
        5,
        "unknown-credential",
        "it has `a`",
    )
    assert len(stand(hermes)) == 1


def test_a_label_that_two_entries_have_is_ambiguous(hermes: Hermes, home: Path) -> None:
    """Hermes Agent gives one label twice; then positions tell them apart."""
    entries = [{"id": each, "label": "same", "access_token": f"sk-{each}-0001"} for each in ("aa", "bb")]
    (home / "auth.json").write_text(json.dumps({"credential_pool": {"openrouter": entries}}))
    result = hermes("auth", "remove", "openrouter", "same", "--json")
    assert (result.status, result.error["kind"]) == (2, "ambiguous-credential")
    assert result.error["hint"] == "name one by its position: 1, 2"
    assert hermes("auth", "remove", "openrouter", "2").status == 0


def test_an_entry_without_an_id_is_removed_like_the_others(hermes: Hermes, home: Path) -> None:
    """And nothing else goes with it."""
    entries = [{"label": each, "access_token": f"sk-{each}-0001"} for each in ("aa", "bb")]
    document = {"credential_pool": {"nous": entries}, "providers": {"nous": {"access_token": "at-1"}}}
    (home / "auth.json").write_text(json.dumps(document))
    assert hermes("auth", "remove", "nous", "aa").status == 0
    kept = json.loads((home / "auth.json").read_text())
    assert [each["label"] for each in kept["credential_pool"]["nous"]] == ["bb"]
    assert kept["providers"] == document["providers"]


def test_removing_a_sign_in_takes_its_tokens_too(hermes: Hermes, home: Path) -> None:
    """In the pool and in the provider's state: it is one credential."""
    token = {"access_token": "at-0001", "refresh_token": "rt-0001"}
    entry = {"id": "aa", "label": "me", "source": "device_code", "auth_type": "oauth", **token}
    (home / "auth.json").write_text(
        json.dumps({"providers": {"nous": token}, "credential_pool": {"nous": [entry]}})
    )
    assert hermes("auth", "remove", "nous", "me").status == 0
    assert "at-0001" not in (home / "auth.json").read_text()
    assert hermes("auth", "list", "nous").out == "the pool of `nous` is empty\n"


def test_an_entry_that_stands_for_a_variable_is_not_used_once_removed(hermes: Hermes, home: Path) -> None:
    """The variable itself is not ours to change, and that is said; Hermes Agent does not bring the entry back."""
    entry = {"id": "aa", "label": "OPENROUTER_API_KEY", "source": "env:OPENROUTER_API_KEY"}
    (home / "auth.json").write_text(json.dumps({"credential_pool": {"openrouter": [entry]}}))
    result = hermes("auth", "remove", "openrouter", "1")
    assert "`env:OPENROUTER_API_KEY` itself is as it was" in result.out
    kept = json.loads((home / "auth.json").read_text())
    assert kept["suppressed_sources"] == {"openrouter": ["env:OPENROUTER_API_KEY"]}
    give(hermes)
    assert json.loads((home / "auth.json").read_text())["suppressed_sources"] == {}


def test_the_list_says_how_it_stands_with_each(hermes: Hermes, home: Path) -> None:
    """Ok, benched with its end and reason, dead; what is over counts no more."""
    keys = [
        FIRST,
        SECOND,
        "sk-or-v1-ffeeddccbbaa99887766554433221100",
        "sk-or-v1-00ff00ff00ff00ff00ff00ff00ff00ff",
    ]
    for key in keys:
        give(hermes, key)
    for found in (
        bench(keys[1], 4102444800.0),
        bench(keys[2]),
        bench(keys[3], time() + 1e-9),
    ):
        state(home).bench(found, generation=0)
    found = stand(hermes)
    assert [each["state"] for each in found] == ["ok", "benched", "dead", "ok"]
    assert [each["until"] for each in found] == [None, "2100-01-01T00:00:00.000Z", None, None]
    text = hermes("auth", "list", "openrouter").out
    assert "benched until 2100-01-01T00:00:00.000Z" in text
    assert "dead" in text


@pytest.mark.parametrize("argv", [("openrouter",), ("--all",)], ids=["one-provider", "all"])
def test_a_reset_forgets_what_is_held_against_the_keys(
    hermes: Hermes, home: Path, argv: tuple[str, ...]
) -> None:
    """Ours, at any host too, and what Hermes Agent has marked; read back, by every process."""
    give(hermes, FIRST, "--label", "work")
    shared = state(home)
    shared.bench(bench(), generation=0)
    shared.bench(bench(until=4102444800.0, host="https://openrouter.ai", model="m"), generation=0)
    result = hermes("auth", "reset", *argv, "--json")
    assert (result.status, result.document["changed"]) == (0, True)
    assert {(each["label"], each["model"]) for each in result.document["reset"]} == {
        ("work", None),
        ("work", "m"),
    }
    assert shared.health().benches == {}
    assert stand(hermes)[0]["state"] == "ok"
    assert hermes("auth", "reset", *argv).out == "nothing was benched\n"


def test_a_reset_clears_a_mark_that_benches_nothing(hermes: Hermes, home: Path) -> None:
    """Hermes Agent shows it all the same."""
    entry = {"id": "aa", "label": "a", "access_token": FIRST, "last_status": "exhausted"}
    (home / "auth.json").write_text(json.dumps({"credential_pool": {"openrouter": [entry]}}))
    assert hermes("auth", "reset", "openrouter").status == 0
    assert '"last_status": "ok"' in (home / "auth.json").read_text()


def test_a_reset_of_one_provider_leaves_the_others(hermes: Hermes, home: Path) -> None:
    """Each key is its provider's."""
    give(hermes)
    hermes("auth", "add", "deepseek", "--key-stdin", stdin="sk-deepseek-0001")
    state(home).bench(bench("sk-deepseek-0001"), generation=0)
    assert hermes("auth", "reset", "openrouter").out == "nothing was benched\n"
    assert len(state(home).health().benches) == 1


def test_a_key_that_stands_in_a_variable_is_reset_with_its_provider(hermes: Hermes, home: Path) -> None:
    """It is in no pool, and is the provider's key all the same."""
    (home / ".env").write_text(f"OPENROUTER_API_KEY={SECOND}\n")
    state(home).bench(bench(SECOND), generation=0)
    assert hermes("auth", "reset", "openrouter", "--json").document["changed"] is True
    assert state(home).health().benches == {}


@pytest.mark.parametrize(
    "argv",
    [
        ("list",),
        ("add", "openrouter", "--key-stdin"),
        ("remove", "openrouter", "1"),
        ("reset", "openrouter"),
    ],
    ids=" ".join,
)
def test_a_broken_file_is_reported_and_copied_aside(
    hermes: Hermes, home: Path, argv: tuple[str, ...]
) -> None:
    """Nothing is written over it."""
    (home / "auth.json").write_text('{"credential_pool": ')
    result = hermes("auth", *argv, "--json", stdin=FIRST)
    assert (result.status, result.error["kind"]) == (3, "invalid-file")
    assert (home / "auth.json").read_text() == '{"credential_pool": '
    assert (home / "auth.json.corrupt").exists()


@pytest.mark.parametrize(
    ("argv", "status"),
    [
        (("reset",), 2),
        (("reset", "openrouter", "--all"), 2),
        (("remove", "openrouter"), 2),
        (("list", "opnrouter"), 5),
        (("reset", "opnrouter"), 5),
        (("remove", "openrouter", "1"), 5),
    ],
    ids=["reset-of-nobody", "reset-of-both", "remove-nothing", "list", "reset", "remove"],
)
def test_what_is_missing_or_unknown_has_the_code_of_the_contract(
    hermes: Hermes, argv: tuple[str, ...], status: int
) -> None:
    """Usage is 2, a thing that is not there 5."""
    assert hermes("auth", *argv).status == status


def test_what_is_in_a_label_cannot_steer_the_terminal(hermes: Hermes, home: Path) -> None:
    """Labels come from outside, and so may an entry's source."""
    entry = {"id": "aa", "label": "\x1b[2Jx", "source": "env:\x1b[31m", "access_token": FIRST}
    (home / "auth.json").write_text(json.dumps({"credential_pool": {"openrouter": [entry]}}))
    for argv in (("list",), ("remove", "openrouter", "1")):
        result = hermes("auth", *argv, tty=True, env={"NO_COLOR": "1"})
        assert "\x1b" not in result.out + result.err


def test_an_install_that_is_read_only_takes_no_keys(hermes: Hermes, home: Path) -> None:
    """Whoever manages the machine does that."""
    result = hermes("auth", "add", "openrouter", "--key-stdin", stdin=FIRST, env={"HERMES_MANAGED": "true"})
    assert result.status == 3
    assert not (home / "auth.json").exists()


def test_a_provider_that_nobody_knows_any_more_can_still_be_cleared(
    hermes: Hermes, home: Path, config: Callable[[str], Path]
) -> None:
    """A pool stays in the file when its plugin goes."""
    entry = {"id": "aa", "label": "a", "access_token": FIRST}
    (home / "auth.json").write_text(json.dumps({"credential_pool": {"gone": [entry]}}))
    assert "gone" in hermes("auth", "list").out
    assert hermes("auth", "reset", "gone").status == 0
    assert hermes("auth", "remove", "gone", "a").status == 0


def test_a_profile_is_let_in_by_the_pool_of_the_home_around_it(hermes: Hermes, home: Path) -> None:
    """Until it has one of its own; the home's is not changed by the profile."""
    (home / "profiles" / "lab").mkdir(parents=True)
    give(hermes, FIRST, "--label", "home's")
    before = (home / "auth.json").read_bytes()

    def used() -> str:
        found = hermes("-p", "lab", "auth", "status", "openrouter", "--json").document["providers"]
        return str(found[0]["credentials"][0]["label"])

    assert used() == "home's"
    hermes("-p", "lab", "auth", "add", "openrouter", "--key-stdin", "--label", "lab's", stdin=SECOND)
    assert used() == "lab's"
    assert (home / "auth.json").read_bytes() == before


@pytest.mark.parametrize(
    "label", [FIRST, f"my-{FIRST}", SECOND, "2", " "], ids=["value", "within", "shape", "number", "blank"]
)
def test_a_label_that_is_none_is_refused(hermes: Hermes, home: Path, label: str) -> None:
    """Labels are shown, and numbers are positions; it is not repeated."""
    result = hermes("auth", "add", "openrouter", "--key-stdin", "--label", label, "--json", stdin=FIRST)
    assert (result.status, result.error["kind"]) == (2, "bad-label")
    assert (label.strip() or "!") not in result.error["what"] + result.error["why"]
    assert "pool" not in hermes("auth", "list", "--json").out


def test_a_reset_says_what_was_and_cuts_no_name(hermes: Hermes, home: Path) -> None:
    """A sign-in outside a pool is known by a name, and that stands whole."""
    give(hermes, FIRST, "--label", "work")
    named = Bench(
        subject=Subject(credential="a-sign-in-of-some-provider"), reason=Reason.QUOTA, since=time(), until=4e9
    )
    for each in (bench(until=4e9), named):
        state(home).bench(each, generation=0)
    told = " ".join(hermes("auth", "reset", "--all").out.split())
    assert "`work` of openrouter was benched, as openrouter refuses the key; it is tried again" in told
    assert "a-sign-in-of-some-provider was benched, as its provider has no quota left" in told
