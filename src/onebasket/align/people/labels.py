"""What pairs judged by hand teach: how far to trust each field."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from onebasket.align.people.scoring import Levels, Model

Ints = npt.NDArray[np.int64]
_FIRM = 4.0  # how strongly fields are held to what was learnt without labels
_ROUNDS = 50


@dataclass(frozen=True)
class Labels:
    """Pairs of records judged by hand."""

    left: npt.NDArray[np.int32]
    right: npt.NDArray[np.int32]
    same: npt.NDArray[np.bool_]

    def among(self, rows: Ints) -> Labels:
        """These pairs where record i is row `rows[i]`."""
        places = np.empty(len(rows), np.int32)
        places[rows] = np.arange(len(rows))
        return Labels(places[self.left], places[self.right], self.same)


def taught(model: Model, levels: Levels, same: npt.NDArray[np.bool_]) -> Model:
    """The model with what judged pairs teach: `levels` (pairs, fields), and whether they are the same.

    A logistic regression on what each field says, held to trusting every field as far as before
    (ridge towards 1, and towards 0 for the constant); Newton's method.
    """
    said = model.steps(levels) * np.log(2.0)
    said = np.concatenate([np.ones((len(said), 1)), said], axis=1)
    before = np.concatenate([[0.0], np.ones(said.shape[1] - 1)])
    trust = before.copy()
    for _ in range(_ROUNDS):
        chance = 1.0 / (1.0 + np.exp(-np.clip(said @ trust, -30.0, 30.0)))
        slope = said.T @ (same - chance) - _FIRM * (trust - before)
        bend = (said * (chance * (1.0 - chance))[:, None]).T @ said + _FIRM * np.eye(len(trust))
        step = np.linalg.solve(bend, slope)
        trust = trust + step
        if np.abs(step).max() < 1e-8:
            break
    return replace(model, trust=(float(trust[0] / np.log(2.0)), *trust[1:].tolist()))
