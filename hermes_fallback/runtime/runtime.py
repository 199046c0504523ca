"""Runtime: a home opened once. Its config, its providers and its keys, and what they come to."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from functools import cached_property

from hermes_fallback.config.document import Document
from hermes_fallback.config.home import Home, find_home
from hermes_fallback.config.reading import read_document
from hermes_fallback.config.settings import AUTO, Settings, read_settings
from hermes_fallback.credentials.environment import Environment
from hermes_fallback.errors import CredentialError, FallbackError, NotFound, UsageError
from hermes_fallback.fact import Fact
from hermes_fallback.model.chain import Chain, Placed, merge
from hermes_fallback.model.credential import Problem
from hermes_fallback.model.endpoint import Endpoint, Named
from hermes_fallback.model.link import Link
from hermes_fallback.model.route import Resolution, Route
from hermes_fallback.providers.registry import Registry
from hermes_fallback.runtime.resolver import Resolver
from hermes_fallback.runtime.stores import HomeStores
from hermes_fallback.secret import Secret

TYPE_CHECKING = False  # importing `typing` for it takes 4 ms
if TYPE_CHECKING:
    from pathlib import Path

    from hermes_fallback.config.effective import Difference
    from hermes_fallback.config.managed import Managed
    from hermes_fallback.config.store import Change, ConfigStore, Edited
    from hermes_fallback.model.limits import Policy
    from hermes_fallback.model.receipt import Skipped
    from hermes_fallback.runtime.plan import Plan
    from hermes_fallback.runtime.readiness import Readiness
    from hermes_fallback.runtime.turns import Turns
    from hermes_fallback.state.protocol import State

__all__ = ["ChainReport", "Runtime", "error_of", "nothing_ready"]


class ChainReport(Fact):
    """The effective chain: every link with what it resolves to. `list` draws it; edits return it."""

    config: str
    settings: Settings
    primary: Resolution | None
    links: tuple[tuple[Placed, Resolution], ...]

    @property
    def chain(self) -> Chain:
        """The chain as merged, ignored entries included."""
        return self.settings.chain

    @property
    def resolutions(self) -> tuple[Resolution, ...]:
        """What became of every link, the primary's first."""
        primary = (self.primary,) if self.primary else ()
        return (*primary, *(resolution for _, resolution in self.links))


class Runtime:
    """One home, read at most once; a command opens one and throws it away."""

    def __init__(self, home: Home, environ: Mapping[str, str]) -> None:
        self.home = home
        self._environ = environ

    @classmethod
    def open(
        cls,
        home: str | Path | None = None,
        *,
        profile: str | None = None,
        environ: Mapping[str, str] | None = None,
    ) -> Runtime:
        """The runtime of *home*, else of *profile*, else of `HERMES_HOME`, else of `~/.hermes`.

        Raises:
            FallbackError: the profile is unknown, or the home is not a folder.
        """
        environ = os.environ if environ is None else environ
        user_home = os.path.expanduser(environ.get("HOME") or "~")
        found = find_home(
            environ, home=None if home is None else str(home), profile=profile, user_home=user_home
        )
        return cls(found, environ)

    @cached_property
    def registry(self) -> Registry:
        """The providers known to this home: the bundled ones, plugins, and the endpoints its config names.

        Raises:
            FallbackError: config.yaml cannot be read.
        """
        return self._plugins.naming(self.settings)

    def registry_of(self, document: Document) -> Registry:
        """The providers that are known where *document* is the config, be its chain readable or not."""
        from hermes_fallback.config.endpoints import read_disabled, read_endpoints  # a listing may need none

        expand = self.environment.expand
        return self._plugins.naming(Named(read_endpoints(document, expand), read_disabled(document, expand)))

    @cached_property
    def _plugins(self) -> Registry:
        return Registry(
            self.home.plugins, self.home.legacy_plugins, standalone_plugins=self.home.standalone_plugins
        )

    @cached_property
    def environment(self) -> Environment:
        """Variables as this home sees them: the managed `.env` first, then its own, then the process."""
        managed = f"{self.home.managed}/.env" if self.home.managed else None
        return Environment.of(self.home.env, self._environ, managed=managed)

    @cached_property
    def managed(self) -> Managed | None:
        """What is laid down for this machine and wins over config.yaml, or None."""
        if self.home.managed is None:
            return None
        from hermes_fallback.config.managed import Managed  # few machines have one

        return Managed.read(self.home.managed, self._environ)

    @cached_property
    def store(self) -> ConfigStore:
        """Where config.yaml is read and edited."""
        from hermes_fallback.config.store import ConfigStore  # a listing edits nothing

        return ConfigStore(self.home.config, self.home.backups, guard=self._allow)

    @cached_property
    def state(self) -> State:
        """What is benched, learnt and counted in this home, shared with every other process.

        Raises:
            UsageError: it shall be kept where it cannot be yet.
        """
        from hermes_fallback.runtime.credential_states import (
            open_shared_state,  # a listing asks nobody's health
        )

        return open_shared_state(self.home.state, self.settings.policy.state)

    @cached_property
    def document(self) -> Document:
        """config.yaml, as of the first look."""
        return read_document(self.home.config)

    def edit(self, change: Change, *, dry_run: bool = False) -> Edited:
        """config.yaml with *change* made, as `ConfigStore.edit` does it."""
        return self.store.edit(change, dry_run=dry_run, seen=self.document)

    @cached_property
    def settings(self) -> Settings:
        """What config.yaml says, as of the first look."""
        return self.settings_of(self.document)

    def chain_of(self, document: Document) -> Chain:
        """The chain that *document* says below the managed layer; the rest of it may be anything."""
        counts = self.managed.over(document) if self.managed else document
        return merge(*counts.chain_keys(self.environment.expand))

    def settings_of(self, document: Document) -> Settings:
        """What *document* says below the managed layer, its `${VAR}` expanded."""
        if self.managed is None:
            return read_settings(document, self.environment.expand)
        from hermes_fallback.config.managed import passed_over  # as above

        settings = read_settings(self.managed.over(document), self.environment.expand)
        faults = [passed_over(each) for each in (self.managed.fault, self.environment.fault) if each]
        return settings.but(chain=Chain(settings.chain.links, (*settings.chain.ignored, *faults)))

    def differences(self) -> tuple[Difference, ...]:
        """Where config.yaml is not what counts, key by key.

        Raises:
            FallbackError: it cannot be read.
        """
        from hermes_fallback.config.effective import Ways, differences  # only for who asks

        own = read_document(self.home.config)
        own.check_loadable()
        effective = self.managed.over(own) if self.managed else own
        ways = Ways(
            expand=self.environment.expand, place_of=self._place_of, canonical=self.registry.canonical
        )
        return differences(own, effective, self.settings_of(own), ways)

    def _place_of(self, variable: str) -> str | None:
        found = self.environment.get(variable)
        return self.environment.places(variable)[found.source] if found else None

    def refuse_managed(self, document: Document, *keys: str) -> None:
        """Nothing, when none of the dotted *keys* of *document* is set by the managed layer.

        Raises:
            InvalidFile: one is; names the file.
        """
        if self.managed:
            self.managed.refuse(document, *keys)

    def refuse_read_only(self) -> None:
        """Nothing, when this install may be changed by hand.

        Raises:
            InvalidFile: HERMES_MANAGED says that it may not.
        """
        from hermes_fallback.config.managed import refuse_read_only  # a listing edits nothing

        refuse_read_only(self._environ)

    def _allow(self, edited: Edited) -> None:
        self.refuse_read_only()
        if self.managed:
            self.managed.refuse_edit(edited.old, edited.new, edited.path)

    def resolver(self, settings: Settings) -> Resolver:
        """A resolver that knows the endpoints and trusts the hosts that *settings* names."""
        return Resolver(
            self._plugins.naming(settings),
            self.environment,
            trust=settings.trust,
            primary=settings.primary,
            stores=HomeStores(self.home, self.environment, self._environ, settings.imports),
            setting=settings.text,
        )

    def endpoint(
        self,
        provider: str,
        *,
        base_url: str | None = None,
        key_env: str | None = None,
        api_key: Secret | None = None,
        auth_mode: str | None = None,
    ) -> Endpoint | Problem:
        """Where *provider* is reached and with which key, before any model is chosen; or what is in the way.

        *api_key* is one that is stored nowhere yet.
        """
        link = Link(
            provider=provider,
            model="",
            base_url=base_url,
            key_env=key_env,
            api_key=api_key,
            auth_mode=auth_mode,
        )
        return self.resolver(self.settings).endpoint(link)

    def endpoints(self, provider: str) -> Sequence[Endpoint]:
        """Where *provider* is reached with each credential there is; none where something is in the way."""
        found = self.resolver(self.settings).endpoints(Link(provider=provider, model=""))
        return () if isinstance(found, Problem) else found

    def readiness(self, name: str) -> Readiness:
        """Whether a link to the provider *name* would have what it needs now.

        Raises:
            NotFound: no provider answers to it.
            InvalidPlugin: the plugin that would answer to it is broken.
        """
        from hermes_fallback.runtime.readiness import readiness_of  # a listing asks links, not providers

        return readiness_of(name, self.registry, self.resolver(self.settings))

    def all_readiness(self) -> tuple[Readiness, ...]:
        """The same of every provider whose profile loads, those that are ready first."""
        from hermes_fallback.runtime.readiness import readiness_of  # as above

        resolver = self.resolver(self.settings)
        known = [readiness_of(each.name, self.registry, resolver) for each in self.registry.profiles()]
        return tuple(sorted(known, key=lambda each: each.problem is not None))

    def report(self, document: Document | None = None) -> ChainReport:
        """The effective chain of *document* (default: config.yaml), each link resolved."""
        settings = self.settings if document is None else self.settings_of(document)
        resolver = self.resolver(settings)
        primary = resolver.resolve(settings.primary, position=0) if settings.primary else None
        links = tuple(
            (placed, resolver.resolve(placed.link, position=placed.position)) for placed in settings.chain
        )
        return ChainReport(config=self.home.config, settings=settings, primary=primary, links=links)

    def plan(
        self,
        *,
        provider: str | None = None,
        model: str | None = None,
        fallback: bool = True,
        skip: Sequence[str | int] = (),
    ) -> Plan:
        """The routes a conversation may take, in order; what is not ready is passed over and said.

        Raises:
            FallbackError: nothing at all is ready; the error is that of the first link.
        """
        from hermes_fallback.runtime.classify_rules import read_rules  # a listing plans no conversation
        from hermes_fallback.runtime.plan import Plan
        from hermes_fallback.runtime.selector import select

        settings = self.settings
        _refuse_unavailable(settings.policy)
        first = self.first(provider, model)
        links = self._links(settings, first, fallback=fallback and settings.enabled)
        skipped_by_hand = {select(word, links, self.registry.canonical) for word in skip}
        resolver = self.resolver(settings)
        resolutions = [resolver.resolve(link, position=at) for at, link in links if at not in skipped_by_hand]
        routes = tuple(route for done in resolutions for route in _insisted(done, provider))
        skipped = [_left_out(link, at) for at, link in links if at in skipped_by_hand]
        skipped += [
            _skipped(done.link, done.position, done.problem.what) for done in resolutions if done.problem
        ]
        if not routes:
            raise nothing_ready(resolutions, chosen_away=bool(skipped_by_hand))
        return Plan(
            routes=routes,
            skipped=tuple(sorted(skipped, key=lambda each: each.position)),
            limits=settings.limits,
            policy=settings.policy,
            rules=read_rules(self.home.state)[0],
            turns=self._turns(settings),
            folder=self.home.state,
            may_switch=settings.auto_activate,
            stands_in=any(done.problem and done.position < routes[0].position for done in resolutions),
        )

    def _turns(self, settings: Settings) -> Turns | None:
        if not settings.strategies:
            return None
        from hermes_fallback.credentials.auth_file import AuthFile  # few homes let credentials take turns
        from hermes_fallback.runtime.turns import Turns

        return Turns(AuthFile(self.home.auth), settings.strategies)

    def primary(self, provider: str | None = None, model: str | None = None) -> Link | None:
        """The primary, with *provider* and *model* in place of the configured ones where they are given.

        A chosen provider that stands in the config keeps its own settings there (base_url, key_env, model). Where
        nobody names a provider, it is the one that was chosen for the primary.

        Raises:
            NotFound: the provider is unknown.
            UsageError: no model is known for the chosen provider.
        """
        first = self.first(provider, model)
        return first.link if first else None

    def first(self, provider: str | None = None, model: str | None = None) -> Resolution | None:
        """What the primary resolves to; *provider* and *model* as for `primary`, and the same errors."""
        link = self._wanted(provider, model)
        return self.resolver(self.settings).resolve(link, position=0) if link else None

    def _wanted(self, provider: str | None, model: str | None) -> Link | None:
        configured = self.settings.primary
        if provider is None:
            if model is None or configured is None:
                return _need_provider(configured, model)
            return configured.but(model=model)
        name = self.registry.get(provider).name
        known = [configured] if configured else []
        known += [placed.link for placed in self.settings.chain]
        base = next((link for link in known if self.registry.canonical(link.provider) == name), None)
        if base is not None:
            return base.but(model=model or base.model)
        if model is None and configured and configured.provider == AUTO:
            model = configured.model
        if model is None:
            raise UsageError(
                f"no model for `{name}`", hint="name a model after it, or with --model", kind="missing-model"
            )
        return Link(provider=name, model=model)

    def _links(
        self, settings: Settings, first: Resolution | None, *, fallback: bool
    ) -> list[tuple[int, Link]]:
        links = [(0, first.link)] if first else []
        if fallback:
            taken = first.link.identity if first else None
            links += [
                (placed.position, placed.link) for placed in settings.chain if placed.link.identity != taken
            ]
        return links


def _need_provider(configured: Link | None, model: str | None) -> Link | None:
    if model is not None and configured is None:
        raise UsageError(
            f"`{model}` has no provider",
            why="no primary is configured",
            hint="add --provider PROVIDER",
            kind="missing-provider",
        )
    return configured


def _refuse_unavailable(policy: Policy) -> None:
    """Nothing, when all that *policy* asks for can be had.

    Raises:
        UsageError: a cap on what a day costs is set, and could not be held.
    """
    if policy.max_usd_per_day is not None:
        raise UsageError(
            "`fallback.spend.max_usd_per_day` is not available yet",
            why="what is spent is not counted yet, and a cap that is not held is none",
            hint="remove it, or rule out links that cost: hermes config set fallback.spend.metered never",
            kind="not-available",
        )


def _insisted(done: Resolution, provider: str | None) -> Sequence[Route]:
    """The routes of *done*. On a primary whose *provider* was named by hand the user insists: its last key is tried at any rate."""
    if done.route is None:
        return ()
    *first, last = done.route, *done.others
    return (*first, last.but(insists=True) if provider is not None and done.position == 0 else last)


def _left_out(link: Link, position: int) -> Skipped:
    from hermes_fallback.model.receipt import SkipKind, Skipped  # a listing skips nothing

    return Skipped(position, link.provider, link.model, "skipped on request", SkipKind.REQUESTED)


def _skipped(link: Link, position: int, what: str) -> Skipped:
    from hermes_fallback.model.receipt import Skipped  # a listing skips nothing

    return Skipped(position, link.provider, link.model, what)


def nothing_ready(resolutions: Sequence[Resolution], *, chosen_away: bool = False) -> FallbackError:
    """The error of a conversation for which none of *resolutions* has a route.

    *chosen_away*: there were links, and the user left them all out.
    """
    problems = [done.problem for done in resolutions if done.problem]
    if not problems:
        if chosen_away:
            return UsageError("every link was skipped", hint="leave out --skip", kind="no-links")
        return UsageError("no model is configured", hint="hermes model set PROVIDER MODEL", kind="no-primary")
    first = problems[0]
    others = "; ".join(f"{done.link}: {done.problem.what}" for done in resolutions[1:] if done.problem)
    return error_of(first, why=f"no other link is ready either: {others}" if others else None)


_UNFINISHED = frozenset(
    ["disabled-provider", "invalid-base-url", "missing-base-url", "missing-provider", "virtual-provider"]
)
"""Problems of what is written in the config, and not of a key."""


def error_of(problem: Problem, *, why: str | None = None) -> FallbackError:
    """The error a command ends with when *problem* stands in its way."""
    kind: type[FallbackError] = CredentialError
    if problem.kind == "unknown-provider":
        kind = NotFound
    elif problem.kind in _UNFINISHED:
        kind = UsageError
    return kind(problem.what, why=why, hint=problem.hint, kind=problem.kind)
