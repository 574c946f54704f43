"""Fields over one JSON object at a time: the same values that an engine reads from a file of them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import msgspec

from onebasket.store import fields as f

Json = Mapping[str, Any]
Value = Callable[
    [Json, Json], str | None
]  # of a record and an item of it; an empty object where there is none
Test = Callable[[Json, Json], bool]
_NOTHING: Json = {}
_HUMP = re.compile(r"([a-z0-9])([A-Z])")
_APART = re.compile(r"[\W_]+")


def reader(rows: f.Rows) -> Callable[[Json], Iterator[dict[str, str | None]]]:
    """A function that gives the rows of a record, with every column of `rows`.

    Columns all of whose objects a record lacks are not looked for. Raises TypeError for what needs an engine:
    a digest is made with its secret, and lists in texts are of files.
    """
    objects = sorted({each for field in rows.columns.values() for each in _objects(field)})
    bits = {each: 1 << place for place, each in enumerate(objects)}
    columns = [
        (name, value(field), sum({bits[each] for each in _objects(field)}))
        for name, field in rows.columns.items()
    ]
    wanted = None if rows.where is None else test(rows.where)
    if rows.each is not None and not isinstance(rows.each, f.Path):
        raise TypeError(f"not a list of single records: {rows.each!r}")
    each = rows.each.names if rows.each else ()

    def read(record: Json) -> Iterator[dict[str, str | None]]:
        if wanted is not None and not wanted(record, _NOTHING):
            return
        there = sum(bits[each] for each in objects if not each or _inner(record, each) is not None)
        items = _inner(record, each) if each else None
        for item in items if isinstance(items, list) and items else (_NOTHING,):
            inside = item if isinstance(item, dict) else _NOTHING
            yield {name: said(record, inside) if needed & there else None for name, said, needed in columns}

    return read


def _objects(field: f.Field) -> set[tuple[str, ...]]:
    """The objects that a field reads values of; without names where it may say something of any record."""
    found = set[tuple[str, ...]]()
    for leaf in f.leaves(field):
        match leaf:
            case f.Path((name,)) | f.Entry(name):
                found.add((name,))
            case f.Path((*names, _)):
                found.add(tuple(names))
            case _:
                found.add(())
    return found


def value(field: f.Field) -> Value:
    """What a field says of a record: a text, or None."""
    match field:
        case f.Path((name,)):
            return lambda record, item: _text(record.get(name))
        case f.Path((name, inner)):
            return lambda record, item: (
                _text(inside.get(inner)) if isinstance(inside := record.get(name), dict) else None
            )
        case f.Path(names):
            return lambda record, item: _text(_inner(record, names))
        case f.Item(names):
            return lambda record, item: _text(_inner(item, names))
        case f.Entry(name, key, inside):
            return _entry(name, key, inside)
        case f.Constant(text):
            return lambda record, item: text
        case f.First(inner):
            return _first([value(each) for each in inner])
        case f.Joined(inner, separator):
            said = [value(each) for each in inner]
            return lambda record, item: (
                separator.join(text for each in said if (text := _filled(each(record, item)))) or None
            )
        case f.When(condition, then):
            holds, told = test(condition), value(then)
            return lambda record, item: told(record, item) if holds(record, item) else None
        case f.Words():
            return _words(field)
        case f.Captured(one, pattern):
            inside_of, found = value(one), re.compile(pattern)
            return lambda record, item: _captured(found, inside_of(record, item))
        case f.Stripped(one) | f.Lower(one) | f.Snake(one):
            plain, changed = value(one), _CHANGES[type(field)]
            return lambda record, item: None if (text := plain(record, item)) is None else changed(text)
    raise TypeError(f"not a field of single records: {field!r}")


def test(condition: f.Condition) -> Test:
    """Whether a condition holds of a record."""
    match condition:
        case f.Filled(field):
            said = value(field)
            return lambda record, item: _filled(said(record, item)) is not None
        case f.Equals(field, words):
            told, wanted = value(field), frozenset(word.lower() for word in words)
            return lambda record, item: (told(record, item) or "").strip(" ").lower() in wanted
        case f.Contains(field, part):
            whole = value(field)
            return lambda record, item: part in (whole(record, item) or "")
        case f.Not(inner):
            holds = test(inner)
            return lambda record, item: not holds(record, item)
        case f.Either(conditions):
            tests = [test(each) for each in conditions]
            return lambda record, item: any(each(record, item) for each in tests)
    raise TypeError(f"not a condition: {condition!r}")


def _first(said: Sequence[Value]) -> Value:
    def first(record: Json, item: Json) -> str | None:
        for each in said:
            if (text := _filled(each(record, item))) is not None:
                return text
        return None

    return first


def _words(field: f.Words) -> Value:
    said = value(field.field)
    known = {word.lower(): meaning for word, meaning in reversed(field.words)}
    otherwise = None if field.otherwise is None else value(field.otherwise)

    def meant(record: Json, item: Json) -> str | None:
        word = said(record, item)
        if word is not None and (key := word.strip(" ").lower()) in known:
            return known[key]
        return otherwise(record, item) if otherwise else None

    return meant


def _entry(name: str, key: str, inside: tuple[str, ...]) -> Value:
    def found(record: Json, item: Json) -> str | None:
        pairs = record.get(name)
        for pair in pairs if isinstance(pairs, list) else ():
            if isinstance(pair, dict) and pair.get("key") == key:
                return _text(_inner(pair, inside))
        return None

    return found


def _inner(record: Any, names: Sequence[str]) -> Any:
    for name in names:
        if not isinstance(record, dict):
            return None
        record = record.get(name)
    return record


def _text(said: Any) -> str | None:
    """A value as a text; nothing where it is empty."""
    if isinstance(said, str):
        return said or None
    if said is None:
        return None
    if isinstance(said, bool):
        return "true" if said else "false"
    return msgspec.json.encode(said).decode()


def _filled(text: str | None) -> str | None:
    """Without blanks around it; nothing where nothing is left."""
    return None if text is None else text.strip(" ") or None


def _captured(pattern: re.Pattern[str], text: str | None) -> str | None:
    found = None if text is None else pattern.search(text)
    return found[1] or None if found else None


def _stripped(text: str) -> str | None:
    if text[0] == "'":
        return text[1:] or None
    return (text.strip('="') if text[0] == "=" else text) or None


def _snake(text: str) -> str | None:
    return _APART.sub("_", _HUMP.sub(r"\1_\2", text).lower()).strip("_") or None


_CHANGES: dict[type, Callable[[str], str | None]] = {
    f.Stripped: _stripped,
    f.Lower: str.lower,
    f.Snake: _snake,
}
