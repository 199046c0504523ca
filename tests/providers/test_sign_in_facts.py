"""How one signs in, in the bundled profiles, against the collected facts: where the two differ, a reason is given."""

from __future__ import annotations

import re
from typing import Any

import pytest
import yaml
from test_facts import FILE as PROVIDERS
from test_facts import need_facts

from hermes_fallback.model.oauth import OAuth
from hermes_fallback.providers import Registry

FILE = PROVIDERS.with_name("oauth.yaml")
OURS = [each.name for each in Registry().profiles() if each.oauth]
FACTS: dict[str, dict[str, Any]] = (
    {each["id"]: each for each in yaml.safe_load(FILE.read_bytes())} if FILE.is_file() else {}
)

DIFFERENT = {
    ("openai-codex", "scopes"): "the device flow asks for none",
    ("xai-oauth", "token_url"): "only the discovery document names it",
    ("anthropic", "scopes"): "nobody signs in there with us",
    ("anthropic", "authorize_url"): "likewise",
    ("anthropic", "redirect_uri"): "likewise",
}
"""(provider, fact): why the profile says something else."""


@pytest.mark.parametrize("name", OURS)
def test_profile_holds_the_facts_of_its_sign_in(name: str) -> None:
    """Client, scopes, addresses and skew are those of the facts, or the difference is on record."""
    need_facts()
    oauth = Registry().get(name).oauth
    assert oauth
    found, wanted = held(oauth), told(FACTS[name])
    different = {key for key in wanted if found[key] != wanted[key]}
    assert different == {key for provider, key in DIFFERENT if provider == name}, {
        key: (found[key], wanted[key]) for key in different
    }


@pytest.mark.parametrize("name", OURS)
def test_what_ends_a_grant_is_among_the_facts(name: str) -> None:
    """No code or status ends a grant that nobody has seen do so."""
    need_facts()
    oauth = Registry().get(name).oauth
    assert oauth
    seen = str((FACTS[name]["refresh"] or {}).get("terminal_errors", ""))
    codes = set(oauth.terminal_errors) - {"invalid_grant"}
    assert all(code in seen for code in codes)
    assert all(f"HTTP {status}" in seen for status in oauth.terminal_statuses)


@pytest.mark.parametrize("name", OURS)
def test_restricting_terms_are_told(name: str) -> None:
    """Where the facts have a word about other programs, or the client is another program's, so has the profile."""
    need_facts()
    facts, oauth = FACTS[name], Registry().get(name).oauth
    assert oauth
    assert bool(oauth.terms) == bool(facts["policy_note"] or facts["client_id_owner"])
    assert re.fullmatch(r"[A-Z].*\.", oauth.terms)


def held(oauth: OAuth) -> dict[str, object]:
    """The facts in *oauth*, in a form that compares."""
    return {
        "client_id": oauth.client_id,
        "scopes": list(oauth.scopes),
        "device_url": oauth.device_url,
        "poll_url": oauth.poll_url,
        "verification_url": oauth.verification_url,
        "token_url": oauth.token_url,
        "authorize_url": oauth.authorize_url,
        "discovery_url": oauth.discovery_url,
        "exchange_url": oauth.exchange_url,
        "redirect_uri": oauth.redirect_uri,
        "skew_s": oauth.skew_s,
        "refresh_header": oauth.refresh_header,
    }


def told(facts: dict[str, Any]) -> dict[str, object]:
    """The same of an entry of the file; what it gives in prose alone is left out."""
    places, refresh = facts["endpoints"], facts["refresh"] or {}
    token = facts["access_token"]
    wanted: dict[str, object] = {
        "client_id": facts["client_id"],
        "scopes": facts["scopes"],
        "device_url": places.get("device", ""),
        "poll_url": places.get("device_poll", ""),
        "token_url": places["token"],
        "authorize_url": "" if facts.get("device_request") else places.get("authorization") or "",
        "discovery_url": places.get("discovery", ""),
        "exchange_url": places.get("exchange", ""),
        "redirect_uri": next(iter(re.findall(r"https?://\S+[^\s;,]", redirect(facts))), ""),
        "refresh_header": next((name for name in refresh.get("headers", {}) if "refresh" in name), ""),
    }
    skew = token["refresh_skew_seconds"]
    return wanted | ({"skew_s": skew} if isinstance(skew, int) else {})


def redirect(facts: dict[str, Any]) -> str:
    """Where a sign-in comes back to; a device flow says `none`, whatever other programs use."""
    text = facts["redirect_uri"] or ""
    return "" if text.startswith("none") else text
