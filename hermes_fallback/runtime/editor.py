"""Edits of the chain and of the primary: each one locked, minimal, and undone with `config undo`."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from hermes_fallback.config.chain_edit import arrange, clear
from hermes_fallback.config.chain_plan import link_of
from hermes_fallback.config.document import CHAIN_KEYS, Document
from hermes_fallback.config.key_edit import set_value, set_values, unset_value
from hermes_fallback.config.keypath import join
from hermes_fallback.config.store import Edited
from hermes_fallback.errors import InvalidFile, UsageError
from hermes_fallback.model.chain import Chain, Entry, Ignored, read_link
from hermes_fallback.model.link import Identity, Link
from hermes_fallback.model.route import Resolution
from hermes_fallback.runtime.fields import checked_fields, fields_of
from hermes_fallback.runtime.runtime import ChainReport, Runtime, error_of
from hermes_fallback.runtime.selector import select

__all__ = ["ChainEdit", "Editor"]

Order = list[str | Mapping[str, object]]
"""The links of the new chain: the path of an entry that stands already, or the fields of a new one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChainEdit:
    """What an edit did, or with *dry_run* would have done, and the chain as it is then."""

    changed: bool
    dry_run: bool
    diff: str
    report: ChainReport
    position: int | None = None
    """Where the added or moved link stands."""
    dropped: tuple[Ignored, ...] = ()
    """Entries we do not understand that `clear` emptied too."""
    warnings: tuple[str, ...] = ()


class Editor:
    """Edits the chain of a runtime's home. Every edit reads the file afresh under its lock."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime

    def prepare(self, given: Mapping[str, object | None]) -> tuple[dict[str, object], Resolution]:
        """The fields of a link to add, checked and with the provider's own name, and what it resolves to.

        Raises:
            NotFound: the provider is unknown.
            UsageError: a value cannot be.
        """
        fields = checked_fields(given)
        fields["provider"] = self._runtime.registry.get(str(fields["provider"])).name
        link = read_link(Entry(fields, "the new link"))
        if isinstance(link, Ignored):
            raise UsageError(f"the new link has {link.what}", hint=link.hint)
        resolver = self._runtime.resolver(self._runtime.settings)
        return fields, resolver.resolve(link, position=len(self._runtime.settings.chain) + 1)

    def add(
        self,
        given: Mapping[str, object | None],
        *,
        at: int | None = None,
        force: bool = False,
        dry_run: bool = False,
    ) -> ChainEdit:
        """Add a link, last or at position *at*. One that stands already changes nothing.

        Raises:
            NotFound: the provider is unknown.
            UsageError: a value cannot be, *at* is outside the chain, or the link is the primary.
            CredentialError: the link is not ready, and *force* is off.
        """
        fields, resolution = self.prepare(given)
        self._refuse_primary(resolution.link)
        standing = self._standing(resolution.link)
        if standing is None and resolution.problem and not force:
            raise error_of(resolution.problem, why="a link that is not ready is of no use in an outage")
        edited = self._arrange(lambda chain: _inserted(chain, fields, resolution.link, at), dry_run=dry_run)
        return self._result(edited, dry_run=dry_run, position=standing or at, added=resolution.link)

    def remove(self, words: Sequence[str], *, dry_run: bool = False) -> ChainEdit:
        """Remove the links that *words* name.

        Raises:
            NotFound: a word names none.
            UsageError: a word names several.
        """
        edited = self._arrange(lambda chain: self._without(chain, words), dry_run=dry_run)
        return self._result(edited, dry_run=dry_run)

    def move(self, word: str, to: int, *, dry_run: bool = False) -> ChainEdit:
        """Move the link that *word* names to position *to*; the others close up."""
        edited = self._arrange(lambda chain: self._moved(chain, word, to), dry_run=dry_run)
        return self._result(edited, dry_run=dry_run, position=to)

    def clear(self, *, dry_run: bool = False) -> ChainEdit:
        """Empty the chain, entries we do not understand too; `dropped` lists those."""
        dropped = self._runtime.settings.chain.no_links
        edited = self._runtime.edit(self._cleared, dry_run=dry_run)
        return self._result(edited, dry_run=dry_run, dropped=dropped if edited.changed else ())

    def apply(self, wanted: object, *, source: str, dry_run: bool = False) -> ChainEdit:
        """Make the chain equal to *wanted*, a list of links as config.yaml has them; *source* names it in errors.

        A link that stands already keeps its text and comments, but for fields that differ. Readiness is not asked for.

        Raises:
            InvalidFile: *wanted* is not a list of links.
            NotFound: a provider is unknown.
        """
        entries = [self._wanted(entry) for entry in _entries_of(wanted, source)]
        edited = self._runtime.edit(lambda document: self._applied(document, entries), dry_run=dry_run)
        return self._result(edited, dry_run=dry_run)

    def set_primary(self, given: Mapping[str, object | None], *, dry_run: bool = False) -> ChainEdit:
        """Make a link the primary model. A setting of the old primary that was not given anew goes with it.

        Raises:
            NotFound: the provider is unknown.
            UsageError: a value cannot be.
        """
        fields, _ = self.prepare(given)
        fields["default"] = fields.pop("model")
        stale = (
            "model",
            "name",
            "api",
            "api_key",
            "api_key_env",
            "api_base",
            "base_url",
            "key_env",
            "api_mode",
            "context_length",
            "cost",
            "zone",
            "auth_mode",
            "entra",
        )
        order = ("provider", "default", *fields)
        values: dict[str, object | None] = {f"model.{name}": fields[name] for name in order}
        values |= {f"model.{name}": None for name in stale if name not in fields}
        return self._result(self._set(values, dry_run=dry_run), dry_run=dry_run)

    def set_auto_activate(self, *, on: bool, dry_run: bool = False) -> ChainEdit:
        """Set `fallback.auto_activate`: whether a failure switches without asking."""
        return self._result(self._set({"fallback.auto_activate": on}, dry_run=dry_run), dry_run=dry_run)

    def set_store(self, store: str) -> ChainEdit:
        """Set `fallback.store`: where new keys go without asking."""
        return self._result(self._set({"fallback.store": store}, dry_run=False), dry_run=False)

    def _set(self, values: Mapping[str, object | None], *, dry_run: bool) -> Edited:
        def change(document: Document) -> bytes:
            self._runtime.refuse_managed(document, *values)
            return set_values(document, values)

        return self._runtime.edit(change, dry_run=dry_run)

    def _cleared(self, document: Document) -> Document:
        self._runtime.refuse_managed(document, *CHAIN_KEYS)
        return clear(document)

    def _arrange(self, order: Callable[[Chain], Order | None], *, dry_run: bool) -> Edited:
        """Edit the chain into what *order* makes of it as it stands under the lock; None leaves it alone."""

        def change(document: Document) -> Document:
            wanted = order(self._runtime.chain_of(document))
            if wanted is None:
                return document
            self._runtime.refuse_managed(document, *CHAIN_KEYS)
            return arrange(document, wanted, expand=self._runtime.environment.expand)

        return self._runtime.edit(change, dry_run=dry_run)

    def _without(self, chain: Chain, words: Sequence[str]) -> Order:
        gone = {self._select(chain, word) for word in words}
        return [placed.path for placed in chain if placed.position not in gone]

    def _moved(self, chain: Chain, word: str, to: int) -> Order | None:
        position = self._select(chain, word)
        _check_position(to, last=len(chain))
        if position == to:
            return None
        order: Order = [placed.path for placed in chain]
        order.insert(to - 1, order.pop(position - 1))
        return order

    def _select(self, chain: Chain, word: str) -> int:
        links = [(placed.position, placed.link) for placed in chain]
        return select(word, links, self._runtime.registry.canonical)

    def _standing(self, link: Link) -> int | None:
        placed = self._runtime.settings.chain.find(link)
        return placed.position if placed else None

    def _refuse_primary(self, link: Link) -> None:
        primary = self._runtime.first()
        resolver = self._runtime.resolver(self._runtime.settings)
        if primary and resolver.target(primary.link) == resolver.target(link):
            raise UsageError(
                f"`{link}` is the primary",
                why="falling back to what has just failed helps nobody",
                hint="choose another provider or model",
                kind="equals-primary",
            )

    def _wanted(self, entry: Mapping[str, object]) -> Mapping[str, object]:
        profile = self._runtime.registry.get(str(entry["provider"]).strip())
        return {**entry, "provider": profile.name}

    def _applied(self, document: Document, wanted: Sequence[Mapping[str, object]]) -> Document:
        self._runtime.refuse_managed(document, *CHAIN_KEYS)
        chain = self._runtime.chain_of(document)
        standing = {self._target(placed.link): placed.path for placed in reversed(chain.links)}
        order: Order = []
        for entry in wanted:
            link = link_of(entry, self._runtime.environment.expand)
            path = None if isinstance(link, Ignored) else standing.get(self._target(link))
            if path is None:
                _refuse_key(entry)
            else:
                document = self._fitted(document, path, entry)
            order.append(path or entry)
        if order == [placed.path for placed in chain]:
            return document
        return arrange(document, order, expand=self._runtime.environment.expand)

    def _target(self, link: Link) -> Identity:
        """What a link is known by, whichever of its names its provider goes by."""
        name = self._runtime.registry.canonical(link.provider)
        return link.but(provider=name or link.provider).identity

    def _fitted(self, document: Document, path: str, wanted: Mapping[str, object]) -> Document:
        """*document* with the fields of *wanted* in the entry at *path*; what means the same keeps its words."""
        located = document.get(path)
        entry = dict(located.value) if located and isinstance(located.value, Mapping) else {}
        for name in dict.fromkeys((*entry, *wanted)):
            was, now = entry.get(name), wanted.get(name)
            if was == now or (name == "provider" and self._is_same(was, now)):
                continue
            if name == "api_key":
                _refuse_key(wanted)
            key = f"{path}.{join((name,))}"
            data = unset_value(document, key) if now is None else set_value(document, key, now)
            document = Document.parse(data, document.path)
        return document

    def _is_same(self, one: object, other: object) -> bool:
        canonical = self._runtime.registry.canonical
        return canonical(str(one)) == canonical(str(other))

    def _result(
        self,
        edited: Edited,
        *,
        dry_run: bool,
        position: int | None = None,
        added: Link | None = None,
        dropped: tuple[Ignored, ...] = (),
    ) -> ChainEdit:
        report = self._runtime.report(edited.after)
        if added and position is None and (placed := report.chain.find(added)):
            position = placed.position
        return ChainEdit(
            changed=edited.changed,
            dry_run=dry_run,
            diff=edited.diff,
            report=report,
            position=position,
            dropped=dropped,
            warnings=edited.warnings,
        )


def _inserted(chain: Chain, fields: Mapping[str, object], link: Link, at: int | None) -> Order | None:
    if chain.find(link):
        return None
    if at is not None:
        _check_position(at, last=len(chain) + 1)
    order: Order = [placed.path for placed in chain]
    order.insert(len(order) if at is None else at - 1, fields)
    return order


def _check_position(position: int, *, last: int) -> None:
    if not 1 <= position <= last:
        raise UsageError(
            f"there is no position {position}",
            why="position 0 is the primary" if position == 0 else None,
            hint=f"use 1 to {last}" if last else "the chain is empty",
            kind="bad-position",
        )


def _entries_of(wanted: object, source: str) -> list[Mapping[str, object]]:
    """The links of *wanted*, each known to be one; a mapping with the key alone is understood too."""
    if isinstance(wanted, Mapping) and set(wanted) == {"fallback_providers"}:
        wanted = wanted["fallback_providers"]
    if not isinstance(wanted, list):
        raise InvalidFile(
            f"{source} does not hold a list of links",
            path=source,
            hint="write `- provider: …` and `model: …` for each link, or `[]` for none",
        )
    for index, item in enumerate(wanted):
        link = read_link(Entry(item, f"entry {index + 1}"))
        if isinstance(link, Ignored):
            raise InvalidFile(f"{link.origin} of {source}: {link.what}", path=source, hint=link.hint)
        plain = {name: value for name, value in fields_of(link).items() if "${" not in str(value)}
        checked_fields(plain)
    return wanted


def _refuse_key(entry: Mapping[str, object]) -> None:
    """A key that is not in the config already is not written to it; a `${VAR}` is none."""
    key = str(entry.get("api_key") or "")
    if key and not (key.startswith("${") and key.endswith("}")):
        raise UsageError(
            f"the link `{entry['provider']}:{entry['model']}` holds a key",
            why="it would be written to config.yaml for all to read",
            hint="put it into .env, and name its variable with `key_env` in place of `api_key`",
            kind="inline-key",
        )
