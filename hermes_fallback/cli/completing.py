"""Completing: the words that may stand next on a line, where only the home knows them. The shells' scripts ask.

They have no terminal to complain on: what cannot be told is left unsaid, and the command itself will say why.
Somebody waits at a key, so each kind of word imports what it takes when it is asked for, and reads no more than that.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import islice

from hermes_fallback.cli.options import Options, read_globals
from hermes_fallback.cli.views.visible import visible
from hermes_fallback.config.home import Home, find_home, profile_names
from hermes_fallback.errors import ExitCode, FallbackError
from hermes_fallback.fact import Fact

TYPE_CHECKING = False  # importing `typing` for it takes 4 ms
if TYPE_CHECKING:
    from hermes_fallback.cli.invocation import Invocation
    from hermes_fallback.config.document import Document
    from hermes_fallback.config.settings import Settings
    from hermes_fallback.model.chain import Chain
    from hermes_fallback.model.link import Link
    from hermes_fallback.providers.profile import ProviderProfile

__all__ = ["KINDS", "show_words"]

_MARKS = frozenset("-._:/@+~")
"""What a word may hold beside letters and digits: anything else, some shell would take for its own."""
_TURNS = 20
"""So many of the latest turns are offered."""


class _Line(Fact):
    """The line so far, as a shell's script has read it."""

    environ: Mapping[str, str]
    options: Options
    begun: str
    """The part of the wanted word that is there already."""
    provider: str
    """The provider that the line names, if it does."""

    @property
    def user_home(self) -> str:
        """The folder that `~` stands for."""
        return os.path.expanduser(self.environ.get("HOME") or "~")  # noqa: PTH111 pathlib is slow to import

    @property
    def home(self) -> Home:
        """The home that the line is about."""
        options = self.options
        return find_home(self.environ, home=options.home, profile=options.profile, user_home=self.user_home)

    @property
    def chain(self) -> Chain:
        """The chain of its config alone: to import what reads the rest takes as long as to read it."""
        from hermes_fallback.model.chain import merge

        return merge(*self._document.chain_keys(self._expand))

    @property
    def settings(self) -> Settings:
        """What its config says. No provider and no key is looked at, unlike by a runtime."""
        from hermes_fallback.config.settings import read_settings

        return read_settings(self._document, self._expand)

    @property
    def _document(self) -> Document:
        from hermes_fallback.config.reading import read_document

        home = self.home
        document = read_document(home.config)
        if home.managed is None:
            return document
        from hermes_fallback.config.managed import Managed  # few machines have one

        return Managed.read(home.managed, self.environ).over(document)

    def _expand(self, text: str) -> str:
        if "${" not in text:
            return text
        from hermes_fallback.credentials.environment import Environment  # few configs name a variable

        return Environment.of(self.home.env, self.environ).expand(text)


_Words = Iterable[tuple[str, str]]
"""Words, each with a remark that may be empty."""


def show_words(run: Invocation, asked: Sequence[str]) -> int:
    """Print each word that may stand next on a line of its own, behind a tab the remark that a shell may show.

    *asked* is one of `KINDS`, `--begun=TEXT`, `--provider=NAME`, and the words of the line before the wanted one.
    """
    try:
        words = tuple(_words(run.terminal.environ, asked))
    except FallbackError:
        words = ()
    run.write("\n".join(f"{word}\t{visible(remark)}" if remark else word for word, remark in words))
    return ExitCode.OK


def _words(environ: Mapping[str, str], asked: Sequence[str]) -> _Words:
    match asked:
        # The wanted word is given too, as it may be the value of an option.
        case [kind, begun, provider, *typed] if kind in KINDS and (known := read_globals((*typed, "_"))):
            line = _Line(
                environ=environ,
                options=known[0],
                begun=begun.partition("=")[2],
                provider=provider.partition("=")[2],
            )
            return (each for each in KINDS[kind](line) if _is_plain(each[0]))
    return ()


def _is_plain(word: str) -> bool:
    return not word.startswith("-") and all(char.isalnum() or char in _MARKS for char in word)


def _providers(line: _Line) -> _Words:
    from hermes_fallback.providers.index import ALIASES
    from hermes_fallback.runtime.runtime import Runtime

    registry = Runtime(line.home, line.environ).registry
    names = registry.names()
    if not any(name.startswith(line.begun) for name in names):
        names = tuple(alias for alias in ALIASES if registry.canonical(alias))
    return ((name, "") for name in names)


def _models(line: _Line) -> _Words:
    from hermes_fallback.catalog.cache import cache_folder, recall_all

    profile = _profile(line)
    remembered = recall_all(cache_folder(line.environ), profile.name)
    return ((name, "") for name in dict.fromkeys((*remembered, *profile.default_models)))


def _profile(line: _Line) -> ProviderProfile:
    """The profile of the provider that the line names, else of the primary's."""
    from hermes_fallback.providers.index import FOLDERS
    from hermes_fallback.providers.registry import Registry

    primary = None if line.provider else line.settings.primary
    name = primary.provider if primary else line.provider
    home = line.home
    if name.lower() in FOLDERS:  # no config can give that name to another
        plugins = Registry(home.plugins, home.legacy_plugins, standalone_plugins=home.standalone_plugins)
        return plugins.get(name)
    from hermes_fallback.runtime.runtime import Runtime

    return Runtime(home, line.environ).registry.get(name)


def _links(line: _Line) -> _Words:
    return _names_of([(placed.position, placed.link) for placed in line.chain])


def _all_links(line: _Line) -> _Words:
    from hermes_fallback.config.settings import AUTO

    settings = line.settings
    links = [(0, settings.primary)] if settings.primary else []
    links += [(placed.position, placed.link) for placed in settings.chain]
    return (each for each in _names_of(links) if each[0].partition(":")[0] != AUTO)


def _names_of(links: Sequence[tuple[int, Link]]) -> _Words:
    """Every position, and every name that means one link alone."""
    named = [
        (word, (link.provider.lower(), model), position)
        for position, link in links
        for word, model in ((link.provider, ""), (str(link), link.model.lower()))
    ]
    counts = Counter(meant for _, meant, _ in named)
    yield from ((str(position), str(link)) for position, link in links)
    yield from ((word, f"position {position}") for word, meant, position in named if counts[meant] == 1)


def _positions(line: _Line) -> _Words:
    return ((str(placed.position), str(placed.link)) for placed in line.chain)


def _profiles(line: _Line) -> _Words:
    return ((name, "") for name in profile_names(line.environ, user_home=line.user_home))


def _turns(line: _Line) -> _Words:
    from hermes_fallback.journal.reader import receipts

    latest = islice(receipts(line.home.journal), _TURNS)
    return [("last", "the latest"), *((each.turn, each.outcome) for each in latest)]


def _faults(_: _Line) -> _Words:
    from hermes_fallback.drill.catalogue import CATALOGUE

    return ((name, fault.title) for name, fault in CATALOGUE.items())


KINDS: Mapping[str, Callable[[_Line], _Words]] = {
    "providers": _providers,
    "models": _models,
    "links": _links,
    "all-links": _all_links,
    "positions": _positions,
    "profiles": _profiles,
    "turns": _turns,
    "faults": _faults,
}
"""What can be asked for. `all-links` has the primary too, which cannot be moved or removed."""
