"""Stock levels, product days, campaigns, exposures, reviews, tickets, shipments and payments, each with the
product, customer and order it is about. Only what the shop has is written."""

from __future__ import annotations

from onebasket.accounting import Account
from onebasket.store.duckdb import DuckStore

_BY_ORDER = {
    "reviews": "product_reviews", "tickets": "support_tickets",
    "shipments": "order_shipments", "payments": "order_payments",
}  # fmt: skip


def fuse_stock(store: DuckStore) -> None:
    """Write stock_levels, which the catalogue counts."""
    if store.count("stock"):
        store.write("stock_levels", store.sql("fuse/stock_levels"))


def fuse_further(store: DuckStore) -> list[Account]:
    """Write the others. Needs `fuse_rates` and `fuse_purchases`.

    Gives the accounts of those in which every row stays one.
    """
    if store.count("product_days"):
        store.write("catalogue_days", store.sql("fuse/catalogue_days"))
    accounts = _campaigns(store)
    told = {clean: rows for clean in _BY_ORDER if (rows := store.count(clean))}
    if told:
        store.keep("fuse_named_orders", store.sql("fuse/named_orders"))
        accounts += [_each(store, clean, _BY_ORDER[clean], rows) for clean, rows in told.items()]
        store.forget("fuse_named_orders")
    return accounts


def _campaigns(store: DuckStore) -> list[Account]:
    campaigns, exposures = store.count("campaigns"), store.count("exposures")
    if not campaigns and not exposures:
        return []
    store.keep("fuse_named_campaigns", store.sql("fuse/named_campaigns"))
    accounts = [_each(store, "exposures", "campaign_exposures", exposures)] if exposures else []
    if campaigns:
        accounts.append(_each(store, "campaigns", "campaign_results", campaigns))
    store.forget("fuse_named_campaigns")
    return accounts


def _each(store: DuckStore, clean: str, fused: str, rows: int) -> Account:
    kept = store.write(fused, store.sql(f"fuse/{fused}"), ordered=True)
    return Account("fuse", "all", clean, rows, kept).check()
