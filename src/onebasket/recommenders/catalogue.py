"""What is known of items beside who bought them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from onebasket.recommenders.interactions import Floats, Ragged


@dataclass(frozen=True, eq=False)
class Catalogue:
    """Attributes and text vectors of items, by their ids.

    A model that is given it ranks the items it names, too, where nobody bought them yet.
    """

    attributes: Mapping[str, Sequence[str]] = field(default_factory=dict)  # brand, category, … as told
    text: Mapping[str, Floats] = field(default_factory=dict)  # (width,) each

    @property
    def items(self) -> set[str]:
        """All items it names."""
        return {*self.attributes, *self.text}

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
        width = next((len(vector) for vector in self.text.values()), 0)
        if not width:
            return None
        made = np.zeros((len(items), width), np.float32)
        for place, item in enumerate(items):
            if item in self.text:
                made[place] = self.text[item]
        return made
