"""The tables at every border: well formed, and written down for people."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from onebasket.store.portable_types import arrow_type
from onebasket.tables import ALL, BY_NAME, Table
from onebasket.tables.document import markdown
from onebasket.tables.schema import Column, columns

REFERENCE = Path(__file__).parents[2] / "docs" / "reference" / "tables.md"
STAGES = ["collect", "clean", "align", "fuse", "learn", "apply"]


def test_names_are_unique() -> None:
    assert len(BY_NAME) == len(ALL)


@pytest.mark.parametrize("table", ALL, ids=BY_NAME)
def test_a_table_is_well_formed(table: Table) -> None:
    assert table.stage in STAGES and table.meaning
    assert len(set(table.names)) == len(table.names)
    for column in table.columns:
        assert re.fullmatch(r"[a-z][a-z0-9_]*", column.name)
        assert arrow_type(column.type) is not None
        assert column.meaning, f"{table.name}.{column.name} has no meaning"


@pytest.mark.parametrize("table", ALL, ids=BY_NAME)
def test_its_order_is_by_columns_that_are_never_null(table: Table) -> None:
    known = {column.name: column for column in table.columns}
    assert table.order
    assert all(known[name].required for name in table.order)


@pytest.mark.parametrize("table", ALL, ids=BY_NAME)
def test_a_table_by_source_names_the_source_first(table: Table) -> None:
    if table.by_source:
        assert table.order[0] == "source"


def test_the_same_column_has_the_same_type_everywhere() -> None:
    """Raw tables hold texts; from clean on a name has one type."""
    types: dict[str, set[str]] = {}
    for table in ALL:
        if table.stage != "collect" and not table.personal:
            for column in table.columns:
                types.setdefault(column.name, set()).add(column.type)
    assert {name: kinds for name, kinds in types.items() if len(kinds) > 1} == {}


@pytest.mark.parametrize("kind", ["text", "integer", "timestamptz", "float", "list()", "varchar!", ""])
def test_other_types_are_not_portable(kind: str) -> None:
    with pytest.raises(ValueError, match="portable"):
        arrow_type(kind)


def test_columns_are_read_from_lines() -> None:
    assert columns("\n  a varchar!  what it is\n\n b list(struct(x int, y double))  two   words\n") == (
        Column("a", "varchar", "what it is", True),
        Column("b", "list(struct(x int, y double))", "two   words", False),
    )


def test_the_reference_is_up_to_date() -> None:
    assert REFERENCE.read_text(encoding="utf-8") == markdown(), (
        "python -m onebasket.tables.document > the file"
    )
