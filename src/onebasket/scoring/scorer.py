"""A scorer: what learned a task, and the map from what it says to what is believed.

Customers are dealt into folds. Each fold has a learner that saw the others' rows only; what the
learners say of rows they did not see is what the calibrator is fitted on. Asked, the scorer takes the
mean of its learners and then the calibrator.
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from onebasket.scoring import calibration, learners
from onebasket.scoring.calibration import Calibrator, Doubles, Kind
from onebasket.scoring.frames import STATE, Frame
from onebasket.scoring.learners import Learner, Matrix, Trees, TreeSettings

FOLDS = 4
_EDGE = 1e-4  # no probability is closer to 0 or 1
Integers = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Method:
    """A way to learn a task: its name in the scores, the columns it looks at, and what learns."""

    name: str  # base_rate, recency_frequency, boosting, boosting_states or states
    columns: tuple[str, ...]
    settings: TreeSettings | None = None  # of trees
    calibrator: Kind = "none"
    recent: int = 4  # of how many moments, the latest, the calibrator is fitted on


@dataclass(frozen=True, eq=False)
class Sample:
    """Rows of several moments with what came after; the latest moment is number 0."""

    frame: Frame
    goal: Doubles  # (rows,)
    moment: Integers  # (rows,)
    folds: Integers  # (rows,) the same for all rows of a customer

    def __len__(self) -> int:
        return len(self.goal)

    @classmethod
    def of(cls, frames: Sequence[Frame], goals: Sequence[Doubles], names: Sequence[str]) -> Sample:
        """The rows of frames one below the other, the latest moment first."""
        values = np.concatenate([frame.aligned(names) for frame in frames])
        customers = pa.chunked_array([frame.customers for frame in frames], pa.string()).combine_chunks()
        whole = Frame(customers, None, tuple(names), values)
        moment = np.repeat(np.arange(len(frames)), [len(frame) for frame in frames])
        return cls(whole, np.concatenate(goals), moment, folds_of(customers))


@dataclass(frozen=True, eq=False)
class Scorer:
    """Gives each row of a frame its probability, or amount in minor units."""

    task: str
    method: str
    money: bool
    columns: tuple[str, ...]
    learners: tuple[Learner, ...]
    calibrator: Calibrator

    @property
    def needs_states(self) -> bool:
        """Whether it looks at the states of a sequence network."""
        return any(name.startswith(STATE) for name in self.columns)

    def says(self, frame: Frame) -> Doubles:
        """(rows,)"""
        return self.believed(mean_of(self.learners, frame.aligned(self.columns)))

    def parts(self, frame: Frame) -> Doubles:
        """What each of `columns` adds to what is said of a row, beside what is said of all alike, before
        calibration: the mean of the learners', (rows, columns), each in its own scale (`Learner.parts`)."""
        rows = frame.aligned(self.columns)
        made: Doubles = np.mean([learner.parts(rows)[:, :-1] for learner in self.learners], axis=0)
        return made

    def believed(self, said: Doubles) -> Doubles:
        """What is believed of what the learners said."""
        made = self.calibrator(said)
        return made if self.money else np.clip(made, _EDGE, 1 - _EDGE)


def folds_of(customers: pa.Array) -> Integers:
    """Which fold each customer belongs to: by its id alone."""
    coded = customers.dictionary_encode()
    dealt = np.array(
        [zlib.crc32(f"fold {name}".encode()) % FOLDS for name in coded.dictionary.to_pylist()], np.int64
    )
    made: Integers = dealt[coded.indices.to_numpy()] if len(customers) else np.zeros(0, np.int64)
    return made


def fit(task: str, sample: Sample, method: Method, money: bool, seed: int) -> Scorer:
    """A scorer that learned from a sample of at least one row."""
    made = learn(sample, method, money, seed)
    calibrator = calibration.fit(method.calibrator, *unseen(made, sample, method))
    return Scorer(task, method.name, money, method.columns, made, calibrator)


def learn(sample: Sample, method: Method, money: bool, seed: int) -> tuple[Learner, ...]:
    """A learner a fold."""
    rows = sample.frame.aligned(method.columns)
    found = []
    for fold in range(FOLDS):
        others = sample.folds != fold
        others = others if others.any() else np.ones_like(others)
        found.append(_learner(rows[others], sample.goal[others], method, money, seed + fold))
    return tuple(found)


def unseen(made: tuple[Learner, ...], sample: Sample, method: Method) -> tuple[Doubles, Doubles]:
    """What each learner says of the fold it has not seen, of the latest moments, and what happened."""
    late = sample.moment < method.recent
    rows = sample.frame.aligned(method.columns)[late]
    said, folds = np.zeros(len(rows)), sample.folds[late]
    for fold, learner in enumerate(made):
        said[folds == fold] = learner.says(rows[folds == fold])
    return said, sample.goal[late]


def mean_of(made: tuple[Learner, ...], rows: Matrix) -> Doubles:
    """What the learners say of rows, on average."""
    said: Doubles = np.mean([learner.says(rows) for learner in made], axis=0)
    return said


def shortened(made: tuple[Learner, ...], rounds: int) -> tuple[Learner, ...]:
    """The same learners, of whose trees only the first are asked."""
    return tuple(
        Trees(one.booster, min(rounds, one.rounds)) if isinstance(one, Trees) else one for one in made
    )


def _learner(rows: Matrix, goal: Doubles, method: Method, money: bool, seed: int) -> Learner:
    level = np.maximum(goal, 0.0) if money else goal
    if method.name == "base_rate" or level.min() == level.max():
        return learners.constant(goal)
    if method.settings is None:
        return learners.linear(rows, goal, money)
    return learners.trees(rows, goal, money, method.settings, seed)
