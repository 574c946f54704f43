"""What columns are taken for."""

from __future__ import annotations

import pyarrow as pa
import pytest

from onebasket.align.people.fields import find_fields, state_fields
from onebasket.align.rows import find_id
from onebasket.errors import MatchError


@pytest.mark.parametrize(
    ("column", "values", "kind"),
    [
        ("first_name", ["Ann", "Bob"], "given_name"),
        ("Nachname", ["Meier", "Beck"], "family_name"),
        ("first_and_surname", ["Ann Lee", "Bob Ray"], "full_name"),
        ("姓名", ["张伟", "王芳"], "full_name"),
        ("dob", ["1970-01-02", "1980-03-04"], "birth_date"),
        ("date_of_birth", ["19700102", "19800304"], "birth_date"),
        ("birth_place", ["Devon", "Kent"], "city"),
        ("contact", ["a@b.example", "c@d.example"], "email"),
        ("reach at", ["+49 170 1234567", "0170/7654321"], "phone"),
        ("手机", ["138****0000", "13900001111"], "phone"),
        ("soc_sec_id", ["1804974", "6089216"], "account"),
        ("street_number", ["7", "12"], "number"),
        ("address_1", ["Wallaby Place", "Main Street"], "address"),
        ("suburb", ["Cleveland", "Marsden"], "city"),
        ("postcode_fake", ["tq13 8df", "sw1a 1aa"], "postcode"),
        ("gender", ["f", "m"], "category"),
        ("hobby", [f"hobby {n}" for n in range(100)], "free"),
    ],
)
def test_kinds_are_found_from_names_and_values(column: str, values: list[str], kind: str) -> None:
    (field,) = find_fields(pa.table({column: values}))
    assert (field.column, field.kind) == (column, kind)


def test_columns_that_say_nothing_are_left_out() -> None:
    table = pa.table(
        {"land": ["DE", "DE"], "none": pa.nulls(2, pa.string()), "blank": ["", " "], "score": [0.5, 0.7],
         "city": ["Ulm", "Bonn"], "cluster": ["a", "b"]}
    )  # fmt: skip
    assert [field.column for field in find_fields(table, leave_out=["cluster"])] == ["city"]


def test_full_names_are_not_counted_beside_their_parts() -> None:
    table = pa.table({"given_name": ["A", "B"], "surname": ["C", "D"], "full_name": ["A C", "B D"]})
    assert [field.column for field in find_fields(table)] == ["given_name", "surname"]


def test_an_id_is_called_so_and_stands_once() -> None:
    assert find_id(pa.table({"name": ["x", "y"], "rec_id": [1, 2]})) == "rec_id"
    assert find_id(pa.table({"id": [1, 1]})) is None
    assert find_id(pa.table({"paid": [1, 2]})) is None


def test_stated_fields_must_be_there_and_of_a_known_kind() -> None:
    table = pa.table({"who": ["x"]})
    assert state_fields(table, {"who": "family_name"})[0].kind == "family_name"
    with pytest.raises(MatchError, match="no column 'what'"):
        state_fields(table, {"what": "city"})
    with pytest.raises(MatchError, match="no kind of field 'surname'"):
        state_fields(table, {"who": "surname"})
