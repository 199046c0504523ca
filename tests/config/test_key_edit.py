"""Single values set and removed by their path, shown by before and after."""

from __future__ import annotations

import pytest
from editing import document, loaded

from hermes_fallback.config.key_edit import _proved, set_values
from hermes_fallback.config.layout import Splice
from hermes_fallback.errors import InvalidFile, UsageError


def changed(before: str, **values: object) -> str:
    """*before* after setting *values*; a double underscore stands for the dot of a path."""
    return set_values(
        document(before), {path.replace("__", "."): value for path, value in values.items()}
    ).decode()


@pytest.mark.parametrize(
    ("before", "values", "after"),
    [
        pytest.param(
            "model:\n    provider: a # c\n    default: 'b'   # d\n    # tail\n\nz: 1\n",
            {"model__provider": "q", "model__default": "no", "model__key_env": "K"},
            "model:\n    provider: q # c\n    default: 'no'   # d\n    key_env: K\n    # tail\n\nz: 1\n",
            id="comments, quotes and indentation stay",
        ),
        pytest.param(
            'model: "some/name"  # main\nx: 1\n',
            {"model__provider": "openrouter"},
            'model:  # main\n  default: "some/name"\n  provider: openrouter\nx: 1\n',
            id="a bare name becomes the default",
        ),
        pytest.param('model: "a"  # c\n', {"model": "b"}, 'model: "b"  # c\n', id="a bare name replaced"),
        pytest.param("", {"fallback__auto_activate": False}, "fallback:\n  auto_activate: false\n", id="empty file"),
        pytest.param(
            "a: 1",
            {"fallback__timeouts__connect": "5s"},
            "a: 1\nfallback:\n  timeouts:\n    connect: 5s",
            id="parents are made",
        ),
        pytest.param(
            "m:\n    n: 1\n",
            {"fallback__patience": "2m"},
            "m:\n    n: 1\nfallback:\n    patience: 2m\n",
            id="in the file's own indentation",
        ),
        pytest.param("fallback: {}  # c\nz: 1\n", {"fallback__retries": 3}, "fallback:  # c\n  retries: 3\nz: 1\n", id="empty braces"),
        pytest.param("fallback:  # c\nz: 1\n", {"fallback__retries": 3}, "fallback:  # c\n  retries: 3\nz: 1\n", id="nothing"),
        pytest.param("fallback: ~\n", {"fallback__retries": 3}, "fallback:\n  retries: 3\n", id="null"),
        pytest.param("m: {a: 1}\n", {"m__b": "x"}, "m: {a: 1, b: x}\n", id="braces"),
        pytest.param('{"m": {"a": 1}}', {"m__b": "x"}, '{"m": {"a": 1, "b": "x"}}', id="JSON"),
        pytest.param(
            '{\n  "a": 1\n}\n', {"b__c": True}, '{\n  "a": 1,\n  "b": {"c": true}\n}\n', id="JSON over lines"
        ),
        pytest.param('{"model": "a"}', {"model__provider": "p"}, '{"model": {"default": "a", "provider": "p"}}', id="JSON name"),
        pytest.param("a: |  # c\n  x\n  y\nb: 1\n", {"a": "z"}, "a: z  # c\nb: 1\n", id="block scalar"),
        pytest.param("a:   # c\nb: 1\n", {"a": 1}, "a: 1   # c\nb: 1\n", id="empty value"),
        pytest.param("a: &x 1\nb: *x\n", {"b": 2}, "a: &x 1\nb: 2\n", id="an alias replaced"),
        pytest.param("l:\n- provider: a\n  model: b # c\n", {"l[0]__model": "x"}, "l:\n- provider: a\n  model: x # c\n", id="in a list"),
        pytest.param("b:\n  c: |\n    hi", {"b__d": 2}, "b:\n  d: 2\n  c: |\n    hi", id="open block scalar"),
        pytest.param("a: 1\r\nm:\r\n  x: 1\r\n", {"m__k": 2}, "a: 1\r\nm:\r\n  x: 1\r\n  k: 2\r\n", id="CRLF"),
        pytest.param(
            "m: &m\n  a: 1\n  b: 2\nn: *m\n", {"m__a": 3}, "m: &m\n  a: 3\n  b: 2\nn: *m\n", id="inside an anchored mapping"
        ),
        pytest.param("d: &d {a: 1}\nm:\n  <<: *d\n", {"m__a": 2}, "d: &d {a: 1}\nm:\n  <<: *d\n  a: 2\n", id="over a merged one"),
    ],
)  # fmt: skip
def test_a_value_is_set_where_it_belongs(before: str, values: dict[str, object], after: str) -> None:
    """The smallest change of text that gives the value, in the file's own style."""
    assert changed(before, **values) == after
    assert changed(after, **values) == after


@pytest.mark.parametrize(
    ("before", "path", "after"),
    [
        ("# top\na: 1\n# about b\nb: 2 # c\nc: 3\n", "b", "# top\na: 1\n# about b\nc: 3\n"),
        ("f:  # c\n  a: true\nz: 1\n", "f__a", "f: {}  # c\nz: 1\n"),
        ("f:\n  a: 1\n  b: 2\n", "f__b", "f:\n  a: 1\n"),
        ("f:\n  a:\n    deep: 1\n    # its own\n  b: 2\n", "f__a", "f:\n  b: 2\n"),
        ("m: {a: 1, b: 2, c: 3}\n", "m__a", "m: {b: 2, c: 3}\n"),
        ("m: {a: 1, b: 2, c: 3}\n", "m__b", "m: {a: 1, c: 3}\n"),
        ("m: {a: 1, b: 2}\n", "m__b", "m: {a: 1}\n"),
        ("m: {a: 1}\n", "m__a", "m: {}\n"),
        ('{\n  "a": 1, \n  "b": 2\n}\n', "b", '{\n  "a": 1 \n}\n'),
        ("a: 1\n", "a", ""),
        ("a: 1\n", "b__c", "a: 1\n"),
    ],
)
def test_none_removes_a_key(before: str, path: str, after: str) -> None:
    """The key goes with its value; comments above it and all other keys stay."""
    assert changed(before, **{path: None}) == after


@pytest.mark.parametrize(
    ("before", "path", "value", "error"),
    [
        ("a: &x\n  b: 1\nc: *x\n", "c__b", 2, InvalidFile),
        ("a: &x 1\nb: *x\n", "a", 2, InvalidFile),
        ("a: &x 1\nb: *x\n", "a", None, InvalidFile),
        ("a:\n  b: 1\n  b: 2\n", "a__b", 3, InvalidFile),
        ("a: !env X\nb: 1\n", "b", 2, InvalidFile),
        ("a: 1\n", "a__b", 2, UsageError),
        ("a:\n  b: 1\n", "a", 2, UsageError),
        ("l: [1]\n", "l[4]__x", 2, UsageError),
        ("a: 1\n", "", 2, UsageError),
        ("a: 1\n", "a..b", 2, UsageError),
    ],
)
def test_what_would_touch_something_else_is_refused(
    before: str, path: str, value: object, error: type[Exception]
) -> None:
    """Shared values, double keys, and paths that lead through a plain value."""
    with pytest.raises(error):
        changed(before, **{path: value})


@pytest.mark.parametrize("value", ["no", "a: b", 1, 2.5, True, "5s", "${X}", "", "x\ny", "é"])
def test_any_scalar_comes_back_with_its_type(value: object) -> None:
    """What is set is what is read."""
    assert loaded(changed("a:\n  b: x\n", a__b=value, c__d=value).encode()) == {
        "a": {"b": value},
        "c": {"d": value},
    }


@pytest.mark.parametrize(
    "wrong",
    [
        "a: 1\nm: {b: 3, c: 1}\n",
        "a: 2\nm: {b: 3}\n",
        "a: 1\nm: {b: 4}\n",
        "m: {b: 3}\n",
        "a: 1\nm: [b]\n",
        "a: [",
    ],
)
def test_a_change_of_anything_else_does_not_pass_the_proof(wrong: str) -> None:
    """Should the writer ever err, its own result is compared with what was meant, and refused."""
    doc = document("a: 1\nm: {b: 2}\n")
    whole = len(doc.source.text)
    assert _proved(doc, [Splice(0, whole, "a: 1\nm: {b: 3}\n")], ("m", "b"), 3).data == b"a: 1\nm: {b: 3}\n"
    with pytest.raises(InvalidFile, match="without touching something else"):
        _proved(doc, [Splice(0, whole, wrong)], ("m", "b"), 3)
