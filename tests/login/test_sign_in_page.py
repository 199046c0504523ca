"""The page about signing in says what the profiles say."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from hermes_fallback.login.sign_in import can_sign_in
from hermes_fallback.providers import Registry

PAGE = Path(__file__).parents[2] / "docs" / "sign-in.md"
SIGN_INS = [each for each in Registry().profiles() if each.oauth]


@pytest.mark.parametrize("profile", SIGN_INS, ids=lambda each: each.name)
def test_the_terms_stand_there_word_for_word(profile) -> None:
    """Whoever reads the page has read what is asked."""
    text = " ".join(PAGE.read_text().split())
    assert f"- `{profile.name}`: {profile.oauth.terms}" in text


@pytest.mark.parametrize("profile", SIGN_INS, ids=lambda each: each.name)
def test_every_sign_in_has_a_row(profile) -> None:
    """The table names each provider, and where it is by key instead."""
    (row,) = re.findall(rf"^\| `{profile.name}` \| (.*)$", PAGE.read_text(), re.MULTILINE)
    assert can_sign_in(profile) is not row.startswith("by key")


def test_the_plugin_of_the_page_can_be_signed_in_to(home: Path) -> None:
    """What is to be written down for a provider of one's own is enough."""
    folder = home / "plugins" / "model-providers" / "acme"
    folder.mkdir(parents=True)
    (block,) = re.findall(r"^```yaml\n(.*?)^```$", PAGE.read_text(), re.MULTILINE | re.DOTALL)
    (folder / "plugin.yaml").write_text(block)
    profile = Registry(folder.parent).get("acme")
    assert can_sign_in(profile)
    assert profile.oauth.hosts == ("acme.example",)
