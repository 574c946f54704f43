"""What DuckDB is told of tables in several parts."""

from __future__ import annotations

import re
from pathlib import Path

import pyarrow as pa
import pytest

from onebasket.protect import Key
from onebasket.store.basket import Basket
from onebasket.store.duckdb import DuckStore
from onebasket.tables import BY_NAME

_LINKS = BY_NAME["product_links"]


@pytest.mark.parametrize("sizes", [(0, 5_000), (3, 5_000, 40), (5_000, 0, 2)])
def test_plans_know_that_a_table_is_long_though_its_first_part_is_short(
    tmp_path: Path, sizes: tuple[int, ...]
) -> None:
    with Basket(tmp_path / "basket").begin() as draft:
        with DuckStore(draft, Key(bytes(32), Path("shop.key")), threads=1) as store:
            for part, size in enumerate(sizes):
                keys = [f"{key:06d}" for key in range(size)]
                columns = dict.fromkeys(_LINKS.names, keys) | {"source": [f"s{part}"] * size}
                given = pa.table({name: pa.array(columns[name], pa.string()) for name in _LINKS.names})
                store.write("product_links", store.arrow(given), f"{part:06d}")
            ((_, plan),) = store.query("explain select * from product_links").fetchall()
            thought = [int(each.replace(",", "")) for each in re.findall(r"~([\d,]+) rows", plan)]
            assert max(thought) >= sum(sizes)
            parts = [row["source"] for batch in store.read("product_links") for row in batch.to_pylist()]
            assert parts == [f"s{part}" for part, size in enumerate(sizes) for _ in range(size)]
