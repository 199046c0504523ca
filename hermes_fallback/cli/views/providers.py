"""Providers: one line for each, ready or what it needs, or all that is known of one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from hermes_fallback.catalog.addresses import list_url
from hermes_fallback.cli.views.canvas import Canvas, cells
from hermes_fallback.cli.views.chain import credential_document, key_phrase, problem_document
from hermes_fallback.model.endpoint import Endpoint
from hermes_fallback.providers.discovery import BrokenPlugin
from hermes_fallback.providers.profile import Probe, ProviderProfile
from hermes_fallback.providers.registry import ProfileOrigin
from hermes_fallback.runtime.readiness import Readiness

__all__ = ["Listing", "known_document", "known_text", "listing_document", "listing_text"]

_HEADINGS = {
    "key": "API key",
    "sign-in": "Sign-in",
    "cloud": "Cloud account",
    "local": "Local",
    "custom": "Custom",
    "virtual": "Virtual",
}
_LIST_REJECTS = (401, 403)


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """Every provider, and the plugins that do not load."""

    known: tuple[Readiness, ...]
    broken: tuple[BrokenPlugin, ...] = ()


def listing_document(listing: Listing) -> dict[str, object]:
    """The JSON of all providers."""
    broken = [{"path": each.path, "what": each.error.what, "why": each.error.why} for each in listing.broken]
    return {"providers": [known_document(each) for each in listing.known], "broken": broken}


def listing_text(listing: Listing, canvas: Canvas) -> str:
    """A line for each provider, grouped; plugins that do not load are for the warnings."""
    width = max((cells(canvas.plain(each.profile.name)) for each in listing.known), default=0)
    blocks = []
    for group, heading in _HEADINGS.items():
        lines = [_line(each, width, canvas) for each in listing.known if _group(each) == group]
        if lines:
            blocks.append("\n".join([canvas.paint(heading, "bold"), *lines]))
    return "\n\n".join(blocks)


def _group(known: Readiness) -> str:
    """Where people look for it; what the config names itself stands with the custom endpoints."""
    return "custom" if known.origin.tier == "config" else known.profile.group


def _line(known: Readiness, width: int, canvas: Canvas) -> str:
    name = canvas.plain(known.profile.name)
    own = [_origin(known.origin)] if known.origin.tier != "bundled" else []
    text = canvas.plain(", ".join([_status(known), *own]))
    color = "yellow" if known.problem else "green"
    gap = " " * (width - cells(name) + 2)
    if canvas.fits("  ", name, gap, text):
        return f"  {name}{gap}{canvas.paint(text, color)}"
    margin = " " * (width + 4 if canvas.fits(" " * (width + 40)) else 6)
    return f"  {name}\n" + canvas.paint(canvas.fold(text, first=margin, indent=margin), color)


def _status(known: Readiness) -> str:
    """Ready and by which key; or the ways in, where only a key is missing; or what is in the way."""
    if known.problem is None:
        return f"ready, {key_phrase(known.credential)}"
    if known.problem.kind in {"missing-credential", "signed-out"} and (ways := _ways(known.profile)):
        return f"needs {ways}"
    return f"not ready: {known.problem.what}"


def _ways(profile: ProviderProfile) -> str:
    """What lets one in; empty where that is a matter of the address."""
    keys = profile.env_vars if profile.signs_in_by_key and profile.auth_type != "none" else ()
    return " or ".join([*keys, *filter(None, [profile.sign_in])])


def _origin(origin: ProfileOrigin) -> str:
    if origin.tier != "user":
        return "bundled" if origin.tier == "bundled" else f"config.yaml, `{origin.path}`"
    over = ", in place of the bundled one" if origin.overrides else ""
    return f"user plugin {origin.path}{over}"


def known_document(known: Readiness) -> dict[str, object]:
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
        "ready": known.problem is None,
        "problem": known.problem and problem_document(known.problem),
        "credential": credential_document(known.credential),
        "group": _group(known),
        "auth": profile.auth_type,
        "signs_in_by_key": profile.signs_in_by_key,
        "auto_rank": profile.auto_rank,
        "api_mode": profile.api_mode,
        "base_url": profile.base_url or None,
        "alternate_base_urls": list(profile.alternate_base_urls),
        "base_url_env": profile.base_url_env or None,
        "other_base_url_envs": list(profile.other_base_url_envs),
        "env_vars": list(profile.env_vars),
        "key_prefixes": list(profile.key_prefixes),
        "probe": _probe_document(_probe(profile)),
        "models_url": _models_url(profile),
        "models_public": profile.models_public,
        "default_models": list(profile.default_models),
        "default_aux_model": profile.default_aux_model or None,
        "vision": profile.vision,
        "signup_url": profile.signup_url or None,
        "docs_url": profile.docs_url or None,
        "ignored": list(profile.ignored),
    }


def _models_url(profile: ProviderProfile) -> str | None:
    if not profile.base_url:
        return profile.models_url or None
    return list_url(profile, Endpoint(provider=profile.name, base_url=profile.base_url))


def _probe(profile: ProviderProfile) -> Probe | None:
    """How a key is proved: where the profile does not say, by the model list, unless that is public."""
    url = None if profile.models_public else _models_url(profile)
    return profile.probe or (Probe(url=url, rejects=_LIST_REJECTS) if url else None)


def _probe_document(probe: Probe | None) -> dict[str, object] | None:
    if probe is None:
        return None
    return {
        "kind": probe.kind,
        "method": probe.method,
        "url": probe.url or None,
        "accepts": list(probe.accepts),
        "rejects": list(probe.rejects),
    }


def known_text(known: Readiness, canvas: Canvas, *, with_notes: bool = False) -> str:
    """All that is known of one provider; *with_notes*, also what its plugin brings in vain."""
    return "\n".join(_facts(known, canvas, with_notes=with_notes))


def _facts(known: Readiness, canvas: Canvas, *, with_notes: bool) -> Iterator[str]:
    profile, problem, ways = known.profile, known.problem, _ways(known.profile)
    yield canvas.paint(canvas.plain(profile.name), "bold")
    rows = (
        ("called", profile.display_name),
        ("about", profile.description),
        ("aliases", ", ".join(profile.aliases)),
        ("from", _origin(known.origin)),
        ("status", f"not ready: {problem.what}" if problem else _status(known)),
        ("hint", problem and problem.hint),
        ("endpoint", profile.base_url or "none of its own; give --base-url"),
        ("or at", ", ".join(profile.alternate_base_urls)),
        ("or from", ", ".join(filter(None, [profile.base_url_env, *profile.other_base_url_envs]))),
        ("dialect", profile.api_mode),
        ("takes", ways),
        ("variables", ", ".join(name for name in profile.env_vars if name not in ways.split())),
        ("keys", " or ".join(f"{prefix}…" for prefix in profile.key_prefixes)),
        ("proof", _proof(profile)),
        ("models", ", ".join(profile.default_models)),
        ("auxiliary", profile.default_aux_model),
        ("images", {True: "yes", False: "no", None: ""}[profile.vision]),
        ("sign up", profile.signup_url),
        ("docs", profile.docs_url),
        ("not used", with_notes and ", ".join(profile.ignored)),
    )
    for name, text in rows:
        if text:
            yield canvas.fold(canvas.plain(text), first=f"  {name:<10}", indent=" " * 12)


def _proof(profile: ProviderProfile) -> str:
    """What tells a good key from a bad one."""
    probe = _probe(profile)
    if probe is None or profile.auth_type == "none":
        return ""
    cost = ", one token" if probe.kind == "one_token" else ""
    return f"{probe.method} {probe.url}{cost}" if probe.url else _PROOFS[probe.kind]


_PROOFS = {"process_start": "starting its program", "token_mint": "having a token made"}
