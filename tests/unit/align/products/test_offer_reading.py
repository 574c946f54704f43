"""Offers as numbers: what is the same however it is written."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from onebasket.align.products import texts
from onebasket.align.products.fields import Field, find_fields
from onebasket.align.products.offers import encode
from onebasket.align.products.texts import BODY, HEAD
from onebasket.align.products.tokens import HAS_DIGIT, HAS_LETTER, Sets, grams, parts, words
from onebasket.errors import MatchError


def tokens_of(text: str, kind: str = "words") -> set[int]:
    read = texts.points(texts.normal(pa.array([text]), HEAD).to_pylist())
    sets = {"words": words, "parts": parts}[kind](*read) if kind != "threes" else grams(*read, 3, True)
    return set(sets.tokens.tolist())


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Sony PS-LX350H", "sony pslx350h"),
        ("Café Crème", "CAFE CREME"),
        ("ＡＢＣ１２３ 白吐司", "abc123 白吐司"),
        ("白麵包 567g", "白面包 567g"),
        ("<b>Hearth &amp; Co</b> bread", "Hearth & Co bread"),
        ("kettle\u200b <script>alert('x')</script>1.5 l", "kettle 1.5 l"),
        ("MB950LL/A", "mb950lla"),
        ("red 🚲 bike", "red bike"),
    ],
)
def test_the_same_words_however_written(one: str, other: str) -> None:
    assert tokens_of(one) == tokens_of(other)


def test_parts_set_digits_and_letters_apart() -> None:
    assert tokens_of("500GB", "parts") == tokens_of("500 gb", "parts")
    assert tokens_of("1.5", "parts") != tokens_of("15", "parts")
    numbers = {token for token in tokens_of("abc 12", "parts") if token & HAS_DIGIT}
    assert len(numbers) == 1 and not any(token & HAS_LETTER for token in numbers)


def test_chinese_is_read_in_pairs() -> None:
    assert len(tokens_of("白吐司")) == 2
    assert tokens_of("白吐司") & tokens_of("吐司面包")
    assert len(tokens_of("茶")) == 1
    assert not tokens_of("白色") & tokens_of("色白")


@settings(deadline=None)
@given(st.lists(st.text(max_size=60), max_size=8))
def test_each_text_is_read_by_itself(many: list[str]) -> None:
    every = texts.normal(pa.array(many, pa.string()), HEAD).to_pylist()
    read = words(*texts.points(every))
    assert len(read.starts) == len(many) + 1
    for place, text in enumerate(every):
        alone = words(*texts.points([text]))
        here = read.tokens[read.starts[place] : read.starts[place + 1]]
        assert here.tolist() == alone.tokens.tolist() == sorted(set(here.tolist()))


@settings(deadline=None)
@given(st.text(max_size=200))
def test_a_normal_text_stays_as_it_is(text: str) -> None:
    once = texts.normal(pa.array([text], pa.string()), HEAD)
    if "&" not in once[0].as_py() and "<" not in once[0].as_py():
        assert texts.normal(once, HEAD).equals(once)


def test_long_texts_are_cut_off() -> None:
    huge = "x" * 2_000_000
    assert len(texts.normal(pa.array([huge]), BODY)[0].as_py()) == BODY
    assert len(texts.normal(pa.array(["<p>" * 700_000 + "kettle"]), BODY)[0].as_py()) <= BODY


def test_lists_are_joined_in_order() -> None:
    one, other = (words(*texts.points(each)) for each in (["a b", ""], ["c"]))
    both = words(*texts.points(["a b", "", "c"]))
    joined = Sets.joined([one, other])
    assert joined.starts.tolist() == both.starts.tolist() and joined.tokens.tolist() == both.tokens.tolist()


@pytest.mark.parametrize(
    ("said", "price"),
    [("12.50", 12.5), ("1,299.00", 1299.0), ("1.299,00", 1299.0), ("$ 5", 5.0), ("¥12", 12.0), ("0", None),
     ("-", None), ("", None), ("1000000000000", 1e12), (None, None), ("1e12", 1e12), ("1,5", 1.5),
     ("5 - 10", 5.0), ("-5", None), ("$ -5", None), ("1 299,00 €", 1299.0), ("CHF 1'299.50", 1299.5),
     ("1.299.000", 1299000.0), ("3,499", 3499.0), ("99.90 起", 99.9), (".5", 0.5), ("9" * 400, None)],
)  # fmt: skip
def test_prices(said: str | None, price: float | None) -> None:
    table = pa.table({"title": ["x"], "price": pa.array([said], pa.string())})
    found = encode([table], [[Field("title", "title"), Field("price", "price")]]).price[0]
    assert np.isnan(found) if price is None else found == price


def test_columns_are_told_by_their_names() -> None:
    names = (
        "id",
        "商品名称",
        "品牌",
        "modelno",
        "EAN",
        "Preis",
        "category",
        "longDescription",
        "colour",
        "x",
    )
    table = pa.table({name: ["some words here", "other words"] for name in names})
    kinds = {field.column: field.kind for field in find_fields(table, leave_out=("id",))}
    assert kinds == {
        "商品名称": "title", "品牌": "brand", "modelno": "model", "EAN": "gtin", "Preis": "price",
        "category": "category", "longDescription": "description", "colour": "color", "x": "free",
    }  # fmt: skip


def test_the_title_is_the_column_of_most_texts_where_none_is_called_so() -> None:
    table = pa.table(
        {"a": ["x", "x", "y"], "b": ["red kettle", "blue lamp big", "green mat"], "c": [1, 2, 3]}
    )
    assert [each.column for each in find_fields(table) if each.kind == "title"] == ["b"]


def test_what_cannot_be_is_refused() -> None:
    table = pa.table({"n": [1, 2]})
    with pytest.raises(MatchError, match="No column says what an offer is called"):
        find_fields(table)
    with pytest.raises(MatchError, match="no column 'x'"):
        find_fields(table, {"x": "title"})
    with pytest.raises(MatchError, match="no kind of field 'name'"):
        find_fields(table, {"n": "name"})


def test_what_is_stated_of_a_kind_goes_before_names() -> None:
    table = pa.table({"price": ["1", "2"], "sold_for": ["3", "4"], "name": ["red kettle", "desk lamp"]})
    kinds = {each.column: each.kind for each in find_fields(table, {"sold_for": "price"})}
    assert kinds == {"price": "free", "sold_for": "price", "name": "title"}


def test_what_an_offer_says_is_cut_off_in_all() -> None:
    columns = {f"body{n}": ["w" + "x" * 2000 + f" word{n}"] for n in range(5)}
    table = pa.table({"title": ["kettle"], **columns})
    offers = encode([table], [find_fields(table)])
    assert int(np.diff(offers.views["all"].sets.starts)[0]) <= 4
