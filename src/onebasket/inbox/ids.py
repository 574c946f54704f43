"""Which ids came before: those of the segment at work in a set, those of full ones sorted, on disk.

A full segment's ids lie in a file as two columns of 64-bit numbers, sorted by the first. A question is a
binary search in each file that is young enough; the files are mapped, not read.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import numpy as np
import numpy.typing as npt

from onebasket.durable import write_whole
from onebasket.inbox.segments import ID_BYTES

Halves = npt.NDArray[np.uint64]


class Run:
    """The sorted ids of a full segment."""

    def __init__(self, path: Path, latest: int) -> None:
        """`latest`: when its last event came, in milliseconds since 1970."""
        self.path, self.latest = path, latest
        size = path.stat().st_size // ID_BYTES
        self._halves: Halves = (
            np.memmap(path, "<u8", "r", shape=(2, size)) if size else np.zeros((2, 0), np.uint64)
        )

    @classmethod
    def write(cls, path: Path, ids: Iterable[bytes], latest: int) -> Run:
        """Sort ids, many of them a piece, and write them whole."""
        halves = _halves(b"".join(ids))
        order = np.lexsort((halves[1], halves[0]))
        write_whole(path, np.ascontiguousarray(halves[:, order]).tobytes(), path.with_suffix(".aside"))
        return cls(path, latest)

    def has(self, asked: Halves) -> npt.NDArray[np.bool_]:
        """Which of some ids (2, asked) are among them. Those in order are found sooner: each near the one
        before."""
        first, second = self._halves
        found = np.zeros(asked.shape[1], np.bool_)
        if not len(first):
            return found
        start = np.searchsorted(first, asked[0])
        for place in np.flatnonzero(first[np.minimum(start, len(first) - 1)] == asked[0]):
            end = np.searchsorted(first, asked[0, place], "right")
            found[place] = (second[start[place] : end] == asked[1, place]).any()
        return found


class Ids:
    """All ids that are remembered."""

    def __init__(self, runs: Iterable[Run], current: Iterable[bytes]) -> None:
        """`current`: ids of the segment at work, many of them a piece."""
        self.runs = list(runs)
        self.current = {
            piece[place : place + ID_BYTES] for piece in current for place in range(0, len(piece), ID_BYTES)
        }

    def before(self, ids: list[bytes]) -> list[bool]:
        """Which of some ids came before; the second of two equal ones did, too."""
        seen, told = set[bytes](), []
        for each in ids:
            told.append(each in self.current or each in seen)
            seen.add(each)
        fresh = [place for place, known in enumerate(told) if not known]
        if fresh and self.runs:
            asked = _halves(b"".join(ids[place] for place in fresh))
            order = np.argsort(asked[0], kind="stable")
            asked = asked[:, order]
            found = np.zeros(len(fresh), np.bool_)
            for run in self.runs:
                found |= run.has(asked)
            for place in np.flatnonzero(found):
                told[fresh[order[place]]] = True
        return told

    def forget(self, moment: int) -> None:
        """Forget full segments whose last event came before a moment."""
        self.runs = [run for run in self.runs if run.latest >= moment]

    def sealed(self, run: Run) -> None:
        """The segment at work is full; the next begins."""
        self.runs.append(run)
        self.current = set()


def _halves(ids: bytes) -> Halves:
    """Both halves of each id, (2, ids)."""
    made: Halves = np.frombuffer(ids, "<u8").reshape(-1, 2).T
    return made
