"""Which level of agreement two values come to."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from onebasket.align.people.comparing import compare, comparisons
from onebasket.align.people.fields import Kind, state_fields
from onebasket.align.people.normal import normal
from onebasket.align.people.records import encode
from onebasket.errors import MatchError

LEFT, RIGHT = np.array([0], np.int32), np.array([1], np.int32)


def level(kind: str, a: str | None, b: str | None) -> str:
    table = pa.table({"x": pa.array([a, b], pa.string())})
    (comparison,) = comparisons(encode(table, state_fields(table, {"x": kind})))
    found = int(comparison.of(compare([comparison], LEFT, RIGHT))[0])
    assert found == int(comparison.of(compare([comparison], RIGHT, LEFT))[0])
    return comparison.levels[found - 1] if found else "missing"


@pytest.mark.parametrize(
    ("kind", "a", "b", "agreement"),
    [
        ("given_name", "Ann", None, "missing"),
        ("given_name", "Ann", " ann ", "equal"),
        ("given_name", "René", "RENE", "equal"),
        ("given_name", "Bill", "William", "short form"),
        ("given_name", "伟", "Wei", "short form"),
        ("family_name", "張", "张", "equal"),
        ("given_name", "J", "John", "initial"),
        ("given_name", "J", "Karl", "differ"),
        ("family_name", "Martinez", "Martines", "much alike"),
        ("family_name", "Smith", "Okafor", "differ"),
        ("given_name", "格雷戈里", "Gregory", "sounds alike"),
        ("given_name", "William", "威廉", "sounds alike"),
        ("family_name", "马丁内斯", "Martínez", "sounds alike"),
        ("family_name", "肯尼迪", "Clinton", "differ"),
        ("family_name", "伟", "Eva", "differ"),
        ("full_name", "尼尔·卡特", "Neil Carter", "sounds alike"),
        ("full_name", "王伟", "Wang Wei", "sounds alike"),
        ("full_name", "Smith, Mary", "Mary Smith", "other order"),
        ("birth_date", "1970-03-12", "12.03.1970", "equal"),
        ("birth_date", "1970-03-12", "1970-12-03", "one slip"),
        ("birth_date", "1970-03-12", "1970-03-21", "one slip"),
        ("birth_date", "1970-03-12", "1970-03-28", "within a month"),
        ("birth_date", "1970-03-12", "1970-11-28", "within a year"),
        ("birth_date", "1970-03-12", "1994-11-28", "differ"),
        ("birth_date", "1970-03-12", "unknown", "missing"),
        ("phone", "+49 170 1234567", "491701234567", "equal"),
        ("phone", "491701234567", "491701234576", "one slip"),
        ("phone", "491701234567", "491701234500", "two slips"),
        ("phone", "491701234567", "33612345678", "differ"),
        ("postcode", "SW1A 1AA", "sw1a1aa", "equal"),
        ("email", "Ann@x.example", "ann@x.example", "equal"),
        ("email", "ann.lee@x.example", "ann.lee@y.test", "same name"),
        ("email", "ann.lee@x.example", "ann.leee@x.example", "alike"),
        ("email", "ann.lee@x.example", "bob@y.test", "differ"),
        ("city", "St. Gallen", "St Gallen", "equal"),
        ("city", "Berlin", "Paris", "differ"),
        ("city", "北京", "Beijing", "alike"),
        ("city", "北京", "Peking", "missing"),
        ("address", "12 High Street", "12, High St.", "alike"),
        ("address", "12 High Street", "14 High Street", "other number"),
        ("address", "花园路723号9幢802室", "花园路723-9-802", "alike"),
        ("address", "花园路723号", "Hua Yuan Lu 723 Hao", "alike"),
        ("address", "花园路723号", "5 Lincoln Lane", "missing"),
        ("address", "12 High Street", "Elm Grove", "differ"),
        ("device", "A1B2-C3", "a1b2c3", "equal"),
        ("device", "a1b2c3", "a1b2c4", "differ"),
        ("category", "f", "m", "differ"),
        ("full_name", "张*", "张伟", "hidden but fits"),
        ("full_name", "张*", "李伟", "differ"),
        ("full_name", "张*", "张*", "hidden but fits"),
        ("full_name", "张*丽", "张小丽", "hidden but fits"),
        ("full_name", "张*丽", "张小明", "differ"),
        ("full_name", "张三*", "张", "differ"),
        ("family_name", "w***", "Wagner", "hidden but fits"),
        ("phone", "138****0000", "13812340000", "hidden but fits"),
        ("phone", "138****0000", "13812345678", "differ"),
        ("address", "北京 西城区 ****", "北京 西城区 长安街 1", "hidden but fits"),
    ],
)
def test_levels(kind: str, a: str | None, b: str | None, agreement: str) -> None:
    assert level(kind, a, b) == agreement


def test_given_and_family_names_may_have_changed_places() -> None:
    table = pa.table({"given": ["Wei", "Zhang"], "family": ["Zhang", "Wei"]})
    fields = state_fields(table, {"given": "given_name", "family": "family_name"})
    made = comparisons(encode(table, fields))
    (pattern,) = compare(made, LEFT, RIGHT)
    assert [each.levels[int(each.of(pattern)) - 1] for each in made] == ["swapped", "swapped"]


@pytest.mark.parametrize("kind", ["given_name", "birth_date", "email", "phone", "postcode", "address"])
def test_a_normal_form_is_its_own(kind: Kind) -> None:
    said = pa.array(
        ["  Müller-Lüdenscheidt ", "ＡＢＣ１２", "1970-3-1", "a@b.c", "+49 (0)30", "x" * 3000, "…", "張偉"]
    )
    once = normal(said, kind)
    assert normal(once, kind).to_pylist() == once.to_pylist()


def test_more_fields_than_a_pattern_can_hold_are_refused() -> None:
    table = pa.table({f"x{n}": ["a", "b"] for n in range(25)})
    records = encode(table, state_fields(table, dict.fromkeys(table.column_names, "free")))
    with pytest.raises(MatchError, match="too many fields"):
        comparisons(records)
