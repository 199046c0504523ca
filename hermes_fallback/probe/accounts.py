"""Accounts: where the user stands with each provider, and whether its key is still taken."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import islice

from hermes_fallback.model.bench import Bench, Standing, Subject
from hermes_fallback.model.credential import Credential, Problem
from hermes_fallback.model.endpoint import Endpoint
from hermes_fallback.model.origin import Origin
from hermes_fallback.model.reason import Reason
from hermes_fallback.model.route import Resolution
from hermes_fallback.probe.links import endpoint_of
from hermes_fallback.probe.parallel import in_parallel
from hermes_fallback.probe.probe import Checked, Stage, Verdict, probe
from hermes_fallback.providers.profile import ProviderProfile
from hermes_fallback.runtime.readiness import Readiness
from hermes_fallback.runtime.runtime import Runtime
from hermes_fallback.state.protocol import Benching
from hermes_fallback.transport.synchronous import Carrier

__all__ = ["Account", "Way", "accounts", "ask"]

_OUT_OF_REACH = frozenset({Reason.CONNECTION, Reason.TIMEOUT})


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """One address of a provider with one credential, or none where none is needed."""

    endpoint: Endpoint
    checked: Checked | None = None
    """What asking there came to."""
    bench: Bench | None = None
    """What the credential is benched with now."""

    @property
    def key(self) -> Credential | None:
        """The credential."""
        return self.endpoint.credential

    @property
    def is_accepted(self) -> bool | None:
        """True or False where the provider said so; None where it was not asked, has no key, or cannot tell.

        A key whose quota is spent is accepted, though it leads nowhere.
        """
        checked = self.checked
        if checked is None or checked.stage is Stage.REACH or checked.verdict is Verdict.UNVERIFIED:
            return None
        return checked.reason is not Reason.AUTH

    @property
    def is_unreached(self) -> bool:
        """True when its host was not reached, and is not close by: what is missing may be the network alone."""
        checked = self.checked
        if checked is None or checked.stage is not Stage.REACH or checked.reason not in _OUT_OF_REACH:
            return False
        return not Origin.of(self.endpoint.base_url).is_local

    @property
    def has_failed(self) -> bool:
        """True when it was tried and led nowhere, or its credential is known to be dead."""
        if self.checked and self.checked.verdict is not Verdict.UNVERIFIED and not self.is_unreached:
            return self.checked.verdict is Verdict.FAILED
        return self.bench is not None and self.bench.is_dead


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """One provider, as the home has it."""

    profile: ProviderProfile
    is_configured: bool
    """True when the config names it, or a credential of it stands somewhere."""
    ways: tuple[Way, ...]
    """Every way in that the links of the home and the provider's own variables give."""
    missing: Problem | None = None
    """What none of its links, nor a plain one, could do without."""
    checked_at: datetime | None = None

    @property
    def is_accepted(self) -> bool | None:
        """True when a way in is open, False when one was refused and none is; None when nobody said either."""
        answers = {way.is_accepted for way in self.ways}
        return True if True in answers else False if False in answers else None

    @property
    def is_usable(self) -> bool:
        """True when nothing is missing, and some way in did not fail if they were tried."""
        return self.missing is None and any(not way.has_failed for way in self.ways)

    @property
    def problem(self) -> Problem | None:
        """Why it is not usable."""
        if self.is_usable:
            return None
        checks = [way.checked for way in self.ways if way.checked]
        failed = next((each for each in checks if each.verdict is Verdict.FAILED), None)
        if failed:
            return Problem(failed.reason or "failed", failed.what, failed.hint)
        return self.missing or Problem(
            "dead-credential",
            "its key has been refused for good",
            f"replace it; if it is good after all: hermes auth status {self.profile.name} --check",
        )


def accounts(runtime: Runtime, name: str | None = None, *, every: bool = False) -> tuple[Account, ...]:
    """The account with the provider *name*, or with each one that is configured; or with *every* one. Nobody is asked.

    Raises:
        FallbackError: the provider is unknown or its plugin broken, or a file of the home is invalid.
    """
    links = runtime.report().resolutions
    if name is not None:
        return (_account(runtime, runtime.readiness(name), links),)
    known = (_account(runtime, readiness, links) for readiness in runtime.all_readiness())
    return tuple(account for account in known if every or account.is_configured)


def ask(found: Sequence[Account], carrier: Carrier, now: datetime, state: Benching) -> tuple[Account, ...]:
    """The accounts *found* with what each provider says to each way in, all asked at the same time.

    A key that is taken is benched no longer in *state*.
    """
    jobs = [(account.profile, way) for account in found for way in account.ways]
    asked = in_parallel(lambda job: _asked(*job, carrier), jobs)
    for way in asked:
        if way.is_accepted and way.key:
            state.lift(way.key.subject)
    ways = iter(asked)
    return tuple(
        replace(account, ways=tuple(islice(ways, len(account.ways))), checked_at=now) for account in found
    )


def _asked(profile: ProviderProfile, way: Way, carrier: Carrier) -> Way:
    asked = replace(way, checked=probe(profile, way.endpoint, carrier))
    return replace(asked, bench=None) if asked.is_accepted else asked


def _account(runtime: Runtime, readiness: Readiness, links: Sequence[Resolution]) -> Account:
    name = readiness.profile.name
    own = [each for each in links if _owner(runtime, each) == name]
    is_ready = readiness.problem is None or any(each.route for each in own)
    problems = [each.problem for each in own if each.problem]
    return Account(
        profile=readiness.profile,
        is_configured=bool(own or readiness.credential or readiness.origin.tier == "config"),
        ways=tuple(
            Way(endpoint=each, bench=_bench(runtime, each.credential))
            for each in _endpoints(runtime, name, own)
        ),
        missing=None if is_ready else (*problems, readiness.problem)[0],
    )


def _bench(runtime: Runtime, credential: Credential | None) -> Bench | None:
    if credential is None:
        return None
    bench = runtime.state.health().benches.get(credential.subject)
    return bench if bench and bench.standing(time.time()) is Standing.BENCHED else None


def _owner(runtime: Runtime, resolution: Resolution) -> str | None:
    if resolution.route:
        return resolution.route.provider
    return runtime.registry.canonical(resolution.link.provider)


def _endpoints(runtime: Runtime, name: str, links: Sequence[Resolution]) -> list[Endpoint]:
    """The endpoints of *links*, and the provider's plain ones that have a key, or if there are none; each once."""
    routes = [route for each in links if each.route for route in (each.route, *each.others)]
    plain = [each for each in runtime.endpoints(name) if each.credential or not routes]
    found = {_place(each): each for each in reversed([*map(endpoint_of, routes), *plain])}
    return [*reversed(found.values())]


def _place(endpoint: Endpoint) -> tuple[str, Subject | None]:
    return endpoint.base_url, endpoint.credential.subject if endpoint.credential else None
