"""The section about one catalogue from many: what joined the listings, what is in doubt, what contradicts."""

from __future__ import annotations

from onebasket.report.charts import Caption, Series, bars, both
from onebasket.report.page import Block, Grid, Page, Section
from onebasket.report.words import CONFLICT

_MOST_SAID = 3


def catalogue(page: Page) -> Section | None:
    """How listings became products; None where no source lists any."""
    say, figures = page.say, page.figures
    (found,) = page.rows("catalogue_joined")
    if not found["listings"]:
        return None
    lead = say(
        "{listings} listings are {products} products; {joined} of them are in more than one listing.",
        listings=figures.count(found["listings"]),
        products=figures.count(found["products"]),
        joined=figures.count(found["joined"]),
    )
    blocks = [*_joined(page), *_doubts(page), *_conflicts(page)]
    return Section("catalogue", say("One catalogue from many"), say("Catalogue"), lead, blocks)


def _joined(page: Page) -> list[Block]:
    """What joined each source's listings."""
    say, figures = page.say, page.figures
    rows = page.rows("catalogue_sources")
    names = (
        ("identified", say("by barcode or SKU")),
        ("alike", say("by likeness")),
        ("decided", say("by hand")),
        ("alone", say("alone")),
    )
    told = [(key, name) for key, name in names if any(row[key] for row in rows)]
    series = [Series(name, place, [row[key] for row in rows]) for place, (key, name) in enumerate(told, 1)]
    labels = [row["source"] for row in rows]
    caption = Caption("catalogue-joined", say("What joined the listings"), say("One bar a source."))
    head = (say("Source"), say("Listings"), *(name for _, name in told))
    grid = Grid(
        head,
        [
            [row["source"], figures.count(row["listings"]), *(figures.count(row[key]) for key, _ in told)]
            for row in rows
        ],
    )
    return [
        Block(
            title=caption.title,
            note=say("A listing is what one source calls a product."),
            legend=[(one.name, one.color) for one in series],
            chart=both(lambda own, width: bars(own, width, labels, series, figures.count), caption),
            grid=grid,
            folded=True,
        )
    ]


def _doubts(page: Page) -> list[Block]:
    """The pairs that are hardest to tell."""
    say, figures = page.say, page.figures
    found = page.rows("catalogue_doubts")
    if not found:
        return []
    rows = [
        [
            f"{row['source_a']}: {row['title_a']}",
            f"{row['source_b']}: {row['title_b']}",
            say("one product") if row["joined"] else say("two products"),
            figures.percent(row["probability"]),
        ]
        for row in found
    ]
    head = (say("Listing"), say("Listing"), say("Now"), say("Likely one product"))
    note = say("Pairs near a toss-up. onebasket review --products asks about them; every answer is kept.")
    return [Block(title=say("Listings in doubt"), note=note, grid=Grid(head, rows, texts=3))]


def _conflicts(page: Page) -> list[Block]:
    """Where listings of one product contradict each other."""
    say, figures = page.say, page.figures
    found = page.rows("catalogue_conflicts")
    if not found:
        return []
    rows = [
        [
            say(CONFLICT[row["attribute"]]),
            f"{row['title']} ({', '.join(row['statements'][:_MOST_SAID])})",
            figures.count(row["products"]),
        ]
        for row in found
    ]
    head = (say("What differs"), say("For example"), say("Products"))
    note = say("Listings of one product that contradict each other; all are in the table product_conflicts.")
    return [Block(title=say("Contradictions"), note=note, grid=Grid(head, rows, texts=2))]
