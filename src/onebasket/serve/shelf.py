"""Rows of a query by what they are about: sorted once a version, on disk, found at once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from onebasket.store.duckdb import DuckStore

_BATCH_ROWS = 100_000
Row = dict[str, Any]


class Shelf:
    """The rows of a query that come in the order of their first column, the key. Threads may ask at once.

    They lie in a file of the store that is mapped into memory: as much of it is there as is asked for, and
    can be dropped. What is held is where the rows of each key begin and end.
    """

    def __init__(self, store: DuckStore, query: str, places: Mapping[str, int]) -> None:
        """`places`: the keys that are asked for; rows of others are kept, but never found."""
        self._places = places
        self._spans: npt.NDArray[np.int64] = np.zeros((len(places), 2), np.int64)
        path, rows = store.room() / f"{query.replace('/', '.')}.arrow", 0
        with store.errors():
            reader = store.sql(query).to_arrow_reader(_BATCH_ROWS)
            with pa.OSFile(str(path), "wb") as sink, pa.ipc.new_file(sink, reader.schema) as file:
                for batch in reader:
                    self._note(batch.column(0), rows)
                    file.write_batch(batch)
                    rows += len(batch)
        mapped = pa.ipc.open_file(pa.memory_map(str(path)))
        self._batches = [mapped.get_batch(place) for place in range(mapped.num_record_batches)]
        self._first = np.cumsum([0, *map(len, self._batches)])

    def rows(self, key: str) -> list[Row]:
        """All rows of a key, in order."""
        start, end = self.span(key)
        return self.between(start, end)

    def span(self, key: str) -> tuple[int, int]:
        """Where the rows of a key begin and end."""
        place = self._places.get(key)
        start, end = (0, 0) if place is None else self._spans[place].tolist()
        return start, end

    def between(self, start: int, end: int) -> list[Row]:
        """The rows from one place to before another."""
        return [row for batch in self._slices(start, end) for row in batch.to_pylist()]

    def values(self, name: str, start: int, end: int) -> npt.NDArray[Any]:
        """One column of numbers or moments there."""
        found = [batch.column(name).to_numpy(zero_copy_only=False) for batch in self._slices(start, end)]
        return np.concatenate(found) if found else np.zeros(0, np.int64)

    def _slices(self, start: int, end: int) -> list[pa.RecordBatch]:
        made = []
        place = int(np.searchsorted(self._first, start, side="right")) - 1
        while start < end:
            first, batch = int(self._first[place]), self._batches[place]
            part = batch.slice(start - first, min(end, first + len(batch)) - start)
            made.append(part)
            start, place = start + len(part), place + 1
        return made

    def _note(self, keys: pa.Array, before: int) -> None:
        """Note where the rows of each key end, and of those not met yet, begin."""
        runs = pc.run_end_encode(keys)
        start = before
        for key, end in zip(runs.values.to_pylist(), runs.run_ends.to_pylist(), strict=True):
            if (place := self._places.get(key)) is not None:
                if not self._spans[place].any():
                    self._spans[place, 0] = start
                self._spans[place, 1] = before + end
            start = before + end
