"""Which rows landed before, and where each of them stands last.

A run is a file of four columns of 64-bit numbers, sorted by the first: the two halves of what names a
row, what the row says, and its place (chunk and line). A question is a binary search in each run; the
files are mapped, not read. Small runs are merged.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from onebasket.durable import write_whole
from onebasket.store.digests import Words

Flags = npt.NDArray[np.bool_]
_LINE_BITS = 32
_COLUMNS, _WORD_BYTES = 4, 8
_SMALL_ROWS, _MOST_SMALL = 250_000, 8
ENDING = ".seen"


def place_of(chunk: int, lines: npt.NDArray[np.int64]) -> Words:
    """Chunk and lines as one number each."""
    return (np.uint64(chunk) << np.uint64(_LINE_BITS)) | lines.astype(np.uint64)


def chunk_and_line(places: Words) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """The chunks and lines that places stand for."""
    chunks = (places >> np.uint64(_LINE_BITS)).astype(np.int64)
    return chunks, (places & np.uint64(2**_LINE_BITS - 1)).astype(np.int64)


@dataclass(frozen=True)
class Found:
    """For each row asked for: whether something of its name landed, where last, and if it said the same."""

    known: Flags
    places: Words
    same: Flags


class Seen:
    """The rows of one landing place, by what names them."""

    def __init__(self, folder: Path, names: Iterable[str]) -> None:
        """`names` are those of the runs, oldest first."""
        self._folder = folder
        self._runs = {name: _mapped(folder / (name + ENDING)) for name in names}

    @property
    def names(self) -> list[str]:
        """The runs, oldest first."""
        return list(self._runs)

    def find(self, asked: Words) -> Found:
        """What is known of rows, given (rows, 3) as `digests` does, sorted by the first column."""
        count = len(asked)
        found = Found(np.zeros(count, np.bool_), np.zeros(count, np.uint64), np.zeros(count, np.bool_))
        for run in reversed(self._runs.values()):  # a later row of the same name stands before an earlier one
            open_ = np.flatnonzero(~found.known)
            if not len(open_) or not run.shape[1]:
                continue
            wanted = asked[open_]
            at = np.minimum(np.searchsorted(run[0], wanted[:, 0]), run.shape[1] - 1)
            near = run[0][at] == wanted[:, 0]
            hit = near & (run[1][at] == wanted[:, 1])
            for place in np.flatnonzero(near & ~hit):  # two names that share their first half
                end = np.searchsorted(run[0], wanted[place, 0], "right")
                exact = np.flatnonzero(run[1, at[place] : end] == wanted[place, 1])
                if len(exact):
                    at[place], hit[place] = at[place] + exact[0], True
            found.known[open_[hit]] = True
            found.places[open_[hit]] = run[3][at[hit]]
            found.same[open_[hit]] = run[2][at[hit]] == wanted[hit, 2]
        return found

    def add(self, name: str, rows: Words, places: Words) -> None:
        """Write the run of a new chunk; `rows` as `find` takes them. Known once the state names it."""
        self._runs[name] = _write(self._folder / (name + ENDING), np.vstack([rows.T, places]))

    def merge(self) -> None:
        """Make one of the small runs at the end, where they are many. The old files stay until `sweep`."""
        small: list[str] = []
        for name in reversed(self._runs):
            if sum(self._runs[each].shape[1] for each in (*small, name)) > _SMALL_ROWS:
                break
            small.insert(0, name)
        if len(small) < _MOST_SMALL:
            return
        whole = np.concatenate([self._runs[name] for name in small], axis=1)
        order = np.lexsort((whole[3], whole[1], whole[0]))
        whole = whole[:, order]
        last = np.append((whole[:2, 1:] != whole[:2, :-1]).any(axis=0), True)
        for name in small:
            del self._runs[name]
        name = f"{small[0]}-{small[-1].rpartition('-')[2]}"
        self._runs[name] = _write(self._folder / (name + ENDING), whole[:, last])


def _mapped(path: Path) -> Words:
    size = path.stat().st_size // (_COLUMNS * _WORD_BYTES)
    empty = np.zeros((_COLUMNS, 0), np.uint64)
    return np.memmap(path, "<u8", "r", shape=(_COLUMNS, size)) if size else empty


def _write(path: Path, columns: Words) -> Words:
    write_whole(path, np.ascontiguousarray(columns).tobytes(), path.with_suffix(".aside"))
    return _mapped(path)
