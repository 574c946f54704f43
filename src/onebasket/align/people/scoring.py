"""What a pattern of agreement is worth: a mixture of latent classes, fitted without labels.

Pairs within blocks are of several kinds: the same person (match), two people of one household who
share a name and an address (household), and, for each rule, strangers who agree on just what the
rule asks for. Fields are independent within a class. A model of two classes takes what households
share for evidence of one person; this one does not (Fellegi and Sunter 1969; the EM of Winkler 1988).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from onebasket.align.people.blocking import Part, Rule
from onebasket.align.people.comparing import Comparison
from onebasket.align.people.fitting import expect
from onebasket.align.people.levels import SOUNDS_ALIKE

Doubles = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Levels = npt.NDArray[np.int8]  # shape (patterns, fields)
Near = Mapping[Part, Levels]  # how strangers agree who agree on a part of a rule
MATCH, HOUSEHOLD = 0, 1  # classes
DIFFER = 1  # the level, of every field
_ROUNDS, _STILL = 300, 1e-5
_ENOUGH = 30  # pairs from which anything can be learnt
_SHARED_AT_HOME = {
    "family_name": 0.95, "address": 0.95, "postcode": 0.95, "city": 0.95, "number": 0.9, "phone": 0.3,
    "device": 0.3,
}  # fmt: skip
_HOLD = {"stranger": 3.0, "household": 0.3}  # how hard a class is held to what it was taken for
_SHARED = 0.3  # a field that another determines this often is shared by strangers, too
_IMPLIED = 0.9  # of two fields that determine each other this often the second says nothing


@dataclass(frozen=True)
class Model:
    """The fitted mixture. Arrays go by class, then field, then level; level 0, missing, says nothing."""

    classes: tuple[str, ...]
    sizes: tuple[int, ...]  # levels of each field, 0 included
    shares: Doubles  # of each class among the candidates
    tables: Doubles  # the probability of each level; 1 at level 0
    expected: npt.NDArray[np.bool_]  # (classes, fields): the class agrees on the field by its nature
    implied: tuple[tuple[int, int], ...]  # where the first field agrees fully, the second says nothing
    rounds: int = 0
    notes: tuple[str, ...] = ()
    trust: tuple[float, ...] = ()  # what labels taught: a constant in bits, then a factor for each step

    def steps(self, levels: Levels) -> Doubles:
        """What each field says for a match, in bits: (patterns, 1 + fields), first what stands beforehand.

        Fields are told one after the other, each given those before it, so that the steps of a pattern
        add up to its weight.
        """
        logs = np.tile(np.log(self.shares), (len(levels), 1))
        tables, known = np.log(self.tables), self.heard(levels)
        odds = np.empty((len(levels), levels.shape[1] + 1))
        odds[:, 0] = _odds(logs)
        for place in range(levels.shape[1]):
            logs += tables[:, place, known[:, place]].T
            odds[:, place + 1] = _odds(logs)
        return np.diff(odds, axis=1, prepend=0.0)

    def taught(self, levels: Levels) -> Doubles:
        """Bits that labels add to each pattern."""
        if not self.trust:
            return np.zeros(len(levels))
        constant, *factors = self.trust
        return np.asarray(self.steps(levels) @ (np.array(factors) - 1.0) + constant)

    def logs(self, levels: Levels) -> Doubles:
        """Log of share × probability of patterns, by class; shape (patterns, classes)."""
        tables, found = np.log(self.tables), np.tile(np.log(self.shares), (len(levels), 1))
        known = self.heard(levels)
        for place in range(levels.shape[1]):
            found += tables[:, place, known[:, place]].T
        return found

    def heard(self, levels: Levels) -> Levels:
        """Levels without those that others imply."""
        known = levels.copy()
        for first, second in self.implied:
            known[levels[:, first] == self.sizes[first] - 1, second] = 0
        return known


def _odds(logs: Doubles) -> Doubles:
    """Log2 of the odds of a match."""
    return np.asarray((logs[:, MATCH] - np.logaddexp.reduce(logs[:, 1:], axis=1)) / np.log(2.0))


def start(
    comparisons: Sequence[Comparison], rules: Sequence[Rule], of_rule: Doubles, sampled: Levels, near: Near
) -> Model:  # fmt: skip
    """The mixture as it is taken for at first.

    `of_rule` is the share of each rule among the candidates, `sampled` how strangers agree, `near` how
    those do who agree on one part of a rule.
    """
    sizes = tuple(each.size for each in comparisons)
    implied = _implied(comparisons, near)
    blank = Model((), sizes, np.zeros(0), np.zeros((0, 0, 0)), np.zeros((0, 0), np.bool_), implied)
    chance = by_chance(comparisons, blank.heard(sampled))
    told = {part: _smoothed(blank.heard(levels), sizes) for part, levels in near.items()}
    tables, expected = _starts(comparisons, rules, chance, told)
    shares = np.concatenate([[0.05, 0.05], 0.9 * of_rule + 1e-6])
    names = ("match", "household", *(f"strangers: {rule}" for rule in rules))
    return replace(blank, classes=names, shares=shares / shares.sum(), tables=tables, expected=expected)


def of_two_classes(comparisons: Sequence[Comparison], sampled: Levels) -> Model:
    """A plainer mixture: the same person, or strangers who agree as often as anybody does."""
    sizes = tuple(each.size for each in comparisons)
    chance = by_chance(comparisons, sampled)
    tables = np.stack([_match(sizes), chance])
    return Model(
        ("match", "strangers"), sizes, np.array([0.05, 0.95]), tables, np.zeros((2, len(sizes)), np.bool_), ()
    )


def by_chance(comparisons: Sequence[Comparison], sampled: Levels) -> Doubles:
    """How often strangers agree, by field and level: u of Fellegi and Sunter.

    Full agreement from how often each value is held, the other levels from sampled pairs.
    """
    table = _smoothed(sampled, [each.size for each in comparisons])
    for place, each in enumerate(comparisons):
        equal = min(max(each.coded.chance, 1e-9), 1 - 1e-6)
        rest = table[place, 1 : each.size - 1]
        table[place, 1 : each.size - 1] = rest / rest.sum() * (1.0 - equal)
        table[place, each.size - 1] = equal
    return table


def fit(model: Model, levels: Levels, counts: Doubles, comparisons: Sequence[Comparison]) -> Model:
    """The mixture fitted by EM to distinct patterns and their counts, where there are enough pairs."""
    if counts.sum() < _ENOUGH:
        note = f"There are too few candidates to learn from ({int(counts.sum())}): weights are those assumed."
        return replace(model, notes=(*model.notes, note))
    starts, shares, tables = model.tables, model.shares, model.tables.copy()
    known = model.heard(levels)
    hold = np.full(len(shares), _HOLD["stranger"])
    hold[: HOUSEHOLD + 1] = 0.0, _HOLD["household"] if len(shares) > 2 else _HOLD["stranger"]
    if len(shares) == 2:
        hold[1] = 1e6  # what strangers share is known
    room = starts.shape[2] - 1
    real = np.arange(1, room + 1)[None, :] < np.array(model.sizes)[:, None]  # levels the fields have
    assumed = _not_learnt(comparisons)[None, :, 1:]
    kept = np.where(assumed, starts[:, :, 1:], 0.0)
    rounds, still = 0, False
    while rounds < _ROUNDS and not still:
        rounds += 1
        seen, new = expect(known, counts, np.log(tables), np.log(shares))
        new = new / new.sum() + 1e-9
        seen = seen[:, :, 1:]
        held = hold[:, None] * seen.sum(axis=2) + 1.0
        grown = seen + held[:, :, None] * starts[:, :, 1:] * real
        grown[MATCH] = seen[MATCH] + 0.5 * real
        grown = np.where(assumed, 0.0, grown)
        grown *= (1.0 - kept.sum(axis=2, keepdims=True)) / grown.sum(axis=2, keepdims=True)
        tables[:, :, 1:] = np.maximum(grown + kept, 1e-12)
        still = np.abs(new - shares).max() < _STILL
        shares = new / new.sum()
    return replace(model, shares=shares, tables=tables, rounds=rounds)


def _not_learnt(comparisons: Sequence[Comparison]) -> npt.NDArray[np.bool_]:
    """Levels that keep what they were taken for, (fields, levels): names in two scripts that sound alike.

    The few pairs that have them would be taken for a kind of strangers.
    """
    kept = np.zeros((len(comparisons), max((each.size for each in comparisons), default=1)), np.bool_)
    for place, each in enumerate(comparisons):
        if SOUNDS_ALIKE in each.levels and len(each.coded.values.sounds(names=True).chinese):
            kept[place, each.levels.index(SOUNDS_ALIKE) + 1] = True
    return kept


def doubts(model: Model, chance: Doubles, candidates: float) -> str | None:
    """Why a fitted mixture must not be believed, if so.

    The match class must hold some pairs, and differ half as often as strangers do at most on more than
    half the fields: otherwise the classes have changed places, or no candidate is a match.
    """
    if model.shares[MATCH] * candidates < 1.0:
        return "no candidate looks like a match"
    alike = model.tables[MATCH, :, DIFFER] < 0.5 * chance[:, DIFFER]
    if alike.sum() * 2 <= len(alike):
        return "what would be matches differ on most fields"
    return None


def _starts(
    comparisons: Sequence[Comparison], rules: Sequence[Rule], chance: Doubles, near: Mapping[Part, Doubles]
) -> tuple[Doubles, npt.NDArray[np.bool_]]:
    """What each class is taken for at first: tables, and the fields it agrees on by nature."""
    sizes = [each.size for each in comparisons]
    fields = [each.coded.field for each in comparisons]
    tables = np.stack([_match(sizes), chance, *[chance] * len(rules)])
    expected = np.zeros((len(rules) + 2, len(fields)), np.bool_)
    for place, each in enumerate(fields):
        often = _SHARED_AT_HOME.get(each.kind, 0.0)
        tables[HOUSEHOLD, place] = often * _mostly(sizes, 0.996)[place] + (1 - often) * chance[place]
        expected[HOUSEHOLD, place] = often > 0.5
    for number, rule in enumerate(rules, 2):
        for place, each in enumerate(fields):
            top = sizes[place] - 1
            asked = [part for part in rule.parts if part.column == each.column]
            if any(part.form == "whole" for part in asked):
                tables[number, place] = _mostly(sizes, 0.996)[place]
                expected[number, place] = True
                continue
            # What one part of the rule says of the field: itself in another form, or a city by its postcode.
            told = [near[part][place] for part in rule.parts if part in near]
            most = max(told, key=lambda table: float(table[top]), default=chance[place])
            if asked or most[top] > max(_SHARED, 3 * chance[place, top]):
                tables[number, place] = most
                expected[number, place] = most[top] > _SHARED
    return tables, expected


def _implied(comparisons: Sequence[Comparison], near: Near) -> tuple[tuple[int, int], ...]:
    """Fields that say the same: strangers who agree on either nearly always agree on the other, too."""
    columns = [each.coded.field.column for each in comparisons]
    top = [each.size - 1 for each in comparisons]
    alike = np.zeros((len(columns), len(columns)), np.bool_)
    for part, levels in near.items():
        if part.form == "whole":
            first = columns.index(part.column)
            for second, each in enumerate(comparisons):
                both = levels[levels[:, second] > 0, second]
                often = len(both) > 0 and (both == top[second]).mean() > _IMPLIED
                alike[first, second] = often and each.coded.chance < 1 - _IMPLIED
    alike &= alike.T
    return tuple((int(a), int(b)) for a, b in zip(*np.nonzero(np.triu(alike, 1)), strict=True))


def _smoothed(levels: Levels, sizes: Sequence[int]) -> Doubles:
    """How often each level was seen among those that are not missing; shape (fields, levels)."""
    table = np.ones((len(sizes), max(sizes, default=1)))
    for place, size in enumerate(sizes):
        counts = np.bincount(levels[:, place], minlength=size)[1:size] + 0.3
        table[place, 1:size] = counts / counts.sum()
    return table


def _match(sizes: Sequence[int]) -> Doubles:
    return _mostly(sizes, 0.85)


def _mostly(sizes: Sequence[int], equal: float) -> Doubles:
    """Levels of which the last, equal, has this probability and the others share the rest."""
    table = np.ones((len(sizes), max(sizes, default=1)))
    for place, size in enumerate(sizes):
        table[place, 1 : size - 1] = (1.0 - equal) / max(size - 2, 1)
        table[place, size - 1] = equal
    return table
