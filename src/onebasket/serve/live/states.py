"""The live states of the versions that are open: as a rule one, and while versions change two."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from onebasket import shop as shop_file
from onebasket.inbox import Block
from onebasket.serve.live.child import Child
from onebasket.serve.live.followed import Followed
from onebasket.serve.live.following import LIVE, remove
from onebasket.store.basket import Version


class States:
    """Has the live state that goes with a version made, and tells all of them what comes in."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._open: dict[str, Child] = {}

    def of(self, version: Version) -> Followed:
        """The live state of a version, as far as the inbox goes, which is followed from now on. To be closed.

        Raises StoreError where it cannot be made; OneBasketError for a shop file that is wrong.
        """
        name = version.path.name
        made = Followed(shop_file.load(self._folder), version, partial(self._closed, name))
        child = self._open[name] = Child(self._folder, version.path, made.renew)
        try:
            made.read()  # meanwhile
            child.caught_up()
        except BaseException:
            self._open.pop(name).close()
            raise
        return made

    def nudge(self, block: Block) -> None:
        """More came in."""
        for each in tuple(self._open.values()):
            each.nudge()

    def _closed(self, name: str) -> None:
        """Where another version is open, this one's file and any older ones are of no use any more; the last
        one's is kept for the next start."""
        self._open.pop(name).close()
        for path in (self._folder / LIVE).glob("v*.sqlite"):
            if self._open and path.stem not in self._open:
                remove(path)
