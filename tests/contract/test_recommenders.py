"""What every recommender must do. A new model joins MODELS and passes all of it."""

from __future__ import annotations

from pathlib import Path

import msgspec
import numpy as np
import pytest
from safetensors.numpy import load_file

from onebasket.errors import ModelError
from onebasket.recommenders import MODELS, Catalogue, Events, Interactions, Recommender, load
from onebasket.recommenders.events import PURCHASE, Mark
from onebasket.timeline.settings import TimelineSettings

DAY = 86_400
PERSONAL = ["item_knn", "sequential_rules", "ease", "ials", "mf", "timeline"]
TINY = TimelineSettings(
    width=16, dropout=0.2, negatives=8, learning_rate=0.01, averaging=0.9, epochs=21, batch=120
)


def model_named(name: str) -> Recommender:
    """A model with settings fit for a tiny world."""
    model = MODELS[name]()
    small = {
        "item_knn": {"neighbours": 10},
        "ease": {"regularisation": 5.0},
        "ials": {"factors": 4, "regularisation": 1.0},
    }
    small["mf"] = {"factors": 8, "epochs": 60, "learning_rate": 0.02}
    small["timeline"] = {"network": TINY}
    model.settings = msgspec.structs.replace(model.settings, **small.get(name, {}))
    return model


def two_tastes(seed: int = 0, users: int = 60, items: int = 12) -> tuple[Interactions, Interactions]:
    """Half the customers like the `a` products, half the `b`; each then buys new ones of its taste."""
    random = np.random.default_rng(seed)
    earlier, later = [], []
    for user in range(users):
        taste = "ab"[user % 2]
        liked = random.permutation(items)
        earlier += [(user, f"{taste}{item:02}", int(random.integers(0, 50))) for item in liked[:7]]
        later += [(user, f"{taste}{item:02}", 60) for item in liked[7:]]
        other = "ba"[user % 2]
        earlier += [(user, f"{other}{random.integers(items):02}", int(random.integers(0, 50)))]
    return interactions(earlier), interactions(later)


def interactions(rows: list[tuple[int, str, int]]) -> Interactions:
    """From rows of user number, item id and day."""
    names = sorted({item for _, item, _ in rows})
    return Interactions.of(
        np.array([user for user, _, _ in rows]),
        np.array([names.index(item) for _, item, _ in rows]),
        np.array([day * DAY for _, _, day in rows]),
        [f"u{number:03}" for number in range(1 + max(user for user, _, _ in rows))],
        names,
    )


EARLIER, LATER = two_tastes()
EVERYBODY = list(EARLIER.user_ids)


@pytest.fixture(params=MODELS)
def fitted(request: pytest.FixtureRequest) -> Recommender:
    return model_named(request.param).fit(EARLIER, seed=1)


def test_lists_are_full_ordered_and_without_repeats(fitted: Recommender) -> None:
    lists = fitted.recommend(EVERYBODY, 24)
    assert lists.items.shape == lists.scores.shape == (60, 24)
    for items, scores in zip(lists.items, lists.scores, strict=True):
        assert sorted(items) == list(range(24))
        assert (np.diff(scores) <= 0).all()


def test_ties_are_broken_by_code(fitted: Recommender) -> None:
    lists = fitted.recommend(EVERYBODY, 24)
    tied = np.diff(lists.scores) == 0
    assert (np.diff(lists.items)[tied] > 0).all()


def test_a_list_may_ask_for_more_than_there_is(fitted: Recommender) -> None:
    lists = fitted.recommend(["u000"], 30)
    assert (lists.items[0, :24] >= 0).all() and (lists.items[0, 24:] == -1).all()
    assert len(lists.of(0, fitted.item_ids)) == 24


def test_a_longer_list_begins_with_the_shorter(fitted: Recommender) -> None:
    assert (fitted.recommend(EVERYBODY, 10).items[:, :4] == fitted.recommend(EVERYBODY, 4).items).all()


def test_the_company_asked_in_changes_nothing(fitted: Recommender) -> None:
    alone = fitted.recommend(["u007"], 5)
    among = fitted.recommend(["u000", "u007", "nobody"], 5)
    assert (alone.items[0] == among.items[1]).all()
    assert np.allclose(alone.scores[0], among.scores[1], rtol=1e-5)


def test_seen_items_are_masked(fitted: Recommender) -> None:
    lists = fitted.recommend(EVERYBODY, 24, seen="mask")
    history = EARLIER.histories()
    for user, items in enumerate(lists.items):
        bought = set(history.items[history.starts[user] : history.starts[user + 1]].tolist())
        listed = set(items[items >= 0].tolist())
        assert not listed & bought
        assert listed | bought == set(range(24))


def test_only_allowed_items(fitted: Recommender) -> None:
    allowed = np.array([item.startswith("a") for item in fitted.item_ids])
    for lists in (
        fitted.recommend([*EVERYBODY, "nobody"], 20, allowed=allowed),
        fitted.similar(["b03"], 20, allowed=allowed),
    ):
        listed = lists.items[lists.items >= 0]
        assert allowed[listed].all()


def test_nothing_allowed_gives_empty_lists(fitted: Recommender) -> None:
    assert (fitted.recommend(["u000"], 3, allowed=np.zeros(24, np.bool_)).items == -1).all()


def test_unknown_customers_get_the_most_bought(fitted: Recommender) -> None:
    lists = fitted.recommend(["nobody"], 5)
    best = np.argsort(-fitted.popularity, kind="stable")[:5]
    assert (lists.items[0] == best).all()


def test_unknown_customers_are_refused_when_asked_to(fitted: Recommender) -> None:
    with pytest.raises(ModelError, match="customers") as raised:
        fitted.recommend(["u000", "nobody"], 5, cold="error")
    assert "nobody" not in str(raised.value)


def test_similar_leaves_out_the_item_itself(fitted: Recommender) -> None:
    lists = fitted.similar(list(fitted.item_ids), 23)
    for item, listed in enumerate(lists.items):
        known = listed[listed >= 0].tolist()
        assert item not in known
        assert len(set(known)) == len(known) > 0


def test_similar_refuses_unknown_items(fitted: Recommender) -> None:
    with pytest.raises(ModelError, match="products"):
        fitted.similar(["no such thing"], 3)


def test_saved_and_loaded_it_answers_the_same(fitted: Recommender, tmp_path: Path) -> None:
    fitted.save(tmp_path)
    again = load(tmp_path)
    assert type(again) is type(fitted) and again.settings == fitted.settings
    for seen in ("allow", "mask"):
        one, other = (each.recommend([*EVERYBODY, "nobody"], 8, seen=seen) for each in (fitted, again))
        assert (one.items == other.items).all() and (one.scores == other.scores).all()
    assert (fitted.similar(["a01"], 5).items == again.similar(["a01"], 5).items).all()


def test_the_same_seed_gives_the_same_bytes(fitted: Recommender, tmp_path: Path) -> None:
    fitted.save(tmp_path / "one")
    model_named(fitted.name).fit(EARLIER, seed=1).save(tmp_path / "two")
    for file in ("model.json", "model.safetensors"):
        assert (tmp_path / "one" / file).read_bytes() == (tmp_path / "two" / file).read_bytes()


def test_another_seed_matters_only_where_said(fitted: Recommender, tmp_path: Path) -> None:
    fitted.save(tmp_path / "one")
    model_named(fitted.name).fit(EARLIER, seed=2).save(tmp_path / "two")
    one, two = (load_file(tmp_path / name / "model.safetensors") for name in ("one", "two"))
    same = all((one[name] == two[name]).all() for name in one)
    assert same != fitted.stochastic


def test_fitted_anew_it_forgets(fitted: Recommender) -> None:
    fitted.recommend(["u000"], 3)
    fitted.similar(["a01"], 3)
    fitted.fit(interactions([(0, "x", 1), (1, "x", 1), (1, "y", 2)]))
    assert fitted.item_ids == ("x", "y")
    assert sorted(fitted.recommend(["u000"], 5).items[0, :2]) == [0, 1]
    assert fitted.similar(["y"], 5).items[0, 0] in (0, -1)


def test_new_histories_are_followed_or_refused(fitted: Recommender) -> None:
    """Without learning anew, somebody new with an old history gets what its owner got."""
    before = fitted.recommend(["u007"], 6)
    mine = EARLIER.users == EARLIER.user_ids.index("u007")
    told = Interactions.of(
        np.concatenate([EARLIER.users, np.full(mine.sum() + 1, 60)]),
        np.concatenate([EARLIER.items, EARLIER.items[mine], [24]]),
        np.concatenate([EARLIER.times, EARLIER.times[mine], [0]]),
        [*EARLIER.user_ids, "new"],
        [*EARLIER.item_ids, "never heard of"],
    )
    if not fitted.follows:
        with pytest.raises(ModelError, match="new histories"):
            fitted.follow(told)
        return
    items, scores = fitted.item_ids, fitted.follow(told).recommend(["u007", "new"], 6)
    assert fitted.item_ids == items and (scores.items[0] == scores.items[1]).all()
    if fitted.name in PERSONAL:
        assert (scores.items[0] == before.items[0]).all()


@pytest.mark.parametrize("name", MODELS)
def test_items_that_nobody_bought_are_ranked_too(name: str, tmp_path: Path) -> None:
    model = model_named(name).fit(EARLIER, seed=1, catalogue=Catalogue({"a99": ["like a"], "z": []}))
    assert model.item_ids == (*EARLIER.item_ids, "a99", "z")
    lists = model.recommend([*EVERYBODY, "nobody"], 26)
    assert (np.sort(lists.items, axis=1) == np.arange(26)).all() and np.isfinite(lists.scores).all()
    model.similar(["z"], 3)
    model.save(tmp_path)
    assert (load(tmp_path).recommend(EVERYBODY, 5).items == lists.items[:60, :5]).all()


@pytest.mark.parametrize("name", MODELS)
def test_one_customer_and_one_product(name: str) -> None:
    model = model_named(name).fit(interactions([(0, "x", 1)]))
    assert model.recommend(["u000"], 3).items.tolist() == [[0, -1, -1]]
    assert (model.recommend(["u000"], 3, seen="mask").items == -1).all()
    assert (model.similar(["x"], 3).items == -1).all()


@pytest.mark.parametrize("name", MODELS)
def test_everything_at_one_instant(name: str) -> None:
    model = model_named(name)
    model.settings = msgspec.structs.replace(model.settings, half_life_days=30.0)
    model.fit(interactions([(user, f"a{user + more}", 5) for user in range(4) for more in range(3)]))
    assert np.isfinite(model.recommend(["u000"], 4).scores).all()


@pytest.mark.parametrize("name", [name for name in MODELS if name != "popularity"])
def test_nothing_to_learn_from(name: str) -> None:
    nothing = np.zeros(0, np.int64)
    with pytest.raises(ModelError, match="cannot be trained"):
        MODELS[name]().fit(Interactions.of(nothing, nothing, nothing, [], []))


@pytest.mark.parametrize("name", PERSONAL)
def test_taste_is_learned(name: str) -> None:
    """In a world of two tastes a personal model finds the new products, popularity cannot."""
    hits = {}
    for each in (name, "popularity"):
        model = model_named(each).fit(EARLIER)
        lists = model.recommend(EVERYBODY, 5, seen="mask")
        wanted = [{LATER.item_ids[item] for item in LATER.items[LATER.users == user]} for user in range(60)]
        hits[each] = np.mean(
            [
                len(wanted[user] & {item for item, _ in lists.of(user, model.item_ids)}) / 5
                for user in range(60)
            ]
        )
    assert hits[name] > hits["popularity"] + 0.2


@pytest.mark.parametrize("name", [*PERSONAL, "popularity"])
def test_alike_is_what_the_same_people_buy(name: str) -> None:
    model = model_named(name).fit(EARLIER)
    near = model.similar(["a03"], 5).of(0, model.item_ids)
    assert sum(item.startswith("a") for item, _ in near) >= 4


@pytest.mark.parametrize("name", ["ease", "ials", "mf"])
def test_items_beyond_the_limit_come_last_by_popularity(name: str) -> None:
    model = model_named(name)
    model.settings = msgspec.structs.replace(model.settings, max_items=10)
    model.fit(EARLIER)
    lists = model.recommend(EVERYBODY, 24)
    assert (np.sort(lists.items[:, :10]) == np.arange(10)).all()
    assert (lists.items[:, 10:] == np.arange(10, 24)).all()
    assert (model.similar([model.item_ids[20]], 3).items[0] >= 0).any()


def all_they_did() -> Events:
    """The purchases of EARLIER, a view of the same product before each, and somebody who only looks."""
    users, items = np.tile(EARLIER.users, 2), np.tile(EARLIER.items, 2)
    times = np.concatenate([EARLIER.times, EARLIER.times - 600])
    done = np.repeat([0, 1], len(EARLIER))
    more = (
        np.array([len(EARLIER.user_ids)] * 2, np.int32),
        np.array([0, -1], np.int32),
        np.array([DAY, 2 * DAY]),
    )
    columns = [np.concatenate(pair) for pair in zip((users, items, times), more, strict=True)]
    marks = [
        Mark.of("action", np.append(done, [1, 2]), [PURCHASE, "view", "search"], PURCHASE),
        Mark.of("channel", np.append(done, [1, 1]), ["store", "web"]),
    ]
    ids = (*EARLIER.user_ids, "who only looks"), EARLIER.item_ids
    return Events.of((columns[0], columns[1], columns[2]), ids, marks)


@pytest.mark.parametrize("name", MODELS)
def test_what_else_people_do_may_be_given(name: str, tmp_path: Path) -> None:
    """Whoever has no use for it is not changed by it; whoever has, knows people who never bought."""
    events, model = all_they_did(), model_named(name)
    if name == "timeline":
        network = msgspec.structs.replace(TINY, clock=True, horizon_days=20)
        model.settings = msgspec.structs.replace(model.settings, network=network, validation_days=10)
    model.fit(EARLIER, 1, events=events)
    assert model.item_ids == EARLIER.item_ids
    lists = model.recommend(EVERYBODY, 5)
    if not model.timed:
        assert np.array_equal(lists.scores, model_named(name).fit(EARLIER, 1).recommend(EVERYBODY, 5).scores)
        return
    assert model.recommend(["who only looks"], 5, cold="error").items.shape == (1, 5)
    model.save(tmp_path)
    again = load(tmp_path)
    assert np.array_equal(again.recommend(EVERYBODY, 5).scores, lists.scores)
    assert np.array_equal(again.follow(EARLIER, events).recommend(EVERYBODY, 5).scores, lists.scores)
    assert not np.array_equal(again.follow(EARLIER).recommend(EVERYBODY, 5).scores, lists.scores)
