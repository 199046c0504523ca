"""The description of the keys: what is found with it, what editors make of it, and that the reading agrees."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any, ClassVar

import pytest
import yaml
from editing import corpus, document, need_corpus
from jsonschema import Draft202012Validator

from hermes_fallback.config.document import Document
from hermes_fallback.config.endpoints import read_disabled, read_endpoints
from hermes_fallback.config.finding import Finding, Level
from hermes_fallback.config.schema.faults import find_faults
from hermes_fallback.config.schema.install import with_modeline
from hermes_fallback.config.schema.json_schema import json_schema
from hermes_fallback.config.schema.keys import ROOT
from hermes_fallback.config.schema.near import misspelt
from hermes_fallback.config.schema.shapes import Shape
from hermes_fallback.config.schema.values import API_MODE, COST, ZONE
from hermes_fallback.config.settings import read_settings
from hermes_fallback.config.values import Expand
from hermes_fallback.config.variables import expander
from hermes_fallback.errors import InvalidFile, UsageError
from hermes_fallback.model.endpoint import Named
from hermes_fallback.providers.registry import Registry
from hermes_fallback.runtime.fields import API_MODES, COSTS, checked_fields

KEY = "sk-live-9f8e7d6c5b4a39281706f5e4d3c2b1a0"
SOUND = """\
model: {provider: ollama, default: qwen3, key_env: MY_KEY, cost: local, zone: lan}
fallback:
  enabled: true
  auto_activate: true
  scope: turn
  max_switches: null
  retries: 2
  patience: 5s
  deadline: 180s
  timeouts: {connect: 5s, first_token: 30s, between_tokens: 30s}
  midstream: restart
  on: {content_policy: stop, context_overflow: raise}
  when_all_benched: probe
  spend: {metered: auto, max_usd_per_day: null}
  zone: any
  trust: []
  store: env
  state: sqlite
  notify: true
fallback_providers:
  - provider: openrouter
    model: anthropic/claude-sonnet-4
    cost: metered
    zone: region:eu
    context_length: 200000
serve: {token_env: HERMES_SERVE_TOKEN, midstream: error, model: any, max_body: 32MiB}
model_routing:
  fallback: {provider: openai, model: gpt-5.4}
  fallback_policy: {enabled: true, max_local_attempts: 3, trigger_on: [repeated_tool_failure, user_request]}
  rules: [{task: code, trigger_on: [no_progress], max_local_attempts: 2}]
  limits: {max_usd: 1, confirm: paid}
auxiliary:
  vision: {provider: main, base_url: null, timeout: 60, fallback_chain: [{provider: zai}]}
  my_own_task: {provider: auto, model: ""}
custom_providers: [{name: box, url: "http://box:8000/v1", models: {a: {context_length: 9}}}]
providers: {zai: {enabled: false}, other: {api: "https://llm.example.com/v1", defaultModel: m}}
delegation: {provider: "", model: "", fallback: inherit}
credential_pool_strategies: {openrouter: round_robin}
credentials: {import: [claude_code]}
theirs: {anything: [goes, {here: !!str 1}]}
"""
PLANTED = f"""\
# planted
model:
  provider: opnrouter
  default: z-ai/glm
  api_key: {KEY}
fallback_providers:
  - provider: deepseek
    modle: deepseek-chat
fallback:
  patience: soon
  retrys: 3
  scope: trun
  trust: [a b, llm.example.com]
  notify: true
  notify: false
serve:
  max_body: huge
auxiliary: {{vision: {{timeout: fast}}}}
custom_providers:
  name: box
"""
MISTAKES = {
    "unknown-provider": (3, 13, "fail", "model.provider", "`openrouter`"),
    "key-in-the-clear": (5, 12, "warn", "model.api_key", ".env"),
    "link-without-model": (7, 5, "warn", "fallback_providers[0]", "add `model`"),
    "misspelt-field": (8, 5, "warn", "fallback_providers[0].modle", "`model`"),
    "bad-duration": (10, 13, "fail", "fallback.patience", "`5s`"),
    "misspelt-key": (11, 3, "warn", "fallback.retrys", "`retries`"),
    "misspelt-word": (12, 10, "fail", "fallback.scope", "`turn`"),
    "bad-host": (13, 11, "fail", "fallback.trust[0]", "remove it"),
    "double-key": (14, 3, "warn", "fallback.notify", "remove one"),
    "bad-size": (17, 13, "fail", "serve.max_body", "`32MiB`"),
    "bad-number": (18, 31, "fail", "auxiliary.vision.timeout", "correct it"),
    "mapping-for-a-list": (20, 3, "fail", "custom_providers", "a line of its own"),
}


class Editor(yaml.SafeLoader):
    """Reads as editors do, YAML 1.2: `on` and `no` are words."""

    yaml_implicit_resolvers: ClassVar = {
        first: [(tag, pattern) for tag, pattern in resolvers if not tag.endswith(":bool")]
        for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }


Editor.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile("true|false|True|False"), list("tfTF"))
VALIDATOR = Draft202012Validator(json_schema())


def _registry(doc: Document, expand: Expand) -> Registry:
    return Registry().naming(Named(read_endpoints(doc, expand), read_disabled(doc, expand)))


def faults(text: str | bytes, **variables: str) -> tuple[Finding, ...]:
    doc = document(text)
    expand = expander(variables.get)
    return find_faults(doc, _registry(doc, expand), expand)


def told(text: str, **variables: str) -> list[str]:
    return [f"{each.line}:{each.column} {each.level} {each.key}" for each in faults(text, **variables)]


def defaults(shape: Shape) -> dict[str, Any]:
    """What stands below *shape* where nothing is written."""
    known = shape.keys.known if shape.keys else ()
    values = {key.name: defaults(key.shape) if key.default is None else key.default for key in known}
    return {
        name: list(value) if isinstance(value, tuple) else value
        for name, value in values.items()
        if value != {}
    }


def misfits(data: bytes) -> list[object]:
    """What an editor would underline."""
    values = json.loads(json.dumps(yaml.load(data.decode("utf-8-sig"), Loader=Editor) or {}, default=str))
    return [list(error.absolute_path) for error in VALIDATOR.iter_errors(values)]


def test_every_key_that_we_know_may_be_written() -> None:
    """The example of all our keys, and others' as they are written: nothing to find, for an editor neither."""
    assert told(SOUND) == []
    assert misfits(SOUND.encode()) == []
    assert read_settings(document(SOUND)).findings == ()


def test_the_defaults_of_the_description_are_those_that_count() -> None:
    """Written out, all of them change nothing; `first_token` apart, which then holds for local hosts too."""
    shapes = {key.name: key.shape for key in ROOT.keys.known} if ROOT.keys else {}
    written = defaults(shapes["fallback"])
    assert written["timeouts"].pop("first_token") == "30s"
    text = yaml.safe_dump({"fallback": written})
    assert read_settings(document(text)) == read_settings(document(""))


@pytest.mark.parametrize(("line", "column", "level", "key", "hint"), MISTAKES.values(), ids=MISTAKES)
def test_a_planted_mistake_is_found_where_it_is(
    line: int, column: int, level: str, key: str, hint: str
) -> None:
    """Among all the others, with its own place and what to do about it."""
    found = {each.key: each for each in faults(PLANTED)}[key]
    assert (found.line, found.column, found.level) == (line, column, level)
    assert hint in (found.hint or "")


def test_nothing_but_the_planted_mistakes_is_found() -> None:
    """One finding for each, in the order of the text, and none repeats the secret."""
    assert [each.key for each in faults(PLANTED)] == [key for _, _, _, key, _ in MISTAKES.values()]
    assert KEY not in repr(faults(PLANTED))


def test_an_editor_underlines_the_planted_mistakes() -> None:
    """All but those that JSON Schema has no words for: doubles, names of providers, and what looks like a key."""
    assert {path[0] for path in misfits(PLANTED.encode())} == {
        "fallback_providers",
        "fallback",
        "serve",
        "auxiliary",
        "custom_providers",
    }


SHAPES = {
    "anchored-value": ("x: &x soon\nfallback: {patience: *x}\n", ["1:4 fail fallback.patience"]),
    "merged-mapping": (
        "x: &x\n  patience: soon\nfallback:\n  <<: *x\n",
        ["2:13 fail fallback.patience"],
    ),
    "merged-twice": (
        "x: &x {timeout: no}\nauxiliary: {a: {<<: *x}, b: *x}\n",
        ["1:17 fail auxiliary.a.timeout"],
    ),
    "own-value-beats-merged": ("x: &x {patience: soon}\nfallback: {<<: *x, patience: 1s}\n", []),
    "block-scalar": ("fallback:\n  patience: >\n    soon\n", ["2:13 fail fallback.patience"]),
    "after-a-bom": ("\ufefffallback: [1]\n", ["1:11 fail fallback"]),
    "crlf": ("a: 1\r\nfallback: {retries: -1}\r\n", ["2:21 fail fallback.retries"]),
    "null-is-the-default": ("fallback: {patience: ~, timeouts: , trust: null}\nauxiliary:\n", []),
    "null-where-a-word-is-needed": ("fallback: {auto_activate: ~}\n", ["1:27 fail fallback.auto_activate"]),
    "null-where-a-name-is-needed": (
        "model_routing: {fallback: {provider: ~, model: m}}\n",
        ["1:28 fail model_routing.fallback"],
    ),
    "text-for-a-list": ("custom_providers: '[{name: x}]'\n", ["1:19 fail custom_providers"]),
    "json-for-a-chain": ("fallback_providers: '[\"nous\"]'\n", ["1:1 warn fallback_providers"]),
    "chain-key-twice": (
        "fallback_model: {provider: zai, model: a}\nfallback_model: {provider: zai, model: b}\n",
        ["2:1 fail fallback_model"],
    ),
    "address-of-a-link": (
        "fallback_providers:\n- {provider: zai, model: a, base_url: 8080}\n",
        ["2:39 fail fallback_providers[0].base_url"],
    ),
    "endpoints-of-one-name": (
        "custom_providers:\n- {name: a, url: 'http://x'}\n- {name: a, url: 'http://y'}\n",
        ["3:3 warn custom_providers[1]"],
    ),
    "endpoint-that-says-nothing": ("providers: {openai: {api_key: ''}}\n", []),
    "header-that-is-ours": (
        "providers: {a: {api: 'http://x', extra_headers: {Host: b}}}\n",
        ["1:50 fail providers.a.extra_headers.Host"],
    ),
    "second-primary": (
        "model: m\nmodel_routing:\n  primary: {provider: zai, model: a}\n",
        ["3:3 warn model_routing.primary"],
    ),
    "summary-model": ("compression: {summary_model: m, threshold: x}\n", ["1:15 warn compression.summary_model"]),
    "empty-summary-model": ("compression: {summary_model: ''}\n", []),
    "near-miss-of-theirs": ("auxiliary: {vision: {modle: m}}\n", ["1:22 warn auxiliary.vision.modle"]),
    "unknown-key-of-theirs": ("auxiliary: {vision: {max_concurrency: 2}}\nagent: {verbose: true}\n", []),
    "near-miss-at-the-top": ("fallback_provders: []\n", ["1:1 warn fallback_provders"]),
    "unknown-key-of-ours": ("serve: {colour: red}\n", ["1:9 warn serve.colour"]),
    "dashes": ("fallback_providers: [{provider: zai, model: m, base-url: 'http://x'}]\n", ["1:48 warn fallback_providers[0].base-url"]),
    "named-endpoint": ("model: {provider: 'custom:box', default: m}\ncustom_providers: [{name: Box, url: 'http://x'}]\n", []),
    "key-of-a-local-host": ("model: {provider: ollama, default: m, api_key: ollama}\n", []),
    "flag-for-an-amount": ("fallback: {spend: {max_usd_per_day: no}}\n", ["1:37 fail fallback.spend.max_usd_per_day"]),
    "no-amount": ("fallback: {spend: {max_usd_per_day: 0}}\n", []),
    "no-size": ("serve: {max_body: 0kB}\n", ["1:19 fail serve.max_body"]),
    "address-of-the-peer": ("model: {provider: copilot-acp, default: m, base_url: 'acp://copilot'}\n", []),
    "camel-case": (
        "fallback_providers: [{provider: zai, model: m, keyEnv: K}]\n",
        ["1:48 warn fallback_providers[0].keyEnv"],
    ),
    "quoted-number": ("fallback: {retries: '2'}\n", ["1:21 fail fallback.retries"]),
}  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), SHAPES.values(), ids=SHAPES)
def test_a_finding_stands_where_its_cause_does(text: str, expected: list[str]) -> None:
    """Line, column, level and key path, however the value came to its place."""
    assert told(text) == expected


def test_a_number_in_quotes_is_told_to_lose_them() -> None:
    """The value is right, and only its quotes make it text."""
    assert [each.hint for each in faults("fallback: {retries: '2'}\n")] == ["write it without the quotes"]


@pytest.mark.parametrize("key", ["patience", "retries", "notify", "scope", "zone", "trust"])
def test_a_variable_may_stand_for_any_value(key: str) -> None:
    """Nobody knows here what it will be."""
    assert told(f"fallback: {{{key}: '${{SOME_NAME}}'}}\n") == []
    assert misfits(f"fallback: {{{key}: '${{SOME_NAME}}'}}\n".encode()) == []


def test_a_variable_that_is_set_is_judged_by_its_value() -> None:
    """As the reading takes it."""
    text = "fallback: {patience: '${WAIT}'}\n"
    assert told(text, WAIT="9s") == []
    assert told(text, WAIT="soon") == ["1:22 fail fallback.patience"]


VALUES = {
    "enabled": ("true", "no", "'yes'", "1", "~"),
    "auto_activate": ("true", "off", "'on'", "~", "[]"),
    "patience": ("0", "0s", "5", "500ms", ".5s", "2 m", "-1", "true", ".inf", "soon", "''", "[5s]"),
    "deadline": ("0", "1h", "1.5", "1d", "~", "{}"),
    "retries": ("0", "7", "-1", "1.5", "true", "'3'"),
    "trust": ("[]", "[a.example.com, '::1']", "a.example.com", "[a b]", "[~]", "5", "'http://x'"),
    "timeouts": ("{}", "~", "{connect: 1s}", "{connect: x}", "{between_tokens: 0}", "5s", "{conect: 1s}"),
    "no_such_key": ("1",),
}
ENDPOINTS = {
    "base_url": ("http://x", "ftp://x", "http://me:pw@x", "8080", "''"),
    "key_env": ("MY_KEY", "not a name", "''", "5"),
    "api_mode": ("chat_completions", "openai_chat", "Codex_Responses", "''", "chat"),
    "context_length": ("9", "0", "'9'", "''", "~"),
    "models": ("[a, {id: b}]", "{a: {}}", "a", "[]"),
    "extra_headers": ("{a: b, c: 5}", "{Host: x}", "{a: [b]}", '{a: "b\\n"}', "x"),
}
READ = [f"fallback: {{{key}: {value}}}" for key, values in VALUES.items() for value in values]
READ += [
    f"custom_providers: [{{name: x, {'' if key == 'base_url' else 'base_url: http://y, '}{key}: {value}}}]"
    for key, values in ENDPOINTS.items()
    for value in values
]
IMPORTS = ("[]", "~", "codex", "[codex, qwen_code]", "[claude]", "gh", "{}", "[~]", "5", "''")
READ += [f"credentials: {{import: {value}}}" for value in IMPORTS] + ["credentials: {imports: [codex]}"]
READ += [
    "providers: {a: {type: b}}",
    "providers: {a: {key_env: B}}",
    "providers: {a: {timeout: 5}, b: ~, c: 5}",
]


@pytest.mark.parametrize("text", READ)
def test_the_reading_takes_what_the_description_takes(text: str) -> None:
    """A value that one of them refuses, the other refuses too, at the same level."""
    levels = {each.level for each in read_settings(document(text)).findings}
    assert {each.level for each in faults(text)} == levels


def test_an_editor_is_no_stricter_than_the_description() -> None:
    """What has no finding is not underlined."""
    for text in (text for text in READ if "Codex" not in text and not faults(text)):
        assert misfits(text.encode()) == [], text


@pytest.mark.parametrize("zone", ["device", "lan", "any", "region:eu", "region:", "moon", "lan\n"])
def test_a_flag_takes_the_zones_that_the_file_takes(zone: str) -> None:
    """`--zone` and `zone:` agree, and so do the words of the other two."""
    outcomes = []
    for take in (ZONE.take, lambda zone: checked_fields({"zone": zone})):
        try:
            take(zone)
        except (ValueError, UsageError):
            outcomes.append("refused")
        else:
            outcomes.append("taken")
    assert outcomes[0] == outcomes[1]
    assert set(API_MODES) <= set(API_MODE.choices)
    assert COST.choices == COSTS


@pytest.mark.parametrize("path", corpus(), ids=lambda path: path.name)
def test_a_real_config_is_judged_alike_by_both(path: Path) -> None:
    """Judging never ends in an error of ours, and an editor underlines nothing where nothing is broken."""
    need_corpus(path)
    try:
        found = faults(path.read_bytes())
    except InvalidFile:
        return
    assert all(each.line and each.column and each.hint and each.key for each in found)
    if not any(each.level is Level.FAIL or "is ignored" in each.what for each in found):
        assert misfits(path.read_bytes()) == []


def test_the_schema_is_one() -> None:
    """By the rules of its own draft; every reference in it leads somewhere."""
    schema = json_schema()
    Draft202012Validator.check_schema(schema)
    text = json.dumps(schema)
    names = {part.partition('"')[0] for part in text.split('"#/$defs/')[1:]}
    assert names == set(schema["$defs"])  # type: ignore[call-overload]


def test_a_bomb_of_aliases_is_judged_in_its_own_length() -> None:
    """Each node is judged once, however often it is named."""
    width = 300
    tasks = ", ".join(f"t{i}: *task" for i in range(width))
    links = ", ".join(["*link"] * width)
    text = f"a: &link {{provider: nobody-knows}}\nb: &task {{fallback_chain: [{links}]}}\nauxiliary: {{{tasks}}}\n"
    assert [each.key for each in faults(text)] == ["auxiliary.t0.fallback_chain[0].provider"]


WORDS = {
    "swapped": ("modle", "model"),
    "left-out": ("providr", "provider"),
    "camel": ("baseUrl", "base_url"),
    "two-in-a-long-one": ("fallbck_chian", "fallback_chain"),
    "another-word": ("max_retries", None),
    "plural": ("models", None),
    "short": ("ap", None),
}


@pytest.mark.parametrize(("word", "meant"), WORDS.values(), ids=WORDS)
def test_a_slip_is_told_from_another_word(word: str, meant: str | None) -> None:
    """Keys of others are accepted without a word unless they can only be a slip."""
    assert (
        misspelt(word, ["model", "provider", "base_url", "api", "fallback_chain", "api_max_retries"]) == meant
    )


LINE = "# yaml-language-server: $schema=x.json"
HEADS = {
    "plain": ("a: 1\n", f"{LINE}\na: 1\n"),
    "empty": ("", f"{LINE}\n"),
    "comment": ("# mine\na: 1\n", f"{LINE}\n# mine\na: 1\n"),
    "document": ("---\na: 1\n", f"{LINE}\n---\na: 1\n"),
    "directive": ("%YAML 1.1\n---\na: 1\n", f"{LINE}\n%YAML 1.1\n---\na: 1\n"),
    "bom": ("\ufeffa: 1\n", f"\ufeff{LINE}\na: 1\n"),
    "crlf": ("a: 1\r\nb: 2\r\n", f"{LINE}\r\na: 1\r\nb: 2\r\n"),
    "shebang": ("#!/usr/bin/env x\na: 1\n", f"#!/usr/bin/env x\n{LINE}\na: 1\n"),
    "shebang-alone": ("#!x", f"#!x\n{LINE}\n"),
    "coding": ("# -*- coding: utf-8 -*-\na: 1\n", f"# -*- coding: utf-8 -*-\n{LINE}\na: 1\n"),
    "another-schema": ("# b\n#  yaml-language-server:  $schema=y\r\na: 1\n", f"# b\n{LINE}\r\na: 1\n"),
    "the-same": (f"{LINE}\na: 1\n", f"{LINE}\na: 1\n"),
    "indented": ("  a: 1\n  b: 2\n", f"{LINE}\n  a: 1\n  b: 2\n"),
}


@pytest.mark.parametrize(("text", "after"), HEADS.values(), ids=HEADS)
def test_the_schema_is_named_in_the_first_line_that_can(text: str, after: str) -> None:
    """Every other byte stays."""
    assert with_modeline(document(text), "x.json") == after.encode()


def test_text_that_only_looks_like_the_line_is_left_alone() -> None:
    """Inside a value it is no comment: nothing is written, and the place is told."""
    for text in ('a: "\n# yaml-language-server: y"\n', 'a: "\n# yaml-language-server: y\n  z"\n'):
        with pytest.raises(InvalidFile, match="line 2"):
            with_modeline(document(text), "x")
