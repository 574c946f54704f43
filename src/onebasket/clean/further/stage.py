"""The order of work on one further table after another: only on those that the source tells something of."""

from __future__ import annotations

import json

import pyarrow as pa

from onebasket.accounting import Account
from onebasket.clean.further.declared import listed, meanings, readings
from onebasket.clean.products import name_listings
from onebasket.clean.readings import as_text
from onebasket.clean.work import Work
from onebasket.protect.corrections import corrected_rows
from onebasket.store.portable_types import arrow_type
from onebasket.tables import BY_NAME

# Why a row that repeats another is left out.
_WHY = {
    "stock": "same_level", "product_days": "same_day", "campaigns": "same_campaign",
    "exposures": "same_exposure", "reviews": "same_review", "tickets": "same_ticket",
    "shipments": "same_shipment", "payments": "same_payment",
}  # fmt: skip
_LIMITS = ("earliest", "latest", "max_quantity", "max_amount", "rate")
_FOUND = pa.schema([("found", pa.string())])


def clean_further(work: Work) -> list[Account]:
    """From the raw further tables of the source to their parts, each with an account.

    Rows may name products that nothing else of the source does: they join its products. Needs
    `clean_people_lost` and `clean_products_ranked`.
    """
    work.keep("further_tables", work.sql("further/tables", source=work.source))
    counts = {
        row["name"]: row["rows"]
        for batch in work.store.read("clean_further_tables")
        for row in batch.to_pylist()
    }
    told = {name: rows for name, rows in counts.items() if rows}
    if told:
        work.keep("limits", work.store.arrow(_limits(work)))
    return [_clean(work, name, rows) for name, rows in told.items()]


def _clean(work: Work, name: str, rows: int) -> Account:
    _read(work, name)
    work.keep("judged", work.sql(f"further/{name}"), large=not BY_NAME[name].personal)
    repeated = work.keep("again", work.sql("further/again"))
    if repeated:
        again = work.sql("further/repeated", table=f"raw_{name}", why=_WHY[name])
        work.store.write("duplicates", again, f"{work.source}.{name}")
    refused = _refuse(work, name)
    if listed(name):
        _products(work, name)
    kept = work.store.write(
        name, work.sql("further/kept_listed" if listed(name) else "further/kept"), work.source, ordered=True
    )
    work.store.forget("clean_judged")  # large ones and others are kept in different ways
    return Account("clean", work.source, f"raw_{name}", rows, kept, refused, repeated)


def _read(work: Work, name: str) -> None:
    """`clean_said`: the source's rows, corrected ones in their places, typed columns beside their texts."""
    raw = f"raw_{name}"
    how = readings(name, work.how, _zoned(work, raw))
    work.view("texts", work.store.parse(raw, how))
    mended = corrected_rows(work.shop, work.key, work.source, raw)
    if mended:
        schema = pa.schema([(column.name, arrow_type(column.type)) for column in BY_NAME[raw].columns])
        work.keep("mended_rows", work.store.arrow(pa.Table.from_pylist(mended, schema)))
        work.view("mended_texts", work.store.parse("clean_mended_rows", how))
    work.view("said", work.sql("further/said_mended" if mended else "further/said", source=work.source))
    for column, (meaning, schema) in meanings(name).items():
        work.map(f"{column}_words", "said", (f"{column}_word",), meaning, schema)
    if listed(name):
        work.view("listed", work.sql("further/listed"))


def _zoned(work: Work, raw: str) -> bool:
    if "time_zone" not in BY_NAME[raw].names:
        return False
    return any(batch.column(0).null_count < len(batch) for batch in work.store.read(raw, ["time_zone"]))


def _refuse(work: Work, name: str) -> int:
    """Write the rows that cannot be used to quarantine. Gives how many."""
    refused = work.keep("faulty", work.sql("further/faulty"))
    if refused:
        raw = f"raw_{name}"
        work.view("lost_rows", work.sql("further/lost_rows"))
        work.keep("lost_text", work.store.parse("clean_lost_rows", as_text(raw)))
        work.map("lost_found", "lost_text", ("row_text", "field"), _found, _FOUND)
        work.store.write("quarantine", work.sql("further/refused", table=raw), f"{work.source}.clean.{name}")
    return refused


def _found(row_text: str, field: str) -> tuple[str | None]:
    return (json.loads(row_text)[field],)


def _products(work: Work, name: str) -> None:
    """Find which product each name means; write those that are new."""
    work.view("listing_rows", work.sql("further/listings"))
    name_listings(work)
    new = work.sql("further/products", source=work.source, channel=work.how.channel)
    work.keep("new_products", new)
    if work.store.count("clean_new_products"):
        work.store.write("products", new, f"{work.source}.{name}")


def _limits(work: Work) -> pa.Table:
    """One row: what the queries refuse by, and what holds where a row states no currency."""
    known = {**work.limits, "max_quantity": work.shop.clean.max_quantity}
    return pa.Table.from_pylist(
        [
            {
                **{name: known[name] for name in _LIMITS},
                "currency_of_source": work.how.currency,
                "divisor": work.divisor(work.how.currency),
                "priced": work.priced,
            }
        ],
        pa.schema(
            [
                ("earliest", pa.timestamp("us")),
                ("latest", pa.timestamp("us")),
                ("max_quantity", pa.float64()),
                ("max_amount", pa.float64()),
                ("rate", pa.float64()),
                ("currency_of_source", pa.string()),
                ("divisor", pa.float64()),
                ("priced", pa.bool_()),
            ]
        ),
    )
