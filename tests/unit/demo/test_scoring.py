"""Scores on a case counted by hand."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import duckdb
import pytest

from onebasket.demo.scoring import score

RAW = ("raw_people", "raw_orders", "raw_events")


@pytest.fixture
def engine(tmp_path: Path) -> duckdb.DuckDBPyConnection:
    """Five records of three people in two channels; four orders of three purchases; three listings."""
    (tmp_path / "truth").mkdir()
    connection = duckdb.connect()

    def table(name: str, columns: str, *rows: tuple[object, ...]) -> None:
        connection.execute(f"create table {name} ({columns})")
        if rows:
            connection.executemany(f"insert into {name} values ({', '.join('?' * len(rows[0]))})", rows)

    where = "source varchar, file varchar, line bigint"
    table("sources", "source varchar, channel varchar", ("shop", "web"), ("till", "store"))
    table("raw_people", f"{where}, record_id varchar", ("shop", "f", 1, "a"), ("till", "g", 1, "d"))
    table(
        "raw_orders",
        f"{where}, record_id varchar",
        *[("shop", "f", line, record) for line, record in ((1, "a"), (2, "b"), (3, "c"), (4, "c"), (5, "c"))],
    )
    items = f"{where}, item int, record_id varchar"
    table("raw_events", items, ("till", "g", 1, 0, "d"), ("till", "g", 2, 0, "e"), ("till", "g", 2, 1, "e"))
    table("households", "customer_id varchar, household_id varchar", ("1", "h1"), ("2", "h1"))
    table(
        "known",
        f"{where}, person_id varchar, household_id varchar",
        ("shop", "f", 1, "ann", "h"),
        ("shop", "f", 2, "ann", "h"),
        ("shop", "f", 3, "bob", "h"),
        ("shop", "f", 4, "ann", "h"),
        ("shop", "f", 5, "bob", "h"),
        ("till", "g", 1, "ann", "h"),
        ("till", "g", 2, "cy", "k"),
    )
    table("people", "record_id varchar, masked boolean", *[(r, r == "e") for r in "abcde"])
    # Found: {a, b} and {c, d, e}. True: ann = {a, b, d}, bob = {c} (two lines to one), cy = {e}.
    table(
        "customer_links",
        "record_id varchar, source varchar, customer_id varchar",
        *[("a", "shop", "1"), ("b", "shop", "1"), ("c", "shop", "2"), ("d", "till", "2"), ("e", "till", "2")],
    )
    table(
        "orders",
        f"{where}, order_id varchar, purchase_id varchar",
        ("shop", "f", 1, "#1", "x"),
        ("site", "s", 9, None, "x"),
        ("shop", "f", 2, "#2", "y"),
        ("site", "s", 8, "#2", "z"),
        ("site", "s", 7, "#refused", "y"),
    )
    table(
        "order_links",
        "source varchar, order_id varchar, fused_order_id varchar",
        ("shop", "#1", "o1"),
        ("site", "~s:9", "o1"),
        ("shop", "#2", "o2"),
        ("site", "#2", "o2"),
    )
    keys = "source varchar, product_key varchar, product_id varchar"
    table("products", keys, ("shop", "S1", "p"), ("till", "T1", "p"), ("till", "T2", "q"))
    table("product_links", keys, ("shop", "S1", "1"), ("till", "T1", "2"), ("till", "T2", "2"))
    table(
        "customer_matches",
        "record_a varchar, record_b varchar, probability double",
        ("a", "b", 0.95),
        ("a", "c", 0.25),
        ("a", "d", 0.2),
        ("d", "e", 1.0),
    )
    for name, kept in (("people", "known"), ("orders", "orders"), ("products", "products")):
        connection.execute(f"copy {kept} to '{tmp_path}/truth/{name}.parquet'")
    return connection


def scored(engine: duckdb.DuckDBPyConnection, folder: Path) -> dict[str, dict[str, float]]:
    def query(text: str, **values: str) -> duckdb.DuckDBPyRelation:
        return engine.sql(text, params=values or None)

    return score(SimpleNamespace(folder=folder), SimpleNamespace(query=query))  # type: ignore[arg-type]


@pytest.fixture
def scores(engine: duckdb.DuckDBPyConnection, tmp_path: Path) -> dict[str, dict[str, float]]:
    return scored(engine, tmp_path)


def test_identity_counts_pairs_of_records(scores: dict[str, dict[str, float]]) -> None:
    # joined: ab, cd, ce, de; true: ab, ad, bd; both: ab
    assert scores["identity"] == {
        "precision": pytest.approx(1 / 4),
        "recall": pytest.approx(1 / 3),
        "pairs": 3,
        "records": 5,
        "customers": 2,
        "people": 3,
    }


def test_probabilities_are_told_beside_what_is_true(scores: dict[str, dict[str, float]]) -> None:
    assert scores["likeness 2"] == {"expected": pytest.approx(0.225), "observed": 0.5, "pairs": 2}
    assert scores["likeness 9"] == {"expected": pytest.approx(0.975), "observed": 0.5, "pairs": 2}
    assert "likeness 0" not in scores


def test_masked_records_are_told_apart(scores: dict[str, dict[str, float]]) -> None:
    # without e joined: ab, cd; true: ab, ad, bd
    assert scores["identity_unmasked"]["precision"] == pytest.approx(1 / 2)
    assert scores["identity_unmasked"]["records"] == 4


def test_households_count_pairs_of_records(scores: dict[str, dict[str, float]]) -> None:
    # found: all five in one; true: a, b, c and d in one
    assert scores["households"] == {"precision": pytest.approx(6 / 10), "recall": 1.0, "pairs": 6}


def test_identity_across_channels(scores: dict[str, dict[str, float]]) -> None:
    # of the pairs between web and store, cd and ce were joined; ad and bd are true
    assert scores["identity store-web"] == {"precision": 0.0, "recall": 0.0, "pairs": 2}


def test_orders_that_clean_refused_do_not_count(scores: dict[str, dict[str, float]]) -> None:
    assert scores["orders"] == {"found": 1.0, "wrongly_merged": 0.5, "pairs": 1}


def test_products(scores: dict[str, dict[str, float]]) -> None:
    assert scores["products"] == {"precision": 0.0, "recall": 0.0, "pairs": 1, "listings": 3}


def test_shares_of_nothing_are_one(engine: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    for name in ("customer_links", "order_links", "product_links"):
        engine.execute(f"delete from {name}")
    scores = scored(engine, tmp_path)
    assert scores["identity"]["precision"] == scores["identity"]["recall"] == 1.0
    assert scores["orders"]["wrongly_merged"] == 0.0
