"""What a person pastes where a key is asked for."""

from __future__ import annotations

import random
import string
import uuid

import pytest

from hermes_fallback.credentials.pasted import pasted_key
from hermes_fallback.credentials.placeholder import Fault
from hermes_fallback.providers.registry import Registry
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
    "powershell": f"$env:OPENROUTER_API_KEY = '{KEY}'",
    "windows-shell": f"set OPENROUTER_API_KEY={KEY}",
    "yaml": f"api_key: {KEY}",
    "header": f"Authorization: Bearer {KEY}",
    "header-of-another-name": f"x-api-key: {KEY}",
}


@pytest.mark.parametrize("text", CLEANED.values(), ids=CLEANED)
def test_what_copying_adds_is_taken_off(text: str) -> None:
    """The key is what remains, whatever came along with it."""
    assert pasted_key(text, prefixes=PREFIXES) == Secret(KEY)


REFUSED = {
    "nothing": ("", "is empty"),
    "zero-width-inside": (f"{KEY[:12]}\u200b{KEY[12:]}", "U+200B (zero width space) at character 13"),
    "newline-inside": (f"{KEY[:12]}\n{KEY[12:]}", "U+000A (a line break) at character 13"),
    "two-keys-on-two-lines": (f"{KEY}\n{KEY[::-1]}", "U+000A (a line break) at character 42: two keys"),
    "two-keys-glued": (KEY + KEY.replace("9", "8"), "two keys"),
    "two-keys-after-commas": (f"{KEY},{KEY[::-1]}", "U+002C (a comma) at character 42: two keys"),
    "two-keys-of-another-make": ("AIzaSyA0123456789abcdefAIzaSyB0123456789abcdef", "two keys"),
    "two-keys-of-a-short-make": ("sk-0123456789abcdef" + "sk-fedcba9876543210", "two keys"),
    "pasted-twice": ("a1b2c3d4e5f60718" * 2, "two keys"),
    "path": ("/home/me/openrouter-key", "the name of a file: hand over the key alone"),
    "path-from-home": ("~/key", "the name of a file"),
    "path-of-windows": ("C:\\Users\\me\\key", "the name of a file"),
    "name-of-a-file": ("service-account.json", "the name of a file"),
    "address": ("https://openrouter.ai/keys", "an address: hand over the key alone"),
    "json": (f'{{"api_key": "{KEY}"}}', "a piece of JSON: hand over the key alone"),
    "json-of-many-lines": (
        f'{{\n  "type": "service_account",\n  "private_key": "{KEY}"\n}}',
        "a piece of JSON",
    ),
    "line-of-json": (f'"api_key": "{KEY}",', "a piece of JSON"),
    "curl": (f"curl https://x.test -H 'Authorization: Bearer {KEY}'", "a command: hand over the key alone"),
    "curl-after-a-prompt": (f"$ curl -H 'x-api-key: {KEY}' https://x.test", "a command"),
    "option-of-curl": (f"-H 'Authorization: Bearer {KEY}'", "a command"),
    "shown-in-part": ("sk-or-v1-9f8…b1a0", "placeholder"),
    "starred-in-part": ("sk-or-v1-***", "placeholder"),
    "filled-with-x": ("sk-or-v1-xxxxxxxxxxxxxxxx", "placeholder"),
    "redacted": ("[REDACTED]", "placeholder"),
    "template-in-a-key": ("sk-or-v1-your-key-here", "placeholder"),
    "bracketed-paste": (f"\x1b[200~{KEY}\x1b[201~", "U+001B (a control character) at character 1"),
    "soft-hyphen": (f"{KEY[:12]}\u00ad{KEY[12:]}", "U+00AD (soft hyphen) at character 13"),
    "right-to-left": (f"\u202e{KEY}", "U+202E (right-to-left override) at character 1"),
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


BASE62 = string.ascii_letters + string.digits
URL_SAFE, HEX = BASE62 + "-_", "0123456789abcdef"
DRAW = random.Random(20260101)


def drawn(alphabet: str, length: int) -> str:
    """Random characters, the same in every run."""
    return "".join(DRAW.choices(alphabet, k=length))


SHAPES = {
    "anthropic": lambda: f"sk-ant-api03-{drawn(URL_SAFE, 93)}AA",
    "anthropic-token": lambda: f"sk-ant-oat01-{drawn(URL_SAFE, 95)}",
    "openai-project": lambda: f"sk-proj-{drawn(URL_SAFE, 156)}",
    "openai-older": lambda: f"sk-{drawn(BASE62, 48)}",
    "google": lambda: f"AIza{drawn(URL_SAFE, 35)}",
    "google-token": lambda: f"ya29.a0{drawn(URL_SAFE, 160)}",
    "jwt": lambda: f"eyJ{drawn(URL_SAFE, 33)}.eyJ{drawn(URL_SAFE, 180)}.{drawn(URL_SAFE, 86)}",
    "aws-id": lambda: f"AKIA{drawn(string.ascii_uppercase + '234567', 16)}",
    "aws-secret": lambda: drawn(BASE62 + "+/", 40),
    "bedrock": lambda: f"ABSK{drawn(BASE62 + '+/', 128)}==",
    "base64": lambda: drawn(BASE62 + "+/", 43) + "=",
    "azure": lambda: drawn(BASE62, 84),
    "hex": lambda: drawn(HEX, 32),
    "long-hex": lambda: drawn(HEX, 64),
    "uuid": lambda: str(uuid.UUID(drawn(HEX, 32))),
    "id-and-secret": lambda: f"{drawn(HEX, 32)}.{drawn(BASE62, 16)}",
    "uuid-and-secret": lambda: f"{uuid.UUID(drawn(HEX, 32))}:{drawn(HEX, 32)}",
    "number-and-secret": lambda: f"{drawn(string.digits, 5)}|{drawn(BASE62, 40)}",
    "github": lambda: f"github_pat_{drawn(BASE62, 22)}_{drawn(BASE62, 59)}",
    "github-older": lambda: f"gho_{drawn(BASE62, 36)}",
}


@pytest.mark.parametrize("shape", SHAPES)
def test_a_key_of_a_real_shape_is_never_refused(shape: str) -> None:
    """Whatever its characters happen to spell; it comes through unchanged."""
    for _ in range(300):
        key = SHAPES[shape]()
        assert pasted_key(f"{key}\n") == Secret(key)


def test_keys_of_every_bundled_provider_are_taken(tmp_path) -> None:
    """Each documented beginning, with the beginnings of that provider known and unknown."""
    missing = str(tmp_path / "none")
    profiles = Registry(missing, missing).profiles()
    beginnings = [(prefix, each.key_prefixes) for each in profiles for prefix in each.key_prefixes]
    assert len(beginnings) > 10
    for prefix, known in beginnings:
        for key in (prefix + drawn(BASE62, 40), prefix + drawn(URL_SAFE, 64)):
            assert pasted_key(key, prefixes=known) == pasted_key(key) == Secret(key)
