"""Generated configs, generated edits: the values are what was meant, and no byte or comment beside them is lost."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import yaml
from editing import arrange, clear, loaded
from forks import store_in
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hermes_fallback.config.document import Document
from hermes_fallback.config.key_edit import set_values

CHAIN = "fallback_providers"
MODELS = (
    "m-1",
    "vendor/model:free",
    "1e3",
    "yes",
    "a: b",
    "über",
    "x # y",
    "it's",
    "0755",
    "${MODEL}",
    "- m",
    "null",
)
SECTIONS = (
    "model:{c}\n  provider: anthropic{c}\n  default: x   # main\n",
    "base: &base{c}\n  timeout: 30\n  {h}\nuse:\n  <<: *base\n  more: 1\n",
    "text: |{c}\n  fallback_providers:\n    - provider: not-me\n  # no comment\nafter: >-\n  folded\n  text\n",
    "flow: {{a: [1, 2], b: 'x # y'}}{c}\n",
    "{h}\n\n{h}\nlist:\n- a{c}\n- b\n-   c\n",
    "nested:\n    deep:{c}\n        {h}\n        fallback_providers: [a]\n        n: 0x1F\n",
    '"quoted key": "\\u00e9"{c}\n? other\n: 1_000\n',
    "numbers: [1.10, 1e3, 012, 1:30, .inf, ~, yes]{c}\n",
    "empty:{c}\n",
    "date: 2024-01-02{c}\n",
)
examples = settings(deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """A config in three pieces, and which comments of its chain are whose."""

    above: str
    block: str
    below: str
    bom: bool
    newline: str
    owned: tuple[frozenset[str], ...]
    """By entry: the comments that go when it goes."""

    @property
    def data(self) -> bytes:
        return self.encode(self.above + self.block + self.below, whole=True)

    def encode(self, text: str, *, whole: bool = False) -> bytes:
        mark = "\ufeff" if self.bom and whole else ""
        return (mark + text.replace("\n", self.newline)).encode()


class _Notes:
    """Comments, each one of its kind, so that a lost one is known by name."""

    def __init__(self, draw: st.DrawFn) -> None:
        self._draw = draw
        self.made: list[str] = []

    def line(self) -> str:
        self.made.append(f"# note {len(self.made)}.")
        return self.made[-1]

    def tail(self) -> str:
        return self._draw(st.sampled_from(["", "", " ", "   "])) and f"  {self.line()}"

    def above(self, indent: str) -> str:
        return "".join(f"{indent}{self.line()}\n" for _ in range(self._draw(st.sampled_from([0, 0, 1, 2]))))


@st.composite
def configs(draw: st.DrawFn) -> Config:
    """A config as a person may have written it."""
    notes = _Notes(draw)
    chosen = draw(st.lists(st.sampled_from(SECTIONS), unique=True, max_size=5))
    texts = [section.format(c=notes.tail(), h=notes.line()) for section in chosen]
    texts = [text + draw(st.sampled_from(["", "\n", "\n\n"])) for text in texts]
    cut = draw(st.integers(0, len(texts)))
    lead = "# mine\n\n" if draw(st.booleans()) else ""
    block, owned = draw(st.sampled_from([_block, _block, _flow_lines, _flow_run]))(draw, notes)
    return Config(
        above=lead + "".join(texts[:cut]),
        block=block,
        below="".join(texts[cut:]),
        bom=draw(st.booleans()),
        newline=draw(st.sampled_from(["\n", "\r\n"])),
        owned=tuple(owned),
    )


def _fields(draw: st.DrawFn, place: int) -> list[tuple[str, str]]:
    """The keys of an entry with their values as they are written."""
    fields = [
        ("provider", f"p{place}"),
        ("model", _quoted(draw, draw(st.sampled_from(MODELS)))),
        ("base_url", _quoted(draw, f"https://h{place}.example/v1")),
        ("extra", "[1, {a: b}]"),
    ]
    return draw(st.permutations(fields[:2])) + draw(st.lists(st.sampled_from(fields[2:]), unique=True))


def _quoted(draw: st.DrawFn, text: str) -> str:
    style = draw(st.sampled_from(["plain", "'", '"']))
    if style == "plain" and _is_plain(text):
        return text
    return '"' + text + '"' if style == '"' else "'" + text.replace("'", "''") + "'"


def _is_plain(text: str) -> bool:
    """True for a text that is the same without quotes, in brackets too."""
    try:
        return yaml.safe_load(f"[{text}]") == [text]
    except yaml.YAMLError:
        return False


def _block(draw: st.DrawFn, notes: _Notes) -> tuple[str, list[frozenset[str]]]:
    indent, gap = " " * draw(st.sampled_from([0, 2, 4])), " " * draw(st.sampled_from([1, 1, 3]))
    text, owned = f"{CHAIN}:{notes.tail()}\n", []
    for place in range(draw(st.integers(1, 4))):
        known = len(notes.made)
        text += notes.above(indent) + _entry(draw, notes, indent, gap, place)
        owned.append(frozenset(notes.made[known:]))
        text += draw(st.sampled_from(["", "", "\n", f"\n{indent}{notes.line()}\n\n"]))
    return text, owned


def _entry(draw: st.DrawFn, notes: _Notes, indent: str, gap: str, place: int) -> str:
    fields = _fields(draw, place)
    if draw(st.sampled_from([False, False, True])):
        return f"{indent}-{gap}{_flow(fields)}{notes.tail()}\n"
    inner = f"{indent} {gap}"
    lines = [f"{key}: {value}{notes.tail()}\n" for key, value in fields]
    return f"{indent}-{gap}{lines[0]}" + "".join(notes.above(inner) + inner + line for line in lines[1:])


def _flow(fields: Sequence[tuple[str, str]]) -> str:
    return "{" + ", ".join(f"{key}: {value}" for key, value in fields) + "}"


def _flow_lines(draw: st.DrawFn, notes: _Notes) -> tuple[str, list[frozenset[str]]]:
    count = draw(st.integers(1, 4))
    text, owned = f"{CHAIN}: [\n", []
    for place in range(count):
        known = len(notes.made)
        comma = "," if place < count - 1 or draw(st.booleans()) else ""
        text += f"{notes.above('    ')}    {_flow(_fields(draw, place))}{comma}{notes.tail()}\n"
        owned.append(frozenset(notes.made[known:]))
    return text + "  ]\n", owned


def _flow_run(draw: st.DrawFn, notes: _Notes) -> tuple[str, list[frozenset[str]]]:
    entries = [_flow(_fields(draw, place)) for place in range(draw(st.integers(1, 4)))]
    return f"{CHAIN}: [{', '.join(entries)}]{notes.tail()}\n", [frozenset()] * len(entries)


@settings(examples, max_examples=400)
@given(config=configs(), data=st.data())
def test_the_chain_becomes_what_was_asked_for_and_nothing_else_changes(
    config: Config, data: st.DataObject
) -> None:
    """Added, removed and moved entries: values by PyYAML, bytes around the chain, comments of all that stay."""
    old = loaded(config.data)
    new = [
        {"provider": "new", "model": model}
        for model in data.draw(st.lists(st.sampled_from(MODELS), unique=True, max_size=2))
    ]
    order = data.draw(st.permutations([*range(len(config.owned)), *new]))
    order = order[: data.draw(st.integers(0, len(order)))]
    after = arrange(
        _document(config.data), [item if isinstance(item, dict) else f"{CHAIN}[{item}]" for item in order]
    )
    old[CHAIN] = [item if isinstance(item, dict) else old[CHAIN][item] for item in order]
    assert list(loaded(after).items()) == list(old.items())
    _check_around(config, after)
    gone = [owned for place, owned in enumerate(config.owned) if place not in order]
    assert _notes(config.data) - _notes(after) <= frozenset().union(*gone)
    assert arrange(_document(after), [f"{CHAIN}[{place}]" for place in range(len(order))]) == after


@settings(examples, max_examples=100)
@given(config=configs())
def test_a_cleared_chain_is_empty_and_nothing_else_changes(config: Config) -> None:
    """Only what stood in an entry, or belonged to one, is gone."""
    after = clear(_document(config.data))
    assert loaded(after) == loaded(config.data) | {CHAIN: []}
    _check_around(config, after)
    assert _notes(config.data) - _notes(after) <= frozenset().union(*config.owned)


@settings(examples, max_examples=200)
@given(
    config=configs(),
    path=st.sampled_from(
        ["model.default", "nested.deep.n", "flow.b", "empty", "other", "new", "new.er.yet", "use.more"]
    ),
    value=st.sampled_from([*MODELS, True, 7, 2.5, ["a", "b"]]),
)
def test_a_set_key_has_its_value_and_nothing_else_changes(config: Config, path: str, value: object) -> None:
    """Parents are made where missing; every comment stays, and every line but those of the key."""
    after = set_values(_document(config.data), {path: value})
    assert loaded(after) == _with(loaded(config.data), path.split("."), value)
    assert _notes(after) == _notes(config.data)
    before, now = config.data.splitlines(keepends=True), after.splitlines(keepends=True)
    assert len([line for line in before if line.strip() and line not in now]) <= 1


@settings(examples, max_examples=60)
@given(config=configs(), data=st.data())
def test_undo_gives_back_every_byte(config: Config, data: st.DataObject) -> None:
    """Edit after edit on disk, and all the way back."""
    with tempfile.TemporaryDirectory() as folder:
        path, store = Path(folder, "config.yaml"), store_in(Path(folder))
        path.write_bytes(config.data)
        states = [config.data]
        for model in data.draw(st.lists(st.sampled_from(MODELS), unique=True, min_size=1, max_size=3)):
            store.edit(lambda doc: arrange(doc, [{"provider": "new", "model": model}]))  # noqa: B023
            states.append(path.read_bytes())
        for state in reversed(states[:-1]):
            store.undo()
            assert path.read_bytes() == state


def _document(data: bytes) -> Document:
    return Document.parse(data, "config.yaml")


def _check_around(config: Config, after: bytes) -> None:
    """All bytes above and below the chain's block are as they were, its last line break apart."""
    assert after.startswith(config.encode(config.above, whole=True))
    assert after.endswith(config.encode(config.below))
    assert (b"\n" in after.replace(b"\r\n", b"")) == (config.newline == "\n" and b"\n" in after)


def _notes(data: bytes) -> frozenset[str]:
    text = data.decode()
    return frozenset(f"# note {piece.split('.')[0]}." for piece in text.split("# note ")[1:])


def _with(value: dict, steps: Sequence[str], new: object) -> dict:
    """*value* with *new* at *steps*."""
    inner = value.get(steps[0])
    child = new if len(steps) == 1 else _with(inner if isinstance(inner, dict) else {}, steps[1:], new)
    return value | {steps[0]: child}
