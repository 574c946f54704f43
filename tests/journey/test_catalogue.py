"""Why listings are one product, decisions about it, and what a review asks: by the command line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.journey.shops import command
from tests.journey.test_identities import ask, shop

__all__ = ["shop"]  # the fixture: a copy of its own, so that decisions stay in the test


def products(shop: Path) -> dict[str, str]:
    rows = ask(
        shop, "select source || '/' || product_key as listing, product_id from product_links order by 1"
    )
    return {row["listing"]: row["product_id"] for row in rows}


def groups(shop: Path) -> set[frozenset[str]]:
    found: dict[str, set[str]] = {}
    for listing, product in products(shop).items():
        found.setdefault(product, set()).add(listing)
    return {frozenset(members) for members in found.values()}


def test_why_tells_identifiers_and_what_both_say(shop: Path) -> None:
    query = """
        select a.source || '/' || a.product_key as a, b.source || '/' || b.product_key as b, a.product_id
        from product_links a join product_links b on a.product_id = b.product_id and a.source < b.source
        where a.rule = 'gtin' and b.rule = 'gtin' order by all limit 1
    """
    (pair,) = ask(shop, query)
    for names in ((pair["a"], pair["b"]), (pair["product_id"], pair["a"])):
        done = command("why", shop, *names)
        assert done.returncode == 0, done.stderr
        assert "They are one product." in done.stdout and "They share the GTIN" in done.stdout


def test_join_then_split_restores_the_products(shop: Path) -> None:
    before, of = groups(shop), products(shop)
    one, other = sorted(set(of.values()))[:2]
    mine, theirs = ([listing for listing, product in of.items() if product == each] for each in (one, other))
    assert command("join", shop, one, theirs[0], "--note", "the same box").returncode == 0
    assert command("fuse", shop).returncode == 0
    joined = products(shop)
    assert joined[mine[0]] == joined[theirs[0]]
    told = command("why", shop, mine[0], theirs[0])
    assert "Decided by hand" in told.stdout and "the same box" in told.stdout
    strangers = [listing for listing in theirs if joined[listing] == joined[mine[0]]]
    assert command("split", shop, joined[mine[0]], *strangers).returncode == 0
    assert command("fuse", shop).returncode == 0
    assert groups(shop) == before
    moved = ask(shop, "select why from supersessions where kind = 'product' order by all")
    assert {row["why"] for row in moved} == {"merged", "split"}


def test_review_keeps_answers_and_asks_nothing_twice(shop: Path) -> None:
    asked = ask(shop, "select count(*) as n from product_matches")[0]["n"]
    if asked < 2:
        pytest.skip("a shop too small for doubt")
    done = command("review", shop, "--products", "--top", "2", input="y\nn\n")
    assert done.returncode == 0 and "2 answers kept" in done.stdout, done.stderr
    lines = [json.loads(line) for line in (shop / "decisions.ndjson").read_text("utf-8").splitlines()]
    assert [(line["what"], line["of"]) for line in lines] == [("join", "product"), ("split", "product")]
    again = command("review", shop, "--products", "--top", "1000", input="q\n")
    for line in lines:
        assert f"A  {line['left'][0]}:" not in again.stdout or f"B  {line['right'][0]}:" not in again.stdout


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["why", "web/none", "p0000000000000000"], "no listing or product"),
        (["why", "web/none", "c0000000000000000"], "One of these is a product and one is a customer"),
        (["split", "p0000000000000000", "web/none"], "no listing or product"),
    ],
)
def test_unknown_names_get_a_clear_error(shop: Path, words: list[str], said: str) -> None:
    done = command(words[0], shop, *words[1:])
    assert done.returncode == 2 and said in done.stderr and "Traceback" not in done.stderr
