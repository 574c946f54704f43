"""All that people did, not only what they bought: what a model of timelines is fitted on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import msgspec
import numpy as np
import numpy.typing as npt

from onebasket.recommenders.interactions import DAY_SECONDS, Codes, Interactions, Mask, Ragged, Times
from onebasket.recommenders.reasons import Step

MarkCodes = npt.NDArray[np.uint8]
MOST_VALUES = 255  # of a mark, that have a code of their own
PURCHASE, RETURN = "purchase", "return"
PRICE, UNITS = "price", "units"  # marks whose values are steps: see `steps_of`
MOST_STEPS = 254
Told = tuple[tuple[str, tuple[str, ...]], ...]  # marks by name, and their values
_NOTHING = -1


@dataclass(frozen=True, eq=False)
class Mark:
    """One thing that is said of events: what was done, where, …"""

    name: str
    values: tuple[str, ...]  # value of code c is `values[c - 1]`; code 0: not known
    codes: MarkCodes  # (events,)

    @classmethod
    def of(cls, name: str, codes: npt.NDArray[np.integer], values: Sequence[str], first: str = "") -> Mark:
        """From codes into any list of values, -1 for not known. The most frequent keep a code, `first` the
        first one whether it occurs or not."""
        counts = np.bincount(codes[codes >= 0], minlength=len(values))
        ranked = sorted(
            range(len(values)), key=lambda code: (values[code] != first, -counts[code], values[code])
        )
        kept = [code for code in ranked if counts[code] and values[code]][:MOST_VALUES]
        names = [values[code] for code in kept]
        if first and first not in names:
            kept, names = [_NOTHING, *kept[: MOST_VALUES - 1]], [first, *names[: MOST_VALUES - 1]]
        new = np.zeros(len(values) + 1, np.uint8)  # the last one is for -1
        for code, old in enumerate(kept, 1):
            if old != _NOTHING:
                new[old] = code
        return cls(name, tuple(names), new[codes])

    def coded_by(self, values: tuple[str, ...]) -> Mark:
        """The same, coded as another list of values says; what is not in it is not known."""
        new = np.zeros(MOST_VALUES + 1, np.uint8)
        for code, value in enumerate(self.values, 1):
            new[code] = values.index(value) + 1 if value in values else 0
        return Mark(self.name, values, new[self.codes])


def steps_of(values: npt.NDArray[np.float64]) -> npt.NDArray[np.int64]:
    """How often a value doubles, in halves, at most MOST_STEPS; -1 for nothing."""
    steps = np.floor(2 * np.log2(1 + values)).clip(max=MOST_STEPS)
    return np.where(values > 0, steps, -1).astype(np.int64)


def values_of_steps(mark: Mark) -> npt.NDArray[np.float32]:
    """The least value that each event may have had, of which `steps_of` gave the step, (events,); 0: not
    known. Small whole numbers come back as they were. Raises ValueError for values that are no steps."""
    steps = np.array([float(value) for value in mark.values])
    least = np.concatenate([[0.0], np.exp2(steps / 2) - 1]).clip(max=np.finfo(np.float32).max)
    found: npt.NDArray[np.float32] = least.astype(np.float32)[mark.codes]
    return found


@dataclass(frozen=True, eq=False)
class Events:
    """Events of known people, ordered by user, time and item; the first mark is what was done.

    Users and items are coded as lists say, which may hold some that do not occur.
    """

    users: Codes  # (n,)
    items: Codes  # (n,) -1: about no product
    times: Times  # (n,) seconds since 1970, UTC
    marks: tuple[Mark, ...]
    user_ids: tuple[str, ...]
    item_ids: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.users)

    @property
    def told(self) -> Told:
        """What marks there are, and their values."""
        return tuple((mark.name, mark.values) for mark in self.marks)

    @classmethod
    def of(
        cls,
        columns: tuple[npt.NDArray[np.integer], npt.NDArray[np.integer], npt.NDArray[np.integer]],
        ids: tuple[Sequence[str], Sequence[str]],
        marks: Sequence[Mark],
    ) -> Events:
        """From users, items (-1: none) and times, coded by any lists of ids, in any order."""
        users, items, times = columns
        made = cls(
            users.astype(np.int32), items.astype(np.int32), times.astype(np.int64), tuple(marks),
            tuple(ids[0]), tuple(ids[1]),
        )  # fmt: skip
        return made.coded_by(sorted(ids[0]), sorted(ids[1]))

    @classmethod
    def of_purchases(cls, bought: Interactions) -> Events:
        """Where nothing is known but purchases."""
        action = Mark("action", (PURCHASE,), np.ones(len(bought), np.uint8))
        return cls(bought.users, bought.items, bought.times, (action,), bought.user_ids, bought.item_ids)

    def coded_by(self, user_ids: Sequence[str], item_ids: Sequence[str]) -> Events:
        """The same, coded by other lists; events of other users and about other items are left out."""
        users = _codes(self.user_ids, user_ids)[self.users]
        items = _codes(self.item_ids, item_ids)[self.items]
        known = (users >= 0) & ((items >= 0) | (self.items < 0))
        return replace(self, user_ids=tuple(user_ids), item_ids=tuple(item_ids))._with(users, items, known)

    def marked_by(self, values: Told) -> Events:
        """The same with these marks and values; a mark it has not is not known of any event."""
        if values == self.told:
            return self
        known = {mark.name: mark for mark in self.marks}
        nothing = np.zeros(len(self), np.uint8)
        marks = [known.get(name, Mark(name, told, nothing)).coded_by(told) for name, told in values]
        return replace(self, marks=tuple(marks))

    def only(self, mask: Mask) -> Events:
        """Some of them; ids and codes stay."""
        return self._with(self.users, self.items, mask)

    def take(self, users: Codes) -> Events:
        """Those of some users, in the given order; user_ids are theirs."""
        lengths = np.bincount(self.users, minlength=len(self.user_ids))
        first = (lengths.cumsum() - lengths)[users]
        whose = np.repeat(np.arange(len(users), dtype=np.int32), lengths[users])
        places = np.arange(len(whose)) + (first - (lengths[users].cumsum() - lengths[users]))[whose]
        marks = tuple(replace(mark, codes=mark.codes[places]) for mark in self.marks)
        names = tuple(self.user_ids[user] for user in users)
        return replace(
            self, users=whose, items=self.items[places], times=self.times[places], marks=marks, user_ids=names
        )

    def between_places(self, start: int, end: int) -> Events:
        """Those from one place to before another, all of one user, who alone is left."""
        marks = tuple(replace(mark, codes=mark.codes[start:end]) for mark in self.marks)
        items, times = self.items[start:end], self.times[start:end]
        names = tuple(self.user_ids[user] for user in self.users[start : start + 1][: end - start])
        return replace(
            self, users=np.zeros(end - start, np.int32), items=items, times=times, marks=marks, user_ids=names
        )

    def then(self, user: str, later: Events) -> Events:
        """One user's, and what that user did later; marks are those of the first, items are coded alike."""
        later = later.marked_by(self.told)
        times = np.concatenate([self.times, later.times])
        order = np.argsort(times, kind="stable")
        marks = tuple(
            replace(mark, codes=np.concatenate([mark.codes, new.codes])[order])
            for mark, new in zip(self.marks, later.marks, strict=True)
        )
        items = np.concatenate([self.items, later.items])[order]
        whose = np.zeros(len(times), np.int32)
        return replace(self, users=whose, items=items, times=times[order], marks=marks, user_ids=(user,))

    def steps(self) -> list[Step]:
        """All of them, in order, as reasons name them."""
        done = self.marks[0]
        actions = ["", *done.values]
        return [
            Step(self.item_ids[item] if item >= 0 else None, actions[code], time)
            for item, code, time in zip(
                self.items.tolist(), done.codes.tolist(), self.times.tolist(), strict=True
            )
        ]

    def bought(self) -> Events:
        """The purchases among them."""
        return self.only((self.marks[0].codes == 1) & (self.items >= 0))

    def sequences(self, half_life_days: float, now: int) -> Ragged:
        """Per user the items, in order of time, with what each counts: half as much for every half-life that
        lies between it and now."""
        about = self.items >= 0
        counts = np.bincount(self.users[about], minlength=len(self.user_ids))
        weights = np.ones(int(about.sum()), np.float32)
        if half_life_days:
            weights = np.exp2((self.times[about] - now) / (half_life_days * DAY_SECONDS)).astype(np.float32)
        return Ragged(np.concatenate([[0], counts.cumsum()]), self.items[about], weights)

    def before(self, time: int) -> Events:
        """Those before a moment, and no id of anybody or anything that comes later."""
        kept = self.only(self.times < time)
        users = [self.user_ids[code] for code in np.unique(kept.users)]
        items = [self.item_ids[code] for code in np.unique(kept.items[kept.items >= 0])]
        return kept.coded_by(users, items)

    def between(self, start: int, end: int) -> Events:
        """Those of a window; ids and codes stay."""
        return self.only((self.times >= start) & (self.times < end))

    def purchases(self) -> Interactions:
        """What was bought, as models take it that know nothing else."""
        bought = self.bought()
        return Interactions.of(bought.users, bought.items, bought.times, self.user_ids, self.item_ids)

    def arrays(self) -> dict[str, npt.NDArray[Any]]:
        """All of it but the ids, to be saved."""
        made: dict[str, npt.NDArray[Any]] = {
            "events.users": self.users, "events.items": self.items, "events.times": self.times,
        }  # fmt: skip
        made["events.told"] = np.frombuffer(msgspec.json.encode(self.told), np.uint8)
        return made | {f"events.mark.{place}": mark.codes for place, mark in enumerate(self.marks)}

    @classmethod
    def restored(
        cls, arrays: Mapping[str, npt.NDArray[Any]], user_ids: tuple[str, ...], item_ids: tuple[str, ...]
    ) -> Events:
        """Take back what `arrays` gave. Raises KeyError for what is missing, msgspec.DecodeError for marks
        that cannot be read."""
        told = msgspec.json.decode(arrays["events.told"].tobytes(), type=Told)
        marks = tuple(
            Mark(name, values, arrays[f"events.mark.{place}"]) for place, (name, values) in enumerate(told)
        )
        users, items, times = (arrays[f"events.{name}"] for name in ("users", "items", "times"))
        return cls(users, items, times, marks, user_ids, item_ids)

    def purchases_coded(self) -> Interactions:
        """What was bought, in the codes of the events."""
        bought = self.bought()
        return Interactions(bought.users, bought.items, bought.times, self.user_ids, self.item_ids)

    def _with(self, users: Codes, items: Codes, mask: Mask) -> Events:
        """Some rows, with other codes of users and items, in order."""
        users, items, times = users[mask], items[mask], self.times[mask]
        order = np.lexsort((items, times, users))
        marks = tuple(replace(mark, codes=mark.codes[mask][order]) for mark in self.marks)
        return replace(self, users=users[order], items=items[order], times=times[order], marks=marks)


def _codes(ids: Sequence[str], new: Sequence[str]) -> Codes:
    """Places of ids in another list, -1 where they are not in it; and one -1 more, for code -1."""
    places = {name: place for place, name in enumerate(new)}
    return np.array([*(places.get(name, _NOTHING) for name in ids), _NOTHING], np.int32)
