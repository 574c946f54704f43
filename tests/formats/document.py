"""Writes docs/reference/formats.md: `python -m tests.formats.document > docs/reference/formats.md`."""

from __future__ import annotations

from onebasket.collect.formats import BY_NAME, EXPORTS
from tests.formats.sample import WHOLE, Damage, Sample
from tests.formats.test_formats import FILES, ways_of
from tests.formats.test_tracked import WAYS
from tests.formats.tracked import MAKERS

_HEAD = """\
# Formats

Every export that is read, what it gives, the traps of its channel, and how many kinds of damage its test does
to a file of more than a thousand rows: all sound rows come in, all others go to
[quarantine](../quarantine.md) with the reason. `onebasket formats` lists the columns by which a file is
known; `onebasket add PATH…` finds out by itself. This page is written by the tests (`tests/formats`).
"""


def document() -> str:
    """The page."""
    samples = [make() for make in FILES]
    return "\n".join([_HEAD, *_files(samples), "", *_tracked(), "", *_damage(samples)]) + "\n"


def _files(samples: list[Sample]) -> list[str]:
    lines = ["| format | kind of file | gives | traps | kinds of damage |", "|---|---|---|---|---|"]
    for sample in sorted(samples, key=lambda each: (each.format, each.layout)):
        layout = next(each for each in BY_NAME[sample.format].layouts if each.name == sample.layout)
        gives = ", ".join(name.removeprefix("raw_") for name in layout.tables)
        traps, ways = ", ".join(sample.traps), len(ways_of(sample)) + len(WHOLE)
        lines.append(f"| `{sample.format}` | {sample.layout} | {gives} | {traps} | {ways} |")
    return lines


def _tracked() -> list[str]:
    lines = ["| format | event files | gives | kinds of damage |", "|---|---|---|---|"]
    for format_ in EXPORTS:
        if format_.name in MAKERS:
            gives = ", ".join(name.removeprefix("raw_") for name in format_.layouts[0].tables)
            lines.append(f"| `{format_.name}` | one JSON object a line, Parquet | {gives} | {len(WAYS)} |")
    return lines


def _damage(samples: list[Sample]) -> list[str]:
    ways = list(dict.fromkeys(way for sample in samples for way in ways_of(sample)))
    lines = ["| damage | what becomes of the row | kinds of file |", "|---|---|---|"]
    for way in ways:
        times = sum(way in ways_of(sample) for sample in samples)
        lines.append(f"| {way.name} | {_outcome(way)} | {times} |")
    return [*lines, *(f"| {way.name} | {_outcome(way)} | {len(samples)} |" for way in WHOLE)]


def _outcome(way: Damage) -> str:
    return f"{way.outcome}: `{way.reason}`" if way.reason else way.outcome


if __name__ == "__main__":
    print(document(), end="")  # noqa: T201
