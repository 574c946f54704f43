"""What landed, read like files: a chunk is a file, and a row's line is its place in it.

Chunks are read in groups, which give one part of each table. A group whose chunks, and what later rows
left of them, are as they were is not read again: its parts are taken from the version before.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from functools import partial

import numpy as np
import pyarrow as pa

from onebasket.collect.landing.place import FOLDER, Chunk, Place
from onebasket.collect.landing.seen import chunk_and_line
from onebasket.collect.layout import Format, Layout
from onebasket.collect.recognise import layout_of
from onebasket.shop import Source
from onebasket.store.digests import Words
from onebasket.store.reading import Lines, Numbers, RawFile

_FANNED = 8  # chunks in a group, then groups in a larger one
_GROUP_ROWS = 250_000
_PIECE_ROWS = 10_000


class Landed:
    """All chunks of a source, and which of their rows were superseded."""

    def __init__(self, place: Place, source: Source) -> None:
        self.source, self._place = source, place
        self.chunks = place.state.chunks
        old, new = place.superseded()
        self.left = len(old)  # how many rows were superseded
        self._lines: dict[int, tuple[Numbers, Words]] = {}
        numbers, lines = chunk_and_line(old)
        for number in np.unique(numbers).tolist():
            start, end = np.searchsorted(numbers, [number, number + 1])
            self._lines[number] = lines[start:end], new[start:end]

    def groups(self, settings: Sequence[object]) -> dict[str, Sequence[Chunk]]:
        """All chunks in groups, by the name of the parts they give.

        `settings` are what else decides what becomes of their rows. Groups depend on the chunks before
        and in them only, so that later ones leave them as they are: eight small chunks become one
        group, and eight of those a larger one.
        """
        groups: dict[str, Sequence[Chunk]] = {}
        at = 0
        while at < len(self.chunks):
            size = 1
            while at % (size * _FANNED) == 0 and self._fit(self.chunks[at : at + size * _FANNED], size):
                size *= _FANNED
            chunks = self.chunks[at : at + size]
            name = f"{self.source.name}.{chunks[0].number:04d}-{self._digest(chunks, settings)}"
            groups[name] = chunks
            at += size
        return groups

    def layout(self, format_: Format, chunks: Sequence[Chunk]) -> Layout:
        """The layout of some chunks; a key that one object lacks may stand in another's."""
        first = chunks[0]
        file = RawFile(self._place.path(first.number), self.name(first), first.kind, first.header)
        if first.kind == "rows":
            return layout_of(format_, file, self.source, first.header)
        keys = {name for chunk in self.chunks for name in chunk.header if chunk.kind == "ndjson"}
        return layout_of(format_, file, self.source, keys)

    def left_out(self, chunk: Chunk) -> Numbers:
        """The lines of a chunk's rows that later ones stand instead of, ascending."""
        none = np.empty(0, np.int64)
        return self._lines.get(chunk.number, (none, none))[0]

    def file(self, chunk: Chunk) -> RawFile:
        """A chunk as a file; superseded rows are blank lines in it."""
        blank = self.left_out(chunk)
        lines = Lines(header=False, slots=chunk.rows, blank=blank)
        path, name = self._place.path(chunk.number), self.name(chunk)
        if chunk.kind == "ndjson":
            pieces = partial(self._pieces, chunk, blank)
            return RawFile(
                path, name, "ndjson", chunk.header, chunk.size, plain=False, lines=lines, pieces=pieces
            )
        rows = self._place.read(chunk)
        if len(blank):
            kept = np.ones(chunk.rows, np.bool_)
            kept[blank - 1] = False
            rows = rows.filter(pa.array(kept))
        return RawFile(
            path, name, "rows", chunk.header, chunk.size, "binary", lines=lines, rows=rows.to_reader()
        )

    def name(self, chunk: Chunk) -> str:
        """What tables call a chunk."""
        return f"{FOLDER}/{self.source.name}/{chunk.name}"

    def repeated(self, chunks: Sequence[Chunk]) -> pa.Table:
        """The superseded rows of some chunks, as rows of `duplicates`."""
        tables = []
        for chunk in chunks:
            if chunk.number in self._lines:
                lines, instead = self._lines[chunk.number]
                of_chunk, of_line = chunk_and_line(instead)
                of_file = [f"{FOLDER}/{self.source.name}/{number:06d}" for number in of_chunk.tolist()]
                tables.append(_duplicates(self.source.name, self.name(chunk), lines, of_file, of_line))
        nothing = np.empty(0, np.int64)
        return pa.concat_tables([_duplicates(self.source.name, "", nothing, [], nothing), *tables])

    def _fit(self, chunks: Sequence[Chunk], size: int) -> bool:
        """Whether as many chunks as a larger group has are there, alike and not too many rows in all."""
        return (
            len(chunks) == size * _FANNED
            and sum(chunk.rows for chunk in chunks) <= _GROUP_ROWS
            and len({_alike(chunk) for chunk in chunks}) == 1
        )

    def _digest(self, chunks: Sequence[Chunk], settings: Sequence[object]) -> str:
        left = [hashlib.sha256(self.left_out(chunk).tobytes()).hexdigest() for chunk in chunks]
        said = [self._place.state.id, [chunk.number for chunk in chunks], left, settings]
        return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()[:16]

    def _pieces(self, chunk: Chunk, blank: Numbers) -> Iterator[bytes]:
        """The lines of a chunk of objects."""
        gone = set(blank.tolist())
        line = 0
        for batch in self._place.read(chunk).to_batches(_PIECE_ROWS):
            texts = batch.column(0).to_pylist()
            kept = ["" if line + n in gone else text for n, text in enumerate(texts, 1)]
            line += len(texts)
            yield ("\n".join(kept) + "\n").encode()


def _alike(chunk: Chunk) -> tuple[object, ...]:
    """What chunks share that are read together."""
    return (chunk.kind, chunk.header, chunk.types) if chunk.kind == "rows" else (chunk.kind,)


def _duplicates(source: str, file: str, lines: Numbers, of_file: Sequence[str], of_line: Numbers) -> pa.Table:
    count = len(lines)
    item = pa.array(np.zeros(count, np.int32))
    same = {"table_name": "file", "source": source, "file": file, "why": "superseded"}
    texts = {name: pa.array([value] * count, pa.string()) for name, value in same.items()}
    return pa.table({
        **texts,
        "line": pa.array(lines, pa.int64()),
        "item": item,
        "of_file": pa.array(of_file, pa.string()),
        "of_line": pa.array(of_line, pa.int64()),
        "of_item": item,
    })  # fmt: skip
