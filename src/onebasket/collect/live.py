"""Live events: what the collector took in, as files that are read through a pipe and never lie on disk.

Each segment of the inbox is a file, `inbox/000001`; an event's line in it is its place among those of its
source, which stays, since segments only grow. What the collector rejected is a file beside it,
`inbox/000001/rejected`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path

import msgspec

from onebasket.collect.formats.segment import EVENTS
from onebasket.inbox import FOLDER, REJECTED, blocks_of, segments
from onebasket.protect import Key
from onebasket.shop import Shop, Source
from onebasket.store.reading import Lines, RawFile

Pieces = Callable[[], Iterator[bytes]]


class _Refusal(msgspec.Struct):
    """What the collector keeps of an event that it rejected."""

    reason: str
    raw: str


def open_inbox(shop: Shop, source: Source, key: Key, last: int) -> list[RawFile]:
    """All that came in for a source, up to a block. Raises StoreError for an inbox that cannot be read."""
    found = []
    for path in segments(shop.folder / FOLDER):
        taken = size = 0
        reasons: list[str] = []
        for block in blocks_of(path, key):
            if block.number > last:
                break
            for event in block.events:
                if event.source == source.name:
                    taken, size = taken + 1, size + len(event.line)
                elif event.source == source.name + REJECTED:
                    reasons.append(msgspec.json.decode(event.line, type=_Refusal).reason)
        name = f"{FOLDER}/{path.stem}"
        lines = partial(_lines, path, key, last)
        if taken:
            pieces, slots = partial(lines, source.name), Lines(header=False, slots=taken)
            found.append(_file(path, name, size, pieces, slots))
        if reasons:
            pieces = partial(lines, source.name + REJECTED)
            slots = Lines(header=False, slots=len(reasons))
            found.append(_file(path / "rejected", name + REJECTED, 0, pieces, slots, reasons))
    return found


def _file(
    path: Path, name: str, size: int, pieces: Pieces, lines: Lines, rejected: Sequence[str] = ()
) -> RawFile:
    return RawFile(
        path,
        name,
        "ndjson",
        EVENTS.required,
        size,
        plain=False,
        lines=lines,
        pieces=pieces,
        rejected=rejected,
    )


def _lines(path: Path, key: Key, last: int, source: str) -> Iterator[bytes]:
    """The lines of a source in a segment, as far as a block; a piece a block."""
    rejected = source.endswith(REJECTED)
    for block in blocks_of(path, key):
        if block.number > last:
            return  # came in meanwhile
        lines = [event.line for event in block.events if event.source == source]
        if rejected:
            lines = [_one_line(msgspec.json.decode(line, type=_Refusal).raw) for line in lines]
        if lines:
            yield b"\n".join(lines) + b"\n"


def _one_line(raw: str) -> bytes:
    """What was sent, on one line; JSON says the same then, and nothing is left blank."""
    return (" ".join(raw.splitlines()).strip() or "-").encode("utf-8", "replace")
