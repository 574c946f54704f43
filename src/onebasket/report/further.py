"""The section about stock, product days, campaigns, exposures, reviews, tickets, shipments and payments."""

from __future__ import annotations

from collections.abc import Callable

from onebasket.messages import mark
from onebasket.report.page import Block, Page, Row, Section

_HOUR, _DAY = 60, 86_400
_TITLES = {
    "stock_levels": mark("Stock"),
    "catalogue_days": mark("Products day by day"),
    "campaign_results": mark("Campaigns"),
    "campaign_exposures": mark("Who saw what"),
    "product_reviews": mark("Reviews"),
    "support_tickets": mark("Customer service"),
    "order_shipments": mark("Shipments"),
    "order_payments": mark("Payments"),
}
_Facts = list[tuple[str, str]]


def further(page: Page) -> Section | None:
    """A card for each further table that has rows; None where none has."""
    counts = {row["name"]: row["rows"] for row in page.rows("further_tables")}
    told = [name for name in _TITLES if counts[name]]
    if not told:
        return None
    blocks = []
    for name in told:
        (row,) = page.rows(f"further_{name}")
        facts = [(label, text) for label, text in _FACTS[name](page, row) if text]
        blocks.append(Block(title=page.say(_TITLES[name]), facts=facts, span="third"))
    lead = page.say("What the sources tell beside people, products, orders and events.")
    return Section(
        "further", page.say("Stock, campaigns, service and payments"), page.say("Further"), lead, blocks
    )


def _stock(page: Page, row: Row) -> _Facts:
    return [
        (page.say("Products"), page.figures.count(row["products"])),
        (page.say("Places"), page.figures.count(row["places"])),
        (page.say("Units to sell"), _count(page, row["units"])),
        (page.say("Sold out"), page.figures.count(row["sold_out"])),
        (page.say("On their way"), _count(page, row["incoming"])),
    ]


def _days(page: Page, row: Row) -> _Facts:
    period = f"{page.figures.date(row['first_day'])} – {page.figures.date(row['last_day'])}"
    return [
        (page.say("Products"), page.figures.count(row["products"])),
        (page.say("Days"), period),
        (page.say("Visitors"), _count(page, row["visitors"])),
        (page.say("Buyers"), _count(page, row["buyers"])),
        (page.say("Sales"), _money(page, row["amount_minor"])),
    ]


def _campaigns(page: Page, row: Row) -> _Facts:
    return [
        (page.say("Campaigns"), page.figures.count(row["campaigns"])),
        (page.say("Messages sent"), _count(page, row["sent"])),
        (page.say("Opened"), _count(page, row["opens"])),
        (page.say("Clicked"), _count(page, row["clicks"])),
        (page.say("Sales credited"), _money(page, row["revenue_minor"])),
        (page.say("Cost"), _money(page, row["cost_minor"])),
    ]


def _exposures(page: Page, row: Row) -> _Facts:
    return [
        (page.say("Exposures"), page.figures.count(row["exposures"])),
        (page.say("Customers"), page.figures.count(row["customers"])),
        (page.say("Opened"), page.figures.count(row["opens"])),
        (page.say("Clicked"), page.figures.count(row["clicks"])),
    ]


def _reviews(page: Page, row: Row) -> _Facts:
    return [
        (page.say("Reviews"), page.figures.count(row["reviews"])),
        (page.say("Products"), page.figures.count(row["products"])),
        (page.say("Mean rating"), "" if row["score"] is None else page.figures.percent(row["score"])),
        (page.say("Answered"), page.figures.count(row["answered"])),
    ]


def _tickets(page: Page, row: Row) -> _Facts:
    minutes = row["answer_minutes"]
    hours = "" if minutes is None else page.say("{n} hours", n=f"{minutes / _HOUR:.1f}")
    return [
        (page.say("Tickets"), page.figures.count(row["tickets"])),
        (page.say("Customers"), page.figures.count(row["customers"])),
        (page.say("Not solved yet"), page.figures.count(row["unsolved"])),
        (page.say("First answer after (median)"), hours),
    ]


def _shipments(page: Page, row: Row) -> _Facts:
    days = "" if row["seconds"] is None else page.say("{n} days", n=f"{row['seconds'] / _DAY:.1f}")
    return [
        (page.say("Parcels"), page.figures.count(row["parcels"])),
        (page.say("Orders"), page.figures.count(row["orders"])),
        (page.say("Returned or lost"), page.figures.count(row["astray"])),
        (page.say("Delivered after (median)"), days),
    ]


def _payments(page: Page, row: Row) -> _Facts:
    return [
        (page.say("Movements"), page.figures.count(row["payments"])),
        (page.say("Charged"), _money(page, row["charged_minor"])),
        (page.say("Given back"), _money(page, row["refunded_minor"])),
        (page.say("Fees"), _money(page, row["fees_minor"])),
        (page.say("Disputed"), page.figures.count(row["disputes"])),
    ]


def _count(page: Page, number: int | None) -> str:
    return "" if number is None else page.figures.count(number)


def _money(page: Page, minor: int | None) -> str:
    return "" if minor is None else page.figures.money(minor, exact=True)


_FACTS: dict[str, Callable[[Page, Row], _Facts]] = {
    "stock_levels": _stock,
    "catalogue_days": _days,
    "campaign_results": _campaigns,
    "campaign_exposures": _exposures,
    "product_reviews": _reviews,
    "support_tickets": _tickets,
    "order_shipments": _shipments,
    "order_payments": _payments,
}
