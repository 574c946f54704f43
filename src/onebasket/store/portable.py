"""The lint of the portable subset: SQL that gives the same rows on every engine.

Of 129 stage-like queries tried on DuckDB and, through sqlglot, on Spark, 22 gave different
rows without any warning. So nothing is allowed because it looks harmless: `portable_list` names
what was tried on both, and the checks here state the conditions under which it agreed.

The lint sees no column types. Where a type decides, it asks for a form that is right for all:

- a cast to int or bigint takes round(), floor(), ceil(), sum(), count(), another function of
  whole numbers, or arithmetic of those: engines round or cut a fraction, and round() of a
  whole number changes nothing;
- a list, string or extreme of values that may be null says so: `filter (where x is not null)`,
  the same in the query's own where, or coalesce();
- lower(), upper() and try_cast() are refused on every text: clean has normalised and parsed
  the texts by then, so a query that needs them has been given a raw one.

What it cannot see: a window order that is not total, doubles summed in another order, fractions
of a second in date_diff('second'), doubles written as text, nulls inside lists and structs.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from onebasket.errors import MissingExtraError
from onebasket.store.portable_checks import CHECKS, Finding
from onebasket.store.portable_list import ALLOWED, REFUSED, REFUSED_ARGUMENTS
from onebasket.store.portable_values import Node, kind

_UNTRIED = (
    "nobody has tried whether it gives the same rows on every engine",
    "it with the constructs of portable_list.py, or try it on both engines and add it there",
)
_SHOWN_CHARACTERS = 60


@dataclass(frozen=True)
class Violation:
    """One construct that is not portable: its line (from 1), its SQL, why, and what to write instead."""

    line: int
    construct: str
    reason: str
    instead: str

    def __str__(self) -> str:
        return f"line {self.line}: {self.construct}: {self.reason}; write {self.instead}"


def violations(sql: str) -> list[Violation]:
    """What in a stage's query is outside the portable subset, in the order of its lines.

    Raises MissingExtraError where sqlglot is not installed.
    """
    try:
        import sqlglot
        from sqlglot.errors import ParseError, TokenError
    except ImportError as error:
        raise MissingExtraError("The lint of portable SQL", "dev") from error
    try:
        statements = list(filter(None, sqlglot.parse(sql, read="duckdb")))
    except ParseError as error:
        return [
            Violation(
                error.errors[0].get("line") or 1, "the text", str(error.errors[0]["description"]), "SQL"
            )
        ]
    except TokenError as error:
        return [Violation(1, "the text", str(error).splitlines()[0], "SQL")]
    found = {
        Violation(_line(node), _shown(node), *finding)
        for statement in statements
        for node in statement.walk()
        for finding in _findings(node, sql)
    }
    if len(statements) != 1:
        found.add(Violation(1, "the text", f"it holds {len(statements)} statements", "one select"))
    return sorted(found, key=lambda violation: (violation.line, violation.construct, violation.reason))


def _findings(node: Node, sql: str) -> Iterator[tuple[str, str]]:
    name = kind(node)
    if name not in ALLOWED:
        yield REFUSED.get(node.name.lower() if name == "Anonymous" else name, _UNTRIED)
        return
    for argument, value in node.args.items():
        if value and argument not in ALLOWED[name] and not _told_elsewhere(value):
            yield REFUSED_ARGUMENTS.get((name, argument), _UNTRIED)
    if name == "Length" and _written(node, sql) == "len":
        yield "len() is for texts and lists here, for texts alone there", "length(text) or array_length(list)"
    finding: Finding = CHECKS[name](node) if name in CHECKS else None
    if finding:
        yield finding


def _told_elsewhere(value: object) -> bool:
    """Whether an argument is itself a construct that is refused."""
    items = value if isinstance(value, list) else [value]
    return any(hasattr(item, "walk") and kind(item) not in ALLOWED for item in items)


def _written(node: Node, sql: str) -> str:
    """The word a function was called by: sqlglot keeps its place only."""
    start, end = node.meta.get("start"), node.meta.get("end")
    return "" if start is None or end is None else sql[start : end + 1].lower()


def _line(node: Node) -> int:
    """The first line that a node or a part of it stands on."""
    lines = [part.meta["line"] for part in node.walk() if "line" in part.meta]
    return min(lines, default=1)


def _shown(node: Node) -> str:
    text = " ".join(node.sql(dialect="duckdb", comments=False).split())
    return text if len(text) <= _SHOWN_CHARACTERS else text[: _SHOWN_CHARACTERS - 1] + "…"
