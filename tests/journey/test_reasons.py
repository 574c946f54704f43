"""Whoever asks why gets an answer, in words and as JSON, and no personal value with it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from onebasket.store.duckdb_query import query
from tests.journey import personal
from tests.journey.conftest import Ran
from tests.journey.shops import command


@pytest.fixture(scope="module")
def who(ran: Ran) -> str:
    text = "select customer_id from recommendations r join behaviour_scores b using (customer_id) order by 1"
    _, ((found,),), _ = query(ran.version, text, max_rows=1)
    return str(found)


def test_why_a_product_is_recommended(ran: Ran, who: str, exported: Path) -> None:
    told = command("recommend", ran.folder, who, "--top", "3", "--why")
    assert told.returncode == 0, told.stderr
    assert told.stdout.count(" · ") >= 3
    assert not personal.read(exported).within(told.stdout)
    found = json.loads(command("recommend", ran.folder, who, "--top", "3", "--why", "--json").stdout)
    plain = json.loads(command("recommend", ran.folder, who, "--top", "3", "--json").stdout)
    for with_reasons, item in zip(found, plain, strict=True):
        assert item.items() <= with_reasons.items()
        assert with_reasons["why"] and all(each["words"] in told.stdout for each in with_reasons["why"])


def test_why_a_customer_has_a_score(ran: Ran, who: str, exported: Path) -> None:
    told = command("behaviour", ran.folder, who, "--top", "2")
    assert told.returncode == 0, told.stderr
    assert not personal.read(exported).within(told.stdout)
    for each in json.loads(command("behaviour", ran.folder, who, "--top", "2", "--json").stdout):
        assert each["words"] in told.stdout and len(each["why"]) <= 2
        rows = query(
            ran.version, "select value from behaviour_scores where customer_id = "
            f"'{who}' and task = '{each['task']}' and target = ''", max_rows=2,
        )[1]  # fmt: skip
        assert [value for (value,) in rows] == [each["value"]]


def test_wrong_questions_are_refused(ran: Ran) -> None:
    for words in (["recommend", "p1", "--similar", "--why"], ["behaviour", "nobody"]):
        refused = command(words[0], ran.folder, *words[1:])
        assert refused.returncode == 2 and "Traceback" not in refused.stderr
        assert "nobody" not in refused.stderr
