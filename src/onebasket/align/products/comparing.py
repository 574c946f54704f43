"""How two offers agree: one row of numbers a pair, the same whichever of the two comes first."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from onebasket.align.products import images
from onebasket.align.products.facts import KINDS_OF_FACTS, compare_facts
from onebasket.align.products.offers import Letters, Offers
from onebasket.align.products.texts import Ints
from onebasket.align.products.tokens import HAS_DIGIT, VIEWS, Rarity, Tokens
from onebasket.kernels import kernel

Pair = npt.NDArray[np.int32]
Floats = npt.NDArray[np.float32]
_View = tuple[Ints, Tokens, Rarity]
_Told = tuple[Ints, Tokens, Tokens, Rarity, Letters, Ints]  # words, and where they stand in the squeezed text
_VIEW = ("cosine", "covered_less", "covered_more", "jaccard")
_WORDS = (
    "rarest_shared", "rarest_alone_less", "rarest_alone_more", "alone_less", "alone_more",
    "model_shared", "model_alone_less", "model_alone_more", "model_within", "model_held", "model_prefix",
)  # fmt: skip
_NUMBERS = ("numbers_shared", "numbers_alone_less", "numbers_alone_more", "model_shared_all")
_COLUMNS = ("first_word", "brand_same", "brand_within", "model_same", "model_column_within", "price_ratio",
            "image_cosine")  # fmt: skip
PLAIN = (
    *(f"{view}_{name}" for view in VIEWS for name in _VIEW), *_WORDS, *_NUMBERS, *_COLUMNS, *KINDS_OF_FACTS,
)  # fmt: skip
_FULL = 255.0  # of a token that one text holds


def compare(offers: Offers, left: Pair, right: Pair) -> Floats:
    """Features `PLAIN` of each pair, shape (pairs, features); nan where an offer does not say.

    `less` and `more` are the smaller and the larger of what is true of the two offers. `covered` is the
    share of an offer's weight that the other shares, `alone` what it has alone, in tokens as rare as can be.
    """
    found = np.empty((len(left), len(PLAIN)), np.float32)
    place = 0
    for view in VIEWS:
        weighed = offers.views[view]
        sets = weighed.sets
        view_of = (sets.starts, sets.tokens, weighed.rarity)
        sums = weighed.sums, weighed.norms
        _views(view_of, sums, left, right, found[:, place : place + len(_VIEW)])
        place += len(_VIEW)
    named, head = offers.views["words"], offers.head
    told = (named.sets.starts, named.sets.tokens, named.sets.spans, named.rarity, head.letters, head.starts)
    _words(told, left, right, found[:, place : place + len(_WORDS)])
    place += len(_WORDS)
    numbers, every = offers.views["parts"], offers.views["all"]
    _numbers(numbers.sets.starts, numbers.sets.tokens, left, right, found[:, place : place + 3])
    _models(every.sets.starts, every.sets.tokens, every.rarity, left, right, found[:, place + 3])
    place += len(_NUMBERS)
    _columns(offers, left, right, found[:, place : place + len(_COLUMNS)])
    place += len(_COLUMNS)
    compare_facts(offers.facts.starts, offers.facts.tokens, left, right, found[:, place:])
    return found


def _columns(offers: Offers, left: Pair, right: Pair, found: Floats) -> None:
    one, other = offers.first[left], offers.first[right]
    found[:, 0] = np.where((one > 0) & (other > 0), one == other, np.nan)
    for place, said in ((1, offers.brand), (3, offers.model)):
        held = said.letters, said.starts, offers.head.letters, offers.head.starts
        _stated(*held, left, right, found[:, place : place + 2])
    with np.errstate(invalid="ignore"):
        found[:, 5] = np.abs(np.log(offers.price[left] / offers.price[right]))
    found[:, 6] = images.alike(offers.image, left, right)


@kernel
def _views(view: _View, weights: tuple[Floats, Floats], left: Pair, right: Pair, found: Floats) -> None:
    (starts, tokens, rarity), (sums, norms) = view, weights
    for pair in range(len(left)):
        a, b = left[pair], right[pair]
        at, other = starts[a], starts[b]
        dot, shared = 0.0, 0.0
        while at < starts[a + 1] and other < starts[b + 1]:
            if tokens[at] == tokens[other]:
                weight = np.float64(rarity[at])
                dot, shared = dot + weight * weight, shared + weight
                at, other = at + 1, other + 1
            elif tokens[at] < tokens[other]:
                at += 1
            else:
                other += 1
        small, large = min(sums[a], sums[b]), max(sums[a], sums[b])
        if small == 0.0:
            found[pair] = np.nan
            continue
        found[pair, 0] = dot / (norms[a] * norms[b])
        found[pair, 1] = shared / large
        found[pair, 2] = shared / small
        found[pair, 3] = shared / (small + large - shared)


@kernel
def _is_within(letters: Letters, at: int, size: int, others: Letters, start: int, end: int) -> bool:
    """Whether so many letters stand in the other text."""
    for place in range(start, end - size + 1):
        same = 0
        while same < size and letters[at + same] == others[place + same]:
            same += 1
        if same == size:
            return True
    return False


@kernel
def _is_model(token: int, span: int) -> bool:
    """Whether a word looks like a model number: digits and letters, or many digits."""
    length = span & 255
    return bool(token & 1 and (length >= 4 or (length >= 3 and token & 2)))


@kernel
def _alone(told: _Told, a: int, b: int, said: npt.NDArray[np.float64]) -> None:
    """What a says that b does not: rarest, sum, model numbers, those within b's text; rarest shared ones.

    `said` gets them in this order: alone rarest, alone sum, models alone, models within, models,
    shared rarest, model shared rarest.
    """
    starts, tokens, spans, rarity, letters, heads = told
    said[:] = 0.0
    other = starts[b]
    for at in range(starts[a], starts[a + 1]):
        while other < starts[b + 1] and tokens[other] < tokens[at]:
            other += 1
        rare, is_model = np.float64(rarity[at]) / _FULL, _is_model(tokens[at], spans[at])
        said[4] += is_model
        if other < starts[b + 1] and tokens[other] == tokens[at]:
            said[5] = max(said[5], rare)
            if is_model:
                said[6] = max(said[6], rare)
                said[3] += 1
            continue
        place, size = heads[a] + (spans[at] >> 8), spans[at] & 255
        if size >= 2 and _is_within(letters, place, size, letters, heads[b], heads[b + 1]):
            said[3] += is_model
            continue
        said[0] = max(said[0], rare)
        said[1] += rare
        said[2] += is_model


@kernel
def _common_start(told: _Told, a: int, b: int) -> float:
    """The longest beginning that a model number of a shares with one of b, as a share of the longer."""
    starts, tokens, spans, _, letters, heads = told
    best = 0.0
    for at in range(starts[a], starts[a + 1]):
        if not _is_model(tokens[at], spans[at]):
            continue
        place, size = heads[a] + (spans[at] >> 8), spans[at] & 255
        for other in range(starts[b], starts[b + 1]):
            if not _is_model(tokens[other], spans[other]):
                continue
            beside, length = heads[b] + (spans[other] >> 8), spans[other] & 255
            same = 0
            while same < size and same < length and letters[place + same] == letters[beside + same]:
                same += 1
            best = max(best, same / max(size, length))
    return best


@kernel
def _words(told: _Told, left: Pair, right: Pair, found: Floats) -> None:
    starts = told[0]
    one, other = np.zeros(7), np.zeros(7)
    for pair in range(len(left)):
        a, b = left[pair], right[pair]
        if starts[a] == starts[a + 1] or starts[b] == starts[b + 1]:
            found[pair] = np.nan
            continue
        _alone(told, a, b, one)
        _alone(told, b, a, other)
        found[pair, 0] = one[5]
        found[pair, 1], found[pair, 2] = min(one[0], other[0]), max(one[0], other[0])
        found[pair, 3], found[pair, 4] = min(one[1], other[1]), max(one[1], other[1])
        found[pair, 5] = one[6]
        found[pair, 6], found[pair, 7] = min(one[2], other[2]), max(one[2], other[2])
        found[pair, 8] = one[3] + other[3]
        found[pair, 9] = (one[4] > 0) + (other[4] > 0)
        both = one[4] > 0 and other[4] > 0
        found[pair, 10] = _common_start(told, a, b) if both else np.nan


@kernel
def _numbers(starts: Ints, tokens: Tokens, left: Pair, right: Pair, found: Floats) -> None:
    for pair in range(len(left)):
        a, b = left[pair], right[pair]
        at, other, shared, alone, beyond = starts[a], starts[b], 0, 0, 0
        while at < starts[a + 1] or other < starts[b + 1]:
            if other >= starts[b + 1] or (at < starts[a + 1] and tokens[at] < tokens[other]):
                alone += tokens[at] & HAS_DIGIT
                at += 1
            elif at >= starts[a + 1] or tokens[other] < tokens[at]:
                beyond += tokens[other] & HAS_DIGIT
                other += 1
            else:
                shared += tokens[at] & HAS_DIGIT
                at, other = at + 1, other + 1
        found[pair, 0], found[pair, 1], found[pair, 2] = shared, min(alone, beyond), max(alone, beyond)


@kernel
def _models(starts: Ints, tokens: Tokens, rarity: Rarity, left: Pair, right: Pair, found: Floats) -> None:
    """The rarest word with a digit that both say anywhere."""
    for pair in range(len(left)):
        a, b = left[pair], right[pair]
        at, other, best = starts[a], starts[b], 0.0
        while at < starts[a + 1] and other < starts[b + 1]:
            if tokens[at] == tokens[other]:
                if tokens[at] & HAS_DIGIT:
                    best = max(best, float(rarity[at]))
                at, other = at + 1, other + 1
            elif tokens[at] < tokens[other]:
                at += 1
            else:
                other += 1
        found[pair] = best / _FULL


@kernel
def _stated(
    said: Letters, saids: Ints, head: Letters, heads: Ints, left: Pair, right: Pair, found: Floats
) -> None:
    """Whether what a column states is equal, one within the other (.5), or neither; in how many titles of
    the other offer it stands."""
    for pair in range(len(left)):
        a, b = left[pair], right[pair]
        one, other = saids[a + 1] - saids[a], saids[b + 1] - saids[b]
        if one == 0 and other == 0:
            found[pair] = np.nan
            continue
        small, large = (a, b) if one <= other else (b, a)
        if one == 0 or other == 0:
            found[pair, 0] = np.nan
        else:
            size = min(one, other)
            is_in = _is_within(said, saids[small], size, said, saids[large], saids[large + 1])
            found[pair, 0] = 0.0 if not is_in else 1.0 if one == other else 0.5
        within = 0
        if one > 1:
            within += _is_within(said, saids[a], one, head, heads[b], heads[b + 1])
        if other > 1:
            within += _is_within(said, saids[b], other, head, heads[a], heads[a + 1])
        found[pair, 1] = within
