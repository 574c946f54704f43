"""Law 4: every table is what `onebasket.tables` says, and every row that comes in is counted out."""

from __future__ import annotations

from collections import Counter

import pytest

from onebasket.accounting import Account
from onebasket.tables import ALL, Table
from tests.journey.conftest import Ran

CLEANED = {"raw_people": "people", "raw_products": "products", "raw_orders": "orders", "raw_events": "events"}


def accounts(ran: Ran, stage: str) -> list[Account]:
    return [Account(**account) for account in ran.manifest["accounts"] if account["stage"] == stage]


def by_source(ran: Ran, table: str, where: str = "true") -> Counter[str]:
    with ran.store() as store:
        found = store.query(f"select source, count(*) from {table} where {where} group by source").fetchall()
    return Counter(dict(found))


def test_every_account_balances(ran: Ran) -> None:
    found = [Account(**account) for account in ran.manifest["accounts"]]
    assert {account.stage for account in found} >= {"collect", "clean", "align", "fuse"}
    for account in found:
        account.check()


def test_what_collect_counted_is_what_it_wrote(ran: Ran) -> None:
    with ran.store() as store:
        read = dict(store.query("select source, sum(rows)::bigint from files group by source").fetchall())
        bad = dict(store.query("select source, sum(rejected)::bigint from files group by source").fetchall())
    found = {account.source: account for account in accounts(ran, "collect")}
    assert {name: account.rows_in for name, account in found.items()} == read
    assert {name: account.quarantined for name, account in found.items()} == bad
    quarantined = by_source(ran, "quarantine", "stage = 'collect'")
    assert {name: quarantined[name] for name in bad} == bad


@pytest.mark.parametrize("raw", CLEANED)
def test_what_clean_counted_is_what_it_wrote(ran: Ran, raw: str) -> None:
    came = by_source(ran, raw)
    refused = by_source(ran, "quarantine", f"stage = 'clean' and table_name = '{raw}'")
    repeated = by_source(ran, "duplicates", f"table_name = '{raw}'")
    found = {account.source: account for account in accounts(ran, "clean") if account.table == raw}
    assert set(found) == {account.source for account in accounts(ran, "collect")}
    for source, account in found.items():
        assert account.rows_in == came[source]
        assert account.quarantined == refused[source]
        assert account.duplicates == repeated[source]
    kept = by_source(ran, CLEANED[raw])
    for source, account in found.items():
        # products and orders that only events name are added to those that were listed
        assert kept[source] == account.kept or (
            raw in ("raw_products", "raw_orders") and kept[source] > account.kept
        )


def test_every_event_stands_in_the_timeline_or_says_why_not(ran: Ran) -> None:
    with ran.store() as store:
        (missing,) = store.query("""
            select count(*) from events as e
            where not exists (select 1 from timeline as t
                              where (t.source, t.file, t.line, t.item) = (e.source, e.file, e.line, e.item))
              and not exists (select 1 from merged_events as m
                              where (m.source, m.file, m.line, m.item) = (e.source, e.file, e.line, e.item))
        """).fetchall()
    assert missing == (0,)


def test_every_record_and_every_product_has_one_link(ran: Ran) -> None:
    with ran.store() as store:
        for cleaned, links, key in (
            ("people", "customer_links", ("record_id",)),
            ("products", "product_links", ("source", "product_key")),
        ):
            names = ", ".join(key)
            one = set(store.query(f"select {names} from {cleaned}").fetchall())
            other = store.query(f"select {names} from {links}").fetchall()
            assert len(other) == len(set(other)) and set(other) == one


@pytest.mark.parametrize("table", ALL, ids=[table.name for table in ALL])
def test_tables_are_as_declared_and_their_order_is_total(ran: Ran, table: Table) -> None:
    key = ", ".join(f'"{name}"' for name in table.order)
    with ran.store() as store:
        assert sorted(store.query(f"from {table.name}").columns) == sorted(table.names)
        twice = store.query(f"select {key}, count(*) from {table.name} group by all having count(*) > 1")
        assert twice.fetchall() == []
        for column in table.columns:
            if column.required:
                assert (
                    store.query(f'select 1 from {table.name} where "{column.name}" is null').fetchall() == []
                )
