"""The typed reading of a config: every shape of `model:`, our own keys, and a finding for what cannot be meant so."""

from __future__ import annotations

import pytest
from editing import document

from hermes_fallback.config.settings import AUTO, Settings, read_settings, seconds
from hermes_fallback.errors import InvalidFile
from hermes_fallback.model.limits import Limits, Policy, Timeouts


def settings(text: str) -> Settings:
    return read_settings(document(text))


@pytest.mark.parametrize(
    ("text", "provider", "model", "base_url"),
    [
        ("model: vendor/name\n", AUTO, "vendor/name", None),
        ("provider: zai\nmodel: glm\n", "zai", "glm", None),
        ("model: {provider: a, default: b}\n", "a", "b", None),
        ("model: {provider: a, model: b}\n", "a", "b", None),
        ("model: {provider: a, name: b}\n", "a", "b", None),
        ("model: {provider: a, name: c, model: d, default: b}\n", "a", "b", None),
        ("model: {provider: a, default: '', model: b}\n", "a", "b", None),
        ("model: {provider: a, default: b, base_url: 'http://x/v1/'}\n", "a", "b", "http://x/v1"),
        ("model: {provider: a, default: b, api_base: 'http://x'}\n", "a", "b", "http://x"),
        ("model: {default: b}\nprovider: q\nbase_url: http://y\n", "q", "b", "http://y"),
        ("model: {provider: a, default: b, base_url: ''}\napi_base: http://y\n", "a", "b", "http://y"),
        ("model: {provider: a, default: b}\nprovider: q\n", "a", "b", None),
        ("m: &m {provider: a}\nmodel: {<<: *m, default: b}\n", "a", "b", None),
        ("model: {default: 5}\n", AUTO, "5", None),
        ("model: {provider: ' Auto ', default: b}\n", AUTO, "b", None),
        ("model: {provider: ~, default: b}\nprovider: AUTO\n", AUTO, "b", None),
        ("model: vendor/name\nprovider: q\napi_base: http://y\n", "q", "vendor/name", "http://y"),
        ("model: {provider: 'custom:My Box', default: b}\n", "custom:My Box", "b", None),
    ],
)
def test_the_primary_is_read_in_every_shape(
    text: str, provider: str, model: str, base_url: str | None
) -> None:
    """Newer names win over older ones, `model:` over the top level, and only where they are not empty."""
    link = settings(text).primary
    assert link is not None
    assert (link.provider, link.model, link.base_url) == (provider, model, base_url)


def test_the_window_may_stand_at_the_top_level() -> None:
    """Where `model:` has none of its own."""
    for text, window in (
        ("model: m\ncontext_length: 9\n", 9),
        ("model: {name: m, context_length: 5}\ncontext_length: 9\n", 5),
    ):
        primary = settings(text).primary
        assert primary is not None
        assert primary.context_length == window


def test_the_primary_takes_what_a_link_takes() -> None:
    """Its key, its variable, its dialect and the rest."""
    link = settings(
        "x: 1\nmodel:\n  provider: a\n  default: b\n  key_env: K\n  api: s3cret\n  api_mode: chat_completions\n"
        "  context_length: 9\n  cost: free\n  zone: lan\n  max_tokens: 7\n"
    )
    primary = link.primary
    assert primary is not None
    assert (primary.key_env, primary.api_mode, primary.context_length, primary.cost, primary.zone) == (
        "K", "chat_completions", 9, "free", "lan",
    )  # fmt: skip
    assert primary.api_key is not None
    assert primary.api_key.reveal() == "s3cret"
    assert dict(primary.extra) == {"max_tokens": 7}
    assert "s3cret" not in repr(link)


@pytest.mark.parametrize(
    "text", ["", "model:\n", "model: ''\n", "model: {}\n", "model: ~\n", "model: {default: }\n"]
)
def test_without_a_model_there_is_no_primary(text: str) -> None:
    """And nothing to complain of: a new home is like that."""
    assert settings(text).primary is None
    assert settings(text).findings == ()


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("model: [a]\n", "neither a model's name nor a mapping"),
        ("model: {provider: a}\n", "names a provider and no model"),
        ("model: {provider: a, default: b, base_url: 8080}\n", "`base_url` is a number"),
    ],
)
def test_a_primary_that_is_none_is_told(text: str, what: str) -> None:
    """With its line."""
    found = settings(text)
    assert found.primary is None
    assert what in found.findings[0].what
    assert found.findings[0].line == 1


def test_defaults_hold_where_nothing_is_written() -> None:
    """On, without asking, with the limits of the design."""
    found = settings("")
    assert (found.enabled, found.auto_activate, found.limits, found.trust) == (True, True, Limits(), ())


def test_our_keys_are_read() -> None:
    """Durations with units or as seconds."""
    found = settings("""
fallback:
  enabled: false
  auto_activate: no
  patience: 500ms
  deadline: 2m
  retries: 0
  timeouts: {connect: 1.5, first_token: 45s, between_tokens: '.5s'}
  trust: [LLM.example.com, 127.0.0.1]
""")
    clocks = Timeouts(
        connect_s=1.5,
        first_token_s=45.0,
        local_first_token_s=45.0,
        reasoning_first_token_s=45.0,
        between_tokens_s=0.5,
    )
    assert found.limits == Limits(patience_s=0.5, deadline_s=120.0, retries=0, timeouts=clocks)
    assert (found.enabled, found.auto_activate) == (False, False)
    assert found.trust == ("llm.example.com", "127.0.0.1")
    assert found.findings == ()


@pytest.mark.parametrize(
    ("written", "read"),
    [("[claude_code, codex, codex]", ("claude_code", "codex")), ("qwen_code", ("qwen_code",)), ("~", ())],
)
def test_sign_ins_of_other_programs_are_used_where_the_config_names_them(
    written: str, read: tuple[str, ...]
) -> None:
    """One, several, or none, each once."""
    found = read_settings(document(f"credentials: {{import: {written}}}\n"))
    assert (found.imports, found.findings) == (read, ())


def test_a_program_that_we_cannot_read_is_a_finding() -> None:
    """No other is read in its place."""
    found = read_settings(document("credentials: {import: [claude_code, cursor]}\n"))
    assert found.imports == ()
    assert "claude_code, codex, qwen_code" in found.findings[0].what


def test_our_policy_is_read() -> None:
    """Each word of `fallback:` that says where a conversation may go; `on` is a key, and no boolean."""
    found = settings("""
fallback:
  scope: session
  max_switches: 1
  midstream: raise
  on: {content_policy: next, context_overflow: larger}
  when_all_benched: wait
  spend: {metered: ask, max_usd_per_day: 2}
  zone: region:eu
  notify: false
  state: redis://host/0
""")
    assert found.policy == Policy(
        scope="session",
        max_switches=1,
        midstream="raise",
        content_policy="next",
        context_overflow="larger",
        when_all_benched="wait",
        metered="ask",
        max_usd_per_day=2.0,
        zone="region:eu",
        notify=False,
        state="redis://host/0",
    )
    assert found.findings == ()


@pytest.mark.parametrize(
    ("text", "policy"),
    [
        ("zone: europe", Policy(zone="device")),
        ("spend: {metered: sometimes}", Policy(metered="never")),
        ("spend: {max_usd_per_day: lots}", Policy(max_usd_per_day=0.0)),
        ("midstream: glue", Policy()),
        ("scope: forever", Policy()),
    ],
)
def test_a_bad_word_counts_as_the_strictest_where_money_or_data_could_leave(
    text: str, policy: Policy
) -> None:
    """Nothing is spent or sent because of a slip; elsewhere the default holds. Both are told."""
    found = settings(f"fallback:\n  {text}\n")
    assert found.policy == policy
    assert [finding.line for finding in found.findings] == [2]


def test_a_policy_of_nulls_is_the_default() -> None:
    """A key that is there and empty says nothing."""
    found = settings("fallback: {zone: null, spend: {metered: null, max_usd_per_day: null}, scope: null}")
    assert (found.policy, found.findings) == (Policy(), ())


@pytest.mark.parametrize(
    ("line", "what"),
    [
        ("enabled: maybe", "`fallback.enabled` is not `true` or `false`"),
        ("auto_activate: 'off'", "`fallback.auto_activate` is not `true` or `false`"),
        ("patience: soon", "`fallback.patience` is not a length of time"),
        ("deadline: -1", "`fallback.deadline` is not a length of time"),
        ("deadline: .inf", "`fallback.deadline` is not a length of time"),
        ("retries: 2.5", "`fallback.retries` is not a whole number"),
        ("retries: true", "`fallback.retries` is not a whole number"),
        ("timeouts: 5s", "`fallback.timeouts` is not a mapping"),
        ("timeouts: {connect: x}", "`fallback.timeouts.connect` is not a length of time"),
        ("timeouts: {conect: 5s}", "`fallback.timeouts.conect` is not a key we know"),
        ("trust: {a: b}", "`fallback.trust` is not a list of host names"),
        ("trust: ['https://x/y']", "`fallback.trust` is not a list of host names"),
        ("patiense: 5s", "`fallback.patiense` is not a key we know"),
    ],
)
def test_a_bad_value_keeps_the_default_and_is_told(line: str, what: str) -> None:
    """Said with its place and what to do; the rest still counts."""
    found = settings(f"a: 1\nfallback:\n  {line}\n")
    assert found.limits == Limits()
    assert found.enabled
    assert found.trust == ()
    assert [finding.what for finding in found.findings if what in finding.what]
    assert found.findings[0].line == 3
    assert found.findings[0].hint


@pytest.mark.parametrize("value", ["'on'", "1", "~", "[]"])
def test_a_doubtful_auto_activate_never_switches_by_itself(value: str) -> None:
    """As Hermes Agent: anything but true means that the user is asked."""
    found = settings(f"fallback:\n  auto_activate: {value}\n")
    assert found.auto_activate is False
    assert len(found.findings) == 1


def test_a_fallback_that_is_no_mapping_is_told() -> None:
    """Its keys then have their defaults."""
    assert "`fallback` is not a mapping" in settings("fallback: [a]\n").findings[0].what


def test_the_chain_comes_with_what_was_passed_over() -> None:
    """Entries that are no links, doubles, and chains where nobody reads them."""
    found = settings("""
fallback_providers:
- {provider: a, model: b}
- {provider: A, model: B}
- nous
fallback_model: {provider: c, model: d}
model: {default: x, fallback_providers: [y]}
""")
    assert [str(placed.link) for placed in found.chain] == ["a:b", "c:d"]
    assert [(ignored.origin, ignored.line) for ignored in found.chain.ignored] == [
        ("fallback_providers[1]", 4),
        ("fallback_providers[2]", 5),
        ("model.fallback_providers", 7),
    ]


def test_values_are_read_with_their_variables() -> None:
    """The same expansion for the primary, the chain and our keys."""
    doc = document("model: {provider: p, default: '${M}'}\nfallback: {trust: ['${H}']}\n")
    found = read_settings(doc, lambda text: text.replace("${M}", "m").replace("${H}", "host"))
    assert found.primary is not None
    assert (found.primary.model, found.trust) == ("m", ("host",))


def test_a_key_that_stands_twice_is_no_setting() -> None:
    """The chain's own keys are refused, others are findings."""
    with pytest.raises(InvalidFile):
        settings("fallback_model: {}\nfallback_model: {}\n")
    assert "stands twice" in settings("a: 1\na: 2\n").findings[0].what


@pytest.mark.parametrize(
    ("value", "length"),
    [
        ("5s", 5),
        ("500ms", 0.5),
        ("2m", 120),
        ("1h", 3600),
        (" 1.5 S ", 1.5),
        (7, 7),
        (0.25, 0.25),
        ("30", 30),
    ],
)
def test_lengths_of_time(value: object, length: float) -> None:
    """Units or plain seconds."""
    assert seconds(value) == length


@pytest.mark.parametrize(
    "value", [0, -1, True, None, "", "5 days", "ms", float("nan"), float("inf"), [], "1e9s"]
)
def test_what_is_no_length_of_time(value: object) -> None:
    """Zero, negative, endless, and words."""
    with pytest.raises(ValueError, match="a length of time above zero"):
        seconds(value)
