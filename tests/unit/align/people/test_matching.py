"""The whole way on small worlds whose truth is known."""

from __future__ import annotations

import random
from itertools import pairwise

import numpy as np
import pyarrow as pa
import pytest

from onebasket.align.people.blocking import Rule
from onebasket.align.people.fields import find_fields
from onebasket.align.people.matching import Matching, match
from onebasket.align.people.quality import of_clusters, of_pairs

RULES = [Rule.parse(text) for text in ("email", "phone", "surname+dob", "first_name+postcode")]
GIVEN = ("william", "elizabeth", "robert", "anna", "maria", "peter", "chen", "lena", "omar", "sofia", "karl")
FAMILY = ("meier", "lopez", "smith", "wang", "nowak", "rossi", "dubois", "jansen", "silva", "novak", "berg")
COLUMNS = ("first_name", "surname", "dob", "postcode", "email", "phone")


def slip(text: str, chance: random.Random) -> str:
    at = chance.randrange(len(text) - 1)
    return text[:at] + text[at + 1] + text[at] + text[at + 2 :]


def world(people: int, seed: int) -> tuple[pa.Table, np.ndarray]:
    """Households of one to three, each person once or twice, the second time with slips and gaps."""
    chance = random.Random(seed)
    rows: list[tuple[list[str | None], int]] = []
    person = 0
    while person < people:
        family, postcode = chance.choice(FAMILY), chance.randrange(10**4, 10**5)
        phone = f"9{chance.randrange(10**9):09d}"
        for _ in range(chance.choice((1, 1, 2, 3))):
            born = (
                f"{chance.randrange(1940, 2005)}-{chance.randrange(1, 13):02d}-{chance.randrange(1, 29):02d}"
            )
            mail = f"{chance.choice(GIVEN)}{chance.randrange(10**6)}@x{chance.randrange(9)}.example"
            row: list[str | None] = [
                chance.choice(GIVEN), family, born, str(postcode), mail, phone
            ]  # fmt: skip
            rows.append((row, person))
            if chance.random() < 0.5:
                again = [slip(text, chance) if text and chance.random() < 0.1 else text for text in row]
                rows.append(([None if chance.random() < 0.1 else text for text in again], person))
            person += 1
    chance.shuffle(rows)
    table = pa.table({name: [row[n] for row, _ in rows] for n, name in enumerate(COLUMNS)})
    return table, np.array([person for _, person in rows])


@pytest.fixture(scope="module")
def matched() -> tuple[pa.Table, np.ndarray, Matching]:
    table, truth = world(3000, seed=5)
    return table, truth, match(table, RULES)


def test_people_are_found_and_households_are_not_merged(
    matched: tuple[pa.Table, np.ndarray, Matching],
) -> None:
    _, truth, found = matched
    quality = of_clusters(found.clusters, truth)
    assert quality.precision > 0.98 and quality.recall > 0.95
    assert found.model.classes[:2] == ("match", "household")


def test_weights_tell_matches_from_the_others(matched: tuple[pa.Table, np.ndarray, Matching]) -> None:
    _, truth, found = matched
    quality = of_pairs(found.pairs.left, found.pairs.right, found.weights, truth, found.cut)
    assert quality.f1 > quality.best_f1 - 0.01
    true = truth[found.pairs.left] == truth[found.pairs.right]
    sure = found.weights > 10
    assert sure.any() and true[sure].mean() > 0.99


def test_the_order_of_rows_does_not_change_clusters(matched: tuple[pa.Table, np.ndarray, Matching]) -> None:
    table, _, found = matched
    order = np.random.default_rng(1).permutation(table.num_rows)
    other = match(table.take(pa.array(order)), RULES)

    def groups(clusters: np.ndarray, records: np.ndarray) -> set[frozenset[int]]:
        by_root = records[np.argsort(clusters, kind="stable")]
        edges = np.flatnonzero(np.diff(np.sort(clusters))) + 1
        bounds = [0, *edges.tolist(), len(records)]
        return {frozenset(by_root[a:b].tolist()) for a, b in pairwise(bounds)}

    here, there = groups(found.clusters, np.arange(len(order))), groups(other.clusters, order)
    assert len(here & there) / len(here | there) > 0.998


def test_the_same_table_gives_the_same_result(matched: tuple[pa.Table, np.ndarray, Matching]) -> None:
    table, _, found = matched
    again = match(table, RULES)
    assert np.array_equal(found.clusters, again.clusters) and np.array_equal(found.weights, again.weights)


@pytest.mark.parametrize("rows", [0, 1, 2])
def test_hardly_any_rows(rows: int) -> None:
    table = pa.table({name: pa.array(["x1"] * rows, pa.string()) for name in COLUMNS})
    fields = find_fields(world(10, 1)[0])
    assert len(match(table, RULES, fields).clusters) == rows


def test_nothing_said_joins_nobody() -> None:
    table = pa.table({name: pa.nulls(5, pa.string()) for name in COLUMNS})
    assert match(table, RULES, find_fields(world(10, 1)[0])).clusters.tolist() == [0, 1, 2, 3, 4]
