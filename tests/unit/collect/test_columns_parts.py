"""The parts of column proposals: names, values, the assignment, the vocabulary, renamed columns."""

from __future__ import annotations

import itertools
import tomllib
from pathlib import Path

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from onebasket.collect.columns import network, renamed, vocabulary
from onebasket.collect.columns.assigning import assign
from onebasket.collect.columns.experience import FILE, remember, remembered
from onebasket.collect.columns.names import BUCKETS, key, pieces, words
from onebasket.collect.columns.profile import NAMES, SIZE, common_words, profile
from onebasket.collect.columns.vocabulary import KINDS, TABLES, meanings, served
from onebasket.collect.formats.table import _NOT_MAPPED, _OURS
from onebasket.shop import Shop
from tests.unit.collect.conftest import shop_of

GAINS = st.lists(st.lists(st.integers(-4, 9).map(float), min_size=3, max_size=3), min_size=1, max_size=4)


@given(GAINS)
def test_the_assignment_is_the_best_of_all(rows: list[list[float]]) -> None:
    gain = np.array(rows)
    found = assign(gain)
    taken = [column for column in found if column >= 0]
    assert len(taken) == len(set(taken))
    got = sum(gain[row, column] for row, column in enumerate(found) if column >= 0)
    ways = itertools.product(range(-1, 3), repeat=len(gain))
    best = max(
        sum(gain[row, column] for row, column in enumerate(way) if column >= 0)
        for way in ways
        if len({c for c in way if c >= 0}) == sum(c >= 0 for c in way)
    )
    assert got == best


def test_nothing_is_assigned_at_a_loss() -> None:
    assert assign(np.array([[-1.0, -2.0]])).tolist() == [-1]
    assert assign(np.empty((0, 3))).tolist() == []


def test_names_are_parted_into_words() -> None:
    assert words("Lineitem quantity") == ("line", "item", "quantity")
    assert words("customerFirstName") == ("customer", "first", "name")
    assert words("ORDER_NO") == ("order", "number")
    assert words("Order #") == ("order", "number")
    assert words("Qté") == ("qte",)
    assert words("收貨人手機號") == ("收货人手机号",)
    assert key("Order-Id") == key("order id") == key("ORDER_ID")
    assert words("") == ()
    assert len(pieces("")) <= 1


@given(st.text(max_size=30))
def test_any_name_has_pieces(name: str) -> None:
    found = pieces(name)
    assert all(0 <= piece < BUCKETS for piece in found)
    assert len(set(found.tolist())) == len(found)


@given(st.lists(st.none() | st.text(max_size=20), max_size=20))
def test_any_values_have_a_profile(values: list[str | None]) -> None:
    found = profile(values)
    assert found.shape == (SIZE,)
    assert np.isfinite(found).all()
    assert (found >= 0).all()
    assert (found <= 8).all()
    assert common_words(values).dtype == np.int64


def test_a_profile_knows_patterns() -> None:
    def share(pattern: str, *values: str | None) -> float:
        return float(profile(values)[NAMES.index(pattern)])

    assert share("e-mail addresses", "a@b.de", "c@d.org") == 1
    assert share("dates", "2026-01-31", "31.01.2026") == 1
    assert share("Chinese mobile numbers", "13800138000", "138****8000") == 1
    assert share("money with a sign", "$8.00", "8,00 €") == 1
    assert share("barcodes", "4006381333931", "4006381333932") == 0.5
    assert share("numbers with a sign before", "#1001", "#1002") == 1
    assert share("empty", None, "", "-", "x") == 0.75
    assert share("marked", "'123", "\t456") == 1
    assert share("small", "1", "2", "3") == 1
    assert not profile([]).any()


def test_words_that_are_said_once_are_not_kept() -> None:
    assert len(common_words(["paid", "open", "paid", "open", "paid", "paid"])) == 2
    assert len(common_words([f"name {number}" for number in range(50)])) == 0


def test_every_column_that_can_be_mapped_has_a_meaning() -> None:
    there = {each for meaning in meanings() for each in served(meaning)}
    assert there == {
        f"{table}.{column}"
        for table, ours in _OURS.items()
        for column in ours.names
        if column not in _NOT_MAPPED
    }
    assert all(set(meaning.serves) == set(served(meaning)) for meaning in meanings())


def test_meanings_are_whole() -> None:
    slots = {meaning.slot for meaning in meanings()}
    for meaning in meanings():
        assert meaning.names["en"]
        assert set(meaning.found) <= set(KINDS)
        assert not meaning.part or meaning.part in slots
        for names in meaning.names.values():
            assert all(name.strip() == name and name for name in names)
    folder = Path(vocabulary.__file__).parent / "data"
    for path in folder.glob("*.toml"):
        assert tomllib.loads(path.read_text(encoding="utf-8"))


def test_the_weights_fit_the_vocabulary_and_are_small() -> None:
    assert network.WEIGHTS.stat().st_size < 2_000_000
    for net in network.load():
        assert net["meaning.bias"].shape == (len(meanings()),)
        assert net["table.bias"].shape == (len(TABLES),)
        assert net["name.weight"].shape[0] == BUCKETS


def test_weights_come_back_as_they_were_written(tmp_path: Path) -> None:
    net = {
        "small": np.array([[0.5, -2.0]], np.float32),
        "large": np.linspace(-1, 1, 12_000).astype("f"),
    }
    network.save(tmp_path / "w.safetensors", [net, net])
    back = network.load(tmp_path / "w.safetensors")
    assert len(back) == 2
    assert (back[1]["small"] == net["small"]).all()
    assert np.abs(back[0]["large"] - net["large"]).max() < 0.005


def test_a_renamed_column_is_found() -> None:
    old = {
        "宝贝标题": ["保温杯", "T恤", "面膜"], "买家实际支付金额": ["59.00", "19.90", "8.00"],
        "订单编号": ["1001", "1002", "1003"], "备注": ["", "", ""],
    }  # fmt: skip
    new = {
        "订单编号": ["1004", "1005"], "商品标题": ["保温杯", "雨伞"], "买家实付金额": ["33.00", "59.00"],
        "是否代付": ["否", "否"],
    }  # fmt: skip
    found = renamed(old, new)
    assert {(each.old, each.new) for each in found} == {
        ("宝贝标题", "商品标题"),
        ("买家实际支付金额", "买家实付金额"),
    }
    assert all(0.5 <= each.probability <= 1 for each in found)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("Menge", "Anzahl"),
        ("Einzelpreis", "Preis"),
        ("E-Mail", "Mailadresse"),
        ("手机号", "联系电话"),
        ("Qty", "Quantity"),
    ],
)
def test_a_name_that_means_the_same_is_enough(old: str, new: str) -> None:
    came: dict[str, list[str]] = {new: [], "Bemerkung": [], "仓库": [], "Employee": []}
    assert [each.new for each in renamed({old: []}, came)] == [new]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("Menge", "Betrag"),
        ("Kunde", "E-Mail"),
        ("Vendor", "Location"),
        ("手机号", "收货地址"),
        ("sku", "asin"),
    ],
)
def test_names_that_mean_other_things_are_not(old: str, new: str) -> None:
    assert renamed({old: []}, {new: []}) == []


def test_nothing_is_renamed_where_nothing_changed_or_nothing_fits() -> None:
    same = {"email": ["a@b.de"]}
    assert renamed(same, same) == []
    assert renamed(same, {}) == []
    assert renamed({"email": ["a@b.de", "c@d.de"]}, {"weight_kg": ["1.5", "0.3"]}) == []
    assert [each.new for each in renamed({"e-mail": []}, {"email_address": [], "colour": []})] == [
        "email_address"
    ]


def ran(shop: Shop, **more: object) -> dict[str, object]:
    """The manifest of a version that the sources of a shop went into."""
    return {"settings": {"sources": msgspec.to_builtins(shop.sources)}, **more}


def test_maps_are_remembered_without_values(tmp_path: Path) -> None:
    shop = shop_of(tmp_path, format="table", people={"email": "Mail Adr", "address": ["Str", "Nr"]},
                   events={"action": {"value": "purchase"}, "sku": "Art"})  # fmt: skip
    remember(tmp_path, ran(shop))
    assert remembered(tmp_path)[key("mail_adr")] == ["people.email"]
    assert remembered(tmp_path)[key("Nr")] == ["people.address"]
    text = (tmp_path / FILE).read_text(encoding="utf-8")
    assert "purchase" not in text
    remember(tmp_path, ran(msgspec.structs.replace(shop, sources=())))
    remember(tmp_path, {})
    remember(tmp_path, ran(shop, stopped={"s": "gone"}))
    assert (tmp_path / FILE).read_text(encoding="utf-8") == text


def test_a_damaged_memory_is_no_memory(tmp_path: Path) -> None:
    assert remembered(tmp_path) == {}
    for text in ("{", "[]", '{"a": 1}'):
        (tmp_path / FILE).write_text(text, encoding="utf-8")
        assert remembered(tmp_path) == {}
