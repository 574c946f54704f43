"""Recommendations: the best products for each customer, and products like a product."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from onebasket import recommenders
from onebasket.accounting import Progress, silent
from onebasket.errors import ModelError
from onebasket.recommenders import Lists, Mask, Recommender, Seen, Why
from onebasket.shop import Shop
from onebasket.store.base import Result, Store

_CUSTOMERS_AT_ONCE = 2_000
_SCHEMA = pa.schema(
    [
        ("customer_id", pa.string()),
        ("rank", pa.int32()),
        ("product_id", pa.string()),
        ("score", pa.float64()),
        ("model", pa.string()),
    ]
)


@dataclass(frozen=True)
class Product:
    """What the catalogue says of a product that may be recommended."""

    title: str
    category: str
    stock: int | None  # units; None: nobody counts them


@dataclass(frozen=True)
class Recommendation:
    """One place of a list."""

    rank: int  # from 1
    product_id: str
    title: str
    category: str
    score: float  # comparable within one list only
    model: str


def write(store: Store, shop: Shop, folder: Path, progress: Progress = silent) -> None:
    """Write table `recommendations`: every known customer who bought something × the best products.

    Only active products are listed. Customers the model never saw get the most bought
    products. Raises ModelError when there is no usable model in `folder`.
    """
    model = recommenders.load(folder)
    allowed = _allowed(model, _assortment(store), None, False)
    customers = sorted(_column(store, store.sql("apply/customers"), "customer_id"))
    tables = [_SCHEMA.empty_table()]
    for start in range(0, len(customers), _CUSTOMERS_AT_ONCE):
        some = customers[start : start + _CUSTOMERS_AT_ONCE]
        lists = model.recommend(some, shop.recommend.top, seen=shop.recommend.seen, allowed=allowed)
        tables.append(_table(some, lists, model))
        progress("apply: recommend", start + len(some), len(customers))
    store.write("recommendations", store.arrow(pa.concat_tables(tables)))


def for_customer(
    store: Store,
    shop: Shop,
    folder: Path,
    customer_id: str,
    *,
    top: int = 10,
    seen: Seen = "allow",
    category: str | None = None,
    in_stock: bool = False,
) -> list[Recommendation]:
    """The best products for one customer, by the rules given here instead of the shop file's.

    `category` keeps one category and those below it; `in_stock` keeps products with at
    least one unit counted. An id that gave way to another is understood. Raises ModelError
    for an unknown customer or category, or when there is no usable model.
    """
    who = customer_named(store, shop, customer_id)
    model, products, allowed = _asked(store, folder, category, in_stock)
    return _told(model.recommend([who], top, seen=seen, allowed=allowed), model, products)


def with_reasons(
    store: Store,
    shop: Shop,
    folder: Path,
    customer_id: str,
    *,
    top: int = 10,
    seen: Seen = "allow",
    category: str | None = None,
    in_stock: bool = False,
) -> list[tuple[Recommendation, Why | None]]:
    """The list of `for_customer`, each place with what in the customer's past carries it; ranks are places
    in this list, were it longer. None where the model learned each customer apart and cannot tell."""
    who = customer_named(store, shop, customer_id)
    model, products, allowed = _asked(store, folder, category, in_stock)
    if seen == "mask":
        open_to = np.zeros((1, len(model.item_ids)), np.float32)
        model.mask_seen(open_to, np.array([model.user_codes.get(who, -1)], np.int32))
        allowed &= open_to[0] == 0
    listed = _told(model.recommend([who], top, allowed=allowed), model, products)
    items = [each.product_id for each in listed]
    whys = model.why(who, items, allowed=allowed) if model.follows else [None] * len(items)
    return list(zip(listed, whys, strict=True))


def customer_named(store: Store, shop: Shop, customer_id: str) -> str:
    """The id that a customer has now. Raises ModelError where no customer has or had this one."""
    found = _column(store, store.sql("apply/current_customer", customer_id=customer_id), "customer_id")
    if not found:
        raise ModelError(
            f"There is no such customer in {shop.folder}.",
            expected="an id of table customers",
            next_step='onebasket query SHOP "select customer_id from customers where known limit 10"',
        )
    return min(found)


def similar(
    store: Store,
    folder: Path,
    product_id: str,
    top: int = 10,
    category: str | None = None,
    in_stock: bool = False,
) -> list[Recommendation]:
    """The active products most like one product, by who buys them.

    Raises ModelError for a product nobody known has bought, an unknown category, or when
    there is no usable model.
    """
    model, products, allowed = _asked(store, folder, category, in_stock)
    return _told(model.similar([product_id], top, allowed=allowed), model, products)


def _asked(
    store: Store, folder: Path, category: str | None, in_stock: bool
) -> tuple[Recommender, dict[str, Product], Mask]:
    """The model, what may be recommended, and which of the model's items that are."""
    model, products = recommenders.load(folder), _assortment(store)
    return model, products, _allowed(model, products, category, in_stock)


def _assortment(store: Store) -> dict[str, Product]:
    """What may be recommended, by product id."""
    rows = _rows(store, store.sql("apply/assortment"), ("product_id", "title", "category", "stock"))
    return {key: Product(title, category, stock) for key, title, category, stock in rows}


def _allowed(model: Recommender, products: dict[str, Product], category: str | None, in_stock: bool) -> Mask:
    kept = {
        key
        for key, product in products.items()
        if (category is None or _within(product.category, category))
        and (not in_stock or (product.stock or 0) > 0)
    }
    if category is not None and not any(_within(each.category, category) for each in products.values()):
        tops = sorted({product.category.partition(" > ")[0] for product in products.values()})
        raise ModelError(
            f"No product on sale is in the category {category!r}.",
            expected=f"one of {', '.join(tops[:20])}, or a category below one, its levels parted by ' > '",
            next_step="name another category",
        )
    return np.array([item in kept for item in model.item_ids], np.bool_)


def _within(category: str, wanted: str) -> bool:
    """Whether a category is the wanted one or lies below it; case does not matter."""
    category, wanted = category.casefold(), wanted.strip().casefold()
    return category == wanted or category.startswith(f"{wanted} > ")


def _told(lists: Lists, model: Recommender, products: dict[str, Product]) -> list[Recommendation]:
    return [
        Recommendation(rank, item, products[item].title, products[item].category, score, model.name)
        for rank, (item, score) in enumerate(lists.of(0, model.item_ids), 1)
    ]


def _table(customers: Sequence[str], lists: Lists, model: Recommender) -> pa.Table:
    """Lists as rows of the table; lists that end early have fewer."""
    rows, places = np.nonzero(lists.items >= 0)
    items = lists.items[rows, places]
    columns = [
        pa.array(customers, pa.string()).take(pa.array(rows)),
        pa.array((places + 1).astype(np.int32)),
        pa.array(model.item_ids, pa.string()).take(pa.array(items)),
        pa.array(lists.scores[rows, places].astype(np.float64)),
        pa.array([model.name] * len(items), pa.string()),
    ]
    return pa.Table.from_arrays(columns, schema=_SCHEMA)


def _rows(store: Store, result: Result, columns: Sequence[str]) -> list[tuple[Any, ...]]:
    store.keep("apply_rows", result)
    made = [
        row
        for batch in store.read("apply_rows", columns)
        for row in zip(*(batch.column(name).to_pylist() for name in columns), strict=True)
    ]
    store.forget("apply_rows")
    return made


def _column(store: Store, result: Result, name: str) -> list[str]:
    return [str(value) for (value,) in _rows(store, result, (name,))]
