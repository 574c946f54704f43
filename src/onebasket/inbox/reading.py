"""All that came in, in order, while more comes in."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from onebasket.inbox.segments import Block, Segment, span
from onebasket.protect import Key

PATTERN = "[0-9]" * 6 + ".sqlite"


def segments(folder: Path) -> list[Path]:
    """The files of an inbox, the oldest first."""
    return sorted(folder.glob(PATTERN))


def blocks(folder: Path, key: Key, after: int = 0) -> Iterator[Block]:
    """Blocks behind a number, in order. Raises StoreError for a damaged file, or one of another key."""
    wanted = []
    for path in reversed(segments(folder)):
        last = span(path)[0]
        if 0 < last <= after:
            break
        wanted.append(path)
    for path in reversed(wanted):
        yield from blocks_of(path, key, after)


def blocks_of(path: Path, key: Key, after: int = 0) -> Iterator[Block]:
    """Blocks of one segment behind a number, in order. Raises StoreError as `blocks` does."""
    with closing(Segment(path, key, write=False)) as segment:
        if segment.last > after:
            yield from segment.blocks(after)


def ends(folder: Path) -> int:
    """The number of the last block; 0 where there is none. Raises StoreError for a damaged file."""
    for path in reversed(segments(folder)):
        if last := span(path)[0]:
            return last
    return 0
