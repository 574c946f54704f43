"""What is not well with a source, in words."""

from __future__ import annotations

from collections.abc import Callable

from onebasket.messages import mark

_WORDS = {
    "stopped": mark("cannot be read, so what the last good run read of it is in use: {found}"),
    "stale": mark("its last order or event is {found} days old; at most {limit} are expected"),
    "little": mark("only {found} rows in the last week; at least {limit} are expected"),
    "much": mark("{found} rows in the last week; at most {limit} are expected"),
    "rejected": mark("{found} of its rows are refused; at most {limit} are expected"),
    "duplicates": mark("{found} of its rows repeat others; at most {limit} are expected"),
    "identifiers": mark("{found} usable identifiers a record of people; at least {limit} are expected"),
    "nulls": mark("rows without a value have become more: {found}; at most {limit} is expected"),
    "columns": mark("its columns have changed: {found}"),
}


def problem_words(say: Callable[[str], str], kind: str, found: str, limit: str) -> str:
    """A problem in the words of a language that `say` translates into."""
    return say(_WORDS[kind]).format(found=found.replace("\n", " "), limit=limit)
