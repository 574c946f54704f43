"""The order of fuse's queries."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

import pyarrow as pa

from onebasket.accounting import Account
from onebasket.currencies import minor_rate
from onebasket.fuse.further import fuse_further, fuse_stock
from onebasket.fuse.moments import moments, moments_table, windows_table
from onebasket.fuse.returns import TIES, tie
from onebasket.fuse.titles import FITS, SPELLED, fits, spelled
from onebasket.shop import Identity, Shop
from onebasket.store.duckdb import DuckStore
from onebasket.store.slices import slices

_RATE = pa.decimal128(18, 10)
_SLICE_ROWS = 2_000_000  # sorted within the 2 GB that a run may usually use
_EPOCH = datetime(1970, 1, 1)


def fuse(store: DuckStore, shop: Shop) -> list[Account]:
    """Write order_links, timeline, merged_events, customers, the catalogue, where their values are from.

    Then what there is of stock_levels, catalogue_days, campaign_results and the like.

    Amounts become the shop's currency by its stated rates, half away from zero, so that a return
    converts to what its purchase did.
    """
    store.keep("fuse_rates", store.arrow(rates(shop.shop)))
    _link_orders(store)
    _net(store)
    kept = _write_timeline(store)
    first, last = _span(store)
    store.keep("fuse_losses", store.sql("fuse/losses", last=last))
    store.forget("fuse_returns", "fuse_sold", "fuse_nets")
    _keep(store, "shared")
    merged = sum(
        store.write("merged_events", store.sql("fuse/merged_events", source=source.name), source.name)
        for source in shop.sources
    )
    account = Account("fuse", "all", "events", store.count("events"), kept, duplicates=merged).check()
    store.forget("fuse_orders", "fuse_shared")
    fuse_stock(store)
    _write_catalogue(store, shop.shop.language)
    _keep(store, "activity", "purchases")
    further = fuse_further(store)
    _write_customers(store)
    _write_features(store, moments(first, last) if kept else [])
    store.forget("fuse_rates", "fuse_losses", "fuse_activity", "fuse_purchases")
    return [account, *further]


def rates(shop: Identity) -> pa.Table:
    """One row a currency: `currency`, `rate` (minor units; null: the shop's own), `target`."""
    known: dict[str, Decimal | None] = {
        currency: minor_rate(currency, shop.currency, rate).quantize(Decimal("1e-10"))
        for currency, rate in shop.rates.items()
    }
    known[shop.currency] = None
    return pa.table(
        {
            "currency": pa.array(list(known), pa.string()),
            "rate": pa.array(list(known.values()), _RATE),
            "target": pa.array([shop.currency] * len(known), pa.string()),
        }
    )


def _link_orders(store: DuckStore) -> None:
    """Write order_links; keep what all tellers of an order know."""
    _keep(store, "heads", "ranks", "pairs", "baskets")
    store.write("order_links", store.sql("fuse/order_links"))
    _keep(store, "orders")
    store.forget("fuse_heads", "fuse_ranks", "fuse_pairs", "fuse_baskets")


def _net(store: DuckStore) -> None:
    """Keep what is left of the lines that lost something to returns, refunds and cancellations."""
    _keep(store, "returns", "sold", "tie_lines", "tie_numbers")
    store.keep("fuse_ties", store.kernel("fuse_tie_numbers", (), tie, TIES))
    _keep(store, "nets")
    store.forget("fuse_tie_lines", "fuse_tie_numbers", "fuse_ties")


def _write_timeline(store: DuckStore) -> int:
    kept = 0
    ranges = slices(store, store.sql("fuse/days"), _SLICE_ROWS) or [(_EPOCH, _EPOCH)]
    for number, (low, high) in enumerate(ranges):
        kept += store.write("timeline", store.sql("fuse/timeline", low=low, high=high), f"{number:06d}")
    return kept


def _write_catalogue(store: DuckStore, language: str) -> None:
    store.keep("fuse_titles", store.map("products", ["title"], fits(language), FITS))
    for kept, column in (("fuse_brands", "brand"), ("fuse_categories", "category")):
        store.keep(kept, store.map("products", [column], spelled(column), SPELLED))
    _keep(store, "listings", "stock_units")
    for table in ("category_links", "product_values", "product_offers", "product_conflicts"):
        store.write(table, store.sql(f"fuse/{table}"))
    store.write("catalogue", store.sql("fuse/catalogue"))
    store.forget("fuse_titles", "fuse_brands", "fuse_categories", "fuse_listings", "fuse_stock_units")


def _write_customers(store: DuckStore) -> None:
    _keep(store, "record_times", "people", "values")
    store.write("customer_values", store.sql("fuse/customer_values"))
    store.write("customers", store.sql("fuse/customers"))
    store.forget("fuse_record_times", "fuse_people", "fuse_values")


def _write_features(store: DuckStore, times: list[datetime]) -> None:
    """Describe every customer at every moment, from earlier events alone."""
    last_moment = times[-1] if times else _EPOCH
    store.keep("fuse_moments", store.arrow(moments_table(times)))
    store.keep("fuse_windows", store.arrow(windows_table(times)))
    for name in ("changes", "lasting", "views"):
        store.keep(f"fuse_{name}", store.sql(f"fuse/{name}", last_moment=last_moment))
    _keep(store, "standing", "recency", "channel_shares", "category_lines", "category_shares")
    store.write("customer_features", store.sql("fuse/customer_features"))
    store.forget(
        "fuse_moments", "fuse_windows", "fuse_changes", "fuse_lasting", "fuse_views",
        "fuse_standing", "fuse_recency", "fuse_channel_shares", "fuse_category_lines", "fuse_category_shares",
    )  # fmt: skip


def _span(store: DuckStore) -> tuple[datetime, datetime]:
    """The times of the first and the last event of the timeline; of an empty one, any."""
    store.keep("fuse_span", store.sql("fuse/span"))
    (row,) = [row for batch in store.read("fuse_span") for row in batch.to_pylist()]
    store.forget("fuse_span")
    return row["first_ts"] or _EPOCH, row["last_ts"] or _EPOCH


def _keep(store: DuckStore, *names: str) -> None:
    for name in names:
        store.keep(f"fuse_{name}", store.sql(f"fuse/{name}"))
