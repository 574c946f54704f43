"""A timeline model that begins where the one before it ended."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from onebasket.recommenders.drift import Drift, drift, turn
from onebasket.recommenders.interactions import Floats
from onebasket.recommenders.lines import Lines

if TYPE_CHECKING:
    from torch import Tensor

    from onebasket.recommenders.recommender import Recommender
    from onebasket.recommenders.timeline import Timeline
    from onebasket.timeline.encoder import Encoder
    from onebasket.timeline.network import Network

ANEW = "anew"


def anew(earlier: Recommender | None) -> str:
    """How training begins that has no timeline model to begin from."""
    return ANEW if earlier is None else f"{ANEW}: the model before is {earlier.name}"


@dataclass(frozen=True, eq=False)
class Former:
    """What a model leaves to the next."""

    item_ids: tuple[str, ...]
    vectors: Tensor  # (items + 1, D) none first
    units: Floats  # (items, D) as `item_vectors` gave them
    encoder: Encoder
    lines: Lines

    @classmethod
    def of(cls, model: Timeline) -> Former:
        """Of a model that was fitted or loaded."""
        return cls(*model.left())

    def begin(self, network: Network, item_ids: Sequence[str], lines: Lines) -> str:
        """Give a network all that it can take; in words, what that was, or ANEW and why nothing was."""
        import torch

        from onebasket.timeline.warm import begin

        places = self._places(item_ids)
        rows = torch.from_numpy(np.concatenate([[0], places + 1]))  # 0: none, or not known
        known = rows > 0
        known[0] = True
        former = {code: place for place, code in enumerate(self.lines.codes)}
        codes = torch.tensor([former.get(code, -1) for code in lines.codes], dtype=torch.int64)
        why = begin(network, self.vectors, rows, known, (self.encoder, codes))
        if why:
            return f"{ANEW}: {why}"
        told = f"from the model before: {int((places >= 0).sum()):,} of {len(item_ids):,} products"
        if len(codes):
            told += f", {int((codes >= 0).sum()):,} of {len(codes):,} marks"
        return told

    def aligned(self, units: Floats, item_ids: Sequence[str]) -> tuple[Floats | None, Drift | None]:
        """How new unit vectors (items, D) are to be turned, (D, D), and how far items moved even so. None
        where no item is known to both, or vectors are of another width."""
        places = self._places(item_ids)
        both = np.flatnonzero(places >= 0)
        if not len(both) or units.shape[1] != self.units.shape[1]:
            return None, None
        new, old = units[both], self.units[places[both]]
        turned = turn(new, old)
        return turned, drift([item_ids[int(place)] for place in both], new @ turned, old)

    def _places(self, item_ids: Sequence[str]) -> npt.NDArray[np.int64]:
        """Where items stood in the former model, -1 for new ones."""
        places = {item: place for place, item in enumerate(self.item_ids)}
        return np.array([places.get(item, -1) for item in item_ids], np.int64)
