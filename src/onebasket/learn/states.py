"""States of the timeline model as columns for scorers: what a network makes of everybody's past."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import numpy.typing as npt

from onebasket.accounting import Progress, silent
from onebasket.errors import ModelError
from onebasket.learn import events as timeline
from onebasket.learn.choose import grid
from onebasket.learn.known import Known
from onebasket.recommenders import Events, Timeline, load
from onebasket.shop import Shop
from onebasket.store.base import Store

FOLDER = "states"
LONGEST_DAYS = 30  # of windows told with states: the network stops learning two of them before the end


class NetworkStates:
    """Asked for a moment, gives customers and what the network says of each, (customers, numbers).

    The network has learnt from what came before `until` only. Of earlier moments it knows what came after,
    as models know what they are trained on; moments at which scorers are judged lie later.
    """

    def __init__(self, model: Timeline, events: Events) -> None:
        self.model = model
        self.events = events.marked_by(model.events.told)
        self._found: dict[datetime, tuple[Sequence[str], npt.NDArray[np.float32]]] = {}

    def __call__(self, moment: datetime) -> tuple[Sequence[str], npt.NDArray[np.float32]]:
        """Of everybody who did something before a moment, UTC without zone."""
        if moment not in self._found:
            now = int(moment.replace(tzinfo=UTC).timestamp())
            before = self.events.before(now)
            self._found[moment] = before.user_ids, self.model.states(before, now)
        return self._found[moment]


def train(known: Known, shop: Shop, folder: Path, progress: Progress) -> None:
    """Train the network that states come from, on what came before the first window of LONGEST_DAYS that a
    scorer is judged in, and keep it in `folder`."""
    end = int(known.purchases.times.max(initial=0)) + 1
    early = known.before(end - int(timedelta(days=2 * LONGEST_DAYS).total_seconds()) - 1)
    if not len(early.purchases):
        return
    model = Timeline(next(iter(grid("timeline", shop.learn, None))))
    early.fit(model, shop.run.seed, progress)
    model.save(folder / FOLDER)


def network_states(store: Store, folder: Path, progress: Progress = silent) -> NetworkStates | None:
    """The states of the network in `folder`, None where there is none. Raises ModelError for a damaged
    one."""
    if not (folder / FOLDER).exists():
        return None
    model = load(folder / FOLDER)
    if not isinstance(model, Timeline):
        raise ModelError(
            f"The model in {folder / FOLDER} gives no states.", found=model.name, expected="timeline",
            next_step="onebasket learn SHOP, which trains it anew",
        )  # fmt: skip
    return NetworkStates(model, timeline.read(store, progress))
