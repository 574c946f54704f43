"""Steps share the clock: what ran side by side is split, and the whole adds up."""

from __future__ import annotations

from onebasket.steps import Record, share_clock


def record(name: str, began: float, ended: float, reused: bool = False) -> Record:
    return Record(
        name, name, None, "", began=began, ended=ended, reused=reused, seconds=7.0 if reused else 0.0
    )


def test_side_by_side_is_split_and_alone_is_whole() -> None:
    both, first, last = record("a", 0, 10), record("b", 0, 4), record("c", 6, 12)
    share_clock([both, first, last])
    assert (both.seconds, first.seconds, last.seconds) == (2 + 2 + 2, 2, 2 + 2)
    assert both.seconds + first.seconds + last.seconds == 12


def test_reused_steps_keep_the_time_they_once_took() -> None:
    old, new = record("a", 0, 50, reused=True), record("b", 0, 3)
    share_clock([old, new])
    assert (old.seconds, new.seconds) == (7.0, 3)
