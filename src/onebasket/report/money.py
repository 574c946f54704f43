"""Money, to the last cent: what the lines of each source add up to, refused ones included."""

from __future__ import annotations

from onebasket.currencies import exponent
from onebasket.report.page import Block, Grid, Page, Row
from onebasket.store.base import Number, Reading

_TEXTS = {"quantity": "quantity", "price": "unit_price", "amount": "amount", "discount": "discount"}


def balance(page: Page) -> list[Block]:
    """Sold and returned in the timeline, refused beside it, and the sum that the files state.

    A table a source gives the total of its order lines; where its lines are told first by
    another source, or repeat others, they are not counted a second time.
    """
    found = _rows(page)
    if not found:
        return []
    say, figures = page.say, page.figures
    head = (
        say("Source"), say("Lines sold"), say("Lines returned"), say("In the timeline"),
        say("Refused lines"), say("Together"),
    )  # fmt: skip
    rows, sums = [], [0] * 5
    for row in found:
        kept = row["sold_minor"] + row["returned_minor"]
        refused = _in_shop_currency(page, row)
        amounts = [row["sold_minor"], row["returned_minor"], kept, refused, kept + refused]
        sums = [total + amount for total, amount in zip(sums, amounts, strict=True)]
        rows.append([row["source"], *(figures.money(amount, exact=True) for amount in amounts)])
    if len(rows) > 1:
        rows.append([say("all"), *(figures.money(amount, exact=True) for amount in sums)])
    note = say(
        "What the order lines of the files add up to: those in the timeline and those refused. "
        "{lines} lines are returns. Test orders, repeated lines and lines beyond belief are left out.",
        lines=figures.count(sum(row["return_lines"] for row in found)),
    )
    return [Block(title=say("Money, to the last cent"), note=note, grid=Grid(head, rows))]


def _rows(page: Page) -> list[Row]:
    readings: dict[str, tuple[str, Reading]] = {}
    for name, column in _TEXTS.items():
        readings[f"dot_{name}"] = (column, Number("."))
        readings[f"comma_{name}"] = (column, Number(","))
    page.keep("report_refused_lines", "refused_lines")
    page.keep_parsed("report_refused_read", "report_refused_lines", readings)
    found = page.rows("money")
    page.forget("report_refused_lines")
    page.forget("report_refused_read")
    return found


def _in_shop_currency(page: Page, row: Row) -> int:
    """The refused amount in minor units of the shop's currency, by its stated rates."""
    own, shop = row["refused_currency"], page.shop.shop
    if own is None:
        return 0
    rate = 1.0 if own == shop.currency else shop.rates.get(own, 0.0)
    return round(float(row["refused_amount"]) * rate * float(10 ** exponent(shop.currency)))
