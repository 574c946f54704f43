"""The timeline model on what is too little, too much or too odd: a sound model, or an error that says why."""

from __future__ import annotations

import hashlib
from pathlib import Path

import msgspec
import numpy as np
import pytest

from onebasket.errors import ModelError
from onebasket.recommenders import Events, Interactions, Timeline, TimelineModelSettings, load, saved
from onebasket.recommenders.chances import Chances, Shown
from onebasket.recommenders.events import PURCHASE, Mark
from onebasket.timeline.settings import TimelineSettings

DAY = 86_400
NOW = 1_700_000_000
IN_2100 = 4_102_444_800
TINY = TimelineSettings(width=8, length=8, negatives=8, batch=64, epochs=2, clock=True, horizon_days=30.0)
# As the stage asks, where people buy the same again; with new products only; by everybody's last purchase.
AS_ASKED = {
    "again": TimelineModelSettings(TINY, seen="allow", validation_days=30.0, half_life_days=30.0),
    "new": TimelineModelSettings(TINY, seen="new", validation_days=30.0),
    "last": TimelineModelSettings(TimelineSettings(width=8, length=8, negatives=8, batch=64, epochs=2)),
}
Row = tuple[str, str | None, int, str | None, str | None]  # who, what, when, what was done, where


def visit(who: str, what: str | None, when: int, action: str | None = PURCHASE) -> Row:
    return (who, what, when, action, "web")


def spread(customers: int = 12, days: int = 80) -> list[Row]:
    """Some people who come every ten days."""
    return [
        visit(f"c{who:02}", f"p{(who + day // 10) % 5}", NOW + day * DAY, action)
        for who in range(customers)
        for day in range(0, days, 10)
        for action in ("view", PURCHASE)
    ]


LONG = [visit("c0", f"p{place % 50}", NOW + place * 600) for place in range(100_000)]
WORLDS: dict[str, list[Row]] = {
    "one product, one event each": [visit(f"c{who}", "p", NOW + who * DAY) for who in range(3)],
    "one instant": [visit(f"c{who}", f"p{item}", NOW) for who in range(9) for item in range(4)],
    "one purchase": [visit("c", "p", NOW)],
    "one customer, one product": [visit("c", "p", NOW + day * DAY) for day in range(0, 90, 3)],
    "the year 2100": [(who, what, when - NOW + IN_2100, *more) for who, what, when, *more in spread()],
    "one event in 2100": [*spread(), visit("c00", "p0", IN_2100)],
    "all in the last window": [
        visit(f"c{who}", f"p{item}", NOW + (who + item) * DAY) for who in range(9) for item in range(4)
    ],
    "nobody in the last window": [*spread(), visit("late", None, NOW + 200 * DAY, "view")],
    "strangers in the last window": [*spread(), *(visit(f"s{n}", "p1", NOW + 120 * DAY) for n in range(5))],
    "what was done is not known": [*spread(), *((*row[:3], None, None) for row in spread())],
    "300 actions": [*spread(), *(visit("c01", "p1", NOW + n * DAY // 8, f"a{n:03}") for n in range(300))],
    "300 actions, each more often than a purchase": [
        visit("c", "p", NOW),
        *(visit(f"c{n % 7}", "p", NOW + n * DAY // 8, f"a{n % 300:03}") for n in range(900)),
    ],
    "one purchase among views": [*(row for row in spread() if row[3] == "view"), visit("c00", "p0", NOW)],
}


def events_of(rows: list[Row]) -> Events:
    def coded(place: int) -> tuple[np.ndarray, list[str]]:
        names = sorted({str(row[place]) for row in rows if row[place] is not None})
        code = {name: number for number, name in enumerate(names)}
        return np.array([-1 if row[place] is None else code[str(row[place])] for row in rows], int), names

    (users, who), (items, what) = coded(0), coded(1)
    marks = [Mark.of("action", *coded(3), PURCHASE), Mark.of("channel", *coded(4))]
    return Events.of((users, items, np.array([row[2] for row in rows])), (who, what), marks)


def assert_sound(model: Timeline, customers: tuple[str, ...], folder: Path) -> None:
    """It answers for everybody, for strangers, too, in finite numbers, and the same when it is read again."""
    asked = [*customers[:20], "never seen"]
    for seen in ("allow", "mask"):
        lists = model.recommend(asked, 3, seen=seen)  # type: ignore[arg-type]
        listed = lists.items >= 0
        assert np.isfinite(lists.scores[listed]).all()
        assert listed.all(axis=1).any() or len(model.item_ids) < 3 or seen == "mask"
    assert (model.recommend(asked, 1).items >= 0).all()
    assert model.similar(model.item_ids[:1], 3).items.shape == (1, 3)
    model.save(folder)
    again = load(folder).recommend(asked, 3)
    assert (again.items == model.recommend(asked, 3).items).all()


@pytest.mark.parametrize("asked", AS_ASKED)
@pytest.mark.parametrize("world", WORLDS)
def test_with_events(world: str, asked: str, tmp_path: Path) -> None:
    events = events_of(WORLDS[world])
    model = Timeline(AS_ASKED[asked]).fit(events.purchases(), seed=1, events=events)
    assert_sound(model, model.user_ids, tmp_path)


@pytest.mark.parametrize("asked", AS_ASKED)
@pytest.mark.parametrize("world", WORLDS)
def test_with_purchases_alone(world: str, asked: str, tmp_path: Path) -> None:
    model = Timeline(AS_ASKED[asked]).fit(events_of(WORLDS[world]).purchases(), seed=1)
    assert_sound(model, model.user_ids, tmp_path)


def test_a_very_long_history(tmp_path: Path) -> None:
    events = events_of(LONG)
    model = Timeline(AS_ASKED["again"])
    model.settings = msgspec.structs.replace(
        model.settings, network=msgspec.structs.replace(TINY, epochs=1, length=50, batch=1024)
    )
    assert_sound(model.fit(events.purchases(), seed=1, events=events), model.user_ids, tmp_path)


@pytest.mark.parametrize("with_events", [True, False])
def test_only_views(with_events: bool) -> None:
    events = events_of([row for row in spread() if row[3] == "view"])
    with pytest.raises(ModelError) as raised:
        Timeline().fit(events.purchases(), events=events if with_events else None)
    told = raised.value
    assert told.found and told.expected and told.state and told.next_step


def test_no_events_at_all() -> None:
    nothing = Interactions.of(*(np.zeros(0, int),) * 3, (), ())
    with pytest.raises(ModelError, match="cannot be trained"):
        Timeline().fit(nothing, events=events_of([]))


Arrays = dict[str, np.ndarray]


class TestSavedByAnotherVersion:
    """Files that are whole, of the format, and yet not what this model writes."""

    @pytest.fixture
    def model(self) -> Timeline:
        """One whose candidates are ranked by trees."""
        events = events_of(spread())
        model = Timeline(AS_ASKED["again"]).fit(events.purchases(), seed=1, events=events)
        people = np.arange(len(model.user_ids), dtype=np.int32)
        taken = events.coded_by(model.user_ids, model.item_ids).take(people)
        candidates = model._market.candidates(taken, [model.scores(people)] * 2)
        bought = np.arange(len(candidates.rows)) % 3 == 0
        model._chances = Chances.fit([Shown(people, candidates, bought, 0.0)], seed=0)
        return model

    def refused(self, model: Timeline, folder: Path, **changes: np.ndarray | None) -> None:
        model.save(folder)
        head, arrays = saved.read(folder)
        changed = {name: value for name, value in (arrays | changes).items() if value is not None}
        saved.write(folder, head.model, head.settings, head.user_ids, head.item_ids, changed)
        with pytest.raises(ModelError, match="damaged") as raised:
            load(folder)
        assert str(folder) in raised.value.failed and raised.value.found and raised.value.next_step

    @pytest.mark.parametrize(
        "name", ["vectors", "shares", "encoder.norm.weight", "rules.items", "counts.floors", "events.users",
                 "events.told", "events.mark.1", "history.items", "sequences.items"],
    )  # fmt: skip
    def test_numbers_are_missing(self, model: Timeline, name: str, tmp_path: Path) -> None:
        self.refused(model, tmp_path, **{name: None})

    def test_sizes_do_not_fit(self, model: Timeline, tmp_path: Path) -> None:
        self.refused(model, tmp_path, vectors=np.zeros((4, TINY.width), np.float32))
        self.refused(model, tmp_path, vectors=np.zeros((6, TINY.width - 1), np.float32))
        self.refused(model, tmp_path, shares=np.zeros(3))

    @pytest.mark.parametrize("numbers", [3, 10])
    def test_heads_tell_something_else(self, model: Timeline, numbers: int, tmp_path: Path) -> None:
        """As those of a model that knew less of coming days."""
        weight, bias = np.zeros((numbers, 8), np.float32), np.zeros(numbers, np.float32)
        self.refused(model, tmp_path, **{"heads.weight": weight, "heads.bias": bias})

    @pytest.mark.parametrize("name", ["events.told", "chances"])
    @pytest.mark.parametrize("text", [b"", b"tree\nsomething else", b"\xff{[", b"[{}]", b"[1]"])
    def test_texts_say_something_else(self, model: Timeline, name: str, text: bytes, tmp_path: Path) -> None:
        self.refused(model, tmp_path, **{name: np.frombuffer(text, np.uint8)})

    @pytest.mark.parametrize(
        "network", [{"width": 7}, {"breadth": 8}, {"temperature": 0.0}, {"heads": "two"}]
    )
    def test_settings_that_cannot_be(
        self, model: Timeline, network: dict[str, object], tmp_path: Path
    ) -> None:
        model.save(tmp_path)
        head, arrays = saved.read(tmp_path)
        settings = head.settings | {"network": head.settings["network"] | network}
        saved.write(tmp_path, head.model, settings, head.user_ids, head.item_ids, arrays)
        with pytest.raises(ModelError) as raised:
            load(tmp_path)
        assert raised.value.found and raised.value.next_step

    def test_numbers_that_are_not_safetensors(self, model: Timeline, tmp_path: Path) -> None:
        model.save(tmp_path)
        (tmp_path / saved.NUMBERS).write_bytes(b"numbers")
        head = msgspec.json.decode((tmp_path / saved.HEAD).read_bytes())
        head["sha256"] = hashlib.sha256(b"numbers").hexdigest()
        (tmp_path / saved.HEAD).write_bytes(msgspec.json.encode(head))
        with pytest.raises(ModelError, match="damaged"):
            load(tmp_path)
