"""Choices: the rows a person picks from, the likeliest first."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from enum import Enum, auto

from hermes_fallback.catalog.models import Listing
from hermes_fallback.cli.keys import ENV
from hermes_fallback.cli.prompts.protocol import Row
from hermes_fallback.cli.views.chain import key_phrase
from hermes_fallback.credentials.keyring_store import KEYRING
from hermes_fallback.login.sign_in import can_sign_in
from hermes_fallback.model.chain import Chain
from hermes_fallback.model.credential import Problem
from hermes_fallback.providers.profile import ProviderProfile
from hermes_fallback.runtime.readiness import Readiness
from hermes_fallback.runtime.runtime import Runtime

__all__ = [
    "Way",
    "entra_rows",
    "is_asked_for",
    "is_signed_out",
    "model_rows",
    "place_rows",
    "provider_rows",
    "sign_in_rows",
    "store_rows",
]

_READY = "ready"
_GROUPS = {
    "key": "with an API key",
    "local": "on this machine or network",
    "custom": "any other endpoint",
    "cloud": "in a cloud",
    "sign-in": "with a sign-in",
}
_NOT_YET = "not ready yet"


class Way(Enum):
    """What lets one in to a provider."""

    KEY = auto()
    ENTRA = auto()
    SIGN_IN = auto()
    LATER = auto()
    """A sign-in that is still to be made."""


def is_asked_for(profile: ProviderProfile, problem: Problem) -> bool:
    """True for a *problem* with a provider that the picker's questions solve."""
    is_solved = problem.lacks_key or problem.kind in {"missing-base-url", "untrusted-host"}
    return is_solved or is_signed_out(profile, problem)


def is_signed_out(profile: ProviderProfile, problem: Problem) -> bool:
    """True where signing in from here solves the *problem*."""
    return problem.kind == "signed-out" and can_sign_in(profile)


def provider_rows(known: Iterable[Readiness]) -> list[Row[Readiness]]:
    """Every provider that a link can name: those whose key is found first, then the others by group."""
    rows = [_provider_row(each) for each in known if each.profile.group in _GROUPS]
    order = [_READY, *_GROUPS.values(), _NOT_YET]
    return sorted(rows, key=lambda row: order.index(row.group))


def _provider_row(each: Readiness) -> Row[Readiness]:
    profile = each.profile
    title = profile.display_name or profile.name
    is_said = title.lower().replace(" ", "-") == profile.name
    name = profile.name if is_said else f"{profile.name}, {title}"
    group, note = _GROUPS[profile.group], profile.description
    if each.problem is None:
        group = _READY if each.credential else group
        note = key_phrase(each.credential)
    elif not is_asked_for(profile, each.problem):
        group, note = _NOT_YET, each.problem.what
    elif profile.group == "key":
        note = " or ".join(profile.env_vars)
    return Row(each, name, note, group, also=" ".join(profile.aliases))


def model_rows(listing: Listing, runtime: Runtime, provider: str) -> list[Row[str]]:
    """A row for each model; those that stand in the chain with *provider* are marked."""
    canonical = runtime.registry.canonical
    places = {
        placed.link.model.lower(): f"at position {placed.position} already"
        for placed in runtime.settings.chain
        if canonical(placed.link.provider) == provider
    }
    return [Row(model, model, places.get(model.lower(), "")) for model in listing.models]


def entra_rows(profile: ProviderProfile, problem: Problem | None) -> list[Row[Way]]:
    """Entra ID, with the *problem* that it has here, and a key."""
    note = problem.what if problem else "what `az login`, a principal or the machine signs in"
    return [
        Row(Way.ENTRA, "Entra ID", note),
        Row(Way.KEY, "a key of the resource", " or ".join(profile.env_vars)),
    ]


def sign_in_rows(profile: ProviderProfile) -> list[Row[Way]]:
    """Signing in now, and a key where it takes one, else later."""
    now = Row(Way.SIGN_IN, "sign in now", "kept at once")
    if profile.signs_in_by_key:
        return [now, Row(Way.KEY, "a key", " or ".join(profile.env_vars))]
    return [now, Row(Way.LATER, "sign in later", f"hermes auth login {profile.name}")]


def store_rows() -> list[Row[str]]:
    """The places that can keep a key."""
    return [
        Row(KEYRING, "the system's keyring", "encrypted; Hermes Agent does not look there"),
        Row(ENV, ".env", "the only one that Hermes Agent reads"),
    ]


def place_rows(chain: Chain) -> Sequence[Row[int | None]]:
    """Where a new link may stand: last, or before each of those that stand."""
    rows: list[Row[int | None]] = [Row(None, "last", f"position {len(chain) + 1}")]
    rows += [Row(placed.position, f"before {placed.link}", f"position {placed.position}") for placed in chain]
    return rows
