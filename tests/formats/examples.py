"""Writes examples/exports, the beginning of each format's file: `python -m tests.formats.examples`."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

from tests.formats.sample import Sample
from tests.formats.test_formats import FILES, written
from tests.formats.tracked import MAKERS, W

FOLDER = Path(__file__).parents[2] / "examples" / "exports"
ROWS, EVENTS = 6, 4


def beginning(make: Callable[[], Sample]) -> Sample:
    """The first records of a sample, to the end of the order they are in."""
    sample = make()
    heads = [place for place, row in enumerate(sample.rows) if row.alone or "orders" in row.tells]
    return replace(sample, rows=sample.rows[: next(place for place in heads if place >= ROWS)])


def path_of(make: Callable[[], Sample]) -> Path:
    sample = make()
    return FOLDER / sample.format / f"{make.__name__}{Path(sample.file).suffix}"


def examples() -> Iterator[tuple[Path, bytes]]:
    """Every file and what is in it."""
    for make in FILES:
        yield path_of(make), written(beginning(make), {})[0]
    for name, event in MAKERS.items():
        lines = (json.dumps(event(sale), ensure_ascii=False) + "\n" for sale in W.sales[:EVENTS])
        yield FOLDER / name / "events.ndjson", "".join(lines).encode()


if __name__ == "__main__":
    for path, content in examples():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
