"""Each model against its textbook, on matrices small enough to do it the slow way."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest

from onebasket.recommenders import (
    EASE,
    IALS,
    CountSettings,
    EASESettings,
    Habit,
    IALSSettings,
    Interactions,
    ItemKNN,
    ItemKNNSettings,
    MatrixFactorisation,
    MFSettings,
    Popularity,
)
from onebasket.recommenders.matrix_factorisation import gradients

DAY = 86_400


def random_world(users: int, items: int, seed: int = 0) -> Interactions:
    """Purchases at random, popular items more often, some of them repeated."""
    random = np.random.default_rng(seed)
    rows = users * 6
    return Interactions.of(
        random.integers(0, users, rows),
        (items * random.random(rows) ** 2).astype(np.int64),
        random.integers(0, 100, rows) * DAY,
        [f"u{user:03}" for user in range(users)],
        [f"i{item:03}" for item in range(items)],
    )


def matrix(data: Interactions) -> npt.NDArray[np.float64]:
    """ln(1 + purchases), users × items."""
    counts = np.zeros((len(data.user_ids), len(data.item_ids)))
    np.add.at(counts, (data.users, data.items), 1)
    return np.log1p(counts)


def everyone(data: Interactions) -> npt.NDArray[np.int32]:
    return np.arange(len(data.user_ids), dtype=np.int32)


@pytest.mark.parametrize(("users", "items"), [(60, 15), (8, 30)], ids=["many users", "few users"])
def test_ease_is_the_textbook_formula(users: int, items: int) -> None:
    """Solved from the items' side, and from the users' where they are few."""
    data = random_world(users, items)
    x = matrix(data)
    p = np.linalg.inv(x.T @ x + 7.0 * np.eye(x.shape[1]))
    b = p / -np.diag(p)
    np.fill_diagonal(b, 0)
    plain = EASE(EASESettings(regularisation=7.0)).fit(data)
    assert np.allclose(plain.scores(everyone(data)), x @ b, atol=1e-4)
    again = EASE(EASESettings(regularisation=7.0, repeat=2.0)).fit(data)
    assert np.allclose(again.scores(everyone(data)), x @ b + 2 * x, atol=1e-4)


def test_ease_of_the_most_bought_only() -> None:
    data = random_world(60, 15)
    x = matrix(data)[:, :6]
    p = np.linalg.inv(x.T @ x + 200.0 * np.eye(6))
    b = p / -np.diag(p)
    np.fill_diagonal(b, 0)
    model = EASE(EASESettings(max_items=6)).fit(data)
    assert np.allclose(model.scores(everyone(data))[:, :6], x @ b, atol=1e-5)


def test_item_knn_is_the_textbook_formula() -> None:
    data = random_world(40, 12)
    x = matrix(data)
    lengths = np.linalg.norm(x, axis=0)
    likeness = x.T @ x / (np.outer(lengths, lengths) + 3.0)
    np.fill_diagonal(likeness, 0)
    kept = np.zeros_like(likeness)
    for item, row in enumerate(likeness):
        near = np.argsort(-row, kind="stable")[:4]
        kept[item, near] = row[near]
    model = ItemKNN(ItemKNNSettings(neighbours=4, shrinkage=3.0, repeat=0.5)).fit(data)
    assert np.allclose(model.scores(everyone(data)), x @ kept + 0.5 * x, atol=1e-5)


def test_ials_comes_to_rest_where_its_equations_hold() -> None:
    data = random_world(30, 10)
    x = matrix(data)
    settings = IALSSettings(factors=3, regularisation=2.0, alpha=4.0, iterations=300, solver_steps=6)
    model = IALS(settings).fit(data, seed=3)
    users, items = model._users.astype(float), model._items.astype(float)
    for user in range(len(users)):
        more = 4.0 * x[user]
        left = items.T @ items + (items.T * more) @ items + 2.0 * np.eye(3)
        right = items.T @ ((1 + more) * (x[user] > 0))
        assert np.allclose(left @ users[user], right, atol=1e-3)


def loss(
    users: npt.NDArray[np.float64],
    items: npt.NDArray[np.float64],
    batch: tuple[npt.NDArray[np.int32], npt.NDArray[np.int32], npt.NDArray[np.float64]],
    mean: float,
    penalty: float,
) -> float:
    """What the docstring of the model says is minimised."""
    total = 0.0
    for u, i, r in zip(*batch, strict=True):
        guess = mean + users[u, -1] + items[i, -1] + users[u, :-1] @ items[i, :-1]
        total += 0.5 * (guess - r) ** 2 + 0.5 * penalty * (users[u] @ users[u] + items[i] @ items[i])
    return total


def test_gradients_are_the_finite_differences() -> None:
    random = np.random.default_rng(0)
    users, items = random.normal(size=(4, 3)), random.normal(size=(5, 3))
    batch = (
        random.integers(0, 4, 12).astype(np.int32),
        random.integers(0, 5, 12).astype(np.int32),
        random.random(12),
    )
    found = np.zeros_like(users), np.zeros_like(items)
    gradients(users, items, batch, 0.3, 0.05, *found)
    step = 1e-6
    for parameters, gradient in zip((users, items), found, strict=True):
        for place in np.ndindex(parameters.shape):
            kept = parameters[place]
            parameters[place] = kept + step
            above = loss(users, items, batch, 0.3, 0.05)
            parameters[place] = kept - step
            below = loss(users, items, batch, 0.3, 0.05)
            parameters[place] = kept
            assert gradient[place] == pytest.approx((above - below) / (2 * step), rel=1e-5, abs=1e-6)


@pytest.mark.parametrize("optimiser", ["sgd", "adam"])
def test_matrix_factorisation_fits_what_it_was_shown(optimiser: str) -> None:
    """With factors to spare, no penalty and time, bought products score above the others."""
    data = random_world(20, 10)
    settings = MFSettings(
        factors=8, regularisation=0.0, learning_rate=0.02, epochs=150, optimiser=optimiser, negatives=2
    )
    model = MatrixFactorisation(settings).fit(data)
    scores, bought = model.scores(everyone(data)), matrix(data) > 0
    assert all(row[own].mean() > row[~own].mean() + 0.2 for row, own in zip(scores, bought, strict=True))


def purchases(rows: list[tuple[str, int]]) -> Interactions:
    """One customer's, and a crowd's that likes `z`."""
    names = sorted({item for item, _ in rows} | {"z"})
    crowd = [("z", 50)] * 9
    return Interactions.of(
        np.array([0] * len(rows) + [1] * len(crowd)),
        np.array([names.index(item) for item, _ in [*rows, *crowd]]),
        np.array([day * DAY for _, day in [*rows, *crowd]]),
        ["me", "them"],
        names,
    )


def test_habit_is_own_purchases_then_everybodys() -> None:
    data = purchases([("a", 1), ("b", 1), ("b", 2), ("c", 2), ("c", 2), ("c", 3)])
    model = Habit().fit(data)
    listed = [item for item, _ in model.recommend(["me"], 4).of(0, model.item_ids)]
    assert listed == ["c", "b", "a", "z"]


def test_with_a_half_life_the_latest_counts_most() -> None:
    data = purchases([("a", 0), ("a", 0), ("b", 50)])
    old = Habit(CountSettings(half_life_days=10)).fit(data)
    assert [item for item, _ in old.recommend(["me"], 2).of(0, old.item_ids)] == ["b", "a"]
    assert dict(old.recommend(["me"], 2).of(0, old.item_ids))["a"] == pytest.approx(2 * 2.0**-5, rel=0.1)


def test_popularity_counts_purchases() -> None:
    model = Popularity().fit(purchases([("a", 1), ("a", 2), ("b", 3)]))
    assert model.recommend(["me"], 3).of(0, model.item_ids) == [("z", 9.0), ("a", 2.0), ("b", 1.0)]
