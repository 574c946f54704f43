"""The conditions under which allowed constructs give the same rows on every engine.

Nodes are told apart by the names of their classes, so that sqlglot need not be imported here.
Every check gets a node and gives a finding (why, what to write instead) or None.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from onebasket.store.portable_list import DIRECTIVES, EXTRACTED, JOIN_KINDS, TYPES, UNITS
from onebasket.store.portable_values import (
    ARITHMETIC,
    Node,
    bare,
    children,
    given,
    is_number,
    kind,
    never_null,
    target,
    whole,
)

Finding = tuple[str, str] | None

_FRACTIONS = frozenset(["Div", "Sqrt"])
_TOKEN = re.compile(r"\\.|\[\^?\]?(?:\\.|[^\]])*\]|\(\?|.", re.DOTALL)
_TIME = "TIMESTAMPNTZ"  # what sqlglot calls a timestamp without zone


def _select(node: Node) -> Finding:
    stars = [item for item in node.expressions if kind(item) == "Star" or kind(item.this) == "Star"]
    if node.args.get("qualify") and stars:
        return "a star would carry the window's own column along elsewhere", "the columns by name"
    return None


def _limit(node: Node) -> Finding:
    if not node.parent.args.get("order"):
        return "which rows it takes is the engine's choice", "order by a total key before it"
    return None


def _table(node: Node) -> Finding:
    if kind(node.this) != "Identifier" or not re.fullmatch(r"[A-Za-z_]\w*", node.name):
        return "functions and files in from are the engine's own", "the table's plain name"
    return None


def _join(node: Node) -> Finding:
    if str(node.args.get("kind") or "").upper() not in JOIN_KINDS:
        return "this kind of join is not shared", "inner, left, full, semi, anti or cross join"
    return None


def _placeholder(node: Node) -> Finding:
    if not isinstance(node.this, str) or not node.this.isidentifier():
        return "parameters without a name are filled by place", "$name"
    return None


def _data_type(node: Node) -> Finding:
    if str(node.this.value) not in TYPES:
        return "not a type every engine has", "varchar, int, bigint, double, decimal(18, s), boolean, date, …"
    return None


def _cast(node: Node) -> Finding:
    to, value = target(node), bare(node.this)
    if to in ("INT", "BIGINT") and not whole(value):
        return "a fraction is rounded here and cut there", f"cast(round(…) as {to.lower()})"
    if to == "TEXT" and (target(value) == "DOUBLE" or kind(value) in _FRACTIONS):
        return "doubles are written differently (1e+16, 1.0E16)", "a whole number or a decimal(18, s)"
    return None


def _divisor(node: Node) -> Finding:
    by = bare(node.expression)
    while kind(by) == "Cast":
        by = bare(by.this)
    if kind(by) == "Nullif" and is_number(by.expression) and float(bare(by.expression).name) == 0:
        return None
    if is_number(by) and float((bare(by.this) if kind(by) == "Neg" else by).name) != 0:
        return None
    return "division by zero is an error here and null or infinite there", "/ nullif(…, 0)"


def _division(node: Node) -> Finding:
    if any(_has_decimal(side) for side in (node.this, node.expression)):
        return (
            "a quotient of decimals keeps few digits elsewhere",
            "a whole number or cast(… as double) instead of the decimal literal",
        )
    return _divisor(node)


def _has_decimal(node: Node) -> bool:
    """Whether arithmetic holds a literal such as 1.5, which is a decimal."""
    node = bare(node)
    if kind(node) == "Literal":
        return not node.is_string and re.fullmatch(r"[0-9]*\.[0-9]*", node.name) is not None
    return kind(node) in ARITHMETIC | {"Nullif", "Case", "If"} and any(map(_has_decimal, children(node)))


def _extreme(node: Node) -> Finding:
    if all(never_null(value) for value in [node.this, *node.expressions]):
        return None
    return "one null makes the whole null elsewhere, or not", "coalesce(…) around every argument"


def _span(node: Node) -> Finding:
    """Sums and differences of dates."""
    sides = [bare(node.this), bare(node.expression)]
    types = [target(side) for side in sides]
    if any(map(_is_interval, sides)):
        if "DATE" in types and target(_bare_parent(node)) not in ("DATE", _TIME):
            return (
                "a date and an interval make a timestamp here and a date there",
                "cast(… as date) around it",
            )
    elif kind(node) == "Sub" and not whole(sides[1]):
        if "DATE" in types:
            return "a difference of dates is a number here and an interval there", "date_diff('day', …, …)"
        if _TIME in types:
            return "a difference of times is an interval, which no table holds", "date_diff('second', …, …)"
    return None


def _bare_parent(node: Node) -> Node:
    node = node.parent
    while kind(node) == "Paren":
        node = node.parent
    return node


def _is_interval(node: Node) -> bool:
    node = bare(node)
    return kind(node) == "Interval" or (kind(node) == "Mul" and any(map(_is_interval, children(node))))


def _interval(node: Node) -> Finding:
    unit = str(node.args["unit"].name).upper().rstrip("S") if node.args.get("unit") else ""
    if unit not in UNITS or kind(node.this) != "Literal":
        return "an interval's text is read differently", "interval 1 day, n * interval 1 day"
    return None


def _date_diff(node: Node) -> Finding:
    unit = node.args["unit"].name.upper()
    dates = all(target(bare(side)) == "DATE" for side in (node.this, node.expression))
    if unit == "SECOND" or (unit == "DAY" and dates):
        return None
    if unit == "DAY":
        return (
            "days between times are counted from midnight here, in 24 hours there",
            "cast(… as date) on both",
        )
    return "borders crossed are counted here, whole units there", "date_diff('second', …), or 'day' of dates"


def _truncated(node: Node) -> Finding:
    unit = node.args.get("unit")
    if unit is None or unit.name.upper() not in UNITS:
        return "this unit is not shared", "second, minute, hour, day, week, month, quarter or year"
    return None


def _extract(node: Node) -> Finding:
    if node.name.upper() not in EXTRACTED:
        return (
            "engines count it differently, or keep its fraction",
            "year, quarter, month, day, hour or minute",
        )
    return None


def _format(node: Node) -> Finding:
    pattern = node.args.get("format")
    directives = re.findall("%(.)", pattern.name) if pattern is not None and pattern.is_string else ["?"]
    if not DIRECTIVES.issuperset(directives):
        return "only plain directives are shared", "one literal format of %Y %m %d %H %M %S"
    return None


def _pattern(node: Node) -> Finding:
    if not (kind(node.expression) == "Literal" and node.expression.is_string):
        return "the pattern must be read by this lint", "a literal pattern"
    if all(map(_shared, _TOKEN.findall(node.expression.name))):
        return None
    return "`.`, `$`, `(?` and most letters after \\ match other texts elsewhere", r"[^…] for `.`, \z for `$`"


def _shared(token: str) -> bool:
    """Whether a piece of a pattern matches the same texts in RE2 and in Java."""
    if token.startswith("["):
        return "[" not in token[1:] and "&&" not in token and all(map(_shared, re.findall(r"\\.", token)))
    if token.startswith("\\"):
        return token[1] in "dwz" or not token[1].isalnum()
    return token not in (".", "$", "(?")


def _replaced(node: Node) -> Finding:
    flags, new = node.args.get("modifiers"), node.args["replacement"]
    if flags is None or flags.name != "g":
        return "the first match is replaced here, all of them there", "regexp_replace(…, 'g')"
    if kind(new) != "Literal" or re.search(r"[\\$]", new.name):
        return "back-references are written differently", "a literal without \\ and $; parse in clean"
    return _pattern(node)


def _like(node: Node) -> Finding:
    if "\\" in (node.expression.name if kind(node.expression) == "Literal" else ""):
        return "a backslash escapes there and stands for itself here", "starts_with(…) or contains(…)"
    return None


def _positive(place: str) -> Callable[[Node], Finding]:
    def check(node: Node) -> Finding:
        value = node.args.get(place)
        if kind(value) == "Literal" and int(value.name) > 0:
            return None
        return "zero, negative and unknown places are counted differently", "a literal place from 1"

    return check


def _element(node: Node) -> Finding:
    if not all(kind(item) == "Literal" and item.is_string for item in node.expressions):
        return (
            "an element that is not there is null here and an error there",
            "unnest(…), min(…) or arg_min(…)",
        )
    return None


def _unnest(node: Node) -> Finding:
    around = node.parent if kind(node.parent) != "Alias" else node.parent.parent
    if kind(around) != "Select" or kind(bare(node.this)) == "Struct":
        return "only a list as a column of its own is shared", "select unnest(list) as x in a subquery"
    return None


def _window(node: Node) -> Finding:
    inner = node.this.this if kind(node.this) == "IgnoreNulls" else node.this
    if kind(inner) == "Filter":
        return "filters on windows are not shared", "sum(case when … then … end) over (…)"
    ordered = node.args.get("order") or node.args.get("alias")
    if not ordered and kind(inner) not in (
        "Sum",
        "Count",
        "CountIf",
        "Min",
        "Max",
        "Median",
        "ArgMin",
        "ArgMax",
    ):
        return "without an order its rows come as they like", "order by a total key inside over (…)"
    return None


def _first(node: Node) -> Finding:
    around = node.parent if kind(node.parent) != "IgnoreNulls" else node.parent.parent
    if kind(around) != "Window":
        return (
            "as an aggregate it takes whichever row comes first",
            "arg_min(…, key), or over (… order by key)",
        )
    return None


def _list(node: Node) -> Finding:
    value = node.this.expressions[0] if kind(node.this) == "Distinct" else node.this
    filtered = kind(node.parent) == "Filter"
    around = node.parent.parent if filtered else node.parent
    if kind(value) == "Order":
        return "a list ordered inside comes unordered elsewhere", "list_sort(list({'t': key, 'e': value}))"
    if kind(around) != "ArraySort":
        return "the order of a list is the engine's choice", "list_sort(list(…))"
    if not given(node, value):
        return (
            "nulls stay in the list here and fall out there",
            "filter (where … is not null), and coalesce(…, [])",
        )
    if filtered and not _inside(around, "Coalesce"):
        return "a list of no rows is null here and empty there", "coalesce(list_sort(…), [])"
    return None


def _inside(node: Node, name: str) -> bool:
    while kind(node) not in ("", "Select", name):
        node = node.parent
    return kind(node) == name


def _arg_extreme(node: Node) -> Finding:
    if not given(node, node.this):
        return "rows whose value is null are passed over here, taken there", "filter (where … is not null)"
    return None


def _counted(node: Node) -> Finding:
    if not _inside(node, "Coalesce"):
        return "where no condition is known it is null here and 0 there", "count(*) filter (where …)"
    return None


def _joined(node: Node) -> Finding:
    if kind(node.this) != "Order":
        return "the order of the parts is the engine's choice", "string_agg(…, ',' order by …)"
    return None


CHECKS: dict[str, Callable[[Node], Finding]] = {
    "Select": _select,
    "Limit": _limit,
    "Table": _table,
    "Join": _join,
    "Placeholder": _placeholder,
    "DataType": _data_type,
    "Cast": _cast,
    "Div": _division,
    "IntDiv": _divisor,
    "Mod": _divisor,
    "Greatest": _extreme,
    "Least": _extreme,
    "Add": _span,
    "Sub": _span,
    "Interval": _interval,
    "DateDiff": _date_diff,
    "TimestampTrunc": _truncated,
    "DateTrunc": _truncated,
    "Extract": _extract,
    "StrToTime": _format,
    "TimeToStr": _format,
    "RegexpLike": _pattern,
    "RegexpExtract": _pattern,
    "RegexpReplace": _replaced,
    "Like": _like,
    "Left": _positive("expression"),
    "Right": _positive("expression"),
    "Substring": _positive("start"),
    "SplitPart": _positive("part_index"),
    "Bracket": _element,
    "Explode": _unnest,
    "Window": _window,
    "First": _first,
    "Last": _first,
    "FirstValue": _first,
    "LastValue": _first,
    "ArrayAgg": _list,
    "CountIf": _counted,
    "ArgMax": _arg_extreme,
    "ArgMin": _arg_extreme,
    "GroupConcat": _joined,
}
