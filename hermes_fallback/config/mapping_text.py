"""Pairs put into a mapping, or taken out of it, in the mapping's own style and without touching its others."""

from __future__ import annotations

from collections.abc import Sequence

from hermes_fallback.config.document import Document
from hermes_fallback.config.layout import Splice, content_end, lead_start, skip
from hermes_fallback.config.lines import BREAK, Lines
from hermes_fallback.config.style import Style, is_json, scalar
from hermes_fallback.config.tree import Node

__all__ = ["MappingText"]


class MappingText:
    """One mapping of a document, by default its top level; each method returns splices and changes nothing."""

    def __init__(self, document: Document, mapping: Node | None = None, lines: Lines | None = None) -> None:
        self.lines = lines or Lines(document.source.text)
        self._document = document
        self._text = document.source.text
        self._is_root = mapping is None or mapping is document.root
        self._mapping = document.root if mapping is None else mapping

    @property
    def column(self) -> int:
        """Where the keys of a block mapping stand, from 0."""
        mapping = self._mapping
        if mapping is None or not mapping.items:
            return 0
        names = (name.start for name in mapping.items[::2])
        alone = (at for at in names if not self._text[self.lines.start(at) : at].strip(" "))
        return self.lines.column(next(alone, mapping.start))

    @property
    def newline(self) -> str:
        """The line break for lines added at its end."""
        return self.lines.newline(max(self._end() - 1, 0))

    def colon(self, name: Node) -> int:
        """The index behind the colon that follows the key *name*."""
        at = skip(self._text, name.end)
        if self._text[at : at + 1] != ":":
            raise self._document.refusal(
                "a key here has no colon", name, hint="write it as `key: value`: hermes config edit"
            )
        return at + 1

    def span(self, name: Node, stop: int) -> tuple[int, int]:
        """The whole lines from the key *name* to *stop*."""
        start = self.lines.start(name.start)
        if self._text[start : name.start].strip(" ") not in {"", "?"}:
            raise self._document.refusal(
                "a key here shares its line with something else", name, hint="hermes config edit"
            )
        return start, stop

    def append(self, key: str, value: str) -> list[Splice]:
        """The pair `key: value` at the end; *value* is one line of text."""
        if self._mapping is not None and self._mapping.flow:
            return self.append_flow(key, value)
        return self.append_lines(f"{' ' * self.column}{scalar(key, Style())}: {value}")

    def append_lines(self, text: str) -> list[Splice]:
        """*text*, whole lines without the last break, at the end of a block mapping."""
        if self._ends_in_open_scalar():
            return self._insert_above_last(text)
        at, newline = self._end(), self.newline
        starts_line = at == 0 or BREAK.fullmatch(self._text[at - 1]) is not None
        blank = newline if self._is_root and self._sets_apart(at) else ""
        if starts_line:
            return [Splice(at, at, blank + text + newline)]
        closes = newline if self._document.tree.ends_at is not None and self._is_root else ""
        return [Splice(at, at, newline + blank + text + closes)]

    def append_flow(self, key: str, value: str) -> list[Splice]:
        """The pair `key: value` at the end of a mapping in braces."""
        mapping = self._mapping
        if mapping is None:
            return []
        pair = f"{scalar(key, Style(json=is_json(mapping) or is_json(self._document.root)))}: {value}"
        if not mapping.items:
            opening = self._text.index("{", mapping.start) + 1
            return [Splice(opening, opening, pair)]
        name, last = mapping.items[-2:]
        end = max(content_end(self._text, last), name.end)
        indent = self._text[self.lines.start(name.start) : name.start]
        behind = skip(self._text, end)
        comma = self._text[behind] == ","
        next_line = self.lines.after(behind if comma else end)
        if indent.strip() or next_line >= mapping.end:
            return [Splice(end, end, f", {pair}")]
        added = Splice(next_line, next_line, f"{indent}{pair}{',' if comma else ''}{self.newline}")
        return [added] if comma else [Splice(end, end, ","), added]

    def below(self, name: Node, value: Node, texts: Sequence[str]) -> list[Splice]:
        """*texts* as the lines of the value of *name*, in place of the one-line *value*; a comment there stays."""
        after = self.lines.after(max(content_end(self._text, value), self.colon(name)))
        return [*self._without(name, value), self.put(after, after, texts, self.lines.newline(name.start))]

    def put(self, start: int, stop: int, texts: Sequence[str], newline: str) -> Splice:
        """*texts* as whole lines from *start* to *stop*; a last line without a break stays without."""
        text = newline.join(texts)
        if start and not self.lines.ending(start - 1):
            return Splice(start, stop, newline + text)
        ends_open = stop == len(self._text) > start and not self.lines.ending(stop - 1)
        return Splice(start, stop, text + ("" if ends_open else newline))

    def _without(self, name: Node, value: Node) -> list[Splice]:
        """The value's text gone, and the blanks before it, down to the colon."""
        if value.bare:
            return []
        colon = self.colon(name)
        between = self._text[colon : value.start]
        start = value.start - (len(between) - len(between.rstrip(" \t"))) if between.strip() else colon
        return [Splice(start, content_end(self._text, value), "")]

    def remove(self, name: Node, value: Node) -> list[Splice]:
        """The pair gone from a mapping in braces, with one comma."""
        items = self._mapping.items if self._mapping else []
        place = items.index(name)
        end = max(content_end(self._text, value), name.end)
        behind = skip(self._text, end)
        comma_follows = self._text[behind] == ","
        stop = behind + 1 if comma_follows else end
        start, line_stop = self.lines.start(name.start), self.lines.after(stop)
        alone = not self._text[start : name.start].strip() and self._is_comment(stop, line_stop)
        if comma_follows:
            following = items[place + 2].start if place + 2 < len(items) else stop
            return [Splice(start, line_stop, "") if alone else Splice(name.start, following, "")]
        if place == 0:
            return [Splice(start, line_stop, "") if alone else Splice(name.start, end, "")]
        comma = self._text.index(",", max(content_end(self._text, items[place - 1]), items[place - 2].end))
        if alone:
            return [Splice(comma, comma + 1, ""), Splice(start, line_stop, "")]
        return [Splice(comma, end, "")]

    def _is_comment(self, start: int, stop: int) -> bool:
        """True when the rest of a line holds nothing, or a comment."""
        rest = self._text[start:stop].strip()
        return not rest or rest.startswith("#")

    def _end(self) -> int:
        """Where lines are added: behind the last pair, or at the end of the document."""
        if self._is_root or self._mapping is None:
            ends_at = self._document.tree.ends_at
            return len(self._text) if ends_at is None else ends_at
        return self.lines.after(max(content_end(self._text, self._mapping), self._mapping.items[-2].end))

    def _ends_in_open_scalar(self) -> bool:
        """True when the text ends within a block scalar, where every added character would become content."""
        node = self._mapping
        while node is not None and node.items and not node.flow:
            node = node.items[-1]
        end = self._end()
        in_scalar = node is not None and node.style in ("|", ">")
        return in_scalar and end == len(self._text) and not self._text.endswith(("\n", "\r"))

    def _insert_above_last(self, text: str) -> list[Splice]:
        if self._mapping is None:
            return []
        name = self._mapping.items[-2]
        at, _ = self.span(name, 0)
        return [Splice(at, at, text + self.lines.newline(name.start))]

    def _sets_apart(self, at: int) -> bool:
        """True when the file separates its sections by blank lines and none stands before *at* yet."""
        names = self._mapping.items[2::2] if self._mapping else []
        starts = (lead_start(self.lines, self.lines.start(name.start), 0) for name in names)
        return any(map(self._below_blank, starts)) and not self._below_blank(at)

    def _below_blank(self, index: int) -> bool:
        above = self.lines.start(index - 1) if index else 0
        return index == self.lines.start(index) and index > 0 and not self._text[above:index].strip()
