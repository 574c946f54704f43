"""What a pattern of agreement is worth: a mixture of latent classes, fitted without labels.

Pairs within blocks are of several kinds: the same person (match), two people of one household who
share a name and an address (household), and, for each rule, strangers who agree on just what the
rule asks for. Fields are independent within a class. A model of two classes takes what households
share for evidence of one person; this one does not (Fellegi and Sunter 1969; the EM of Winkler 1988).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from onebasket.align.people.blocking import Part, Rule
from onebasket.align.people.comparing import Comparison

Doubles = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Near = Mapping[Part, Sequence[Doubles]]
MATCH, HOUSEHOLD = 0, 1
_ROUNDS, _STILL = 100, 1e-6
_SHARED_AT_HOME = {
    "family_name": 0.95, "address": 0.95, "postcode": 0.95, "city": 0.95, "number": 0.9, "phone": 0.3
}  # fmt: skip
_LIMIT = {"stranger": 3.0, "household": 0.3}  # how hard a class is held to what it was taken for
_IMPLIED = 0.3  # a field that another determines this often is shared by strangers, too


@dataclass(frozen=True)
class Model:
    """The fitted mixture. `tables[c][f][l]` is the probability of level l + 1 of field f in class c."""

    classes: tuple[str, ...]
    weights: Doubles  # share of each class among the candidates
    tables: tuple[tuple[Doubles, ...], ...]
    shares: npt.NDArray[np.bool_]  # shape (classes, fields): the class agrees on the field by its nature
    rounds: int

    def logs(self, levels: Ints) -> Doubles:
        """Log of weight × probability of patterns, by class; `levels` has shape (patterns, fields)."""
        found = np.tile(np.log(self.weights), (len(levels), 1))
        for place in range(levels.shape[1]):
            table = np.stack([np.concatenate([[0.0], np.log(each[place])]) for each in self.tables], axis=1)
            found += table[levels[:, place]]
        return found


def by_chance(comparisons: Sequence[Comparison], sampled: Ints) -> list[Doubles]:
    """How often strangers agree, by field and level: u of Fellegi and Sunter.

    Full agreement from how often each value is held, the other levels from `sampled` patterns.
    """
    found = []
    for each in comparisons:
        table = _smoothed(each, sampled)
        equal = min(max(each.coded.chance, 1e-9), 1 - 1e-6)
        found.append(np.append(table[:-1] / table[:-1].sum() * (1.0 - equal), equal))
    return found


def near(comparisons: Sequence[Comparison], sampled: Ints) -> list[Doubles]:
    """How often those agree, by field and level, whose patterns were sampled."""
    return [_smoothed(each, sampled) for each in comparisons]


def _smoothed(each: Comparison, sampled: Ints) -> Doubles:
    counts = np.bincount(each.of(sampled), minlength=each.size)[1:] + 0.3
    return np.asarray(counts / counts.sum())


def fit(
    comparisons: Sequence[Comparison], rules: Sequence[Rule], levels: Ints, rule: Ints, counts: Doubles,
    chance: Sequence[Doubles], near: Near,
) -> Model:  # fmt: skip
    """Fit the mixture by EM to distinct patterns: `levels` (patterns, fields), their rule and count.

    `near` says how strangers agree who agree on one part of a rule.
    """
    starts, shares, hold, names = _starts(comparisons, rules, chance, near)
    of_rule = np.bincount(rule, weights=counts, minlength=len(rules)) / max(counts.sum(), 1.0)
    weights = np.concatenate([[0.05, 0.05], 0.9 * of_rule + 1e-6])
    weights /= weights.sum()
    tables = [list(each) for each in starts]
    rounds = 0
    for rounds in range(1, _ROUNDS + 1 if len(counts) else 1):
        model = Model(names, weights, tuple(tuple(each) for each in tables), shares, rounds)
        logs = model.logs(levels)
        belief = np.exp(logs - logs.max(axis=1, keepdims=True))
        belief *= (counts / belief.sum(axis=1))[:, None]
        new = belief.sum(axis=0)
        new = new / new.sum() + 1e-9
        for number in range(len(names)):
            for place, each in enumerate(comparisons):
                seen = np.bincount(levels[:, place], weights=belief[:, number], minlength=each.size)[1:]
                held = hold[number] * seen.sum() + 1.0
                grown = seen + 0.5 if number == MATCH else seen + held * starts[number][place]
                tables[number][place] = np.maximum(grown / grown.sum(), 1e-12)
        still = np.abs(new - weights).max() < _STILL
        weights = new / new.sum()
        if still:
            break
    return Model(names, weights, tuple(tuple(each) for each in tables), shares, rounds)


def _starts(
    comparisons: Sequence[Comparison], rules: Sequence[Rule], chance: Sequence[Doubles], near: Near
) -> tuple[list[list[Doubles]], npt.NDArray[np.bool_], list[float], tuple[str, ...]]:
    """What each class is taken for at first: tables, fields shared by nature, firmness, names."""
    columns = [each.coded.field.column for each in comparisons]
    starts = [[_mostly(len(each), 0.85) for each in chance]]
    shares = [np.zeros(len(columns), np.bool_)]
    home, shared = [], np.zeros(len(columns), np.bool_)
    for place, each in enumerate(comparisons):
        often = _SHARED_AT_HOME.get(each.coded.field.kind, 0.0)
        home.append(often * _mostly(len(chance[place]), 0.996) + (1 - often) * chance[place])
        shared[place] = often > 0.5
    starts.append(home)
    shares.append(shared)
    for rule in rules:
        tables, shared = [], np.zeros(len(columns), np.bool_)
        for place, column in enumerate(columns):
            asked = [part for part in rule.parts if part.column == column]
            if any(part.form == "whole" for part in asked):
                tables.append(_mostly(len(chance[place]), 0.996))
                shared[place] = True
                continue
            # What one part of the rule says of the field: itself in another form, or a city by its postcode.
            told = [near[part][place] for part in rule.parts if part in near]
            most = max(told, key=lambda table: float(table[-1]), default=chance[place])
            if asked or most[-1] > max(_IMPLIED, 3 * chance[place][-1]):
                tables.append(most)
                shared[place] = most[-1] > _IMPLIED
            else:
                tables.append(chance[place].copy())
        starts.append(tables)
        shares.append(shared)
    hold = [0.0, _LIMIT["household"], *[_LIMIT["stranger"]] * len(rules)]
    names = ("match", "household", *(f"strangers: {rule}" for rule in rules))
    return starts, np.array(shares), hold, names


def _mostly(size: int, equal: float) -> Doubles:
    """Levels of which the last, equal, has this probability and the others share the rest."""
    return np.append(np.full(size - 1, (1.0 - equal) / (size - 1)), equal)
