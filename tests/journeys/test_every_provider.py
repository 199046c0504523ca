"""Every bundled provider that takes a key or none: what its documented variable holds reaches its host as documented."""

from __future__ import annotations

from pathlib import Path

import pytest

from hermes_fallback.loopback.server import Loopback
from hermes_fallback.providers import ProviderProfile, Registry
from hermes_fallback.runtime.runtime import Runtime
from hermes_fallback.session.session import Session

PLUGIN = """\
from hermes_fallback.providers import get_provider_profile, register_provider

bundled = get_provider_profile({name!r})
register_provider(bundled.but(base_url={base_url!r}, alternate_base_urls=(), api_modes_by_url=()))
"""
REGISTRY = Registry()
HOME_BOUND = "openrouter"
"""The provider whose key goes to no host but its own, whatever a profile says."""
BY_KEY = [
    each.name
    for each in REGISTRY.profiles()
    if each.name != HOME_BOUND
    and each.signs_in_by_key
    and each.env_vars
    and (each.base_url or each.auth_type == "entra_or_key")
    and not (each.oauth and each.oauth.exchange_url)
]
KEYLESS = [
    each.name
    for each in REGISTRY.profiles()
    if each.auth_type == "none" and each.base_url and not each.env_vars
]
KEY = "documented-key-0123456789"


def asked(home: Path, name: str, loopback: Loopback, **environ: str) -> None:
    """One turn with the provider *name* as the primary."""
    plugin = home / "plugins" / "model-providers" / name / "__init__.py"
    plugin.parent.mkdir(parents=True)
    plugin.write_text(PLUGIN.format(name=name, base_url=loopback.base_urls["host"]))
    model = next(iter(REGISTRY.get(name).default_models), "some-model")
    (home / "config.yaml").write_text(f"model: {{provider: {name}, default: {model}}}\n")
    environ = {"HOME": str(home), "HERMES_HOME": str(home), **environ}
    with Session(Runtime.open(home, environ=environ).plan()) as session:
        assert session.ask("hi").served_by.provider == name


def carried(profile: ProviderProfile) -> tuple[str, str]:
    """The header that carries the key, and its value."""
    return profile.auth_header.lower(), f"{profile.auth_scheme} {KEY}".strip()


@pytest.mark.parametrize("name", BY_KEY)
def test_documented_variable_is_the_key_that_the_host_gets(home: Path, name: str) -> None:
    """Under the documented header, in the provider's dialect, and the turn is answered."""
    profile = REGISTRY.get(name)
    with Loopback([{"name": "host"}]) as loopback:
        asked(home, name, loopback, **{profile.env_vars[0]: KEY})
        (received,) = loopback.received()
    header, value = carried(profile)
    assert received.headers[header] == value
    assert [each for each, held in received.headers.items() if KEY in held] == [header]


@pytest.mark.parametrize(
    ("name", "variable"), [(name, each) for name in BY_KEY for each in REGISTRY.get(name).env_vars[1:]]
)
def test_any_of_its_variables_will_do(home: Path, name: str, variable: str) -> None:
    """Each of the others alone is found as well."""
    with Loopback([{"name": "host"}]) as loopback:
        asked(home, name, loopback, **{variable: KEY})
        (received,) = loopback.received()
    assert KEY in str(received.authorization or received.headers)


@pytest.mark.parametrize("name", KEYLESS)
def test_server_of_this_machine_is_asked_without_a_key(home: Path, name: str) -> None:
    """Keys of others that are there are not sent to it."""
    with Loopback([{"name": "host"}]) as loopback:
        asked(home, name, loopback, OPENAI_API_KEY=KEY)
        (received,) = loopback.received()
    assert received.authorization is None
    assert KEY not in str(received.headers)


def test_key_that_opens_all_models_is_for_its_own_host_alone(home: Path) -> None:
    """It is found, and bound to that host."""
    runtime = Runtime.open(home, environ={"HOME": str(home), "OPENROUTER_API_KEY": KEY})
    (route,) = runtime.plan(provider=HOME_BOUND, model="some/model").routes
    assert route.credential is not None
    assert [str(origin) for origin in route.credential.origins] == ["https://openrouter.ai"]


def test_no_provider_is_left_out() -> None:
    """Whoever is not here signs in, belongs to a cloud, is a program, or needs no key; each has its own tests."""
    others = {each.name: each.auth_type for each in REGISTRY.profiles() if each.name not in BY_KEY}
    assert others == {
        "bedrock": "aws_sdk",
        "copilot": "oauth_device",
        "copilot-acp": "external_process",
        "custom": "none",
        "google-gemini-cli": "oauth_pkce",
        "minimax-oauth": "oauth_device",
        "moa": "virtual",
        "ollama": "none",
        "openai-codex": "oauth_device",
        "openrouter": "api_key",
        "qwen-oauth": "oauth_external",
        "vertex": "gcp_adc",
        "vllm": "none",
        "xai-oauth": "oauth_device",
    }
