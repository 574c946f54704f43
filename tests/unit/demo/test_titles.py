"""Titles, sizes, barcodes and slips of the pen."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from onebasket.demo.catalogue import check_digit, gtin13, wrong_digit
from onebasket.demo.titles import Size, brand, read_size, titles
from onebasket.demo.writing import masked_name, masked_phone, slip


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("16 OZ", Size(16, "OZ")),
        (".5 OZ", Size(0.5, "OZ")),
        ("1/2 GAL", Size(0.5, "GAL")),
        ("PT", Size(1, "PT")),
        ("1 GA", Size(1, "GAL")),
        ("12 PK/12 OZ", Size(12, "OZ", 12)),
        ("10/6.75 OZ", Size(6.75, "OZ", 10)),
        ("4/187 ML", Size(187, "ML", 4)),
        ("LARGE", None),
        (None, None),
    ],
)
def test_sizes(text: str | None, size: Size | None) -> None:
    assert read_size(text) == size


def test_one_product_three_titles() -> None:
    bread = titles(
        "Hearth & Co", "GROCERY", "BAKED BREAD/BUNS/ROLLS", "MAINSTREAM WHITE BREAD", Size(20, "OZ"), ""
    )
    assert bread.web == "Hearth & Co Mainstream White Bread, 20 oz"
    assert bread.till == "MNST WHT BRD 20OZ"
    assert bread.chinese == "Hearth&Co 白吐司面包 567g"


def test_liquids_are_in_millilitres() -> None:
    juice = titles("Opal Bay", "GROCERY", "CANNED JUICES", "APPLE JUICE", Size(64, "OZ"), "Crisp")
    assert juice.web.endswith("64 fl oz")
    assert juice.chinese == "OpalBay 香脆罐装果汁 1.89L"


@settings(deadline=None, max_examples=50)
@given(st.integers(0, 10**10 - 1))
def test_check_digits_hold_and_wrong_ones_do_not(number: int) -> None:
    gtin = gtin13(number)
    assert len(gtin) == 13
    assert gtin.startswith("04")
    weighted = sum(int(digit) * (1 if place % 2 == 0 else 3) for place, digit in enumerate(gtin))
    assert weighted % 10 == 0
    assert check_digit(wrong_digit(gtin)[:-1]) != int(wrong_digit(gtin)[-1])


@settings(deadline=None, max_examples=50)
@given(st.text(st.characters(categories=("Lu", "Ll")), max_size=12), st.integers(0, 100))
def test_a_slip_changes_little(text: str, seed: int) -> None:
    slipped = slip(text, random.Random(seed))
    assert slipped[:1] == text[:1]
    assert abs(len(slipped) - len(text)) <= 1


def test_brands_are_told_apart() -> None:
    assert len({brand(maker, False) for maker in range(6000)}) > 5900


def test_masks() -> None:
    assert masked_phone("13812345678") == "138****5678"
    assert masked_name("张伟明") == "张**"
