"""Sections about customers: channels and their overlap, merges with masked examples, the RFM map."""

from __future__ import annotations

from collections import defaultdict

from onebasket.protect.masking import HIDDEN, mask_email, mask_id, mask_name, mask_phone
from onebasket.report import identity, reasons
from onebasket.report.charts import HALF, Caption, Overlap, Series, bars, both, heat, overlap
from onebasket.report.page import Block, Example, Grid, Page, Row, Section
from onebasket.report.words import ATTRIBUTE, DECISION, KIND, SEGMENT

_SHOWN_COMBINATIONS = 12
_EXAMPLES = "report_examples"
_MASKS = {"email": mask_email, "phone": mask_phone}
_NAMES = ("given_name", "family_name", "full_name")


def channels(page: Page) -> Section:
    """How many known customers each channel has, and how many it shares with others."""
    say, figures = page.say, page.figures
    customers = {row["channel"]: row["customers"] for row in page.rows("channel_customers")}
    sales = {row["channel"]: row for row in page.rows("channel_sales")}
    combinations = page.rows("overlap")
    known = sum(row["customers"] for row in combinations)
    shared = sum(row["customers"] for row in combinations if len(row["channels"]) > 1)
    lead = (
        say(
            "{shared} of {known} known customers ({share}) were seen in more than one channel.",
            shared=figures.count(shared),
            known=figures.count(known),
            share=figures.percent(shared / known),
        )
        if known
        else say("No customers are known yet.")
    )
    names = page.channels(set(customers) | set(sales))
    blocks = [_overlap(page, names, customers, combinations)] if known and len(names) > 1 else []
    if names:
        blocks.append(_by_channel(page, names, customers, sales))
    return Section("channels", say("Customers by channel"), say("Channels"), lead, blocks)


def _overlap(page: Page, names: list[str], customers: dict[str, int], found: list[Row]) -> Block:
    say, figures = page.say, page.figures
    sets = [(page.channel(name), page.color(name), customers.get(name, 0)) for name in names]
    groups = []
    for row in found:
        members = [page.channel(name) for name in names if name in row["channels"]]
        note = say(
            "{channels}: {customers} customers, {value}",
            channels=page.joined(members) or "–",
            customers=figures.count(row["customers"]),
            value=figures.money(row["value_minor"]),
        )
        groups.append((Overlap(frozenset(members), row["customers"], note), row))
    shown = [group for group, _ in groups[:_SHOWN_COMBINATIONS]]
    caption = Caption(
        "overlap",
        say("Overlap between channels"),
        say("A column a combination of channels; the dots below it say which."),
    )
    rows = [
        [
            page.joined([name for name, _, _ in sets if name in group.members]) or "–",
            figures.count(row["customers"]),
            figures.money(row["value_minor"]),
        ]
        for group, row in groups
    ]
    return Block(
        title=caption.title,
        note=say(
            "Known customers by exactly the channels they were seen in. Pale columns: one channel only."
        ),
        chart=both(lambda own, width: overlap(own, width, sets, shown, figures.short), caption),
        grid=Grid((say("Channels"), say("Customers"), say("Net sales")), rows),
        folded=True,
    )


def _by_channel(page: Page, names: list[str], customers: dict[str, int], sales: dict[str, Row]) -> Block:
    say, figures = page.say, page.figures
    head = (say("Channel"), say("Known customers"), say("Orders"), say("Net sales"), say("Average order"))
    rows = []
    for name in names:
        row = sales.get(name, {"orders": 0, "net_minor": 0})
        rows.append(
            [
                page.channel(name),
                figures.count(customers.get(name, 0)),
                figures.count(row["orders"]),
                figures.money(row["net_minor"]),
                figures.money(row["net_minor"] / row["orders"], exact=True) if row["orders"] else "–",
            ]
        )
    return Block(title=say("Channel by channel"), grid=Grid(head, rows))


def merges(page: Page) -> Section:
    """How records became customers: sources per customer, reasons, limits, examples."""
    say, figures = page.say, page.figures
    by_sources = page.rows("customer_sources")
    records = sum(row["records"] for row in by_sources)
    customers = sum(row["customers"] for row in by_sources)
    joined = sum(row["customers"] for row in by_sources if row["sources"] > 1)
    lead = (
        say(
            "{records} records of people became {customers} known customers; {joined} of them are known "
            "to more than one source.",
            records=figures.count(records),
            customers=figures.count(customers),
            joined=figures.count(joined),
        )
        if customers
        else say("No customers are known yet.")
    )
    blocks = identity.funnel(page)
    if by_sources:
        labels = [
            say("one source") if row["sources"] == 1 else say("{n} sources", n=row["sources"])
            for row in by_sources
        ]
        blocks.append(
            _bars_block(
                page, "known-to", say("Known to how many sources"), labels,
                [row["customers"] for row in by_sources],
            )
        )  # fmt: skip
    if joins := page.rows("joins"):
        labels = [say("same {kind}", kind=page.word(KIND, row["kind"])) for row in joins]
        counts = [row["pairs"] for row in joins]
        blocks.append(_bars_block(page, "joins", say("Pairs of records joined, by reason"), labels, counts))
    blocks += identity.weights(page) + identity.sizes(page)
    blocks += _examples(page) + identity.evidence(page) + _limits(page)
    return Section("merges", say("One customer from many records"), say("Merges"), lead, blocks)


def _bars_block(page: Page, key: str, title: str, labels: list[str], counts: list[int]) -> Block:
    caption = Caption(key, title, page.say("One bar a row."))
    series = [Series("", 0, counts)]
    drawn = both(lambda own, width: bars(own, width, labels, series, page.figures.count), caption, HALF)
    return Block(title=title, chart=drawn, span="half")


def _limits(page: Page) -> list[Block]:
    say, figures = page.say, page.figures
    blocks = []
    if limits := page.rows("limits"):
        rows = [
            [
                page.word(KIND, row["kind"]),
                page.word(DECISION, row["decision"]),
                figures.count(row["identifiers"]),
                figures.count(row["records"]),
            ]
            for row in limits
        ]
        head = (say("Kind"), say("Decision"), say("Identifiers"), say("Records"))
        note = say("They point to several people, so they join less, or nothing.")
        blocks.append(
            Block(title=say("Identifiers held back"), note=note, grid=Grid(head, rows, texts=2), span="half")
        )
    moved = {
        row["why"]: row["customers"]
        for row in page.rows("supersessions", version=int(page.manifest.get("version", 0)))
    }
    if moved:
        facts = [
            (say("customer ids that gave way to another (merged)"), figures.count(moved.get("merged", 0))),
            (say("customer ids that were split"), figures.count(moved.get("split", 0))),
        ]
        blocks.append(Block(title=say("Ids that changed in this run"), facts=facts, span="half"))
    return blocks


def _examples(page: Page) -> list[Block]:
    """A few merged customers. Every value is masked before it leaves this module."""
    say = page.say
    if not page.keep(_EXAMPLES, "merge_examples"):
        page.forget(_EXAMPLES)
        return []
    found: dict[str, tuple[list[Row], list[Row], list[Row]]] = defaultdict(lambda: ([], [], []))
    for place, query in enumerate(("example_records", "example_joins", "example_values")):
        for row in page.rows(query):
            found[row["customer_id"]][place].append(row)
    page.forget(_EXAMPLES)
    examples = [
        _example(page, customer, *parts) for customer, parts in sorted(found.items(), key=_by_richness)
    ]
    note = say(
        "Values are masked here; the basket holds them encrypted. "
        "Each record is one set of values a source said."
    )
    return [Block(title=say("Examples"), note=note, examples=examples)]


def _by_richness(item: tuple[str, tuple[list[Row], list[Row], list[Row]]]) -> tuple[int, int, str]:
    customer, (records, joins, _) = item
    return (-len({row["source"] for row in records}), -len({row["kind"] for row in joins}), customer)


def _example(page: Page, customer: str, records: list[Row], joins: list[Row], values: list[Row]) -> Example:
    say = page.say
    head = (say("Source"), say("Name"), say("e-mail"), say("phone"), say("account"), say("Further ids"))
    number = {row["record_id"]: place for place, row in enumerate(records, 1)}
    rows = [
        [
            f"{number[row['record_id']]} · {row['source']}",
            _masked_person(row),
            mask_email(row["email"]) if row["email"] else "",
            mask_phone(row["phone"]) if row["phone"] else "",
            mask_id(row["account"]) if row["account"] else "",
            page.joined([page.word(KIND, kind) for kind in ("cookie", "device", "card") if row[kind]]),
        ]
        for row in records
    ]
    pairs: dict[tuple[int, int], set[str]] = defaultdict(set)
    for row in joins:
        if row["record_a"] in number and row["record_b"] in number:
            first, second = sorted((number[row["record_a"]], number[row["record_b"]]))
            pairs[first, second].add(row["kind"])
    reasons_said = [
        say(
            "{first} and {second}: same {kinds}",
            first=first,
            second=second,
            kinds=page.joined([page.word(KIND, kind) for kind in KIND if kind in kinds]),
        )
        for (first, second), kinds in sorted(pairs.items())
    ]
    title = say("Customer {id}…", id=customer[:8])
    return Example(title, Grid(head, rows, texts=6), reasons_said, _golden(page, values))


def _masked_person(row: Row) -> str:
    name = row["full_name"] or " ".join(filter(None, (row["given_name"], row["family_name"])))
    return mask_name(name) if name else ""


def _golden(page: Page, values: list[Row]) -> list[str]:
    """Which source won each value of the golden record, and why."""
    return [
        page.say(
            "{attribute} {value} from {source}: {why}",
            attribute=page.word(ATTRIBUTE, row["attribute"]),
            value=_masked_value(row["attribute"], row["value"]),
            source=row["source"],
            why=page.word(reasons.SURVIVED, row["why"]),
        )
        for row in values
        if row["attribute"] in (*_MASKS, *_NAMES)
    ]


def _masked_value(attribute: str, value: str) -> str:
    if attribute in _NAMES:
        return mask_name(value)
    return _MASKS[attribute](value) if attribute in _MASKS else HIDDEN


def rfm(page: Page) -> Section:
    """Recency × frequency, five steps each, and what the segments are worth."""
    say, figures = page.say, page.figures
    title, short = say("Who buys, how often, how recently"), say("RFM")
    found = page.rows("rfm")
    if not found:
        return Section("rfm", title, short, say("No customer has bought yet."))
    customers = sum(row["customers"] for row in found)
    value = sum(row["value_minor"] for row in found)
    best = [row for row in found if row["r"] >= 4 and row["f"] >= 4]
    lead = say(
        "The {customers} customers who buy often and recently ({share}) bring {value} of the sales.",
        customers=figures.count(sum(row["customers"] for row in best)),
        share=figures.percent(sum(row["customers"] for row in best) / customers),
        value=figures.percent(sum(row["value_minor"] for row in best) / value if value else None),
    )
    warmest = max(max(row["value_minor"] for row in found), 1)
    cells = {
        (row["r"], row["f"]): (
            max(row["value_minor"], 0) / warmest,
            figures.short(row["customers"]),
            figures.short_money(row["value_minor"]),
            say(
                "recency {r}, frequency {f}: {customers} customers, {value}",
                r=row["r"],
                f=row["f"],
                customers=figures.count(row["customers"]),
                value=figures.money(row["value_minor"]),
            ),
        )
        for row in found
    }
    caption = Caption(
        "rfm", say("RFM map"), say("Customers and their net sales by recency and frequency score.")
    )
    axes, ends = (say("recency"), say("frequency")), (say("long ago"), say("just now"))
    blocks = [
        Block(
            title=caption.title,
            note=say("Number of customers and what they brought; the stronger the colour, the more."),
            chart=both(lambda own, width: heat(own, width, cells, axes, ends), caption, HALF),
            span="half",
        ),
        _segments(page, customers, value),
    ]
    return Section("rfm", title, short, lead, blocks)


def _segments(page: Page, customers: int, value: int) -> Block:
    say, figures = page.say, page.figures
    head = (say("Segment"), say("Customers"), say("Share of sales"), say("Orders each"), say("Days since"))
    rows = [
        [
            page.word(SEGMENT, row["segment"]),
            f"{figures.count(row['customers'])} ({figures.percent(row['customers'] / customers, 0)})",
            figures.percent(row["value_minor"] / value if value else None),
            figures.count(row["orders"] / row["customers"]),
            figures.count(round(row["recency_days"])),
        ]
        for row in page.rows("segments")
    ]
    note = say("Days since the last purchase: the median.")
    return Block(title=say("Segments"), note=note, grid=Grid(head, rows), span="half")
