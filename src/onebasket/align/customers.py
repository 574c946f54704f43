"""Records become customers: certain identities, orders told twice, likeness, and decisions by hand."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from onebasket.accounting import Progress
from onebasket.align.clustering import Limits
from onebasket.align.decisions import Decision, decisions, standing
from onebasket.align.people.fields import Field
from onebasket.align.people.labels import Labels
from onebasket.align.people.matching import Matching, Settings, Ties, match
from onebasket.align.people.saved import save
from onebasket.shop import Shop
from onebasket.store.duckdb import DuckStore

Ints = npt.NDArray[np.int64]
FIELDS = (
    Field("given_name", "given_name"),
    Field("family_name", "family_name"),
    Field("full_name", "full_name"),
    Field("birth_date", "birth_date"),
    Field("email", "email"),
    Field("phone", "phone"),
    Field("address", "address"),
    Field("city", "city"),
    Field("postcode", "postcode"),
)
ROOTS = pa.schema([("code", pa.int64()), ("root", pa.int64()), ("home", pa.int64())])
MATCHES = pa.schema(
    [
        ("a", pa.int64()),
        ("b", pa.int64()),
        ("probability", pa.float64()),
        ("weight_bits", pa.float64()),
        ("rule", pa.string()),
        ("evidence", pa.string()),
    ]
)
_EDGES = pa.schema([("record_a", pa.string()), ("record_b", pa.string())])
PERSONS = pa.schema(
    [("code", pa.int64()), ("record_id", pa.string()), ("source", pa.string())]
    + [(each.column, pa.string()) for each in FIELDS]
    + [("system", pa.string()), ("account", pa.string())]
)
_ORDER_BITS = 12.0  # an order told by two sources is one person's; a few in ten thousand are not
_LEAST = 0.01  # probability from which on a pair is kept for explanation and review


def find_customers(store: DuckStore, shop: Shop, progress: Progress) -> None:
    """Keep `align_roots`: each record's customer and household; `align_matches`: pairs and their evidence.

    Records are called by their codes. Certain identities (`align_edges`) hold whatever else records say,
    unless somebody decided otherwise; likeness and orders told twice join only what the rest does not
    speak against, and never two accounts of one system, two dates of birth that contradict each other, or
    two records of a source that has each person once.
    """
    persons = _table(store, "align_persons", PERSONS).sort_by("code")
    places = {record: code for code, record in enumerate(persons["record_id"].to_pylist())}
    certain = _pairs(_table(store, "align_edges", _EDGES), places)
    tied = _pairs(_table(store, "align_order_ties", _EDGES), places)
    made = decisions(shop.folder)
    by_hand = standing(made)
    joined, parted = (_known(pairs, places) for pairs in (by_hand.together, by_hand.apart))
    settings = Settings(
        threshold=shop.align.threshold,
        limits=Limits(
            apart=parted,
            together=np.concatenate([joined, certain]),
            holders=_holders(persons, [each.name for each in shop.sources if each.one_record_per_person]),
        ),
        one_birth_date=True,
        labels=_labels(made, places),
        ties=Ties(tied[:, 0].astype(np.int32), tied[:, 1].astype(np.int32),
                  np.full(len(tied), _ORDER_BITS, np.float32)),
        seed=shop.run.seed,
    )  # fmt: skip
    said = [each for each in FIELDS if persons[each.column].null_count < persons.num_rows]
    found = match(persons, said, settings, progress)
    groups = (found.by_row(each) for each in (found.clusters, found.households))
    roots = [np.arange(persons.num_rows), *map(_smallest, groups)]
    store.keep("align_roots", store.arrow(pa.table(roots, schema=ROOTS)))
    store.keep("align_matches", store.arrow(matches(found)))
    store.write("customer_model", store.arrow(pa.table({"model": pa.array([save(found)], pa.string())})))


def _smallest(roots: npt.NDArray[np.integer]) -> Ints:
    """Each row's component, called by its smallest row: ids hang on who is in it, not on how it was found."""
    _, first, component = np.unique(roots, return_index=True, return_inverse=True)
    smallest: Ints = first.astype(np.int64)[component]
    return smallest


def matches(found: Matching) -> pa.Table:
    """Pairs of some likelihood, by row, with what their fields say."""
    kept = np.flatnonzero(found.weights >= np.log2(_LEAST / (1.0 - _LEAST)))
    bits = found.weights[kept].astype(np.float64)
    rules = pa.array([str(rule) for rule in found.blocking.rules], pa.string())
    rule = np.searchsorted(found.pairs.ends, kept, side="right")
    used, place = np.unique(found.seen.place[kept], return_inverse=True)
    texts = pa.array(_evidence(found, used), pa.string())
    one, other = found.rows[found.pairs.left[kept]], found.rows[found.pairs.right[kept]]
    columns = [
        np.minimum(one, other),  # codes are in the order of record ids
        np.maximum(one, other),
        1.0 / (1.0 + np.exp2(-bits)),
        bits,
        rules.take(pa.array(rule)),
        texts.take(pa.array(place)),
    ]
    return pa.table(columns, schema=MATCHES)


def _evidence(found: Matching, patterns: npt.NDArray[np.int32]) -> list[str]:
    """What each pattern says, as JSON: [field, agreement, bits], first what stands beforehand."""
    levels = found.seen.levels[patterns]
    told = found.model.steps(levels)
    texts = []
    for row, bits in zip(levels.tolist(), told.round(2).tolist(), strict=True):
        said = [["", "", bits[0]]]
        for each, level, bit in zip(found.compared, row, bits[1:], strict=True):
            if level:
                said.append([each.coded.field.column, each.levels[level - 1], bit])
        texts.append(json.dumps(said))
    return texts


def _table(store: DuckStore, name: str, schema: pa.Schema) -> pa.Table:
    return pa.Table.from_batches(list(store.read(name, schema.names)), schema)


def _pairs(table: pa.Table, places: dict[str, int]) -> Ints:
    both = zip(table["record_a"].to_pylist(), table["record_b"].to_pylist(), strict=True)
    return _known(both, places)


def _known(pairs: Iterable[tuple[str, str]], places: dict[str, int]) -> Ints:
    """Pairs of records as codes; those of which a record is no longer there are left out."""
    found = [(places[a], places[b]) for a, b in pairs if a in places and b in places]
    return np.array(found, np.int64).reshape(-1, 2)


def _holders(persons: pa.Table, single: Sequence[str]) -> Ints:
    """What each record is alone in: an account of a system, a record of a source that has people once.

    Numbers of shape (records, 2, 2); -1: neither.
    """
    coded = [pc.dictionary_encode(persons[name].combine_chunks()).indices for name in ("system", "account")]
    system, account = [pc.fill_null(each, -1).to_numpy(zero_copy_only=False) for each in coded]
    source = pc.fill_null(pc.index_in(persons["source"], value_set=pa.array(single, pa.string())), -1)
    record = np.arange(persons.num_rows)
    both = ((system, account), (source.to_numpy(), record))
    return np.ascontiguousarray(np.stack([np.stack(each, axis=1) for each in both], axis=1), np.int64)


def _labels(made: Sequence[Decision], places: dict[str, int]) -> Labels | None:
    """Decisions on single pairs, as a review makes them, teach: the last word on each."""
    judged: dict[tuple[int, int], bool] = {}
    for each in made:
        if len(each.left) == len(each.right) == 1 and each.left[0] in places and each.right[0] in places:
            a, b = sorted((places[each.left[0]], places[each.right[0]]))
            judged[a, b] = each.what == "join"
    if not judged:
        return None
    pairs = np.array(list(judged), np.int32)
    return Labels(pairs[:, 0], pairs[:, 1], np.array(list(judged.values()), np.bool_))
