"""What the pools of auth.json give to a provider, in which order, and why an entry gives nothing."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from auth_files import entry, pool, write

from hermes_fallback.credentials.auth_file import AuthFile
from hermes_fallback.credentials.environment import Environment
from hermes_fallback.credentials.pool import PoolSource
from hermes_fallback.credentials.pool_order import STRATEGIES, note_use, ordered
from hermes_fallback.model.credential import Credential
from hermes_fallback.model.oauth import OAuth
from hermes_fallback.model.origin import Origin
from hermes_fallback.providers import ProviderProfile
from hermes_fallback.secret import Secret

HOME = Origin.of("https://api.acme.example")
SIGN_IN = OAuth(
    client_id="c",
    token_url="https://auth.acme.example/token",
    hosts=("acme.example",),
    skew_s=77.0,
    headers={"x-beta": "1"},
    account_claim="email",
    account_header="x-account",
)
ACME = ProviderProfile(
    name="acme",
    base_url="https://api.acme.example/v1",
    env_vars=("ACME_API_KEY", "OPENROUTER_API_KEY"),
    oauth=SIGN_IN,
)
OAUTH: dict[str, Any] = {
    "auth_type": "oauth",
    "source": "manual:device_code",
    "access_token": "at-0001",
    "refresh_token": "rt-0001",
    "expires_at": "2026-11-22T00:00:00+00:00",
    "base_url": "https://eu.acme.example/v2",
}


def look(
    auth: AuthFile,
    origin: Origin = HOME,
    *,
    variables: Mapping[str, str] | None = None,
    profile: ProviderProfile = ACME,
    **how: Any,
) -> list[Credential | str]:
    """What a look comes to, entry by entry."""
    source = PoolSource(auth, Environment.of("/nowhere/.env", variables or {}), **how)
    return [answer.outcome for answer in source.look(profile, origin)]


def keys(auth: AuthFile, **how: Any) -> list[str | None]:
    """The labels of the credentials, in their order."""
    return [each.name for each in look(auth, **how) if isinstance(each, Credential)]


def acme(home: Path, *entries: dict[str, object]) -> AuthFile:
    return pool(home, *entries, provider="acme")


def test_keys_come_in_the_order_of_their_priority(home: Path) -> None:
    """Each with its label, bound to the host that was asked for."""
    auth = acme(
        home,
        entry(id="b", label="second", priority=1, access_token="sk-two-0002"),
        entry(id="a", label="first", access_token="sk-one-0001"),
    )
    first, second = look(auth)
    assert first == Credential(
        secret=Secret("sk-one-0001"), source="pool", name="first", origins=frozenset([HOME])
    )
    assert isinstance(second, Credential)
    assert second.name == "second"


def test_a_sign_in_carries_what_it_is_renewed_from(home: Path) -> None:
    """Its account, its end, its headers, and the address that its answer named."""
    (found,) = look(acme(home, entry(id="aaa111", **OAUTH)))
    assert isinstance(found, Credential)
    assert found.grant is not None
    assert (found.account, found.expires_at, found.base_url) == (
        "acme:aaa111",
        1795305600.0,
        "https://eu.acme.example/v2",
    )
    assert found.origins == {Origin.of("https://eu.acme.example")}
    assert (found.grant.kind, found.grant.entry, found.grant.skew_s) == ("oauth", "aaa111", 77.0)
    assert (found.auth_header, found.auth_scheme, dict(found.headers)) == (
        "Authorization",
        "Bearer",
        {"x-beta": "1"},
    )


@pytest.mark.parametrize(
    "url",
    [
        "https://acme.example.evil.example/v1",
        "http://api.acme.example/v1",
        "https://notacme.example",
        "file:///x",
    ],
)
def test_an_address_that_is_not_the_providers_is_not_believed(home: Path, url: str) -> None:
    """Whoever can write into the file cannot lead a token elsewhere."""
    (found,) = look(acme(home, entry(**{**OAUTH, "base_url": url})))
    assert isinstance(found, Credential)
    assert found.base_url is None
    assert found.origins == {HOME}


def test_a_sign_in_goes_to_the_providers_own_hosts_only(home: Path) -> None:
    """Also where the user trusts another host with keys."""
    other = Origin.of("https://proxy.example")
    assert look(acme(home, entry(**OAUTH)), other) == ["a sign-in is not sent to `https://proxy.example`"]


@pytest.mark.parametrize(
    ("fields", "outcome"),
    [
        pytest.param({"access_token": "your_api_key"}, "is a placeholder", id="placeholder"),
        pytest.param(
            {"access_token": "sk-\u200b-0001"},
            "holds U+200B (zero width space) at character 4",
            id="unseen-character",
        ),
        pytest.param({"access_token": None}, "holds no key", id="no-key"),
        pytest.param({"access_token": ["sk-1"]}, "holds no key", id="a-list"),
        pytest.param(
            {"source": "config:mine", "access_token": None},
            "holds no key of its own: it stands for `config:mine`",
            id="borrowed",
        ),
        pytest.param({"source": "env:ACME_API_KEY"}, "`ACME_API_KEY` is not set", id="variable-not-set"),
        pytest.param({"source": "env:HOME"}, "`HOME` is no variable of `acme`", id="somebody-elses-variable"),
        pytest.param(
            {"source": "env:OPENROUTER_API_KEY"},
            "not sent to `https://api.acme.example`",
            id="a-key-for-another-host-alone",
        ),
        pytest.param(
            {"source": "claude_code", "auth_type": "oauth", "access_token": None},
            "holds no key of its own: it stands for `claude_code`",
            id="another-program's",
        ),
        pytest.param(
            {"auth_type": "oauth", "access_token": None}, "holds no token: sign in again", id="signed-out"
        ),
        pytest.param(
            {"auth_type": "oauth", "expires_at": "2020-01-01T00:00:00Z"},
            "its token has ended: sign in again",
            id="ended-and-not-renewable",
        ),
    ],
)
def test_an_entry_that_gives_nothing_says_why(home: Path, fields: dict[str, object], outcome: str) -> None:
    """Never an empty key."""
    auth = acme(home, {**entry(), **fields})
    assert look(auth, variables={"HOME": "/root", "OPENROUTER_API_KEY": "sk-or-0001"}) == [outcome]


def test_an_entry_that_names_a_variable_is_filled_from_it(home: Path) -> None:
    """The credential says where it really stands."""
    auth = acme(home, entry(source="env:ACME_API_KEY", access_token=None, secret_fingerprint="sha256:0"))
    (found,) = look(auth, variables={"ACME_API_KEY": " sk-env-0001 "})
    assert isinstance(found, Credential)
    assert (found.secret, found.source, found.name) == (Secret("sk-env-0001"), "env", "ACME_API_KEY")


def test_a_source_that_was_removed_is_not_used(home: Path) -> None:
    """`auth remove` of such an entry lasts, though the variable is still set."""
    auth = write(
        home,
        {
            "credential_pool": {"acme": [entry(source="env:ACME_API_KEY")]},
            "suppressed_sources": {"acme": ["env:ACME_API_KEY"]},
        },
    )
    assert look(auth, variables={"ACME_API_KEY": "sk-env-0001"}) == ["was removed, and is not used"]


def test_one_key_in_two_entries_is_one_credential(home: Path) -> None:
    """Going on to the same key again would help nobody."""
    auth = acme(home, entry(id="a", label="first"), entry(id="b", label="again", priority=1))
    assert look(auth)[1] == "the same as `first`"


def test_a_sign_in_whose_token_is_gone_is_still_one_that_can_be_renewed(home: Path) -> None:
    """With a refresh token, the first access token is yet to come."""
    (found,) = look(acme(home, entry(**{**OAUTH, "access_token": None})))
    assert isinstance(found, Credential)
    assert found.is_due(0.0)


def test_a_sign_in_that_nobody_here_can_renew_is_used_while_it_lasts(home: Path) -> None:
    """Where the profile names no token endpoint, there is nothing to renew it from."""
    auth = acme(home, entry(**{**OAUTH, "expires_at": "2999-01-01T00:00:00Z"}))
    (found,) = look(auth, profile=ACME.but(oauth=OAuth(client_id="c")))
    assert isinstance(found, Credential)
    assert found.grant is None


def test_a_file_that_cannot_be_read_gives_nothing_and_says_so(home: Path) -> None:
    """Links whose key stands elsewhere go on."""
    (home / "auth.json").write_text("{")
    (said,) = look(AuthFile(home / "auth.json"))
    assert str(said).startswith("it is not valid JSON")


def test_a_provider_without_entries_is_said_to_have_none(home: Path) -> None:
    """Its place was asked all the same."""
    assert look(pool(home, entry())) == ["holds nothing for `acme`"]


def test_a_profile_with_a_pool_of_its_own_hides_that_of_the_home_around_it(
    home: Path, tmp_path: Path
) -> None:
    """Provider by provider; where the profile has none, the home's is used, and renewed where it stands."""
    outer = acme(home, entry(**OAUTH))
    (found,) = look(outer, nearer=pool(tmp_path, entry()))
    assert isinstance(found, Credential)
    assert found.grant is not None
    assert found.grant.path == outer.path
    assert look(outer, nearer=pool(tmp_path, entry(), provider="acme")) == []


def labels(auth: AuthFile, strategy: str, *, draw: float = 0.0) -> str:
    """Those of the keys of `acme`, in the order of *strategy*."""
    return "".join(each.label for each in ordered(auth.read().pool("acme"), strategy, draw=draw))


THREE = [
    entry(id=each, label=each, priority=at, access_token=f"sk-{each}-0001", request_count=count)
    for at, (each, count) in enumerate([("a", 5), ("b", 0), ("c", 2)])
]


@pytest.mark.parametrize(
    ("strategy", "order"),
    [("fill_first", "abc"), ("round_robin", "abc"), ("least_used", "bca"), ("unheard_of", "abc")],
)
def test_the_strategy_of_the_provider_orders_its_keys(home: Path, strategy: str, order: str) -> None:
    """By priority, or by how often each was used."""
    assert labels(acme(home, *THREE), strategy) == order


def test_a_random_order_follows_the_draw_and_reaches_every_key(home: Path) -> None:
    """One draw, one order; over many draws each key comes first."""
    auth = acme(home, *THREE)
    orders = [labels(auth, "random", draw=draw / 50) for draw in range(50)]
    assert {order[0] for order in orders} == {"a", "b", "c"}
    assert orders[7] == labels(auth, "random", draw=7 / 50)
    assert all(sorted(order) == ["a", "b", "c"] for order in orders)


@pytest.mark.parametrize(
    ("strategy", "served"),
    [("fill_first", "aaaaaa"), ("round_robin", "abcabc"), ("least_used", "bbbcbc")],
)
def test_every_process_sees_whose_turn_it_is(home: Path, strategy: str, served: str) -> None:
    """Each use is read back from the file by whoever comes next."""
    path = acme(home, *THREE).path
    seen = []
    for _ in range(6):
        first = ordered(AuthFile(path).read().pool("acme"), strategy, draw=0.0)[0]
        note_use(AuthFile(path), "acme", first.subject, strategy)
        seen.append(first.label)
    assert "".join(seen) == served


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_a_file_that_cannot_be_written_does_not_stop_a_turn(home: Path, strategy: str) -> None:
    """The order stays as it was, and nothing is raised."""
    auth = acme(home, *THREE)
    (home / "auth.lock").mkdir()
    before = (home / "auth.json").read_bytes()
    note_use(auth, "acme", auth.read().pool("acme")[0].subject, strategy)
    assert (home / "auth.json").read_bytes() == before
