"""What tells variants apart: quantities, colours and the like, however they are written."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from onebasket.align.products.facts import ATTRIBUTES, KINDS_OF_FACTS, compare_facts, facts, facts_of
from onebasket.align.products.quantities import quantities


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("567g", [("weight", 567.0)]),
        ("5斤", [("weight", 2500.0)]),
        ("6 x 330 ml", [("volume", 330.0)]),
        ("1,299 g", [("weight", 1299.0)]),
        ("1,5 l", [("volume", 1500.0)]),
        ("1/2 gal", [("volume", 1892.705892)]),
        ("2 1/2 in", [("length", 63.5)]),
        ('19" tft', [("length", 482.6)]),
        ("1 tb 7200rpm", [("storage", 1_000_000.0), ("rotation", 7200.0)]),
        ("12/18 oz", [("weight", 18 * 28.349523125), ("volume", 18 * 29.5735295625)]),
        ("0 g, model 7g5, mp3", []),
    ],
)
def test_quantities_have_one_unit_a_dimension(text: str, said: list[tuple[str, float]]) -> None:
    found = quantities(text)
    assert [dimension for dimension, _ in found] == [dimension for dimension, _ in said]
    assert [value for _, value in found] == pytest.approx([value for _, value in said])


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("white bread 20 oz", "bread 567g wht"),
        ("men's black leather belt", "男士 黑色 真皮 皮带"),
        ("cs3 upgrade mac", "cs3 升级版 macintosh"),
        ("64 fl oz", "1.89l"),
    ],
)
def test_the_same_facts_in_other_words(one: str, other: str) -> None:
    shared = set(facts(one)) & set(facts(other))
    assert {attribute for attribute, _ in facts(other)} == {attribute for attribute, _ in shared}


def told(one: str, other: str) -> dict[str, float]:
    sets, found = facts_of([one, other]), np.empty((1, len(KINDS_OF_FACTS)), np.float32)
    compare_facts(sets.starts, sets.tokens, np.array([0], np.int32), np.array([1], np.int32), found)
    return dict(zip(KINDS_OF_FACTS, found[0].tolist(), strict=True))


def test_variants_differ_where_both_say_something_else() -> None:
    same = told("black kettle 1.7 l", "schwarz kettle 1700 ml")
    assert same["facts_agree"] == 2 and same["size_differs"] == same["color_differs"] == 0
    other = told("black kettle 1.7 l", "white kettle 1 l upgrade")
    assert other["facts_differ"] == 2 and other["size_differs"] == other["color_differs"] == 1
    assert other["edition_alone"] == 1
    silent = told("kettle", "white kettle")
    assert silent["facts_agree"] == silent["facts_differ"] == 0 and np.isnan(silent["color_differs"])


@settings(deadline=None)
@given(st.text(max_size=80), st.text(alphabet="0123456789 ./ozgmlin\"'", max_size=30))
def test_any_text_is_read_soundly_and_by_itself(text: str, numbers: str) -> None:
    for said in (text, numbers):
        assert all(attribute in ATTRIBUTES for attribute, _ in facts(said))
    sets = facts_of([text, numbers, text])
    first, _, again = (sets.tokens[sets.starts[n] : sets.starts[n + 1]].tolist() for n in range(3))
    assert first == again == sorted(set(first))
    assert told(text, text)["facts_differ"] == 0
