"""Where a value of ours comes from in a record of theirs: a small tree of expressions.

Formats declare them; a store compiles them. A record is a row of a file with columns, or a
nested object. Every value is a text; what is missing or empty is null.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Path:
    """A column (one name), or a value inside a nested one (several)."""

    names: tuple[str, ...]


@dataclass(frozen=True)
class Entry:
    """The value of one key in a list of key and value pairs: the first pair with that key."""

    list: str
    key: str
    value: tuple[str, ...]


@dataclass(frozen=True)
class Item:
    """A value inside one item of the list that `Rows.each` names; without names the item itself, a text."""

    names: tuple[str, ...]


@dataclass(frozen=True)
class Constant:
    """The same text in every record."""

    value: str


@dataclass(frozen=True)
class First:
    """The first of several values that is not empty."""

    fields: tuple[Field, ...]


@dataclass(frozen=True)
class Joined:
    """The values that are not empty, joined."""

    fields: tuple[Field, ...]
    separator: str


@dataclass(frozen=True)
class Words:
    """A value looked up without regard to case; None stands for null, `otherwise` for other words."""

    field: Field
    words: tuple[tuple[str, str | None], ...]
    otherwise: Field | None


@dataclass(frozen=True)
class Stripped:
    """A value without the marks spreadsheets use to keep a number a text: `'123` and `="123"`."""

    field: Field


@dataclass(frozen=True)
class Captured:
    """The part of a value that the first group of a regular expression matches."""

    field: Field
    pattern: str


@dataclass(frozen=True)
class Lower:
    """A value in lower case."""

    field: Field


@dataclass(frozen=True)
class Snake:
    """A value in lower snake case: `Product Viewed` and `productViewed` become `product_viewed`."""

    field: Field


@dataclass(frozen=True)
class When:
    """A value where a condition holds, else null."""

    condition: Condition
    then: Field


@dataclass(frozen=True)
class Digest:
    """A pseudonym of several values, for ids that would otherwise carry personal ones."""

    fields: tuple[Field, ...]


Field = (
    Path
    | Entry
    | Item
    | Constant
    | First
    | Joined
    | Words
    | Stripped
    | Captured
    | Lower
    | Snake
    | When
    | Digest
)


@dataclass(frozen=True)
class Parted:
    """A list in one text. The regular expression `before` matches what parts two items; its group, where it
    has one, belongs to the item behind it."""

    field: Field
    before: str


@dataclass(frozen=True)
class Beside:
    """Lists in several texts, each parted by the same sign, item by item side by side.

    The first of them tells how many items there are. Where that is one, no text is parted.
    """

    fields: tuple[tuple[str, Field], ...]
    separator: str


@dataclass(frozen=True)
class Numbered:
    """A list in the columns of one name with a number behind it: line_item_1, line_item_2, …"""

    stem: str


List = Path | Parted | Beside | Numbered


@dataclass(frozen=True)
class Filled:
    """The value is not empty."""

    field: Field


@dataclass(frozen=True)
class Equals:
    """The value is one of some words, without regard to case."""

    field: Field
    values: tuple[str, ...]


@dataclass(frozen=True)
class Contains:
    """The value has a text in it."""

    field: Field
    text: str


@dataclass(frozen=True)
class Not:
    """The condition does not hold."""

    condition: Condition


@dataclass(frozen=True)
class Either:
    """At least one condition holds."""

    conditions: tuple[Condition, ...]


Condition = Filled | Equals | Contains | Not | Either


@dataclass(frozen=True)
class Rows:
    """Which rows of one of our tables a record gives, and what is in their columns.

    A record gives a row where `where` holds; with `each`, one a member of that list, and one
    without item where the list is empty. Columns left out are null.
    """

    columns: Mapping[str, Field]
    where: Condition | None = None
    each: List | None = None

    def fields(self) -> Iterator[Field]:
        """All fields of the record and its items, those of `where` and `each` included."""
        yield from self.columns.values()
        if self.where is not None:
            yield from _of_condition(self.where)
        match self.each:
            case Parted(field, _):
                yield field
            case Beside(named, _):
                yield from (field for _, field in named)


def column(name: str) -> Path:
    """One of their columns, by name."""
    return Path((name,))


def path(*names: str) -> Path:
    """A value inside a nested column, name by name."""
    return Path(names)


def entry(name: str, key: str, *value: str) -> Entry:
    """The value of one key in their list `name` of key and value pairs."""
    return Entry(name, key, value)


def item(*names: str) -> Item:
    """The item that the row is made for, or a value inside it."""
    return Item(names)


def first(*fields: Field) -> First:
    """The first value that is not empty."""
    return First(fields)


def joined(*fields: Field, sep: str = " ") -> Joined:
    """The values that are not empty, with `sep` between them."""
    return Joined(fields, sep)


def words(field: Field, meanings: Mapping[str, str | None], otherwise: Field | None = None) -> Words:
    """Their words as ours; `otherwise` for words that are not listed."""
    return Words(field, tuple(meanings.items()), otherwise)


def digest(*fields: Field) -> Digest:
    """A pseudonym of several values."""
    return Digest(fields)


def equals(field: Field, *values: str) -> Equals:
    """Whether the value is one of `values`, without regard to case."""
    return Equals(field, values)


def either(*conditions: Condition) -> Either:
    """Whether at least one condition holds."""
    return Either(conditions)


def captured(field: Field, pattern: str) -> Captured:
    """What the first group of `pattern` matches in the value."""
    return Captured(field, pattern)


def rows(columns: Mapping[str, Field], where: Condition | None = None, each: List | None = None) -> Rows:
    """The rows of one of our tables that a record gives."""
    return Rows(columns, where, each)


def parts(field: Field) -> Iterator[Field]:
    """The fields a field is made of."""
    match field:
        case First(fields) | Joined(fields, _) | Digest(fields):
            yield from fields
        case Words(inner, _, otherwise):
            yield inner
            if otherwise is not None:
                yield otherwise
        case Stripped(inner) | Captured(inner, _) | Lower(inner) | Snake(inner):
            yield inner
        case When(condition, then):
            yield from _of_condition(condition)
            yield then


def leaves(field: Field) -> Iterator[Path | Entry | Item | Constant]:
    """The values of the record that a field reads."""
    if isinstance(field, Path | Entry | Item | Constant):
        yield field
    for part in parts(field):
        yield from leaves(part)


def _of_condition(condition: Condition) -> Iterator[Field]:
    match condition:
        case Filled(field) | Equals(field, _) | Contains(field, _):
            yield field
        case Not(inner):
            yield from _of_condition(inner)
        case Either(conditions):
            for inner in conditions:
                yield from _of_condition(inner)
