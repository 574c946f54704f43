"""What happened since a model was fitted counts as if the model had known it."""

from __future__ import annotations

from dataclasses import replace

import msgspec
import numpy as np
import pytest

from onebasket.errors import ModelError
from onebasket.recommenders import MODELS, Events, Recommender
from tests.contract.test_recommenders import DAY, EARLIER, TINY, all_they_did, model_named

FOLLOWING = [name for name, model in MODELS.items() if model.follows]
NOW = int(EARLIER.times.max()) + 1
ONE = np.zeros(1, np.int32)


@pytest.fixture(params=FOLLOWING)
def fitted(request: pytest.FixtureRequest) -> Recommender:
    model = model_named(request.param)
    if model.timed:
        network = msgspec.structs.replace(TINY, clock=True, horizon_days=20, epochs=3)
        model.settings = msgspec.structs.replace(
            model.settings, network=network, validation_days=10, seen="allow"
        )
    return model.fit(EARLIER, 1, events=all_they_did())


def did(user: str, model: Recommender) -> Events:
    """What a user did in the data the model was fitted on."""
    events = all_they_did()
    events = events.coded_by(events.user_ids, model.item_ids)
    return events.take(np.array([events.user_ids.index(user)], np.int32))


def test_nothing_since_changes_nothing(fitted: Recommender) -> None:
    code = fitted.user_codes["u007"]
    nothing = did("u007", fitted).only(np.zeros(len(did("u007", fitted)), np.bool_))
    asked = fitted.after("u007", nothing, NOW).scores(ONE)
    assert np.allclose(asked, fitted.scores(np.array([code], np.int32)), rtol=1e-5, atol=1e-6)


def test_who_did_what_another_did_gets_that_list(fitted: Recommender) -> None:
    known = fitted.scores(np.array([fitted.user_codes["u007"]], np.int32))
    asked = fitted.after("nobody", did("u007", fitted), NOW)
    assert np.allclose(asked.scores(ONE), known, rtol=1e-4, atol=1e-5)
    assert asked.recommend(["nobody"], 3).items.shape == (1, 3)


def test_the_model_stays_as_it_was(fitted: Recommender) -> None:
    before = fitted.recommend(["u001", "u002"], 5)
    fitted.after("u001", did("u002", fitted), NOW + 5 * DAY).recommend(["u001"], 5)
    after = fitted.recommend(["u001", "u002"], 5)
    assert (before.items == after.items).all() and (before.scores == after.scores).all()


def test_what_came_since_counts(fitted: Recommender) -> None:
    if fitted.name == "popularity":
        return
    asked = fitted.after("u000", did("u001", fitted), NOW).scores(ONE)
    assert not np.allclose(asked, fitted.scores(ONE))


def test_looks_count_where_nothing_was_bought(fitted: Recommender) -> None:
    looked = did("who only looks", fitted)
    if fitted.name == "popularity":
        return
    asked = fitted.after("nobody", looked, NOW).scores(ONE)
    nothing = looked.only(np.zeros(len(looked), np.bool_))
    assert not np.allclose(asked, fitted.after("nobody", nothing, NOW).scores(ONE))


def test_reasons_name_what_came_since(fitted: Recommender) -> None:
    if fitted.name == "popularity":
        return
    asked = fitted.after("nobody", did("u001", fitted), NOW)
    (best,) = asked.recommend(["nobody"], 1).items[0]
    (why,) = asked.why("nobody", [asked.item_ids[best]])
    assert why.reasons


def test_what_comes_late_is_put_in_its_place(fitted: Recommender) -> None:
    if not fitted.timed:
        return
    later = did("u001", fitted)
    earlier = replace(later, times=later.times - 5 * DAY)
    made = fitted.after("u000", earlier, NOW).events
    assert (np.diff(made.times) >= 0).all() and len(made) == len(did("u000", fitted)) + len(later)


def test_models_that_learned_each_user_apart_refuse() -> None:
    model = model_named("ials").fit(EARLIER)
    with pytest.raises(ModelError, match="since"):
        model.after("u000", did("u001", model), NOW)
