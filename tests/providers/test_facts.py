"""Bundled profiles against the collected facts of providers: where the two differ, a reason is given."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from hermes_fallback.providers import Probe, ProviderProfile, Registry

ROOT = Path(__file__).parents[2]
CORPUS = Path(os.environ.get("HERMES_FALLBACK_CORPUS") or ROOT.parent / "shared" / "corpus")
FILE = CORPUS.parent / "facts" / "providers.yaml"
FACTS: list[dict[str, Any]] = yaml.safe_load(FILE.read_bytes()) if FILE.is_file() else [{"id": "none"}]
BEYOND = ["openai", "groq", "mistral", "together"]
"""Providers with a key that the file does not have."""

DIFFERENT = {
    ("bedrock", "alternate_base_urls"): "its own hosts in every region, by a pattern",
    ("alibaba", "aliases"): "`qwen` is the sign-in of that name",
    (
        "qwen-oauth",
        "env_vars",
    ): "its portal wants tokens of its own program, and Hermes Agent does not send it either",
    ("custom", "aliases"): "`ollama` and `vllm` are providers of their own",
    ("custom", "base_url_env"): "a variable that only custom endpoints read",
    ("custom", "probe"): "without an address there is nothing to ask; the user's own lists its models",
    ("azure-foundry", "probe"): "likewise",
    ("custom", "alternate_base_urls"): "the hosts that OPENAI_API_KEY may be sent to",
    ("gemini", "base_url"): "the surface that speaks OpenAI's dialect",
    ("gemini", "alternate_base_urls"): "the native surface, one level up",
    ("gemini", "auth_header"): "the same surface takes a bearer",
    ("gemini", "models_url"): "the list of the same surface",
    ("deepinfra", "models_url"): "the query selects and sorts for another program",
    ("nvidia", "alternate_base_urls"): "a NIM of one's own is not sent the key of NVIDIA's host",
    ("openai-api", "display_name"): "told from `openai`, the same endpoint in the chat form",
    ("anthropic", "models_url"): "the query asks for all of them at once",
    ("google-gemini-cli", "api_mode"): "the facts name the form that Hermes Agent shows its callers",
    ("nous", "probe"): "the account route takes tokens of a sign-in, and would call a good key bad",
}
"""(provider, fact): why the profile says something else."""

each_provider = pytest.mark.parametrize("facts", FACTS, ids=lambda facts: facts["id"])


def need_facts() -> None:
    """Skip, or fail where they must be there, when the facts are missing."""
    if FILE.is_file():
        return
    reason = f"no facts in {FILE}: set HERMES_FALLBACK_CORPUS to a folder beside `facts/providers.yaml`"
    if os.environ.get("HERMES_FALLBACK_REQUIRE_CORPUS") == "1":
        pytest.fail(reason)
    pytest.skip(reason)


@each_provider
def test_profile_holds_the_facts(facts: dict[str, Any]):
    """Every fact of a provider is in its profile, or its difference is on record; no difference is stale."""
    need_facts()
    profile = Registry().get(facts["id"])
    found, wanted = held(profile), told(facts)
    different = {key for key in wanted if found[key] != wanted[key]}
    assert different == {key for provider, key in DIFFERENT if provider == profile.name}, {
        key: (found[key], wanted[key]) for key in different
    }


@each_provider
def test_prefixes_of_keys_are_verified_ones(facts: dict[str, Any]):
    """A prefix is taken where more than one source shows it, and none is left out that was verified."""
    need_facts()
    parts = (facts["key_prefix"] or "").split(";")
    sure = ";".join(part for part in parts if "unverified" not in part and "one third-party" not in part)
    prefixes = Registry().get(facts["id"]).key_prefixes
    assert bool(prefixes) == bool(sure)
    assert all(prefix in sure for prefix in prefixes)


@each_provider
def test_headers_are_among_the_facts(facts: dict[str, Any]):
    """A profile adds no header of its own making, and none where they claim to be another client."""
    need_facts()
    headers = Registry().get(facts["id"]).default_headers.items()
    assert headers <= facts["extra_headers"].items()
    assert not (headers and facts["headers_claim_other_client"])


def test_auto_follows_the_order_of_the_facts():
    """OpenRouter and OpenAI come first, then every provider with a key as the file lists them, then ours."""
    need_facts()
    listed = [facts["id"] for facts in FACTS if facts["auth"] == "api_key" and facts["id"] != "openai-api"]
    first = ["openrouter", "openai"]
    ranked = sorted(Registry().profiles(), key=lambda each: (each.auto_rank is None, each.auto_rank))
    names = [each.name for each in ranked if each.auto_rank is not None]
    assert names == list(dict.fromkeys([*first, *listed, *BEYOND]))


def held(profile: ProviderProfile) -> dict[str, object]:
    """The facts in *profile*, in a form that compares."""
    below = profile.models_path and profile.base_url and f"{profile.base_url}{profile.models_path}"
    models_url = profile.models_url or below
    return {
        "display_name": profile.display_name,
        "aliases": set(profile.aliases),
        "api_mode": profile.api_mode,
        "base_url": profile.base_url,
        "alternate_base_urls": set(profile.alternate_base_urls),
        "base_url_env": [*filter(None, [profile.base_url_env]), *profile.other_base_url_envs],
        "env_vars": [*profile.env_vars, *profile.setup_vars],
        "auth_type": profile.auth_type,
        "auth_header": header(profile.auth_header, profile.auth_scheme),
        "models_url": models_url,
        "models_public": profile.models_public,
        "probe": asked(profile, profile.probe or (Probe(url=models_url) if models_url else None)),
        "default_models": list(profile.default_models),
        "default_aux_model": profile.default_aux_model,
        "vision": profile.vision,
        "signup_url": profile.signup_url,
        "docs_url": profile.docs_url,
    }


def told(facts: dict[str, Any]) -> dict[str, object]:
    """The same of an entry of the file; prose around a value is left out, and what it gives no value for too."""
    told: dict[str, object] = {
        "display_name": facts["name"],
        "aliases": set(facts["aliases"]),
        "api_mode": facts["api_mode"],
        "base_url": facts["base_url"],
        "alternate_base_urls": set(filter(None, map(address, facts.get("base_url_alternates", [])))),
        "base_url_env": variables([facts["base_url_env"] or ""]),
        "env_vars": variables(facts["key_env"]),
        "auth_type": facts["auth"].replace("none_local", "none"),
        "models_url": facts["models_url"] or "",
        "models_public": (facts["models_auth"] or "").startswith(("none", "optional")),
        "probe": expected(facts["probe"]),
        "default_models": facts["default_models"],
        "default_aux_model": facts.get("aux_model") or "",
        "vision": facts["vision"],
        "signup_url": facts["signup_url"] or "",
        "docs_url": facts["docs_url"] or "",
    }
    sent = re.match(r"[\w-]+: (\w+ )?\{", facts["auth_header"])
    return told | ({"auth_header": sent.group().removesuffix("{").strip()} if sent else {})


def header(name: str, scheme: str) -> str:
    return f"{name}: {scheme}".strip()


def asked(profile: ProviderProfile, probe: Probe | None) -> object:
    """What *probe* sends and takes for an answer; of one that is no request, its kind."""
    if probe is None or not probe.url:
        return probe and probe.kind
    name = probe.auth_header or profile.auth_header
    scheme = probe.auth_scheme if probe.auth_header else profile.auth_scheme
    sent = [header(name, scheme), *(f"{key}: {value}" for key, value in probe.headers.items())]
    return (probe.kind, probe.method, probe.url, sent, list(probe.accepts), list(probe.rejects))


def expected(probe: dict[str, Any] | None) -> object:
    if probe is None or "url" not in probe:
        return probe and probe["kind"]
    kind = probe["kind"].removesuffix("_request")
    sent = [part.split("{")[0].strip() for part in probe["auth"].split("; ") if "{account_id}" not in part]
    if sent == ["SigV4 or Bearer"]:
        sent = ["Authorization: Bearer"]
    return (kind, probe["method"], probe["url"], sent, probe["expect_ok"], probe["expect_bad_key"])


def address(text: str) -> str:
    """The address at the start of *text*, any one host as `*`; nothing where a profile cannot say it."""
    url = text.split(" ")[0].replace("{resource}", "*").removesuffix("/...")
    url = re.sub(r"//\{region\}-[a-z]+\.", "//*.", url)
    return "" if "{" in url or "host:port" in url else url


def variables(texts: list[str]) -> list[str]:
    return [word for text in texts for word in re.findall(r"\b[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+\b", text)]
