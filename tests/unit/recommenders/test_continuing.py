"""New data: training goes on from the model before, and vectors stay comparable."""

from __future__ import annotations

from pathlib import Path

import msgspec
import numpy as np
import pytest
import torch

from onebasket.recommenders import Events, Interactions, Popularity, Timeline, TimelineModelSettings, load
from onebasket.recommenders.counts import Shares
from onebasket.recommenders.drift import drift, turn
from onebasket.recommenders.events import Mark
from onebasket.recommenders.lines import Lines
from tests.unit.recommenders.test_timeline import ITEMS, TINY, interactions, walks

SETTINGS = TimelineModelSettings(
    network=msgspec.structs.replace(TINY, epochs=40), seen="allow", shares=Shares()
)
PEOPLE = np.arange(200, dtype=np.int32)


def more(new: int = 0) -> Interactions:
    """The walks, a step more for half of the people, and some who come upon new items on the way."""
    before, wanted = walks()
    rows = [
        (int(user), before.item_ids[item], int(time))
        for user, item, time in zip(before.users, before.items, before.times, strict=True)
    ]
    rows += [(person, wanted[person], 50) for person in range(0, 200, 2)]
    for person in range(200, 200 + 20 * new):
        path = [f"i{place:02}" for place in range(person % 7, person % 7 + 4)]
        rows += [(person, item, place) for place, item in enumerate([*path, f"n{person % new}", *path])]
    return interactions(rows)


@pytest.fixture(scope="module")
def former() -> Timeline:
    return Timeline(SETTINGS).fit(walks()[0], seed=2)


def after(earlier: Timeline | Popularity | None, data: Interactions, seed: int = 5) -> Timeline:
    model = Timeline(SETTINGS)
    model.earlier = earlier
    return model.fit(data, seed=seed)


def random_turn(width: int) -> np.ndarray:
    return np.linalg.qr(np.random.default_rng(1).normal(size=(width, width)))[0].astype(np.float32)


class TestTurn:
    def test_a_turn_is_taken_back(self) -> None:
        old = np.random.default_rng(0).normal(size=(300, 24)).astype(np.float32)
        old /= np.linalg.norm(old, axis=1, keepdims=True)
        new = old @ random_turn(24)
        found = turn(new, old)
        assert np.allclose(found @ found.T, np.eye(24), atol=1e-5)
        assert np.allclose(new @ found, old, atol=1e-5)
        assert drift([str(place) for place in range(300)], new @ found, old).mean == 1.0

    def test_what_moved_beside_it_is_told(self) -> None:
        old = np.eye(24, dtype=np.float32)[np.arange(240) % 24]
        new = old.copy()
        new[7], new[50] = -old[7], np.roll(old[50], 1)
        spun = new @ random_turn(24)
        told = drift([f"i{place}" for place in range(240)], spun @ turn(spun, old), old)
        assert [item for item, _ in told.most[:2]] == ["i7", "i50"] and len(told.most) == 10
        assert (
            told.most[0][1] < -0.9
            and abs(told.most[1][1]) < 0.2
            and told.mean == pytest.approx(0.987, abs=0.01)
        )
        assert told.items == 240

    def test_a_model_that_was_turned_lies_where_it_lay(self, former: Timeline, tmp_path: Path) -> None:
        """The same products, the same vectors but for a turn of all of them."""
        former.save(tmp_path)
        spun = load(tmp_path)
        assert isinstance(spun, Timeline)
        spun._opinion.vectors = spun._opinion.vectors @ torch.from_numpy(random_turn(16))
        aligned, told = spun_back(spun, former)
        assert told.mean > 0.99999 and np.allclose(aligned, former.item_vectors(), atol=1e-4)


def spun_back(spun: Timeline, former: Timeline) -> tuple[np.ndarray, object]:
    from onebasket.recommenders.continuing import Former

    found, told = Former.of(former).aligned(spun._opinion.units, spun.item_ids)
    assert found is not None and told is not None
    return spun._opinion.units @ found, told


def test_it_is_as_good_sooner(former: Timeline) -> None:
    cold, warm = after(None, more()), after(former, more())
    assert cold.trained.began == "anew" and cold.trained.drift is None
    assert warm.trained.began == f"from the model before: {ITEMS} of {ITEMS} products"
    assert warm.trained.best > cold.trained.best - 0.05 and warm.trained.best > 0.7
    assert warm.trained.epochs < cold.trained.epochs
    assert warm.trained.targets < cold.trained.targets


def test_new_items_are_recommended(former: Timeline) -> None:
    model = after(former, more(new=2))
    assert model.trained.began == f"from the model before: {ITEMS} of {ITEMS + 2} products"
    listed = model.recommend(model.user_ids, 5).items
    assert {"n0", "n1"} <= {model.item_ids[item] for item in np.unique(listed)}


def test_turning_changes_no_score(former: Timeline, tmp_path: Path) -> None:
    model = after(former, more())
    scores, vectors = model.scores(PEOPLE), model.item_vectors()
    assert model._opinion.turn is not None and model.trained.drift is not None
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    assert np.allclose(vectors @ vectors.T, model._opinion.units @ model._opinion.units.T, atol=1e-5)
    model.save(tmp_path)
    again = load(tmp_path)
    assert isinstance(again, Timeline)
    assert np.array_equal(again.item_vectors(), vectors) and np.array_equal(again.scores(PEOPLE), scores)
    model._opinion.turn = None
    assert np.array_equal(model.scores(PEOPLE), scores)


def test_vectors_lie_where_they_lay(former: Timeline) -> None:
    """Even where training began anew: what is left after the turn is what did move."""
    other = Timeline(SETTINGS).fit(walks()[0], seed=9)
    plain = (other._opinion.units * former.item_vectors()).sum(axis=1).mean()
    told = spun_back(other, former)[1]
    assert told.mean > plain + 0.3  # type: ignore[attr-defined]
    warm = after(former, more()).trained.drift
    assert warm is not None and warm.mean > 0.8 and warm.items == ITEMS and len(warm.most) == 10


@pytest.mark.parametrize("clock", [False, True])
def test_every_code_of_a_mark_has_a_name(clock: bool) -> None:
    lines = Lines((("action", ("purchase", "view")), ("channel", ("store", "web"))), clock)
    assert len(lines.codes) == sum(lines.sizes) == len(set(lines.codes))
    assert lines.codes[:3] == [("action", ""), ("action", "purchase"), ("action", "view")]
    assert not Lines((("action", ("purchase",)),), False).codes


def with_channels(names: list[str]) -> Events:
    """The walks, by several channels; the most frequent has the first code."""
    before, _ = walks()
    drawn = np.random.default_rng(0).choice(len(names), len(before), p=np.arange(1, len(names) + 1) / 6)
    marks = [
        Mark.of("action", np.zeros(len(before), np.int64), ["purchase"], "purchase"),
        Mark.of("channel", drawn, names),
    ]
    return Events.of((before.users, before.items, before.times), (before.user_ids, before.item_ids), marks)


def test_channels_are_known_again_by_name() -> None:
    """A new order of frequency, and a channel that was closed and one that was opened."""
    settings = msgspec.structs.replace(SETTINGS, network=msgspec.structs.replace(TINY, epochs=4))
    before, _ = walks()
    first = Timeline(settings).fit(before, 2, events=with_channels(["store", "web", "fair"]))
    second = Timeline(settings)
    second.earlier = first
    second.fit(before, 2, events=with_channels(["app", "web", "store"]))
    size = sum(second._lines.sizes)
    assert second.trained.began == f"from the model before: 20 of 20 products, {size - 1} of {size} marks"
    assert first._lines.codes != second._lines.codes


def test_what_cannot_be_begun_from_is_told(former: Timeline) -> None:
    popular = after(Popularity().fit(walks()[0]), more())
    assert popular.trained.began == "anew: the model before is popularity"
    wide = Timeline(
        msgspec.structs.replace(SETTINGS, network=msgspec.structs.replace(TINY, width=32, epochs=2))
    )
    wide.earlier = former
    told = wide.fit(more(), seed=5).trained
    assert told.began.startswith("anew: ") and "16" in told.began and "32" in told.began
    assert told.drift is None and np.array_equal(wide.item_vectors(), wide._opinion.units)


def test_from_the_same_it_is_the_same(former: Timeline) -> None:
    one, other = after(former, more()), after(former, more())
    assert np.array_equal(one.scores(PEOPLE), other.scores(PEOPLE)) and one.trained == other.trained
