"""Every table at every border: columns, types, units, meaning.

The stages meet here and nowhere else. A table is Parquet; its type names are the ones
every engine shares: varchar, int, bigint, double, decimal(18, s), boolean, date,
timestamp (UTC, without zone), list and struct.

Words used throughout:
  source       a `[[source]]` of the shop file; `channel` is where it sells
  record_id    pseudonym of one distinct set of personal values one source said
  product_key  what one source calls a product; `product_id` is ours
  order_id     what one source calls an order; in the timeline, ours
  *_minor      money in minor units (cents, pence, fen) of `currency`
  line         line in the file, counted from 1, the header included
"""

from __future__ import annotations

from collections.abc import Mapping

from onebasket.tables.aligned import (
    CUSTOMER_EDGES,
    CUSTOMER_LINKS,
    CUSTOMER_MATCHES,
    CUSTOMER_MODEL,
    HOUSEHOLDS,
    IDENTIFIER_LIMITS,
    PRODUCT_LINKS,
    SUPERSESSIONS,
)
from onebasket.tables.cleaned import (
    DUPLICATES,
    EVENTS,
    IDENTIFIERS,
    ORDERS,
    PEOPLE,
    PRODUCTS,
    QUARANTINE,
    REPAIRS,
)
from onebasket.tables.collected import (
    FILES,
    RAW_CAMPAIGNS,
    RAW_EVENTS,
    RAW_EXPOSURES,
    RAW_ORDERS,
    RAW_PAYMENTS,
    RAW_PEOPLE,
    RAW_PRODUCT_DAYS,
    RAW_PRODUCTS,
    RAW_REVIEWS,
    RAW_SHIPMENTS,
    RAW_STOCK,
    RAW_TICKETS,
    SOURCES,
)
from onebasket.tables.fused import (
    CATALOGUE,
    CUSTOMER_FEATURES,
    CUSTOMER_VALUES,
    CUSTOMERS,
    MERGED_EVENTS,
    ORDER_LINKS,
    TIMELINE,
)
from onebasket.tables.learned import (
    BEHAVIOUR_SCORES,
    RECOMMENDATIONS,
    RELIABILITY,
    SCORE_PARTS,
    SCORES,
)
from onebasket.tables.schema import Column, Table

ALL: tuple[Table, ...] = (
    SOURCES,
    FILES,
    RAW_PEOPLE,
    RAW_PRODUCTS,
    RAW_ORDERS,
    RAW_EVENTS,
    RAW_STOCK,
    RAW_PRODUCT_DAYS,
    RAW_CAMPAIGNS,
    RAW_EXPOSURES,
    RAW_REVIEWS,
    RAW_TICKETS,
    RAW_SHIPMENTS,
    RAW_PAYMENTS,
    QUARANTINE,
    DUPLICATES,
    REPAIRS,
    PEOPLE,
    IDENTIFIERS,
    PRODUCTS,
    ORDERS,
    EVENTS,
    CUSTOMER_EDGES,
    CUSTOMER_LINKS,
    CUSTOMER_MATCHES,
    CUSTOMER_MODEL,
    HOUSEHOLDS,
    IDENTIFIER_LIMITS,
    PRODUCT_LINKS,
    SUPERSESSIONS,
    CUSTOMER_VALUES,
    CUSTOMERS,
    CATALOGUE,
    ORDER_LINKS,
    TIMELINE,
    MERGED_EVENTS,
    CUSTOMER_FEATURES,
    SCORES,
    SCORE_PARTS,
    RELIABILITY,
    RECOMMENDATIONS,
    BEHAVIOUR_SCORES,
)
# What a source may tell beside people, products, orders and events; each comes in as `raw_` and its name.
FURTHER = (
    "stock", "product_days", "campaigns", "exposures", "reviews", "tickets", "shipments", "payments",
)  # fmt: skip
BY_NAME: Mapping[str, Table] = {table.name: table for table in ALL}

__all__ = [
    "ALL",
    "BEHAVIOUR_SCORES",
    "BY_NAME",
    "CATALOGUE",
    "CUSTOMERS",
    "CUSTOMER_EDGES",
    "CUSTOMER_FEATURES",
    "CUSTOMER_LINKS",
    "CUSTOMER_VALUES",
    "DUPLICATES",
    "EVENTS",
    "FILES",
    "FURTHER",
    "IDENTIFIERS",
    "IDENTIFIER_LIMITS",
    "MERGED_EVENTS",
    "ORDERS",
    "ORDER_LINKS",
    "PEOPLE",
    "PRODUCTS",
    "PRODUCT_LINKS",
    "QUARANTINE",
    "RAW_CAMPAIGNS",
    "RAW_EVENTS",
    "RAW_EXPOSURES",
    "RAW_ORDERS",
    "RAW_PAYMENTS",
    "RAW_PEOPLE",
    "RAW_PRODUCTS",
    "RAW_PRODUCT_DAYS",
    "RAW_REVIEWS",
    "RAW_SHIPMENTS",
    "RAW_STOCK",
    "RAW_TICKETS",
    "RECOMMENDATIONS",
    "RELIABILITY",
    "REPAIRS",
    "SCORES",
    "SCORE_PARTS",
    "SOURCES",
    "SUPERSESSIONS",
    "TIMELINE",
    "Column",
    "Table",
]
