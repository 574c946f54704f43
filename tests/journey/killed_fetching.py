"""A load that is killed, as if by `kill -9`, when it asks the disk for the n-th time to keep something.

python -m tests.journey.killed_fetching SHOP N
"""

from __future__ import annotations

import os
import signal
import sys

import pyarrow as pa

from onebasket.collect.landing import tables
from onebasket.run import run

CHUNK_ROWS = 40


def main(folder: str, last: int) -> None:
    """Collect a shop's source, in small chunks, as far as the n-th fsync."""
    tables.CHUNK_ROWS = CHUNK_ROWS
    keep, asked = os.fsync, 0

    def fsync(handle: int) -> None:
        nonlocal asked
        asked += 1
        if asked == last:
            os.kill(os.getpid(), signal.SIGKILL)
        keep(handle)

    whole = tables._Load.add

    def add(self: tables._Load, batch: pa.RecordBatch) -> None:
        for start in range(0, batch.num_rows, CHUNK_ROWS):
            whole(self, batch.slice(start, CHUNK_ROWS))

    os.fsync, tables._Load.add = fsync, add  # type: ignore[method-assign]
    run(folder, until="collect")


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
