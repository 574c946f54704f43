"""The timeline model learns order, says so through the contract, and takes what is known of items."""

from __future__ import annotations

from typing import Any

import msgspec
import numpy as np
import pytest

from onebasket.errors import ModelError
from onebasket.recommenders import Catalogue, Interactions, Ragged, Timeline, TimelineModelSettings
from onebasket.recommenders.counts import Shares, tried
from onebasket.recommenders.interactions import Floats
from onebasket.recommenders.sequential_rules import followers
from onebasket.timeline.settings import TimelineSettings

ITEMS = 20
TINY = TimelineSettings(
    width=16, dropout=0.1, negatives=10, batch=150, learning_rate=0.01, averaging=0.9, epochs=20
)


def walks(people: int = 200, seed: int = 0) -> tuple[Interactions, list[str]]:
    """Everybody walks a circle of the items; and what comes next for each."""
    random = np.random.default_rng(seed)
    rows, wanted = [], []
    for person in range(people):
        start, pace, length = random.integers(0, ITEMS), random.integers(1, 3), random.integers(4, 9)
        path = [f"i{(start + pace * place) % ITEMS:02}" for place in range(length + 1)]
        rows += [(person, item, place) for place, item in enumerate(path[:-1])]
        wanted.append(path[-1])
    return interactions(rows), wanted


def interactions(rows: list[tuple[int, str, int]]) -> Interactions:
    names = sorted({item for _, item, _ in rows})
    return Interactions.of(
        np.array([person for person, _, _ in rows]),
        np.array([names.index(item) for _, item, _ in rows]),
        np.array([time for _, _, time in rows]),
        [f"u{number:03}" for number in range(1 + max(person for person, _, _ in rows))],
        names,
    )


def fitted(catalogue: Catalogue | None = None, **changes: Any) -> Timeline:
    settings = msgspec.structs.replace(TimelineModelSettings(network=TINY, seen="allow"), **changes)
    return Timeline(settings).fit(walks()[0], seed=2, catalogue=catalogue)


@pytest.mark.parametrize("shares", [Shares(), None])
def test_it_tells_the_next_step(shares: Shares | None) -> None:
    before, wanted = walks()
    model = fitted(shares=shares)
    listed = model.recommend(before.user_ids, 1)
    hits = [model.item_ids[row[0]] == item for row, item in zip(listed.items, wanted, strict=True)]
    assert np.mean(hits) > 0.7


def test_without_rules_scores_are_cosines() -> None:
    scores = fitted(shares=Shares()).scores(np.arange(200, dtype=np.int32))
    assert np.abs(scores).max() <= 1.0001 / TINY.temperature


def test_shares_given_are_taken_and_those_chosen_are_of_those_tried() -> None:
    assert fitted(shares=Shares(0.7, 0.1)).trained.shares == Shares(0.7, 0.1)
    told = fitted().trained
    assert told.shares in tried(repeats=True)
    assert 0 < told.best_epoch <= told.epochs <= TINY.epochs and told.targets > 0


def test_habits_are_learned_where_they_may_be_listed() -> None:
    """Everybody buys the same three things of their own again and again, in any order."""
    random = np.random.default_rng(0)
    own = [random.choice(ITEMS, 3, replace=False) for _ in range(60)]
    rows = [(user, f"i{random.choice(own[user]):02}", time) for user in range(60) for time in range(7)]
    model = Timeline(TimelineModelSettings(network=TINY, seen="allow")).fit(interactions(rows), seed=1)
    assert model.trained.shares.repeats > 0
    lists = model.recommend(model.user_ids, 2)
    bought = [{item for user, item, _ in rows if user == place} for place in range(60)]
    listed = [{item for item, _ in lists.of(place, model.item_ids)} for place in range(60)]
    assert np.mean([len(mine & asked) / 2 for mine, asked in zip(bought, listed, strict=True)]) > 0.9


def test_what_is_held_out_is_counted_only_when_asked_for() -> None:
    before, _ = walks()
    sequences = before.sequences()
    ends = np.zeros(len(sequences.items), np.bool_)
    ends[sequences.starts[1:] - 1] = True
    starts = sequences.starts - np.arange(len(sequences.starts))
    kept = Ragged(starts, sequences.items[~ends], sequences.values[~ends])
    for refit, counted in ((True, sequences), (False, kept)):
        arrays = fitted(refit=refit)._arrays()
        wanted = followers(counted, ITEMS, TimelineModelSettings().rules)
        assert (arrays["rules.items"] == wanted.items).all()
        assert arrays["rules.values"] == pytest.approx(wanted.values)


def test_attributes_and_texts_are_taken_in() -> None:
    plain = fitted().recommend(["u000"], ITEMS)
    attributes = {f"i{item:02}": [f"colour {item % 3}", "thing"] for item in range(15)}
    text = {f"i{item:02}": np.eye(ITEMS, dtype=np.float32)[item] for item in range(5)}
    numbers = {f"i{item:02}": np.array([item % 4, -item], np.float32) for item in range(10)}
    for catalogue in (
        Catalogue(attributes), Catalogue(text=text), Catalogue(numbers=numbers),
        Catalogue(attributes, text, numbers),
    ):  # fmt: skip
        model = fitted(catalogue)
        assert not np.array_equal(model.recommend(["u000"], ITEMS).scores, plain.scores)
    nothing = fitted(Catalogue({"i00": []})).recommend(["u000"], ITEMS)
    assert np.array_equal(nothing.scores, plain.scores)


class TestCatalogue:
    def test_attributes_are_coded_by_name(self) -> None:
        told = Catalogue({"a": ["red", "big"], "c": ["big"]}).attribute_codes(["c", "b", "a"])
        assert told.starts.tolist() == [0, 1, 2, 4]
        assert told.items.tolist() == [1, 0, 2, 1]

    def test_texts_stand_in_the_order_asked_for(self) -> None:
        catalogue = Catalogue(text={"a": np.array([1, 2], np.float32)})
        made = catalogue.text_vectors(["b", "a"])
        assert made is not None and made.tolist() == [[0, 0], [1, 2]]
        assert Catalogue().text_vectors(["a"]) is None

    def test_numbers_are_brought_to_one_scale(self) -> None:
        """A price in cents and a share weigh alike, and all together about as much as a text."""
        random = np.random.default_rng(0)
        made = random.normal(size=(300, 8)) * np.geomspace(0.01, 1e6, 8) + np.linspace(0, 1e7, 8)
        numbers = {f"p{place}": row.astype(np.float32) for place, row in enumerate(made)}
        scaled = Catalogue(numbers=numbers).number_vectors([*numbers, "none"])
        assert scaled is not None and scaled.shape == (301, 8) and not scaled[300].any()
        assert scaled[:300].mean(axis=0) == pytest.approx(0, abs=1e-3)
        assert scaled[:300].std(axis=0) == pytest.approx(1 / np.sqrt(8), rel=0.01)
        assert np.linalg.norm(scaled[:300], axis=1).mean() == pytest.approx(1, abs=0.1)

    def test_a_column_that_says_nothing_is_nought(self) -> None:
        made = Catalogue(numbers={"a": np.array([7, 1]), "b": np.array([7, 2])}).number_vectors(["a", "b"])
        assert made is not None and not made[:, 0].any() and made[0, 1] == -made[1, 1] != 0

    def test_texts_and_numbers_stand_side_by_side(self) -> None:
        text = {"a": np.array([0.6, 0.8], np.float32)}
        both = Catalogue(text=text, numbers={"b": np.ones(3, np.float32)})
        made = both.vectors(["a", "b", "c"])
        assert made is not None and made.shape == (3, 5) and both.items == {"a", "b"}
        assert np.array_equal(made[0, :2], text["a"]) and not made[1:, :2].any()
        assert Catalogue().vectors(["a"]) is None

    @pytest.mark.parametrize("wrong", [np.ones(2), np.array([1, np.nan, 2]), np.ones((3, 1))])
    def test_numbers_that_do_not_fit_are_told(self, wrong: Floats) -> None:
        catalogue = Catalogue(numbers={"a": np.ones(3, np.float32), "b": wrong})
        with pytest.raises(ModelError, match="product b") as raised:
            catalogue.vectors(["a", "b"])
        assert "3 finite numbers" in str(raised.value.expected)


class TestInteractions:
    def test_sequences_go_by_time(self) -> None:
        made = interactions([(0, "a", 3), (0, "b", 1), (1, "a", 2), (0, "c", 2)])
        ids = [
            [made.item_ids[item] for item in made.sequences().take(np.array([user])).items] for user in (0, 1)
        ]
        assert ids == [["b", "c", "a"], ["a"]]

    def test_coded_by_other_items(self) -> None:
        made = interactions([(0, "a", 3), (0, "b", 1), (1, "c", 2)]).coded_by(["x", "b", "a"])
        assert made.item_ids == ("x", "b", "a") and made.user_ids == ("u000", "u001")
        assert made.items.tolist() == [1, 2] and made.users.tolist() == [0, 0]
        assert made.sequences().starts.tolist() == [0, 2, 2]
