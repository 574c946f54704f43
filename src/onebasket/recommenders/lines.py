"""From events to the histories that the network of timelines reads."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from onebasket.recommenders.events import Events, MarkCodes, Told
from onebasket.recommenders.interactions import Codes, Times

if TYPE_CHECKING:
    from onebasket.timeline.histories import Histories, Marks


@dataclass(frozen=True)
class Lines:
    """Which marks events get, in which order: what was done; how long after the event before; all else that
    is told of them; with `clock` the calendar. Where only purchases are known, and not when, there are none.
    """

    told: Told  # the first is what was done
    clock: bool

    @property
    def sizes(self) -> tuple[int, ...]:
        """How many codes each mark has."""
        from onebasket.timeline.clock import GAPS, HOURS, WEEKDAYS

        action, *others = (len(values) + 1 for _, values in self.told)
        if not self.clock and not others and action <= 2:
            return ()
        return (action, GAPS, *others, *((WEEKDAYS, HOURS) if self.clock else ()))

    @property
    def codes(self) -> list[tuple[str, str]]:
        """What each code of each mark stands for, mark after mark, as `sizes` has them; "": not known."""
        from onebasket.timeline.clock import GAPS, HOURS, WEEKDAYS

        if not self.sizes:
            return []
        action, *others = ((name, ("", *values)) for name, values in self.told)
        steps = {name: [str(code) for code in range(size)] for name, size in
                 (("gap", GAPS), ("weekday", WEEKDAYS), ("hour", HOURS))}  # fmt: skip
        marks = [action, ("time: gap", steps["gap"]), *others]
        if self.clock:
            marks += [(f"time: {name}", steps[name]) for name in ("weekday", "hour")]
        return [(name, value) for name, values in marks for value in values]

    def of(self, events: Events) -> Histories:
        """A history a user."""
        from onebasket.timeline.clock import calendar, gaps_of
        from onebasket.timeline.histories import Histories

        lengths = np.bincount(events.users, minlength=len(events.user_ids))
        first = lengths.cumsum() - lengths
        items, times = events.items + np.int32(1), events.times
        if not self.sizes:
            return Histories(items, first, lengths)
        action, *others = (mark.codes for mark in events.marked_by(self.told).marks)
        if not self.clock:
            return Histories(items, first, lengths, np.stack([action, action * 0, *others], 1))
        marks = np.column_stack([action, gaps_of(times, first), *others, calendar(times)])
        return Histories(items, first, lengths, marks, times)

    def last(
        self, items: Codes, times: Times, marks: tuple[MarkCodes, ...], most: int
    ) -> tuple[Codes, Times, Marks | None]:
        """The last events of one person, as a history has them: items from 1 on, times, and marks (T, M)."""
        from onebasket.timeline.clock import calendar, gap_codes

        start = max(0, len(items) - most)
        items, told = items[start:] + np.int32(1), [mark[start:] for mark in marks]
        if not self.sizes:
            return items, times[start:], None
        gaps, late = np.zeros(len(items), np.uint8), times[start:]
        if self.clock:
            gaps[0 if start else 1 :] = gap_codes(np.diff(times[max(0, start - 1) :]))
        columns = [told[0], gaps, *told[1:], *([calendar(late)] if self.clock else [])]
        return items, late, np.column_stack(columns)

    def asked_of(self, last: int, now: int) -> Marks | None:
        """What `asked` says of one person whose last event was then."""
        from onebasket.timeline.clock import gap_codes
        from onebasket.timeline.histories import PURCHASE

        if not self.sizes:
            return None
        gap = int(gap_codes(np.array([now - last]))[0]) if self.clock else 0
        return np.array([PURCHASE, gap], np.uint8)

    def asked(self, histories: Histories, times: npt.NDArray[np.int64]) -> Marks | None:
        """The first marks of a purchase at some times (people,): what is asked for."""
        from onebasket.timeline.clock import gap_codes
        from onebasket.timeline.histories import PURCHASE

        if not self.sizes:
            return None
        gaps = np.zeros(len(histories), np.uint8)
        if histories.times is not None:
            some = histories.lengths > 0
            last = histories.times[(histories.first + histories.lengths - 1)[some]]
            gaps[some] = gap_codes(times[some] - last)
        return np.stack([np.full_like(gaps, PURCHASE), gaps], 1)
