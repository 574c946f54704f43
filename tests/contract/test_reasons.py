"""What every recommender must say when asked why: exactly what each step adds, or that it cannot tell."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from onebasket.errors import ModelError
from onebasket.recommenders import MODELS, Interactions, Recommender, Why, load
from tests.contract.test_recommenders import EARLIER, model_named

WHO, FOLLOWING = "u007", [name for name, model in MODELS.items() if model.follows]


@pytest.fixture(params=FOLLOWING)
def fitted(request: pytest.FixtureRequest) -> Recommender:
    return model_named(request.param).fit(EARLIER, seed=1)


def without(place: int) -> Interactions:
    """EARLIER, without one purchase of WHO."""
    mine = np.flatnonzero(EARLIER.users == EARLIER.user_ids.index(WHO))
    kept = np.delete(np.arange(len(EARLIER)), mine[place])
    return Interactions(
        EARLIER.users[kept], EARLIER.items[kept], EARLIER.times[kept], EARLIER.user_ids, EARLIER.item_ids
    )


def test_contributions_are_those_of_asking_one_by_one(fitted: Recommender) -> None:
    """But for popularity: what others bought stays, while `follow` counts anew. Nobody buys twice here, so
    that a product bought is a purchase."""
    whole = fitted.recommend([WHO], 24)
    told = {why.item: why for why in fitted.why(WHO, fitted.item_ids)}
    for rank, (item, score) in enumerate(whole.of(0, fitted.item_ids), 1):
        assert (told[item].rank, told[item].score) == (rank, score)
    if fitted.name in ("popularity", "habit", "sequential_rules"):
        return
    bought = EARLIER.items[EARLIER.users == EARLIER.user_ids.index(WHO)]
    expected: dict[str, dict[str, tuple[float, int]]] = {item: {} for item in fitted.item_ids}
    for place, gone in enumerate(bought):
        lists = fitted.follow(without(place)).recommend([WHO], 24).of(0, fitted.item_ids)
        for rank, (item, score) in enumerate(lists, 1):
            expected[item][fitted.item_ids[gone]] = (told[item].score - score, rank)
    for item, each in expected.items():
        found = {reason.step.item: reason for reason in told[item].reasons}
        for gone, (contribution, rank) in each.items():
            if abs(contribution) > 1e-3:
                assert found[gone].contribution == pytest.approx(contribution, abs=1e-3)
                assert abs(found[gone].rank - rank) <= 1
            else:
                assert gone not in found or abs(found[gone].contribution) < 2e-3


def test_reasons_are_steps_of_the_past_in_order(fitted: Recommender) -> None:
    mine = EARLIER.items[EARLIER.users == EARLIER.user_ids.index(WHO)]
    bought = {EARLIER.item_ids[item] for item in mine}
    for why in fitted.why(WHO, fitted.item_ids):
        added = [reason.contribution for reason in why.reasons]
        assert added == sorted(added, reverse=True)
        assert {reason.step.item for reason in why.reasons} <= bought
        assert len({reason.place for reason in why.reasons}) == len(why.reasons)
        assert {reason.step.action for reason in why.reasons} <= {"purchase"}


def test_asked_again_after_saving_it_says_the_same(fitted: Recommender, tmp_path: Path) -> None:
    before = fitted.why(WHO, ["a01", "b02"])
    assert fitted.why(WHO, ["a01", "b02"]) == before
    fitted.save(tmp_path)
    assert load(tmp_path).why(WHO, ["a01", "b02"]) == before
    assert [why.item for why in before] == ["a01", "b02"]


def test_ranks_are_among_what_is_allowed(fitted: Recommender) -> None:
    allowed = np.array([item.startswith("a") for item in fitted.item_ids])
    lists = fitted.recommend([WHO], 12, allowed=allowed).of(0, fitted.item_ids)
    told = fitted.why(WHO, [item for item, _ in lists], allowed=allowed)
    assert [why.rank for why in told] == list(range(1, 13))


def test_who_is_unknown_has_no_reasons(fitted: Recommender) -> None:
    (best, *_) = fitted.recommend(["nobody"], 1).of(0, fitted.item_ids)
    assert fitted.why("nobody", [best[0]]) == [Why(best[0], best[1], 1, ())]


def test_unknown_products_are_refused(fitted: Recommender) -> None:
    with pytest.raises(ModelError, match="products"):
        fitted.why(WHO, ["no such thing"])


@pytest.mark.parametrize("name", sorted(set(MODELS) - set(FOLLOWING)))
def test_models_that_cannot_tell_say_so(name: str) -> None:
    model = model_named(name).fit(EARLIER, seed=1)
    with pytest.raises(ModelError, match="cannot tell") as raised:
        model.why(WHO, ["a01"])
    assert raised.value.next_step


def test_the_same_for_everybody_has_no_reasons() -> None:
    assert not any(why.reasons for why in MODELS["popularity"]().fit(EARLIER).why(WHO, EARLIER.item_ids))


def test_habit_is_carried_by_the_product_itself() -> None:
    model = MODELS["habit"]().fit(EARLIER)
    (mine,) = model.recommend([WHO], 1).of(0, model.item_ids)
    (why,) = model.why(WHO, [mine[0]])
    assert [reason.step.item for reason in why.reasons] == [mine[0]]
    assert why.reasons[0].contribution == 1.0 and why.reasons[0].rank > 1
