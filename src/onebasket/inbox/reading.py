"""All that came in, in order, while more comes in."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from onebasket.inbox.segments import Block, Segment
from onebasket.protect import Key

PATTERN = "[0-9]" * 6 + ".sqlite"


def segments(folder: Path) -> list[Path]:
    """The files of an inbox, the oldest first."""
    return sorted(folder.glob(PATTERN))


def blocks(folder: Path, key: Key, after: int = 0) -> Iterator[Block]:
    """Blocks behind a number, in order. Raises StoreError for a damaged file, or one of another key."""
    for path in segments(folder):
        with closing(Segment(path, key, write=False)) as segment:
            if segment.last > after:
                yield from segment.blocks(after)


def ends(folder: Path, key: Key) -> int:
    """The number of the last block; 0 where there is none."""
    for path in reversed(segments(folder)):
        with closing(Segment(path, key, write=False)) as segment:
            if segment.last:
                return segment.last
    return 0
