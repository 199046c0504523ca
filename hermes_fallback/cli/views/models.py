"""The models of a provider, one a line, so that they can be piped; and where the list comes from."""

from __future__ import annotations

from collections.abc import Iterator

from hermes_fallback.catalog.models import Listing, Source
from hermes_fallback.cli.offer import Offer
from hermes_fallback.cli.views.canvas import Canvas
from hermes_fallback.cli.views.visible import visible

__all__ = ["offer_document", "offer_notes", "offer_text", "source_phrase"]

_UNITS = (("day", 86_400), ("hour", 3600), ("minute", 60))


def offer_document(offer: Offer) -> dict[str, object]:
    """The JSON of a list of models."""
    listing, problem = offer.listing, offer.listing.problem
    return {
        "provider": offer.provider,
        "models": list(listing.models),
        "source": listing.source,
        "age_s": None if listing.source is Source.DEFAULT else round(listing.age_s),
        "problem": problem and {"kind": problem.kind, "what": problem.what, "hint": problem.hint},
    }


def offer_text(offer: Offer, _canvas: Canvas) -> str:
    """The models alone, whole."""
    return "\n".join(map(visible, offer.listing.models))


def offer_notes(offer: Offer) -> Iterator[str]:
    """How many there are and where they come from; and what mends it where they could not be asked for."""
    listing = offer.listing
    count = "1 model" if len(listing.models) == 1 else f"{len(listing.models) or 'no'} models"
    yield f"{count} of `{offer.provider}`, {source_phrase(listing)}"
    if listing.problem and listing.problem.hint:
        yield f"hint: {listing.problem.hint}"


def source_phrase(listing: Listing) -> str:
    """Where a list comes from, and why it is not live, in words from anywhere."""
    why = f", because {listing.problem.what}" if listing.problem else ""
    if listing.source is Source.LIVE:
        return "asked just now"
    if listing.source is Source.CACHE:
        return f"remembered {_ago(listing.age_s)} ago{why}"
    return f"the usual ones{why}"


def _ago(age_s: float) -> str:
    for unit, length_s in _UNITS:
        if count := int(age_s // length_s):
            return f"{count} {unit}{'s' if count > 1 else ''}"
    return "under a minute"
