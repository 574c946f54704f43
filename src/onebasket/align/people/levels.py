"""How two values agree, by kind of field, compiled: one level a pair, added up to a pattern.

Level 0: one of the two is missing. Level 1: they differ. The last: they are equal. A pattern is
the sum of each field's level times its radix, so that a pair's levels are one number.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from onebasket.align.people.strings import (
    Flags,
    Offsets,
    Points,
    Words,
    common,
    edits,
    fits,
    jaro_winkler,
)
from onebasket.kernels import kernel

Pair = tuple[npt.NDArray[np.int32], npt.NDArray[np.int32]]  # the left and the right record of each pair
Text = tuple[Points, Offsets, Words, Flags]  # see `strings.Texts`
Codes = npt.NDArray[np.int32]
Patterns = npt.NDArray[np.int64]
Days = npt.NDArray[np.int64]
Sounds = tuple[Points, Offsets, Words, Flags]  # see `sounds.Sounds`

SOUNDS_ALIKE = "sounds alike"  # in two scripts
NAMES = (
    "differ",
    "hidden but fits",
    "a little alike",
    "alike",
    "much alike",
    SOUNDS_ALIKE,
    "initial",
    "short form",
    "swapped",
    "equal",
)
DATES = ("differ", "within ten years", "within a year", "within a month", "one slip", "equal")
NUMBERS = ("differ", "hidden but fits", "two slips", "one slip", "equal")
EMAILS = ("differ", "names alike", "alike", "same name", "equal")
WHOLE_NAMES = (
    "differ", "hidden but fits", "a little alike", "alike", SOUNDS_ALIKE, "other order", "equal",
)  # fmt: skip
ADDRESSES = ("differ", "hidden but fits", "a little alike", "other number", "alike", "equal")
WORDS = ("differ", "hidden but fits", "a little alike", "alike", "equal")
CATEGORIES = ("differ", "equal")


@kernel
def _may_reach(alike: float, points: Points, a: int, la: int, b: int, lb: int, shared: int) -> bool:
    """Whether Jaro–Winkler similarity can be `alike`, .7 or more, where so many characters are shared.

    Jaro similarity is at most (shared / la + shared / lb + 1) / 3, and Winkler adds a tenth of what is
    missing to 1 for each of the first characters that agree, above .7 only.
    """
    most = (shared / la + shared / lb + 1.0) / 3.0 + 1e-9
    if most < max(0.7, (alike - 0.4) / 0.6):  # whatever they begin with
        return False
    if most >= alike:
        return True
    start = 0
    while start < 4 and start < la and start < lb and points[a + start] == points[b + start]:
        start += 1
    return most >= max(0.7, (alike - 0.1 * start) / (1.0 - 0.1 * start))


@kernel
def _sound_alike(sounds: Sounds, x: int, y: int, rows: npt.NDArray[np.int64]) -> bool:
    """Whether a Chinese and a Latin name have two consonants or more in common; of three, one may differ."""
    points, offsets, _, chinese = sounds
    if len(chinese) == 0 or chinese[x] == chinese[y]:
        return False
    a, b = offsets[x], offsets[y]
    la, lb = offsets[x + 1] - a, offsets[y + 1] - b
    slips = edits(points, a, la, b, lb, rows)
    return bool(min(la, lb) > 1 and slips <= (1 if max(la, lb) > 2 else 0))


@kernel
def add_names(
    pair: Pair, codes: Codes, other: Codes, texts: Text, spoken: tuple[Codes, Sounds], radix: int,
    patterns: Patterns,
) -> None:  # fmt: skip
    """`other` has the codes of the name's other half; `spoken`: the name that each is short for, and how
    names sound."""
    (left, right), (points, offsets, bags, hidden), (short, sounds) = pair, texts, spoken
    rows = np.empty((3, 66), np.int64)
    for k in range(len(left)):
        x, y = codes[left[k]], codes[right[k]]
        if x < 0 or y < 0:
            continue
        if len(hidden) > 0 and (hidden[x] or hidden[y]):
            patterns[k] += (2 if fits(points, offsets, x, y) else 1) * radix
            continue
        if x == y:
            patterns[k] += 10 * radix
            continue
        if x == other[right[k]] and y == other[left[k]]:
            patterns[k] += 9 * radix
            continue
        if short[x] == short[y]:
            patterns[k] += 8 * radix
            continue
        a, b = offsets[x], offsets[y]
        la, lb = offsets[x + 1] - a, offsets[y + 1] - b
        level = 1
        if _sound_alike(sounds, x, y, rows):
            level = 6
        elif la == 1 or lb == 1:
            level = 7 if points[a] == points[b] else 1
        elif _may_reach(0.7, points, a, la, b, lb, common(bags, x, y)):
            alike = jaro_winkler(points, a, la, b, lb)
            level = 5 if alike >= 0.92 else 4 if alike >= 0.88 else 3 if alike >= 0.7 else 1
        patterns[k] += level * radix


@kernel
def _same_letters(texts: Text, x: int, y: int) -> bool:
    """Whether two texts hold the same characters, in another order."""
    points, offsets, bags, _ = texts
    if bags[x, 0] != bags[y, 0] or offsets[x + 1] - offsets[x] != offsets[y + 1] - offsets[y]:
        return False
    mixed = np.uint64(0)  # of sums of numbers that are made from characters, whatever their order
    for at in range(offsets[x], offsets[x + 1]):
        mixed += (np.uint64(points[at]) + np.uint64(1)) ** np.uint64(5)
    for at in range(offsets[y], offsets[y + 1]):
        mixed -= (np.uint64(points[at]) + np.uint64(1)) ** np.uint64(5)
    return bool(mixed == 0)


@kernel
def add_whole_names(
    pair: Pair, codes: Codes, texts: Text, sounds: Sounds, radix: int, patterns: Patterns
) -> None:
    """Given and family name together."""
    (left, right), (points, offsets, _, hidden) = pair, texts
    rows = np.empty((3, 66), np.int64)
    for k in range(len(left)):
        x, y = codes[left[k]], codes[right[k]]
        if x < 0 or y < 0:
            continue
        level = 7
        if len(hidden) > 0 and (hidden[x] or hidden[y]):
            level = 2 if fits(points, offsets, x, y) else 1
        elif x != y and _same_letters(texts, x, y):
            level = 6
        elif x != y and _sound_alike(sounds, x, y, rows):
            level = 5
        elif x != y:
            level = _alike(texts, x, y)
        patterns[k] += level * radix


@kernel
def add_dates(pair: Pair, codes: Codes, texts: Text, days: Days, radix: int, patterns: Patterns) -> None:
    """Dates are written yyyy-mm-dd; `days` counts from a common day."""
    (left, right), (points, offsets, _, _) = pair, texts
    rows = np.empty((3, 66), np.int64)
    for k in range(len(left)):
        x, y = codes[left[k]], codes[right[k]]
        if x < 0 or y < 0:
            continue
        if x == y:
            patterns[k] += 6 * radix
            continue
        a, b = offsets[x], offsets[y]
        # Day and month may have changed places, too.
        turned = points[a + 5] == points[b + 8] and points[a + 6] == points[b + 9]
        turned = turned and points[a + 8] == points[b + 5] and points[a + 9] == points[b + 6]
        for at in range(4):
            turned = turned and points[a + at] == points[b + at]
        apart = abs(days[x] - days[y])
        level = 4 if apart <= 31 else 3 if apart <= 366 else 2 if apart <= 3653 else 1
        if turned or edits(points, a, offsets[x + 1] - a, b, offsets[y + 1] - b, rows) == 1:
            level = 5
        patterns[k] += level * radix


@kernel
def add_numbers(pair: Pair, codes: Codes, texts: Text, radix: int, patterns: Patterns) -> None:
    """Telephone numbers, postcodes, accounts: told apart by slips of the finger."""
    (left, right), (points, offsets, bags, hidden) = pair, texts
    rows = np.empty((3, 66), np.int64)
    for k in range(len(left)):
        x, y = codes[left[k]], codes[right[k]]
        if x < 0 or y < 0:
            continue
        level = 5
        if len(hidden) > 0 and (hidden[x] or hidden[y]):
            level = 2 if fits(points, offsets, x, y) else 1
        elif x != y:
            a, b = offsets[x], offsets[y]
            la, lb = offsets[x + 1] - a, offsets[y + 1] - b
            level = 1
            if max(la, lb) - common(bags, x, y) <= 2:
                slips = edits(points, a, la, b, lb, rows)
                level = 4 if slips == 1 else 3 if slips == 2 else 1
        patterns[k] += level * radix


@kernel
def add_emails(
    pair: Pair, codes: Codes, texts: Text, users: tuple[Words, Words, Offsets], radix: int, patterns: Patterns
) -> None:
    """`users`: what stands before the @ of each address, as `strings.before` gives it."""
    (left, right), (points, offsets, bags, _), (user, user_bags, ends) = pair, texts, users
    for k in range(len(left)):
        x, y = codes[left[k]], codes[right[k]]
        if x < 0 or y < 0:
            continue
        if x == y or user[x] == user[y]:
            patterns[k] += (5 if x == y else 4) * radix
            continue
        level = 1
        a, b = offsets[x], offsets[y]
        la, lb = offsets[x + 1] - a, offsets[y + 1] - b
        may = _may_reach(0.88, points, a, la, b, lb, common(bags, x, y))
        if may and jaro_winkler(points, a, la, b, lb) >= 0.88:
            level = 3
        else:
            la, lb = ends[x] - a, ends[y] - b
            may = la > 0 and lb > 0 and _may_reach(0.88, points, a, la, b, lb, common(user_bags, x, y))
            level = 2 if may and jaro_winkler(points, a, la, b, lb) >= 0.88 else 1
        patterns[k] += level * radix


@kernel
def _hidden_or_alike(texts: Text, sounds: Sounds, x: int, y: int) -> int:
    """How alike two texts that are not equal are: 4 much, 3 a little, 2 what is hidden fits, 1 not.

    Two scripts are compared as they sound; 0 where they are not alike then, which says nothing: the same
    place has other names.
    """
    (points, offsets, _, hidden), chinese = texts, sounds[3]
    if len(hidden) > 0 and (hidden[x] or hidden[y]):
        return 2 if fits(points, offsets, x, y) else 1
    if len(chinese) > 0 and chinese[x] != chinese[y]:
        level = _alike(sounds, x, y)
        return level if level > 1 else 0
    return _alike(texts, x, y)


@kernel
def _equal(texts: Text, x: int, y: int) -> bool:
    """Whether two texts are one; of those that hide something nobody knows."""
    hidden = texts[3]
    return x == y and not (len(hidden) > 0 and hidden[x])


@kernel
def add_words(pair: Pair, codes: Codes, texts: Text, sounds: Sounds, radix: int, patterns: Patterns) -> None:
    """Places and texts of any kind."""
    left, right = pair
    for k in range(len(left)):
        x, y = codes[left[k]], codes[right[k]]
        if x >= 0 and y >= 0:
            patterns[k] += (5 if _equal(texts, x, y) else _hidden_or_alike(texts, sounds, x, y)) * radix


@kernel
def add_addresses(
    pair: Pair, codes: Codes, texts: Text, sounds: Sounds, numbers: Words, radix: int, patterns: Patterns
) -> None:
    """`numbers`: one for the numbers of each address, 0 where it has none. Neighbours share all else."""
    left, right = pair
    for k in range(len(left)):
        x, y = codes[left[k]], codes[right[k]]
        if x < 0 or y < 0:
            continue
        level = 6 if _equal(texts, x, y) else _hidden_or_alike(texts, sounds, x, y)
        if 3 <= level <= 4 and numbers[x] == numbers[y] and (numbers[x] > 0 or level == 4):
            level = 5
        patterns[k] += level * radix


@kernel
def _alike(texts: Text, x: int, y: int) -> int:
    """How alike two texts are: 4 much, 3 a little, 1 not."""
    points, offsets, bags, _ = texts
    a, b = offsets[x], offsets[y]
    la, lb = offsets[x + 1] - a, offsets[y + 1] - b
    if not _may_reach(0.8, points, a, la, b, lb, common(bags, x, y)):
        return 1
    alike = jaro_winkler(points, a, la, b, lb)
    return 4 if alike >= 0.92 else 3 if alike >= 0.8 else 1


@kernel
def add_categories(pair: Pair, codes: Codes, radix: int, patterns: Patterns) -> None:
    """Genders, titles, states, devices: equal or not."""
    left, right = pair
    for k in range(len(left)):
        x, y = codes[left[k]], codes[right[k]]
        if x >= 0 and y >= 0:
            patterns[k] += (2 if x == y else 1) * radix
