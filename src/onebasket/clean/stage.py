"""The order of clean's work on one source."""

from __future__ import annotations

import pyarrow as pa

from onebasket.accounting import Account, Progress, silent
from onebasket.clean.further import clean_further
from onebasket.clean.people import clean_people
from onebasket.clean.products import clean_products
from onebasket.clean.readings import as_text
from onebasket.clean.repairs import clean_repairs
from onebasket.clean.sales import clean_events, clean_orders, judge, place
from onebasket.clean.work import Work
from onebasket.protect import Key
from onebasket.protect.corrections import corrected_rows
from onebasket.shop import Shop, Source
from onebasket.store.base import Store
from onebasket.store.portable_types import arrow_type
from onebasket.tables import BY_NAME

RAW = ("people", "products", "orders", "events")


def clean(store: Store, shop: Shop, source: Source, key: Key, progress: Progress = silent) -> list[Account]:
    """Turn the raw parts of one source into trusted ones: people, identifiers, products, orders, events.

    Stock, campaigns and the other further tables follow, where the source tells of them.
    Also writes its parts of duplicates and repairs, and the quarantine part `<source>.clean`.
    Gives one account a raw table. Events later than tomorrow (UTC) are refused as future_time,
    so a later run may take in what an earlier one refused.
    """
    work = Work(store, shop, source, key)
    steps = (
        _raw,
        clean_people,
        judge,
        place,
        clean_products,
        clean_orders,
        clean_events,
        clean_repairs,
        _set_aside,
    )
    for number, step in enumerate(steps):
        progress(f"clean {source.name}", number, len(steps))
        step(work)
    accounts = [*_accounts(work), *clean_further(work)]
    work.forget()
    progress(f"clean {source.name}", len(steps), len(steps))
    return accounts


def _raw(work: Work) -> None:
    """The rows as collected, with corrected ones in their places."""
    for table in RAW:
        raw = f"raw_{table}"
        rows = corrected_rows(work.shop, work.key, work.source, raw)
        if rows:
            schema = pa.schema([(column.name, arrow_type(column.type)) for column in BY_NAME[raw].columns])
            work.keep(f"mended_{table}", work.store.arrow(pa.Table.from_pylist(rows, schema)))
        work.view(raw, work.sql(f"corrected_{table}" if rows else raw, source=work.source))


def _set_aside(work: Work) -> None:
    """Write the parts of quarantine and duplicates."""
    for table in RAW:
        work.view(f"{table}_lost_rows", work.sql(f"{table}_lost_rows"))
        text = work.store.parse(f"clean_{table}_lost_rows", as_text(f"raw_{table}"))
        work.view(f"{table}_lost_text", text)
        work.view(f"{table}_refused", work.sql(f"{table}_refused"))
    for table in ("people", "products"):
        work.view(f"{table}_repeated", work.sql(f"{table}_repeated"))
    work.view("orders_repeated", work.sql("orders_repeated", source=work.source))
    work.store.write("quarantine", work.sql("quarantine"), f"{work.source}.clean")
    work.store.write("duplicates", work.sql("duplicates"), work.source)


def _accounts(work: Work) -> list[Account]:
    work.keep("accounts", work.sql("accounts", source=work.source))
    rows = {
        row["table_name"]: row for batch in work.store.read("clean_accounts") for row in batch.to_pylist()
    }
    return [
        Account(
            "clean",
            work.source,
            f"raw_{table}",
            rows_in=rows[f"raw_{table}"]["rows_in"],
            kept=rows[f"raw_{table}"]["kept"],
            quarantined=rows[f"raw_{table}"]["refused"],
            duplicates=rows[f"raw_{table}"]["repeated"],
        )
        for table in RAW
    ]
