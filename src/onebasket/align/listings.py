"""Listings become products: identifiers, likeness, and decisions by hand."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from onebasket.accounting import Note, Progress, silent
from onebasket.align.clustering import Limits, clusters
from onebasket.align.decisions import Decision, decisions, standing
from onebasket.align.products.additive import Additive
from onebasket.align.products.choosing import exclusive
from onebasket.align.products.comparing import Floats, Pair
from onebasket.align.products.explaining import THEMES, by_theme
from onebasket.align.products.fields import Field
from onebasket.align.products.known import UNKNOWN, Known
from onebasket.align.products.learning import Judged
from onebasket.align.products.matching import Matching, Settings, in_slices, match
from onebasket.align.products.saved import public
from onebasket.currencies import minor_rate
from onebasket.judging import Judge
from onebasket.shop import Identity, Shop
from onebasket.store.duckdb import DuckStore

Ints = npt.NDArray[np.int64]
LISTINGS = pa.schema(
    [
        ("code", pa.int64()),
        ("source", pa.string()),
        ("member", pa.string()),
        ("gtin", pa.string()),
        ("meaning", pa.string()),
        ("title", pa.string()),
        ("brand", pa.string()),
        ("category", pa.string()),
        ("size", pa.string()),
        ("pack", pa.string()),
        ("price_minor", pa.int64()),
        ("currency", pa.string()),
    ]
)
ROOTS = pa.schema([("code", pa.int64()), ("root", pa.int64()), ("decided", pa.bool_())])
MATCHES = pa.schema(
    [
        ("a", pa.int64()),
        ("b", pa.int64()),
        ("probability", pa.float64()),
        ("weight_bits", pa.float64()),
        ("evidence", pa.string()),
    ]
)
_FIELDS = (
    Field("title", "title"), Field("brand", "brand"), Field("category", "category"), Field("size", "size"),
    Field("pack", "pack"), Field("price", "price"),
)  # fmt: skip
_LEAST = 0.05  # probability from which on a pair is kept for explanation and review


def find_products(store: DuckStore, shop: Shop, progress: Progress) -> list[Note]:
    """Keep `align_product_roots`: each listing's product; `align_product_matches`: pairs and their evidence.

    Listings are called by their codes. Identifiers and decisions by hand hold whatever listings look like.
    Likeness joins only listings of different sources, never two that have different barcodes, and never two
    of one source that identifiers do not join.
    """
    batches = list(store.read("align_listings", LISTINGS.names))
    listings = pa.Table.from_batches(batches, LISTINGS).sort_by("code").combine_chunks()
    places = {member: code for code, member in enumerate(listings["member"].to_pylist())}
    made = decisions(shop.folder, of="product")
    joined, apart = (_known(each, places) for each in (standing(made).together, standing(made).apart))
    certain = _certain(listings, joined, apart)
    source = _codes(listings["source"]).astype(np.int32)
    known = Known.of(source, certain, _first_of(_codes(listings["gtin"]), certain))
    found = _matched(listings, known, _judged(made, places), shop, progress)
    pairs = _weighed(found)
    roots = _joined(known, source, certain, apart, pairs, shop.align.product_threshold)
    decided = np.isin(np.arange(len(places)), joined)
    columns = [np.arange(len(places)), roots, decided]
    store.keep("align_product_roots", store.arrow(pa.table(columns, schema=ROOTS)))
    store.keep("align_product_matches", store.arrow(_told(found, pairs)))
    judge = found.settings.judge
    asked = [Note(note, again=judge.unanswered > 0) for note in judge.notes] if judge else []
    return [*map(Note, found.learnt.notes), *asked]


def _certain(listings: pa.Table, joined: Ints, apart: Ints) -> Ints:
    """The first listing of those that identifiers and people say are one product with each listing."""
    meaning = _codes(listings["meaning"])
    order = np.argsort(meaning, kind="stable")
    hub = _first_of(np.arange(len(meaning)), meaning)
    same = [np.stack([hub, np.arange(len(meaning))], axis=1)[hub != np.arange(len(meaning))]]
    ordered, foes = meaning[order], _foes(apart)
    for each in np.unique(meaning[apart]):
        start, end = np.searchsorted(ordered, [each, each + 1])
        same.append(_tied(order[start:end].tolist(), foes))
    limits = Limits(len(meaning), apart, np.concatenate([joined, *same]))
    none = np.zeros(0, np.int32)
    return clusters(len(meaning), none, none, np.zeros(0, np.float32), 0.0, limits)


def _foes(apart: Ints) -> dict[int, set[int]]:
    """What each listing is parted from."""
    foes: dict[int, set[int]] = {}
    for one, other in apart.tolist():
        foes.setdefault(one, set()).add(other)
        foes.setdefault(other, set()).add(one)
    return foes


def _tied(members: Sequence[int], foes: Mapping[int, set[int]]) -> Ints:
    """Listings of one meaning, some of them parted by hand: each with the first of those that it may be with.

    A single hub might be the very one that is parted from the rest.
    """
    hubs: list[tuple[int, set[int]]] = []
    pairs = []
    for member in members:
        pairs += [(hub, member) for hub, _ in hubs]
        held = next((held for _, held in hubs if held.isdisjoint(foes.get(member, ()))), None)
        if held is None:
            hubs.append((member, {member}))
        else:
            held.add(member)
    return _pairs(pairs)


def _matched(
    listings: pa.Table, known: Known, judged: Judged | None, shop: Shop, progress: Progress
) -> Matching:
    """The listings matched as catalogues, a source each."""
    source = _codes(listings["source"])
    bounds = [0, *(np.flatnonzero(np.diff(source)) + 1).tolist(), len(source)]
    priced = listings.append_column("price", _prices(listings, shop.shop))
    tables = [priced.slice(start, end - start) for start, end in itertools.pairwise(bounds)]
    band = shop.align.judge
    settings = Settings(
        known=public()[0], identified=known, decided=judged, judge=None if band is None else Judge.of(band),
        one_to_one=True, seed=shop.run.seed,
    )  # fmt: skip
    return match(tables, [_FIELDS] * len(tables), settings, progress)


@dataclass(frozen=True)
class _Pairs:
    """Pairs that likeness judges, in bits: by themselves, and given that they exclude each other."""

    left: Pair
    right: Pair
    alone: npt.NDArray[np.float64]
    bits: npt.NDArray[np.float64]


def _weighed(found: Matching) -> _Pairs:
    asked = found.verdicts(found.left, found.right) == UNKNOWN
    left, right, scores = found.left[asked], found.right[asked], found.scores[asked]
    bits = exclusive(found.offers.source, left, right, scores) / np.log(2.0)
    return _Pairs(left, right, scores / np.log(2.0), bits)


def _joined(known: Known, source: Pair, certain: Ints, apart: Ints, pairs: _Pairs, threshold: float) -> Ints:
    """The first listing of each listing's product."""
    every = np.arange(len(certain))
    coded = np.stack([np.where(known.codes < 0, -1, 0), known.codes], axis=1)
    listed = np.stack([source, known.component], axis=1)
    holders = np.ascontiguousarray(np.stack([coded, listed], axis=1), np.int64)
    together = np.stack([certain, every], axis=1)[certain != every]
    limits = Limits(apart=apart, together=together, holders=holders)
    cut = float(np.log2(threshold / (1.0 - threshold)))
    return clusters(len(certain), pairs.left, pairs.right, pairs.bits.astype(np.float32), cut, limits)


def _told(found: Matching, pairs: _Pairs) -> pa.Table:
    """Pairs of some likelihood, with what speaks for and against them."""
    kept = np.flatnonzero(pairs.bits >= np.log2(_LEAST / (1.0 - _LEAST)))
    left, right, bits = pairs.left[kept], pairs.right[kept], pairs.bits[kept]

    def say(a: Pair, b: Pair) -> Floats:
        said, features = np.zeros((len(a), len(THEMES)), np.float32), found.features(a, b)
        for model, asked in found.learnt.of(a, b):
            if isinstance(model, Additive):
                said[asked] = by_theme(model, features[asked])
        return said

    themes = in_slices(say, left, right, len(THEMES), silent, "explain")
    rivals = bits - pairs.alone[kept]  # what other candidates, as likely, take away
    judge = pairs.alone[kept] - themes.sum(axis=1)  # what it says beyond what the model does
    if found.settings.judge is None:
        judge[:] = 0.0
    said = np.concatenate([themes, judge[:, None], rivals[:, None]], axis=1).round(2).tolist()
    names = (*THEMES, "judge", "rivals")
    evidence = [
        json.dumps([[name, bit] for name, bit in zip(names, row, strict=True) if bit]) for row in said
    ]
    chance = 1.0 / (1.0 + np.exp2(-bits))
    return pa.table([left.astype(np.int64), right.astype(np.int64), chance, bits, evidence], schema=MATCHES)


def _prices(listings: pa.Table, shop: Identity) -> pa.Array:
    """Prices in the shop's currency; null where there is no rate."""
    rates = {None: 1.0, shop.currency: 1.0}
    rates |= {each: float(minor_rate(each, shop.currency, rate)) for each, rate in shop.rates.items()}
    coded = listings["currency"].combine_chunks().dictionary_encode()
    each = pa.array([rates.get(said) for said in coded.dictionary.to_pylist()], pa.float64())
    rate = pc.if_else(pc.is_null(listings["currency"]), 1.0, each.take(coded.indices))
    return pc.multiply(listings["price_minor"].cast(pa.float64()), rate)


def _codes(values: pa.ChunkedArray) -> Ints:
    """Texts as numbers, in the order in which they come; -1: none."""
    indices = values.combine_chunks().dictionary_encode().indices
    numbers: Ints = pc.fill_null(indices, -1).to_numpy(zero_copy_only=False).astype(np.int64)
    return numbers


def _first_of(values: Ints, groups: Ints) -> Ints:
    """For each row the value of the first row of its group that has one; -1: none has."""
    order = np.argsort(values < 0, kind="stable")
    _, first, group = np.unique(groups[order], return_index=True, return_inverse=True)
    found = np.empty(len(values), np.int64)
    found[order] = values[order][first][group]
    return found


def _pairs(both: Iterable[tuple[int, int]]) -> Ints:
    return np.array(list(both), np.int64).reshape(-1, 2)


def _known(pairs: Iterable[tuple[str, str]], places: Mapping[str, int]) -> Ints:
    """Pairs of listings as codes; those of which a listing is no longer there are left out."""
    return _pairs((places[a], places[b]) for a, b in pairs if a in places and b in places)


def _judged(made: Sequence[Decision], places: Mapping[str, int]) -> Judged | None:
    """Decisions on single pairs, as a review makes them, teach: the last word on each."""
    judged: dict[tuple[int, int], float] = {}
    for each in made:
        if len(each.left) == len(each.right) == 1 and each.left[0] in places and each.right[0] in places:
            a, b = sorted((places[each.left[0]], places[each.right[0]]))
            judged[a, b] = float(each.what == "join")
    if not judged:
        return None
    pairs = np.array(list(judged), np.int32)
    return Judged(pairs[:, 0].copy(), pairs[:, 1].copy(), np.array(list(judged.values())))
