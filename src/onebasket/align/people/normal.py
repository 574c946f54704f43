"""Normal forms of values: what two ways of writing the same have in common.

Most values are plain ASCII and are made normal by Arrow all at once; the others one by one.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable

import pyarrow as pa
import pyarrow.compute as pc

from onebasket.align.people.fields import Kind
from onebasket.spelling import fold, simplified

_DATE_FORMS = (
    re.compile(r"^(?P<y>\d{4})[-/.年]?(?P<m>\d{1,2})[-/.月]?(?P<d>\d{1,2})日?(?:[T ].*)?$"),
    re.compile(r"^(?P<d>\d{1,2})[-/.](?P<m>\d{1,2})[-/.](?P<y>\d{4})$"),
)


def normal(values: pa.StringArray, kind: Kind) -> pa.StringArray:
    """The normal form of each distinct value; null where nothing is left."""
    lower = pc.utf8_lower(pc.utf8_trim_whitespace(values))
    whole = _WHOLE.get(kind, _spaced)(lower)
    plain = pc.string_is_ascii(values)
    if plain.false_count:
        unusual = pc.invert(plain)
        one = _single(kind)
        some = pc.filter(values, unusual).to_pylist()
        whole = pc.replace_with_mask(whole, unusual, pa.array([one(text) for text in some], pa.string()))
    blank = pc.equal(whole, "")
    return pc.if_else(blank, None, whole) if blank.true_count else whole


def _spaced(lower: pa.StringArray) -> pa.StringArray:
    """Letters and digits, single blanks between them."""
    if not pc.match_substring_regex(lower, r"[^a-z0-9* ]|  ").true_count:
        return lower
    without = pc.replace_substring_regex(lower, r"[.'`]", "")
    return pc.utf8_trim_whitespace(pc.replace_substring_regex(without, r"[^a-z0-9*]+", " "))


def _digits(lower: pa.StringArray) -> pa.StringArray:
    """Digits, and `*` for those that are hidden."""
    return pc.replace_substring_regex(lower, r"[^0-9*]", "")


def _tight(lower: pa.StringArray) -> pa.StringArray:
    return pc.replace_substring_regex(lower, r"[^a-z0-9*]", "")


def _dates(lower: pa.StringArray) -> pa.StringArray:
    plain = pc.match_substring_regex(lower, r"^\d{4}-\d{2}-\d{2}$")
    if plain.true_count == len(lower):
        return lower
    found = [date(text) for text in pc.filter(lower, pc.invert(plain)).to_pylist()]
    return pc.replace_with_mask(lower, pc.invert(plain), pa.array(found, pa.string()))


def date(text: str) -> str:
    """A date as yyyy-mm-dd; blank for what is none. 19560409 and 9.4.1956 are dates."""
    for form in _DATE_FORMS:
        if found := form.match(text.strip()):
            return f"{found['y']}-{int(found['m']):02d}-{int(found['d']):02d}"
    return ""


def _single(kind: Kind) -> Callable[[str], str]:
    """The normal form of one value beyond ASCII."""
    if kind == "birth_date":
        return lambda text: date(unicodedata.normalize("NFKC", text))
    if kind == "phone":
        return lambda text: re.sub(r"[^0-9*]", "", unicodedata.normalize("NFKC", text))
    if kind in ("postcode", "account", "device", "number"):
        return lambda text: re.sub(r"[^\w*]", "", simplified(fold(text)))
    if kind == "email":
        return lambda text: simplified(fold(text)).strip()
    return lambda text: re.sub(r"[^\w*]+", " ", re.sub(r"[.'`’]", "", simplified(fold(text)))).strip()


_WHOLE: dict[Kind, Callable[[pa.StringArray], pa.StringArray]] = {
    "email": lambda lower: lower,
    "phone": _digits,
    "postcode": _tight,
    "account": _tight,
    "device": _tight,
    "number": _tight,
    "birth_date": _dates,
}
