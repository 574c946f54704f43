"""Where records begin and end in the bytes of a text file, and which lines cannot be decoded.

Works on whole pieces of a file: only lines with an odd number of quotation marks, at which a
quoted text may begin or end, are looked at one by one.
"""

from __future__ import annotations

import re
from bisect import bisect_left

import numpy as np
from numpy.typing import NDArray

from onebasket.store.reading import MAX_RECORD_BYTES, LineEnds, Lines

_QUOTE, _CR = 34, 13
_QUOTED_REST = re.compile(rb'(?:[^"]|"")*+" *')
# Two or more Chinese characters in UTF-8 by themselves. Double-byte encodings decode them to nonsense.
_UTF8_WORDS = re.compile(rb"(?<![\x80-\xff])(?:[\xe4-\xe9][\x80-\xbf]{2}){2,}(?![\x80-\xff])")


class UnterminatedError(Exception):
    """A quotation mark opens and nothing closes it. `line` is where it stands."""

    def __init__(self, line: int) -> None:
        super().__init__(line)
        self.line = line


class Scan:
    """Looks through the pieces of one file, in order.

    `delimiter` None: records are lines (JSON). `closely` looks at every line with a quotation
    mark: slower, and right even where marks stand astray.
    """

    def __init__(
        self,
        first: int,
        delimiter: str | None,
        *,
        newline: bytes = b"\n",
        encoding: str | None = None,
        single_column: bool = False,
        closely: bool = False,
    ) -> None:
        self.undecodable: list[int] = []
        self.beyond_ascii = 0  # lines with bytes that are not ASCII
        self.lines = 0
        self._first, self._newline, self._encoding = first, newline, encoding
        self._delimiter = None if delimiter is None else delimiter.encode()
        self._keep_blank, self._closely = single_column, closely
        self._blank: list[NDArray[np.int64]] = []
        self._long: list[int] = []
        self._extra: list[int] = []
        self._record: int | None = None  # line on which the record begins that is not complete
        self._quote = 0  # line of the mark that is open
        self._open_bytes = 0
        self._ends = self._cr_ends = 0  # ends of records, and those written \r\n
        self._stray_cr = False

    def feed(self, piece: bytes) -> None:
        """Look at the next piece; all but the last end at a line end. Raises UnterminatedError."""
        bytes_ = np.frombuffer(piece, np.uint8)
        ends = np.flatnonzero(bytes_ == self._newline[0])
        if not piece.endswith(self._newline):
            ends = np.append(ends, len(bytes_))
        starts = np.concatenate([[0], ends[:-1] + 1])
        if self._encoding and not piece.isascii():
            self._decode(piece, bytes_, starts, ends)
        if self._delimiter is None:
            blank = np.array([at for at in np.flatnonzero(bytes_[starts.clip(max=len(bytes_) - 1)] <= 32)
                              if not piece[starts[at] : ends[at]].strip()], np.int64)  # fmt: skip
        else:
            inside = self._quotes(piece, bytes_, starts, ends)
            if self._newline == b"\n" and b"\r" in piece:
                self._line_ends(bytes_, starts, ends, inside)
            else:
                self._ends += int((~inside[1:]).sum()) if len(inside) > 1 else 0
            length = ends - starts
            empty = (length == 0) | ((length == 1) & (bytes_[starts.clip(max=len(bytes_) - 1)] == _CR))
            blank = np.flatnonzero(empty & ~inside[:-1])
        if len(blank) and not self._keep_blank:
            self._blank.append(blank + self.lines + 1)
        self.lines += len(ends)

    def result(self) -> Lines:
        """Where records stand, after the last piece. Raises UnterminatedError."""
        if self._record is not None:
            if self._quote < self.lines:
                raise UnterminatedError(self._quote)
            if self._record < self.lines:  # a broken last line: the engine refuses that record
                self._long.append(self._record)
                self._extra.append(self.lines - self._record)
        long, extra = np.array(self._long, np.int64), np.array(self._extra, np.int64)
        blank = np.concatenate([*self._blank, np.empty(0, np.int64)])
        slots = self.lines - self._first + 1 - int(extra.sum())
        return Lines(self._first, self._delimiter is not None, slots, blank[blank > self._first], long, extra)

    @property
    def line_ends(self) -> LineEnds:
        """What is to be done so that all records end alike."""
        if self._newline == b"\r":
            return "cr"
        return "mixed" if self._stray_cr or 0 < self._cr_ends < self._ends else "as_is"

    def _decode(
        self, piece: bytes, bytes_: NDArray[np.uint8], starts: NDArray[np.int64], ends: NDArray[np.int64]
    ) -> None:
        """Note the lines that the encoding cannot decode."""
        assert self._encoding
        beyond = bytes_ > 127
        high = np.logical_or.reduceat(beyond, starts[starts < len(bytes_)])
        self.beyond_ascii += int(high.sum())
        foreign = self._encoding != "utf-8" and _UTF8_WORDS.search(piece) is not None
        if not foreign and _decodes(_telling(bytes_, beyond), self._encoding):
            return
        self.undecodable += [
            int(at) + self.lines + 1
            for at in np.flatnonzero(high)
            if not self._fits(piece[starts[at] : ends[at]])
        ]

    def _fits(self, line: bytes) -> bool:
        """Whether the encoding can decode a line, and no words in UTF-8 hide in it."""
        assert self._encoding
        hidden = self._encoding != "utf-8" and _UTF8_WORDS.search(line) is not None
        return not hidden and _decodes(line, self._encoding)

    def _quotes(
        self, piece: bytes, bytes_: NDArray[np.uint8], starts: NDArray[np.int64], ends: NDArray[np.int64]
    ) -> NDArray[np.bool_]:
        """For each line, and for what follows the last one, whether it begins within a quoted text."""
        inside = np.zeros(len(ends) + 1, np.bool_)
        if b'"' not in piece:
            if self._record is not None:
                inside[:] = True
                self._open_bytes += len(piece)
                self._check_size()
            return inside
        marks = np.searchsorted(np.flatnonzero(bytes_ == _QUOTE), ends)
        count = np.diff(marks, prepend=0)
        some = np.flatnonzero(count).tolist()
        odd = some if self._closely else np.flatnonzero(count & 1).tolist()
        at = 0
        while True:
            lines = odd if self._record is None else some
            place = bisect_left(lines, at)
            if self._record is not None:
                inside[at : (lines[place] if place < len(lines) else len(ends)) + 1] = True
            if place == len(lines):
                break
            line = lines[place]
            opened = self._step(piece[starts[line] : ends[line]], self.lines + line + 1)
            if self._record is not None:
                self._open_bytes += int(ends[line] - starts[line if opened else at])
                self._check_size()
            at = line + 1
        if self._record is not None and at < len(ends):
            self._open_bytes += len(piece) - int(starts[at])
            self._check_size()
        inside[-1] = self._record is not None
        return inside

    def _step(self, text: bytes, line: int) -> bool:
        """Go over one line, from the state before it to that after it; whether it opens a mark for good."""
        opens = self._opens(text, within=self._record is not None)
        if opens is None:
            if self._record is not None and self._record < line:
                self._long.append(self._record)
                self._extra.append(line - self._record)
            self._record = None
            return False
        if opens:
            self._quote, self._open_bytes = line, 0
            self._record = self._record or line
        return opens

    def _opens(self, text: bytes, within: bool) -> bool | None:
        """None: the line ends outside quotes. True: within a text opened on it; False: one opened before.

        As the engine reads it: one blank may stand before a mark, any behind it; after a closing
        mark another one opens again, and whatever else follows counts up to the next delimiter.
        """
        assert self._delimiter
        text = text.removesuffix(b"\r")
        at, opened = 0, False
        while True:
            if not within:
                mark = at + (text[at : at + 1] == b" ")
                if text[mark : mark + 1] != b'"':
                    at = text.find(self._delimiter, at) + 1
                    if not at:
                        return None
                    continue
                at, opened = mark + 1, True
            rest = _QUOTED_REST.match(text, at)
            if rest is None:
                return opened
            at = rest.end()
            if within := text[at : at + 1] == b'"':
                at, opened = at + 1, True
                continue
            at = text.find(self._delimiter, at) + 1
            if not at:
                return None

    def _check_size(self) -> None:
        if self._open_bytes > MAX_RECORD_BYTES:
            raise UnterminatedError(self._quote)

    def _line_ends(
        self,
        bytes_: NDArray[np.uint8],
        starts: NDArray[np.int64],
        ends: NDArray[np.int64],
        inside: NDArray[np.bool_],
    ) -> None:
        """Count how records end, and look for carriage returns outside quotes that end nothing."""
        final = ~inside[1:]
        final[-1] &= bool(bytes_[-1] == self._newline[0])
        returns = (ends > starts) & (bytes_[ends - 1] == _CR)
        self._ends += int(final.sum())
        self._cr_ends += int((final & returns).sum())
        every = np.flatnonzero(bytes_ == _CR)
        stray = every[bytes_[np.minimum(every + 1, len(bytes_) - 1)] != self._newline[0]]
        if len(stray):
            marks = np.flatnonzero(bytes_ == _QUOTE)
            line = np.searchsorted(ends, stray)
            before = np.searchsorted(marks, stray) - np.searchsorted(marks, starts[line])
            self._stray_cr |= bool(((before & 1).astype(bool) == inside[:-1][line]).any())


def _telling(bytes_: NDArray[np.uint8], beyond: NDArray[np.bool_]) -> bytes:
    """What decides whether a text can be decoded: bytes beyond ASCII, and two behind each, which may belong
    to its letter (GB 18030 has digits as second bytes). Anywhere else they are letters by themselves."""
    kept = beyond.copy()
    kept[1:] |= beyond[:-1]
    kept[2:] |= beyond[:-2]
    return bytes_[kept].tobytes()


def _decodes(text: bytes, encoding: str) -> bool:
    try:
        text.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True
