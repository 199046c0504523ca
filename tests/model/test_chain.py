"""The merge of both chain keys: order, identity, and nothing dropped in silence."""

from __future__ import annotations

import pytest

from hermes_fallback.model.chain import Chain, RawKey, merge
from hermes_fallback.secret import Secret


def merged(current: object = None, legacy: object = None) -> Chain:
    return merge(RawKey("fallback_providers", current, 1), RawKey("fallback_model", legacy, 9))


def entry(provider: object = "a", model: object = "m", **more: object) -> dict[str, object]:
    return {"provider": provider, "model": model, **more}


@pytest.mark.parametrize(
    ("current", "legacy", "expected"),
    [
        (None, entry("a", "b"), ["a:b"]),
        ([entry("a")], entry("b"), ["a:m", "b:m"]),
        ([entry("a")], [entry("b"), entry("c")], ["a:m", "b:m", "c:m"]),
        (entry("a"), None, ["a:m"]),
        ([entry("a")], entry("A", "M"), ["a:m"]),
        ([entry(" X ", " m ")], None, ["X:m"]),
        ([entry(123, 456)], None, ["123:456"]),
        ([entry("a"), entry("a", base_url="http://h/v1")], None, ["a:m", "a:m"]),
        ([entry("a", base_url="http://h/v1/")], entry("a", base_url="HTTP://H/v1"), ["a:m"]),
        ([entry("a", base_url="")], entry("a", base_url=None), ["a:m"]),
    ],
)
def test_links_come_in_order_and_the_first_of_two_equal_ones_wins(
    current: object, legacy: object, expected: list[str]
) -> None:
    """As Hermes Agent reads them."""
    chain = merged(current, legacy)
    assert [str(placed.link) for placed in chain] == expected
    assert [placed.position for placed in chain] == list(range(1, len(expected) + 1))


@pytest.mark.parametrize(
    ("current", "origin", "words"),
    [
        (["openrouter:m"], "fallback_providers[0]", "provider: openrouter"),
        ([entry(model=None)], "fallback_providers[0]", "no `model`"),
        ([{}], "fallback_providers[0]", "no `provider` and `model`"),
        ([None], "fallback_providers[0]", "nothing"),
        ([entry(base_url=8080)], "fallback_providers[0]", "a number"),
        ([entry(), entry()], "fallback_providers[1]", "position 1"),
        ([{"provider": "a", "models": ["m"]}], "fallback_providers[0]", "each of its `models`"),
        ([{"name": "a", "model": "m"}], "fallback_providers[0]", "in place of `name`"),
        (["vendor/m:free"], "fallback_providers[0]", "a model's whole name"),
        ([entry(baseUrl="http://h")], "fallback_providers[0].baseUrl", "write `base_url`"),
        ('[{"provider": "a"}]', "fallback_providers", "JSON text"),
        (7, "fallback_providers", "a number"),
    ],
)
def test_whatever_is_no_link_comes_back_with_its_place_and_the_reason(
    current: object, origin: str, words: str
) -> None:
    """Reported, never dropped."""
    (ignored,) = merged(current).ignored
    assert ignored.origin == origin
    assert ignored.line == 1
    assert words in f"{ignored.what} {ignored.hint}"
    assert ignored.hint


def test_a_misspelt_field_costs_no_link() -> None:
    """It is told, while the link counts without it; `clear` has one entry to remove, not two."""
    chain = merged([entry(apiKey="x")])
    assert [str(placed.link) for placed in chain] == ["a:m"]
    assert (len(chain.ignored), chain.no_links) == (1, ())
    assert merged(["x"]).no_links == merged(["x"]).ignored


@pytest.mark.parametrize("nothing", [None, [], {}])
def test_an_empty_key_is_an_empty_chain(nothing: object) -> None:
    """Without a remark."""
    assert merged(nothing, nothing) == Chain()


def test_a_key_in_an_entry_is_a_secret_and_other_fields_travel_along() -> None:
    """`transport` and `api_key_env` are older words for the same."""
    link = (
        merged([entry(api_key=123456789, transport="chat_completions", api_key_env="K", note="mine")])
        .links[0]
        .link
    )
    assert link.api_key == Secret("123456789")
    assert "123456789" not in repr(link)
    assert (link.api_mode, link.key_env, dict(link.extra)) == ("chat_completions", "K", {"note": "mine"})
