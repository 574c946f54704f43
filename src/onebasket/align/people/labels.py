"""What pairs judged by hand teach: how far to trust each field."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from onebasket.align.people.scoring import Doubles, Levels, Model
from onebasket.align.people.weights import Seen

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


def steps(model: Model, levels: Levels) -> Doubles:
    """What each field says for a match, in bits: shape (patterns, 1 + fields), first what stands beforehand.

    Fields are told one after the other, each given those before it, so that the steps of a pattern add
    up to its weight.
    """
    logs = np.tile(np.log(model.shares), (len(levels), 1))
    tables, known = np.log(model.tables), model.heard(levels)
    odds = np.empty((len(levels), levels.shape[1] + 1))
    odds[:, 0] = _odds(logs)
    for place in range(levels.shape[1]):
        logs += tables[:, place, known[:, place]].T
        odds[:, place + 1] = _odds(logs)
    return np.diff(odds, axis=1, prepend=0.0)


def _odds(logs: Doubles) -> Doubles:
    return np.asarray((logs[:, 0] - np.logaddexp.reduce(logs[:, 1:], axis=1)) / np.log(2.0))


def learnt(model: Model, levels: Levels, judged: Seen, same: npt.NDArray[np.bool_]) -> Doubles:
    """Bits to add to each pattern of `levels`, so that the judged pairs come out as judged.

    A logistic regression on what each field says, held to trusting every field as far as before
    (ridge towards 1, and towards 0 for the constant); Newton's method.
    """
    said = steps(model, judged.levels)[judged.place] * np.log(2.0)
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
    return np.asarray(steps(model, levels) @ (trust[1:] - 1.0) + trust[0] / np.log(2.0))
