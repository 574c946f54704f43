"""Offers that identifiers join show how two catalogues write one product: a model for each two of them.

What is known is asked as if it were not: some of the offers whose partner is known look for it among all of
the other catalogue, three in ten of them where it is not there, so that the model learns that, too.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from onebasket.align.products.additive import Additive, Values, fit
from onebasket.align.products.candidates import BUDGET, MOST, Index, likest, packed, unpacked, views_of
from onebasket.align.products.comparing import Floats, compare
from onebasket.align.products.known import Known
from onebasket.align.products.learning import DECIDED, Judged
from onebasket.align.products.offers import Offers
from onebasket.align.products.standing import Rivals, alike
from onebasket.align.products.texts import Ints

_MOST = 500  # offers of a catalogue that teach about another
_FEW = 50  # and so many at least: fewer teach nothing
_WITHHELD = 0.3
_FIRM = 5.0  # how firmly the prior stands

Models = Mapping[tuple[int, int], Additive]


def taught(offers: Offers, known: Known, decided: Judged | None, prior: Additive | None, seed: int) -> Models:
    """The prior drawn to how two catalogues write one product, for each two that identifiers join often.

    `decided` are pairs that people judged. Catalogues are numbered from 0, the smaller number first.
    """
    random = np.random.default_rng(seed)
    models: dict[tuple[int, int], Additive] = {}
    catalogues = range(known.holds.shape[1])
    asked = {
        (one, other): _some(mine[~known.lack(mine, other)], random)
        for one in catalogues
        for other in catalogues
        if one != other and len(mine := offers.of(one))
    }
    both = [pair for pair in asked if pair[0] < pair[1] and len(asked[pair]) >= _FEW]
    views = views_of(offers)
    indices = {each: Index.of(views, offers.of(each)) for each in sorted({n for pair in both for n in pair})}
    for one, other in both:
        near = [
            packed(mine, likest(views, indices[target], mine, MOST, BUDGET), offers.size)
            for mine, target in ((asked[one, other], other), (asked[other, one], one))
        ]
        left, right = unpacked(np.unique(np.concatenate(near)), offers.size)
        same = known.component[left] == known.component[right]
        withheld = random.random(len(known.holds)) < _WITHHELD
        kept = ~(same & withheld[known.component[left]])
        shown = Judged(left[kept], right[kept], same[kept].astype(np.float64))
        models[one, other] = _fit(offers, shown, _between(offers, decided, one, other), prior)
    return models


def _fit(offers: Offers, shown: Judged, decided: Judged, prior: Additive | None) -> Additive:
    plain = compare(offers, shown.left, shown.right)
    rivals = Rivals(offers, shown.left, shown.right, alike(plain))

    def features(pairs: Judged, plain: Floats) -> Floats:
        return np.concatenate([plain, rivals.standing(pairs.left, pairs.right, plain)], axis=1)

    seen = features(shown, plain), features(decided, compare(offers, decided.left, decided.right))
    weights: Values = np.repeat([1.0, DECIDED], [len(shown.left), len(decided.left)])
    labels = np.concatenate([shown.labels, decided.labels])
    return fit(np.concatenate(seen), labels, weights, prior, _FIRM)


def _between(offers: Offers, judged: Judged | None, one: int, other: int) -> Judged:
    """Those pairs that are of these two catalogues."""
    if judged is None:
        nothing = np.zeros(0, np.int32)
        return Judged(nothing, nothing, np.zeros(0))
    a, b = offers.source[judged.left], offers.source[judged.right]
    kept: npt.NDArray[np.bool_] = ((a == one) & (b == other)) | ((a == other) & (b == one))
    return Judged(judged.left[kept], judged.right[kept], judged.labels[kept])


def _some(offers: Ints, random: np.random.Generator) -> Ints:
    return np.sort(random.choice(offers, _MOST, replace=False)) if len(offers) > _MOST else offers
