"""Providers: one line for each, or all that is known of one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from hermes_fallback.cli.views.canvas import Canvas, cells
from hermes_fallback.providers.discovery import BrokenPlugin
from hermes_fallback.providers.profile import ProviderProfile
from hermes_fallback.providers.registry import ProfileOrigin

__all__ = ["Known", "Listing", "known_document", "known_text", "listing_document", "listing_text"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """A profile and where it comes from."""

    profile: ProviderProfile
    origin: ProfileOrigin


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """Every provider, and the plugins that do not load."""

    known: tuple[Known, ...]
    broken: tuple[BrokenPlugin, ...] = ()


def listing_document(listing: Listing) -> dict[str, object]:
    """The JSON of all providers."""
    broken = [{"path": each.path, "what": each.error.what, "why": each.error.why} for each in listing.broken]
    return {"providers": [known_document(each) for each in listing.known], "broken": broken}


def listing_text(listing: Listing, canvas: Canvas) -> str:
    """A line for each provider; plugins that do not load are for the warnings."""
    width = max((cells(each.profile.name) for each in listing.known), default=0)
    return "\n".join(_line(each, width, canvas) for each in listing.known)


def _line(known: Known, width: int, canvas: Canvas) -> str:
    profile = known.profile
    keys = " or ".join(profile.env_vars) if profile.base_url else ""
    facts = [
        keys or "no key of its own",
        *([_origin(known.origin)] if known.origin.tier != "bundled" else []),
    ]
    margin = " " * min(width + 4, 6 if canvas.width and canvas.width < width + 40 else width + 4)
    name = canvas.plain(profile.name)
    text = canvas.plain(", ".join(facts))
    if canvas.fits("  ", name, " " * (width - cells(name)), "  ", text):
        return f"  {name}{' ' * (width - cells(name))}  {text}"
    return f"  {name}\n" + canvas.fold(text, first=margin, indent=margin)


def _origin(origin: ProfileOrigin) -> str:
    over = ", in place of the bundled one" if origin.overrides else ""
    return f"{origin.tier} plugin {origin.path}{over}" if origin.tier != "bundled" else "bundled"


def known_document(known: Known) -> dict[str, object]:
    """The JSON of one provider."""
    profile, origin = known.profile, known.origin
    return {
        "name": profile.name,
        "display_name": profile.display_name,
        "description": profile.description,
        "aliases": list(profile.aliases),
        "origin": origin.tier,
        "path": origin.path,
        "overrides": origin.overrides,
        "auth": profile.auth_type,
        "api_mode": profile.api_mode,
        "base_url": profile.base_url or None,
        "base_url_env": profile.base_url_env or None,
        "env_vars": list(profile.env_vars),
        "default_models": list(profile.default_models),
        "signup_url": profile.signup_url or None,
        "docs_url": profile.docs_url or None,
    }


def known_text(known: Known, canvas: Canvas) -> str:
    """All that is known of one provider."""
    return "\n".join(_facts(known, canvas))


def _facts(known: Known, canvas: Canvas) -> Iterator[str]:
    profile = known.profile
    yield canvas.paint(canvas.plain(profile.name), "bold")
    rows = (
        ("called", profile.display_name),
        ("about", profile.description),
        ("aliases", ", ".join(profile.aliases)),
        ("from", _origin(known.origin)),
        ("endpoint", profile.base_url or "none of its own; give --base-url"),
        ("or from", profile.base_url_env),
        ("dialect", profile.api_mode),
        ("key", " or ".join(profile.env_vars)),
        ("models", ", ".join(profile.default_models)),
        ("sign up", profile.signup_url),
        ("docs", profile.docs_url),
    )
    for name, text in rows:
        if text:
            yield canvas.fold(canvas.plain(text), first=f"  {name:<10}", indent=" " * 12)
