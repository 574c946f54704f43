"""Tables that users hand over, and what they state of their columns."""

from __future__ import annotations

import pyarrow as pa
import pytest

from onebasket.align.rows import Ids, stated_of, table_of
from onebasket.errors import MatchError

A, B = pa.table({"sku": [1], "label": ["x"]}), pa.table({"id": [1], "name": ["x"], "cost": [2.0]})
KINDS = ("title", "price")


class Handed:
    """What hands an Arrow table out, as polars and DuckDB do."""

    def __init__(self, table: pa.Table) -> None:
        self.table = table

    def __arrow_c_stream__(self, requested: object = None) -> object:
        return self.table.__arrow_c_stream__(requested)


def test_views_and_categories_are_texts() -> None:
    texts = pa.array(["a", None, "b"])
    columns = {"view": texts.cast(pa.string_view()), "coded": texts.dictionary_encode(), "n": [1, 2, 3]}
    table = table_of(Handed(pa.table(columns)))
    assert table.schema.types == [pa.string(), pa.string(), pa.int64()]
    assert table["view"].to_pylist() == table["coded"].to_pylist() == ["a", None, "b"]


@pytest.mark.parametrize("what", [[{"a": 1}], 3, "rows.csv", {"a": [1], "b": [1, 2]}])
def test_what_is_no_table_is_refused(what: object) -> None:
    with pytest.raises(MatchError, match="This is no table"):
        table_of(what)


def test_each_table_takes_what_is_stated_of_its_columns() -> None:
    said = stated_of([A, B], {"label": "title", "sku": "id", "cost": "price"}, None, KINDS)
    assert said == [({"label": "title"}, "sku"), ({"cost": "price"}, None)]
    assert stated_of([A, B], None, "id", KINDS) == [({}, None), ({}, "id")]
    each = stated_of([A, B], [{"label": "title"}, {}], ["sku", None], KINDS)
    assert each == [({"label": "title"}, "sku"), ({}, None)]


def test_what_no_table_has_is_refused() -> None:
    for fields, ids, said in (
        ({"x": "title"}, None, "no column 'x'"),
        ({"label": "name"}, None, "no kind of field 'name'"),
        ([{"cost": "price"}, {}], None, "no column 'cost'"),
        (None, "x", "no column 'x'"),
        ({"id": "id", "cost": "id"}, None, "two columns of ids"),
        ([{}], None, "not stated for each table"),
    ):
        with pytest.raises(MatchError, match=said):
            stated_of([A, B], fields, ids, KINDS)


def test_rows_are_numbered_where_ids_do_not_tell_them_apart_and_a_note_says_so() -> None:
    ids = Ids.of(pa.table({"id": ["a", "a", None, "b"]}), None)
    assert ids.column is None and ids.values.to_pylist() == [0, 1, 2, 3]
    assert "'id'" in ids.note and "1 say what another says, 1 are missing" in ids.note
    assert Ids.of(pa.table({"name": ["a", "a"]}), None).note == ""
    assert Ids.of(pa.table({"id": ["a", "b"]}), None).note == ""
    with pytest.raises(MatchError, match="no record") as failed:
        ids.places([9])
    assert "'id'" in str(failed.value)
