"""What a list should hold: as a request says it, else as a placement of the shop file does."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

import msgspec

from onebasket.errors import WishError
from onebasket.shop import MOST_LISTED, Placement

MOST_NAMED = 1_000  # products that one wish may name
_MOST_DAYS = 3_650


class Wishes(msgspec.Struct, frozen=True, kw_only=True):
    """What is said goes before the placement; None: nothing is said. Excluded and banned products never come.

    `pinned` come first, in this order, where all else allows them. Prices are in minor units of the shop's
    currency, both ends included. Categories hold those below them, levels parted by ` > `.
    """

    placement: str | None = None
    top: int | None = None  # 1 to 100
    seen: Literal["allow", "mask"] | None = None  # "mask": nothing the customer bought before
    not_bought_days: int | None = None  # nothing the customer bought within so many days
    in_stock: bool | None = None
    categories: tuple[str, ...] | None = None
    price_min: int | None = None
    price_max: int | None = None
    exclude: tuple[str, ...] = ()
    pinned: tuple[str, ...] | None = None
    most_per_category: int | None = None  # 0: as many as there are
    reasons: bool = False

    def within(self, placements: Mapping[str, Placement]) -> Placement:
        """What the list holds in the end. Raises WishError for what cannot be asked for."""
        if self.placement is not None and self.placement not in placements:
            raise WishError(
                f"The shop has no placement {self.placement!r}.",
                expected=", ".join(sorted(placements)) or "none: the shop file has no [serve.placement.NAME]",
                next_step="name one of these, or none",
            )
        usual = placements[self.placement] if self.placement is not None else Placement()
        said = {
            name: getattr(self, name)
            for name in ("top", "seen", "not_bought_days", "in_stock", "categories", "price_min", "price_max",
                         "pinned", "most_per_category")
            if getattr(self, name) is not None
        }  # fmt: skip
        made = msgspec.structs.replace(usual, **said, banned=(*usual.banned, *self.exclude))
        _check("top", made.top, 1, MOST_LISTED)
        _check("not_bought_days", made.not_bought_days, 0, _MOST_DAYS)
        _check("most_per_category", made.most_per_category, 0, MOST_LISTED)
        _check("exclude", len(self.exclude), 0, MOST_NAMED)
        _check("pinned", len(made.pinned), 0, MOST_NAMED)
        _check("price_min", made.price_min or 0, 0, made.price_max)
        return made


NOTHING = Wishes()


def _check(name: str, found: int, least: int, most: int | None) -> None:
    if found < least or (most is not None and found > most):
        raise WishError(
            f"{name} cannot be {found}.", found=str(found),
            expected=f"{least} or more" if most is None else f"{least} to {most}",
            next_step="ask again within these limits",
        )  # fmt: skip
