"""What a model of timelines is judged by while it is trained: what came last."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from onebasket.recommenders.events import Events
from onebasket.recommenders.interactions import DAY_SECONDS, Codes, Mask, Ragged

_ENOUGH = 3  # purchases that leave something to learn from when one is held out


@dataclass(frozen=True, eq=False)
class HeldOut:
    """Some people, and what they bought after what may be learned from."""

    kept: Mask  # (events,) what may be learned from
    people: Codes  # (judged,) user codes
    wanted: Ragged  # (judged, …) items they bought, each once
    times: npt.NDArray[np.int64]  # (judged,) when that was, or where the window begins


def last_purchases(events: Events, most: int, seed: int, new: bool) -> HeldOut:
    """Of people with three purchases or more the last one; with `new`, as if nothing they did before had
    been about that item. At most so many people, drawn."""
    bought = np.flatnonzero((events.marks[0].codes == 1) & (events.items >= 0))
    users = events.users[bought]
    last = bought[np.append(np.diff(users) > 0, True)] if len(bought) else bought
    counts = np.bincount(users, minlength=len(events.user_ids))
    last = last[counts[events.users[last]] >= _ENOUGH]
    ends = np.full(len(events.user_ids), np.iinfo(np.int64).max)
    ends[events.users[last]] = last
    kept = np.arange(len(events)) < ends[events.users]
    if new:
        targets = np.full(len(events.user_ids), -2, np.int32)
        targets[events.users[last]] = events.items[last]
        kept &= events.items != targets[events.users]
    last = last[_some(len(last), most, seed)]
    starts = np.arange(len(last) + 1)
    wanted = Ragged(starts, events.items[last], np.ones(len(last), np.float32))
    return HeldOut(kept, events.users[last], wanted, events.times[last])


def last_days(events: Events, days: float, most: int, seed: int, had: bool) -> HeldOut:
    """Everything of the last days, of people who did something before. Without `had`, only what is new to
    its buyer is wanted."""
    start = int(events.times.max(initial=0)) + 1 - int(days * DAY_SECONDS)
    kept = events.times < start
    bought = (events.marks[0].codes == 1) & (events.items >= 0)
    width = len(events.item_ids)
    pairs = np.unique(events.users[bought & ~kept].astype(np.int64) * width + events.items[bought & ~kept])
    if not had:
        before = np.unique(events.users[bought & kept].astype(np.int64) * width + events.items[bought & kept])
        pairs = np.setdiff1d(pairs, before, assume_unique=True)
    pairs = pairs[np.isin(pairs // max(width, 1), np.unique(events.users[kept]))]
    people, sizes = np.unique(pairs // max(width, 1), return_counts=True)
    every = Ragged(
        np.concatenate([[0], sizes.cumsum()]), (pairs % max(width, 1)).astype(np.int32),
        np.ones(len(pairs), np.float32),
    )  # fmt: skip
    some = _some(len(people), most, seed).astype(np.int32)
    return HeldOut(kept, people[some].astype(np.int32), every.take(some), np.full(len(some), start))


def _some(count: int, most: int, seed: int) -> npt.NDArray[np.int64]:
    """At most so many of `count`, in order."""
    if count <= most:
        return np.arange(count)
    return np.sort(np.random.default_rng(seed).choice(count, most, replace=False))
