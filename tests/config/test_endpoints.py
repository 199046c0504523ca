"""The endpoints that a config names: every shape of an entry, what switches a provider off, what cannot be read."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from editing import document

from hermes_fallback.config.settings import Settings, read_settings
from hermes_fallback.errors import InvalidFile
from hermes_fallback.model.endpoint import NamedEndpoint


def settings(text: str) -> Settings:
    return read_settings(document(text))


def endpoint(entry: str, key: str = "custom_providers") -> NamedEndpoint:
    """The one endpoint of *entry*, `- …` of the list or `name: …` of the mapping."""
    found = settings(f"{key}:\n  {entry}\n")
    assert found.findings == ()
    return found.endpoints[0]


def test_an_entry_of_the_list_is_read_whole() -> None:
    """Name, address, key, dialect, models, window and headers, with the place it stands at."""
    found = settings("""
custom_providers:
- name: My Box
  base_url: " http://localhost:8000/v1/ "
  api_key: s3cret-value
  key_env: BOX_KEY
  api_mode: anthropic_messages
  model: llama
  models: [phi, llama]
  context_length: 32768
  extra_headers: {X-Team: blue, X-Count: 5}
""").endpoints[0]
    assert (found.key, found.name, found.base_url) == ("my-box", "My Box", "http://localhost:8000/v1")
    assert found.api_key is not None
    assert found.api_key.reveal() == "s3cret-value"
    assert (found.key_env, found.api_mode) == ("BOX_KEY", "anthropic_messages")
    assert (found.models, found.context_length) == (("llama", "phi"), 32768)
    assert dict(found.headers) == {"X-Team": "blue", "X-Count": "5"}
    assert (found.origin, found.line) == ("custom_providers[0]", 3)
    assert "s3cret" not in repr(found)
    assert "blue" not in repr(found)


@pytest.mark.parametrize(
    ("entry", "key", "field", "expected"),
    [
        ("- {name: a, url: 'http://h'}", "custom_providers", "base_url", "http://h"),
        ("- {name: a, api: 'http://h'}", "custom_providers", "base_url", "http://h"),
        ("- {name: a, baseUrl: 'http://h'}", "custom_providers", "base_url", "http://h"),
        (
            "- {name: a, api: 'http://c', url: 'http://b', base_url: 'http://h'}",
            "custom_providers", "base_url", "http://h",
        ),
        ("a: {base_url: 'http://c', url: 'http://b', api: 'http://h'}", "providers", "base_url", "http://h"),
        ("- {name: a, url: 'http://h', api_key_env: K}", "custom_providers", "key_env", "K"),
        ("- {name: a, url: 'http://h', keyEnv: K}", "custom_providers", "key_env", "K"),
        ("- {name: a, url: 'http://h', apiKeyEnv: K}", "custom_providers", "key_env", "K"),
        ("- {name: a, url: 'http://h', transport: openai_chat}", "custom_providers", "api_mode", "chat_completions"),
        ("- {name: a, url: 'http://h', apiMode: codex_responses}", "custom_providers", "api_mode", "codex_responses"),
        ("- {name: a, url: 'http://h', default_model: m}", "custom_providers", "models", ("m",)),
        ("- {name: a, url: 'http://h', defaultModel: m, models: [n]}", "custom_providers", "models", ("m", "n")),
        ("- {name: a, url: 'http://h', models: {m: {context_length: 5}, n: }}", "custom_providers", "models", ("m", "n")),
        ("- {name: a, url: 'http://h', models: [{id: m}, {name: n}, o, null]}", "custom_providers", "models", ("m", "n", "o")),
        ("- {name: a, url: 'http://h', contextLength: 5}", "custom_providers", "context_length", 5),
        ("a: {api: 'http://h', default_model: m, model: n}", "providers", "models", ("m",)),
        ("a: {api: 'http://h', transport: anthropic_messages}", "providers", "api_mode", "anthropic_messages"),
        ("a: {api: 'http://h', name: 'The A'}", "providers", "name", "The A"),
        ("My A: {api: 'http://h'}", "providers", "key", "my-a"),
        ("a: {api: 'http://h'}", "providers", "origin", "providers.a"),
    ],
)  # fmt: skip
def test_older_names_and_other_spellings_count(entry: str, key: str, field: str, expected: object) -> None:
    """Whatever Hermes Agent reads, and in its order of strength."""
    assert getattr(endpoint(entry, key), field) == expected


def test_both_keys_make_one_list_and_doubles_are_dropped() -> None:
    """Those of the list first; the same one again is no news, another address under the name is told."""
    found = settings("""
custom_providers:
- {name: Box, url: 'http://a/v1'}
providers:
  box: {api: 'http://A/v1/'}
  crate: {api: 'http://c'}
""")
    assert [each.key for each in found.endpoints] == ["box", "crate"]
    assert found.findings == ()
    other = settings("custom_providers:\n- {name: b, url: 'http://a'}\n- {name: B, url: 'http://b'}\n")
    assert [each.base_url for each in other.endpoints] == ["http://a"]
    assert [(each.line, each.level) for each in other.findings] == [(3, "warn")]


@pytest.mark.parametrize("value", ["false", "no", "off", "0", "'false'", "'No'", "'OFF'", "'0'"])
def test_a_provider_is_switched_off_in_many_words(value: str) -> None:
    """Bundled ones too; the place is known, to be shown where a link needs it."""
    found = settings(f"providers:\n  OpenRouter:\n    enabled: {value}\n")
    assert dict(found.disabled) == {"openrouter": "`providers.OpenRouter.enabled` on line 3"}
    assert (found.endpoints, found.findings) == ((), ())


@pytest.mark.parametrize("value", ["true", "yes", "1", "~", "maybe"])
def test_anything_else_leaves_it_on(value: str) -> None:
    """Only a clear no is a no."""
    found = settings(f"providers:\n  a: {{enabled: {value}, api: 'http://h'}}\n")
    assert dict(found.disabled) == {}
    assert len(found.endpoints) == 1


@pytest.mark.parametrize(
    ("text", "line", "what"),
    [
        ("custom_providers: {a: {url: 'http://h'}}", 1, "`custom_providers` cannot be read"),
        ("custom_providers: text", 1, "`custom_providers` cannot be read"),
        ("providers: [{name: a, url: 'http://h'}]", 1, "`providers` cannot be read"),
        ("custom_providers:\n- just text", 2, "`custom_providers[0]` is not a mapping"),
        ("custom_providers:\n- {name: a}", 2, "`custom_providers[0]` has no address"),
        ("custom_providers:\n- {url: 'http://h'}", 2, "`custom_providers[0]` has no name"),
        ("custom_providers:\n- {url: 'http://h', name: ' '}", 2, "`custom_providers[0]` has no name"),
        ("providers:\n  '': {api: 'http://h'}", 2, "`providers.` has no name"),
        ("providers:\n  a: text", 2, "`providers.a` is not a mapping"),
        ("providers:\n  a: {api_key: sk-secret-123}", 2, "`providers.a` has no address"),
    ],
)
def test_what_is_no_endpoint_is_told(text: str, line: int, what: str) -> None:
    """Its line, what is wrong, and what to write; the rest of the file still counts."""
    found = settings(f"{text}\nmodel: {{provider: p, default: m}}\n")
    assert found.endpoints == ()
    assert found.primary is not None
    (finding,) = found.findings
    assert (finding.line, finding.hint) == (line, finding.hint)
    assert finding.hint
    assert what in finding.what
    assert "secret" not in str(finding)


@pytest.mark.parametrize(
    ("field", "what"),
    [
        ("transport: telepathy", "has a `transport` that is not one of chat_completions"),
        ("models: 5", "has a `models` that is not a list of models"),
        ("context_length: many", "has a `context_length` that is not a number of tokens"),
        ("context_length: true", "has a `context_length` that is not a number of tokens"),
        ("extra_headers: [a]", "has a `extra_headers` that is not a mapping"),
        ("extra_headers: {Host: evil.test}", "that is not fit to be sent: `Host` is for whoever sends"),
        ("extra_headers: {X-Team: 'secret é'}", "that is not fit to be sent: `X-Team` holds characters"),
        ("key_env: sk-secret-0123456789", "has a `key_env` that is not the name of a variable"),
    ],
)
def test_a_field_that_cannot_be_costs_only_itself(field: str, what: str) -> None:
    """The endpoint is there; what its field was meant to be is for its owner to say."""
    found = settings(f"custom_providers:\n- name: a\n  url: http://h\n  {field}\n")
    assert [each.base_url for each in found.endpoints] == ["http://h"]
    assert what in found.findings[0].what
    assert "secret" not in str(found.findings)


@pytest.mark.parametrize(
    ("url", "kept", "what"),
    [
        ("localhost:8000", "localhost:8000", "no http(s) address"),
        ("https://me:hunter2@h.test/v1", "https://********@h.test/v1", "user name or password"),
    ],
)
def test_an_address_that_cannot_be_stays_for_the_link_to_tell(url: str, kept: str, what: str) -> None:
    """A link to it says what is wrong, not that the name is unknown; a password is not kept."""
    found = settings(f"custom_providers:\n- {{name: a, url: '{url}'}}\n")
    assert found.endpoints[0].base_url == kept
    assert what in found.findings[0].what
    assert "hunter2" not in repr(found)


@pytest.mark.parametrize(
    "text", ["providers: {}\n", "providers:\n", "custom_providers: []\n", "providers:\n  zai:\n",
             "providers: {zai: {request_timeout_seconds: 5, models: {m: {timeout_seconds: 9}}}}\n"]
)  # fmt: skip
def test_what_names_no_endpoint_is_nothing_to_tell(text: str) -> None:
    """Empty keys, and the tuning of a provider that is known otherwise."""
    found = settings(text)
    assert (found.endpoints, dict(found.disabled), found.findings) == ((), {}, ())


def test_an_endpoint_is_read_when_it_is_asked_for() -> None:
    """One of thousands does not wait for the others, and what is wrong with one is no fault of another."""
    found = settings("""
custom_providers:
- {name: a, url: 'http://a', context_length: 2024-13-45}
- {name: b, url: 'http://b', context_length: 7}
providers: {c: {enabled: false}}
""")
    assert dict(found.disabled) == {"c": "`providers.c.enabled` on line 5"}
    first, second = found.endpoints
    assert (first.base_url, second.base_url, second.context_length) == ("http://a", "http://b", 7)
    for ask in (lambda: first.context_length, lambda: found.findings):
        with pytest.raises(InvalidFile, match="line 3"):
            ask()


def test_variables_are_filled_in() -> None:
    """As everywhere in the file."""
    doc = document("custom_providers:\n- {name: a, url: '${U}', api_key: '${K}'}\n")
    (found,) = read_settings(
        doc, lambda text: {"${U}": "http://h", "${K}": "key-1"}.get(text, text)
    ).endpoints
    assert found.api_key is not None
    assert (found.base_url, found.api_key.reveal()) == ("http://h", "key-1")


@pytest.mark.parametrize(
    ("extra", "loaded"),
    [
        ("", set()),
        ("providers: {}\ncustom_providers: []\n", set()),
        ("providers: {box: {api: 'http://localhost:1/v1'}}\n", {"config.endpoints", "providers.named"}),
    ],
    ids=["absent", "empty", "named"],
)
def test_a_config_that_names_no_endpoint_does_not_pay_for_it(
    home: Path, extra: str, loaded: set[str]
) -> None:
    """The listing imports what reads endpoints, and what chooses a provider, only where there is a use for it."""
    chain = "model: {provider: zai, default: m}\nfallback_providers: [{provider: custom:box, model: m}]\n"
    (home / "config.yaml").write_text(chain + extra)
    code = (
        "import sys\nfrom hermes_fallback.cli.front import main\nmain(['fallback', 'list'])\n"
        "print(*(name for name in sys.modules if name.startswith('hermes_fallback.')), file=sys.stderr)"
    )
    environ = {"HERMES_HOME": str(home), "PATH": os.environ["PATH"], "HOME": str(home)}
    done = subprocess.run(
        [sys.executable, "-c", code], env=environ, capture_output=True, text=True, check=True
    )
    ours = {name.removeprefix("hermes_fallback.") for name in done.stderr.split()}
    assert ours & {"config.endpoints", "providers.named", "runtime.auto", "runtime.readiness"} == loaded
