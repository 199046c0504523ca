"""Mutilated documents: an edit is exact or refused, never wrong and never a crash."""

from __future__ import annotations

from collections import Counter

from editing import NEW, arrange, chain, clear, document, loaded, names, paths, rest, torture
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hermes_fallback.config.key_edit import set_values
from hermes_fallback.errors import FallbackError, InvalidFile

PIECES = [
    "\n", "  ", "- ", "# c\n", " # x", ":", "fallback_providers:", "fallback_model:", "{", "}", "[", "]", ",", '"', "'",
    "|\n", "&a ", "*a", "\r\n", "\t", "provider: p\n", "model: m\n", "- provider: q\n  model: z\n", "? ", "~", "!!str ",
    "  - {provider: r, model: w}\n", ">-\n", "<<: *a\n", "...\n", "---\n", "\n\n",
]  # fmt: skip
TEXTS = [case.data.decode() for case in torture() if case.editable and case.name != "alias_bomb"]


@st.composite
def mutilated(draw: st.DrawFn) -> str:
    """A torture document with pieces put in, taken out and moved."""
    text = draw(st.sampled_from(TEXTS))
    for _ in range(draw(st.integers(1, 3))):
        at, length = draw(st.integers(0, len(text))), draw(st.integers(0, 12))
        if draw(st.booleans()):
            text = text[:at] + draw(st.sampled_from(PIECES)) + text[at:]
        else:
            text = text[:at] + text[at + length :]
    return text


@settings(max_examples=250, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
@given(text=mutilated(), data=st.data())
def test_an_edit_is_exact_or_refused(text: str, data: st.DataObject) -> None:
    """Judged by PyYAML's values, not by our own proof."""
    try:
        doc = document(text)
        before = paths(doc)
        places = {placed.path: str(placed.link) for placed in chain(doc)}
    except InvalidFile:
        return
    order = data.draw(st.lists(st.sampled_from([*before, None]), unique=True))
    try:
        after = arrange(doc, [NEW if path is None else path for path in order])
    except FallbackError:
        return
    assert names(after) == ["zai:glm-4.6" if path is None else places[path] for path in order]
    if after != doc.data:
        assert rest(after) == rest(doc.data)
    if set(before) <= set(order):
        assert not comments(doc.data) - comments(after)


def comments(data: bytes) -> Counter[str]:
    """The lines that are comments, or look so."""
    return Counter(line.strip() for line in data.decode().splitlines() if line.strip().startswith("#"))


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
@given(
    text=mutilated(),
    path=st.sampled_from(["model.provider", "fallback.enabled", "a", "x.y.z"]),
    value=st.sampled_from([True, "q r", 3, None]),
)
def test_a_value_is_set_exactly_or_refused(text: str, path: str, value: object) -> None:
    """All other keys have the values they had."""
    try:
        doc = document(text)
        after = set_values(doc, {path: value})
    except FallbackError:
        return
    if after == doc.data:
        return
    top = path.split(".")[0]
    old, new = loaded(doc.data), loaded(after)
    old.pop(top, None), new.pop(top, None)
    assert repr(old) == repr(new)
    place = document(after).get(path)
    assert (place.value if place else None) == value


@settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
@given(text=mutilated())
def test_a_clear_is_exact_or_refused(text: str) -> None:
    """No link is left, and nothing else is gone."""
    try:
        doc = document(text)
        after = clear(doc)
    except FallbackError:
        return
    assert names(after) == []
    if after != doc.data:
        assert rest(after) == rest(doc.data)
