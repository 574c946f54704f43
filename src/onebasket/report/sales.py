"""Sections about sales: the headline numbers, sales over time, the top products."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from datetime import date, timedelta

from onebasket.report.charts import Caption, Series, bars, both, columns
from onebasket.report.page import Block, Grid, Page, Row, Section, Tile

_TOP = 15
_MOST_COLUMNS = 160  # more weeks than that are shown as months
_WEEK = timedelta(days=7)
_Next = Callable[[date], date]


def tiles(page: Page) -> tuple[list[Tile], str]:
    """The numbers at the top, and the period they cover."""
    say, figures = page.say, page.figures
    (people,) = page.rows("headline_customers")
    (sales,) = page.rows("headline_sales")
    (listed,) = page.rows("headline_products")
    (refused,) = page.rows("headline_refused")
    known, orders = people["known"], sales["orders"]
    made = [
        Tile(
            say("Customers"),
            figures.count(known),
            say("and {n} visitors without a name", n=figures.count(people["seen"] - known)),
        ),
        Tile(
            say("Net sales"),
            figures.short_money(sales["net_minor"]),
            say("{exact}, after returns", exact=figures.money(sales["net_minor"], exact=True)),
        ),
        Tile(
            say("Orders"),
            figures.count(orders),
            say("{amount} on average", amount=figures.money(sales["net_minor"] / orders, exact=True))
            if orders
            else "",
        ),
        Tile(
            say("Bought again"),
            figures.percent(people["repeat_buyers"] / people["buyers"] if people["buyers"] else None),
            say("customers with two orders or more"),
        ),
        Tile(say("Products"), figures.count(listed["products"]), say("one catalogue of all sources")),
        Tile(say("Events"), figures.short(sales["events"]), say("views, carts, purchases, returns …")),
        Tile(
            say("Channels"),
            figures.count(sales["channels"]),
            say("{share} of customers use several", share=figures.percent(people["many_channels"] / known))
            if known
            else "",
        ),
        Tile(
            say("Rows refused"),
            figures.count(refused["refused"]),
            say("in the quarantine, with reasons"),
        ),
    ]
    if sales["first_ts"] is None:
        return made, ""
    return made, f"{figures.day(sales['first_ts'])} – {figures.day(sales['last_ts'])}"


def over_time(page: Page) -> Section:
    """Net sales by week and channel."""
    say, figures = page.say, page.figures
    title, short = say("Sales over time"), say("Sales")
    found = page.rows("sales_weeks")
    if not found:
        return Section("sales", title, short, say("Nothing has been sold yet."))
    weeks = (found[-1]["week"] - found[0]["week"]) // _WEEK + 1
    monthly = weeks > _MOST_COLUMNS
    start, following = (_month, _next_month) if monthly else (_same, _next_week)
    sums: dict[tuple[date, str], int] = defaultdict(int)
    for row in found:
        sums[start(row["week"]), row["channel"]] += row["net_minor"]
    places = _range(start(found[0]["week"]), start(found[-1]["week"]), following)
    names = page.channels({row["channel"] for row in found})
    totals = {place: sum(sums.get((place, name), 0) for name in names) for place in places}
    best = max(places, key=lambda place: totals[place])
    lead = say(
        "{total} in all. The best {days} began on {day}: {amount}.",
        total=figures.money(sum(totals.values()), exact=True),
        days=say("month") if monthly else say("week"),
        day=figures.date(best),
        amount=figures.money(totals[best]),
    )
    series = [
        Series(page.channel(name), page.color(name), [sums.get((place, name), 0) for place in places])
        for name in names
    ]
    return Section("sales", title, short, lead, [_time_block(page, series, places, monthly), _gross(page)])


def _time_block(page: Page, series: list[Series], places: list[date], monthly: bool) -> Block:
    say, figures = page.say, page.figures
    title = say("Net sales by month and channel") if monthly else say("Net sales by week and channel")
    caption = Caption("sales", title, say("Stacked columns; what is negative hangs below zero."))
    labels = [figures.date(place) for place in places]
    marks = [
        (n, figures.month(place))
        for n, place in enumerate(places)
        if n == 0 or place.month != places[n - 1].month
    ]
    return Block(
        title=title,
        note=say(
            "Returns count when they happened, unless they are tied to an order. Weeks begin on Monday, UTC."
        ),
        legend=[(one.name, one.color) for one in series],
        chart=both(
            lambda own, width: columns(own, width, labels, marks, series, figures.short_money), caption
        ),
        grid=Grid(
            (say("Beginning"), *(one.name for one in series), say("Total")),
            [
                [
                    label,
                    *(figures.money(one.values[n]) for one in series),
                    figures.money(sum(one.values[n] for one in series)),
                ]
                for n, label in enumerate(labels)
            ],
        ),
        folded=True,
    )


def _gross(page: Page) -> Block:
    """From what was charged to what was kept, to the last cent."""
    say, figures = page.say, page.figures
    head = (say("Channel"), say("Gross sales"), say("Returned or cancelled"), say("Net sales"))
    found = {row["channel"]: row for row in page.rows("channel_sales")}
    lines = [(page.channel(name), found[name]) for name in page.channels(set(found))]
    whole = {key: sum(row[key] for row in found.values()) for key in ("gross_minor", "net_minor")}
    lines.append((say("All"), whole))
    rows = [
        [
            name,
            figures.money(row["gross_minor"], exact=True),
            figures.money(row["net_minor"] - row["gross_minor"], exact=True),
            figures.money(row["net_minor"], exact=True),
        ]
        for name, row in lines
    ]
    return Block(title=say("From gross to net"), grid=Grid(head, rows))


def _same(day: date) -> date:
    return day


def _month(day: date) -> date:
    return day.replace(day=1)


def _next_week(day: date) -> date:
    return day + _WEEK


def _next_month(day: date) -> date:
    return (day + timedelta(days=32)).replace(day=1)


def _range(first: date, last: date, following: _Next) -> list[date]:
    places = [first]
    while places[-1] < last:
        places.append(following(places[-1]))
    return places


def products(page: Page) -> Section:
    """The products with the highest net sales, and where they are sold."""
    say, figures = page.say, page.figures
    title, short = say("Top products"), say("Products")
    found = page.rows("top_products", top=_TOP)
    if not found:
        return Section("products", title, short, say("Nothing has been sold yet."))
    by_place: dict[int, list[Row]] = defaultdict(list)
    for row in found:
        by_place[row["place"]].append(row)
    names = page.channels({row["channel"] for row in found})
    nets = {(row["place"], row["channel"]): row["net_minor"] for row in found}
    labels = [rows[0]["title"] for rows in by_place.values()]
    series = [
        Series(page.channel(name), page.color(name), [nets.get((place, name), 0) for place in by_place])
        for name in names
    ]
    best = by_place[1]
    lead = say(
        "{title} leads with {amount} from {buyers} customers.",
        title=best[0]["title"],
        amount=figures.money(sum(row["net_minor"] for row in best)),
        buyers=figures.count(best[0]["buyers"]),
    )
    title_said = say("Net sales by product and channel")
    caption = Caption("products", title_said, say("One bar a product, best first."))
    blocks = [
        Block(
            title=caption.title,
            legend=[(one.name, one.color) for one in series],
            chart=both(lambda own, width: bars(own, width, labels, series, figures.short_money), caption),
        ),
        Block(grid=_product_table(page, by_place)),
    ]
    return Section("products", title, short, lead, blocks)


def _product_table(page: Page, by_place: dict[int, list[Row]]) -> Grid:
    say, figures = page.say, page.figures
    head = (
        say("Product"), say("Category"), say("Net sales"), say("Units"), say("Buyers"), say("Sources"),
    )  # fmt: skip
    rows = [
        [
            lines[0]["title"],
            say("unknown") if lines[0]["category"] == "unknown" else lines[0]["category"],
            figures.money(sum(row["net_minor"] for row in lines)),
            figures.count(sum(row["units"] for row in lines)),
            figures.count(lines[0]["buyers"]),
            figures.count(lines[0]["sources"]),
        ]
        for lines in by_place.values()
    ]
    return Grid(head, rows, texts=2)
