"""Evidence: what a failure says, taken out of every wrapper that providers, relays and libraries put around it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from itertools import islice
from operator import itemgetter
from typing import NamedTuple

from hermes_fallback.failover.embedded import embedded
from hermes_fallback.model.failure import Transport

__all__ = ["Evidence", "gather"]

_BODY_CHARS = 65_536
_MESSAGE_CHARS = 2_000
_TEXT_CHARS = 8_000
_DEPTH = 8
_ITEMS = 24
_FRAMES = 50
_MESSAGES = 40
_WRAPPERS = frozenset({"provider returned error", "error", "upstream error"})
"""Messages that only say that somebody else said something."""

_CODE_KEYS = (
    "code",
    "reason",
    "type",
    "status",
    "error_type",
    "errortype",
    "errorcode",
    "__type",
    "quotaid",
    "error_code",
    "status_code",
    "http_status",
    "statuscode",
    "httpstatus",
    "httpstatuscode",
)
"""Keys that hold codes, the more telling first: `type` is often the family of what `code` names."""

_MESSAGE_KEYS = (
    "message",
    "msg",
    "error_msg",
    "errormsg",
    "error_message",
    "errormessage",
    "status_msg",
    "faultstring",
    "error_description",
    "title",
    "description",
)
_NESTED_KEYS = (
    "error",
    "errors",
    "fault",
    "detail",
    "details",
    "metadata",
    "$metadata",
    "raw",
    "response",
    "base_resp",
    "header",
    "innererror",
    "inner_error",
    "cause",
    "body",
    "violations",
    "lasterror",
    "upstream_error",
    "upstreamerror",
    "data",
)
_END_KEYS = frozenset(
    [
        "choices",
        "candidates",
        "promptfeedback",
        "incomplete_details",
        "input_sensitive",
        "output_sensitive",
        "finish_reason",
        "finishreason",
        "stop_reason",
        "stopreason",
    ]
)
_ERROR_KEYS = ("error", "errors", "error_code", "error_msg", "base_resp", "detail", "errorcode")
_TEXTUAL = frozenset(["error", "errors", "detail", "details", "raw", "upstream_error", "cause", "lasterror"])
"""Of the nested keys, those whose bare string is a message; `response` or `data` may be the answer itself."""

_SPACES = {"base_resp": "minimax", "header": "iflytek", "errors": "errors", "error": "zhipu"}
"""The shape of body a bare number came in, by the key that holds it."""


class Evidence(NamedTuple):
    """What classification may look at; everything outermost first but `codes`, which begin with the innermost."""

    status: int | None = None
    codes: tuple[str, ...] = ()
    text: str = ""
    """Every message in lower case with single spaces: what phrases are looked for in."""
    message: str = ""
    """The innermost message, as the provider wrote it."""
    is_html: bool = False
    has_error: bool = False
    exception: str = ""
    documents: tuple[Mapping[str, object], ...] = ()
    """Every mapping that was met, keys in lower case."""


class _Notes:
    """What the walk through the body has found so far."""

    __slots__ = ("codes", "documents", "has_error", "is_html", "messages", "statuses")

    def __init__(self, *, has_error: bool) -> None:
        self.has_error = has_error
        self.is_html = False
        self.codes: list[tuple[int, str]] = []
        """Each behind its depth, negative so that the innermost sorts first."""
        self.statuses: list[int] = []
        self.messages: list[str] = []
        self.documents: list[Mapping[str, object]] = []

    def code(self, code: str, depth: int) -> None:
        self.codes.append((-depth, code))

    def message(self, text: str) -> None:
        # Most messages have single spaces and nothing else: two looks save taking them apart.
        is_tidy = text.isprintable() and "  " not in text
        text = text.strip() if is_tidy else " ".join(text.split())
        if len(text) > _MESSAGE_CHARS:
            text = text[: _MESSAGE_CHARS * 3 // 4] + " " + text[-_MESSAGE_CHARS // 4 :]
        if text and len(self.messages) < _MESSAGES and text not in self.messages:
            self.messages.append(text)

    def innermost(self) -> tuple[str, ...]:
        """The codes, those from the greatest depth first."""
        return tuple([code for _, code in sorted(self.codes, key=_DEPTH_OF)])


_DEPTH_OF = itemgetter(0)


def gather(
    transport: Transport, status: int | None, exception: str | None, body: str, kind: str = ""
) -> Evidence:
    """The evidence in a failure, unwrapped; *kind* is what AWS calls it in a header.

    Never raises; reads at most 64 KB of the body.
    """
    notes = _Notes(has_error=transport in _FAILED)
    _read_text(body[:_BODY_CHARS], notes, 0)
    if kind := kind.partition(":")[0]:
        notes.code(kind, 0)
    told = [message for message in notes.messages if message.lower() not in _WRAPPERS] or notes.messages
    text = " | ".join(told).lower().replace("’", "'")[:_TEXT_CHARS]
    if notes.has_error:
        _read_forms(text, notes)
    return Evidence(
        _status(status, notes, text if notes.has_error or notes.is_html else ""),
        notes.innermost(),
        text,
        told[-1] if told else "",
        notes.is_html,
        notes.has_error,
        (exception or "").rpartition(".")[2],
        tuple(notes.documents),
    )


_FAILED = frozenset({Transport.HTTP, Transport.EXCEPTION})
"""Transports that nothing but an error comes by."""


def _read_text(text: str, notes: _Notes, depth: int) -> None:
    text = text.strip().lstrip("\ufeff")
    if not text or depth > _DEPTH:
        return
    if text.startswith(("data:", "event:", ":", "id:", "retry:")) and _read_frames(text, notes, depth):
        return
    if "<" in text and _HTML.search(text, 0, 4_096):
        _read_html(text, notes)
        return
    before, found, after = embedded(text) if text[0] in '["' or "{" in text else (text, None, "")
    if before:
        notes.message(before)
    if found is not None:
        _walk(found, notes, depth, "")
    if after and _has_words(after):
        notes.message(after)


def _read_frames(text: str, notes: _Notes, depth: int) -> bool:
    frames = [
        "\n".join(line[5:].strip() for line in frame.splitlines() if line.startswith("data:"))
        for frame in re.split(r"\r?\n\r?\n", text)
    ]
    frames = [frame for frame in frames if frame and frame != "[DONE]"]
    for frame in frames[-_FRAMES:]:
        _read_text(frame, notes, depth + 1)
    return bool(frames) or "[DONE]" in text


_HTML = re.compile(r"<(?:!doctype html|html|head>|body>|title>)", re.IGNORECASE)
_HEADINGS = re.compile(r"<(title|h1|h2)\b[^<>]{0,400}>([^<]{1,400})", re.IGNORECASE)
_TAGS = re.compile(r"<[^<>]{0,2000}>")


def _read_html(text: str, notes: _Notes) -> None:
    """Keep what stands before the page, its headings and its first words."""
    notes.is_html = True
    start = _HTML.search(text)
    notes.message(text[: start.start()] if start else "")
    for heading in list(_HEADINGS.finditer(text, 0, 16_384))[:6]:
        notes.message(heading[2])
    notes.message(_TAGS.sub(" ", text[start.start() if start else 0 :][:4_096])[:600])


def _has_words(text: str) -> bool:
    return sum(char.isalpha() for char in text[:200]) > 3


def _walk(value: object, notes: _Notes, depth: int, key: str) -> None:
    if depth > _DEPTH or not value:
        return
    if isinstance(value, dict):
        _walk_mapping(value, notes, depth, key)
    elif isinstance(value, list):
        for item in value[:_ITEMS]:
            _walk(item, notes, depth + 1, key)
    elif isinstance(value, str):
        _walk_string(value, notes, depth, key)


def _walk_mapping(value: dict[str, object], notes: _Notes, depth: int, key: str) -> None:
    is_plain, readers, has_ends = _reading(tuple(value))
    mapping = value
    if not is_plain:
        mapping = {name.lower(): item for name, item in islice(value.items(), 4 * _ITEMS)}
    notes.documents.append(mapping)
    if not notes.has_error:
        notes.has_error = _speaks_of_error(mapping)
    for name, read in readers:
        if item := mapping[name]:
            read(item, notes, depth, key, name)
    if has_ends:
        _note_ends(mapping, notes, depth)


def _read_message(value: object, notes: _Notes, depth: int, key: str, name: str) -> None:
    del key, name
    if isinstance(value, str):
        _read_text(value, notes, depth + 1)
    else:
        _walk(value, notes, depth + 1, "message")


def _read_nested(value: object, notes: _Notes, depth: int, key: str, name: str) -> None:
    del key
    if name in _TEXTUAL or not isinstance(value, str):
        _walk(value, notes, depth + 1, name)


def _speaks_of_error(mapping: Mapping[str, object]) -> bool:
    return (
        any(mapping.get(key) for key in _ERROR_KEYS)
        or mapping.get("type") in ("error", "response.failed")
        or mapping.get("success") is False
        or ("code" in mapping and ("message" in mapping or "msg" in mapping))
    )


def _walk_string(text: str, notes: _Notes, depth: int, key: str) -> None:
    if _CODE_LIKE.fullmatch(text) and key != "message":
        notes.code(text, depth)
    _read_text(text, notes, depth + 1)


_CODE_LIKE = re.compile(r"[A-Za-z][A-Za-z0-9]*(?:[_.:-][A-Za-z0-9]+)+|[A-Z][a-z]+(?:[A-Z][a-z]+)+")


_STATUS_TEXT = re.compile(r"([45]\d\d)(?: [A-Za-z ]{2,40})?")


def _note_code(value: object, notes: _Notes, depth: int, key: str, name: str) -> None:
    if not isinstance(value, str):
        if isinstance(value, int) and not isinstance(value, bool):
            _note_number(value, notes, depth, key, name)
    elif not 0 < len(code := value.strip()) <= 100:
        return
    elif not code[0].isdecimal():
        notes.code(code, depth)
    elif found := _STATUS_TEXT.fullmatch(code):
        notes.statuses.append(int(found[1]))
    elif code.isdecimal():
        _note_number(int(code[:9]), notes, depth, key, name)
    else:
        notes.code(code, depth)


def _note_number(number: int, notes: _Notes, depth: int, key: str, name: str) -> None:
    if name == "error_code":
        notes.code(f"baidu:{number}", depth)
    elif key in ("base_resp", "header", "errors") and name in ("code", "status_code"):
        notes.code(f"{_SPACES[key]}:{number}", depth)
    elif 400 <= number <= 599:
        notes.statuses.append(number)
    elif number:
        notes.code(f"{_SPACES.get(key, 'flat')}:{number}", depth)


_Read = Callable[[object, _Notes, int, str, str], None]
_READERS: dict[str, _Read] = {
    **dict.fromkeys(_CODE_KEYS, _note_code),
    **dict.fromkeys(_MESSAGE_KEYS, _read_message),
    **dict.fromkeys(_NESTED_KEYS, _read_nested),
}
"""Who reads what a key holds, in the order in which keys are read."""
_PLACES = {key: place for place, key in enumerate(_READERS)}


@lru_cache(maxsize=64)  # bodies differ, and their keys hardly do
def _reading(keys: tuple[str, ...]) -> tuple[bool, tuple[tuple[str, _Read], ...], bool]:
    """How to read a mapping that has *keys*: whether as it is, who reads which, and whether it may tell an end."""
    names = {key.lower() for key in keys[: 4 * _ITEMS]}
    known = sorted(names & _READERS.keys(), key=_PLACES.__getitem__)
    return (
        names == set(keys),
        tuple((name, _READERS[name]) for name in known),
        not _END_KEYS.isdisjoint(names),
    )


def _note_ends(mapping: Mapping[str, object], notes: _Notes, depth: int) -> None:
    """Note how an answer ended: the reasons that choices, candidates and prompts were stopped for."""
    _note_end(mapping, notes, depth)
    for choice in _mappings(mapping.get("choices"), mapping.get("candidates")):
        _note_end(choice, notes, depth)
        _walk(choice.get("error"), notes, depth + 1, "error")
    for feedback in _mappings([mapping.get("promptfeedback")]):
        if feedback.get("blockReason"):
            notes.code("finish:blocked", depth)
    for details in _mappings([mapping.get("incomplete_details")]):
        notes.code(f"finish:{details.get('reason')}", depth)
    if mapping.get("input_sensitive") is True or mapping.get("output_sensitive") is True:
        notes.code("finish:sensitive", depth)


def _note_end(choice: Mapping[str, object], notes: _Notes, depth: int) -> None:
    for name in ("finish_reason", "finishReason", "stop_reason", "stopReason", "native_finish_reason"):
        ended = choice.get(name) or choice.get(name.lower())
        if isinstance(ended, str):
            notes.code(f"finish:{ended}", depth)
    for message in _mappings([choice.get("message")], [choice.get("delta")]):
        if message.get("refusal"):
            notes.code("finish:refusal", depth)


def _mappings(*values: object) -> Iterable[Mapping[str, object]]:
    for value in values:
        if isinstance(value, list):
            yield from (item for item in value[:_ITEMS] if isinstance(item, dict))


# Digits anywhere else in a text are never a status.
_FORMS = re.compile(
    r"error code: ([45]\d\d)(?!\d)"  # openai and anthropic SDKs, "Error code: 429 - {…}"; Cloudflare's short page
    r"|status(?: ?code|_code)?\)?(?: of|:|=)? ?'?\(?([45]\d\d)(?!\d)"  # axios, dify, Codex, one-api, aiohttp
    r"|(?:client|server) error '([45]\d\d) "  # httpx, raise_for_status
    r"|^([45]\d\d) (?:client error|server error|status code)"  # requests, raise_for_status; openai-node
    r"|\[([45]\d\d) [a-z]"  # Google's JavaScript SDK, "[429 Too Many Requests]"
    r"|http(?: error|/[12](?:\.\d)?| status)?:? ([45]\d\d)(?!\d)"  # urllib, status lines
    r"|error from provider ?\([^()]{0,80}: ?([45]\d\d)\)"  # claude-code-router
    r"|api error:? ([45]\d\d)(?!\d)"  # Claude Code
    r"|^(?:[a-z_.]{1,60}: )?([45]\d\d)(?![\d.,/%]| ?(?:tokens?|requests?|characters|ms|milli|seconds|s\b|bytes|[km]b\b|items|messages))"
    # openai-node, anthropic and google-genai begin with it, "429 Provider returned error"
)
_FORM_WORDS = ("error code", "status", "error '", "http", "error from provider", "api error", "[4", "[5")
_HAS_STATUS = re.compile(r"[45]\d\d")
_AWS_FORM = re.compile(r"an error occurred \(([a-z0-9]{3,60})\) when calling")
_EDGE_FORM = re.compile(r"error code:? (1\d{3})(?!\d)")
_MINIMAX_FORM = re.compile(r"\(([12]\d{3})\)(?: \||$)")
_TITLE_FORM = re.compile(r"(?:^|\| )([45]\d\d)(?=:? [a-z])")


def _read_forms(text: str, notes: _Notes) -> None:
    if "an error occurred" in text and (found := _AWS_FORM.search(text, 0, 1_000)):
        notes.code(found[1], _DEPTH)
    if "error code" in text and (found := _EDGE_FORM.search(text, 0, 1_000)):
        notes.code(f"edge:{found[1]}", _DEPTH)
    if ("(1" in text or "(2" in text) and (found := _MINIMAX_FORM.search(text, 0, 2_000)):
        notes.code(f"minimax:{found[1]}", _DEPTH)


def _status(outer: int | None, notes: _Notes, text: str) -> int | None:
    """The status that counts: the outer one, unless it is a wrapper's (none, 2xx, 400, 5xx) around another."""
    if outer is not None and 300 <= outer < 500 and outer != 400:
        return outer
    inner = notes.statuses[-1] if notes.statuses else None
    if (inner is not None and inner < 500) or outer == 400:
        return inner or outer
    return _status_in_text(text, is_html=notes.is_html) or inner or outer


def _status_in_text(text: str, *, is_html: bool) -> int | None:
    """The last status that a fixed form of *text* holds: forms nest, and the innermost comes last."""
    if not _HAS_STATUS.search(text, 0, 1_000):
        return None
    if any(map(text.__contains__, _FORM_WORDS)):
        found = list(_FORMS.finditer(text, 0, 1_000))
    else:  # only what it begins with can be one
        found = [first] if (first := _FORMS.match(text, 0, 1_000)) else []
    if not found and is_html:
        found = list(_TITLE_FORM.finditer(text, 0, 600))
    return int(next(group for group in found[-1].groups() if group)) if found else None
