"""What the engine calls the portable types."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from onebasket.store.duckdb import _engine_type
from onebasket.tables import BY_NAME

NAMES = sorted({column.type for table in BY_NAME.values() for column in table.columns})


def test_many_threads_may_ask_at_once() -> None:
    """Sources are read side by side; each of them checks the types of what it writes."""
    expected = {name: _engine_type(name) for name in NAMES}
    assert expected["varchar"] == "VARCHAR" and expected["list(double)"] == "DOUBLE[]"
    with ThreadPoolExecutor(8) as pool:
        for _ in range(20):
            _engine_type.cache_clear()
            assert dict(zip(NAMES, pool.map(_engine_type, NAMES), strict=True)) == expected
