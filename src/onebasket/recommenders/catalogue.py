"""What is known of items beside who bought them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from onebasket.errors import ModelError
from onebasket.recommenders.interactions import Floats, Ragged


@dataclass(frozen=True, eq=False)
class Catalogue:
    """Attributes, text vectors and other numbers of items, by their ids.

    A model that is given it ranks the items it names, too, where nobody bought them yet.
    """

    attributes: Mapping[str, Sequence[str]] = field(default_factory=dict)  # brand, category, … as told
    text: Mapping[str, Floats] = field(default_factory=dict)  # (width,) each
    numbers: Mapping[str, Floats] = field(default_factory=dict)  # (width,) each: of a picture, prices, …

    @property
    def items(self) -> set[str]:
        """All items it names."""
        return {*self.attributes, *self.text, *self.numbers}

    def attribute_codes(self, items: Sequence[str]) -> Ragged:
        """The attributes of some items, a row each, coded from one on by name; 0: it has none."""
        names = sorted({name for item in items for name in self.attributes.get(item, ())})
        codes = {name: code for code, name in enumerate(names, 1)}
        rows = [[codes[name] for name in self.attributes.get(item, ())] or [0] for item in items]
        starts = np.concatenate([[0], np.cumsum([len(row) for row in rows])]).astype(np.int64)
        flat = np.array([code for row in rows for code in row], np.int32)
        return Ragged(starts, flat, np.ones(len(flat), np.float32))

    def text_vectors(self, items: Sequence[str]) -> Floats | None:
        """Their text vectors (items, width), nought where there is none; None where no item has one."""
        return _table("text", self.text, items)

    def number_vectors(self, items: Sequence[str]) -> Floats | None:
        """Their numbers (items, width), nought where there are none; None where no item has any.

        Each column is taken from its mean and divided by its spread, all by √width: rows are about as long
        as those of texts.
        """
        made = _table("numbers", self.numbers, items)
        if made is None:
            return None
        told = np.array([item in self.numbers for item in items])
        known = made[told].astype(np.float64)
        spread = known.std(axis=0) if len(known) else np.ones(made.shape[1])
        known = (known - known.mean(axis=0)) / np.where(spread > 0, spread, 1) if len(known) else known
        made[told] = known / np.sqrt(made.shape[1])
        return made

    def vectors(self, items: Sequence[str]) -> Floats | None:
        """Text vectors and numbers side by side (items, widths together); None where no item has either."""
        parts = [part for part in (self.text_vectors(items), self.number_vectors(items)) if part is not None]
        return np.concatenate(parts, axis=1) if parts else None


def _table(what: str, told: Mapping[str, Floats], items: Sequence[str]) -> Floats | None:
    """A row an item, nought where nothing is told. Raises ModelError for rows that do not fit together."""
    width = next((len(vector) for vector in told.values()), 0)
    if not width:
        return None
    made = np.zeros((len(items), width), np.float32)
    for place, item in enumerate(items):
        if item in told:
            vector = np.asarray(told[item], np.float32)
            if vector.shape != (width,) or not np.isfinite(vector).all():
                raise ModelError(
                    f"The {what} of product {item} cannot be used.",
                    found=f"shape {vector.shape}, {int((~np.isfinite(vector)).sum())} of them not finite",
                    expected=f"{width} finite numbers, as the first product has",
                    next_step="give each product as many numbers, or leave the product out",
                )
            made[place] = vector
    return made
