"""Which model answers whom, and what was answered: the arms of an experiment, and the log of lists."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from onebasket.errors import StoreError
from onebasket.improve.contest import Contest, contest_of
from onebasket.improve.decisions import FILE, decisions
from onebasket.improve.served import CHALLENGER, CHAMPION, Served
from onebasket.shop import Shop

Note = Callable[[Served], None]
_BETWEEN = 1.0  # seconds between looks at what was decided


def unnoted(served: Served) -> None:
    """Where nobody keeps a log."""


@dataclass(frozen=True)
class Dealt:
    """How a list came to be somebody's: as `improve.served.Served` has it."""

    arm: str
    experiment: str
    model: str
    propensity: tuple[float, ...] = ()
    other: tuple[float, ...] = ()


class Arms:
    """How the shop's experiment stands: as the shop file says that was read with the version, and as was
    decided until a moment ago."""

    def __init__(self, shop: Shop, models: Mapping[str, str]) -> None:
        """`models`: the names of the version's models, by arm."""
        self._shop, self._models = shop, models
        self._path: Path = shop.folder / FILE
        self._looked, self._size = float("-inf"), -1
        self._contest: Contest | None = None
        self.contest()

    def contest(self) -> Contest | None:
        """The experiment now; None: there is none, or its challenger is not trained yet. Where a decision
        cannot be read, it stays as it was."""
        if CHALLENGER in self._models and time.monotonic() - self._looked >= _BETWEEN:
            self._looked = time.monotonic()
            size = self._path.stat().st_size if self._path.exists() else 0
            if size != self._size:
                try:
                    self._contest = contest_of(self._shop, decisions(self._shop.folder))
                    self._size = size
                except StoreError:
                    pass
        return self._contest

    def deal(self, customer: str | None) -> Dealt:
        """Which model answers a customer, and by which experiment, empty where none deals them."""
        contest = self.contest()
        if contest is None or customer is None or not contest.dealt:
            return Dealt(CHAMPION, "", self._models[CHAMPION])
        arm = contest.arm(customer)
        return Dealt(arm, contest.name, self._models[arm])

    def rival(self, arm: str) -> str | None:
        """The arm that a list of this one is held against; None: no other model is on trial."""
        contest = self.contest()
        if contest is None or contest.state == "rolled back":
            return None
        return CHALLENGER if arm == CHAMPION else CHAMPION
