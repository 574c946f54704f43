"""The inbox: live events on disk, each once, before they are acknowledged.

    inbox/
      LOCK               held by the one process that writes
      000001.sqlite      a segment: blocks of events, one a wait for the disk, compressed and encrypted
      000001.ids         the ids of a segment that is full, in order
      000002.sqlite      …

`writing` takes events in, `ids` knows which came before, `segments` is one file, and `reading` gives all of
it back in the order in which it came.
"""

from __future__ import annotations

from onebasket.inbox.reading import blocks, blocks_of, ends, segments
from onebasket.inbox.segments import Block, Posted, id_of
from onebasket.inbox.writing import Follower, Inbox, Outcome

FOLDER = "inbox"  # within a shop's
REJECTED = "/rejected"  # behind a source's name: what of it was rejected, with the reason

__all__ = [
    "FOLDER", "REJECTED", "Block", "Follower", "Inbox", "Outcome", "Posted", "blocks", "blocks_of",
    "ends", "id_of", "segments",
]  # fmt: skip
