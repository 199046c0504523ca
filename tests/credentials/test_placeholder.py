"""What is not a key, although it stands where one belongs."""

from __future__ import annotations

import pytest

from hermes_fallback.credentials.placeholder import Fault, fault_of, names_no_key


@pytest.mark.parametrize(
    "value",
    [
        "*",
        "***",
        "**********",
        "changeme",
        "CHANGEME",
        "your_api_key",
        "your_api_key_here",
        "your-api-key",
        "YOUR_XAI_KEY_HERE",
        "placeholder",
        "example",
        "dummy",
        "null",
        "None",
        "sk-...",
        "sk-…",
        "sk-or-v1-...",
        "sk-or-...XXXX",
        "sk-xxxxxxxxxxxxxxxxxxxxxxxx",
        "sk-****************abcd",
        "sk-or-v1-***",
        "gsk_xxxxxxxxxxxx",
        "sk-your-key-here",
        "API_KEY_HERE",
        "insert-your-token",
        "<REDACTED>",
        "[REDACTED]",
        "<your key here>",
        "abc",
        "no-key-required",
    ],
)
def test_placeholder_is_no_key(value):
    """Stars, fillers, template words and anything under four characters."""
    fault = fault_of(value)
    assert fault is not None
    assert fault.kind == "placeholder-credential"


@pytest.mark.parametrize("value", ["${OPENAI_API_KEY}", "sk-${X}", "$GLM_API_KEY", "op://vault/item/key"])
def test_unfilled_reference_is_no_key(value):
    """What should have been replaced and was not."""
    assert fault_of(value) == Fault("missing-credential", "is a reference that nothing fills in")


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("sk-abc\u200bdef", "U+200B (zero width space) at character 7"),
        ("sk-abc def", "U+0020 (a blank) at character 7"),
        ("sk-abc\ndef", "U+000A (a line break) at character 7"),
        ("sk-abc\x00", "U+0000 (a control character) at character 7"),
        ("sk-аbc1", "U+0430 (cyrillic small letter a) at character 4"),
        ("\u00a0sk-abc", "U+00A0 (no-break space) at character 1"),
        ("Bearer sk-abc", "U+0020 (a blank) at character 7"),
    ],
)
def test_character_that_no_key_holds_is_named(value, words):
    """The code point and its place are told; the key is not."""
    fault = fault_of(value)
    assert fault is not None
    assert fault.kind == "malformed-credential"
    assert words in fault.what
    assert "sk-" not in fault.what


@pytest.mark.parametrize(
    "value",
    [
        "sk-or-v1-0123456789abcdef",
        "AIzaSyA-1_2",
        "a.b.c1",
        "fpk_1",
        "1234",
        "eyJhbGciOi.J9.x-_y==",
        "none-such-1",
        "sk-or-v1-xxx1",
        "pax-max-lox",
    ],
)
def test_key_is_a_key(value):
    """Real shapes of keys pass, whatever they are made of."""
    assert fault_of(value) is None


def test_empty_is_missing():
    """An empty value is a missing one."""
    assert fault_of("") == Fault("missing-credential", "is empty")


@pytest.mark.parametrize(("value", "says_so"), [("no-key-required", True), ("No-Key", True), ("none", False)])
def test_config_may_say_that_no_key_is_needed(value, says_so):
    """The two words that Hermes Agent uses for it."""
    assert names_no_key(value) is says_so
