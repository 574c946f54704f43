"""What was served: a line a list, so that what comes back can be joined to it.

    served/    beside shop.toml: an inbox of its own, written by the server

A line holds ids only. It is on disk a moment after the list was given: what a crash takes is that moment's,
and what comes back of it is joined to nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec

from onebasket.errors import InboxFullError
from onebasket.inbox import Inbox, Posted, blocks, id_of
from onebasket.protect import Key

FOLDER = "served"
KEPT_DAYS = 90
CHAMPION, CHALLENGER = "champion", "challenger"
_SOURCE = "served"


class Served(msgspec.Struct, frozen=True, omit_defaults=True):
    """A list that was given.

    `propensity` is the probability with which the product of each place came to stand there, `other` the one
    with which the other arm's model would have put it there. They are empty where nothing was left to chance,
    and `other` where no other model is; a pinned product has 1 in both.
    """

    list_id: str
    at: int  # milliseconds since 1970, UTC
    customer: str | None
    basis: str
    model: str
    version: int
    items: tuple[str, ...]
    placement: str = ""
    experiment: str = ""  # empty: the customer was not dealt into an arm
    arm: str = CHAMPION
    propensity: tuple[float, ...] = ()
    other: tuple[float, ...] = ()


class Log:
    """The lists of one server, open for writing."""

    def __init__(self, folder: Path, key: Key) -> None:
        """Of a shop's folder. Raises BusyError where another server writes, StoreError for files that cannot
        be used."""
        self._inbox = Inbox(folder / FOLDER, key, keep_days=KEPT_DAYS)
        self.lost = 0  # lists that the disk could not follow

    def note(self, served: Served) -> None:
        """Write a list down, without waiting for the disk."""
        line = msgspec.json.encode(served)
        try:
            self._inbox.submit([Posted(_SOURCE, id_of(_SOURCE, served.list_id), line)])
        except InboxFullError:  # answering goes before counting
            self.lost += 1

    def close(self) -> None:
        """Write what waits, then stop."""
        self._inbox.close()


def served(folder: Path, key: Key) -> Iterator[Served]:
    """All lists that were given and are kept, in order. Raises StoreError for a damaged file."""
    decode = msgspec.json.Decoder(Served).decode
    for block in blocks(folder / FOLDER, key):
        for event in block.events:
            yield decode(event.line)
