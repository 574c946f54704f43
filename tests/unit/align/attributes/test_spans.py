"""Stretches of texts, and how values are written from them."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from onebasket.align.products.attributes.spans import Text, number
from onebasket.align.products.attributes.writings import Writings


@given(st.text(max_size=300), st.text(max_size=300))
@settings(deadline=None)
def test_a_stretch_is_where_it_says(title: str, description: str) -> None:
    text = Text(title, description)
    for place, span in enumerate(text.spans):
        assert text.whole[span.start : span.end] == span.raw
        assert len(text.around(place)) == 6
        if span.kind == "number":
            value = number(span.raw)
            assert value is None or value >= 0.0


@pytest.mark.parametrize(
    ("raw", "value"),
    [("7", 7), ("7.5", 7.5), ("1,200", 1200), ("2 3/4", 2.75), ("2-3/4", 2.75), ("1/2", 0.5), ("1/0", None)],
)
def test_numbers_are_read(raw: str, value: float | None) -> None:
    assert number(raw) == value


def test_what_is_found_of_a_title() -> None:
    found = {(span.kind, span.raw, span.unit) for span in Text("Hearth & Co 白吐司 20 oz, 47 1/4w").spans}
    assert {
        ("number", "20", "oz"),
        ("number", "47 1/4", "w"),
        ("word", "白吐司", ""),
        ("word", "吐司", ""),
    } <= found
    assert ("two words", "Hearth & Co", "") in found


def test_words_do_not_run_over_a_break() -> None:
    raws = {span.raw for span in Text("Tea (green), box").spans}
    assert raws == {"Tea", "green", "box"}


def _read(examples: list[tuple[str, str]], text: str) -> set[str]:
    told = [(Text(said), (value,)) for said, value in examples]
    return set(Writings.learn(told).read(Text(text)))


def test_units_are_turned_as_examples_show() -> None:
    assert "85" in _read([("tea 20 oz", "567"), ("rice 5 oz", "142"), ("salt 9 oz", "255")], "sugar 3 oz")


def test_a_unit_that_no_example_shows_is_not_turned() -> None:
    assert "85" not in _read([("tea 20 oz", "567"), ("rice 5 oz", "142")], "sugar 3 lb")


def test_words_are_put_around_as_examples_show() -> None:
    assert "146.8 Gigabytes" in _read(
        [("disk 300-GB", "300 Gigabytes"), ("disk 72-GB", "72 Gigabytes")], "146.8-GB"
    )


def test_marks_fall_away_as_examples_show() -> None:
    assert "CTW4M208" in _read([("AB-12-C x", "AB12C"), ("part QQ-77 y", "QQ77")], "CTW-4M-208")


def test_a_part_of_a_barcode_is_cut_as_examples_show() -> None:
    assert "42976" in _read(
        [("UPC 071641706248", "71641"), ("UPC 078910550662", "78910")], "UPC: 042976574666"
    )


def test_what_one_example_shows_may_be_chance() -> None:
    assert not _read([("tea 20 oz", "567")], "sugar 3 oz")
