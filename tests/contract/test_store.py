"""What every store must do with tables, intermediate results, functions and versions."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from onebasket.errors import SchemaError, StoreError
from onebasket.protect import Key, ParquetCipher
from onebasket.store import duckdb as duck
from onebasket.store.basket import Basket, Draft, Version
from onebasket.store.portable_types import arrow_type
from onebasket.store.slices import slices
from onebasket.tables import ALL, BY_NAME

Open = Callable[[Version | Draft, Key], Any]
KEY = Key(bytes(range(32)), Path("shop.key"))  # the one of conftest.py


def rows(table: str, *given: dict[str, Any]) -> pa.Table:
    """Rows of a table; columns that are not given hold a value of their type where they must."""
    simple = {
        "varchar": "x", "bigint": 1, "int": 1, "double": 1.0, "boolean": False, "timestamp": 0, "date": 0
    }  # fmt: skip
    columns = {}
    for column in BY_NAME[table].columns:
        default = simple.get(column.type, []) if column.required else None
        values = [row.get(column.name, default) for row in given]
        columns[column.name] = pa.array(values, arrow_type(column.type))
    return pa.table(columns)


def with_rows(files: pa.Table, values: pa.Array) -> pa.Table:
    return files.set_column(files.schema.get_field_index("rows"), "rows", values)


def read(store: Any, table: str, *columns: str) -> list[tuple[Any, ...]]:
    batches = list(store.read(table, columns or None))
    assert all(isinstance(batch, pa.RecordBatch) for batch in batches)
    return [tuple(row.values()) for batch in batches for row in batch.to_pylist()]


def values(result: Any, store: Any) -> list[dict[str, Any]]:
    """The rows of a result, in no particular order."""
    store.keep("_values", result)
    found = [row for batch in store.read("_values") for row in batch.to_pylist()]
    store.forget("_values")
    return found


@pytest.fixture
def stage(monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """Stage queries by name, as if they were files."""
    texts: dict[str, str] = {}
    monkeypatch.setattr(duck, "stage_sql", texts.__getitem__)
    return texts


class TestTables:
    @pytest.mark.parametrize("table", [table.name for table in ALL])
    def test_a_table_not_yet_written_is_empty_and_typed(self, store: Any, table: str) -> None:
        assert store.count(table) == 0
        assert read(store, table) == []
        assert values(store.arrow(rows(table)), store) == []

    @pytest.mark.parametrize("table", [table.name for table in ALL])
    def test_every_table_can_be_written_and_read_back(self, store: Any, table: str) -> None:
        columns = {
            column.name: pa.nulls(0, arrow_type(column.type)) for column in reversed(BY_NAME[table].columns)
        }
        assert store.write(table, store.arrow(pa.table(columns))) == 0
        assert store.count(table) == 0

    def test_rows_come_back_in_the_total_order_of_the_table(self, store: Any) -> None:
        given = rows(
            "product_links", *({"source": s, "product_key": k} for s in "ba" for k in ("2", "10", "1"))
        )
        assert store.write("product_links", store.arrow(given)) == 6
        found = read(store, "product_links", "source", "product_key")
        assert found == [(s, k) for s in "ab" for k in ("1", "10", "2")]

    def test_the_same_rows_in_another_order_give_the_same_bytes(self, store: Any, draft: Draft) -> None:
        given = rows("product_links", *({"source": "s", "product_key": f"{n:05d}"} for n in range(5000)))
        backwards = given.take(list(reversed(range(5000))))
        store.write("product_links", store.arrow(given), "one")
        store.write("product_links", store.arrow(backwards), "two")
        one, two = draft.parts("product_links")
        assert one.read_bytes() == two.read_bytes()

    def test_parts_stand_side_by_side_and_are_replaced_by_name(self, store: Any) -> None:
        def part(source: str, *keys: str) -> int:
            given = rows("product_links", *({"source": source, "product_key": key} for key in keys))
            return int(store.write("product_links", store.arrow(given), source))

        assert (part("b", "1", "2"), part("a", "1"), part("b", "3")) == (2, 1, 1)
        assert read(store, "product_links", "source", "product_key") == [("a", "1"), ("b", "3")]

    def test_columns_may_come_in_any_order(self, store: Any) -> None:
        given = rows("files", {"source": "s", "rows": 7, "rejected": 2})
        store.write("files", store.arrow(given.select(list(reversed(given.column_names)))))
        assert read(store, "files", "rows", "rejected") == [(7, 2)]

    def test_chosen_columns_come_in_the_order_asked_for(self, store: Any) -> None:
        store.write("files", store.arrow(rows("files", {"rows": 7, "rejected": 2})))
        assert read(store, "files", "rejected", "rows") == [(2, 7)]

    @pytest.mark.parametrize(
        ("broken", "said"),
        [
            (lambda t: t.drop_columns(["bytes"]), "missing: bytes"),
            (lambda t: t.append_column("colour", pa.array(["red"])), "unknown: colour"),
            (lambda t: with_rows(t, pa.array(["many"])), "wrong type: rows"),
            (lambda t: with_rows(t, pa.array([1], pa.int32())), "wrong type: rows"),
            (lambda t: with_rows(t, pa.array([None], pa.int64())), "1 nulls in rows"),
        ],
    )
    def test_a_table_that_is_not_as_it_must_be_is_refused(
        self, store: Any, broken: Callable[[pa.Table], pa.Table], said: str
    ) -> None:
        with pytest.raises(SchemaError, match="files") as error:
            store.write("files", store.arrow(broken(rows("files", {}))))
        assert said in str(error.value)

    @pytest.mark.parametrize("table", [table.name for table in ALL])
    def test_nulls_are_refused_wherever_a_value_must_be(self, store: Any, table: str) -> None:
        for column in BY_NAME[table].columns:
            if column.required:
                with pytest.raises(SchemaError, match=f"nulls in {column.name}"):
                    store.write(table, store.arrow(rows(table, {}, {column.name: None})))

    def test_a_part_that_was_refused_is_not_there(self, store: Any, draft: Draft) -> None:
        with pytest.raises(SchemaError):
            store.write("files", store.arrow(rows("files", {"source": None})))
        assert draft.parts("files") == []
        assert store.count("files") == 0

    def test_lists_structs_and_times_survive(self, store: Any) -> None:
        from datetime import datetime

        given = rows(
            "customer_features",
            {
                "as_of": datetime(2024, 5, 6, 7, 8, 9, 123456),
                "channel_shares": [{"name": "web", "share": 0.25}, {"name": "小店", "share": 0.75}],
            },
        )
        store.write("customer_features", store.arrow(given))
        assert pa.table(given) == pa.Table.from_batches(list(store.read("customer_features")), given.schema)


class TestPersonalTables:
    def test_they_are_encrypted_at_rest(self, store: Any, draft: Draft) -> None:
        store.write("raw_people", store.arrow(rows("raw_people", {"email": "ada.lovelace@example.org"})))
        (path,) = draft.parts("raw_people")
        raw = path.read_bytes()
        assert b"lovelace" not in raw and b"email" not in raw
        with pytest.raises((OSError, pa.ArrowInvalid)):
            pq.read_table(path)
        assert read(store, "raw_people", "email") == [("ada.lovelace@example.org",)]

    def test_another_key_reads_nothing(self, opened: Open, store: Any, draft: Draft) -> None:
        store.write("raw_people", store.arrow(rows("raw_people", {"email": "ada@example.org"})))
        stranger = ParquetCipher(Key(bytes(32), Path("other.key")))
        with pytest.raises(Exception, match=r"(?i)decrypt|unwrap|key"):
            stranger.dataset(draft.parts("raw_people")).to_table()

    @pytest.mark.parametrize("place", [0.2, 0.5, 0.9])
    def test_a_changed_byte_is_noticed(self, store: Any, draft: Draft, place: float) -> None:
        given = rows(
            "raw_people", *({"record_id": f"r{n}", "email": f"p{n}@example.org"} for n in range(100))
        )
        store.write("raw_people", store.arrow(given))
        (path,) = draft.parts("raw_people")
        raw = bytearray(path.read_bytes())
        raw[int(len(raw) * place)] ^= 1
        path.write_bytes(raw)
        with pytest.raises(Exception):  # noqa: B017 - what breaks depends on where the byte lies
            ParquetCipher(KEY).dataset([path]).to_table()

    def test_other_tables_can_be_read_by_anything(self, store: Any, draft: Draft) -> None:
        store.write("files", store.arrow(rows("files", {})))
        assert pq.read_table(*draft.parts("files")).num_rows == 1


class TestIntermediateResults:
    def test_sql_reads_tables_kept_results_and_parameters(self, store: Any, stage: dict[str, str]) -> None:
        stage["fuse/some"] = 'select f."rows" + k.more as n, $word as word from files f, extra k where $yes'
        store.write("files", store.arrow(rows("files", {"rows": 40})))
        assert store.keep("extra", store.arrow(pa.table({"more": [2]}))) == 1
        result = store.sql("fuse/some", word="it's", yes=True)
        assert list(result.columns) == ["n", "word"]
        assert values(result, store) == [{"n": 42, "word": "it's"}]

    def test_keep_holds_what_was_and_forget_lets_go(self, store: Any) -> None:
        assert store.keep("some", store.arrow(pa.table({"a": [1, 2, 3]}))) == 3
        assert store.count("some") == 3
        assert read(store, "some") == [(1,), (2,), (3,)]
        assert store.keep("some", store.arrow(pa.table({"b": ["x"]}))) == 1
        assert read(store, "some") == [("x",)]
        store.forget("some", "never_kept")
        with pytest.raises(Exception, match="some"):
            store.count("some")

    def test_large_results_keep_their_order_and_go_when_forgotten(self, store: Any, basket: Basket) -> None:
        numbers = list(range(300_000, 0, -1))
        for again in (numbers, numbers[:7]):
            assert store.keep("many", store.arrow(pa.table({"a": again})), large=True) == len(again)
            assert [a for (a,) in read(store, "many")] == again
        store.forget("many")
        with pytest.raises(Exception, match="many"):
            store.count("many")
        assert not list(basket.folder.rglob("*many*"))

    def test_a_view_is_computed_when_read(self, store: Any, stage: dict[str, str]) -> None:
        stage["clean/all"] = 'select sum("rows")::bigint as n from files'
        store.view("total", store.sql("clean/all"))
        store.write("files", store.arrow(rows("files", {"rows": 3})))
        assert read(store, "total") == [(3,)]
        store.forget("total")
        with pytest.raises(Exception, match="total"):
            store.count("total")

    def test_a_name_may_be_kept_and_viewed_in_turn(self, store: Any) -> None:
        for number in (1, 2):
            store.keep("some", store.arrow(pa.table({"a": [number]})))
            store.forget("some")
            store.view("some", store.arrow(pa.table({"a": [-number]})))
            assert read(store, "some") == [(-number,)]
            store.forget("some")

    def test_what_was_written_is_seen_by_the_next_query(self, store: Any, stage: dict[str, str]) -> None:
        stage["clean/n"] = "select count(*) as n from files"
        for number, part in enumerate("abc", 1):
            store.write("files", store.arrow(rows("files", {"source": part})), part)
            assert values(store.sql("clean/n"), store) == [{"n": number}]

    def test_large_results_come_in_batches(self, store: Any) -> None:
        store.keep("many", store.arrow(pa.table({"a": range(250_000)})))
        sizes = [batch.num_rows for batch in store.read("many")]
        assert sum(sizes) == 250_000 and max(sizes) < 250_000


class TestOrder:
    @pytest.mark.parametrize("ordered", [True, False])
    @pytest.mark.parametrize("given", ["abcdef", "fedcba", "abdcef", "a", ""])
    def test_rows_stand_in_the_table_s_order(self, store: Any, ordered: bool, given: str) -> None:
        said = [{"source": "s", "file": letter} for letter in given]
        assert store.write("files", store.arrow(rows("files", *said)), ordered=ordered) == len(given)
        assert read(store, "files", "file") == [(letter,) for letter in sorted(given)]

    def test_slices_hold_whole_blocks_and_every_row_once(self, store: Any) -> None:
        low = [0, 10, 20, 50, 60, 70]
        blocks = pa.table(
            {"low": low[::-1], "high": [each + 5 for each in low[::-1]], "rows": [1, 1, 9, 2, 2, 2]}
        )
        found = slices(store, store.arrow(blocks), 4)
        assert found == [(0, 15), (20, 25), (50, 55), (60, 75)]
        assert slices(store, store.arrow(blocks.slice(0, 0)), 4) == []


class TestMap:
    def test_the_function_sees_each_distinct_combination_once(self, store: Any) -> None:
        store.keep("some", store.arrow(pa.table({"a": ["x", "y", "x", None, "x"], "b": [1, 1, 1, 2, 3]})))
        seen: list[tuple[Any, Any]] = []

        def function(batch: pa.RecordBatch) -> pa.RecordBatch:
            assert batch.schema.names == ["a", "b"]
            pairs = list(zip(batch["a"].to_pylist(), batch["b"].to_pylist(), strict=True))
            seen.extend(pairs)
            return pa.record_batch([pa.array([f"{a}{b}" for a, b in pairs])], names=["c"])

        result = store.map("some", ["a", "b"], function, pa.schema([("c", pa.string())]))
        assert list(result.columns) == ["a", "b", "c"]
        found = {(row["a"], row["b"]): row["c"] for row in values(result, store)}
        assert found == {("x", 1): "x1", ("y", 1): "y1", ("x", 3): "x3", (None, 2): "None2"}
        assert len(seen) == len(set(seen)) == 4

    def test_the_order_of_the_values_does_not_depend_on_the_rows(self, store: Any) -> None:
        orders = []
        for texts in (["b", "c", "a"], ["a", "c", "b", "c"]):
            store.keep("some", store.arrow(pa.table({"a": texts})))

            def function(batch: pa.RecordBatch) -> pa.RecordBatch:
                orders.append(batch["a"].to_pylist())
                return batch.rename_columns(["c"])

            store.map("some", ["a"], function, pa.schema([("c", pa.string())]))
        assert orders[0] == orders[1]

    def test_nothing_in_nothing_out(self, store: Any) -> None:
        schema = pa.schema([("c", pa.int64())])
        store.keep("some", store.arrow(pa.table({"a": pa.array([], pa.string())})))
        result = store.map("some", ["a"], lambda batch: batch, schema)
        assert list(result.columns) == ["a", "c"]
        assert values(result, store) == []


class TestKernel:
    def test_one_call_a_partition_nulls_included(self, store: Any) -> None:
        store.keep("some", store.arrow(pa.table({"k": ["a", "b", "a", None], "n": [1, 2, 3, 4]})))

        def function(part: pa.Table) -> pa.Table:
            assert len(part["k"].unique()) == 1
            return pa.table({"k": [part["k"][0].as_py()], "n": [sum(part["n"].to_pylist())]})

        schema = pa.schema([("k", pa.string()), ("n", pa.int64())])
        found = values(store.kernel("some", ["k"], function, schema), store)
        assert {(row["k"], row["n"]) for row in found} == {("a", 4), ("b", 2), (None, 4)}

    def test_without_key_the_whole_table_at_once(self, store: Any) -> None:
        store.keep("some", store.arrow(pa.table({"n": [3, 1, 2]})))
        schema = pa.schema([("n", pa.int32())])
        result = store.kernel("some", [], lambda whole: pa.table({"n": [len(whole)]}), schema)
        assert values(result, store) == [{"n": 3}]
        assert pa.Table.from_batches(store.read("some")).num_rows == 3

    def test_no_rows_no_call(self, store: Any) -> None:
        store.keep("some", store.arrow(pa.table({"k": pa.array([], pa.string())})))
        schema = pa.schema([("n", pa.int64())])
        result = store.kernel("some", ["k"], lambda part: pytest.fail("called"), schema)
        assert values(result, store) == []


class TestVersions:
    def publish(self, opened: Open, basket: Basket, customer: str) -> None:
        with basket.begin() as draft:
            with opened(draft, KEY) as store:
                given = rows("customer_links", {"record_id": "r", "customer_id": customer})
                store.write("customer_links", store.arrow(given))
            basket.publish(draft, {})

    def test_the_next_run_sees_the_links_of_the_one_before(self, opened: Open, basket: Basket) -> None:
        self.publish(opened, basket, "c1")
        with basket.begin() as draft, opened(draft, KEY) as store:
            assert read(store, "previous_customer_links", "customer_id") == [("c1",)]
            assert store.count("customer_links") == 0
            assert store.count("previous_product_links") == store.count("previous_supersessions") == 0

    def test_a_published_version_is_read_and_never_written(self, opened: Open, basket: Basket) -> None:
        self.publish(opened, basket, "c1")
        version = basket.current()
        assert version is not None
        with version, opened(version, KEY) as store:
            assert read(store, "customer_links", "customer_id") == [("c1",)]
            with pytest.raises(StoreError, match="published"):
                store.write("files", store.arrow(rows("files", {})))

    def test_a_replaced_part_leaves_the_former_version_as_it_was(self, opened: Open, basket: Basket) -> None:
        self.publish(opened, basket, "c1")
        with basket.begin() as draft:
            assert draft.reuse(["customer_links/all.parquet"])
            with opened(draft, KEY) as store:
                assert read(store, "customer_links", "customer_id") == [("c1",)]
                given = rows("customer_links", {"customer_id": "c2"})
                store.write("customer_links", store.arrow(given))
                assert read(store, "customer_links", "customer_id") == [("c2",)]
                assert read(store, "previous_customer_links", "customer_id") == [("c1",)]
