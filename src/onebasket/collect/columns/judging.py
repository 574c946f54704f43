"""From what the network says of a file to one answer a column, with a probability that means what it says."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from onebasket.collect.columns import network
from onebasket.collect.columns.assigning import assign
from onebasket.collect.columns.names import pieces
from onebasket.collect.columns.profile import common_words, profile
from onebasket.collect.columns.vocabulary import TABLES, meanings, served

CALIBRATION = Path(__file__).parent / "data" / "calibration.json"
NONE = ""
_PARTS_MOST = 3  # columns that may be joined to one, beside it


@dataclass(frozen=True)
class Slot:
    """What one column of a file can be. `serves` are columns of ours; of the slot "" there are none."""

    name: str
    serves: tuple[str, ...]
    part: str
    most: int


@dataclass(frozen=True)
class Answer:
    """What one column is: the slot, how likely that is, and all that it may be, likeliest first."""

    slot: Slot
    probability: float
    others: tuple[tuple[Slot, float], ...]


@dataclass(frozen=True)
class Calibration:
    """How what the network says becomes a probability: by its temperature, then by log odds."""

    temperature: float = 1.0
    slope: float = 1.0
    shift: float = 0.0
    none_slope: float = 1.0
    none_shift: float = 0.0


@cache
def slots() -> tuple[Slot, ...]:
    """All slots, that of none first."""
    found: dict[str, Slot] = {}
    for meaning in meanings():
        serves = served(meaning)
        if serves:
            before = found[meaning.slot].serves if meaning.slot in found else ()
            most = _PARTS_MOST if meaning.part == "address" else 1
            found[meaning.slot] = Slot(
                meaning.slot, tuple(dict.fromkeys(before + serves)), meaning.part, most
            )
    return (Slot(NONE, (), "", 1 << 30), *found.values())


@cache
def _meaning_to() -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Meanings × slots, and meanings × tables that they serve."""
    order = {slot.name: place for place, slot in enumerate(slots())}
    to = np.zeros((len(meanings()), len(order)))
    tables = np.zeros((len(meanings()), len(TABLES)))
    for at, meaning in enumerate(meanings()):
        to[at, order[meaning.slot] if served(meaning) else 0] = 1
        for each in served(meaning):
            tables[at, TABLES.index(each.partition(".")[0])] = 1
    return to, tables


def chances(
    nets: Sequence[network.Weights],
    header: Sequence[str],
    values: Sequence[Sequence[str | None]],
    temperature: float,
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """How likely each column is each meaning, and the file each table, on average over networks."""
    names = [pieces(name) for name in header]
    said = [profile(each) for each in values]
    return asked(nets, names, [common_words(each) for each in values], np.stack(said), temperature)


def asked(
    nets: Sequence[network.Weights],
    names: Sequence[NDArray[np.int64]],
    words: Sequence[NDArray[np.int64]],
    profiles: network.Floats,
    temperature: float,
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """As `chances`, of names and values that are numbers already."""
    each, tables = [], []
    for net in nets:
        odds, table = network.ask(net, names, words, profiles)
        scaled = odds.astype(float) / temperature
        power = np.exp(scaled - scaled.max(1, keepdims=True))
        each.append(power / power.sum(1, keepdims=True))
        tables.append(1 / (1 + np.exp(-table.astype(float))))
    return np.mean(each, 0), np.mean(tables, 0)


def judge(likely: NDArray[np.float64], tables: NDArray[np.float64], calibration: Calibration) -> list[Answer]:
    """One answer a column. Of one slot a file has one column: where several could be it, the likeliest whole.

    A meaning whose tables the file does not fill is none. `likely` is columns × meanings, `tables` are
    chances.
    """
    to, serving = _meaning_to()
    tables = tables / tables.max()  # a file that fills nothing would not be here
    open_ = np.where(serving.any(1), (serving * tables).max(1), 1.0)
    by_slot = (likely * open_) @ to
    by_slot[:, 0] += 1 - by_slot.sum(1)
    by_slot = np.clip(by_slot, 1e-9, 1)
    taken = _assigned(by_slot)
    return [_answer(by_slot, at, taken, calibration) for at in range(len(by_slot))]


def _assigned(by_slot: NDArray[np.float64]) -> NDArray[np.int64]:
    """The slot of each column; 0 is none."""
    places = [at for at, slot in enumerate(slots()) if at for _ in range(slot.most)]
    gain = np.log(by_slot[:, places]) - np.log(by_slot[:, :1])
    useful = np.flatnonzero((gain > 0).any(0))
    found = np.zeros(len(by_slot), np.int64)
    for row, column in enumerate(assign(gain[:, useful].T)):
        if column >= 0:
            found[column] = places[useful[row]]
    return found


def _answer(
    by_slot: NDArray[np.float64], at: int, taken: NDArray[np.int64], calibration: Calibration
) -> Answer:
    mine = int(taken[at])
    elsewhere = [
        place for place in set(taken.tolist()) if place and place != mine and slots()[place].most == 1
    ]
    left = by_slot[at].copy()
    left[elsewhere] *= 0.1  # another column has it; that one may be wrong
    left /= left.sum()
    chance = _calibrated(float(left[mine]), calibration, none=mine == 0)
    order = [int(place) for place in np.argsort(-by_slot[at], kind="stable")[:5] if place != mine]
    rest = 1 - float(left[mine])
    spread = [(slots()[place], float(left[place]) / max(rest, 1e-9) * (1 - chance)) for place in order]
    return Answer(slots()[mine], chance, ((slots()[mine], chance), *spread))


def _calibrated(chance: float, calibration: Calibration, none: bool) -> float:
    odds = math.log(max(chance, 1e-4) / max(1 - chance, 1e-4))
    slope, shift = (
        (calibration.none_slope, calibration.none_shift) if none else (calibration.slope, calibration.shift)
    )
    return 1 / (1 + math.exp(-(slope * odds + shift)))


@cache
def calibration() -> Calibration:
    """That of the model in the package."""
    return Calibration(**json.loads(CALIBRATION.read_text(encoding="utf-8")))
