"""Single values: what they become, why they are refused, and that doing it twice changes nothing."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from onebasket.clean.values.births import birth_date
from onebasket.clean.values.consent import consent
from onebasket.clean.values.email import email
from onebasket.clean.values.gtin import check_digit, gtin
from onebasket.clean.values.ids import identifier
from onebasket.clean.values.junk import Junk
from onebasket.clean.values.names import name
from onebasket.clean.values.phone import phone
from onebasket.clean.values.places import address, country, postcode, region
from onebasket.clean.values.sizes import size
from onebasket.clean.values.texts import tidy
from onebasket.clean.values.titles import title, title_key
from onebasket.clean.values.vectors import vector
from onebasket.currencies import exponent

JUNK = Junk(("shopping bag",), ("relay.example.org",), ("till-1",))
TODAY = date(2024, 6, 1)
few = settings(max_examples=150, deadline=None)


@few
@given(st.text(max_size=40))
def test_normalising_twice_is_normalising_once(text: str) -> None:
    for function in (tidy, title, gtin, address, region, country):
        once = function(text)
        assert function(once) == once, function.__name__
    key = title_key(title(text))
    assert key is None or title_key(title(key)) == key
    value, _ = identifier(text, JUNK)
    assert value is None or identifier(value, JUNK) == (value, None)
    found = name(None, None, text, JUNK)
    again = name(None, None, found.full, JUNK)
    assert (again.full, again.key) == (found.full, found.key)


@few
@given(st.from_regex(r"[a-zA-Z0-9._+]{1,12}@[a-zA-Z0-9]{1,8}\.(com|org|cn)", fullmatch=True))
def test_a_good_address_stays_as_it_is(text: str) -> None:
    value, reason = email(text, JUNK)
    if value is not None:
        assert value == text.lower()
        assert email(value, JUNK) == (value, reason)


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        (" Mary.Smith+shop@Example.ORG ", ("mary.smith+shop@example.org", None)),
        ("Mary <mary@shop.example>", ("mary@shop.example", None)),
        ("ｍary＠qq.com", ("mary@qq.com", None)),
        ("mary@", (None, "invalid")),
        ("null", (None, "placeholder")),
        ("-", (None, "placeholder")),
        ("test@shop.org", (None, "placeholder")),
        ("138****@qq.com", (None, "masked")),
        ("x1@marketplace.amazon.co.uk", ("x1@marketplace.amazon.co.uk", "relay")),
        ("x1@privaterelay.appleid.com", ("x1@privaterelay.appleid.com", "relay")),
        ("x1@mail.relay.example.org", ("x1@mail.relay.example.org", "relay")),
        ("  ", (None, None)),
        (None, (None, None)),
    ],
)
def test_email(said: str | None, expected: tuple[str | None, str | None]) -> None:
    assert email(said, JUNK) == expected


@few
@given(st.integers(min_value=2000000, max_value=9999999), st.sampled_from([" ", "-", ".", ""]))
def test_e164_stays(number: int, mark: str) -> None:
    digits = str(number)
    value, reason = phone(f"(212) {digits[:3]}{mark}{digits[3:]}", "US", JUNK)
    if value is not None:
        assert value == f"+1212{digits}"
        assert phone(value, "CN", JUNK) == (value, reason)


@pytest.mark.parametrize(
    ("said", "land", "expected"),
    [
        ("'+1 (212) 555-0187", "DE", ("+12125550187", None)),
        ("13812345678", "CN", ("+8613812345678", None)),
        ("13812345678-0192", "US", ("+8613812345678", "relay")),
        ("212.555.0187 x12", "US", ("+12125550187", "extension")),
        ("138****5678", "CN", (None, "masked")),
        ("0000000000", "US", (None, "placeholder")),
        ("1234567890", "US", (None, "placeholder")),
        ("n/a", "US", (None, "placeholder")),
        ("555-0187", "US", (None, "invalid")),
    ],
)
def test_phone(said: str, land: str, expected: tuple[str | None, str | None]) -> None:
    assert phone(said, land, JUNK) == expected


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("GA1.2.3", ("GA1.2.3", None)),
        ("ABCDEF01-2345-6789-ABCD-EF0123456789", ("abcdef01-2345-6789-abcd-ef0123456789", None)),
        ("'7100000001080", ("7100000001080", None)),
        ("Anonymous", (None, "placeholder")),
        ("00000000-0000-0000-0000-000000000000", (None, "placeholder")),
        ("123456", (None, "placeholder")),
        ("Shopping Bag", (None, "placeholder")),
        ("TILL-1", (None, "shared_device")),
        ("t**m", (None, "masked")),
    ],
)
def test_identifier(said: str, expected: tuple[str | None, str | None]) -> None:
    assert identifier(said, JUNK) == expected


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ((None, None, "张伟"), ("Wei", "Zhang", None)),
        ((None, None, "張偉先生"), (None, None, "Zhang Wei")),
        ((None, None, "欧阳娜娜"), ("Na-na", "Ouyang", None)),
        ((None, None, "曾建国"), ("Jianguo", "Zeng", None)),
        (("Bob", "O'Brien", None), ("ROBERT", "O’BRIEN", None)),
        (("José", "Núñez", None), ("jose", "nunez", None)),
        ((None, None, "Dr. Mary-Ann Smith, PhD"), (None, None, "Smith, Maryann")),
        (("Ｍａｒｙ", "Smith", None), ("Mary J.", "Smith", None)),
    ],
)
def test_names_that_are_one(one: tuple[str | None, ...], other: tuple[str | None, ...]) -> None:
    key = name(*one, junk=JUNK).key
    assert key and key == name(*other, junk=JUNK).key


@pytest.mark.parametrize(
    "parts", [("J.", "Smith", None), ("Mary", None, None), (None, None, "张*"), (None, None, "Guest")]
)
def test_half_a_name_has_no_key(parts: tuple[str | None, ...]) -> None:
    assert name(*parts, junk=JUNK).key is None


def test_name_for_reading() -> None:
    found = name("MR. JOHN", "o'neil", None, JUNK)
    assert (found.given, found.family) == ("John", "O'Neil")
    assert name(None, None, "张*", JUNK).masked


@pytest.mark.parametrize(
    ("full", "given", "family"),
    [
        ("尼尔·卡特", "尼尔", "卡特"),
        ("格雷戈里·马丁内斯", "格雷戈里", "马丁内斯"),
        ("玛丽·路易丝·怀特", "玛丽·路易丝", "怀特"),
    ],
)
def test_foreign_names_in_chinese_are_split_at_their_last_dot(full: str, given: str, family: str) -> None:
    found = name(None, None, full, JUNK)
    assert (found.given, found.family) == (given, family)
    assert found.key is None, "such a name has no one spelling to be compared by"
    assert name("N/A", "Smith", None, JUNK).given is None


@few
@given(st.integers(min_value=1, max_value=10**13 - 1), st.sampled_from([7, 11, 12, 13]))
def test_gtin_check_digit(number: int, digits: int) -> None:
    body = str(number % 10**digits).zfill(digits)
    right = check_digit(body)
    code = f"{body}{right}"
    assert gtin(code) == (code.zfill(14) if body.strip("0") else None)
    assert gtin(f"{body}{(right + 1) % 10}") is None


@pytest.mark.parametrize("said", ["1.23E+12", "40063813339", "0000000000000", "40063813339a1", "", None])
def test_no_gtin(said: str | None) -> None:
    assert gtin(said) is None


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("12/18 OZ", (510.291, "g", 12)),
        ("6 x 330 ml", (330.0, "ml", 6)),
        ("20 OZ", (566.99, "g", None)),
        ("567g", (567.0, "g", None)),
        ("64 FL OZ", (1892.706, "ml", None)),
        ("1/2 GAL", (1892.706, "ml", None)),
        ("1 1/2 LB", (680.389, "g", None)),
        ("24 CT", (24.0, "each", 24)),
        ("500克*2瓶", (500.0, "g", 2)),
        ("5斤装大米", (2500.0, "g", None)),
        ("2 升", (2000.0, "ml", None)),
        ("SFT DRNK 12PK12OZ", (340.194, "g", 12)),
        ("size 12", (None, None, None)),
        ("0 oz", (None, None, None)),
    ],
)
def test_size(said: str, expected: tuple[float | None, str | None, int | None]) -> None:
    assert size(said) == expected


@pytest.mark.parametrize(
    "said", ["[0.5, -2, 1e-3]", "0.5;-2;0.001", " 0.5 -2\t.001 ", "(0.5 , -2 , 1e-3)", "0.5|-2|1e-3"]
)
def test_vector(said: str) -> None:
    assert vector(said) == [0.5, -2.0, 0.001]


@pytest.mark.parametrize(
    "said", [None, "", "[]", "cat.jpg", "1, two", "1,,2", "nan, 1", "1e999", "1 " * 9999]
)
def test_what_is_no_vector(said: str | None) -> None:
    assert vector(said) is None


@given(st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=1, max_size=9))
def test_vectors_are_read_as_written(numbers: list[float]) -> None:
    assert vector(str(numbers)) == numbers == vector(" ".join(map(repr, numbers)))


@pytest.mark.parametrize(
    ("said", "land", "expected"),
    [
        ("1985-03-07", "US", date(1985, 3, 7)),
        ("3/7/1985", "US", date(1985, 3, 7)),
        ("3/7/1985", "DE", date(1985, 7, 3)),
        ("07.03.1985", "US", date(1985, 3, 7)),
        ("1985年3月7日", "CN", date(1985, 3, 7)),
        ("13/2/1990", "US", date(1990, 2, 13)),
        ("1900-01-01", "US", None),
        ("2030-01-01", "US", None),
        ("1800-05-05", "US", None),
        ("soon", "US", None),
    ],
)
def test_birth_date(said: str, land: str, expected: date | None) -> None:
    assert birth_date(said, land, TODAY) == expected


def test_places_titles_and_words() -> None:
    assert address(" 12  MAIN ST ,, APT 4 ") == "12 Main St, Apt 4"
    assert postcode("'2134", "US") == "02134"
    assert country("United States") == country("usa") == "US"
    assert country("中国") == "CN"
    assert title("Caf&eacute; &amp;amp; <b>Milk</b>　Ｂ") == "Café & Milk B"
    assert title_key("Café & Milk—2%") == "café milk 2"
    assert tidy("(Not Set)") is None and tidy("无") is None
    assert (consent("Yes"), consent("否"), consent("maybe")) == (True, False, None)
    assert (exponent("EUR"), exponent("JPY"), exponent("KWD")) == (2, 0, 3)
