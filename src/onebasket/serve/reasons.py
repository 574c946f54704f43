"""Why products are on a list, in the words of the shop's language."""

from __future__ import annotations

from collections.abc import Sequence

from onebasket import explain
from onebasket.apply.recommend import Recommendation
from onebasket.recommenders import Mask, Why
from onebasket.serve.opened import Opened
from onebasket.serve.scored import Opinion
from onebasket.serve.told import Listing, Reason


def reasons_of(
    opened: Opened, opinion: Opinion, allowed: Mask, customer_id: str, made: Listing
) -> list[tuple[Reason, ...]]:
    """Of each product listed: events that carry it, live ones too where the model can tell, and the nearest
    facts of the version."""
    whys = _whys(opened, opinion, allowed, customer_id, made)
    listed = [
        (Recommendation(item.rank, item.product_id, item.title, item.category, item.score or 0.0, made.model),
         whys.get(item.product_id))
        for item in made.items
    ]  # fmt: skip
    words = explain.Wording(opened.shop)
    with opened.alone() as store:
        told: Sequence[tuple[explain.Because, ...]] = explain.recommended(store, customer_id, listed)
    return [tuple(Reason(words.because(one), one.kind, one.values) for one in each) for each in told]


def _whys(opened: Opened, opinion: Opinion, allowed: Mask, customer_id: str, made: Listing) -> dict[str, Why]:
    """What carries each product that the model knows; nothing where it cannot tell."""
    if opinion.alone is None:
        return {}
    model = opinion.alone()
    items = [item.product_id for item in made.items if item.product_id in model.item_codes]
    whys = model.why(customer_id, items, allowed=allowed[opinion.places])
    return dict(zip(items, whys, strict=True))
