"""Drift: how far what a model is asked about has moved from what it was trained on.

PSI, the population stability index, is Σ (now − then) · ln(now / then) over the shares of bins; KS is the
largest distance between two cumulative distributions. The usual convention for PSI is kept: stable below
0.1, moving below 0.25, drifted from there.

Samples of n and m rows of one distribution have a PSI of about (bins − 1) · (1 / n + 1 / m) by chance
(Yurdakul, "Statistical properties of population stability index", 2018). It is taken off before the verdict;
and where Pearson's test of equal shares cannot tell the windows apart, the verdict is stable, too.

Rows are taken as independent: give one a customer, or chance is underestimated. Category values stand in the
summary as they are, so no column with personal values may be given.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

import msgspec
import numpy as np
import numpy.typing as npt

from onebasket.durable import write_whole
from onebasket.errors import ImproveError, ModelError
from onebasket.intervals import Doubles, chi_square_survival

MOVING, DRIFTED = 0.1, 0.25
SURE = (
    0.001  # p-value of equal shares from which chance explains a PSI: a hundred columns are looked at at once
)
BINS = 10
POINTS = 500
KEPT = 50  # categories
_SMOOTHING = 0.5  # rows added to every bin: no share is 0, and the logarithm finite

Verdict = Literal["stable", "moving", "drifted"]
_SIDES: tuple[Literal["left", "right"], ...] = ("left", "right")  # rows below a value; rows up to it
Counts = npt.NDArray[np.int64]


class Numbers(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="numbers"):
    """A column of numbers in the training window."""

    edges: tuple[float, ...]  # rising; a bin is what is above one and up to the next
    counts: tuple[int, ...]  # a bin, and last the missing ones
    points: tuple[float, ...]  # rising: values that were seen
    below: tuple[int, ...]  # rows below each point
    upto: tuple[int, ...]  # rows up to each point


class Categories(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="categories"):
    """A column of categories in the training window."""

    names: tuple[str, ...]  # the most frequent
    counts: tuple[int, ...]  # of each name, then of all others, then of the missing ones


Summary = Numbers | Categories


@dataclass(frozen=True)
class Drift:
    """How a column differs between the training window and now."""

    verdict: Verdict
    psi: float  # as measured
    by_chance: float  # the PSI to be expected without any drift; psi less it decides
    p_value: float  # of equal shares in all bins (Pearson)
    rows: tuple[int, int]  # training window, now
    missing: tuple[float, float]  # shares
    ks: float | None = None  # of numbers that are not missing; at most about 1 / 500 too low
    ks_p_value: float | None = None  # asymptotic; with equal values too large


def summarise_numbers(values: npt.ArrayLike, bins: int = BINS) -> Numbers:
    """The summary of a training window's numbers (rows,), NaN where missing.

    Bins are of about as many rows each; a value that fills a bin alone gets one of its own. Raises
    ImproveError for infinite values or no rows.
    """
    made = _rows(values)
    known = np.sort(made[~np.isnan(made)])
    edges: Doubles = np.zeros(0)
    if len(known):
        cuts = np.quantile(known, np.linspace(0, 1, bins + 1)[1:-1], method="inverted_cdf")
        unique, times = np.unique(cuts, return_counts=True)
        edges = np.union1d(unique, np.nextafter(unique[times > 1], -np.inf))
    points = np.unique(known)
    if len(points) > POINTS:
        points = np.unique(known[np.linspace(0, len(known) - 1, POINTS).round().astype(np.int64)])
    return Numbers(
        tuple(edges.tolist()), tuple(_binned(made, edges).tolist()), tuple(points.tolist()),
        *(tuple(np.searchsorted(known, points, side=side).tolist()) for side in _SIDES),
    )  # fmt: skip


def summarise_categories(values: Iterable[str | None], kept: int = KEPT) -> Categories:
    """The summary of a training window's categories, None where missing. The `kept` most frequent keep their
    names, ties by name. Raises ImproveError for no rows."""
    found = Counter(values)
    missing = found.pop(None, 0)
    _some(found.total() + missing)
    ranked = sorted(
        ((str(name), count) for name, count in found.items() if name is not None), key=_most_first
    )
    names, counts = zip(*ranked[:kept], strict=True) if ranked else ((), ())
    return Categories(names, (*counts, found.total() - sum(counts), missing))


def numbers_drift(then: Numbers, values: npt.ArrayLike) -> Drift:
    """How numbers (rows,) of now, NaN where missing, differ from the training window's."""
    made = _rows(values)
    told = _told(np.array(then.counts), _binned(made, np.array(then.edges)))
    known = np.sort(made[~np.isnan(made)])
    before = sum(then.counts[:-1])
    if not len(known) or not before:
        return told
    apart = 0.0
    for side, counts in zip(_SIDES, (then.below, then.upto), strict=True):
        now = np.searchsorted(known, np.array(then.points), side=side) / len(known)
        apart = max(apart, float(np.abs(np.array(counts) / before - now).max()))
    return replace(told, ks=apart, ks_p_value=_by_chance(apart, before, len(known)))


def categories_drift(then: Categories, values: Iterable[str | None]) -> Drift:
    """How categories of now, None where missing, differ from the training window's; new ones are
    counted as others."""
    found = Counter(values)
    missing = found.pop(None, 0)
    named = [found[name] for name in then.names]
    _some(found.total() + missing)
    return _told(np.array(then.counts), np.array([*named, found.total() - sum(named), missing]))


def save(summaries: Mapping[str, Summary], path: Path) -> None:
    """Write the summaries of columns as JSON, whole or not at all, beside the model they belong to."""
    write_whole(path, msgspec.json.encode(dict(summaries)), path.with_name(f"{path.name}.aside"))


def load(path: Path) -> dict[str, Summary]:
    """The summaries that `save` wrote. Raises ModelError for a file that is missing, or none of them."""
    try:
        return msgspec.json.decode(path.read_bytes(), type=dict[str, Summary])
    except (OSError, UnicodeDecodeError, msgspec.DecodeError) as error:
        raise ModelError(
            f"The summaries of the training window cannot be read from {path}.",
            found=str(error),
            next_step="train the model again",
        ) from error


def _told(then: Counts, now: Counts) -> Drift:
    """Of counts (bins,), the missing ones last."""
    rows = (int(then.sum()), int(now.sum()))
    used = then + now > 0
    old, new = then[used], now[used]
    one, other = ((part + _SMOOTHING) / (part.sum() + _SMOOTHING * len(part)) for part in (old, new))
    psi = float(((other - one) * np.log(other / one)).sum())
    by_chance = (len(old) - 1) * (1 / rows[0] + 1 / rows[1])
    apart = rows[0] * rows[1] * float(((old / rows[0] - new / rows[1]) ** 2 / (old + new)).sum())
    p_value = chi_square_survival(apart, len(old) - 1)
    missing = (float(then[-1]) / rows[0], float(now[-1]) / rows[1])
    return Drift(_verdict(psi - by_chance, p_value), psi, by_chance, p_value, rows, missing)


def _verdict(beyond_chance: float, p_value: float) -> Verdict:
    if p_value >= SURE or beyond_chance < MOVING:
        return "stable"
    return "moving" if beyond_chance < DRIFTED else "drifted"


def _binned(values: Doubles, edges: Doubles) -> Counts:
    """Rows a bin, the missing ones last."""
    known = values[~np.isnan(values)]
    counts = np.bincount(np.searchsorted(edges, known, side="left"), minlength=len(edges) + 1)
    return np.append(counts, len(values) - len(known))


def _by_chance(distance: float, one: int, other: int) -> float:
    """The asymptotic probability of a larger KS distance between samples of one distribution.

    Kolmogorov's distribution, of a distance scaled as in Stephens, "Use of the Kolmogorov-Smirnov,
    Cramér-von Mises and related statistics without extensive tables", J. R. Stat. Soc. B 1970.
    """
    size = math.sqrt(one * other / (one + other))
    scaled = (size + 0.12 + 0.11 / size) * distance
    if scaled < 0.2:
        return 1.0
    if scaled < 1:  # the series that converges fast here
        terms = (math.exp(-(((2 * k - 1) * math.pi / scaled) ** 2) / 8) for k in range(1, 6))
        return 1 - math.sqrt(2 * math.pi) / scaled * sum(terms)
    return 2 * sum(sign * math.exp(-2 * (k * scaled) ** 2) for k, sign in enumerate((1, -1) * 3, 1))


def _rows(values: npt.ArrayLike) -> Doubles:
    made = np.asarray(values, np.float64)
    if made.ndim != 1 or np.isinf(made).any():
        raise ImproveError(
            "A column's drift cannot be told.",
            found=f"shape {made.shape}, {int(np.isinf(made).sum()):,} infinite",
            expected="one dimension, numbers or NaN",
        )
    _some(len(made))
    return made


def _some(rows: int) -> None:
    if not rows:
        raise ImproveError("A column's drift cannot be told.", found="no rows", expected="one at least")


def _most_first(counted: tuple[str, int]) -> tuple[int, str]:
    return -counted[1], counted[0]
