"""Minting: a token is made once, kept while it is good, and never waited for longer than the limit."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Event

import pytest

from hermes_fallback.errors import CredentialError
from hermes_fallback.login.minting import Mint, Minted, in_time
from hermes_fallback.model.credential import Grant
from hermes_fallback.secret import Secret

GRANT = Grant(kind="entra", provider="acme", scope="s", skew_s=300.0)


class Works:
    """Makes tokens with numbers, each good until *ends_at*."""

    def __init__(self, ends_at: float = 4000.0) -> None:
        self.made = 0
        self._ends_at = ends_at

    def __call__(self, grant: Grant) -> Minted:
        self.made += 1
        return Secret(f"token-{self.made}-of-{grant.scope}"), self._ends_at


@pytest.mark.parametrize(("now", "made"), [(0.0, 1), (3699.0, 1), (3700.0, 2), (9999.0, 2)])
def test_a_token_is_kept_until_it_is_due(now: float, made: int) -> None:
    """Due is so long before its end as the grant says."""
    works = Works()
    mint = Mint(works)
    mint(GRANT, 0.0)
    assert mint(GRANT, now) == (Secret(f"token-{made}-of-s"), 4000.0)


def test_a_refused_token_is_made_anew() -> None:
    """However long it would have been good."""
    mint = Mint(Works())
    first, _ = mint(GRANT, 0.0)
    second, _ = mint(GRANT, 0.0, refused=first)
    assert second != first
    assert mint(GRANT, 0.0, refused=first)[0] == second


def test_each_grant_has_a_token_of_its_own() -> None:
    """Another scope, or another home, is another token."""
    mint = Mint(Works())
    others = [GRANT, GRANT.but(scope="t"), GRANT.but(path="/other/.env")]
    assert len({mint(each, 0.0)[0] for each in others}) == 3


def test_threads_that_want_the_same_token_wait_for_one() -> None:
    """Conversations that begin at once ask the cloud once."""
    works, begun, begun_again, may_answer = Works(), Event(), Event(), Event()

    def make(grant: Grant) -> Minted:
        (begun_again if begun.is_set() else begun).set()
        may_answer.wait(10)
        return works(grant)

    mint = Mint(make)
    with ThreadPoolExecutor(20) as pool:
        first = pool.submit(mint, GRANT, 0.0)
        assert begun.wait(10)
        others = [pool.submit(mint, GRANT, 0.0) for _ in range(19)]
        assert not begun_again.wait(0.2)
        may_answer.set()
        assert {each.result() for each in (first, *others)} == {(Secret("token-1-of-s"), 4000.0)}


def test_a_sign_in_that_hangs_is_left_behind() -> None:
    """The error says so and that it may pass; the next try begins afresh."""
    never, works = Event(), Works()
    hangs = [True]

    def make(grant: Grant) -> Minted:
        if hangs:
            hangs.pop()
            never.wait(30)
        return works(grant)

    mint = Mint(make, limit_s=0.05)
    with pytest.raises(CredentialError, match=r"gave nothing in 0\.05 s") as caught:
        mint(GRANT, 0.0)
    assert caught.value.kind == "renewal-failed"
    assert mint(GRANT, 0.0)[0] == Secret("token-1-of-s")
    never.set()


def test_what_a_library_raises_is_raised() -> None:
    """In the thread that asked, and a time limit of the library's own is not taken for ours."""

    def fail() -> str:
        msg = "its own"
        raise TimeoutError(msg)

    with pytest.raises(TimeoutError, match="its own"):
        in_time(fail, "acme")
