"""Text and values with the secrets in them turned to stars: for error messages, diffs and `config show`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from hermes_fallback.masking import STARS, mask_shapes

__all__ = ["STARS", "is_secret_name", "mask_line", "mask_lines", "mask_value"]

_NAME = re.compile(
    r"(?:^|[_\-.])(?:api_?key|(?:access|private|secret|signing|encryption|account|auth)_?key|token|secret|"
    r"password|passwd|passphrase|pwd|authorization|credentials?|cookie|bearer|jwt|salt|dsn|webhook_?url|"
    r"password_?hash)s?$|.[_-]keys?$"
)
_HEADERS = re.compile(r"(?:^|[_\-.])headers$", re.IGNORECASE)
_HARMLESS_HEADERS = frozenset({"accept", "content-type", "http-referer", "user-agent", "x-title"})
_HEADERS_INLINE = re.compile(r"(?i)(headers[\"']?\s*:\s*\{)[^}]+")
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")

_HARMLESS = re.compile(
    r"""(?ix) ["']? (?:
        | \$\{[^}]*\} | \$\w+                                    # a reference, not the secret itself
        | (?:bearer|basic|token) \s+ (?:\$\{[^}]*\} | \$\w+)
        | ~ | null | none | true | false | yes | no | on | off
        | [-+]?[\d_.]+ (?:ms|s|m|h|k)?                           # a count, a duration
        | \*+ | x+ | changeme | change[-_]me | placeholder | example | dummy | redacted | no-key(?:-required)?
        | your[-_ ]?\w*(?:key|token|secret|password)\w* | sk-(?:\.{2,}|…|x+) | <[^<>]*>
        | [|>][-+\d]* | [&*!]\w+ | [\[{] .*
    ) ["']? \s*"""
)
_PAIR = re.compile(
    r"""(?x)
    (?P<name> "[^"]*+" | '[^']*+' | (?<![\w.$-])[\w.$-]++ ) (?P<mark> \s*:\s+ | (?<=["']):\s* | \s*=\s* )
    (?P<value> "(?:[^"\\]|\\.)*+"? | '(?:[^']|'')*+'? | (?:\$\{[^}\s]{1,99}\}|[^\s#,}\]"'\[{&*!])(?:\$\{[^}\s]{1,99}\}|[^#,}\]\s]|(?<!\s)\#|\s++(?![#,}\]]|$))*+ )
    """
)
_OPENS_BLOCK = re.compile(
    r"""^(?P<indent>\s*(?:-\s+)*)["']?(?P<name>[\w.$-]+)["']?\s*:\s*[|>][-+\d]*\s*(?:#.*)?$"""
)
_OPENS_NOTHING = re.compile(r"""^(?P<indent>\s*(?:-\s+)*)["']?(?P<name>[\w.$-]+)["']?\s*:\s*(?:#.*)?$""")
_PEM = re.compile(r"-----(BEGIN|END) [A-Z ]*PRIVATE KEY-----")


def is_secret_name(name: str) -> bool:
    """True when a value under the key *name* is a secret. `key_env` and its like only name one, by their ending."""
    plain = _CAMEL.sub("_", name.strip("\"'")).lower()
    return _NAME.search(plain) is not None


def mask_line(line: str) -> str:
    """*line* of YAML or JSON with secrets replaced; references (`${VAR}`), placeholders and names stay."""
    return mask_shapes(_PAIR.sub(_mask_pair, _HEADERS_INLINE.sub(rf"\1{STARS}", line)))


def mask_lines(lines: list[str], start: int = 0) -> list[str]:
    """*lines* from *start* on, masked; knows secrets that continue on following lines, and those from before *start*."""
    return list(_masked(lines, start))


def mask_value(value: object, name: str = "", *, above: tuple[int, ...] = ()) -> object:
    """*value* for showing: strings under secret names or of secret shape masked, all the way down.

    *above* are the identities of what it stands in; what contains itself ends there, in `…`.
    """
    if id(value) in above:
        return "…"
    above = (*above, id(value))
    if isinstance(value, Mapping):
        return {key: mask_value(item, _name(str(key), name), above=above) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [mask_value(item, name, above=above) for item in value]
    if isinstance(value, str):
        return _mask_text(value, name)
    return STARS if isinstance(value, bytes) else value


def _name(key: str, within: str) -> str:
    """What to judge a value under *key* by: headers may hold anything, whatever they are called."""
    is_header = _HEADERS.search(within) and key.lower() not in _HARMLESS_HEADERS
    return "authorization" if is_header else key


def _mask_text(text: str, name: str) -> str:
    if is_secret_name(name) and not _HARMLESS.fullmatch(text):
        return STARS
    return mask_shapes(text)


def _masked(lines: list[str], start: int) -> Iterator[str]:
    within: int | None = None
    in_pem = False
    for number, line in enumerate(lines):
        pem = _PEM.search(line)
        if within is not None and line.strip():
            within = within if _indent(line) > within else None
        if within is not None or (in_pem and not pem):
            if number >= start:
                yield _stars(line)
            continue
        if number >= start:
            yield mask_line(line)
        in_pem = pem[1] == "BEGIN" if pem else in_pem
        within = _secret_block(line)


def _secret_block(line: str) -> int | None:
    """The indentation of a key whose secret value stands on the lines below, or None."""
    found = _OPENS_BLOCK.match(line) or _OPENS_NOTHING.match(line)
    if not found or not (is_secret_name(found["name"]) or _HEADERS.search(found["name"])):
        return None
    return len(found["indent"])


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip(" "))


def _stars(line: str) -> str:
    body = line.strip()
    if not body or _HARMLESS.fullmatch(body.removeprefix("- ")):
        return line
    return line.replace(body, STARS, 1)


def _mask_pair(found: re.Match[str]) -> str:
    if not is_secret_name(found["name"]) or _HARMLESS.fullmatch(found["value"]):
        return found[0]
    return f"{found['name']}{found['mark']}{STARS}"
