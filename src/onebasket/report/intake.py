"""Sections about what came in: sources and their health, rows in and out, reasons, repairs."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import date, timedelta

from onebasket.report import reasons
from onebasket.report.charts import Caption, Series, alone, bars, both, spark
from onebasket.report.money import balance
from onebasket.report.page import Block, Grid, Page, Row, Section
from onebasket.report.watched import watched
from onebasket.report.words import FIELD, KIND, STAGE, TABLE, UNUSABLE

_WEEK = timedelta(days=7)
_SHOWN_REASONS = 12


def sources(page: Page) -> Section:
    """Each source: what was read, in which encoding, over which time, who can be recognised in it."""
    say, figures = page.say, page.figures
    found = page.rows("sources")
    lead = say(
        "{sources} sources in {files} files: {rows} rows, {size}.",
        sources=len(found),
        files=figures.count(sum(row["files"] for row in found)),
        rows=figures.count(sum(row["rows_read"] for row in found)),
        size=figures.bytes(sum(row["size_bytes"] for row in found)),
    )
    title, short = say("Sources and their health"), say("Sources")
    if not found:
        return Section("sources", title, short, say("No rows have come in yet."))
    return Section(
        "sources", title, short, lead, [_source_table(page, found), *watched(page), *_identifiers(page)]
    )


def _source_table(page: Page, found: list[Row]) -> Block:
    say, figures = page.say, page.figures
    weeks: dict[str, dict[date, int]] = defaultdict(dict)
    for row in page.rows("source_weeks"):
        weeks[row["source"]][row["week"]] = row["events"]
    seen = [week for counts in weeks.values() for week in counts]
    first, last = min(seen, default=None), max(seen, default=None)
    head = (
        say("Source"), say("Channel"), say("Format"), say("Encoding"), say("First and last event"),
        say("Events by week"), say("Files"), say("Rows"), say("Refused"),
    )  # fmt: skip
    rows = []
    for row in found:
        name = row["source"]
        line = ""
        if first and last and weeks[name]:
            places = [first + n * _WEEK for n in range((last - first) // _WEEK + 1)]
            caption = Caption(
                f"spark-{name}",
                say("Events by week of {source}", source=name),
                say("At most {count} events a week.", count=figures.count(max(weeks[name].values()))),
            )
            values = [weeks[name].get(week, 0) for week in places]
            line = alone(spark(caption, values, page.color(row["channel"])))
        rows.append(
            [
                name,
                page.channel(row["channel"]),
                row["format"],
                row["encodings"] or "–",
                f"{figures.day(row['first_ts'])} – {figures.day(row['last_ts'])}" if row["first_ts"] else "–",
                line,
                figures.count(row["files"]),
                figures.count(row["rows_read"]),
                figures.count(row["refused"]),
            ]
        )
    return Block(grid=Grid(head, rows, texts=6))


def _identifiers(page: Page) -> list[Block]:
    """Which identifiers each source's records carry, and which of them are not believed."""
    say, figures = page.say, page.figures
    records: dict[str, int] = {}
    carried: dict[str, dict[str, int]] = defaultdict(dict)
    for row in page.rows("source_identifiers"):
        records[row["source"]] = row["records"]
        if row["kind"]:
            carried[row["source"]][row["kind"]] = row["carrying"]
    kinds = [kind for kind in KIND if any(kind in counts for counts in carried.values())]
    blocks = []
    if records:
        head = (
            say("Source"), say("Records"), *(page.word(KIND, kind) for kind in kinds), say("per record"),
        )  # fmt: skip
        rows = [
            [
                name,
                figures.count(count),
                *(
                    figures.percent(carried[name][kind] / count, 0) if kind in carried[name] else "–"
                    for kind in kinds
                ),
                f"{sum(carried[name].values()) / count:.1f}",
            ]
            for name, count in records.items()
        ]
        blocks.append(
            Block(
                title=say("Who can be recognised"),
                note=say(
                    "How many of a source's records of people carry a usable identifier of each kind. "
                    "A record is one distinct set of personal values."
                ),
                grid=Grid(head, rows),
            )
        )
    unusable = page.rows("unusable_identifiers")
    if unusable:
        rows = [
            [
                page.word(KIND, row["kind"]),
                page.word(UNUSABLE, row["reason"]),
                figures.count(row["identifiers"]),
            ]
            for row in unusable
        ]
        blocks.append(
            Block(
                title=say("Identifiers set aside"),
                note=say("Present, but no identity: they join nobody."),
                grid=Grid((say("Kind"), say("Why"), say("Identifiers")), rows, texts=2),
            )
        )
    return blocks


def rows_in_and_out(page: Page) -> Section:
    """Every row that came in, counted out; why rows were refused, and what was set right."""
    say, figures = page.say, page.figures
    accounts = page.manifest.get("accounts", [])
    refused = page.rows("refused")
    came = sum(account["rows_in"] for account in accounts if account["stage"] == "collect")
    gone = sum(row["refused"] for row in refused)
    if came:
        lead = say(
            "{refused} of {rows} rows ({share}) were refused. Every row is accounted for: "
            "rows in = rows kept + rows repeated + rows refused.",
            refused=figures.count(gone),
            rows=figures.count(came),
            share=figures.percent(gone / came, 2),
        )
    else:
        lead = say("No rows have come in yet.")
    blocks = [_refused(page, refused)] if refused else []
    if accounts:
        blocks += _flow(page, accounts)
    blocks += balance(page) + _repeated(page) + _repairs(page)
    return Section("rows", say("Rows in and out"), say("Rows"), lead, blocks)


def _flow(page: Page, accounts: list[Row]) -> list[Block]:
    say, figures = page.say, page.figures
    names = ("rows_in", "kept", "duplicates", "quarantined")
    counted = (say("Rows in"), say("Kept"), say("Repeated"), say("Refused"))
    accounts = sorted(accounts, key=_stage_order)
    sums: dict[str, Counter[str]] = defaultdict(Counter)
    for account in accounts:
        sums[account["stage"]].update({name: account[name] for name in names})
    stages = [
        [page.word(STAGE, stage), *(figures.count(counts[name]) for name in names)]
        for stage, counts in sums.items()
    ]
    rows = [
        [
            say("all") if account["source"] == "all" else account["source"],
            page.word(STAGE, account["stage"]),
            page.word(TABLE, account["table"]),
            *(figures.count(account[name]) for name in names),
        ]
        for account in accounts
    ]
    return [
        Block(
            title=say("Stage by stage"),
            note=say("A row that repeats another is left out, and the basket knows which row it repeats."),
            grid=Grid((say("Stage"), *counted), stages),
        ),
        Block(
            title=say("Source by source"),
            grid=Grid((say("Source"), say("Stage"), say("Table"), *counted), rows, texts=3),
            folded=True,
        ),
    ]


def _stage_order(account: Row) -> int:
    stages = list(STAGE)
    return stages.index(account["stage"]) if account["stage"] in stages else len(stages)


def _refused(page: Page, refused: list[Row]) -> Block:
    say, figures = page.say, page.figures
    by_reason: Counter[str] = Counter()
    for row in refused:
        by_reason[row["reason"]] += row["refused"]
    top = by_reason.most_common(_SHOWN_REASONS)
    labels = [page.word(reasons.REFUSED, reason) for reason, _ in top]
    caption = Caption("refused", say("Rows refused by reason"), say("One bar a reason, longest first."))
    series = [Series("", 0, [count for _, count in top])]
    head = (say("Reason"), say("Source"), say("Table"), say("Column"), say("Rows"))
    rows = [
        [
            page.word(reasons.REFUSED, row["reason"]),
            row["source"],
            page.word(TABLE, row["table_name"]),
            page.word(FIELD, row["field"]) if row["field"] else "–",
            figures.count(row["refused"]),
        ]
        for row in refused
    ]
    return Block(
        title=say("Why rows were refused"),
        note=say(
            "Refused rows wait in the quarantine with file and line: “onebasket quarantine” lists "
            "and exports them, and with --replay takes them in again after the cause is mended."
        ),
        chart=both(lambda own, width: bars(own, width, labels, series, figures.count), caption),
        grid=Grid(head, rows, texts=4),
        folded=True,
    )


def _repeated(page: Page) -> list[Block]:
    say, figures = page.say, page.figures
    repeated = page.rows("duplicates")
    merged = page.rows("merged_events")
    by_why: dict[str, dict[str, int]] = defaultdict(dict)
    for row in repeated:
        by_why[row["why"]][row["source"]] = row["repeated"]
    rows = [
        [page.word(reasons.REPEATED, why), page.joined(list(counts)), figures.count(sum(counts.values()))]
        for why, counts in by_why.items()
    ]
    rows += [
        [page.word(reasons.MERGED, row["why"]), say("all"), figures.count(row["merged"])] for row in merged
    ]
    if not rows:
        return []
    head = (say("Why"), say("Source"), say("Rows"))
    return [Block(title=say("What was told more than once"), grid=Grid(head, rows, texts=2), span="half")]


def _repairs(page: Page) -> list[Block]:
    say, figures = page.say, page.figures
    repairs = page.rows("repairs")
    if not repairs:
        return []
    by_rule: dict[str, Counter[str]] = defaultdict(Counter)
    for row in repairs:
        by_rule[row["rule"]][page.word(FIELD, row["field"])] += row["changed"]
    rows = [
        [page.word(reasons.REPAIRED, rule), page.joined(list(columns)), figures.count(columns.total())]
        for rule, columns in by_rule.items()
    ]
    head = (say("Rule"), say("Columns"), say("Values"))
    return [Block(title=say("What was set right"), grid=Grid(head, rows, texts=2), span="half")]
