"""Keys added to a pool on a real terminal: typed unseen, and nothing left where somebody goes away."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.journeys.desk import KEY, Desk
from tests.window import CTRL_C, ENTER, ESCAPE, pasted

SitDown = Callable[..., Desk]

ADD = ("auth", "add", "acme")
ASKED = "Key for Acme AI"


def test_a_key_that_is_pasted_joins_the_pool_unseen(sit_down: SitDown) -> None:
    """What copying put around it is gone; the terminal never shows it."""
    desk = sit_down()
    window = (
        desk.sit(*ADD).follow((ASKED, pasted(f"ACME_API_KEY={KEY} \u200b"), ENTER)).wait("1 of 1 in the pool")
    )
    assert window.end() == 0
    assert KEY.encode() not in window.received
    assert f'"access_token": "{KEY}"' in (desk.home / "auth.json").read_text()


def test_what_is_no_key_is_refused_with_the_reason_and_asked_again(sit_down: SitDown) -> None:
    """Two keys at once, then one."""
    desk = sit_down()
    window = desk.sit(*ADD).follow((ASKED, pasted(f"{KEY} {KEY}"), ENTER)).wait("two keys")
    assert not (desk.home / "auth.json").exists()
    window.press(*["\x7f"] * (2 * len(KEY) + 1)).press(KEY, ENTER).wait("1 of 1 in the pool")
    assert window.end() == 0


@pytest.mark.parametrize("key", [CTRL_C, ESCAPE], ids=["ctrl-c", "escape"])
def test_somebody_who_goes_away_leaves_nothing(sit_down: SitDown, key: str) -> None:
    """Exit 130, and no file."""
    desk = sit_down()
    assert desk.sit(*ADD).follow((ASKED, KEY, key)).end() == 130
    assert not (desk.home / "auth.json").exists()
