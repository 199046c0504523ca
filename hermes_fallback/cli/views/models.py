"""The models of a provider, one a line, so that they can be piped; and where the list comes from."""

from __future__ import annotations

from hermes_fallback.catalog.models import Source
from hermes_fallback.cli.offer import Offer
from hermes_fallback.cli.views.canvas import Canvas
from hermes_fallback.cli.views.visible import visible

__all__ = ["offer_document", "offer_source", "offer_text"]

_MINUTE_S = 60
_HOUR_S = 3600


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


def offer_source(offer: Offer) -> str:
    """How many there are and where they come from; and why they are not asked for live, with what mends it."""
    listing = offer.listing
    text = f"{_count(len(listing.models))} of `{offer.provider}`"
    if listing.source is Source.LIVE:
        text += ", as it lists them now"
    elif listing.source is Source.CACHE:
        text += f", remembered {_ago(listing.age_s)} ago"
    elif listing.models:
        text += ", the usual ones"
    if listing.problem is None:
        return text
    hint = f"; {listing.problem.hint}" if listing.problem.hint else ""
    return f"{text}, because {listing.problem.what}{hint}"


def _count(models: int) -> str:
    return "1 model" if models == 1 else f"{models or 'no'} models"


def _ago(age_s: float) -> str:
    if age_s < _MINUTE_S:
        return f"{age_s:.0f} s"
    return f"{age_s / _MINUTE_S:.0f} min" if age_s < _HOUR_S else f"{age_s / _HOUR_S:.0f} h"
