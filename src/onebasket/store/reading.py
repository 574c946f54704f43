"""Files to be read as records: what their bytes are, and on which line each record stands."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

# How records are written: text with a delimiter, one JSON object a line, a JSON array, Parquet,
# or batches of rows that a driver hands over (spreadsheets, databases).
Kind = Literal["csv", "ndjson", "json", "parquet", "rows"]
# What is to be done about line ends: nothing; make all of them \n; or \r stands for \n.
LineEnds = Literal["as_is", "mixed", "cr"]
Numbers = NDArray[np.int64]
MAX_RECORD_BYTES = 1 << 20


def is_wide(encoding: str) -> bool:
    """Whether line ends can only be found after decoding, because a newline is not one byte."""
    return encoding.replace("_", "-").lower().startswith(("utf-16", "utf-32"))


def _none() -> Numbers:
    return np.empty(0, np.int64)


@dataclass(frozen=True)
class Lines:
    """Where the records of a text file stand. Line numbers are physical and count from 1.

    Every record and every blank line between records is a slot. `first` is the line of the
    header (or of the first record, where there is none), slot 1.
    """

    first: int = 1
    header: bool = True
    slots: int = 0
    blank: Numbers = field(default_factory=_none)  # lines of blank slots, ascending
    long: Numbers = field(default_factory=_none)  # lines on which records of several lines begin
    extra: Numbers = field(default_factory=_none)  # how many further lines each of those takes

    @property
    def records(self) -> int:
        """Records, without the header and blank lines."""
        return self.slots - int(self.header) - len(self.blank)

    def lines_of(self, slots: Numbers) -> Numbers:
        """The lines on which slots (from 1) begin."""
        after = np.concatenate([[0], np.cumsum(self.extra)])
        slot_of_long = self.long - self.first + 1 - after[:-1]
        shift: Numbers = after[np.searchsorted(slot_of_long, slots, side="left")]
        return slots + self.first - 1 + shift

    def span(self, line: int) -> int:
        """How many lines the record that begins on a line takes."""
        place = int(np.searchsorted(self.long, line))
        found = place < len(self.long) and self.long[place] == line
        return 1 + (int(self.extra[place]) if found else 0)

    def record_of(self, lines: Numbers) -> Numbers:
        """The lines on which the records begin that the given lines belong to."""
        if not len(self.long):
            return lines
        place = np.searchsorted(self.long, lines, side="right") - 1
        begin = self.long[place]
        inside = (place >= 0) & (lines <= begin + self.extra[place])
        return np.where(inside, begin, lines)

    def steps(self, refused: Numbers) -> Steps:
        """Where lines and rows part. `refused` holds the lines of records that are not among the rows."""
        header = np.array([self.first] if self.header else [], np.int64)
        skipped = np.unique(np.concatenate([header, self.blank, refused]))
        length = np.ones(len(skipped), np.int64)
        _, at_long, at_skipped = np.intersect1d(self.long, skipped, return_indices=True)
        length[at_skipped] += self.extra[at_long]
        kept = ~np.isin(self.long, skipped)
        line = np.concatenate([skipped, self.long[kept]])
        shift = np.concatenate([length, self.extra[kept]])
        own_row = np.repeat(
            [0, 1], [len(skipped), int(kept.sum())]
        )  # a long record that is kept has a row itself
        order = np.argsort(line)
        line, shift, own_row = line[order], shift[order], own_row[order]
        after = np.cumsum(shift)
        row = np.concatenate([[0], line - self.first - (after - shift) + own_row])
        add = np.concatenate([[0], after]) + self.first
        last = np.append(row[1:] != row[:-1], True)  # of several steps at one row the last one counts
        return Steps(row[last], add[last])


@dataclass(frozen=True)
class Steps:
    """Row n, from 0, stands on line n + `add` of the last step whose `row` is not beyond n."""

    row: Numbers
    add: Numbers

    def lines_of(self, rows: Numbers) -> Numbers:
        """The lines of rows."""
        return rows + self.add[np.searchsorted(self.row, rows, side="right") - 1]

    def rows_at(self, lines: Numbers, count: int) -> Numbers:
        """The rows, of `count`, that stand on the given lines; lines without a row are left out."""
        if not count or not len(lines):
            return _none()
        step = np.searchsorted(self.row + self.add, lines, side="right") - 1
        end = np.append(self.row[1:], count)
        rows = lines - self.add[step]
        return np.unique(rows[(step >= 0) & (rows >= 0) & (rows < end[step])])


@dataclass(frozen=True)
class RawFile:
    """One file, looked through and ready to be read."""

    path: Path
    name: str  # as tables say it: relative to the shop folder, or a URL
    kind: Kind
    header: tuple[str, ...] = ()  # names of columns; for JSON the keys seen in the first records
    size: int = 0  # bytes, as stored
    encoding: str = "utf-8"
    delimiter: str = ","
    gzip: bool = False
    line_ends: LineEnds = "as_is"
    plain: bool = True  # the engine can read the bytes as they are
    padded: bool = False  # values have blanks and tabs around them that keep numbers texts
    lines: Lines = Lines()
    undecodable: Numbers = field(default_factory=_none)  # lines with bytes that the encoding does not have
    rows: pa.RecordBatchReader | None = None  # for kind 'rows'; read once
    pieces: Callable[[], Iterator[bytes]] | None = None  # whole lines of what is no file that could be opened
    rejected: Sequence[str] = ()  # why each record was refused where it came in; none: none was
    look_again: Callable[[], Lines] | None = None  # a slower, closer look for its lines

    def decode(self, raw: bytes) -> tuple[str, bool]:
        """The text of some of its bytes, and whether all of them could be decoded."""
        encoding = "utf-8" if is_wide(self.encoding) else self.encoding
        try:
            return raw.decode(encoding), True
        except UnicodeDecodeError:
            return raw.decode(encoding, "backslashreplace"), False


@dataclass(frozen=True)
class Counted:
    """What became of the records of one file."""

    file: RawFile
    read: int
    refused: int
