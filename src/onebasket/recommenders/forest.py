"""Boosted trees asked for a few rows at once, fast: every row against one node at a time.

Each tree keeps for a row the leaves it may still end in, a bit each. A node whose condition does not hold
takes away those to its left; what is left at the end begins with the leaf that a walk down the tree would
reach (Lucchese et al., "QuickScorer", SIGIR 2015). Rows lie side by side, so that processors take many.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from onebasket.kernels import compiled

MOST_LEAVES = 32
_ROWS = 1024  # taken at once: what is said of them stays in the processor's cache
_NAN, _ZERO, _CATEGORY, _DEFAULT_LEFT = 2, 1, 1, 2  # as LightGBM's decision types say it
_NOTHING = np.float32(1e-35)  # what LightGBM takes for nought
_TURN = 0x077CB531  # times a lone bit: its top five bits tell which (de Bruijn)
_WHICH = np.zeros(MOST_LEAVES, np.uint8)
for _bit in range(MOST_LEAVES):
    _WHICH[(_TURN << _bit & 0xFFFFFFFF) >> 27] = _bit


@dataclass(frozen=True, eq=False)
class Forest:
    """Trees as arrays: tree t has the nodes `starts[t]` to before `starts[t + 1]`."""

    starts: npt.NDArray[np.int64]  # (trees + 1,)
    features: npt.NDArray[np.int32]  # (nodes,)
    most: npt.NDArray[np.float32]  # (nodes,) a row goes left if its feature is not above
    unknown_left: npt.NDArray[np.bool_]  # (nodes,) where it goes if its feature is nan
    kept: npt.NDArray[np.uint32]  # (nodes,) the leaves left if it goes right
    values: npt.NDArray[np.float64]  # (trees, MOST_LEAVES)

    @classmethod
    def of(cls, text: str) -> Forest | None:
        """From the text of a LightGBM model; None for one with conditions of other kinds than here."""
        columns: tuple[list[Any], ...] = ([], [], [], [])
        starts, values = [0], []
        for block in text.split("\nTree=")[1:]:
            told = dict(line.split("=", 1) for line in block.split("\n\n")[0].splitlines() if "=" in line)
            leaves = [float(each) for each in told["leaf_value"].split()]
            if len(leaves) > MOST_LEAVES or told.get("is_linear", "0") != "0":
                return None
            if len(leaves) > 1 and not _add_nodes(told, columns):
                return None
            order = _leaves(told) if len(leaves) > 1 else [0]
            values.append([leaves[leaf] for leaf in order] + [0.0] * (MOST_LEAVES - len(leaves)))
            starts.append(len(columns[0]))
        features, most, unknown, kept = columns
        return cls(
            np.array(starts), np.array(features, np.int32), np.array(most, np.float32),
            np.array(unknown, np.bool_), np.array(kept, np.uint32), np.array(values).reshape(-1, MOST_LEAVES),
        )  # fmt: skip

    def sums(self, facts: npt.NDArray[np.float32]) -> npt.NDArray[np.float64]:
        """What all trees say of rows, whose facts (features, rows) stand side by side, (rows,)."""
        made, nodes = np.zeros(facts.shape[1]), (self.features, self.most, self.unknown_left, self.kept)
        for start in range(0, len(made), _ROWS):
            some, part = facts[:, start : start + _ROWS], made[start : start + _ROWS]
            some = np.where(np.abs(some) <= _NOTHING, np.float32(0), some)
            _sum(self.starts, nodes, self.values, _WHICH, some, np.empty(len(part), np.uint32), part)
        return made


def _add_nodes(told: dict[str, str], columns: tuple[list[Any], ...]) -> bool:
    """Add a tree's nodes; whether all are of a known kind."""
    order, left = {leaf: place for place, leaf in enumerate(_leaves(told))}, _numbers(told, "left_child")
    right = _numbers(told, "right_child")
    for node, kind in enumerate(_numbers(told, "decision_type")):
        missing = kind >> 2 & 3
        if kind & _CATEGORY or missing == _ZERO:
            return False
        threshold = float(told["threshold"].split()[node])
        unknown_left = bool(kind & _DEFAULT_LEFT) if missing == _NAN else threshold >= 0  # nan counts as 0
        gone = sum(1 << order[leaf] for leaf in _below(left[node], left, right))
        columns[0].append(_numbers(told, "split_feature")[node])
        columns[1].append(_not_above(threshold))
        columns[2].append(unknown_left)
        columns[3].append(~gone & 0xFFFFFFFF)
    return True


def _numbers(told: dict[str, str], name: str) -> list[int]:
    return [int(each) for each in told[name].split()]


def _not_above(threshold: float) -> np.float32:
    """The largest 32-bit number up to a threshold: such numbers lie above both or neither."""
    near = np.float32(threshold)
    return np.nextafter(near, np.float32(-np.inf)) if float(near) > threshold else near


def _leaves(told: dict[str, str]) -> list[int]:
    """A tree's leaves from left to right."""
    return _below(0, _numbers(told, "left_child"), _numbers(told, "right_child"))


def _below(node: int, left: list[int], right: list[int]) -> list[int]:
    """The leaves below a node, from left to right; leaf l is node -l - 1."""
    if node < 0:
        return [-node - 1]
    return [*_below(left[node], left, right), *_below(right[node], left, right)]


@compiled
def _sum(starts: Any, nodes: Any, values: Any, which: Any, facts: Any, leaves: Any, made: Any) -> None:
    """Add up the trees in their order, as LightGBM does."""
    features, most, unknown_left, kept = nodes
    every = np.uint32(0xFFFFFFFF)
    for tree in range(len(starts) - 1):
        leaves[:] = every
        for node in range(starts[tree], starts[tree + 1]):
            column, limit, left = facts[features[node]], most[node], kept[node]
            if unknown_left[node]:
                for row in range(len(made)):
                    leaves[row] &= left if column[row] > limit else every
            else:
                for row in range(len(made)):
                    leaves[row] &= every if column[row] <= limit else left
        for row in range(len(made)):
            lone = leaves[row] & (~leaves[row] + np.uint32(1))
            made[row] += values[tree, which[np.uint32(lone * np.uint32(_TURN)) >> np.uint32(27)]]
