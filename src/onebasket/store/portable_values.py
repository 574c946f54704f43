"""What can be said of a value in SQL without knowing the types of its columns."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from onebasket.store.portable_list import WHOLE

Node = Any  # sqlglot.exp.Expression

COMPARISONS = frozenset(["EQ", "NEQ", "GT", "GTE", "LT", "LTE"])
ARITHMETIC = frozenset(["Add", "Sub", "Mul", "Neg", "Abs", "Mod", "Paren", "Coalesce", "Sum", "Min", "Max"])
_CARRIED = frozenset(["Lag", "Lead", "Window", "Filter", "IgnoreNulls", "First", "Last", "Case", "If"])


def kind(node: Node) -> str:
    """The name of a node's class; empty for None."""
    return type(node).__name__ if node is not None else ""


def bare(node: Node) -> Node:
    """A node without the brackets and the name around it."""
    while kind(node) in ("Paren", "Alias"):
        node = node.this
    return node


def children(node: Node) -> list[Node]:
    """The values a node is made of."""
    return [child for child in node.iter_expressions() if kind(child) not in ("Order", "Where", "WindowSpec")]


def target(node: Node) -> str:
    """The type a cast goes to, upper case."""
    return str(node.args["to"].this.value) if kind(node) == "Cast" else ""


def is_number(node: Node) -> bool:
    """Whether a node is a literal number, signed or not."""
    node = bare(node)
    if kind(node) == "Neg":
        node = bare(node.this)
    return kind(node) == "Literal" and not node.is_string


def whole(node: Node) -> bool:
    """Whether a value is a whole number whatever the types of the columns in it."""
    node = bare(node)
    name = kind(node)
    if name == "Literal":
        return not node.is_string and node.name.isdigit()
    if name == "Window":
        return whole(node.this)
    if name == "Case":
        branches = [branch.args["true"] for branch in node.args["ifs"]]
        return all(map(whole, [*branches, *filter(None, [node.args.get("default")])]))
    if name == "If":
        return all(map(whole, filter(None, [node.args["true"], node.args.get("false")])))
    if name == "Filter":
        return whole(node.this)
    if target(node) in ("INT", "BIGINT"):
        return True
    if name in ARITHMETIC | _CARRIED | {"Greatest", "Least", "Nullif"} and name != "Sum":
        return all(map(whole, children(node)))
    return name in WHOLE


def never_null(node: Node) -> bool:
    """Whether a value cannot be null whatever the columns in it."""
    node = bare(node)
    name = kind(node)
    if name in ("Literal", "Boolean", "Placeholder", "Count", "Struct", "Array", "RowNumber", "Exists"):
        return True
    if name == "Coalesce":
        return any(map(never_null, [node.this, *node.expressions]))
    if name == "Case":
        default = node.args.get("default")
        branches = [branch.args["true"] for branch in node.args["ifs"]]
        return default is not None and all(map(never_null, [*branches, default]))
    if name == "Cast":
        return never_null(node.this)
    if name in ("Neg", "Abs", "Round", "Floor", "Ceil", "Add", "Sub", "Mul", "Greatest", "Least", "DPipe"):
        return all(map(never_null, children(node)))
    return name == "Window" and kind(node.this) in ("RowNumber", "Rank", "DenseRank", "Count")


def _conjuncts(node: Node) -> Iterator[Node]:
    node = bare(node)
    if kind(node) == "And":
        yield from _conjuncts(node.this)
        yield from _conjuncts(node.expression)
    else:
        yield node


def _demanded(value: Node, condition: Node) -> bool:
    """Whether a condition holds only where a value is not null."""
    text = bare(value).sql()
    for part in _conjuncts(condition):
        if kind(part) == "Not" and kind(part.this) == "Is" and kind(part.this.expression) == "Null":
            if bare(part.this.this).sql() == text:
                return True
        elif kind(part) in COMPARISONS and text in (bare(part.this).sql(), bare(part.expression).sql()):
            return True
    return False


def given(aggregate: Node, value: Node) -> bool:
    """Whether the rows an aggregate sees all have the value."""
    select, around = aggregate.parent_select, aggregate.parent
    conditions = [select.args.get("where") if select else None]
    if kind(around) == "Filter":
        conditions.append(around.expression)
    return never_null(value) or any(_demanded(value, where.this) for where in conditions if where)
