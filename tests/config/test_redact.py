"""Secrets are masked wherever text of a config is shown; what only names a secret stays readable."""

from __future__ import annotations

import time

import pytest

from hermes_fallback.config.redact import STARS, mask_line, mask_lines, mask_value


@pytest.mark.parametrize(
    "line",
    [
        "api_key: hunter2  # mine",
        "  apiKey: 'hunter2'",
        '"api_key": "hunter2", "model": "gpt-4o"',
        "- {provider: a, api_key: hunter2, model: b}",
        "password: hunter2",
        "client_secret: hunter2",
        "Authorization: Bearer hunter2hunter2",
        "OPENAI_API_KEY=hunter2",
        "access_token: hunter2 # c",
        "url: https://user:hunter2@host/x",
        "url: https://host/x?api_key=hunter2&x=1",
        "note: use sk-hunter2hunter2hunter2",
        "note: ghp_hunter2hunter2hunter2",
        "state: redis://:hunter2@host/0",
        "x: hunter2AbCdEf0123456789AbCdEf0123456789",
        "eyJhunter2abcdef.hunter2abcdef.x",
    ],
)
def test_a_secret_is_not_shown(line: str) -> None:
    """By its key, by its shape, or inside an address."""
    masked = mask_line(line)
    assert "hunter2" not in masked
    assert STARS in masked


@pytest.mark.parametrize(
    "line",
    [
        "key_env: OPENAI_API_KEY",
        "api_key_env: OPENAI_API_KEY",
        "token_env: HERMES_SERVE_TOKEN",
        "api_key: ${OPENAI_API_KEY}  # from .env",
        "api_key: $OPENAI_API_KEY",
        'Authorization: "Bearer ${TOKEN}"',
        "api_key: changeme",
        "api_key: ''",
        "api_key:",
        "api_key: null",
        "max_tokens: 4096",
        "timeouts: {connect: 5s, first_token: 30s, between_tokens: 30s}",
        "model: anthropic/claude-sonnet-4-20250514-thinking-extended-v2",
        "base_url: https://api.openai.com/v1",
        "key: ctrl+b",
        "# a comment about keys: none",
    ],
)
def test_what_is_no_secret_is_shown_as_it_is(line: str) -> None:
    """Names of variables, references, placeholders, counts and model names."""
    assert mask_line(line) == line


def test_the_rest_of_the_line_stays() -> None:
    """Indentation, siblings and the comment."""
    assert mask_line("  - {provider: a, api_key: hunter2, model: b}  # c") == (
        f"  - {{provider: a, api_key: {STARS}, model: b}}  # c"
    )


def test_a_secret_that_continues_on_further_lines_is_masked_whole() -> None:
    """Block scalars, lists and keys in PEM form."""
    lines = [
        "private_key: |",
        "  -----BEGIN RSA PRIVATE KEY-----",
        "  hunter2",
        "  -----END RSA PRIVATE KEY-----",
    ]
    lines += ["x: 1", "tokens:", "  - hunter2", "  - ${T}", "api_key:", "  hunter2", "z: 1", ""]
    masked = mask_lines(lines)
    assert "hunter2" not in "\n".join(masked)
    assert len(masked) == len(lines)
    assert [masked[i] for i in (4, 7, 10, 11)] == ["x: 1", "  - ${T}", "z: 1", ""]


def test_values_are_masked_by_their_keys_at_any_depth() -> None:
    """For `config show` and its JSON."""
    value = {
        "providers": {"a": {"api_key": "hunter2", "key_env": "K", "n": 1}},
        "tokens": ["hunter2"],
        "k": "sk-" + "a1" * 10,
    }
    assert mask_value(value) == {
        "providers": {"a": {"api_key": STARS, "key_env": "K", "n": 1}}, "tokens": [STARS], "k": STARS,
    }  # fmt: skip


@pytest.mark.parametrize(
    "piece",
    ["a", "a:", '"', "'", "eyJ-", "a://", "?k=", " ", "sk-", "-", "a#", "A1b", "_key", "${", "api_key: "],
)
def test_long_lines_take_no_long_time(piece: str) -> None:
    """No line of a file can hang us."""
    line = "api_key: " + piece * (200_000 // len(piece))
    start = time.process_time()
    mask_lines([line])
    assert time.process_time() - start < 2


HEADERS = {
    "block": (
        "extra_headers:\n  X-Gateway: pass word 1\nname: mine",
        "extra_headers:\n  ********\nname: mine",
    ),
    "flow": ("extra_headers: {X-Gateway: pass-word-1}", "extra_headers: {********}"),
    "another-name": ("headers_count: 3", "headers_count: 3"),
}


@pytest.mark.parametrize(("text", "shown"), HEADERS.values(), ids=HEADERS)
def test_headers_of_an_endpoint_are_masked_whatever_they_are_called(text: str, shown: str) -> None:
    """A gateway's key may go by any name."""
    assert mask_lines(text.split("\n")) == shown.split("\n")


def test_a_header_that_can_hold_no_secret_is_shown() -> None:
    """The others are stars, at any depth."""
    headers = {"X-Gateway": "pass-word-1", "User-Agent": "mine/1", "X-Title": "Mine"}
    shown = mask_value({"custom_providers": [{"name": "x", "extra_headers": headers}]})
    masked = {**headers, "X-Gateway": "********"}
    assert shown == {"custom_providers": [{"name": "x", "extra_headers": masked}]}
