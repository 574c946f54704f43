"""Which column says what of an offer: found from names and values, or stated."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, get_args

import pyarrow as pa
import pyarrow.compute as pc

from onebasket.align.rows import check_names, check_stated
from onebasket.errors import MatchError

# schema.org: name, brand, model or mpn, gtin, sku, price, category, description, size, color, material.
Kind = Literal[
    "title", "brand", "model", "gtin", "sku", "price", "currency", "category", "description", "size", "pack",
    "color", "material", "image", "free",
]  # fmt: skip
KINDS: tuple[str, ...] = get_args(Kind)
_SAMPLE = 2000
# Words that columns of a kind are called by, in the order in which they are tried.
_NAMES: tuple[tuple[str, Kind], ...] = (
    (r"gtin|\bean\b|\bupc\b|\bisbn|bar.?code|条码|条形码|国际码", "gtin"),
    (r"\bmpn\b|model|part.?(?:no|num)|manufacturer.?(?:no|num|id)|型号|货号|款号", "model"),
    (r"\bsku\b|item.?(?:no|num|code)|article.?(?:no|num)|商家编码", "sku"),
    (r"currency|币种|货币", "currency"),
    (r"price|cost|preis|prix|precio|价格|售价|单价|标价", "price"),
    (r"title|product.?name|item.?name|^name$|名称|标题|品名|bezeichnung|titel", "title"),
    (r"brand|manufacturer|maker|vendor|marke|hersteller|品牌|厂商|制造商", "brand"),
    (r"categor|product.?type|department|taxonomy|breadcrumb|类目|分类|品类|kategorie", "category"),
    (r"desc|detail|body|bullet|feature|介绍|描述|详情|beschreibung", "description"),
    (r"pack.?(?:size|count|qty|quantity)|件数|装数", "pack"),
    (r"colou?r|farbe|颜色", "color"),
    (r"material|fabric|材质|面料", "material"),
    (r"\bsize\b|weight|volume|capacity|net.?content|规格|尺寸|尺码|净含量|容量", "size"),
    (r"(?:image|picture|photo).*(?:vector|embedding)|图像向量", "image"),
    (r"name", "title"),
)
_SINGLE = ("title", "gtin", "sku", "price", "currency", "image")  # the first column of these stands


@dataclass(frozen=True)
class Field:
    """One column and what it says of an offer."""

    column: str
    kind: Kind


def find_fields(table: pa.Table, stated: Mapping[str, str] | None = None, leave_out: tuple[str, ...] = ()) \
        -> list[Field]:  # fmt: skip
    """A field for each column but `leave_out`; `stated` (column → kind) goes before what names say.

    Columns of bytes and of what is nested say nothing, but for lists of texts, and of numbers of an image.
    Where no column is called a title, it is the column of texts that differ most from offer to offer.
    Raises MatchError for a column or kind that there is none of, for two columns of one name, and where
    nothing can be a title.
    """
    check_names(table)
    stated = stated or {}
    for column, kind in stated.items():
        check_stated([table], column, kind, KINDS)
    found: dict[str, Kind] = {}
    taken = set(stated.values()) & set(_SINGLE)
    for name in table.column_names:
        said = stated.get(name) or _called(name)
        called: Kind = next((each for each in get_args(Kind) if each == said), "free")
        called = "free" if called in taken and name not in stated else called
        if name in leave_out or not _is_readable(table.schema.field(name).type, called):
            continue
        found[name] = called
        taken |= {called} & set(_SINGLE)
    if "title" not in found.values() and (title := _most_like_a_title(table, found)):
        found[title] = "title"
    if "title" not in found.values() and table.num_rows:
        raise MatchError(
            "No column says what an offer is called.",
            found=", ".join(table.column_names) or "no columns",
            expected="a column of titles or names",
            next_step="state it: column and kind, such as label=title",
        )
    return [Field(column, kind) for column, kind in found.items()]


def _called(name: str) -> str | None:
    said = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name).lower().replace("_", " ")
    return next((kind for pattern, kind in _NAMES if re.search(pattern, said)), None)


def _most_like_a_title(table: pa.Table, found: Mapping[str, Kind]) -> str | None:
    """Of the columns nothing is known of, the one with the most different texts of several words."""
    best, most = None, 0.0
    for name, kind in found.items():
        if kind not in ("free", "description") or not _is_text(table.schema.field(name).type):
            continue
        texts = table[name].slice(0, _SAMPLE).cast(pa.string())
        spaced = pc.match_substring_regex(texts, r"\S\s+\S|\p{Han}{2}")
        share = pc.sum(pc.cast(pc.fill_null(spaced, False), pa.int64())).as_py() or 0
        worth = share * pc.count_distinct(texts).as_py() * (0.5 if kind == "description" else 1.0)
        if worth > most:
            best, most = name, worth
    return best


def is_list(kind: pa.DataType) -> bool:
    """Whether cells are lists."""
    return bool(pa.types.is_list(kind) or pa.types.is_large_list(kind) or pa.types.is_fixed_size_list(kind))


def _is_readable(kind: pa.DataType, called: Kind) -> bool:
    if is_list(kind):
        return _is_text(kind.value_type) or called == "image"
    types = pa.types
    none = (types.is_nested, types.is_binary, types.is_large_binary, types.is_binary_view,
            types.is_fixed_size_binary)  # fmt: skip
    return not any(is_kind(kind) for is_kind in none)


def _is_text(kind: pa.DataType) -> bool:
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_dictionary(kind))
