"""A secret prints as stars, whatever is done with it."""

from __future__ import annotations

import pickle

import pytest

from hermes_fallback.secret import Secret


def test_no_way_of_printing_shows_it() -> None:
    """Only `reveal` does."""
    secret = Secret("sk-0123456789")
    shown = f"{secret} {secret!r} {secret!s} {secret:>20} {[secret]} {secret}"
    assert "0123" not in shown
    assert secret.reveal() == "sk-0123456789"


def test_it_is_not_pickled() -> None:
    """It leaves the process by no back door."""
    with pytest.raises(TypeError):
        pickle.dumps(Secret("sk-0123456789"))


def test_equal_values_are_equal_secrets_with_one_fingerprint() -> None:
    """Enough to tell two keys apart, and not to guess one."""
    assert Secret("a") == Secret("a") != Secret("b")
    assert len({Secret("a"), Secret("a")}) == 1
    assert Secret("a").fingerprint == "sha256:ca978112"
    assert not Secret("")
