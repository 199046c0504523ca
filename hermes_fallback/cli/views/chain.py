"""The effective chain, as `hermes fallback list` shows it and as edits give it back."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from hermes_fallback.cli.views.canvas import Canvas, cells
from hermes_fallback.model.variable import is_variable_name

TYPE_CHECKING = False  # importing `typing` for it takes 4 ms
if TYPE_CHECKING:
    from hermes_fallback.model.chain import Ignored, Placed
    from hermes_fallback.model.credential import Credential, Problem
    from hermes_fallback.model.link import Link
    from hermes_fallback.model.route import Resolution
    from hermes_fallback.runtime.runtime import ChainReport

__all__ = [
    "address",
    "chain_document",
    "chain_text",
    "credential_document",
    "key_phrase",
    "link_document",
    "primary_document",
    "primary_text",
    "problem_document",
    "status_phrase",
]

_Json = dict[str, object]

_LEAD = "  "
_MARGIN = "     "
_HELD: Mapping[str, str] = {
    "aws": "signed in to AWS",
    "entra": "signed in with Entra ID",
    "gcp": "signed in to Google Cloud",
    "program": "run as",
}
"""What is said of a credential that no key stands for, by its `source`."""
_WIDEST_NAME = 48
"""A longer name does not push the other links' status away."""


def chain_document(report: ChainReport) -> _Json:
    """The JSON of the whole chain."""
    return {
        "config": report.config,
        "enabled": report.settings.enabled,
        "primary": _primary_document(report),
        "chain": [_placed_document(placed, resolution) for placed, resolution in report.links],
        "ignored": [_ignored_document(each) for each in report.chain.ignored],
    }


def primary_document(report: ChainReport) -> _Json:
    """The JSON of the primary alone."""
    return {"config": report.config, "primary": _primary_document(report)}


def link_document(link: Link) -> _Json:
    """The JSON of a link as configured; never its key."""
    return {
        "provider": link.provider,
        "model": link.model,
        "base_url": link.base_url and address(link.base_url),
    }


def credential_document(credential: Credential | None) -> _Json | None:
    """The JSON of where a key comes from, and the fingerprint to know it by."""
    if credential is None:
        return None
    return {
        "source": credential.source,
        "name": credential.name,
        "fingerprint": credential.fingerprint,
    }


def _primary_document(report: ChainReport) -> _Json | None:
    if report.primary is None:
        return None
    return {**_resolved_document(report.primary), "managed_by": report.settings.primary_file}


def _resolved_document(resolution: Resolution) -> _Json:
    route = resolution.route
    return {
        **link_document(resolution.link),
        "ready": route is not None,
        "problem": resolution.problem and problem_document(resolution.problem),
        "credential": credential_document(route.credential if route else None),
    }


def _placed_document(placed: Placed, resolution: Resolution) -> _Json:
    link = placed.link
    return {
        "position": placed.position,
        **link_document(link),
        "key_env": link.key_env if not link.key_env or is_variable_name(link.key_env) else "********",
        "api_mode": link.api_mode,
        "context_length": link.context_length,
        "cost": link.cost,
        "zone": link.zone,
        "origin": placed.origin,
        "line": placed.line,
        "managed_by": placed.file,
        **_resolved_document(resolution),
    }


def problem_document(problem: Problem) -> _Json:
    """The JSON of what is in the way."""
    return {"kind": problem.kind, "what": problem.what, "hint": problem.hint}


def _ignored_document(ignored: Ignored) -> _Json:
    return {
        "origin": ignored.origin,
        "line": ignored.line,
        "managed_by": ignored.file,
        "what": ignored.what,
        "hint": ignored.hint,
    }


def chain_text(report: ChainReport, canvas: Canvas) -> str:
    """The chain as a person reads it: names whole, one status each, and what to do where it is not ready."""
    return "\n".join([*_primary(report, canvas), *_chain(report, canvas), *_ignored(report, canvas)])


def primary_text(report: ChainReport, canvas: Canvas) -> str:
    """The primary alone, as the chain's text begins."""
    return "\n".join(_primary(report, canvas))


def _primary(report: ChainReport, canvas: Canvas) -> Iterator[str]:
    yield canvas.paint("primary", "bold")
    if report.primary is None:
        begin = "hermes model" if canvas.width else "hermes model set PROVIDER MODEL"
        yield canvas.fold(f"none; choose one: {begin}", first=_LEAD, indent=_LEAD)
    else:
        managed = report.settings.primary_file
        origin = f"managed by {canvas.plain(managed)}" if managed else None
        yield from _link(0, report.primary, _name_width(report, canvas), canvas, origin=origin)


def _chain(report: ChainReport, canvas: Canvas) -> Iterator[str]:
    yield canvas.paint("fallback chain", "bold")
    if not report.links:
        begin = "hermes fallback add" if canvas.width else "hermes fallback add PROVIDER MODEL"
        yield canvas.fold(f"empty; add a link: {begin}", first=_LEAD, indent=_LEAD)
    width = _name_width(report, canvas)
    for placed, resolution in report.links:
        yield from _link(placed.position, resolution, width, canvas, origin=_origin(placed, canvas))
    if not report.settings.enabled:
        text = "switched off: `fallback.enabled` is false, so only the primary is tried"
        yield canvas.paint(canvas.fold(text, first=_LEAD, indent=_LEAD), "yellow")


def _ignored(report: ChainReport, canvas: Canvas) -> Iterator[str]:
    if report.chain.ignored:
        yield canvas.paint("ignored", "bold")
    for each in report.chain.ignored:
        line = f", line {each.line}" if each.line else ""
        line += f" of {each.file}" if each.file else ""
        yield canvas.fold(canvas.plain(f"{each.origin}{line}: {each.what}"), first=_LEAD, indent=_MARGIN)
        yield from _hint(each.hint, canvas)


def _link(
    position: int, resolution: Resolution, width: int, canvas: Canvas, *, origin: str | None = None
) -> Iterator[str]:
    link, problem = resolution.link, resolution.problem
    name = canvas.plain(str(link))
    lead = f"{_LEAD}{position:<2} {name}"
    status = canvas.plain(status_phrase(resolution))
    color = "yellow" if problem else "green"
    gap = " " * max(width - cells(name), 0) + "  "
    if canvas.fits(lead, gap, status):
        yield lead + gap + canvas.paint(status, color)
    else:
        yield lead
        yield canvas.paint(canvas.fold(status, first=_MARGIN, indent=_MARGIN), color)
    if problem:
        yield from _hint(problem.hint, canvas)
    details = [*filter(None, [link.base_url and canvas.plain(address(link.base_url)), origin])]
    if details:
        yield canvas.paint(canvas.fold(", ".join(details), first=_MARGIN, indent=_MARGIN), "dim")


def status_phrase(resolution: Resolution) -> str:
    """Whether a link is ready, and by which key or why not, in words from anywhere."""
    if resolution.problem:
        return f"not ready: {resolution.problem.what}"
    return f"ready, {key_phrase(resolution.route.credential if resolution.route else None)}"


def key_phrase(credential: Credential | None) -> str:
    """Where a key comes from, in words."""
    if credential is None:
        return "no key needed"
    if credential.source in _HELD:
        return f"{_HELD[credential.source]} {credential.name or ''}".rstrip()
    places: Mapping[str, str] = {
        "dotenv": "from .env",
        "env": "from the environment",
        "managed": "from the managed .env",
        "pool": "from the pool",
        "link": "in its entry",
        "config": "in `model:`",
    }
    place = places.get(credential.source, f"from {credential.source}")
    return f"key {credential.name} {place}" if credential.name else f"key {place}"


def _origin(placed: Placed, canvas: Canvas) -> str:
    place = f"{placed.origin} line {placed.line}" if placed.line else placed.origin
    return f"{place} of {canvas.plain(placed.file)}" if placed.file else place


def _hint(hint: str | None, canvas: Canvas) -> Iterable[str]:
    return [canvas.fold(canvas.plain(hint), first=f"{_MARGIN}hint: ", indent=f"{_MARGIN}  ")] if hint else []


def _name_width(report: ChainReport, canvas: Canvas) -> int:
    names = [canvas.plain(str(placed.link)) for placed, _ in report.links]
    if report.primary:
        names.append(canvas.plain(str(report.primary.link)))
    return max((width for name in names if (width := cells(name)) <= _WIDEST_NAME), default=0)


def address(url: str) -> str:
    """*url* for showing: without what may be hidden in it, a password, a key in the query or in its place."""
    if "://" in url and "@" not in url and "?" not in url:
        return url
    from hermes_fallback.config.redact import STARS, mask_value  # patterns that few configs need

    scheme, mark, rest = url.partition("://")
    authority, slash, path = rest.partition("/")
    user, at, host = authority.rpartition("@")
    return str(mask_value(f"{scheme}{mark}{STARS if user else ''}{at}{host}{slash}{path}"))
