"""Which key goes where: the truth table of credentials and hosts."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from hermes_fallback.credentials import Environment, look_up
from hermes_fallback.errors import InvalidFile
from hermes_fallback.model.credential import Credential, Missing
from hermes_fallback.model.link import Link
from hermes_fallback.model.origin import Origin
from hermes_fallback.providers import ProviderProfile, Registry
from hermes_fallback.secret import Secret

KEYS = {
    "OPENROUTER_API_KEY": "sk-or-v1-openrouter-0001",
    "OPENAI_API_KEY": "sk-proj-openai-0002",
    "ANTHROPIC_API_KEY": "sk-ant-anthropic-0003",
    "DEEPSEEK_API_KEY": "sk-deepseek-0004",
    "GLM_API_KEY": "glm-zai-0005",
    "AZURE_FOUNDRY_API_KEY": "azure-0006",
    "LM_API_KEY": "lm-0007",
    "GROQ_API_KEY": "gsk-groq-0008",
    "AI_GATEWAY_API_KEY": "vck-gateway-0009",
}
REGISTRY = Registry()


def find(
    provider: str,
    base_url: str | None = None,
    *,
    keys: dict[str, str] | None = None,
    trust: tuple[str, ...] = (),
    dotenv: Path = Path("/nowhere/.env"),
    source: str = "link",
    headers: dict[str, str] | None = None,
    **fields: Any,
) -> Credential | Missing | None:
    """What a link to *provider* at *base_url* (default: its own) gets, with every key of the world set."""
    profile = REGISTRY.get(provider)
    if "api_key" in fields:
        fields["api_key"] = Secret(fields["api_key"])
    link = Link(provider=provider, model="m", base_url=base_url, **fields)
    environment = Environment.of(dotenv, KEYS if keys is None else keys)
    url = profile.base_url if base_url is None else base_url
    return look_up(link, profile, url, environment, trust, source=source, headers=headers or {}).outcome


def sent(found: Credential | Missing | None) -> str | None:
    """The name of the variable whose key would be sent; None when nothing is."""
    return found.name if isinstance(found, Credential) else None


def problem(found: Credential | Missing | None) -> str:
    assert isinstance(found, Missing)
    return found.problem.kind


@pytest.mark.parametrize(
    ("provider", "base_url", "variable"),
    [
        ("openrouter", None, "OPENROUTER_API_KEY"),
        ("openrouter", "https://OpenRouter.AI/api/v1", "OPENROUTER_API_KEY"),
        ("openrouter", "https://openrouter.ai:443/api/v1", "OPENROUTER_API_KEY"),
        ("openrouter", "https://openrouter.ai./api/v1", "OPENROUTER_API_KEY"),
        ("anthropic", None, "ANTHROPIC_API_KEY"),
        ("ai-gateway", None, "AI_GATEWAY_API_KEY"),
        ("deepseek", "https://api.deepseek.com/beta", "DEEPSEEK_API_KEY"),
        ("zai", "https://open.bigmodel.cn/api/paas/v4", "GLM_API_KEY"),
        ("custom", "https://api.openai.com/v1", "OPENAI_API_KEY"),
        ("custom", "https://mine.openai.azure.com/openai/v1", "OPENAI_API_KEY"),
        ("azure-foundry", "https://mine.openai.azure.com/openai/v1", "AZURE_FOUNDRY_API_KEY"),
        ("azure-foundry", "https://mine.services.ai.azure.com/anthropic", "AZURE_FOUNDRY_API_KEY"),
        ("custom", "https://openrouter.ai/api/v1", "OPENROUTER_API_KEY"),
        ("custom", "https://api.groq.com/openai/v1", "GROQ_API_KEY"),
        ("custom", "https://api.deepseek.com/v1", "DEEPSEEK_API_KEY"),
        ("custom", "https://www.deepseek.com/v1", "DEEPSEEK_API_KEY"),
        ("lmstudio", None, "LM_API_KEY"),
        ("lmstudio", "http://192.168.1.7:1234/v1", "LM_API_KEY"),
    ],
)
def test_key_goes_to_its_own_host(provider, base_url, variable):
    """A provider's key reaches the provider, bound to exactly that origin."""
    found = find(provider, base_url)
    assert sent(found) == variable
    assert isinstance(found, Credential)
    assert found.secret == Secret(KEYS[variable])
    assert found.origins == {Origin.of(base_url or REGISTRY.get(provider).base_url)}


@pytest.mark.parametrize(
    ("provider", "base_url"),
    [
        ("openrouter", "https://openrouter.ai.evil.test/api/v1"),
        ("openrouter", "https://evil.test/openrouter.ai/api/v1"),
        ("openrouter", "https://evil.test/?https://openrouter.ai/api/v1"),
        ("openrouter", "https://evil.test#openrouter.ai"),
        ("openrouter", "https://notopenrouter.ai/api/v1"),
        ("openrouter", "https://api.openrouter.ai/api/v1"),
        ("openrouter", "https://openrouter.ai:8443/api/v1"),
        ("openrouter", "http://openrouter.ai/api/v1"),
        ("openrouter", "https://openrouter.ai\\.evil.test/api/v1"),
        ("openrouter", "https://openrouter.ai%2eevil.test/api/v1"),
        ("openrouter", "https://оpenrouter.ai/api/v1"),
        ("openrouter", "https://mirror.example/api/v1"),
        ("deepseek", "https://api.deepseek.com.evil.test/v1"),
        ("deepseek", "https://openrouter.ai/api/v1"),
        ("anthropic", "https://evil.test/anthropic"),
        ("azure-foundry", "https://openai.azure.com/openai/v1"),
        ("azure-foundry", "https://a.b.openai.azure.com/openai/v1"),
        ("custom", "https://api.openai.com.evil.test/v1"),
        ("custom", "https://evil.test/api.openai.com"),
        ("custom", "http://api.openai.com/v1"),
        ("custom", "http://mine.openai.azure.com/openai/v1"),
        ("custom", "https://evilopenai.azure.com/openai/v1"),
        ("custom", "https://evil.test\\.openai.azure.com/openai/v1"),
        ("custom", "https://evil.test%23.openai.azure.com/openai/v1"),
        ("custom", "https://evil\\.openai.azure.com/openai/v1"),
        ("custom", "https://evil%2f.openai.azure.com/openai/v1"),
        ("custom", "https://openrouter.ai:8443/api/v1"),
        ("custom", "http://api.groq.com/openai/v1"),
        ("custom", "https://api.groq.com:8443/openai/v1"),
        ("custom", "https://api.groq.com.evil.test/openai/v1"),
        ("custom", "https://groq.evil.test/openai/v1"),
        ("custom", "https://api.evil-groq.com/openai/v1"),
        ("custom", "https://tenant.groq.com/openai/v1"),
        ("custom", "https://9.9.9.9/groq.com"),
        ("openrouter", "https://api.groq.com/openai/v1"),
        ("lmstudio", "https://lm.evil.test/v1"),
    ],
)
def test_key_goes_to_no_other_host(provider, base_url):
    """Look-alikes, other schemes and ports, other vendors: nothing is sent, and the answer says so."""
    found = find(provider, base_url)
    assert problem(found) == "untrusted-host"
    assert not any(key in str(found) for key in KEYS.values())


@pytest.mark.parametrize(
    "base_url",
    [
        "https://user:pass@openrouter.ai/api/v1",
        "https://.openai.azure.com/openai/v1",
        "https://openrouter.ai@evil.test/api/v1",
        "https://openrouter.ai\\@evil.test/api/v1",
        "openrouter.ai/api/v1",
        "ftp://openrouter.ai",
        "https://",
        "https://openrouter.ai:99999/",
        "",
    ],
)
def test_address_that_is_none_gets_no_key(base_url):
    """A user name in the address, another scheme, no host: refused before any key is looked at, unquoted."""
    found = find("openrouter", base_url)
    assert problem(found) == "invalid-base-url"
    assert "pass" not in str(found)


@pytest.mark.parametrize(
    ("base_url", "trust", "variable"),
    [
        ("https://mirror.example/v1", ("mirror.example",), "DEEPSEEK_API_KEY"),
        ("https://mirror.example/v1", (" MIRROR.example ",), "DEEPSEEK_API_KEY"),
        ("https://mirror.example:8443/v1", ("mirror.example",), "DEEPSEEK_API_KEY"),
        ("https://mirror.example:8443/v1", ("mirror.example:8443",), "DEEPSEEK_API_KEY"),
        ("https://mirror.example/v1", ("https://mirror.example",), "DEEPSEEK_API_KEY"),
        ("http://[::1]:8000/v1", ("[::1]:8000",), "DEEPSEEK_API_KEY"),
        ("https://mirror.example:8443/v1", ("mirror.example:9",), None),
        ("http://mirror.example/v1", ("https://mirror.example",), None),
        ("https://mirror.example.evil.test/v1", ("mirror.example",), None),
        ("https://sub.mirror.example/v1", ("mirror.example",), None),
        ("https://mirror.example/v1", ("example", "", "*", "mirror.example:port"), None),
    ],
)
def test_trusted_host_gets_the_providers_key(base_url, trust, variable):
    """`fallback.trust` names hosts whole; it has no wildcards and covers no subdomains."""
    assert sent(find("deepseek", base_url, trust=trust)) == variable


def test_trusted_host_gets_the_openai_key():
    """A custom endpoint in `fallback.trust` may be sent OPENAI_API_KEY."""
    assert sent(find("custom", "https://proxy.example/v1", trust=("proxy.example",))) == "OPENAI_API_KEY"


@pytest.mark.parametrize(
    ("provider", "fields", "trust"),
    [
        ("openrouter", {}, ("mirror.example",)),
        ("custom", {"key_env": "OPENROUTER_API_KEY"}, ()),
        ("custom", {"key_env": "OPENROUTER_API_KEY"}, ("mirror.example",)),
        ("custom", {"api_key": "${OPENROUTER_API_KEY}"}, ("mirror.example",)),
    ],
    ids=["trusted", "named", "both", "filled-in"],
)
def test_openrouter_key_never_leaves_openrouter(provider, fields, trust):
    """Neither `fallback.trust` nor what a link names sends it to another host on the internet."""
    found = find(provider, "https://mirror.example/v1", trust=trust, **fields)
    assert problem(found) == "untrusted-host"
    assert isinstance(found, Missing)
    assert "trust" not in (found.problem.hint or "")


@pytest.mark.parametrize(
    ("base_url", "headers"),
    [
        ("https://mirror.example/v1", {"X-Key": f"Bearer {KEYS['OPENROUTER_API_KEY']}"}),
        (f"https://mirror.example/{KEYS['OPENROUTER_API_KEY']}/v1", {}),
        (f"https://mirror.example/v1?key={KEYS['OPENROUTER_API_KEY']}", {}),
    ],
    ids=["header", "path", "query"],
)
def test_openrouter_key_leaves_in_no_other_way_either(base_url, headers):
    """A header or an address that was filled in with it goes to OpenRouter and to local hosts alone."""
    own = {"api_key": "own-key-0001"}
    assert (
        problem(find("custom", base_url, headers=headers, trust=("mirror.example",), **own))
        == "untrusted-host"
    )
    for home in ("https://openrouter.ai", "http://localhost:1"):
        found = find("custom", base_url.replace("https://mirror.example", home), headers=headers, **own)
        assert isinstance(found, Credential)


def test_placeholder_for_a_key_bars_nothing():
    """`OPENROUTER_API_KEY=x` is no key, and every address with an x in it would hold it."""
    keys = {"OPENROUTER_API_KEY": "x"}
    assert isinstance(find("custom", "https://xyz.test/v1", keys=keys, api_key="own-key-0001"), Credential)


def test_openrouter_key_named_for_openrouter_is_sent():
    """A custom link to openrouter.ai may name it."""
    assert (
        sent(find("custom", "https://openrouter.ai/api/v1", key_env="OPENROUTER_API_KEY"))
        == "OPENROUTER_API_KEY"
    )


def test_openai_key_never_serves_openrouter():
    """A missing OPENROUTER_API_KEY is missing, whatever other keys are set."""
    keys = {name: key for name, key in KEYS.items() if name != "OPENROUTER_API_KEY"}
    assert problem(find("openrouter", keys=keys)) == "missing-credential"


class TestLocalHosts:
    @pytest.mark.parametrize(
        "base_url",
        [
            "http://localhost:11434/v1",
            "http://127.0.0.1:8000/v1",
            "http://[::1]:8000/v1",
            "http://192.168.1.20:8000/v1",
            "http://10.0.0.1/v1",
            "http://box.local:8000/v1",
            "http://host.docker.internal:8000/v1",
        ],
    )
    @pytest.mark.parametrize("provider", ["custom", "openrouter", "deepseek", "anthropic"])
    def test_local_host_needs_no_key_and_gets_none(self, provider, base_url):
        """This machine and its network are asked without a key, though every key is set."""
        assert find(provider, base_url) is None

    def test_local_provider_that_wants_a_key_needs_it(self):
        """A provider whose own address is on this machine, with a variable for its key, is not asked without."""
        profile = ProviderProfile(name="acme", base_url="http://127.0.0.1:9/v1", env_vars=("ACME_KEY",))
        link, nothing = Link(provider="acme", model="m"), Environment.of(Path("/nowhere/.env"), {})
        found = look_up(link, profile, profile.base_url, nothing).outcome
        assert problem(found) == "missing-credential"
        assert "ACME_KEY" in str(found)
        assert look_up(link, profile, "http://127.0.0.1:10/v1", nothing).outcome is None
        keyed = Environment.of(Path("/nowhere/.env"), {"ACME_KEY": "acme-0001"})
        assert sent(look_up(link, profile, profile.base_url, keyed).outcome) == "ACME_KEY"

    def test_local_host_gets_the_key_its_link_names(self):
        """`key_env` and `api_key` count for local hosts too."""
        assert sent(find("custom", "http://localhost:4000/v1", key_env="GROQ_API_KEY")) == "GROQ_API_KEY"
        found = find("custom", "http://localhost:4000/v1", api_key="local-key-1")
        assert isinstance(found, Credential)
        assert found.secret == Secret("local-key-1")

    def test_local_server_without_a_key_is_asked_without(self):
        """LM Studio needs no key unless one is set."""
        assert find("lmstudio", keys={}) is None
        assert find("lmstudio", keys={"LM_API_KEY": "changeme"}) is None

    @pytest.mark.parametrize("word", ["none", "dummy", "no-key-required"])
    def test_placeholder_for_a_local_host_is_no_key(self, word):
        """Words that configs put where a key is not needed are not sent."""
        assert find("custom", "http://localhost:11434/v1", api_key=word) is None


class TestTheLinksOwn:
    def test_inline_key_comes_first(self):
        """`api_key` beats `key_env` beats the provider's variables."""
        found = find("deepseek", api_key="sk-inline-1", key_env="GROQ_API_KEY")
        assert isinstance(found, Credential)
        assert (found.secret, found.source, found.name) == (Secret("sk-inline-1"), "link", None)
        assert sent(find("deepseek", key_env="GROQ_API_KEY")) == "GROQ_API_KEY"

    @pytest.mark.parametrize("source", ["config", "custom_providers[0]"])
    def test_inline_key_tells_the_place_it_stands_at(self, source):
        """That of the primary, or of a named endpoint, counts as a link's does, and is told apart."""
        found = find("deepseek", api_key="sk-inline-1", source=source)
        assert isinstance(found, Credential)
        assert found.source == source

    @pytest.mark.parametrize(
        ("source", "words"),
        [("link", "`api_key` of the link is a"), ("providers.box", "`api_key` of `providers.box` is a")],
    )
    def test_inline_key_that_is_none_names_its_place(self, source, words):
        """What is to be mended is found where it stands."""
        found = find("deepseek", api_key="${NOWHERE}", source=source)
        assert isinstance(found, Missing)
        assert found.problem.what.startswith(words)

    def test_own_key_goes_wherever_its_link_points(self):
        """A link that brings its key may point anywhere; the key is bound to that host."""
        found = find("custom", "https://api.groq.com/openai/v1", key_env="GROQ_API_KEY")
        assert isinstance(found, Credential)
        assert found.allows("https://api.groq.com/openai/v1/chat/completions")
        assert not found.allows("https://api.groq.com.evil.test/")
        assert not found.allows("http://api.groq.com/")

    def test_inline_reference_is_filled_in(self):
        """`api_key: ${VAR}` is the variable's value."""
        found = find("custom", "https://api.groq.com/v1", api_key="${GROQ_API_KEY}")
        assert isinstance(found, Credential)
        assert found.secret == Secret(KEYS["GROQ_API_KEY"])

    def test_inline_reference_to_nothing_is_not_replaced_by_another_key(self):
        """The provider's own key is not sent in place of the one that was meant."""
        found = find("deepseek", api_key="${NOWHERE}")
        assert problem(found) == "missing-credential"
        assert isinstance(found, Missing)
        assert "`NOWHERE`" in (found.problem.hint or "")

    @pytest.mark.parametrize("value", [None, "", "changeme", "sk-...", "bad key", "${NOWHERE}"])
    @pytest.mark.parametrize("base_url", [None, "http://localhost:8000/v1"])
    def test_key_env_that_fails_is_never_replaced(self, base_url, value):
        """The variable was named, so it is that key or none; on a local host as well."""
        keys = KEYS if value is None else {**KEYS, "MY_KEY": value}
        found = find("deepseek", base_url, key_env="MY_KEY", keys=keys)
        assert isinstance(found, Missing)
        assert "`MY_KEY`" in found.problem.what
        assert "MY_KEY=…" in (found.problem.hint or "")

    def test_placeholder_inline_counts_as_absent(self):
        """`api_key: your_api_key` left from a template gives way to the real key."""
        assert sent(find("deepseek", api_key="your_api_key")) == "DEEPSEEK_API_KEY"

    def test_malformed_inline_key_is_reported(self):
        """A key with a character that no key holds is not silently replaced."""
        found = find("deepseek", api_key="sk-abc\u200bdef")
        assert problem(found) == "malformed-credential"
        assert "U+200B" in str(found)

    def test_host_that_asks_for_none_may_be_declared(self):
        """`api_key: no-key-required` says that an endpoint on the internet is open."""
        assert find("custom", "https://open.example/v1", api_key="no-key-required") is None


class TestVariables:
    def test_file_beats_process(self, tmp_path):
        """The key in `.env` is the one that is sent."""
        (tmp_path / ".env").write_text("DEEPSEEK_API_KEY=sk-from-file-1 # mine\n")
        found = find("deepseek", dotenv=tmp_path / ".env")
        assert isinstance(found, Credential)
        assert (found.secret, found.source) == (Secret("sk-from-file-1"), "dotenv")

    def test_variables_are_asked_in_order(self):
        """The first variable with a usable key decides; a placeholder is passed over."""
        keys = {"GLM_API_KEY": "changeme", "ZAI_API_KEY": "zai-0001", "Z_AI_API_KEY": "zai-0002"}
        assert sent(find("zai", keys=keys)) == "ZAI_API_KEY"

    def test_key_is_stripped(self):
        """A newline that a shell left behind is no part of the key."""
        found = find("deepseek", keys={"DEEPSEEK_API_KEY": " sk-abc-123\n"})
        assert isinstance(found, Credential)
        assert found.secret == Secret("sk-abc-123")

    def test_every_place_is_told(self, tmp_path):
        """A missing key comes with the places that were asked, in order, and what each answered."""
        (tmp_path / ".env").write_text("ZAI_API_KEY=\nZ_AI_API_KEY=changeme\n")
        found = find("zai", keys={"ZAI_API_KEY": "hidden-1"}, dotenv=tmp_path / ".env")
        assert isinstance(found, Missing)
        path = tmp_path / ".env"
        assert found.looked_in == (
            (f"`GLM_API_KEY` in `{path}`", "not set"),
            ("`GLM_API_KEY` in the environment", "not set"),
            (f"`ZAI_API_KEY` in `{path}`", "is empty"),
            (f"`Z_AI_API_KEY` in `{path}`", "is a placeholder"),
        )

    def test_missing_key_says_where_to_put_it(self):
        """The hint names the variable and the file."""
        found = find("openrouter", keys={})
        assert isinstance(found, Missing)
        assert found.problem.what == "`OPENROUTER_API_KEY` is not set"
        assert found.problem.hint == "put `OPENROUTER_API_KEY=…` into `/nowhere/.env`, or export it"

    def test_custom_endpoint_without_a_key_says_how_to_give_one(self):
        """The hint is a `key_env` line, not a variable that would not be sent."""
        found = find("custom", "https://api.groq.com/v1", keys={})
        assert problem(found) == "missing-credential"
        assert isinstance(found, Missing)
        assert "key_env: NAME" in (found.problem.hint or "")
        assert "OPENAI_API_KEY" not in (found.problem.hint or "")

    def test_untrusted_host_says_both_ways_out(self):
        """The hint gives the `key_env` and the host to trust."""
        found = find("deepseek", "https://mirror.example/v1")
        assert isinstance(found, Missing)
        assert found.problem.what == "`DEEPSEEK_API_KEY` is not sent to `https://mirror.example`"
        assert "`key_env`" in (found.problem.hint or "")
        assert "`mirror.example` to `fallback.trust`" in (found.problem.hint or "")

    def test_key_of_the_hosts_vendor_that_is_none_is_told(self):
        """Of a custom endpoint's variables, the one named after its host is the one to mend."""
        found = find("custom", "https://api.groq.com/v1", keys={"GROQ_API_KEY": "changeme"})
        assert isinstance(found, Missing)
        assert found.problem.what == "`GROQ_API_KEY` is a placeholder"

    def test_malformed_key_beats_not_set(self):
        """Of several variables, the one that holds something wrong is the one to mend."""
        found = find("zai", keys={"ZAI_API_KEY": "zai\u200b0001"})
        assert isinstance(found, Missing)
        assert found.problem.what.startswith("`ZAI_API_KEY` holds U+200B")

    def test_unreadable_file_is_an_error_not_a_missing_key(self, tmp_path):
        """A `.env` that cannot be decoded stops the search: a key may be in it."""
        (tmp_path / ".env").write_bytes(b"\xff\xfeDEEPSEEK_API_KEY=x")
        with pytest.raises(InvalidFile):
            find("deepseek", dotenv=tmp_path / ".env")

    def test_provider_of_another_kind_may_have_any_base_url(self):
        """A profile whose address is no http address owns no host; its search ends in an answer."""
        profile = ProviderProfile(name="acp", base_url="acp://x", auth_type="external_process")
        link = Link(provider="acp", model="m")
        found = look_up(link, profile, "https://acme.test", Environment.of(Path("/nowhere"), {})).outcome
        assert isinstance(found, Missing)


HEAVY = [
    "typer",
    "rich",
    "pydantic",
    "httpx",
    "httpcore",
    "h11",
    "questionary",
    "keyring",
    "ruamel",
    "asyncio",
    "logging",
]
HEAVY += ["dotenv", "yaml", "hashlib", "difflib", "hermes_fallback.providers.discovery"]


def test_finding_a_key_imports_nothing_heavy(tmp_path):
    """A listing pays for no library: registry, a plain `.env` and a search import none of them."""
    (tmp_path / ".env").write_text('# keys\nDEEPSEEK_API_KEY="sk-deepseek-1" # mine\n')
    code = f"""
import sys
from pathlib import Path
from hermes_fallback.credentials.environment import Environment
from hermes_fallback.credentials.sources import look_up
from hermes_fallback.model.link import Link
from hermes_fallback.providers.registry import Registry
home = Path({str(tmp_path)!r})
registry = Registry(home / "plugins" / "model-providers", home / "providers")
profile = registry.get("deepseek")
found = look_up(Link(provider="deepseek", model="m"), profile, profile.base_url,
                        Environment.of(home / ".env", {{}}))
assert found.outcome.source == "dotenv"
print([name for name in {HEAVY!r} if name in sys.modules])
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
