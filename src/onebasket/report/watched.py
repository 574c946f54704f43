"""Whether the sources are well: their measures against the shop file's limits."""

from __future__ import annotations

from datetime import datetime

import msgspec

from onebasket.health import Measures, limits_of, problem_words, problems
from onebasket.report.page import Block, Grid, Page


def watched(page: Page) -> list[Block]:
    """What each source brought in its last week beside the usual, and what is not well with it.

    The moment is that of the run: a report does not change by being read later.
    """
    say, figures = page.say, page.figures
    known = {source.name for source in page.shop.sources}
    told = {name: each for name, each in page.manifest.get("health", {}).items() if name in known}
    if not told:
        return []
    moment = datetime.fromisoformat(page.manifest["started"])
    rows = []
    for name, entry in told.items():
        found = msgspec.convert(entry, Measures)
        faults = [
            problem_words(page.translate, each.kind, each.found, each.limit)
            for each in problems(found, limits_of(page.shop, name), moment)
        ]
        rows.append(
            [
                name,
                "; ".join(faults) or say("well"),
                figures.count(found.week) if found.last else "–",
                figures.count(round(found.usual)) if found.usual is not None else "–",
                figures.percent(found.rejected, 1),
                figures.percent(found.duplicates, 1),
            ]
        )
    head = (
        say("Source"), say("Health"), say("Rows in its last week"), say("Usual week"), say("Refused"),
        say("Repeated"),
    )  # fmt: skip
    note = say(
        "Limits stand under [health] in the shop file. Columns that changed are told once; "
        "`onebasket status` judges by the time of asking."
    )
    return [Block(title=say("Are the sources well?"), note=note, grid=Grid(head, rows, texts=2))]
