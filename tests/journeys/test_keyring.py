"""Keys in the keyring of the system: chosen at the prompt or by an option, listed without it, sent from it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import yaml

from hermes_fallback.loopback.server import Loopback
from tests.journeys.desk import KEY, Desk
from tests.secret_service import SecretService, secret_service
from tests.window import DOWN, ENTER

ADD = ("fallback", "add")
ACME = (*ADD, "acme", "acme/big")
AT_KEY, AT_STORE, AT_MODEL, AT_YES = "stays unseen", "does not look there", "acme/small", "Write this?"
TO_STORE = (("with an API key", "acme", ENTER), (AT_KEY, KEY, ENTER))


@pytest.fixture
def service(tmp_path: Path) -> Iterator[SecretService]:
    """A Secret Service that was unlocked."""
    with secret_service(tmp_path / "bus") as service:
        service.unlock()
        yield service


@pytest.fixture
def bus(service: SecretService) -> dict[str, str]:
    """The variable by which programs find the unlocked keyring."""
    return {"DBUS_SESSION_BUS_ADDRESS": service.environ["DBUS_SESSION_BUS_ADDRESS"]}


def listed(desk: Desk, **environ: str) -> object:
    """The credential of the first link, as a listing has it."""
    return json.loads(desk.run("fallback", "list", "--json", **environ).stdout)["chain"][0]["credential"]


def test_the_prompt_offers_the_keyring_and_remembers_the_choice(desk: Desk, bus: dict[str, str]) -> None:
    """The key is in no file, the link names no variable, and the next key is not asked about."""
    window = desk.sit(*ADD, **bus).follow(*TO_STORE).wait("the only one that Hermes Agent reads")
    window.follow((AT_STORE, ENTER), (AT_MODEL, ENTER), (AT_YES, "y")).wait("undo it with")
    assert window.end() == 0
    config = yaml.safe_load(desk.config.read_text())
    assert config["fallback"] == {"store": "keyring"}
    assert config["fallback_providers"] == [{"provider": "acme", "model": "acme/big"}]
    assert listed(desk)["source"] == "keyring"  # type: ignore[index]
    assert not [name for name, data in desk.files().items() if KEY.encode() in data]
    assert KEY.encode() not in window.received


def test_the_env_file_can_be_chosen_and_is_remembered(desk: Desk, bus: dict[str, str]) -> None:
    """Then the keyring is not asked again, and the key is where Hermes Agent looks."""
    window = desk.sit(*ADD, **bus).follow(
        *TO_STORE, (AT_STORE, DOWN, ENTER), (AT_MODEL, ENTER), (AT_YES, "y")
    )
    assert window.end() == 0
    assert desk.env.read_text() == f"ACME_API_KEY={KEY}\n"
    assert yaml.safe_load(desk.config.read_text())["fallback"] == {"store": "env"}


def test_a_choice_can_be_taken_back_and_a_no_writes_nothing(desk: Desk, bus: dict[str, str]) -> None:
    """`<` leads from the model to the store, and from there to the key."""
    window = desk.sit(*ADD, **bus).follow(*TO_STORE, (AT_STORE, ENTER), (AT_MODEL, "<"))
    window.follow((AT_STORE, "<"), (AT_KEY, KEY, ENTER), (AT_STORE, ENTER), (AT_MODEL, ENTER), (AT_YES, "n"))
    assert window.end() == 0
    assert not desk.config.exists()
    assert not (desk.home / "fallback" / "keyring.json").exists()


def test_without_a_terminal_the_option_or_the_config_says_where(desk: Desk, bus: dict[str, str]) -> None:
    """`--store` first, then `fallback.store`; nothing is remembered."""
    assert desk.run(*ACME, "--key-stdin", "--store", "keyring", stdin=KEY, **bus).returncode == 0
    assert "fallback:" not in desk.config.read_text()
    desk.run("config", "set", "fallback.store", "keyring")
    changed = desk.run(*ADD, "acme", "acme/small", "--key-stdin", "--json", stdin=KEY, **bus)
    stored = json.loads(changed.stdout)["stored"]
    assert (stored["store"], stored["name"], stored["replaced"]) == ("keyring", "ACME_API_KEY", False)
    assert not desk.env.exists()


def test_a_listing_does_not_ask_the_keyring(desk: Desk, bus: dict[str, str]) -> None:
    """`ready` means present; the key is known by its fingerprint, with the bus and without."""
    stored = json.loads(
        desk.run(*ACME, "--key-stdin", "--store", "keyring", "--json", stdin=KEY, **bus).stdout
    )["stored"]
    here, away = listed(desk, **bus), listed(desk)
    assert here == away == {"source": "keyring", "name": "ACME_API_KEY", "fingerprint": stored["fingerprint"]}


def test_the_key_is_taken_from_the_keyring_when_it_is_sent(
    desk: Desk, service: SecretService, bus: dict[str, str]
) -> None:
    """Unlocked, the provider takes it; locked, the link is passed over with the reason, and the next one answers."""
    desk.run(*ACME, "--key-stdin", "--store", "keyring", stdin=KEY, **bus)
    ask = ("chat", "--provider", "acme", "--model", "acme/big", "-q", "hello", "--json")
    answered = json.loads(desk.run(*ask, **bus).stdout)
    assert answered["served_by"]["provider"] == "acme"
    service.lock()
    refused = desk.run(*ask, **bus)
    assert refused.returncode == 7
    assert "the keyring is locked" in refused.stderr


def test_a_key_in_both_places_is_warned_of(desk: Desk, bus: dict[str, str]) -> None:
    """The keyring is asked first, so that a newer key in `.env` would wait behind an older one."""
    desk.run(*ACME, "--key-stdin", "--store", "keyring", stdin=KEY, **bus)
    later = desk.run(*ADD, "acme", "acme/small", "--key-stdin", "--store", "env", stdin=KEY, **bus)
    assert "the keyring has a key of this provider too" in " ".join(later.stdout.split())


def test_a_key_is_said_to_be_kept_where_its_link_then_fails(desk: Desk, bus: dict[str, str]) -> None:
    """By its name in the keyring: nobody has to hand it over again."""
    desk.config.write_text("model: {provider: acme, default: acme/big}\n")
    result = desk.run(*ACME, "--key-stdin", "--store", "keyring", stdin=KEY, **bus)
    assert result.returncode == 2
    assert "the key is kept as `ACME_API_KEY` in the keyring" in result.stderr


def test_the_doctor_says_what_the_keyring_does_not_give(
    desk: Desk, service: SecretService, bus: dict[str, str]
) -> None:
    """All is well while it gives the key; locked, and with the key gone, it is a failure with a fix."""
    desk.run(*ACME, "--key-stdin", "--store", "keyring", stdin=KEY, **bus)
    look = ("doctor", "--only", "credentials.keyring", "--json")

    def found() -> dict[str, str]:
        return json.loads(desk.run(*look, **bus).stdout)["findings"][0]  # type: ignore[no-any-return]

    assert found()["level"] == "ok"
    index = desk.home / "fallback" / "keyring.json"
    index.write_text(index.read_text().replace("ACME_API_KEY", "OTHER_KEY"))
    assert "no longer has `OTHER_KEY` of acme" in found()["what"]
    service.lock()
    assert (found()["level"], found()["what"]) == ("fail", "the keyring is locked")


@pytest.mark.parametrize(
    ("text", "told"),
    [("", "the key goes to"), ("fallback: {store: keyring}\n", "the keyring is locked")],
    ids=["unsaid", "configured"],
)
def test_a_locked_keyring_is_not_offered(desk: Desk, tmp_path: Path, text: str, told: str) -> None:
    """Nobody is asked about what does not work; the key goes into `.env`, which is told before the yes."""
    desk.config.write_text(text)
    with secret_service(tmp_path / "locked") as service:
        service.unlock()
        service.lock()
        address = service.environ["DBUS_SESSION_BUS_ADDRESS"]
        window = desk.sit(*ADD, DBUS_SESSION_BUS_ADDRESS=address)
        window.follow(*TO_STORE, (AT_MODEL, ENTER), (told,), (AT_YES, "y"))
        assert window.end() == 0
    assert desk.env.read_text() == f"ACME_API_KEY={KEY}\n"


def test_a_logout_without_the_keyring_does_what_it_can(desk: Desk, bus: dict[str, str]) -> None:
    """The key in `.env` goes, the other is used no more, and another logout takes it once the keyring is back."""
    for store in ("keyring", "env"):
        desk.run(*ACME, "--key-stdin", "--store", store, stdin=KEY, **bus)
    away = desk.run("auth", "logout", "acme")
    assert (away.returncode, desk.env.read_text()) == (1, "")
    told = " ".join(away.stdout.split())
    assert "the keyring still has it" in told
    assert "hint: once the keyring gives way: hermes auth logout acme" in told
    assert listed(desk, **bus) is None
    back = json.loads(desk.run("auth", "logout", "acme", "--json", **bus).stdout)["providers"]
    assert back == [
        {"provider": "acme", "removed": ["`ACME_API_KEY` in the keyring"], "left": [], "held": []}
    ]


@pytest.mark.parametrize(("answer", "kept"), [("y", True), ("n", False)], ids=["yes", "no"])
def test_a_login_offers_the_env_file_where_the_keyring_is_away(desk: Desk, answer: str, kept: bool) -> None:
    """It is asked before the key is typed, so that none is lost."""
    desk.config.write_text("fallback: {store: keyring}\n")
    window = desk.sit("auth", "login", "acme").wait("Keep the key in .env instead?").press(answer)
    if kept:
        window.follow(("stays unseen", KEY, ENTER))
    assert window.end() == 0
    assert (desk.env.exists() and desk.env.read_text()) == (kept and f"ACME_API_KEY={KEY}\n")


def test_the_doctor_finds_a_key_that_waits_behind_the_keyring(desk: Desk, bus: dict[str, str]) -> None:
    """Another value in `.env` is never asked for; by fingerprints alone."""
    desk.run(*ACME, "--key-stdin", "--store", "keyring", stdin=KEY, **bus)
    keys = json.loads(desk.run("doctor", "--only", "env.file", "--json").stdout)["findings"][0]["what"]
    assert "keys come from the keyring" in keys
    desk.env.write_text("ACME_API_KEY=acme-other-0123456789\n")
    (found,) = json.loads(desk.run("doctor", "--only", "credentials.shadowed", "--json").stdout)["findings"]
    assert found["level"] == "warn"
    assert "`ACME_API_KEY` is in the keyring too" in found["what"]


def test_a_key_of_the_keyring_reaches_no_foreign_host(
    sit_down: Callable[..., Desk], bus: dict[str, str]
) -> None:
    """It goes to its provider; not where that points to, nor to the link behind it."""
    with Loopback([{"name": "elsewhere"}]) as elsewhere:
        to = f"{elsewhere.base_url('elsewhere')}/chat/completions"
        desk = sit_down(acme={"script": [{"behaviour": "redirect", "to": to}]})
        desk.run("model", "set", "acme", "acme/big", "--key-stdin", "--store", "keyring", stdin=KEY, **bus)
        desk.run("fallback", "add", "hearth", "mid:8b")
        answered = json.loads(desk.run("chat", "-q", "hello", "--json", **bus).stdout)
        assert [each["provider"] for each in answered["attempts"]] == ["acme", "hearth"]
        assert elsewhere.received() == ()
    assert KEY in str(desk.loopback.received("acme"))
    assert KEY not in str(desk.loopback.received("hearth"))
