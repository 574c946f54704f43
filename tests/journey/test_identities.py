"""Why, join, split, review and lookup on a shop that has run, as a user does it."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from onebasket.identities import Identities
from tests.journey.conftest import Ran
from tests.journey.shops import command


@pytest.fixture
def shop(ran: Ran, tmp_path: Path) -> Path:
    """A copy of its own, so that decisions stay in the test."""
    folder = tmp_path / "shop"
    shutil.copytree(ran.folder, folder)
    return folder


def ask(shop: Path, query: str) -> list[dict[str, Any]]:
    done = command("query", shop, query, "--json")
    assert done.returncode == 0, done.stderr
    return list(json.loads(done.stdout))


def customers(shop: Path) -> dict[str, str]:
    rows = ask(shop, "select record_id, customer_id from customer_links order by record_id")
    return {row["record_id"]: row["customer_id"] for row in rows}


def groups(shop: Path) -> set[frozenset[str]]:
    found: dict[str, set[str]] = {}
    for record, customer in customers(shop).items():
        found.setdefault(customer, set()).add(record)
    return {frozenset(members) for members in found.values()}


def test_why_tells_the_evidence_and_shows_no_value_whole(shop: Path, ran: Ran) -> None:
    (pair,) = ask(shop, "select record_a, record_b from customer_matches where joined order by all limit 1")
    done = command("why", shop, pair["record_a"], pair["record_b"])
    assert done.returncode == 0, done.stderr
    assert "They are one customer." in done.stdout and "beforehand" in done.stdout
    with ran.store() as store:
        for batch in store.read("people"):
            for row in batch.to_pylist():
                for value in (row["email"], row["phone"], row["address"]):
                    assert not value or value not in done.stdout


def test_join_then_split_restores_and_every_decision_is_kept(shop: Path) -> None:
    before, of = groups(shop), customers(shop)
    one, other = sorted(set(of.values()))[:2]
    assert command("join", shop, one, other, "--note", "they told us").returncode == 0
    assert command("fuse", shop).returncode == 0
    joined = customers(shop)
    theirs = [record for record, customer in of.items() if customer == other]
    mine = [record for record, customer in of.items() if customer == one]
    assert joined[theirs[0]] == joined[mine[0]]
    told = command("why", shop, theirs[0], mine[0])
    assert "Decided by hand" in told.stdout and "they told us" in told.stdout
    assert command("split", shop, joined[mine[0]], *theirs).returncode == 0
    assert command("fuse", shop).returncode == 0
    assert groups(shop) == before
    # an id from which records were split stands for what it holds, not for what it lost
    with Identities(shop) as identities:
        assert set(identities.members_of(joined[mine[0]]).values()) == {joined[mine[0]]}
    lines = (shop / "decisions.ndjson").read_text(encoding="utf-8").splitlines()
    assert [json.loads(line)["what"] for line in lines] == ["join", "split"]
    moved = ask(shop, "select why, count(*) as n from supersessions where kind = 'customer' group by why")
    assert {row["why"] for row in moved} == {"merged", "split"}


def test_review_asks_and_keeps_the_answers(shop: Path) -> None:
    done = command("review", shop, "--top", "3", input="y\nn\nq\n")
    assert done.returncode == 0, done.stderr
    assert "2 answers kept" in done.stdout
    pairs = [json.loads(line) for line in (shop / "decisions.ndjson").read_text().splitlines()]
    assert [pair["what"] for pair in pairs] == ["join", "split"]
    assert command("fuse", shop).returncode == 0
    of = customers(shop)
    assert of[pairs[0]["left"][0]] == of[pairs[0]["right"][0]]
    assert of[pairs[1]["left"][0]] != of[pairs[1]["right"][0]]
    with Identities(shop) as identities:
        again = {(pair.record_a, pair.record_b) for pair in identities.uncertain(50)}
    judged = {frozenset((pair["left"][0], pair["right"][0])) for pair in pairs}
    assert not judged & set(map(frozenset, again))
    rows = ask(shop, "select record_a, record_b from customer_matches")
    assert all(row["record_a"] < row["record_b"] for row in rows)


def test_somebody_is_looked_up_as_people_write(ran: Ran) -> None:
    with ran.store() as store:
        rows = [row for batch in store.read("people") for row in batch.to_pylist()]
    row = next(
        row for row in rows if row["email"] and row["given_name"] and row["address"] and row["family_name"]
    )
    with Identities(ran.folder) as identities:
        person = {key: row[key] for key in ("given_name", "family_name", "address", "city", "postcode")}
        (best, *_) = identities.lookup({**person, "email": f" {row['email'].upper()} "})
        assert best.customer_id == identities.members_of(row["record_id"])[row["record_id"]]
        assert best.probability > 0.9
        assert identities.lookup({"full_name": "Zebulon Quux-Nobody", "birth_date": "soon"}) == []


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["why", "nobody", "nobody"], "no record or customer"),
        (["join", "nobody", "nobody"], "no record or customer"),
        (["split", "nobody", "x"], "no record or customer"),
    ],
)
def test_unknown_names_get_a_clear_error(shop: Path, words: list[str], said: str) -> None:
    done = command(words[0], shop, *words[1:])
    assert done.returncode == 2 and said in done.stderr and "Traceback" not in done.stderr
    assert not (shop / "decisions.ndjson").exists()


def test_a_split_that_splits_nothing_is_refused(shop: Path) -> None:
    of = customers(shop)
    customer = sorted(of.values())[0]
    every = [record for record, owner in of.items() if owner == customer]
    done = command("split", shop, customer, *every)
    assert done.returncode == 2 and "Nothing would be split" in done.stderr
