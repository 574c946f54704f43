"""The numbering plans of the phonenumbers library, asked about plainly written numbers at once.

The library reads whatever people write, and takes some forty microseconds a number. Most numbers are digits
that one plan of its metadata matches as they stand: those need none of its rules for oddities.
"""

from __future__ import annotations

import re
from functools import cache
from typing import NamedTuple

from phonenumbers import COUNTRY_CODE_TO_REGION_CODE, PhoneMetadata

_PLAIN = re.compile(r"(\+?)\(?[0-9][0-9 ().-]{2,30}", re.ASCII)
_NO_DIGITS = str.maketrans("", "", "+ ().-")
_LONGEST_CODE = 3
_KINDS = (
    "mobile", "fixed_line", "toll_free", "premium_rate", "shared_cost", "voip", "personal_number", "pager",
    "uan", "voicemail",
)  # fmt: skip


class _Plan(NamedTuple):
    """How the numbers of a country go."""

    code: str  # that other countries dial
    abroad: re.Pattern[str]  # what is dialled before another country's code
    trunk: re.Pattern[str] | None  # what may stand before a number, and is not part of it
    whole: re.Pattern[str]
    kinds: tuple[tuple[frozenset[int], re.Pattern[str]], ...]  # lengths and pattern of each kind of number

    def holds(self, number: str) -> bool:
        """Whether the plan has such a number."""
        if not self.whole.fullmatch(number):
            return False
        size = len(number)
        return any(size in sizes and kind.fullmatch(number) for sizes, kind in self.kinds)

    def bare(self, digits: str) -> str | None:
        """A number of the plan without trunk prefix; None where the digits may mean another one."""
        if self.trunk and self.trunk.match(digits):
            prefix = self.trunk.pattern
            digits = digits[len(prefix) :] if prefix.isdigit() else ""
        return digits if self.holds(digits) else None


def plain_number(text: str, country: str) -> tuple[str, str] | None:
    """Calling code and national number of a valid number of digits and common punctuation.

    None where it takes more than a look: the library then decides. `country` (ISO 3166 alpha-2) is that of
    numbers without `+`.
    """
    said = _PLAIN.fullmatch(text)
    if not said:
        return None
    digits = text.translate(_NO_DIGITS)
    if not said[1]:
        plan = _plan(country)
        if plan is None or digits.startswith(plan.code) or plan.abroad.match(digits):
            return None
    else:
        plan = _called(digits[:_LONGEST_CODE])
        if plan is None:
            return None
        digits = digits[len(plan.code) :]
    number = plan.bare(digits)
    return (plan.code, number) if number else None


@cache
def _called(digits: str) -> _Plan | None:
    """The plan of the calling code that digits begin with; no code begins another, or with a nought."""
    if digits.startswith("0"):
        return None
    for size in range(1, len(digits) + 1):
        if regions := COUNTRY_CODE_TO_REGION_CODE.get(int(digits[:size])):
            return _plan(regions[0])
    return None


@cache
def _plan(region: str) -> _Plan | None:
    """The plan of a region that speaks for its calling code; None for others, and for none."""
    metadata = PhoneMetadata.metadata_for_region(region, None)
    if metadata is None or metadata.leading_digits or metadata.national_prefix_transform_rule:
        return None
    code, general = metadata.country_code, metadata.general_desc
    if code is None or general is None or COUNTRY_CODE_TO_REGION_CODE[code][0] != region:
        return None
    told = [getattr(metadata, kind) for kind in _KINDS]
    kinds = tuple(
        (frozenset(each.possible_length or general.possible_length),
         re.compile(each.national_number_pattern))
        for each in told if each is not None and each.national_number_pattern
    )  # fmt: skip
    trunk = metadata.national_prefix_for_parsing
    return _Plan(
        str(code),
        re.compile(metadata.international_prefix or "(?!)"),
        re.compile(trunk) if trunk else None,
        re.compile(general.national_number_pattern or "(?!)"),
        kinds,
    )
