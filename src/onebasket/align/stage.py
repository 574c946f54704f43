"""The order of align's queries."""

from __future__ import annotations

from datetime import datetime

import pyarrow as pa

from onebasket.accounting import Account, Note, Progress, silent
from onebasket.align.customers import find_customers
from onebasket.align.listings import find_products
from onebasket.shop import Align, Shop
from onebasket.store.duckdb import DuckStore

LIMITS = pa.schema(
    [
        ("kind", pa.string()),
        ("max_names", pa.int64()),
        ("max_accounts", pa.int64()),
        ("max_records", pa.int64()),
    ]
)


def align(
    store: DuckStore, shop: Shop, version: int, started: datetime, progress: Progress = silent
) -> list[Account | Note]:
    """Write who is who, which product is which, and why; and the ids that gave way to others.

    `version` is the number of the basket being written, `started` when the run began (UTC,
    without zone). Ids are stable: see `ids.sql`. Every record gets a customer and every listing
    a product, alone or not.
    """
    _find_edges(store, shop.align)
    find_customers(store, shop, progress)
    store.keep("align_members", store.sql("align/customer_members"))
    store.write("customer_edges", store.sql("align/customer_edges"))
    store.write("customer_matches", store.sql("align/customer_matches"))
    store.keep("align_before", store.sql("align/customers_before"))
    store.keep("align_ids", store.sql("align/ids", prefix="c", version=version))
    _keep_superseded(store, "customer", version, started)
    customers = store.write("customer_links", store.sql("align/customer_links"))
    store.write("households", store.sql("align/households"))

    store.keep("align_listings", store.sql("align/listings"))
    notes = find_products(store, shop, progress)
    store.keep("align_members", store.sql("align/product_members"))
    store.keep("align_before", store.sql("align/products_before"))
    store.keep("align_ids", store.sql("align/ids", prefix="p", version=version))
    _keep_superseded(store, "product", version, started)
    store.write("product_matches", store.sql("align/product_matches"))
    products = store.write("product_links", store.sql("align/product_links"))

    store.write("supersessions", store.sql("align/supersessions"))
    store.forget(
        "align_records", "align_roots", "align_listings", "align_product_roots", "align_product_matches",
        "align_members", "align_before", "align_ids",
        "align_superseded_customers", "align_superseded_products",
        "align_edges", "align_matches", "align_order_ties", "align_persons",
    )  # fmt: skip
    return [
        Account("align", "all", "people", store.count("people"), customers).check(),
        Account("align", "all", "products", store.count("products"), products).check(),
        *notes,
    ]


def _find_edges(store: DuckStore, limits: Align) -> None:
    """Keep what joins records for certain, and what records say of people; write the limits."""
    store.keep("align_limits", store.arrow(_limits(limits)))
    store.keep("align_groups", store.sql("align/groups"))
    store.keep("align_strangers", store.sql("align/strangers"))
    store.keep("align_scopes", store.sql("align/scopes"))
    store.keep("align_edges", store.sql("align/certain_edges"))
    store.write("identifier_limits", store.sql("align/identifier_limits"))
    store.forget("align_limits", "align_groups", "align_strangers", "align_scopes")
    store.keep("align_records", store.sql("align/records"))
    store.keep("align_order_ties", store.sql("align/order_ties"))
    store.keep("align_persons", store.sql("align/persons"))


def _limits(limits: Align) -> pa.Table:
    """One row a kind of identifier; a kind the shop file leaves out keeps its default."""
    defaults = Align()
    names = defaults.max_names | limits.max_names
    accounts = defaults.max_accounts | limits.max_accounts
    records = defaults.max_records | limits.max_records
    rows = [
        {"kind": kind, "max_names": names[kind], "max_accounts": accounts[kind], "max_records": records[kind]}
        for kind in sorted(defaults.max_names)
    ]
    return pa.Table.from_pylist(rows, schema=LIMITS)


def _keep_superseded(store: DuckStore, kind: str, version: int, started: datetime) -> None:
    result = store.sql("align/superseded", kind=kind, version=version, started=started)
    store.keep(f"align_superseded_{kind}s", result)
