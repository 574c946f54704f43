"""Answers about a demo shop: those of its tables, and no personal value in any."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

import onebasket
from onebasket.serve.answering import Answering
from onebasket.serve.wishes import Wishes
from onebasket.store.duckdb_query import query
from tests.journey import personal
from tests.journey.conftest import Ran


@pytest.fixture(scope="module")
def shop(ran: Ran) -> Iterator[Answering]:
    with onebasket.open(ran.folder) as made:
        yield made


@pytest.fixture(scope="module")
def some(ran: Ran) -> list[str]:
    text = "select distinct customer_id from behaviour_scores semi join recommendations using (customer_id) "
    text += "order by customer_id"
    return [str(found) for (found,) in query(ran.version, text, max_rows=5)[1]]


def test_lists_are_those_that_were_written(ran: Ran, shop: Answering, some: list[str]) -> None:
    """Where nothing came in since, and the model does not look at the clock."""
    for who in some:
        text = f"select product_id from recommendations where customer_id = '{who}' order by rank"
        written = [str(found) for (found,) in query(ran.version, text, max_rows=10)[1]]
        assert [each.product_id for each in shop.recommend(who).items] == written


def test_scores_are_those_that_were_written(ran: Ran, shop: Answering, some: list[str]) -> None:
    for who in some:
        text = f"select task, target, value from behaviour_scores where customer_id = '{who}'"
        written = {(task, target): value for task, target, value in query(ran.version, text, max_rows=500)[1]}
        assert (
            written and {(each.task, each.target): each.value for each in shop.scores(who).scores} == written
        )


def test_nothing_personal_is_told(shop: Answering, some: list[str], exported: Path) -> None:
    values, product = personal.read(exported), shop.trending().items[0].product_id
    told = [shop.trending(), shop.similar(product), shop.together(product), shop.product(product)]
    for who in some:
        told += [shop.customer(who), shop.timeline(who, 500), shop.scores(who)]
        told.append(shop.recommend(who, wishes=Wishes(reasons=True)))
    assert not values.within(msgspec.json.encode(told).decode())
    golden = [shop.customer(who, personal=True) for who in some]
    assert values.within(msgspec.json.encode(golden).decode())
