"""Events keep what was said, whoever codes them, and what is held out is what came last."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from onebasket.recommenders import Events
from onebasket.recommenders.events import PURCHASE, Mark
from onebasket.recommenders.held_out import HeldOut, last_days, last_purchases

DAY = 86_400
Row = tuple[str, str | None, int, str | None, str | None]  # user, item, day, action, channel
ROWS = st.lists(
    st.tuples(
        st.sampled_from("uvwx"),
        st.sampled_from(["a", "b", "c", None]),
        st.integers(0, 30),
        st.sampled_from(["view", "cart", PURCHASE, None]),
        st.sampled_from(["web", "店铺", None]),
    ),
    max_size=30,
)


def events(rows: list[Row]) -> Events:
    def codes(place: int) -> tuple[np.ndarray, list[str]]:
        names = sorted({str(row[place]) for row in rows if row[place] is not None}, reverse=True)
        return np.array(
            [names.index(str(row[place])) if row[place] is not None else -1 for row in rows], int
        ), names

    (users, who), (items, what) = codes(0), codes(1)
    times = np.array([row[2] * DAY for row in rows], int)
    marks = [Mark.of("action", *codes(3), PURCHASE), Mark.of("channel", *codes(4))]
    return Events.of((users, items, times), (who, what), marks)


def rows_of(made: Events) -> list[Row]:
    def said(mark: Mark, code: int) -> str | None:
        return mark.values[code - 1] if code else None

    return [
        (
            made.user_ids[made.users[row]],
            made.item_ids[made.items[row]] if made.items[row] >= 0 else None,
            int(made.times[row]) // DAY,
            said(made.marks[0], int(made.marks[0].codes[row])),
            said(made.marks[1], int(made.marks[1].codes[row])),
        )
        for row in range(len(made))
    ]


def told(rows: list[Row]) -> list[tuple[str, ...]]:
    return sorted(tuple(str(value) for value in row) for row in rows)


@given(ROWS)
def test_there_and_back_in_order(rows: list[Row]) -> None:
    made = events(rows)
    assert told(rows_of(made)) == told(rows)
    assert [(row[0], row[2]) for row in rows_of(made)] == sorted((row[0], row[2]) for row in rows)
    assert made.marks[0].values[0] == PURCHASE
    again = Events.restored(made.arrays(), made.user_ids, made.item_ids)
    assert rows_of(again) == rows_of(made)


@given(ROWS)
def test_coded_anew_what_is_unknown_is_left_out(rows: list[Row]) -> None:
    made = events(rows).coded_by(("x", "v", "nobody"), ("c", "a", "z"))
    assert told(rows_of(made)) == told([row for row in rows if row[0] in "vx" and row[1] in ("a", "c", None)])
    unmarked = made.marked_by((("action", ("view",)), ("weather", ("rain",))))
    assert [row[3] for row in rows_of(unmarked)] == [
        row[3] if row[3] == "view" else None for row in rows_of(made)
    ]
    assert not unmarked.marks[1].codes.any()


@given(ROWS, st.integers(0, 31))
def test_before_knows_nothing_of_later(rows: list[Row], day: int) -> None:
    before = events(rows).before(day * DAY)
    earlier = [row for row in rows if row[2] < day]
    assert told(rows_of(before)) == told(earlier)
    assert set(before.user_ids) == {row[0] for row in earlier}
    assert set(before.item_ids) == {row[1] for row in earlier if row[1]}
    assert len(before.purchases()) == sum(row[3] == PURCHASE and row[1] is not None for row in earlier)


@given(ROWS, st.permutations(range(4)))
def test_some_users_in_any_order(rows: list[Row], order: list[int]) -> None:
    made = events(rows)
    some = np.array([user for user in order if user < len(made.user_ids)], np.int32)
    taken = made.take(some)
    assert [made.user_ids[user] for user in some] == list(taken.user_ids)
    assert rows_of(taken) == [row for user in taken.user_ids for row in rows_of(made) if row[0] == user]


def test_the_most_frequent_values_keep_a_code() -> None:
    names = [f"action {place:03}" for place in range(300)]
    codes = np.repeat(np.arange(300), np.arange(300, 0, -1))
    mark = Mark.of("action", codes, names, PURCHASE)
    assert len(mark.values) == 255 and mark.values[:2] == (PURCHASE, "action 000")
    assert mark.codes[codes == 253].tolist() == [255] * 47
    assert not mark.codes[codes > 253].any()


def wanted(held: HeldOut, made: Events) -> dict[str, list[str]]:
    return {
        made.user_ids[user]: [made.item_ids[item] for item in held.wanted.items[start:end]]
        for user, start, end in zip(held.people, held.wanted.starts, held.wanted.starts[1:], strict=False)
    }


def test_the_last_purchase_is_held_out() -> None:
    rows: list[Row] = [("u", item, day, PURCHASE, None) for day, item in enumerate("abac")]
    rows += [("u", "c", 2, "view", None), ("u", "b", 9, "view", None)]
    rows += [("v", item, day, PURCHASE, None) for day, item in enumerate("ab")]
    made = events(rows)
    held = last_purchases(made, 10, 0, new=False)
    assert wanted(held, made) == {"u": ["c"]} and held.times.tolist() == [3 * DAY]
    assert told(rows_of(made.only(held.kept))) == told([*rows[:3], rows[4], *rows[6:]])
    held = last_purchases(made, 10, 0, new=True)
    assert wanted(held, made) == {"u": ["c"]}
    assert told(rows_of(made.only(held.kept))) == told([*rows[:3], *rows[6:]])


@given(ROWS, st.integers(1, 20), st.booleans())
def test_the_last_days_are_held_out(rows: list[Row], days: int, had: bool) -> None:
    made = events(rows)
    held = last_days(made, days, 100, 0, had)
    start = max((row[2] * DAY for row in rows), default=0) + 1 - days * DAY
    earlier = [row for row in rows if row[2] * DAY < start]
    assert told(rows_of(made.only(held.kept))) == told(earlier)
    expected: dict[str, set[str]] = {}
    for user, item, day, action, _ in rows:
        if day * DAY >= start and action == PURCHASE and item and any(row[0] == user for row in earlier):
            old = any(row[0] == user and row[1] == item and row[3] == PURCHASE for row in earlier)
            if had or not old:
                expected.setdefault(user, set()).add(item)
    assert {user: set(items) for user, items in wanted(held, made).items()} == expected
    assert all(len(set(items)) == len(items) for items in wanted(held, made).values())


def test_few_are_drawn_the_same_each_time() -> None:
    rows: list[Row] = [
        (f"u{user:02}", item, day, PURCHASE, None) for user in range(20) for day, item in enumerate("abc")
    ]
    made = events(rows)
    one, other = last_purchases(made, 5, 1, new=False), last_purchases(made, 5, 1, new=False)
    assert one.people.tolist() == other.people.tolist() and len(one.people) == 5
    assert one.kept.sum() == 40  # held out are all, whether drawn or not
    assert replace(one, kept=other.kept).wanted.items.tolist() == [made.item_ids.index("c")] * 5
