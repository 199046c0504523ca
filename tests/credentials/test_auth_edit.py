"""What an edit of auth.json makes of sign-ins, priorities and sources."""

from __future__ import annotations

import json
from base64 import urlsafe_b64encode
from pathlib import Path
from typing import Any

import pytest
from auth_files import entry, held, pool, write

from hermes_fallback.credentials.auth_file import AuthFile
from hermes_fallback.errors import NotFound
from hermes_fallback.secret import Secret

FLAT: dict[str, Any] = {
    "access_token": "at-1",
    "refresh_token": "rt-1",
    "expires_at": "2026-11-22T00:00:00+00:00",
    "agent_key": "at-1",
    "inference_base_url": "https://inference.example",
    "scope": "s",
}
APART: dict[str, Any] = {
    "tokens": {"access_token": "at-1", "refresh_token": "rt-1", "id_token": "it-1"},
    "last_refresh": "2026-11-21T00:00:00+00:00",
    "auth_mode": "chatgpt",
}
STANDS_FOR_IT = entry(
    id="d00d00",
    source="device_code",
    auth_type="oauth",
    access_token="at-0",
    refresh_token="rt-0",
    label="me",
)
LATER = 1800000000.0


def signed_in(home: Path, state: dict[str, Any], *entries: dict[str, object]) -> AuthFile:
    """An auth.json in which somebody is signed in to `acme`."""
    return write(home, {"providers": {"acme": state}, "credential_pool": {"acme": list(entries)}})


@pytest.mark.parametrize("state", [FLAT, APART], ids=["flat", "tokens-apart"])
def test_a_sign_in_in_the_state_alone_is_a_credential_without_an_id(
    home: Path, state: dict[str, Any]
) -> None:
    """Whichever of the two shapes it has."""
    (found,) = signed_in(home, state).read().pool("acme")
    assert (found.id, found.account, found.auth_type) == ("", "acme:", "oauth")
    assert (found.secret, found.refresh_token) == (Secret("at-1"), Secret("rt-1"))


@pytest.mark.parametrize("state", [FLAT, APART], ids=["flat", "tokens-apart"])
def test_a_state_and_the_entry_that_stands_for_it_are_one_credential(
    home: Path, state: dict[str, Any]
) -> None:
    """With the tokens of the state, which are renewed there first, and the id and label of the entry."""
    (found,) = signed_in(home, state, STANDS_FOR_IT).read().pool("acme")
    assert (found.id, found.label, found.account) == ("d00d00", "me", "acme:d00d00")
    assert (found.secret, found.refresh_token) == (Secret("at-1"), Secret("rt-1"))


def test_an_end_of_older_tokens_is_not_taken_for_that_of_newer_ones(home: Path) -> None:
    """The entry's `expires_at_ms` belongs to the token that stood beside it."""
    stale = {**STANDS_FOR_IT, "expires_at_ms": 1000}
    (found,) = signed_in(home, APART, stale).read().pool("acme")
    assert found.expires_at is None


def test_the_end_that_a_token_names_itself_counts(home: Path) -> None:
    """Hermes Agent renews some tokens without a word about their end."""
    claims = urlsafe_b64encode(json.dumps({"exp": 1800000000}).encode()).decode()
    state = {**FLAT, "access_token": f"header.{claims}.signature"}
    assert signed_in(home, state).read().pool("acme")[0].expires_at == LATER


def test_a_sign_in_that_was_removed_by_hand_is_none(home: Path) -> None:
    """A suppressed source is not used, though the state still stands there."""
    auth = write(home, {"providers": {"acme": FLAT}, "suppressed_sources": {"acme": ["device_code"]}})
    assert auth.read().pool("acme") == ()


def test_a_state_without_tokens_is_no_sign_in(home: Path) -> None:
    """Some providers keep other things there."""
    assert write(home, {"providers": {"zai": {"detected_endpoint": {}}}}).read().providers == ()


@pytest.mark.parametrize("state", [FLAT, APART], ids=["flat", "tokens-apart"])
def test_renewed_tokens_are_written_wherever_the_old_ones_stood(home: Path, state: dict[str, Any]) -> None:
    """State and entry alike, in the shape of each; everything else in them stays."""
    auth = signed_in(home, state, STANDS_FOR_IT)
    with auth.locked() as edit:
        edit.renew("acme", "d00d00", Secret("at-2"), refresh_token=Secret("rt-2"), expires_at=LATER)
    after: Any = held(home)
    kept = after["providers"]["acme"]
    tokens = kept.get("tokens", kept)
    raw = after["credential_pool"]["acme"][0]
    assert (tokens["access_token"], tokens["refresh_token"]) == ("at-2", "rt-2")
    assert (raw["access_token"], raw["refresh_token"]) == ("at-2", "rt-2")
    untouched = {"scope": "s"} if state is FLAT else {"auth_mode": "chatgpt"}
    assert untouched.items() <= kept.items()
    assert auth.read().pool("acme")[0].expires_at == LATER
    assert "at-1" not in json.dumps({**after, "tokens": {**tokens, "id_token": ""}})


def test_an_access_token_alone_leaves_the_refresh_token(home: Path) -> None:
    """A server that does not rotate names none; the old end does not outlive the old token."""
    auth = signed_in(home, FLAT)
    with auth.locked() as edit:
        edit.renew("acme", "", Secret("at-2"))
    (found,) = auth.read().pool("acme")
    assert (found.secret, found.refresh_token, found.expires_at) == (Secret("at-2"), Secret("rt-1"), None)


@pytest.mark.parametrize(
    ("status", "after"),
    [
        pytest.param({"last_status": "dead", "last_error_code": 401}, "ok", id="dead-lives"),
        pytest.param({"last_status": "exhausted", "last_error_code": 401}, "ok", id="refused-is-forgotten"),
        pytest.param(
            {"last_status": "exhausted", "last_error_code": 429}, "exhausted", id="a-quota-stays-spent"
        ),
    ],
)
def test_new_tokens_end_what_was_wrong_with_the_old_ones_only(
    home: Path, status: dict[str, object], after: str
) -> None:
    """A refused token is gone; a spent allowance is the account's."""
    auth = signed_in(home, FLAT, {**STANDS_FOR_IT, **status})
    with auth.locked() as edit:
        edit.renew("acme", "d00d00", Secret("at-2"))
    assert auth.read().pool("acme")[0].last_status == after


def test_what_was_saved_stays_even_if_the_edit_fails_afterwards(home: Path) -> None:
    """A rotated token is written at once, whatever comes after."""
    auth = signed_in(home, FLAT)

    def renew_and_fail() -> None:
        with auth.locked() as edit:
            edit.renew("acme", "", Secret("at-2"), refresh_token=Secret("rt-2"))
            edit.save()
            edit.put("acme", "none", {})

    with pytest.raises(NotFound):
        renew_and_fail()
    assert auth.read().pool("acme")[0].refresh_token == Secret("rt-2")


@pytest.mark.parametrize(
    ("priority", "order"),
    [(None, "a b c new"), (0, "new a b c"), (2, "a b new c"), (99, "a b c new")],
    ids=["last", "first", "third", "beyond-the-end"],
)
def test_a_new_entry_takes_the_place_it_was_given(home: Path, priority: int | None, order: str) -> None:
    """The others keep their order, and priorities that collided are told apart."""
    auth = pool(
        home, *(entry(id=each, label=each, priority=at) for each, at in [("b", 2), ("c", 2), ("a", 1)])
    )
    with auth.locked() as edit:
        edit.add("openrouter", {"label": "new", "access_token": Secret("sk-new")}, priority=priority)
    found = auth.read().pool("openrouter")
    assert " ".join(each.label for each in found) == order
    assert [each.priority for each in found] == [0, 1, 2, 3]


def test_entries_that_are_dropped_leave_no_gap(home: Path) -> None:
    """The others move up, in their order."""
    auth = pool(home, *(entry(id=each, label=each, priority=at) for at, each in enumerate("abcd")))
    with auth.locked() as edit:
        edit.drop("openrouter", ["b", "c"])
    assert [(each.label, each.priority) for each in auth.read().pool("openrouter")] == [("a", 0), ("d", 1)]


def test_a_provider_that_is_signed_out_is_no_longer_the_active_one(home: Path) -> None:
    """The first who is signed in to is active; another does not push it out; signing out frees the place."""
    auth = AuthFile(home / "auth.json")
    with auth.locked() as edit:
        edit.put_state("acme", FLAT)
        edit.activate("acme")
        edit.activate("other")
    assert auth.read().active_provider == "acme"
    with auth.locked() as edit:
        edit.drop_state("acme")
    assert auth.read().active_provider is None
    assert auth.read().providers == ()


def test_a_field_that_is_none_goes_and_a_status_stays_as_null(home: Path) -> None:
    """Hermes Agent writes the six of a status always."""
    auth = pool(home, entry(base_url="https://x.example", last_status="ok"))
    with auth.locked() as edit:
        edit.put("openrouter", "a1b2c3", {"base_url": None, "last_status": None})
    raw: Any = held(home)["credential_pool"]["openrouter"][0]  # type: ignore[index]
    assert "base_url" not in raw
    assert raw["last_status"] is None
