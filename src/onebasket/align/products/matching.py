"""The five steps in order: offers, candidates, comparisons, a model, and the choice among candidates."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import pyarrow as pa

from onebasket.accounting import Progress, silent
from onebasket.align.products import candidates as finding
from onebasket.align.products.additive import Additive, Values
from onebasket.align.products.choosing import Flags, one_to_one
from onebasket.align.products.comparing import Floats, Pair, compare
from onebasket.align.products.doubtful import asked
from onebasket.align.products.fields import Field
from onebasket.align.products.known import SAME, UNKNOWN, Known, Verdicts
from onebasket.align.products.labelled import best_threshold, crossed, learn
from onebasket.align.products.learning import Judged, Learnt, Sample, Scorer, adapted, alone
from onebasket.align.products.offers import Offers, encode
from onebasket.align.products.standing import BY, Rivals, alike
from onebasket.align.products.taught import taught
from onebasket.align.threads import side_by_side
from onebasket.errors import MatchError
from onebasket.judging import Judge

_CERTAIN = 20.0  # log odds of a pair that identifiers join; of one that they part, less than 0
_SLICE = 50_000  # pairs compared at once: bounds memory
_LEARNT_FROM = 600_000  # pairs whose features are held at once to learn from


@dataclass(frozen=True)
class Settings:
    """How to match. `known` judges where nothing else can; it is adapted unless `alone` is asked for."""

    known: Additive
    model: Scorer | None = None  # judges as it is
    alone: bool = False  # learn from these catalogues only
    judged: Judged | None = None  # pairs to learn from, by offer
    chosen_on: Judged | None = None  # pairs to choose the threshold on
    threshold: float | None = None  # a probability; None: one half, or where judged pairs say
    identified: Known | None = None  # what identifiers say of offers; None: what barcodes do
    decided: Judged | None = None  # pairs that people judged, which teach beside those that identifiers join
    judge: Judge | None = None  # is asked about pairs that the model cannot tell
    one_to_one: bool = False  # an offer is at most one offer of another catalogue
    most: int = finding.MOST  # candidates an offer has in another catalogue
    budget: int = finding.BUDGET
    threads: int = 2
    seed: int = 0

    def __post_init__(self) -> None:
        if self.threshold is not None and not 0.0 < self.threshold < 1.0:
            raise MatchError(
                "The threshold is a probability.", found=str(self.threshold), expected="between 0 and 1"
            )
        if self.most < 1 or self.budget < 1:
            raise MatchError("There must be candidates.", found=f"{self.most}", expected="1 or more an offer")


@dataclass(frozen=True)
class Matching:
    """What matching came to. Offers are numbered through all catalogues, one behind the other."""

    settings: Settings
    offers: Offers
    known: Known
    left: Pair  # candidates, in order
    right: Pair
    rivals: Rivals
    learnt: Learnt
    cut: float  # log odds from which on a pair is taken for one product
    scores: Values  # log odds of each candidate

    @cached_property
    def linked(self) -> Flags:
        """Which candidates are one product."""
        if self.settings.one_to_one:
            return one_to_one(self.offers.source, self.left, self.right, self.scores, self.cut)
        return np.asarray(self.scores >= self.cut)

    def features(self, left: Pair, right: Pair) -> Floats:
        """Features of any pairs, as the models take them."""
        return _features(self.offers, self.rivals, left, right)

    def judge(self, left: Pair, right: Pair) -> Values:
        """Log odds of any pairs, candidates or not."""
        said = self.learnt.score(left, right, self.features(left, right))
        told = _overruled(said, self.verdicts(left, right))
        known = self.left.astype(np.int64) * self.offers.size + self.right
        wanted = left.astype(np.int64) * self.offers.size + right
        place = np.minimum(np.searchsorted(known, wanted), max(len(known) - 1, 0))
        there = known[place] == wanted if len(known) else np.zeros(len(wanted), np.bool_)
        told[there] = self.scores[place[there]]  # what a judge said, too
        return told

    def are_linked(self, left: Pair, right: Pair) -> Flags:
        """Whether each pair is taken for one product, as a candidate would be."""
        likely = self.judge(left, right) >= self.cut
        if not self.settings.one_to_one:
            return likely
        chosen = self.left[self.linked].astype(np.int64) * self.offers.size + self.right[self.linked]
        return likely & np.isin(left.astype(np.int64) * self.offers.size + right, chosen)

    def verdicts(self, left: Pair, right: Pair) -> Verdicts:
        """What identifiers say of any pairs."""
        return self.known.verdicts(self.offers.source, left, right, self.settings.one_to_one)


def match(
    tables: Sequence[pa.Table],
    fields: Sequence[Sequence[Field]],
    settings: Settings,
    progress: Progress = silent,
) -> Matching:
    """Find which offers of several catalogues are one product, none of them within a catalogue."""
    progress("read", 0, 0)
    offers = encode(tables, fields)
    progress("read", 1, 1)
    progress("block", 0, 0)
    known = settings.identified or Known.by_codes(offers.source, offers.gtin)
    left, right = finding.candidates(offers, known, settings.one_to_one, settings.most, settings.budget)
    progress("block", 1, 1)
    likeness = in_slices(lambda a, b: alike(compare(offers, a, b)), left, right, len(BY), progress, "compare")
    rivals = Rivals(offers, left, right, likeness)
    learnt, cut = _learn(offers, known, rivals, (left, right), settings, progress)
    progress("learn", 1, 1)

    def tell(a: Pair, b: Pair) -> Floats:
        said = learnt.score(a, b, _features(offers, rivals, a, b))
        verdicts = known.verdicts(offers.source, a, b, settings.one_to_one)
        return _overruled(said, verdicts).astype(np.float32)[:, None]

    scores = in_slices(tell, left, right, 1, progress, "weigh")[:, 0].astype(np.float64)
    if settings.judge is not None:
        open_ = known.verdicts(offers.source, left, right, settings.one_to_one) == UNKNOWN
        scores[open_] = asked(
            settings.judge, tables, fields, left[open_], right[open_], scores[open_], progress
        )
    return Matching(settings, offers, known, left, right, rivals, learnt, cut, scores)


def _learn(
    offers: Offers, known: Known, rivals: Rivals, pairs: tuple[Pair, Pair], settings: Settings,
    progress: Progress,
) -> tuple[Learnt, float]:  # fmt: skip
    """The models, and the log odds from which on they are believed."""
    progress("learn", 0, 0)
    judged, cut, source = settings.judged, 0.0, offers.source
    if settings.model is not None:
        learnt = Learnt(source, (settings.model,))
    elif judged is not None:
        features = _features(offers, rivals, judged.left, judged.right)
        learnt = Learnt(source, (learn(features, judged.labels, settings.threads, settings.seed),))
        if settings.chosen_on is None and settings.threshold is None:
            unseen = crossed(features, judged.labels, judged.left, settings.threads, settings.seed)
            cut = best_threshold(unseen, judged.labels)
    else:
        learnt = _without_labels(offers, known, rivals, pairs, settings, progress)
    if settings.threshold is not None:
        cut = math.log(settings.threshold / (1.0 - settings.threshold))
    elif settings.chosen_on is not None:
        valid = settings.chosen_on
        told = learnt.score(valid.left, valid.right, _features(offers, rivals, valid.left, valid.right))
        cut = best_threshold(told, valid.labels)
    return learnt, cut


def _without_labels(
    offers: Offers, known: Known, rivals: Rivals, pairs: tuple[Pair, Pair], settings: Settings,
    progress: Progress,
) -> Learnt:  # fmt: skip
    """A model for each two catalogues that identifiers join often, and one for the pairs of all others."""
    prior = None if settings.alone else settings.known
    own = taught(offers, known, settings.decided, prior, settings.seed)
    left, right = pairs
    said = settings.decided
    decided = () if said is None else ((_features(offers, rivals, said.left, said.right), said.labels),)
    rest = known.verdicts(offers.source, left, right, settings.one_to_one) == UNKNOWN
    for one, other in own:
        rest &= (offers.source[left] != one) | (offers.source[right] != other)
    if not rest.any():
        return Learnt(offers.source, (settings.known,), own)
    left, right, mine = _some(left[rest], right[rest], settings.seed)
    sample = Sample(offers.source, left, right, _features(offers, rivals, left, right), mine, *decided)
    learnt = (alone if settings.alone else adapted)(sample, settings.known, settings.seed, progress)
    return replace(learnt, own=own)


def _some(left: Pair, right: Pair, seed: int) -> tuple[Pair, Pair, Flags]:
    """Candidates to learn from: those of some offers, and all that compete with them.

    The third says which are of those offers. All, where they are few.
    """
    if len(left) <= _LEARNT_FROM:
        return left, right, np.ones(len(left), np.bool_)
    asked = np.unique(left)
    # Each of an offer's candidates has about as many of its own.
    each = len(left) / len(asked)
    rivals = len(left) / max(len(np.unique(right)), 1)
    many = max(int(_LEARNT_FROM / (each * rivals)), 1000)
    chosen = np.random.default_rng(seed).choice(asked, min(many, len(asked)), replace=False)
    mine = np.isin(left, chosen)
    kept = mine | np.isin(right, right[mine])
    return left[kept], right[kept], mine[kept]


def _overruled(scores: Values, verdicts: Verdicts) -> Values:
    """Log odds where identifiers decide what they can."""
    return np.where(verdicts == UNKNOWN, scores, np.where(verdicts == SAME, _CERTAIN, -_CERTAIN))


def _features(offers: Offers, rivals: Rivals, left: Pair, right: Pair) -> Floats:
    plain = compare(offers, left, right)
    return np.concatenate([plain, rivals.standing(left, right, plain)], axis=1)


def in_slices(
    work: Callable[[Pair, Pair], Floats], left: Pair, right: Pair, width: int, progress: Progress, what: str
) -> Floats:
    """What `work` says of all pairs, a slice at a time, shape (pairs, width)."""
    found = np.empty((len(left), width), np.float32)

    def one(start: int) -> None:
        end = start + _SLICE
        found[start:end] = work(left[start:end], right[start:end])
        progress(what, min(end, len(left)), len(left))

    side_by_side(one, range(0, len(left), _SLICE), len(left))
    return found
