"""Every format is read from a realistic file: good rows in, bad rows in quarantine with the reason."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from tests.formats import chinese, counted, marketplaces, western
from tests.formats.sample import DAMAGES, Damage, Row, Sample

FILES = (*western.FILES, *marketplaces.FILES, *chinese.FILES, *counted.FILES)
COPIED = 100
STEP = 29  # a damaged record every so many
SELECTS = {
    "orders": "select order_id, strftime(ts, '%Y-%m-%d %H:%M:%S'), total_minor, status from orders"
    " where status <> 'unknown'",
    "events": "select order_id, product_key, quantity, amount_minor, action from events",
    "people": "select email from people where email is not null",
    "accounts": "select account from people where account is not null",
    "phones": "select phone from people where phone is not null",
    "campaigns": "select campaign_id, sent, revenue_minor, strftime(ts, '%Y-%m-%d %H:%M:%S') from campaigns",
    "product_days": "select product_key, cast(day as varchar), visitors, amount_minor from product_days",
    "products": "select product_key, price_minor from products",
}
UNIQUE = ("orders", "people", "accounts", "phones", "products")  # told on several rows, known once


def ways_of(sample: Sample) -> list[Damage]:
    """The ways in which rows of a file can be spoilt, those first that its columns allow."""
    return [way for way in DAMAGES if way.role is None or way.role in sample.roles]


def damaged(sample: Sample) -> dict[int, Damage]:
    """Which rows are spoilt how: each way that the file's columns allow, again and again."""
    ways = ways_of(sample)
    places = [place for place, row in enumerate(sample.rows) if row.alone and row.tells]
    return {place: ways[n % len(ways)] for n, place in enumerate(places[::STEP])}


def spoilt(sample: Sample, place: int, damage: Damage) -> bytes:
    row = sample.rows[place]
    if damage.spoil:
        return damage.spoil(sample, sample.cells(row.cells))
    assert damage.role
    text = sample.when(damage.text) if isinstance(damage.text, datetime) else damage.text
    text += " " * place if damage.role == "person" else ""  # people who say the same are one record
    cells = {**row.cells, **dict.fromkeys(sample.roles[damage.role], text)}
    return sample.line(sample.cells(cells)).encode("utf-8" if sample.has_bom else sample.encoding)


def written(sample: Sample, bad: dict[int, Damage]) -> tuple[bytes, dict[int, str]]:
    """The file's bytes, and for each line on which a spoilt record begins the reason."""
    encoding = "utf-8" if sample.has_bom else sample.encoding
    pieces = [line.encode(encoding) + b"\r\n" for line in sample.above]
    pieces.append(sample.line(sample.columns).encode(encoding))
    if sample.explained:
        pieces.append(sample.line(f"What {name} says." for name in sample.columns).encode(encoding))
    at, reasons = 1 + sum(piece.count(b"\n") for piece in pieces), {}
    for place, row in enumerate(sample.rows):
        piece = sample.line(sample.cells(row.cells)).encode(encoding)
        if damage := bad.get(place):
            piece = spoilt(sample, place, damage)
            reasons[at] = damage.reason
        if place % 97 == 0:
            piece += b"\r\n"  # a blank line
        if place % 101 == 0:
            piece = piece.replace(b"\r\n", b"\n")  # as another program would end it
        pieces.append(piece)
        at += piece.count(b"\n")
    below = [sample.line(sample.cells(row)).encode(encoding) for row in sample.below]
    if bad:
        reasons[at + len(below)] = "too_few_columns"
        below.append(sample.line(sample.cells(sample.rows[-1].cells)[:2]).rstrip().encode(encoding))
    pieces += below
    return (b"\xef\xbb\xbf" if sample.has_bom else b"") + b"".join(pieces), reasons


def copied(sample: Sample, bad: dict[int, Damage]) -> Sample:
    """Another file with some of the sound records, as exports of overlapping days have."""
    heads = [place for place, row in enumerate(sample.rows) if row.alone or "orders" in row.tells]
    end = next(place for place in heads if place > COPIED)
    return replace(sample, rows=[row for place, row in enumerate(sample.rows[:end]) if place not in bad])


def expected(sample: Sample, bad: dict[int, Damage]) -> dict[str, Counter[tuple[object, ...]]]:
    told: dict[str, Counter[tuple[object, ...]]] = defaultdict(Counter)
    for place, row in enumerate(sample.rows):
        damage = bad.get(place)
        lost = () if damage is None else damage.loses or tuple(row.tells)
        for table, facts in row.tells.items():
            if table not in lost:
                told[table].update(facts)
    for table in UNIQUE:
        told[table] = Counter(set(told[table]))
    return told


def tables_of(rows: Sequence[Row]) -> set[str]:
    return {table for row in rows for table in row.tells}


@pytest.mark.parametrize("make", FILES, ids=lambda make: make.__name__)
def test_good_rows_come_in_and_bad_ones_are_refused_with_the_reason(
    make: Callable[[], Sample], read: Callable[..., Any]
) -> None:
    sample = make()
    assert len(sample.rows) >= 1_000
    bad = damaged(sample)
    content, reasons = written(sample, bad)
    beside = {each.file: written(each, {})[0] for each in sample.beside}
    beside[f"z-{sample.file}"] = written(copied(sample, bad), {})[0]
    world = read({sample.file: content, **beside}, format=sample.format, **sample.options)
    assert world.rows(f"select layout from files where file = 'in/{sample.file}'") == [(sample.layout,)]
    want = expected(sample, bad)
    for table in sorted(tables_of(sample.rows)):
        found = Counter(world.rows({**SELECTS, **sample.selects}[table]))
        if table in UNIQUE:
            found = Counter(set(found))
        assert (want[table] - found, found - want[table]) == (Counter(), Counter()), table
    refused: dict[int, set[str]] = defaultdict(set)
    for line, reason in world.rows("select line, reason from quarantine"):
        refused[line].add(reason)
    assert set(refused) == set(reasons)
    assert not {
        line: (reason, refused[line]) for line, reason in reasons.items() if reason not in refused[line]
    }
    for account in world.accounts:
        account.check()


def test_the_page_of_formats_is_current() -> None:
    from tests.formats.document import document

    page = Path(__file__).parents[2] / "docs" / "reference" / "formats.md"
    assert page.read_text(encoding="utf-8") == document(), "python -m tests.formats.document writes it"
