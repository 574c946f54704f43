"""Masked values show enough to compare two, and never a whole value."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from onebasket.protect.masking import HIDDEN, mask_email, mask_id, mask_name, mask_phone

MASKS = (mask_name, mask_email, mask_phone, mask_id)


@pytest.mark.parametrize(
    ("name", "masked"),
    [
        ("Mary Smith", "M*** S***"),
        ("Li", "L***"),
        ("J Smith", "*** S***"),
        ("王小明", "***明"),
        ("王明", "***"),
        ("欧阳明", "***"),
        ("欧阳晓峰", "***峰"),
        ("张**", "***"),
        ("", "***"),
    ],
)
def test_names(name: str, masked: str) -> None:
    assert mask_name(name) == masked


@pytest.mark.parametrize(
    ("email", "masked"),
    [
        ("mary@gmail.com", "m***@g***.com"),
        ("a@b.com", "***@***.com"),
        ("mary@shop.co.uk", "m***@s***.uk"),
        ("not an address", "***"),
        ("mary@localhost", "***"),
    ],
)
def test_emails(email: str, masked: str) -> None:
    assert mask_email(email) == masked


@pytest.mark.parametrize(
    ("phone", "masked"), [("+12125550187", "*** 187"), ("138****1234", "***"), ("5550187", "***")]
)
def test_phones(phone: str, masked: str) -> None:
    assert mask_phone(phone) == masked


def test_ids() -> None:
    assert mask_id("cust-00000042") == "***42"
    assert mask_id("42") == "***"


@given(st.text(st.characters(categories=("L", "N")), min_size=2, max_size=12))
@settings(max_examples=100, deadline=None)
def test_no_mask_gives_a_value_away(value: str) -> None:
    for mask in MASKS:
        assert value not in mask(value)
        assert HIDDEN in mask(value)
    assert value not in mask_email(f"{value}@{value}.com")
