"""The live states of the versions that are open: as a rule one, and while versions change two."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from onebasket import shop as shop_file
from onebasket.inbox import Block
from onebasket.protect import Key
from onebasket.serve.live.following import LIVE, Following, remove
from onebasket.store.basket import Version
from onebasket.store.duckdb import DuckStore


class States:
    """Makes the live state that goes with a version, and tells all of them what comes in."""

    def __init__(self, folder: Path, key: Key) -> None:
        self._folder, self._key = folder, key
        self._open: dict[str, Following] = {}

    def of(self, version: Version) -> Following:
        """The live state of a version, as far as the inbox goes, which follows from now on. To be closed.

        Raises StoreError where it cannot be made; OneBasketError for a shop file that is wrong.
        """
        shop = shop_file.load(self._folder)
        with DuckStore(version, self._key, memory=shop.run.memory, threads=shop.run.threads) as store:
            made = Following(shop, self._key, version, store)
        try:
            made.catch_up()
        except BaseException:
            made.close()
            raise
        name = version.path.name
        self._open[name] = made
        made.when_closed = partial(self._closed, name)
        made.start()
        return made

    def nudge(self, block: Block) -> None:
        """More came in."""
        for each in tuple(self._open.values()):
            each.nudge()

    def _closed(self, name: str) -> None:
        """Where another version is open, this one's file and any older ones are of no use any more; the last
        one's is kept for the next start."""
        self._open.pop(name, None)
        for path in (self._folder / LIVE).glob("v*.sqlite"):
            if self._open and path.stem not in self._open:
                remove(path)
