"""Which column says what of a person: found from names and values, or stated."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, get_args

import pyarrow as pa
import pyarrow.compute as pc

from onebasket.align.rows import check_names, check_stated, is_called_id

Kind = Literal[
    "given_name", "family_name", "full_name", "birth_date", "email", "phone", "postcode", "city",
    "address", "number", "category", "account", "device", "free",
]  # fmt: skip
KINDS: tuple[str, ...] = get_args(Kind)
_SAMPLE = 5000
_MOSTLY = 0.8  # this share of a sample decides what a column's values are
_FEW = 64  # so many distinct values at most are a category


@dataclass(frozen=True)
class Field:
    """One column and what it says of a person."""

    column: str
    kind: Kind


# Words that columns of a kind are called by, in the order in which they are tried.
_NAMES: tuple[tuple[str, Kind], ...] = (
    (r"full.?name|(?:first|given).*(?:sur|last|family)", "full_name"),
    (r"e.?mail|邮箱|电邮|correo", "email"),
    (r"phone|mobile|tel(?:ephone|efon)?\b|电话|手机|telefon|handy", "phone"),
    (r"birth.?(?:place|city|town)|place.?of.?birth|出生地", "city"),
    (r"birth|\bdob\b|生日|出生|geburt", "birth_date"),
    (r"given|fore.?name|first.?name|vorname|prenom|^名$|christian", "given_name"),
    (r"sur.?name|family.?name|last.?name|nachname|apellido|^姓$|^nom$", "family_name"),
    (r"post.?code|postal|\bzip|\bplz\b|邮编|邮政", "postcode"),
    (r"city|town|suburb|locality|place|城市|ort\b", "city"),
    (r"(?:house|street).?(?:number|no)\b|门牌", "number"),
    (r"address|street|road|addr|地址|街道|strasse", "address"),
    (r"device|cookie|visitor|browser|client.?id|\bidfa\b|\bgaid\b|\bimei\b|设备", "device"),
    (r"account|member|customer.?(?:id|no)|user.?id|ssn|soc.?sec|passport|loyalty|会员", "account"),
    (r"name|姓名|客户|收货人", "full_name"),
)
_EMAIL = r"^[^@\s]+@[^@\s]+\.[^@\s]+$"
_DATE = r"^(?:\d{4}[-/.]?\d{1,2}[-/.]?\d{1,2}|\d{1,2}[-/.]\d{1,2}[-/.]\d{4})$"
_TELEPHONE = r"^[+(]?\d[\d ()./-]{6,18}$"


def find_fields(table: pa.Table, leave_out: Sequence[str] = (), *, every: bool = False) -> list[Field]:
    """Propose a field for each column that helps to tell people apart.

    The name of a column goes first; its values may contradict it. Columns of one value, or of
    nothing but nulls, are left out, and, unless `every` is asked for, full names where the parts of the
    name are there.
    Raises MatchError for two columns of one name.
    """
    check_names(table)
    found = []
    for name in table.column_names:
        if name in leave_out or is_called_id(name) or not _is_texty(table.schema.field(name).type):
            continue
        values = _sample(table[name])
        if len(values) and pc.count_distinct(values).as_py() > 1:
            found.append(Field(name, _kind(name, values)))
    kinds = {field.kind for field in found}
    if {"given_name", "family_name"} <= kinds and not every:
        found = [field for field in found if field.kind != "full_name"]
    return found


def state_fields(table: pa.Table, stated: Mapping[str, str]) -> list[Field]:
    """Fields as a user states them, column → kind. Raises MatchError for what is not there."""
    fields = []
    for column, kind in stated.items():
        check_stated([table], column, kind, KINDS)
        fields.append(Field(column, next(each for each in get_args(Kind) if each == kind)))
    return fields


def _is_texty(kind: pa.DataType) -> bool:
    texts = (pa.types.is_string, pa.types.is_large_string, pa.types.is_string_view, pa.types.is_dictionary)
    numbers = (pa.types.is_integer, pa.types.is_date, pa.types.is_timestamp)
    return any(is_kind(kind) for is_kind in (*texts, *numbers))


def _sample(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Values from all over a column, as texts, without nulls and blanks."""
    step = max(1, len(column) // _SAMPLE)
    some = column.take(pa.array(range(0, len(column), step), pa.int64())).cast(pa.string())
    trimmed = pc.utf8_trim_whitespace(some)
    return trimmed.filter(pc.fill_null(pc.not_equal(trimmed, ""), False))


def _kind(name: str, values: pa.ChunkedArray) -> Kind:
    share: Callable[[str], float] = lambda pattern: pc.mean(  # noqa: E731
        pc.cast(pc.match_substring_regex(values, pattern), pa.float64())
    ).as_py()
    if share(_EMAIL) > _MOSTLY:
        return "email"
    said = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).lower().replace("_", " ")
    for pattern, kind in _NAMES:
        if re.search(pattern, said):
            if kind == "birth_date" and share(_DATE) < 1 - _MOSTLY:
                break
            return kind
    if share(_DATE) > _MOSTLY:
        return "birth_date"
    if share(_TELEPHONE) > _MOSTLY:
        return "phone"
    return "category" if pc.count_distinct(values).as_py() <= _FEW else "free"
