"""What registration refuses."""

from __future__ import annotations

from typing import Any

import pytest

from hermes_fallback.providers import Probe, ProviderProfile
from hermes_fallback.providers.checks import check


def profile(**fields: Any) -> ProviderProfile:
    return ProviderProfile(**{"name": "acme", "base_url": "https://api.acme.test/v1", **fields})


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"base_url": ""},
        {"aliases": ("acme.ai", "ac_me")},
        {"aliases": ["acme.ai"], "api_modes_by_model": [("gpt-", "codex_responses")]},
        {"env_vars": ("ACME_API_KEY",), "base_url_env": "ACME_BASE_URL"},
        {"alternate_base_urls": ("https://*.acme.test/v1",)},
        {"auth_type": "external_process", "base_url": "acp://acme"},
        {"auth_type": "external_process", "probe": Probe(kind="process_start")},
        {"auto_rank": 7},
    ],
    ids=[
        *("least", "no-endpoint", "aliases", "lists", "variables", "any-host-below", "no-http", "no-request"),
        "rank",
    ],
)
def test_sound_profile_passes(fields):
    """A profile of the right shape is accepted."""
    assert check(profile(**fields)) is None


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"name": ""}, "cannot be a provider's name"),
        ({"name": "Acme"}, "`Acme`"),
        ({"name": "acme:v2"}, "`acme:v2`"),
        ({"name": "ac me"}, "`ac me`"),
        ({"name": "-acme"}, "`-acme`"),
        ({"aliases": ("acme",)}, "twice"),
        ({"aliases": ("a", "a")}, "twice"),
        ({"aliases": "ab"}, "`aliases` must be a list of texts"),
        ({"api_modes_by_model": ["gpt-"]}, "`api_modes_by_model` must be a mapping of texts"),
        ({"vision": "yes"}, "`vision` must be true or false"),
        ({"default_headers": {"X-Plan": 1}}, "`default_headers` must be a mapping of texts"),
        ({"probe": Probe(url="https://acme.test/me", accepts=(True,))}, "`probe.accepts` must be a list"),
        ({"base_url": None}, "`base_url` must be text"),
        ({"base_url": "api.acme.test/v1"}, "not an http(s) address"),
        ({"base_url": "https://api.acme.test:port"}, "not an http(s) address"),
        ({"base_url": "https://user:hunter22@api.acme.test"}, "no user"),
        ({"base_url": "https://api.acme.test/v1?key=1"}, "no user, query"),
        ({"signup_url": "acme"}, "not an http(s) address"),
        ({"env_vars": ("ACME-KEY",)}, "`ACME-KEY`"),
        ({"env_vars": ("SCHLÜSSEL",)}, "`SCHLÜSSEL`"),
        ({"api_mode": "Chat Completions"}, "`Chat Completions`"),
        ({"default_headers": {"authorization": "Bearer x"}}, "`authorization`"),
        ({"auth_header": "x-api-key", "default_headers": {"X-API-Key": "x"}}, "`X-API-Key`"),
        ({"default_headers": {"X-Plan": "a\r\nHost: evil"}}, "`X-Plan`"),
        ({"default_headers": {"Host": "evil.test"}}, "the header `Host` is for whoever sends"),
        ({"probe": Probe(url="https://acme.test/me", headers={"X-Plan": "é"})}, "`X-Plan`"),
        ({"other_base_url_envs": ("A B",)}, "`A B`"),
        ({"auto_rank": "first"}, "`auto_rank` must be a whole number"),
        ({"probe": Probe(kind="guess", url="https://acme.test/me")}, "`guess` is no kind of probe"),
        ({"probe": Probe(kind="one_token")}, "needs a `url`"),
        ({"probe": Probe(url="acme.test/me")}, "not an http(s) address"),
    ],
)
def test_unsound_profile_is_refused(fields, words):
    """The first fault is named, with the value that is wrong."""
    fault = check(profile(**fields))
    assert fault is not None
    assert words in fault
    assert "hunter22" not in fault


@pytest.mark.parametrize("name", ProviderProfile.field_names())
@pytest.mark.parametrize("value", [object(), 7, b"x", [7], {7: 7}], ids=lambda value: type(value).__name__)
def test_field_of_the_wrong_kind_is_named_whichever_it_is(name, value):
    """A plugin may hand over anything; it is refused, and nothing else fails because of it."""
    if (name, value) == ("auto_rank", 7):
        value = 7.5
    assert (check(profile(**{name: value})) or "").startswith(f"`{name}` must be ")


@pytest.mark.parametrize(
    ("fields", "group", "by_key"),
    [
        ({}, "key", True),
        ({"auth_type": "none"}, "local", True),
        ({"auth_type": "none", "base_url": ""}, "custom", True),
        ({"auth_type": "entra_or_key"}, "cloud", True),
        ({"auth_type": "aws_sdk"}, "cloud", False),
        ({"auth_type": "oauth_device"}, "sign-in", False),
        ({"auth_type": "oauth_device", "takes_keys": True}, "sign-in", True),
        ({"auth_type": "something_newer"}, "sign-in", False),
        ({"auth_type": "virtual"}, "virtual", False),
    ],
    ids=lambda value: (
        "-".join(map(str, value.values())) or "least" if isinstance(value, dict) else str(value)
    ),
)
def test_group_and_key_follow_from_how_one_is_let_in(fields, group, by_key):
    """People find a provider under what it takes to use it, and a key is enough where it says so."""
    found = profile(**fields)
    assert (found.group, found.signs_in_by_key) == (group, by_key)


@pytest.mark.parametrize(
    ("auth_type", "words"),
    [
        ("api_key", None),
        ("none", None),
        ("virtual", None),
        ("entra_or_key", "Entra ID"),
        ("oauth_device", "a sign-in with a code"),
        ("something_newer", "a sign-in"),
    ],
)
def test_sign_in_is_told_in_words(auth_type, words):
    """What lets one in beside a key; also of a kind that a newer plugin brings."""
    assert profile(auth_type=auth_type).sign_in == words
