"""A receipt survives its file, and a file survives versions of the program."""

from __future__ import annotations

import json
import math
from dataclasses import fields

import pytest
from turns import FULL

from hermes_fallback.journal.document import document_of, receipt_of
from hermes_fallback.model.reason import Reason
from hermes_fallback.model.receipt import Receipt, SkipKind

LEAST = {"position": 0, "provider": "p", "model": "m", "action": "stop"}


def test_a_receipt_comes_back_as_it_was() -> None:
    """Every field of every part, through JSON and back."""
    assert receipt_of(json.loads(json.dumps(document_of(FULL)))) == FULL


def test_the_full_receipt_has_no_default_in_it() -> None:
    """So that a field added later cannot be forgotten by the test above."""
    bare = Receipt(turn="")
    assert all(
        getattr(FULL, each.name) != getattr(bare, each.name)
        for each in fields(FULL)
        if each.name != "outcome"
    )


def test_times_are_rfc_3339_and_what_has_no_end_says_never() -> None:
    """A reader of the JSON needs no table of epochs, nor a number that JSON has not."""
    document = json.loads(json.dumps(document_of(FULL)))
    assert document["began_at"] == "2023-11-14T22:13:20.125Z"
    assert document["skipped"][0]["until"] == "2023-11-14T22:14:20.125Z"
    assert document["attempts"][0]["benched"]["until"] == "never"
    assert receipt_of(document).attempts[0].benched.until == math.inf  # type: ignore[union-attr]


def test_fields_of_a_later_version_are_passed_over() -> None:
    """At every depth."""
    document = {"turn": "a", "mood": 1, "attempts": [{**LEAST, "phase": "of the moon"}]}
    assert receipt_of(document).attempts[0].provider == "p"


def test_fields_that_an_earlier_version_had_not_have_their_defaults() -> None:
    """A file of last year can be read."""
    receipt = receipt_of({"turn": "a", "attempts": [LEAST]})
    assert (receipt.outcome, receipt.attempts[0].benched) == ("answered", None)


def test_words_of_a_later_version_become_what_is_closest() -> None:
    """A reason, a kind and a grain that nobody here knows lose only themselves."""
    benched = {"grain": "planet", "until": "never"}
    attempt = {**LEAST, "reason": "solar_flare", "benched": benched}
    skipped = {"position": 1, "provider": "p", "model": "m", "what": "w", "kind": "tired"}
    receipt = receipt_of({"turn": "a", "attempts": [attempt], "skipped": [skipped]})
    assert (receipt.attempts[0].reason, receipt.attempts[0].benched) == (Reason.UNKNOWN, None)
    assert receipt.skipped[0].kind is SkipKind.NOT_READY


@pytest.mark.parametrize(
    "document",
    [
        None,
        [],
        {},
        {"turn": 7},
        {"turn": "a", "attempts": {}},
        {"turn": "a", "attempts": [{}]},
        {"turn": "a", "attempts": [7]},
        {"turn": "a", "began_at": "yesterday"},
        {"turn": "a", "began_at": 7},
        {"turn": "a", "ms": "long"},
        {"turn": "a", "attempts": [{**LEAST, "reason": [], "status": "x"}]},
    ],
    ids=json.dumps,
)
def test_what_is_no_receipt_is_refused(document: object) -> None:
    """With an error that a reader of a file can pass over."""
    with pytest.raises(ValueError, match=r"."):
        receipt_of(document)
