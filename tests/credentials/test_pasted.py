"""What a person pastes where a key is asked for."""

from __future__ import annotations

import pytest

from hermes_fallback.credentials.pasted import pasted_key
from hermes_fallback.credentials.placeholder import Fault
from hermes_fallback.secret import Secret

KEY = "sk-or-v1-9f8e7d6c5b4a39281706f5e4d3c2b1a0"
PREFIXES = ("sk-or-v1-",)

CLEANED = {
    "as-it-is": KEY,
    "a-line": f"{KEY}\n",
    "windows-line": f"{KEY}\r\n",
    "blanks": f"  {KEY}\t",
    "zero-width-around": f"\u200b{KEY}\ufeff",
    "no-break-space": f"\u00a0{KEY}",
    "quotes": f'"{KEY}"',
    "assignment": f"OPENROUTER_API_KEY={KEY}",
    "export": f"export OPENROUTER_API_KEY='{KEY}'",
    "header": f"Authorization: Bearer {KEY}",
}


@pytest.mark.parametrize("text", CLEANED.values(), ids=CLEANED)
def test_what_copying_adds_is_taken_off(text: str) -> None:
    """The key is what remains, whatever came along with it."""
    assert pasted_key(text, prefixes=PREFIXES) == Secret(KEY)


REFUSED = {
    "nothing": ("", "is empty"),
    "zero-width-inside": (f"{KEY[:12]}\u200b{KEY[12:]}", "U+200B (zero width space) at character 13"),
    "newline-inside": (f"{KEY[:12]}\n{KEY[12:]}", "U+000A at character 13"),
    "two-keys-on-two-lines": (f"{KEY}\n{KEY[::-1]}", "U+000A at character 42: two keys"),
    "two-keys-glued": (KEY + KEY.replace("9", "8"), "two keys"),
    "pasted-twice": ("a1b2c3d4e5f60718" * 2, "two keys"),
    "cyrillic": ("sk-or-v1-\u0430bcdef0123456789", "U+0430 (cyrillic small letter a) at character 10"),
    "placeholder": ("your_api_key", "placeholder"),
    "placeholder-in-words": ("your api key here", "placeholder"),
    "template": ("<your key>", "placeholder"),
    "reference": ("${OPENROUTER_API_KEY}", "reference"),
}


@pytest.mark.parametrize(("text", "what"), REFUSED.values(), ids=REFUSED)
def test_what_is_no_key_is_refused_with_the_place(text: str, what: str) -> None:
    """The fault names the character by its code point and its place, and never quotes the key."""
    fault = pasted_key(text, prefixes=PREFIXES)
    assert isinstance(fault, Fault)
    assert what in fault.what
    assert KEY[9:20] not in fault.what
