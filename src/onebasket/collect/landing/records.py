"""Records in an API's answers: found, taken apart, each as the text it came as, on one line."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

import msgspec

_Raw = dict[str, msgspec.Raw]
PARENT = "parent"


class ShapeError(Exception):
    """An answer is not as the shop file says: what was found, what was expected."""

    def __init__(self, found: str, expected: str) -> None:
        super().__init__(found)
        self.found, self.expected = found, expected


@dataclass(frozen=True)
class Record:
    """One record: its text, what names it, and what its cursor says."""

    text: str
    key: tuple[str, ...]
    cursor: str | None


def records_of(body: bytes, place: str, each: str) -> list[msgspec.Raw]:
    """The records of an answer, untouched. `each` names a list in each whose members are the records.

    Raises ShapeError.
    """
    try:
        found = msgspec.Raw(body)
        for name in place.split(".") if place else ():
            inner = msgspec.json.decode(found, type=_Raw)
            if name not in inner:
                raise ShapeError(f"nothing at {place}", f"a list of records at {place}")
            found = inner[name]
        listed = msgspec.json.decode(found, type=list[msgspec.Raw])
        return [member for record in listed for member in _members(record, each)] if each else listed
    except msgspec.ValidationError as error:
        expected = f"a list of records at {place}" if place else "a list of records"
        raise ShapeError(str(error), expected) from None
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise ShapeError("an answer that is no JSON", "JSON") from None


def _members(record: msgspec.Raw, each: str) -> list[msgspec.Raw]:
    """The members of a list in a record, the rest of the record standing in them as `parent`."""
    outer = msgspec.json.decode(record, type=_Raw)
    members = msgspec.json.decode(outer.pop(each, msgspec.Raw(b"[]")), type=list[_Raw] | None)
    parent = msgspec.Raw(msgspec.json.encode(outer))
    return [msgspec.Raw(msgspec.json.encode({**member, PARENT: parent})) for member in members or ()]


def record_of(raw: msgspec.Raw, keys: tuple[str, ...], cursor: str | None) -> Record:
    """One record. Raises ShapeError where it is no object, or has no key."""
    found = msgspec.json.decode(raw)
    if not isinstance(found, dict):
        raise ShapeError("a record that is no object", "objects")
    named = []
    for name in keys:
        value = value_at(found, name)
        if value is None or isinstance(value, dict | list):
            raise ShapeError(f"a record without {name}", f"{name} in every record, as key says")
        named.append(str(value))
    value = value_at(found, cursor) if cursor else None
    text = msgspec.json.format(bytes(raw), indent=-1).decode()
    return Record(text, tuple(named), None if value is None else str(value))


def value_at(value: Any, place: str) -> Any:
    """What stands in an object, dots between levels; None where nothing does."""
    for name in place.split("."):
        if not isinstance(value, dict):
            return None
        value = value.get(name)
    return value


def moment(text: str) -> float | None:
    """A time in seconds since 1970, UTC where it states no zone; None for what is no time."""
    try:
        found = dt.datetime.fromisoformat(text)
    except ValueError:
        return None
    return (found if found.tzinfo else found.replace(tzinfo=dt.UTC)).timestamp()


def order_of(cursor: str) -> tuple[int, float | str]:
    """What cursors are ordered by: numbers, times, else texts."""
    try:
        return 0, float(cursor)
    except ValueError:
        time = moment(cursor)
        return (2, cursor) if time is None else (1, time)
