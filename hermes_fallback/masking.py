"""What secrets look like wherever they stand, and text with stars in their place."""

from __future__ import annotations

import re
from collections.abc import Iterable

from hermes_fallback.secret import Secret

__all__ = ["STARS", "mask_keys", "mask_shapes", "mask_values"]

STARS = "********"
_SHORTEST_SECRET = 4
"""What is shorter is no secret, and stands in every other word."""

_SHAPES = re.compile(
    r"""(?x)
    \b(?: # once for all, since most places are inside a word
      (?:sk|pk|rk)-[A-Za-z0-9_-]{12,} | sk_(?:live|test)_\w{10,}
    | gh[opsur]_[A-Za-z0-9]{16,} | github_pat_\w{16,} | glpat-[\w-]{16,}
    | xox[abeprs]-[\w-]{10,} | xapp-[\w-]{10,} | AIza[\w-]{20,} | A(?:KIA|SIA)[A-Z0-9]{12,}
    | (?<!-)eyJ[\w-]{10,}+\.[\w-]{6,}(?:\.[\w-]*)? | (?:hf|gsk|nvapi|r8|tvly|fw|pplx|xai|csk|ya29)[_.-][\w-]{16,}
    | \d{8,10}:AA[\w-]{30,}
    )
    """
)
_BEARER = re.compile(r"(?i)\b(bearer|basic)\s+(?!\$)[\w.+/=~-]{8,}")
_USERINFO = re.compile(r"(\b\w++://[^\s/:@]*+:)(?!\$)[^\s/@]+(?=@)")
_QUERY = re.compile(
    r"(?i)([?&](?:[\w-]*(?:key|token|secret|sig|signature|password|auth)|code)=)(?!\$)[^&#\s\"']+"
)
_RANDOM = re.compile(r"(?<![\w/.=+-])[A-Za-z0-9_=+-]{32,}(?![\w/.])")


def mask_values(text: str, secrets: Iterable[Secret]) -> str:
    """*text* with stars for each of *secrets*, the longest first."""
    revealed = {secret.reveal().strip() for secret in secrets}
    for value in sorted(revealed, key=len, reverse=True):
        if len(value) >= _SHORTEST_SECRET:
            text = text.replace(value, STARS)
    return text


def mask_keys(text: str) -> str:
    """*text* with stars for what can only be a secret: keys of known makes, bearer tokens, passwords in addresses."""
    text = _SHAPES.sub(STARS, text)
    text = _BEARER.sub(lambda found: f"{found[1]} {STARS}", text)
    if "@" in text:
        text = _USERINFO.sub(lambda found: found[1] + STARS, text)
    return _QUERY.sub(lambda found: found[1] + STARS, text) if "=" in text else text


def mask_shapes(text: str) -> str:
    """The same, with stars for any long run of random characters too; it may have been an identifier."""
    return _RANDOM.sub(_mask_random, mask_keys(text))


def _mask_random(found: re.Match[str]) -> str:
    """Stars for a long run of mixed characters; words joined by dashes (a model's name) are left alone."""
    text = found[0]
    digits = sum(ch.isdigit() for ch in text)
    mixed = any(ch.isupper() for ch in text) and any(ch.islower() for ch in text)
    longest = max(map(len, re.split(r"[-_=+]", text)))
    return STARS if digits >= 4 and longest >= 20 and (mixed or longest >= 32) else text
