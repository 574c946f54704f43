"""Plainly written numbers and addresses are read as the libraries would, only sooner."""

from __future__ import annotations

import phonenumbers
from email_validator import EmailNotValidError, validate_email
from hypothesis import example, given
from hypothesis import strategies as st
from phonenumbers import NumberParseException, PhoneNumberFormat, PhoneNumberType

from onebasket.clean.values.email import email
from onebasket.clean.values.junk import INVALID, PLACEHOLDER, RELAY, Junk
from onebasket.clean.values.numbering import plain_number

REGIONS = sorted(phonenumbers.SUPPORTED_REGIONS)
KINDS = (PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE, PhoneNumberType.TOLL_FREE)
FORMATS = (PhoneNumberFormat.E164, PhoneNumberFormat.INTERNATIONAL, PhoneNumberFormat.NATIONAL)


def by_library(text: str, country: str) -> str | None:
    try:
        number = phonenumbers.parse(text, country)
    except NumberParseException:
        return None
    if not phonenumbers.is_valid_number(number) or number.extension:
        return None
    return phonenumbers.format_number(number, PhoneNumberFormat.E164)


@st.composite
def written(draw: st.DrawFn) -> tuple[str, str]:
    """A number as somebody writes it, some of its digits changed, and the country it is read in."""
    region = draw(st.sampled_from(REGIONS))
    sample = phonenumbers.example_number_for_type(region, draw(st.sampled_from(KINDS)))
    text = phonenumbers.format_number(sample, draw(st.sampled_from(FORMATS))) if sample else "0151 23456789"
    for at, digit in draw(st.lists(st.tuples(st.integers(0, 25), st.sampled_from("0123456789")), max_size=4)):
        if at < len(text) and text[at].isdigit():
            text = text[:at] + digit + text[at + 1 :]
    return text, draw(st.sampled_from([region, "CN", "US", "DE"]))


@given(written())
@example(("0151 23456789", "DE"))
@example(("+39 06 6982", "IT"))
@example(("8613800138000", "CN"))
@example(("1 (212) 555-0143", "US"))
@example(("02079460018", "GB"))
@example(("+06650123456", "LS"))
def test_a_number_that_needs_no_more_than_a_look(said: tuple[str, str]) -> None:
    found = plain_number(*said)
    assert found is None or f"+{found[0]}{found[1]}" == by_library(*said)


@given(st.text("+0123456789 ().-", max_size=20), st.sampled_from(REGIONS))
def test_any_digits(text: str, region: str) -> None:
    found = plain_number(text, region)
    assert found is None or f"+{found[0]}{found[1]}" == by_library(text, region)


def test_most_numbers_need_no_more() -> None:
    samples = {region: phonenumbers.example_number_for_type(region, KINDS[0]) for region in REGIONS}
    told = [phonenumbers.format_number(number, FORMATS[1]) for number in samples.values() if number]
    assert sum(plain_number(text, "ZZ") is not None for text in told) > 0.75 * len(told)


local = st.one_of(
    st.text("abcXYZ019._+-'", max_size=70),
    st.from_regex(r"[a-z0-9]{1,9}([._+-][A-Z0-9]{1,9}){0,3}", fullmatch=True),
)
HOSTS = ("mail.example", "Shop.Example", "bücher.example", "a" * 64)
domain = st.one_of(st.text("abcX09.-@", max_size=30), st.sampled_from(HOSTS))


@given(local, domain)
@example("a" * 65, "mail.example")
@example("a", ".".join(["b" * 60] * 5))
@example("a" * 64, ".".join(["b" * 62] * 4))
def test_an_address_is_what_the_library_says(name: str, host: str) -> None:
    text = f"{name}@{host}"
    plain = text.removeprefix("'").rstrip(".;,")
    try:
        read = validate_email(plain, check_deliverability=False, test_environment=True).normalized.lower()
    except EmailNotValidError:
        read = None
    address, reason = email(text, Junk())
    assert address == read if reason in (None, RELAY) else reason in (INVALID, PLACEHOLDER)
    assert (reason == INVALID) <= (read is None)
