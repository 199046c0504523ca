"""A document is read as Hermes Agent reads it, with the place of each value, or refused with the place of the fault."""

from __future__ import annotations

import pytest
import yaml
from editing import added, chain, document

from hermes_fallback.config.document import Document
from hermes_fallback.config.values import _FALLIBLE
from hermes_fallback.errors import InvalidFile


@pytest.mark.parametrize("data", [b"", b"\n\n", b"# c", b"---\n", b"\xef\xbb\xbf", b"--- # c\n...\n"])
def test_a_file_without_content_reads_as_empty(data: bytes) -> None:
    """Missing, empty, comments only, marks only: no chain and no error."""
    doc = document(data)
    assert doc.value() == {}
    assert len(chain(doc)) == 0
    assert doc.get("model.provider") is None


@pytest.mark.parametrize(
    ("data", "line", "column", "what"),
    [
        (b"a: 1\nb: 'x\nc: 2\n", 2, 4, "not valid YAML"),
        (b"m:\n\ta: 1\n", 2, 1, "not valid YAML"),
        (b"a: {{ x }}\n", 1, 5, "cannot be a key"),
        (b"a: 1\n--- \nb: 2\n", 2, 1, "a second document"),
        (b"# c\n- a\n", 2, 1, "the top level is not a mapping"),
        (b"hello\n", 1, 1, "the top level is not a mapping"),
        (b"a: 1\nb: Zo\xeb\n", 2, 6, "the byte 0xeb is not UTF-8"),
        (b"a: 1\nb: x\x0cy\n", 2, 5, "the character U+000C is not allowed"),
        (b"\xff\xfea\x00", 1, 1, "is UTF-16"),
        (b"a: *x\n", 1, 4, "has no anchor"),
        (b"<<<<<<< HEAD\na: 1\n=======\n", None, None, "not valid YAML"),
        (b"a: " + b"[" * 10_000 + b"]" * 10_000, 1, 503, "nested more than 500 levels deep"),
        (b"\n".join(b" " * i + b"a:" for i in range(10_000)), 501, 501, "nested more than 500 levels deep"),
    ],
)
def test_a_broken_file_says_where(data: bytes, line: int | None, column: int | None, what: str) -> None:
    """Line, column and the line itself, and never a default in its place."""
    with pytest.raises(InvalidFile, match=r"config\.yaml") as caught:
        document(data).check_loadable()
    error = caught.value
    assert what in error.what
    assert line is None or (error.line, error.column) == (line, column)
    assert error.path == "config.yaml"


@pytest.mark.parametrize(
    ("data", "hint"),
    [
        ("<<<<<<< HEAD\na: 1\n=======\na: 2\n>>>>>>> x\n", "a merge conflict"),
        ("m:\n\ta: 1\n", "not with tabs"),
        ("a: {% if x %}\n", "template text"),
        ("a: 'x\n", "a quote that is opened here"),
        ("a: b: c\n", "in quotes"),
        ("a: [1, 2\nb: 3\n", "a bracket"),
        ("a: @x\n", "in quotes"),
    ],
)
def test_a_broken_file_says_what_to_do(data: str, hint: str) -> None:
    """The hint fits the most common mistakes."""
    with pytest.raises(InvalidFile) as caught:
        document(data)
    assert hint in (caught.value.hint or "")


def test_the_shown_line_holds_no_secret() -> None:
    """An error may be pasted anywhere."""
    with pytest.raises(InvalidFile) as caught:
        document("model:\n  api_key: sk-live-0123456789abcdef: x\n")
    assert "sk-live" not in f"{caught.value} {caught.value.text} {caught.value.why} {caught.value.hint}"
    assert caught.value.text == "  api_key: ********"


def test_a_key_of_the_chain_that_stands_twice_is_no_chain() -> None:
    """Which of the two is meant is the owner's to say."""
    doc = document("fallback_providers: []\nx: 1\nfallback_providers: [a]\n")
    with pytest.raises(InvalidFile, match="`fallback_providers` stands twice") as caught:
        doc.chain_keys()
    assert (caught.value.line, caught.value.text) == (3, "fallback_providers: [a]")


def test_another_key_that_stands_twice_is_read_last_and_told() -> None:
    """As Hermes Agent reads it; the first one is reported as not read."""
    doc = document("m:\n  a: 1\n  b: 2\n  a: 3\n")
    place = doc.get("m.a")
    assert place is not None
    assert (place.value, place.line) == (3, 4)
    assert [(found.line, found.what) for found in doc.findings()] == [
        (2, "`a` stands twice; the one on line 4 is read")
    ]


@pytest.mark.parametrize(
    ("data", "origin", "line"),
    [
        ("model:\n  provider: a\n  fallback_providers:\n  - x\n", "model.fallback_providers", 3),
        ("model: {fallback_model: {provider: a}}\n", "model.fallback_model", 1),
        ("a: 1\nfallbacks:\n- provider: a\n", "fallbacks", 2),
        ("fallback_chain: [a]\n", "fallback_chain", 1),
    ],
)
def test_a_chain_where_nobody_reads_it_is_told(data: str, origin: str, line: int) -> None:
    """It is neither used nor lost from sight."""
    assert [(found.origin, found.line) for found in document(data).misplaced()] == [(origin, line)]


def test_an_empty_misplaced_key_is_no_chain() -> None:
    """Nothing stands there, so nothing is missed."""
    assert document("fallbacks: []\nmodel: {fallback_providers: }\n").misplaced() == ()


@pytest.mark.parametrize(
    ("path", "value", "line"),
    [
        ("a.b[1].c", "x", 5),
        ("a.b[0]", 1, 3),
        ("merged.n", 7, 6),
        ('"dotted.key"', True, 8),
        ("a.b[9]", None, None),
        ("a.b.c", None, None),
        ("nothing", None, None),
    ],
)
def test_a_dotted_path_finds_a_value_and_its_line(path: str, value: object, line: int | None) -> None:
    """Through mappings, lists, aliases and merges."""
    doc = document(
        "a:\n  b:\n  - 1\n  - d: 0\n    c: x\nbase: &b {n: 7}\nmerged: {<<: *b}\ndotted.key: yes\n"
    )
    place = doc.get(path)
    assert (place.value if place else None, place.line if place else None) == (value, line)


def test_strings_are_expanded_on_reading_only() -> None:
    """Keys, numbers and the text itself stay as they are."""
    doc = document("fallback_providers:\n- provider: ${P}\n  model: m\n  ${P}: 1\n")
    current, _ = doc.chain_keys(lambda text: text.replace("${P}", "nous"))
    assert current.value == [{"provider": "nous", "model": "m", "${P}": 1}]
    assert b"nous" not in doc.data


YAML_11 = """
a: [yes, No, on, OFF, y, n, TRUE, ~, null, '', "no"]
b: [012, 0x1F, 0b101, 1_000, +12, 1e3, 1.5e+3, .5, .inf, -.INF, 12:30:45, 190:20:30.15, 1.10, 0o17]
c: [2026-01-02, 2026-01-02T03:04:05Z, 2001-12-14t21:59:43.10-05:00]
d: {on: 1, 1: a, 1.5: b, ~: c}
e: [!!str 123, !!int '5', !!float 1, !!binary aGVsbG8=, ! 12, !!bool yes]
f: !!set {x, y}
g: !!omap [a: 1, b: 2]
h: !!pairs [a: 1, a: 2]
base: &base {x: 1, y: {z: 2}}
other: &other {x: 3, w: 4}
m1: {<<: *base, x: 9}
m2: {<<: [*base, *other], q: 1}
m3: {<<: *base, <<: *other}
m4: {x: 8, <<: *other}
lit: |+
  text

fold: >-
  a
  b
dup: {a: 1, a: 2}
self: &self [*self, 1]
"""


def test_values_are_those_of_pyyaml() -> None:
    """YAML 1.1 in every corner: the file means to us what it means to Hermes Agent."""
    expected = yaml.safe_load(YAML_11)
    value = dict(document(YAML_11).value())
    assert repr(value) == repr(expected)


def test_a_bomb_of_merges_and_aliases_is_harmless() -> None:
    """Work grows with the text, not with what it stands for."""
    lines = ["a0: &a0 {k: 1}"]
    lines += [
        f"a{i}: &a{i} {{<<: [{', '.join([f'*a{i - 1}'] * 9)}], l: [{', '.join([f'*a{i - 1}'] * 9)}]}}"
        for i in range(1, 60)
    ]
    doc = document("\n".join(lines))
    doc.check_loadable()
    assert doc.get("a59.k").value == 1  # type: ignore[union-attr]


@pytest.mark.parametrize("first", sorted(yaml.SafeLoader.yaml_implicit_resolvers))
def test_only_what_may_be_impossible_is_tried(first: str) -> None:
    """A truth value or a null that looks like one is one; `yaml` is what no plain text begins with."""
    tags = {tag.rpartition(":")[2] for tag, _ in yaml.SafeLoader.yaml_implicit_resolvers[first]}
    assert (first in _FALLIBLE) == (not tags <= {"bool", "null", "yaml"})


@pytest.mark.parametrize("bad", ["2024-13-45", "=", "<<", "1" + "0" * 5000])
def test_a_value_that_cannot_be_is_found_among_many_that_can(bad: str) -> None:
    """A text that was tried once is not tried again; another is."""
    good = "a: [1, 1, 2024-12-24, yes, ~, word]\n"
    document(good).check_loadable()
    with pytest.raises(InvalidFile) as caught:
        document("# c\n" + good + f"b: {bad}\n").check_loadable()
    assert caught.value.line == 3


def test_a_large_file_is_read_and_edited_right() -> None:
    """Five megabytes take seconds, not memory or luck."""
    part = "section_%06d:   # sec\n  name: 'value'\n  list:\n    - a   # one\n  nested:\n    key: 1.10\n\n"
    data = "".join(part % i for i in range(60_000)).encode()
    assert len(data) > 5_000_000
    after = added(data)
    assert after == data + b"\nfallback_providers:\n  - provider: zai\n    model: glm-4.6\n".lstrip()


def test_a_document_keeps_its_bytes() -> None:
    """Mark, line ends and all."""
    data = b"\xef\xbb\xbfa: 1\r\nb: \xc3\xa9\r"
    assert Document.parse(data, "x").data == data
