"""Cards about how records became people: the funnel, weights, sizes, households, evidence."""

from __future__ import annotations

import json

from onebasket.report.charts import HALF, Caption, Series, bars, both
from onebasket.report.page import Block, Grid, Page, Row
from onebasket.report.words import AGREEMENT, ATTRIBUTE

_SIZES = {1: "1", 2: "2", 3: "3–5", 6: "6–10", 11: "11–20", 21: "21–50", 51: "51+"}
_MOST_PEOPLE = 6


def funnel(page: Page) -> list[Block]:
    """How far each channel's records come on the way to a customer known elsewhere, too."""
    say, figures = page.say, page.figures
    rows = page.rows("identity_funnel")
    if not rows:
        return []
    labels = [page.channel(row["channel"]) for row in rows]
    across = [row["across"] for row in rows]
    within = [row["joined"] - row["across"] for row in rows]
    alone = [row["records"] - row["joined"] for row in rows]
    series = [
        Series(say("joined with another channel"), 1, across),
        Series(say("joined within the channel"), 2, within),
        Series(say("alone"), 3, alone),
    ]
    caption = Caption("identity-funnel", say("From records to customers"), say("One bar a channel."))
    head = (
        say("Channel"), say("Records"), say("With an identifier"), say("Joined"),
        say("Joined with another channel"), say("Customers"),
    )  # fmt: skip
    names = ("records", "identified", "joined", "across", "customers")
    grid = Grid(
        head, [[page.channel(row["channel"]), *(figures.count(row[n]) for n in names)] for row in rows]
    )
    return [
        Block(
            title=caption.title,
            note=say(
                "A record is one way in which a source wrote a person; joined ones became one customer."
            ),
            legend=[(one.name, one.color) for one in series],
            chart=both(lambda own, width: bars(own, width, labels, series, figures.count), caption),
            grid=grid,
            folded=True,
        )
    ]


def weights(page: Page) -> list[Block]:
    """How strong the evidence of likeness is, and from where on it joins."""
    say, figures = page.say, page.figures
    rows = page.rows("match_weights")
    if not rows:
        return []
    steps = sorted({row["bits"] for row in rows})
    counts = {(row["bits"], row["joined"]): row["pairs"] for row in rows}
    labels = [
        say("{low} bits and more", low=step)
        if step >= 24
        else say("{low} to {high} bits", low=step, high=step + 4)
        for step in steps
    ]
    series = [
        Series(say("one customer"), 1, [counts.get((step, True), 0) for step in steps]),
        Series(say("two customers"), 3, [counts.get((step, False), 0) for step in steps]),
    ]
    caption = Caption(
        "match-weights", say("How alike pairs of records are"), say("One bar a step of evidence.")
    )
    return [
        Block(
            title=caption.title,
            note=say("0 bits is a toss-up, 4 bits are 94 %, 10 bits 99.9 %. Pairs below 1 % are left out."),
            legend=[(one.name, one.color) for one in series],
            chart=both(lambda own, width: bars(own, width, labels, series, figures.count), caption, HALF),
            span="half",
        )
    ]


def sizes(page: Page) -> list[Block]:
    """Records a customer, and customers a household."""
    say = page.say
    blocks = []
    if found := page.rows("cluster_sizes"):
        labels = [_SIZES[row["least"]] for row in found]
        title = say("Records a customer")
        blocks.append(_counted(page, "cluster-sizes", title, labels, [row["customers"] for row in found]))
    if found := page.rows("household_sizes"):
        labels = [
            f"{row['customers']}+" if row["customers"] == _MOST_PEOPLE else str(row["customers"])
            for row in found
        ]
        title = say("Customers a household")
        blocks.append(_counted(page, "household-sizes", title, labels, [row["households"] for row in found]))
    return blocks


def _counted(page: Page, key: str, title: str, labels: list[str], counts: list[int]) -> Block:
    caption = Caption(key, title, page.say("One bar a row."))
    series = [Series("", 0, counts)]
    drawn = both(lambda own, width: bars(own, width, labels, series, page.figures.count), caption, HALF)
    return Block(title=title, chart=drawn, span="half")


def evidence(page: Page) -> list[Block]:
    """A few pairs near the threshold: what spoke for one person, and what against."""
    say, figures = page.say, page.figures
    found = page.rows("match_examples")
    if not found:
        return []
    rows = [
        [
            say("one customer") if row["joined"] else say("two customers"),
            figures.percent(row["probability"]),
            _spoken(page, row, for_it=True),
            _spoken(page, row, for_it=False),
        ]
        for row in found
    ]
    head = (
        say("Now"),
        say("Likely one person"),
        say("Speaks for it (bits)"),
        say("Speaks against it (bits)"),
    )
    note = say("Pairs near a toss-up. onebasket review asks about them; every answer is kept and taught.")
    return [Block(title=say("Evidence, pair by pair"), note=note, grid=Grid(head, rows, texts=4))]


def _spoken(page: Page, row: Row, for_it: bool) -> str:
    """`same family name` and the like, the strongest first."""
    told = [(field, agreement, bits) for field, agreement, bits in json.loads(row["evidence"]) if field]
    mine = [each for each in told if (each[2] > 0) == for_it and abs(each[2]) >= 0.05]
    mine.sort(key=lambda each: -abs(each[2]))
    return page.joined(
        [f"{page.word(ATTRIBUTE, f)}: {page.word(AGREEMENT, a)} ({abs(bits):.1f})" for f, a, bits in mine]
    )
