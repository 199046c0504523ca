"""Stores beside the variables: who is asked when, what is kept for later, and which hosts a sign-in goes to."""

from __future__ import annotations

import pytest

from hermes_fallback.credentials import Environment, Stores, look_up
from hermes_fallback.credentials.auth_file import AuthFile
from hermes_fallback.credentials.pool import PoolSource
from hermes_fallback.credentials.source import Answer
from hermes_fallback.model.credential import Credential, Grant, Missing
from hermes_fallback.model.link import Link
from hermes_fallback.model.oauth import OAuth
from hermes_fallback.providers import ProviderProfile
from hermes_fallback.secret import Secret

HOME = "https://api.acme.example/v1"
ACME = ProviderProfile(name="acme", base_url=HOME, env_vars=("ACME_API_KEY",))
PORTAL = ACME.but(env_vars=(), auth_type="oauth_device", oauth=OAuth(token_url="https://acme.example/token"))
LINK = Link(provider="acme", model="m")


class Shelf:
    """A store that holds what it was made with."""

    def __init__(self, *outcomes):
        self.outcomes = outcomes

    def look(self, provider, origin):
        for outcome in self.outcomes:
            is_key = isinstance(outcome, Credential)
            yield Answer("the shelf", outcome.but(origins=frozenset([origin])) if is_key else outcome)


def key(value, **more):
    return Credential(secret=Secret(value), source="pool", **more)


def signed_in():
    return key("token-of-a-sign-in", account="acme:1", grant=Grant(kind="oauth", provider="acme"))


@pytest.fixture
def found(tmp_path):
    def find(provider=ACME, base_url=HOME, *, before=(), after=(), trust=(), environ=(), link=LINK):
        environment = Environment.of(tmp_path / ".env", dict(environ))
        stores = Stores(before=(Shelf(*before),), tools=lambda: Shelf(*after))
        return look_up(link, provider, base_url, environment, trust, stores=stores)

    return find


class TestOrder:
    def test_store_comes_before_variables(self, found):
        """All that would do is kept, in the order in which it is tried."""
        lookup = found(before=[key("key-of-the-pool")], environ=[("ACME_API_KEY", "key-of-a-variable")])
        values = [each.secret.reveal() for each in (lookup.outcome, *lookup.others)]
        assert values == ["key-of-the-pool", "key-of-a-variable"]

    @pytest.mark.parametrize(("own", "taken"), [([key("key-of-the-pool")], "pool"), ([], "file")])
    def test_files_of_others_serve_where_there_is_nothing_of_ones_own(self, found, own, taken):
        """Whoever has a key here does not use the sign-in of another program by the way."""
        lookup = found(before=own, after=[key("key-of-a-file")])
        assert (lookup.outcome.secret.reveal(), lookup.others) == (
            f"key-of-{'the' if own else 'a'}-{taken}",
            (),
        )

    def test_same_key_at_two_places_is_one(self, found):
        """A variable that the pool has taken in is not tried a second time."""
        lookup = found(before=[key("same-old-key")], environ=[("ACME_API_KEY", "same-old-key")])
        assert lookup.outcome.source == "pool"
        assert lookup.others == ()

    def test_key_in_the_keyring_and_in_a_variable_is_taken_from_the_variable(self, found):
        """The keyring may be away; what can be read at once is."""
        kept = key("", account=Secret("same-old-key").digest(16)).but(source="keyring")
        kept = kept.but(grant=Grant(kind="keyring", provider="acme"))
        lookup = found(before=[kept], environ=[("ACME_API_KEY", "same-old-key")])
        assert (lookup.outcome.secret, lookup.others) == (Secret("same-old-key"), ())

    def test_key_of_the_link_is_never_replaced(self, found):
        """A link with a key of its own asks nobody else."""
        lookup = found(before=[key("key-of-the-pool")], link=LINK.but(api_key=Secret("key-of-the-link")))
        assert lookup.outcome.secret == Secret("key-of-the-link")
        assert lookup.others == ()

    def test_every_place_tells_its_answer(self, found):
        """What was asked can be shown: chosen, next in turn, or why not."""
        lookup = found(before=["it has ended", key("key-one"), key("key-two")])
        assert [answer for _, answer in lookup.looked_in[:3]] == ["it has ended", "chosen", "next in turn"]


class TestScope:
    def test_foreign_host_gets_nothing_from_a_store(self, found):
        """A link to another address has no part in what the provider's own hosts are sent."""
        assert isinstance(
            found(base_url="https://other.example/v1", before=[key("kept-key")]).outcome, Missing
        )

    def test_trusted_host_gets_keys_and_no_sign_in(self, found):
        """`fallback.trust` is about keys; a sign-in opens more than one API."""
        lookup = found(
            base_url="https://relay.example/v1",
            trust=["relay.example"],
            before=[signed_in(), key("key-to-share")],
        )
        assert lookup.outcome.secret == Secret("key-to-share")
        assert lookup.looked_in[0][1] == "a sign-in is not sent to `https://relay.example`"

    def test_lookalike_host_gets_nothing(self, found):
        """Hosts are compared whole."""
        lookup = found(base_url="https://api.acme.example.evil.example/v1", before=[key("kept-key")])
        assert isinstance(lookup.outcome, Missing)


class TestSignIns:
    def test_nobody_signed_in_names_the_command(self, found):
        """What is missing is a sign-in, and one command makes it."""
        problem = found(PORTAL).outcome.problem
        assert (problem.kind, problem.hint) == ("signed-out", "hermes auth login acme")

    def test_token_to_be_exchanged_never_goes_out_itself(self, found):
        """What the route carries has yet to be given; what is exchanged for it stays with the grant."""
        oauth = OAuth(exchange_url="https://api.acme.example/exchange", headers={"x-client": "ours"})
        lookup = found(ACME.but(oauth=oauth), environ=[("ACME_API_KEY", "lasting-token")])
        outcome = lookup.outcome
        assert not outcome.secret
        assert outcome.grant.token == Secret("lasting-token")
        assert outcome.is_due(0.0)
        assert outcome.headers == {"x-client": "ours"}


def test_variable_that_was_taken_away_is_not_asked(tmp_path):
    """A source that the user has removed from the pool stays removed, though it is set."""
    environment = Environment.of(tmp_path / ".env", {"ACME_API_KEY": "key-of-a-variable"})
    lookup = look_up(LINK, ACME, HOME, environment, stores=Stores(unused=("env:ACME_API_KEY",)))
    assert isinstance(lookup.outcome, Missing)
    assert ("`ACME_API_KEY`", "was removed, and is not used") in lookup.looked_in


def test_store_that_cannot_be_read_is_named_where_nothing_else_is_found(tmp_path):
    """What is missing may stand in it; nobody is told to sign in again for a broken file."""
    (tmp_path / "auth.json").write_text("{")
    environment = Environment.of(tmp_path / ".env", {})
    source = PoolSource(AuthFile(tmp_path / "auth.json"), environment)
    problem = look_up(LINK, ACME, HOME, environment, stores=Stores(before=(source,))).outcome.problem
    assert (problem.kind, "auth.json" in problem.what) == ("broken-store", True)
