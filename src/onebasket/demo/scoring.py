"""How well a run found the demo's truth. Counted from contingency tables, never by listing pairs."""

from __future__ import annotations

from collections.abc import Iterable

from onebasket.shop import Shop
from onebasket.store.duckdb import DuckStore

Cell = tuple[str, str, str, int]  # group found, true group, channel, how many


def score(shop: Shop, store: DuckStore) -> dict[str, dict[str, float]]:
    """Precision and recall of identities, products and orders against the shop's truth/ folder.

    identity            pairs of people records: precision, recall, records, customers, people.
                        A record whose lines are by several people counts as the person most of
                        its lines are by (ties: the smaller id).
    identity_unmasked   the same without records of which the channel masks a part
    households          pairs of people records: those of one household
    identity app-store  the same for pairs of one record from each of two channels, and so on
    likeness 3          pairs said to be one person with a probability of .3 to .4: expected (the mean
                        of what was said), observed (the share that is true), pairs; and so on
    products            pairs of listings (source, product_key): precision, recall, listings
    orders              pairs of order heads telling one purchase: found, the share of true pairs
                        that were joined; wrongly_merged, the share of joined pairs that are not
                        true; pairs, the number of true pairs. Heads refused by clean do not count.

    Shares of nothing are 1. Reads the tables customer_links, customer_matches, product_links,
    order_links, sources and the raw tables, which say where each record's lines are.
    """
    truth = {name: f"read_parquet('{_quoted(shop, name)}')" for name in ("people", "products", "orders")}
    people: list[Cell] = []
    unmasked: list[Cell] = []
    homes: list[Cell] = []
    for (source,) in store.query("select source from sources order by source").fetchall():
        # A record is one source's: one after the other takes less memory.
        found = store.query(_IDENTITY_SQL.format(people=truth["people"]), source=source).fetchall()
        for customer, person, channel, masked, home, household, records in found:
            people.append((customer, person, channel, records))
            homes.append((home, household, channel, records))
            if not masked:
                unmasked.append((customer, person, channel, records))
    scores = {
        "identity": _identity(people),
        "identity_unmasked": _identity(unmasked),
        "households": _precision_recall(_within(homes)),
    }
    channels = sorted({cell[2] for cell in people})
    for place, one in enumerate(channels):
        for other in channels[place + 1 :]:
            scores[f"identity {one}-{other}"] = _precision_recall(_across(people, one, other))
    products = _cells(store, _PRODUCTS_SQL.format(products=truth["products"]))
    for band, expected, observed, pairs in store.query(
        _LIKENESS_SQL.format(people=truth["people"])
    ).fetchall():
        scores[f"likeness {band}"] = {"expected": expected, "observed": observed, "pairs": float(pairs)}
    scores["products"] = {**_precision_recall(_within(products)), "listings": float(_total(products))}
    joined, true, both = _within(_cells(store, _ORDERS_SQL.format(orders=truth["orders"])))
    scores["orders"] = {
        "found": _share(both, true),
        "wrongly_merged": 1.0 - _share(both, joined),
        "pairs": float(true),
    }
    return scores


def _quoted(shop: Shop, name: str) -> str:
    return str(shop.folder / "truth" / f"{name}.parquet").replace("'", "''")


# The lines of a record: raw_people names its first in each file, the other raw tables every line.
_IDENTITY_SQL = """
    with told as (
        select file, line, record_id from raw_people where source = $source
        union
        select file, line, record_id from raw_orders where source = $source and record_id is not null
        union
        select file, line, record_id from raw_events
        where source = $source and item = 0 and record_id is not null
    ),
    votes as (
        select record_id, person_id, count(*) as lines
        from told join (select file, line, person_id from {people} where source = $source) using (file, line)
        group by record_id, person_id
    ),
    owners as (
        select distinct on (record_id) record_id, person_id
        from votes order by record_id, lines desc, person_id
    )
    select customer_id, person_id, channel, masked, h.household_id, w.household_id, count(*)
    from owners join customer_links using (record_id) join sources using (source)
    join (select record_id, masked from people) using (record_id)
    join households h using (customer_id)
    join (select person_id, min(household_id) as household_id from {people} group by person_id) w
        using (person_id)
    group by all order by all
"""
# Whoever most of a record's lines are by, of all sources.
_LIKENESS_SQL = """
    with told as (
        select source, file, line, record_id from raw_people
        union
        select source, file, line, record_id from raw_orders where record_id is not null
        union
        select source, file, line, record_id from raw_events where item = 0 and record_id is not null
    ),
    votes as (
        select record_id, person_id, count(*) as lines
        from told join (select source, file, line, person_id from {people}) using (source, file, line)
        group by record_id, person_id
    ),
    owners as (
        select distinct on (record_id) record_id, person_id
        from votes order by record_id, lines desc, person_id
    )
    select
        least(cast(floor(m.probability * 10) as integer), 9) as band,
        avg(m.probability),
        avg(case when a.person_id = b.person_id then 1.0 else 0.0 end),
        count(*)
    from customer_matches m
    join owners a on a.record_id = m.record_a
    join owners b on b.record_id = m.record_b
    group by band order by band
"""
_PRODUCTS_SQL = """
    select found.product_id, known.product_id, '', count(*)
    from product_links found join {products} known using (source, product_key)
    group by all order by all
"""
_ORDERS_SQL = """
    with known as (
        select distinct source, coalesce(order_id, '~' || file || ':' || line) as order_id, purchase_id
        from {orders}
    )
    select fused_order_id, purchase_id, '', count(*)
    from order_links join known using (source, order_id)
    group by all order by all
"""


def _cells(store: DuckStore, query: str, **values: str) -> list[Cell]:
    found = store.query(query, **values).fetchall()
    return [(str(a), str(b), str(c), int(n)) for a, b, c, n in found]


def _identity(cells: list[Cell]) -> dict[str, float]:
    return {
        **_precision_recall(_within(cells)),
        "records": float(_total(cells)),
        "customers": float(len({cell[0] for cell in cells})),
        "people": float(len({cell[1] for cell in cells})),
    }


def _within(cells: Iterable[Cell]) -> tuple[int, int, int]:
    """Pairs found together, truly together, and both, whatever the channel."""
    found: dict[str, int] = {}
    true: dict[str, int] = {}
    both: dict[tuple[str, str], int] = {}
    for a, b, _, n in cells:
        found[a] = found.get(a, 0) + n
        true[b] = true.get(b, 0) + n
        both[a, b] = both.get((a, b), 0) + n
    pairs = [sum(n * (n - 1) // 2 for n in counts.values()) for counts in (found, true, both)]
    return pairs[0], pairs[1], pairs[2]


def _across(cells: list[Cell], one: str, other: str) -> tuple[int, int, int]:
    """The same for pairs of one record from each of two channels."""
    every = _within(cell for cell in cells if cell[2] in (one, other))
    left = _within(cell for cell in cells if cell[2] == one)
    right = _within(cell for cell in cells if cell[2] == other)
    return every[0] - left[0] - right[0], every[1] - left[1] - right[1], every[2] - left[2] - right[2]


def _precision_recall(pairs: tuple[int, int, int]) -> dict[str, float]:
    found, true, both = pairs
    return {"precision": _share(both, found), "recall": _share(both, true), "pairs": float(true)}


def _share(part: int, whole: int) -> float:
    return part / whole if whole else 1.0


def _total(cells: list[Cell]) -> int:
    return sum(cell[3] for cell in cells)
