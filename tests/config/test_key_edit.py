"""Single values set and removed by their path, shown by before and after."""

from __future__ import annotations

import pytest
from editing import document, loaded

from hermes_fallback.config.key_edit import _proved, set_value, set_values, unset_value
from hermes_fallback.config.layout import Splice
from hermes_fallback.errors import InvalidFile, NotFound, UsageError


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
        ("a: 1\n", "a__b", 2, InvalidFile),
        ("model: m\n", "model[0]", 2, InvalidFile),
        ("a: [1]\n", "a__b", 2, InvalidFile),
        ("a: {b: 1}\n", "a[0]", 2, InvalidFile),
        ("b: &b {s: {x: 1}}\na: {<<: *b}\n", "a__s__x", 2, InvalidFile),
        ("b: &b {s: {x: 1}}\n<<: *b\n", "s__x", 2, InvalidFile),
        ("a:\n# note\n- 1\n", "a", [2], InvalidFile),
        ("a: &a\n- 1\nb: *a\n", "a", [2], InvalidFile),
        ("a: [1]\n", "a", {"b": 1}, UsageError),
        ("a: {b: 1}\n", "a", [1], UsageError),
        ("a: 1\n", "b[1]", 2, NotFound),
        ("a: 1\n", "b[0][1]", 2, NotFound),
        ("a:\n- - 1\n", "a[0][1]", 2, InvalidFile),
        ("a:\n  b: 1\n", "a", 2, UsageError),
        ("l: [1]\n", "l[4]__x", 2, NotFound),
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


LISTS = {
    "an item behind the last": ("l:\n- a # x\n# y\n- b\nz: 1\n", "l[2]", "no", 'l:\n- a # x\n# y\n- b\n- "no"\nz: 1\n'),
    "a mapping behind the last": (
        "l:\n  -   provider: 'a'\n      model: 'b'\n# z\nz: 1\n",
        "l[1]",
        {"provider": "c", "model": "d"},
        "l:\n  -   provider: 'a'\n      model: 'b'\n  -   provider: 'c'\n      model: 'd'\n# z\nz: 1\n",
    ),
    "a key of a new item": ("l:\n- a: 1\n", "l[1].a", 2, "l:\n- a: 1\n- a: 2\n"),
    "a key of an old item": ("l:\n- a: 1\n- b: 1\n", "l[0].c", 2, "l:\n- a: 1\n  c: 2\n- b: 1\n"),
    "in brackets": ("l: [a, b]  # c\n", "l[2]", "d", "l: [a, b, d]  # c\n"),
    "in brackets over lines": ("l: [\n  a, # x\n  b\n]\n", "l[2]", "d", "l: [\n  a, # x\n  b,\n  d\n]\n"),
    "the first of empty brackets": ("l: []  # c\nz: 1\n", "l[0]", "d", "l:  # c\n  - d\nz: 1\n"),
    "the first of nothing": ("x:\n- 1\nl:\nz: 1\n", "l[0].a", "d", "x:\n- 1\nl:\n- a: d\nz: 1\n"),
    "a list that is new": ("z: 1\n", "m.l[0].a", 1, "z: 1\nm:\n  l:\n    - a: 1\n"),
    "a list in a list that is new": ("z: 1\n", "l[0][0]", 1, "z: 1\nl: [[1]]\n"),
    "in JSON": ('{"l": [1]}', "l[1]", {"a": None}, '{"l": [1, {"a": null}]}'),
    "no final newline": ("l:\n- a", "l[1]", "b", "l:\n- a\n- b"),
    "CRLF": ("l:\r\n- a\r\n", "l[1]", "b", "l:\r\n- a\r\n- b\r\n"),
    "a list for a list": ("l:\n- a\n- b\nz: 1\n", "l", ["c"], "l: [c]\nz: 1\n"),
    "entries for a list": ("l:\n- a\nz: 1\n", "l", [{"a": 1}], "l:\n- a: 1\nz: 1\n"),
    "a mapping for a mapping": ("m:\n  a: 1\n  b: {c: 2}\nz: 1\n", "m", {"a": 2}, "m: {a: 2}\nz: 1\n"),
    "braces for braces": ("m: {a: 1}  # c\n", "m", {"b": 2}, "m: {b: 2}  # c\n"),
    "a list for a word": ("l: a  # c\n", "l", ["b"], "l: [b]  # c\n"),
    "entries for a word": ("l: 'a'  # c\nz: 1\n", "l", [{"a": 1}], "l:  # c\n  - a: 1\nz: 1\n"),
    "an item in place": ("l:\n- a: 1\n  b: 2\n- c\n", "l[0]", {"a": 3}, "l:\n- {a: 3}\n- c\n"),
    "null": ("a: 1  # c\n", "a", None, "a: null  # c\n"),
    "one with another type": ("a: [1, true]\n", "a", [True, 1], "a: [true, 1]\n"),
}  # fmt: skip


@pytest.mark.parametrize(("before", "path", "value", "after"), LISTS.values(), ids=LISTS)
def test_lists_grow_by_their_next_item_and_take_whole_values(
    before: str, path: str, value: object, after: str
) -> None:
    """An index one behind the last adds an item; what is so already changes nothing."""
    assert set_value(document(before), path, value).decode() == after
    assert set_value(document(after), path, value).decode() == after


UNSET = {
    "an item": ("l:\n# a\n- a # x\n- b\nz: 1\n", "l[0]", "l:\n- b\nz: 1\n"),
    "the last item": ("l:  # c\n- a\nz: 1\n", "l[0]", "l: []  # c\nz: 1\n"),
    "an item in brackets": ("l: [a, b, c]\n", "l[1]", "l: [a, c]\n"),
    "the last in brackets": ("l: [a]  # c\n", "l[0]", "l: []  # c\n"),
    "the key beside a dash": ("l:\n- a: 1 # x\n  b: 2 # y\n", "l[0].a", "l:\n- b: 2 # y\n"),
    "a key below a dash": ("l:\n- a: 1\n  b: 2\n- c: 3\n", "l[0].b", "l:\n- a: 1\n- c: 3\n"),
    "a null": ("a:\nb: 1\n", "a", "b: 1\n"),
    "nothing there": ("a: [1]\n", "a[1]", "a: [1]\n"),
    "over a merged one": ("b: &b {x: 1}\na:\n  <<: *b\n  x: 2\n", "a.x", "b: &b {x: 1}\na:\n  <<: *b\n"),
}


@pytest.mark.parametrize(("before", "path", "after"), UNSET.values(), ids=UNSET)
def test_unset_takes_a_key_or_an_item_away(before: str, path: str, after: str) -> None:
    """With the comments that are its own, and nothing else."""
    assert unset_value(document(before), path).decode() == after


@pytest.mark.parametrize(
    ("before", "path"),
    [
        ("b: &b {x: 1}\na: {<<: *b}\n", "a.x"),
        ("b: &b {x: 1}\na: *b\n", "a.x"),
        ("l:\n- &a 1\nb: *a\n", "l[0]"),
        ("l:\n- a: 1\n  # about b\n  b: 2\n", "l[0].a"),
        ("l:\n- a: 1\n", "l[0].a"),
        ("l:\n- - 1\n", "l[0][0]"),
    ],
)
def test_unset_of_what_others_need_is_refused_with_its_line(before: str, path: str) -> None:
    """Merged keys, shared values, comments of another key, and the only key of an item."""
    with pytest.raises(InvalidFile) as caught:
        unset_value(document(before), path)
    assert caught.value.line


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
        "l: [a, d]\n",
        "l: [b, a, d]\n",
        "l: [a, b, e]\n",
        "l: [a, b]\n",
        "l: &x [a, b, d]\n",
        "l: [a, b, d]\nz: 1\n",
    ],
)
def test_a_list_with_anything_else_changed_does_not_pass_the_proof(wrong: str) -> None:
    """An item added is the last one, with the value that was meant, and the others are as before."""
    doc = document("l: [a, b]\n")
    whole = len(doc.source.text)
    assert _proved(doc, [Splice(0, whole, "l: [a, b, d]\n")], ("l", 2), "d").data == b"l: [a, b, d]\n"
    with pytest.raises(InvalidFile, match="without touching something else"):
        _proved(doc, [Splice(0, whole, wrong)], ("l", 2), "d")


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
