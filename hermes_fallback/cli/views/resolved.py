"""Resolution: the route that would be used, the fallbacks behind it, and what was passed over."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from hermes_fallback.cli.views.canvas import Canvas
from hermes_fallback.cli.views.chain import address, credential_document, key_phrase
from hermes_fallback.config.redact import mask_value
from hermes_fallback.model.route import Resolution, Route

__all__ = ["Resolved", "resolved_document", "resolved_text"]


@dataclass(frozen=True, slots=True)
class Resolved:
    """Every link's resolution, ready or not, the primary's first."""

    resolutions: tuple[Resolution, ...]

    @property
    def routes(self) -> tuple[Route, ...]:
        """Those that can be used, in order."""
        return tuple(each.route for each in self.resolutions if each.route)


def resolved_document(resolved: Resolved) -> dict[str, object]:
    """The JSON of a resolution that has a route."""
    first, *others = resolved.routes
    return {
        "route": _route_document(first),
        "fallbacks": [_route_document(route) for route in others],
        "considered": [
            {"position": position, "candidate": candidate, "outcome": outcome}
            for position, candidate, outcome in _considered(resolved)
        ],
    }


def resolved_text(resolved: Resolved, canvas: Canvas) -> str:
    """A resolution in words."""
    return "\n".join(_lines(resolved, canvas))


def _lines(resolved: Resolved, canvas: Canvas) -> Iterator[str]:
    for title, routes in (("route", resolved.routes[:1]), ("fallbacks", resolved.routes[1:])):
        if routes:
            yield canvas.paint(title, "bold")
        for route in routes:
            yield f"  {route.position:<2} {canvas.plain(f'{route.provider}:{route.model}')}"
            details = f"{route.api_mode} at {address(route.base_url)}, {key_phrase(route.credential)}"
            yield canvas.fold(canvas.plain(details), first="     ", indent="     ")
    if resolved.resolutions:
        yield canvas.paint("considered", "bold")
    for resolution in resolved.resolutions:
        line = canvas.plain(f"{resolution.link}: {_verdict(resolution)}")
        yield canvas.fold(line, first=f"  {resolution.position:<2} ", indent="       ")
        for each in resolution.considered:
            line = canvas.plain(f"{each.candidate}: {mask_value(each.outcome)}")
            yield canvas.fold(line, first="     ", indent="       ")


def _considered(resolved: Resolved) -> Iterator[tuple[int, str, str]]:
    for resolution in resolved.resolutions:
        for each in resolution.considered:
            yield resolution.position, each.candidate, str(mask_value(each.outcome))
        yield resolution.position, str(resolution.link), _verdict(resolution)


def _verdict(resolution: Resolution) -> str:
    return f"not ready: {resolution.problem.what}" if resolution.problem else "ready"


def _route_document(route: Route) -> dict[str, object]:
    return {
        "position": route.position,
        "provider": route.provider,
        "model": route.model,
        "api_mode": route.api_mode,
        "base_url": address(route.base_url),
        "credential": credential_document(route.credential),
        "expires_at": None,
    }
