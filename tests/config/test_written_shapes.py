"""Every shape in which people write a chain: what is read is what Hermes Agent reads, and what it drops is told."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from editing import chain, corpus, document, loaded, names, need_corpus

from hermes_fallback.errors import InvalidFile

SHAPES = {
    "null": ("fallback_providers:\n", [], []),
    "braces": ("fallback_providers: {}\n", [], []),
    "a mapping": ("fallback_providers: {provider: a, model: b}\n", ["a:b"], []),
    "a legacy list": ("fallback_model:\n- {provider: a, model: b}\n", ["a:b"], []),
    "both": ("fallback_model: {provider: a, model: b}\nfallback_providers: [{provider: c, model: d}]\n", ["c:d", "a:b"], []),
    "JSON text": ("x: 1\nfallback_providers: '[{\"provider\": \"a\"}]'\n", [], [("fallback_providers", 2)]),
    "words and nulls": (
        "fallback_providers:\n- zai:m\n- zai/m\n-\n- {provider: a, model: b}\n- 5\n",
        ["a:b"],
        [("fallback_providers[0]", 2), ("fallback_providers[1]", 3), ("fallback_providers[2]", 4), ("fallback_providers[4]", 6)],
    ),
    "no model": ("fallback_providers:\n- provider: a\n- name: b\n  models: [c]\n", [], [("fallback_providers[0]", 2), ("fallback_providers[1]", 3)]),
    "templates": ("fallback_providers:\n- provider: ${P}\n  model: '{{ m }}'\n", ["${P}:{{ m }}"], []),
    "numbers": ("fallback_providers: [{provider: 1, model: 2.5}]\n", ["1:2.5"], []),
    "another spelling": (
        "fallback_providers:\n- provider: a\n  model: b\n  baseUrl: http://h\n",
        ["a:b"],
        [("fallback_providers[0].baseUrl", 2)],
    ),
    "an alias": ("c: &c [{provider: a, model: b}]\nfallback_providers: *c\n", ["a:b"], []),
    "entries by alias": ("e: &e {provider: a, model: b}\nfallback_providers: [*e, {<<: *e, model: c}]\n", ["a:b", "a:c"], []),
    "a merged key": ("b: &b\n  fallback_model: {provider: a, model: b}\n<<: *b\n", ["a:b"], []),
}  # fmt: skip


@pytest.mark.parametrize(("text", "links", "ignored"), SHAPES.values(), ids=SHAPES)
def test_a_shape_is_read_and_what_it_loses_is_told(
    text: str, links: list[str], ignored: list[tuple[str, int]]
) -> None:
    """Each ignored entry with its place, its line, a reason and a hint."""
    found = chain(document(text))
    assert [str(placed.link) for placed in found] == links
    assert [(each.origin, each.line) for each in found.ignored] == ignored
    assert all(each.what and each.hint for each in found.ignored)


@pytest.mark.parametrize("path", corpus(), ids=lambda path: path.name)
def test_a_real_file_gives_the_chain_that_its_owner_has(path: Path) -> None:
    """By the rules of Hermes Agent, written down once more: skip what is no link, the first of two wins."""
    need_corpus(path)
    data = path.read_bytes()
    try:
        document(data)
    except InvalidFile:
        return
    assert names(data) == _as_hermes_reads(loaded(data))


def _as_hermes_reads(config: dict[str, Any]) -> list[str]:
    found: dict[tuple[str, str, str], str] = {}
    for key in ("fallback_providers", "fallback_model"):
        value = config.get(key)
        entries = [value] if isinstance(value, dict) else value if isinstance(value, list) else []
        for entry in (each for each in entries if isinstance(each, dict)):
            provider, model = (str(entry.get(name) or "").strip() for name in ("provider", "model"))
            if provider and model:
                address = str(entry.get("base_url") or "").strip().rstrip("/")
                identity = (provider.lower(), model.lower(), address.lower())
                found.setdefault(identity, f"{provider}:{model}")
    return list(found.values())
