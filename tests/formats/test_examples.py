"""The example files are of their formats, and tell what they were made to tell."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest

from tests.formats.examples import EVENTS, FOLDER, beginning, examples, path_of
from tests.formats.sample import Sample
from tests.formats.test_formats import FILES, SELECTS, UNIQUE, expected, tables_of, written
from tests.formats.test_tracked import TIMELY
from tests.formats.test_tracked import expected as tracked
from tests.formats.tracked import MAKERS, W


def test_they_are_current_and_no_other_lies_there() -> None:
    want = dict(examples())
    assert {path: path.read_bytes() for path in want} == want
    assert {path for path in FOLDER.glob("*/*") if path.is_file()} == set(want)


@pytest.mark.parametrize("make", FILES, ids=lambda make: make.__name__)
def test_an_export(make: Callable[[], Sample], read: Callable[..., Any]) -> None:
    sample = beginning(make)
    files = {sample.file: path_of(make).read_bytes()}
    beside = {each.file: written(each, {})[0] for each in sample.beside}
    world = read({**files, **beside}, format=sample.format, **sample.options)
    assert world.rows("select * from quarantine") == []
    want = expected(sample, {})
    for table in tables_of(sample.rows):
        found = Counter(world.rows({**SELECTS, **sample.selects}[table]))
        assert want[table] <= (Counter(set(found)) if table in UNIQUE else found), table
        assert beside or want[table].keys() == found.keys()


@pytest.mark.parametrize("name", MAKERS)
def test_events(name: str, read: Callable[..., Any]) -> None:
    world = read({"events.ndjson": (FOLDER / name / "events.ndjson").read_bytes()}, format=name)
    assert world.rows("select * from quarantine") == []
    assert Counter(world.rows(TIMELY)) == tracked(list(W.sales[:EVENTS]))
