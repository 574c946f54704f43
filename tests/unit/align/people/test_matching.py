"""The whole way on small worlds whose truth is known."""

from __future__ import annotations

import random

import numpy as np
import pyarrow as pa
import pytest

from onebasket.align.people.blocking import Rule
from onebasket.align.people.fields import find_fields
from onebasket.align.people.labels import Labels
from onebasket.align.people.matching import Matching, Settings, match
from onebasket.align.people.quality import of_clusters, of_pairs, reliability

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
    return table, truth, match(table, find_fields(table), Settings(RULES))


def test_people_are_found_and_households_are_not_merged(
    matched: tuple[pa.Table, np.ndarray, Matching],
) -> None:
    _, truth, found = matched
    quality = of_clusters(found.clusters, truth[found.rows])
    assert quality.precision > 0.98 and quality.recall > 0.95
    assert found.model.classes[:2] == ("match", "household")


def test_weights_tell_matches_from_the_others(matched: tuple[pa.Table, np.ndarray, Matching]) -> None:
    _, truth, found = matched
    truth = truth[found.rows]
    quality = of_pairs(found.pairs.left, found.pairs.right, found.weights, truth, found.settings.cut)
    assert quality.f1 > quality.best_f1 - 0.01
    true = truth[found.pairs.left] == truth[found.pairs.right]
    sure = found.weights > 10
    assert sure.any() and true[sure].mean() > 0.99


def test_the_order_of_rows_and_columns_changes_nothing(
    matched: tuple[pa.Table, np.ndarray, Matching],
) -> None:
    table, _, found = matched
    order = np.random.default_rng(1).permutation(table.num_rows)
    other = match(table.take(pa.array(order)), find_fields(table), Settings(RULES))
    assert groups(found.by_row(found.clusters)[order]) == groups(other.by_row(other.clusters))
    assert groups(found.by_row(found.households)[order]) == groups(other.by_row(other.households))
    assert np.array_equal(found.weights, other.weights)


def groups(named: np.ndarray) -> list[int]:
    """Groups by the first row of each, whatever they are called."""
    _, first, inverse = np.unique(named, return_index=True, return_inverse=True)
    return [int(first[group]) for group in inverse]


def test_a_record_that_shares_nothing_changes_nothing_else(
    matched: tuple[pa.Table, np.ndarray, Matching],
) -> None:
    table, _, found = matched
    stranger = {name: ["unrelated"] for name in ("first_name", "surname")}
    stranger |= {"dob": ["1901-01-01"], "postcode": ["Q1"], "email": ["q@q.example"], "phone": ["55555"]}
    more = pa.concat_tables([table, pa.table(stranger)])
    other = match(more, find_fields(table), Settings(RULES))
    assert groups(other.by_row(other.clusters))[:-1] == groups(found.by_row(found.clusters))
    assert groups(other.by_row(other.clusters))[-1] == table.num_rows


def test_the_same_table_gives_the_same_result(matched: tuple[pa.Table, np.ndarray, Matching]) -> None:
    table, _, found = matched
    again = match(table, find_fields(table), Settings(RULES))
    assert np.array_equal(found.clusters, again.clusters) and np.array_equal(found.weights, again.weights)


def test_probabilities_mean_what_they_say(matched: tuple[pa.Table, np.ndarray, Matching]) -> None:
    _, truth, found = matched
    truth = truth[found.rows]
    same = truth[found.pairs.left] == truth[found.pairs.right]
    for band in reliability(found.weights, same, bands=4):
        assert band.pairs < 100 or abs(band.expected - band.observed) < 0.1


def test_households_hold_their_people(matched: tuple[pa.Table, np.ndarray, Matching]) -> None:
    _, _, found = matched
    for people in np.unique(found.clusters):
        assert found.households[people] <= people
    assert len(np.unique(found.households)) < len(np.unique(found.clusters))


def test_labels_move_weights_towards_what_was_judged() -> None:
    """Two columns of account numbers that were given out at random mislead; judged pairs put that right."""
    table, truth = world(800, seed=3)
    chance = random.Random(1)
    tills = [str(chance.randrange(300)) for _ in range(table.num_rows)]
    table = table.append_column("member_no", pa.array(tills))
    rules = [*RULES, Rule.parse("member_no")]
    plain = match(table, find_fields(table), Settings(rules))
    pairs = plain.rows[plain.pairs.left], plain.rows[plain.pairs.right]
    picked = np.random.default_rng(0).choice(len(plain.pairs), 400, replace=False)
    labels = Labels(pairs[0][picked], pairs[1][picked], truth[pairs[0][picked]] == truth[pairs[1][picked]])
    taught = match(table, find_fields(table), Settings(rules, labels=labels))

    def wrong(found: Matching) -> float:
        rest = np.setdiff1d(np.arange(len(found.pairs)), picked)
        known = truth[found.rows]
        same = (known[found.pairs.left] == known[found.pairs.right])[rest]
        return float(np.logaddexp(0.0, np.where(same, -1, 1) * found.weights[rest] * np.log(2)).mean())

    assert wrong(taught) < wrong(plain)


def test_candidates_without_a_match_are_not_believed() -> None:
    chance = random.Random(2)
    table = pa.table(
        {
            "city": [chance.choice("abcdefgh") for _ in range(400)],
            "email": [f"m{n}@x.example" for n in range(400)],
            "phone": [f"{10**9 + n * 7919}" for n in range(400)],
        }
    )
    found = match(table, find_fields(table), Settings([Rule.parse("city")]))
    assert len(np.unique(found.clusters)) == 400
    assert "not learnt" in found.model.notes[0]


@pytest.mark.parametrize("rows", [0, 1, 2])
def test_hardly_any_rows(rows: int) -> None:
    table = pa.table({name: pa.array(["x1"] * rows, pa.string()) for name in COLUMNS})
    fields = find_fields(world(10, 1)[0])
    found = match(table, fields, Settings(RULES))
    assert len(found.clusters) == len(found.households) == rows


def test_nothing_said_joins_nobody() -> None:
    table = pa.table({name: pa.nulls(5, pa.string()) for name in COLUMNS})
    found = match(table, find_fields(world(10, 1)[0]), Settings(RULES))
    assert found.clusters.tolist() == [0, 1, 2, 3, 4]
