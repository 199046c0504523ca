"""What registration refuses."""

from __future__ import annotations

from typing import Any

import pytest

from hermes_fallback.providers import Probe, ProviderProfile
from hermes_fallback.providers.profile import check


def profile(**fields: Any) -> ProviderProfile:
    return ProviderProfile(**{"name": "acme", "base_url": "https://api.acme.test/v1", **fields})


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"base_url": ""},
        {"aliases": ("acme.ai", "ac_me")},
        {"env_vars": ("ACME_API_KEY",), "base_url_env": "ACME_BASE_URL"},
        {"alternate_base_urls": ("https://*.acme.test/v1",)},
        {"auth_type": "external_process", "base_url": "acp://acme"},
        {"auth_type": "external_process", "probe": Probe(kind="process_start")},
        {"auto_rank": 7},
    ],
    ids=["least", "no-endpoint", "aliases", "variables", "any-host-below", "no-http", "no-request", "rank"],
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
        ({"aliases": ["a"]}, "`aliases` must be a tuple"),
        ({"aliases": "ab"}, "`aliases` must be a tuple"),
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
        ({"other_base_url_envs": ("A B",)}, "`A B`"),
        ({"auto_rank": "first"}, "`auto_rank` must be a number"),
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
