"""Migrations: older and mistaken shapes written the way that is read, where there is no doubt what was meant."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial

from hermes_fallback.config.chain_edit import settle
from hermes_fallback.config.document import CHAIN_KEYS, Document
from hermes_fallback.config.key_edit import set_value, set_values, unset_value
from hermes_fallback.config.layout import Splice, content_end, splice
from hermes_fallback.config.lines import Lines
from hermes_fallback.config.mend import Canonical, entries_in, mend_of, mended
from hermes_fallback.config.values import Expand, find
from hermes_fallback.errors import InvalidFile
from hermes_fallback.model.chain import CURRENT_KEY, LEGACY_KEY, Ignored, RawKey, merge

__all__ = ["Left", "Migrated", "Migration", "migrate"]

_SUMMARY = {
    f"compression.summary_{field}": f"auxiliary.compression.{field}"
    for field in ("provider", "model", "base_url")
}
_OURS = "hermes config migrate"
_UNSET = frozenset({"", "auto"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Migrated:
    """One thing that was written anew; *key* and *line* are its place in the file as it was."""

    key: str
    line: int | None
    what: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Left:
    """One thing that stays as it is though nobody reads it, and what its owner can do."""

    key: str
    line: int | None
    what: str
    hint: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Migration:
    """What a file comes to; *data* are its own bytes where there is nothing to migrate."""

    data: bytes
    migrated: tuple[Migrated, ...]
    left: tuple[Left, ...]


def migrate(document: Document, canonical: Canonical, *, expand: Expand | None = None) -> Migration:
    """*document* with all that can be migrated, and what was left. A second time nothing is left to migrate.

    *canonical* gives a provider's own name for any of its names. *expand* is what the chain is read with; nothing
    is written expanded. `_config_version` decides nothing and is not written: other programs raise it in files
    that they never migrated.

    Raises:
        InvalidFile: Hermes Agent could not load the file, or a chain key stands twice.
    """
    document.check_loadable()
    work = _Work(document, canonical)
    for key in CHAIN_KEYS:
        work.list_text(key)
        work.mend_entries(key)
    work.tell_ignored()
    work.settle(expand)
    work.move_summary()
    return work.result()


class _Work:
    """One document on its way, and what is to be told of it."""

    def __init__(self, document: Document, canonical: Canonical) -> None:
        self._original = self._document = document
        self._canonical = canonical
        self._migrated: list[Migrated] = []
        self._left: list[Left] = []

    def result(self) -> Migration:
        """What it has come to, told in the order of the file."""
        return Migration(
            data=self._document.data,
            migrated=tuple(sorted(self._migrated, key=lambda note: note.line or 0)),
            left=tuple(sorted(self._left, key=lambda note: note.line or 0)),
        )

    def list_text(self, key: str) -> None:
        """A list that stands as text in a string, or one link as a word."""
        text = self._raw(key).value
        entries = entries_in(text, self._canonical) if isinstance(text, str) else None
        if entries is not None:
            what = f"the text in `{key}` is a list now, with {len(entries)} item(s)"
            self._edit(key, partial(set_value, dotted=key, value=entries), what)

    def mend_entries(self, key: str) -> None:
        """Entries that are words, or whose fields are misspelt."""
        value = self._raw(key).value
        for index, entry in enumerate(value if isinstance(value, list) else [value]):
            mend = mend_of(entry, self._canonical)
            if mend is not None:
                path = f"{key}[{index}]" if isinstance(value, list) else key
                self._edit(path, partial(mended, key=key, index=index, mend=mend), mend.what)

    def tell_ignored(self) -> None:
        """What of the chain is still not read."""
        told = {left.key for left in self._left}
        chain = merge(*self._document.chain_keys())
        for each in (*chain.ignored, *self._document.misplaced()):
            entry, _, _ = each.origin.rpartition(".")
            if not (_is_legacy_double(each) or {each.origin, entry} & told):
                self._leave(each.origin, each.what, each.hint)

    def settle(self, expand: Expand | None) -> None:
        """Links under the legacy key, or in a mapping of their own, as a list under the current key."""
        chain = merge(*self._document.chain_keys(expand))
        moves = any(placed.origin == LEGACY_KEY for placed in chain)
        doubles = [each.origin for each in chain.ignored if _is_legacy_double(each)]
        if moves or doubles:
            self._edit(
                LEGACY_KEY,
                partial(_settled, expand=expand),
                f"the links of `{LEGACY_KEY}` stand in `{CURRENT_KEY}` now",
            )
        elif any(placed.path == CURRENT_KEY for placed in chain):
            what = f"the one link of `{CURRENT_KEY}` is a list of one now"
            self._edit(CURRENT_KEY, partial(_settled, expand=expand), what)

    def move_summary(self) -> None:
        """`compression.summary_*`, which nobody reads any more, as `auxiliary.compression.*`; what is set there wins."""
        for old, new in _SUMMARY.items():
            located, standing = self._document.get(old), self._document.get(new)
            if located is None:
                continue
            if isinstance(located.value, (list, Mapping)):
                self._leave(old, "it is no single value", "hermes config edit")
            elif not _is_set(located.value):
                self._edit(old, partial(unset_value, dotted=old), f"dropped `{old}`, which says nothing")
            elif standing is not None and _is_set(standing.value):
                what = f"dropped `{old}`: `{new}` is set"
                self._edit(old, partial(unset_value, dotted=old), what)
            else:
                change = partial(_moved, old=old, new=new, value=located.value)
                self._edit(old, change, f"`{old}` is `{new}` now")

    def _raw(self, key: str) -> RawKey:
        return self._document.chain_keys()[CHAIN_KEYS.index(key)]

    def _edit(self, key: str, change: Callable[[Document], bytes], what: str) -> None:
        """Make *change*; where it is refused, leave what it is about, and say why."""
        try:
            data = change(self._document)
        except InvalidFile as error:
            place = f"`{error.path}` line {error.line}, column {error.column}: "
            self._leave(key, error.what.removeprefix(place), error.hint)
            return
        self._document = Document.parse(data, self._document.path)
        self._migrated.append(Migrated(key=key, line=self._line(key), what=what))

    def _leave(self, key: str, what: str, hint: str | None) -> None:
        if hint and _OURS in hint:  # which is what has just been tried
            hint = "write it as a list of `provider` and `model`: hermes config edit"
        self._left.append(Left(key=key, line=self._line(key), what=what, hint=hint))

    def _line(self, key: str) -> int | None:
        """The line of *key* in the file as it was; of a list that was text, the text's."""
        located = self._original.get(key) or self._original.get(key.partition("[")[0])
        return located.line if located else None


def _settled(document: Document, expand: Expand | None) -> bytes:
    return settle(document, expand=expand).data


def _moved(document: Document, old: str, new: str, value: object) -> bytes:
    """The file with *value* at *new* in place of *old*, and the comment that stood behind it."""
    _, comment = _behind(document, old)
    data = unset_value(Document.parse(set_values(document, {new: value}), document.path), old)
    after = Document.parse(data, document.path)
    end, rest = _behind(after, new)
    if not comment.startswith("#") or rest:
        return data
    commented = after.source.encode(splice(after.source.text, [Splice(end, end, f"  {comment}")]))
    is_alike = Document.parse(commented, document.path).value() == after.value()
    return commented if is_alike else data


def _behind(document: Document, dotted: str) -> tuple[int, str]:
    """Where the value of *dotted* ends, and what else stands on that line."""
    node = document.root
    for key in dotted.split("."):
        pair = find(node.resolved, key) if node else None
        node = pair[1] if pair else None
    text = document.source.text
    end = content_end(text, node) if node else 0
    return end, text[end : Lines(text).end(end)].strip()


def _is_set(value: object) -> bool:
    return str("" if value is None else value).strip().lower() not in _UNSET


def _is_legacy_double(ignored: Ignored) -> bool:
    """True for a legacy link that stands in the chain already."""
    return ignored.origin.startswith(LEGACY_KEY) and ignored.what.startswith("the same link")
