"""`hermes auth logout`, and a key given to `hermes auth login`: what is kept goes, and what is not ours is named."""

from __future__ import annotations

import json

import pytest
from office import Office

from tests.window import ENTER

KEY = "sk-or-v1-9f8e7d6c5b4a39281706f5e4d3c2b1a0"
ENV = f"# mine\nOTHER=1\n\nOPENROUTER_API_KEY={KEY}\nLAST='x'\n"


def test_a_key_from_stdin_is_stored(office: Office) -> None:
    """No terminal, no terms: the key goes into `.env`, and is a fingerprint everywhere else."""
    done = office.run("auth", "login", "or", "--key-stdin", "--json", stdin=f"{KEY}\n")
    document = json.loads(done.stdout)
    assert (document["provider"], document["method"], document["changed"]) == ("openrouter", "key", True)
    assert document["stored"]["name"] == "OPENROUTER_API_KEY"
    assert (office.home / ".env").read_text() == f"OPENROUTER_API_KEY={KEY}\n"
    assert KEY not in done.stdout + done.stderr


def test_without_a_terminal_a_key_is_named_by_its_flag(office: Office) -> None:
    """Exit 2 says how to hand it over."""
    done = office.run("auth", "login", "openrouter")
    assert (done.returncode, office.files()) == (2, set())
    assert "hermes auth login openrouter --key-stdin" in done.stderr


def test_a_store_is_for_keys(office: Office) -> None:
    """Tokens of a sign-in have their own place, and asking for another is a mistake."""
    done = office.run("auth", "login", "nous", "--accept-terms", "--store", "keyring")
    assert (done.returncode, office.files()) == (2, set())


def test_logout_takes_the_key_out_of_the_env_file(office: Office) -> None:
    """One line goes, and no other byte."""
    (office.home / ".env").write_text(ENV)
    done = office.run("auth", "logout", "openrouter")
    assert (office.home / ".env").read_text() == "# mine\nOTHER=1\n\nLAST='x'\n"
    assert "removed `OPENROUTER_API_KEY` in " in done.stdout
    assert KEY not in done.stdout


def test_logout_forgets_a_sign_in_and_the_pool(office: Office) -> None:
    """Tokens and entries of that provider go; others stay, and so does what we do not know."""
    office.run("auth", "login", "nous", "--accept-terms")
    office.run("auth", "login", "copilot", "--accept-terms")
    whole = office.auth()
    manual = {"id": "abc123", "label": "work", "source": "manual", "access_token": "key-0123456789"}
    office.auth_file.write_text(
        json.dumps({**whole, "mine": 1, "credential_pool": {**whole["credential_pool"], "nous": [manual]}})
    )
    done = office.run("auth", "logout", "nous", "--json")
    (row,) = json.loads(done.stdout)["providers"]
    left = office.auth()
    assert (left["providers"], left["credential_pool"]["nous"], left["active_provider"]) == ({}, [], None)
    assert (left["mine"], len(left["credential_pool"]["copilot"])) == (1, 1)
    assert [each.partition(" in ")[0] for each in row["removed"]] == ["the sign-in", "`work`"]


def test_what_is_exported_stays_and_is_named(office: Office) -> None:
    """We cannot take it out of the shell that it comes from."""
    (office.home / ".env").write_text(ENV)
    done = office.run("auth", "logout", "openrouter", OPENROUTER_API_KEY=KEY)
    assert "left `OPENROUTER_API_KEY` in the environment" in done.stdout


def test_the_sign_in_of_another_program_stays_and_is_named(office: Office) -> None:
    """Its file is its own."""
    file = office.home.parent / ".qwen" / "oauth_creds.json"
    file.parent.mkdir()
    tokens = {"access_token": "qwen-token-0123456789", "refresh_token": "r", "expiry_date": 4_000_000_000_000}
    file.write_text(json.dumps(tokens))
    done = office.run("auth", "logout", "qwen-oauth")
    assert ("left" in done.stdout, ".qwen" in done.stdout) == (True, True)
    assert json.loads(file.read_text()) == tokens


def test_logging_out_twice_changes_nothing(office: Office) -> None:
    """Exit 0, and `changed` is false."""
    done = office.run("auth", "logout", "nous", "--json")
    assert (done.returncode, json.loads(done.stdout)["changed"], office.files()) == (0, False, set())


def test_all_forgets_everything(office: Office) -> None:
    """Every sign-in, every pool, every key of a known provider in `.env`; other lines stay."""
    (office.home / ".env").write_text(ENV)
    for name in ("nous", "copilot", "xai-oauth"):
        office.run("auth", "login", name, "--accept-terms")
    done = office.run("auth", "logout", "--all", "--yes", "--json")
    names = [each["provider"] for each in json.loads(done.stdout)["providers"]]
    assert names == ["copilot", "nous", "openrouter", "xai-oauth"]
    assert office.auth()["providers"] == {}
    assert not any(office.auth()["credential_pool"].values())
    assert "OPENROUTER" not in (office.home / ".env").read_text()


@pytest.mark.parametrize(
    ("answer", "left"), [("y", False), ("n", True), ("", True)], ids=["yes", "no", "enter"]
)
def test_all_asks_first(office: Office, answer: str, left: bool) -> None:
    """It names whom it forgets; anything but yes changes nothing."""
    (office.home / ".env").write_text(ENV)
    window = office.sit("auth", "logout", "--all").wait("Forget all that is kept for openrouter?")
    assert window.press(answer, ENTER).end() == 0
    assert ("OPENROUTER_API_KEY" in (office.home / ".env").read_text()) is left


@pytest.mark.parametrize(
    ("argv", "status"),
    [(("--all",), 2), ((), 2), (("nous", "--all"), 2), (("nouz",), 5)],
    ids=["all-unasked", "nobody-named", "both", "unknown"],
)
def test_a_logout_that_is_not_clear_is_refused(office: Office, argv: tuple[str, ...], status: int) -> None:
    """Nothing goes by accident."""
    (office.home / ".env").write_text(ENV)
    assert office.run("auth", "logout", *argv).returncode == status
    assert (office.home / ".env").read_text() == ENV


POOL = {"credential_pool": {"openrouter": [{"id": n, "label": n, "access_token": f"{KEY}{n}"} for n in "ab"]}}
CHAIN = "model: {provider: openrouter, default: m}\nfallback_providers: [{provider: openrouter, model: n}]\n"


@pytest.mark.parametrize(("answer", "left"), [("y", 0), ("n", 2)], ids=["yes", "no"])
def test_a_pool_of_several_keys_is_asked_about_once(office: Office, answer: str, left: int) -> None:
    """On a terminal alone, and not with `-y`."""
    office.auth_file.write_text(json.dumps(POOL))
    window = office.sit("auth", "logout", "openrouter").wait("Forget all 2 credentials in the pool")
    assert window.press(answer, ENTER).end() == 0
    assert len(office.auth()["credential_pool"]["openrouter"]) == left
    assert "Forget" not in (yes := office.sit("auth", "logout", "openrouter", "-y")).text
    assert (yes.end(), office.auth()["credential_pool"]["openrouter"]) == (0, [])


def test_logout_names_the_links_that_lose_their_credential(office: Office) -> None:
    """The primary and the links of the chain, by their positions in JSON."""
    (office.home / "config.yaml").write_text(CHAIN)
    (office.home / ".env").write_text(ENV)
    told = office.run("auth", "logout", "openrouter").stdout
    assert "the primary `openrouter:m` is not ready any more" in told
    (office.home / ".env").write_text(ENV)
    assert json.loads(office.run("auth", "logout", "openrouter", "--json").stdout)["not_ready"] == [0, 1]


@pytest.mark.parametrize(
    ("config", "told"),
    [
        ("", "to use it: hermes model set openrouter MODEL"),
        ("model: {provider: nous, default: m}\n", "to use it: hermes fallback add openrouter"),
        (CHAIN, None),
    ],
    ids=["no-primary", "no-link", "a-link"],
)
def test_the_next_step_fits_the_home(office: Office, config: str, told: str | None) -> None:
    """It is said only where there is one."""
    (office.home / "config.yaml").write_text(config)
    said = office.run("auth", "login", "openrouter", "--key-stdin", stdin=KEY).stderr
    assert told in said if told else "to use it" not in said


def test_what_nobody_could_be_asked_about_is_a_warning(office: Office) -> None:
    """A key of another make, in place of another, behind the pool's: stored all the same."""
    office.auth_file.write_text(json.dumps(POOL))
    (office.home / ".env").write_text(ENV)
    login = ("auth", "login", "openrouter", "--key-stdin")
    done = office.run(*login, "--json", stdin="some-other-key-0123456789")
    make, replaced, ahead = json.loads(done.stdout)["warnings"]
    assert "begin with sk-or-" in make
    assert "held another key" in replaced
    assert "asked first is another one" in ahead
    assert "warning: asked first" in office.run(*login, stdin=KEY).stderr
    assert f"OPENROUTER_API_KEY={KEY}\n" in (office.home / ".env").read_text()


def test_a_key_that_is_too_short_is_refused(office: Office) -> None:
    """Nothing is written."""
    done = office.run("auth", "login", "openrouter", "--key-stdin", stdin="sk-or-1")
    assert (done.returncode, office.files()) == (2, set())
    assert "fewer than 8 characters" in done.stderr


def test_the_key_of_a_cloud_is_put_in_by_hand(office: Office) -> None:
    """`auth login` does not take it, and says where it goes."""
    done = office.run("auth", "login", "bedrock", "--key-stdin", stdin=KEY)
    assert done.returncode == 2
    assert "AWS_BEARER_TOKEN_BEDROCK" in done.stderr
