"""Sections about what the models are worth, how right a demo run is, and how the run went."""

from __future__ import annotations

import math
from collections import defaultdict
from datetime import datetime
from typing import Any

from onebasket.report.charts import HALF, NARROW, Caption, Interval, Series, alone, bars, both, dots
from onebasket.report.page import Block, Grid, Meter, Page, Row, Section
from onebasket.report.words import (
    ACTION,
    CHANNEL,
    FIGURE,
    KNOWN_FROM,
    METRIC,
    MODEL,
    PART,
    SPLIT,
    STAGE,
    TASK,
    TRUTH,
)

_SETTINGS = ("run", "clean", "align", "learn", "recommend", "behaviour")
_BASELINES = ("popularity", "habit")
_BETWEEN = "identity "  # "identity app-store": pairs of one record from each of two channels
_LIKENESS = "likeness "  # "likeness 3": pairs of records that are one person with 30 to 40 %
_GOOD_SHARES, _BAD_SHARES = ("precision", "recall", "found"), ("wrongly_merged",)
_PRIVATE = ("junk",)  # identifiers the shop distrusts may be somebody's


def scores(page: Page) -> Section:
    """Every model's scores with their intervals, the chosen one marked."""
    say, figures = page.say, page.figures
    title, short = say("Recommenders"), say("Scores")
    found = page.rows("scores")
    if not found:
        return Section("scores", title, short, say("No model has been judged yet."))
    by_panel: dict[tuple[str, str, str], list[Row]] = defaultdict(list)
    for row in found:
        by_panel[row["task"], row["split"], row["metric"]].append(row)
    panels = sorted(by_panel.items(), key=_panel_order)
    judged = [(metric, rows) for (_, split, metric), rows in panels if split == "test"]
    blocks = [_panel(page, metric, rows, len(judged)) for metric, rows in judged]
    head = (
        say("Split"),
        say("Measure"),
        say("Model"),
        say("Score"),
        say("Interval (95 %)"),
        say("Customers"),
    )
    rows = [
        [
            page.word(SPLIT, row["split"]),
            _measure(row["metric"]),
            page.word(MODEL, row["model"]),
            figures.score(row["value"]),
            f"{figures.score(row['low'])} – {figures.score(row['high'])}",
            figures.count(row["customers"]),
        ]
        for _, panel in panels
        for row in panel
    ]
    if apart := _parts(page):
        blocks.append(apart)
    note = say("Models are chosen on the validation period; the test period comes after it.")
    blocks.append(Block(title=say("All scores"), note=note, grid=Grid(head, rows, texts=3), folded=True))
    return Section("scores", title, short, _score_lead(page, found), blocks)


def _parts(page: Page) -> Block | None:
    """How good the chosen model and the best simple rule are for some of what was done; None: not judged."""
    say, figures = page.say, page.figures
    by_part: dict[tuple[str, str], list[Row]] = defaultdict(list)
    for row in page.rows("score_parts"):
        by_part[row["kind"], row["part"]].append(row)
    rows = []
    for (kind, part), judged in sorted(by_part.items(), key=_part_order):
        chosen = next((row for row in judged if row["chosen"]), None)
        simple = [row for row in judged if row["model"] in _BASELINES]
        rows.append([
            _part(page, kind, part),
            *(figures.count(judged[0][name]) for name in ("customers", "targets")),
            *(_between(page, row) for row in (chosen, max(simple, key=_value, default=None))),
        ])  # fmt: skip
    if not rows:
        return None
    head = (say("What"), say("Customers"), say("Products"), say("Chosen model"), say("Best simple rule"))
    note = say("{metric} in the test period, looked for in the same lists; intervals of 95 %.",
               metric=_measure(judged[0]["metric"]))  # fmt: skip
    return Block(title=say("For whom and for what"), note=note, grid=Grid(head, rows))


def _part_order(item: tuple[tuple[str, str], list[Row]]) -> tuple[int, int, str]:
    """Kinds as they are listed, the shortest histories first."""
    kind, part = item[0]
    least = part.rstrip("+").partition("-")[0]
    return (list(PART).index(kind), int(least) if least.isdigit() else 0, part)


def _part(page: Page, kind: str, part: str) -> str:
    words = {"channel": CHANNEL, "cold": KNOWN_FROM, "newcomer": KNOWN_FROM, "action": ACTION}.get(kind, {})
    return page.say(PART[kind], part=page.word(words, part))


def _between(page: Page, row: Row | None) -> str:
    """A score with its interval."""
    if row is None:
        return "–"
    value, low, high = (page.figures.score(row[name]) for name in ("value", "low", "high"))
    return f"{value} ({low} – {high})"


def _value(row: Row) -> float:
    return float(row["value"])


def _panel_order(item: tuple[tuple[str, str, str], list[Row]]) -> tuple[str, bool, int, str]:
    task, split, metric = item[0]
    kinds = list(METRIC)
    kind, _ = _measured(metric)
    return (task, split != "test", kinds.index(kind) if kind in kinds else len(kinds), metric)


def _measured(metric: str) -> tuple[str, str]:
    """Kind and length of list: `ndcg@10_new` is (ndcg_new, 10)."""
    kind, _, rest = metric.partition("@")
    top, _, among = rest.partition("_")
    return (f"{kind}_{among}" if among else kind, top)


def _panel(page: Page, metric: str, rows: list[Row], panels: int) -> Block:
    say, figures = page.say, page.figures
    kind, top = _measured(metric)
    title = page.word(METRIC, kind)
    caption = Caption(f"score-{metric}", title, say("A dot a model; the line is its interval (95 %)."))
    intervals = [
        Interval(page.word(MODEL, row["model"]), row["value"], row["low"], row["high"], row["chosen"])
        for row in rows
    ]
    note = say("First {top} places; test period; {customers} customers.", top=top or "–",
               customers=figures.count(max(row["customers"] for row in rows)))  # fmt: skip
    return Block(
        title=title,
        note=note,
        chart=alone(dots(caption, NARROW, intervals, figures.score)),
        span=_span(panels),
    )


def _span(blocks: int) -> str:
    """Three stand in one row, an even number in pairs."""
    return "third" if blocks % 3 == 0 else "half"


def _measure(metric: str) -> str:
    """`ndcg@10` as people write it."""
    kind, at, rest = metric.partition("@")
    return (kind.upper() if len(kind) <= 4 else kind) + at + rest.replace("_", " ")


def _score_lead(page: Page, found: list[Row]) -> str:
    say, figures = page.say, page.figures
    tests = [row for row in found if row["split"] == "test"]
    main = next((row["metric"] for kind in METRIC for row in tests if row["metric"].startswith(kind)), None)
    scored = {row["model"]: row for row in tests if row["metric"] == main}
    chosen = next((row for row in scored.values() if row["chosen"]), None)
    parts = []
    if chosen:
        parts.append(
            say(
                "{model} was chosen to predict {task}: {metric} {value} ({low} – {high}) on the test period.",
                model=page.word(MODEL, chosen["model"]),
                task=page.word(TASK, chosen["task"]),
                metric=_measure(chosen["metric"]),
                value=figures.score(chosen["value"]),
                low=figures.score(chosen["low"]),
                high=figures.score(chosen["high"]),
            )
        )
        simple = [scored[name] for name in _BASELINES if name in scored and scored[name] is not chosen]
        if best := max(simple, key=lambda row: float(row["value"]), default=None):
            parts.append(_against(page, float(chosen["value"]), best))
    if page.manifest.get("demo"):
        parts.append(say("This is a demo: people and browsing are simulated over real baskets."))
    return " ".join(parts) if page.figures.language == "en" else "".join(parts)


def _against(page: Page, chosen: float, simple: Row) -> str:
    """How the best of the simple rules compares with the model that was chosen."""
    value = float(simple["value"])
    change = page.figures.percent(abs(value / chosen - 1) if chosen else None, 0)
    return page.say(
        "The best simple rule, {model}, gives {value} ({change}).",
        model=page.word(MODEL, simple["model"]),
        value=page.figures.score(value),
        change=page.say("{percent} less", percent=change)
        if value < chosen
        else page.say("{percent} more", percent=change),
    )


def truth(page: Page) -> Section | None:
    """How right a demo run is; None where nobody knows the truth."""
    known: dict[str, dict[str, float]] = page.manifest.get("truth") or {}
    if not known:
        return None
    say = page.say
    kinds = [kind for kind in known if not kind.startswith((_BETWEEN, _LIKENESS))]
    blocks = [_truth_card(page, kind, known[kind], _span(len(kinds))) for kind in kinds]
    bands = [values for kind, values in known.items() if kind.startswith(_LIKENESS)]
    if bands:
        blocks.append(_reliability(page, bands))
    between = {kind.partition(_BETWEEN)[2]: values for kind, values in known.items() if _BETWEEN in kind}
    if between:
        rows = [
            [" – ".join(map(page.channel, pair.split("-"))), *_shares(page, values)]
            for pair, values in between.items()
        ]
        head = (say("Channels"), page.word(FIGURE, "precision"), page.word(FIGURE, "recall"))
        blocks.append(Block(title=say("Customers across two channels"), grid=Grid(head, rows)))
    lead = say(
        "The demo knows the truth. Precision: how many of the joins made are right. "
        "Recall: how many of the joins there are were made."
    )
    return Section("truth", say("How right the joins are"), say("Truth"), lead, blocks)


def _reliability(page: Page, bands: list[dict[str, float]]) -> Block:
    """What was said of pairs of records beside what is true, band by band."""
    say, figures = page.say, page.figures
    title = say("Can probabilities be believed?")
    caption = Caption(
        "reliability", title, say("A dot a band of probability; the line is its interval (95 %).")
    )
    intervals = []
    for band in bands:
        low, high = _wilson(band["observed"], band["pairs"])
        name = say("said {expected}", expected=figures.percent(band["expected"]))
        intervals.append(Interval(name, band["observed"], low, high))
    head = (say("Said to be one person"), say("Are one person"), say("Pairs"))
    rows = [
        [figures.percent(band["expected"]), figures.percent(band["observed"]), figures.count(band["pairs"])]
        for band in bands
    ]
    return Block(
        title=title,
        note=say(
            "Pairs of records that are alike: how often those said to be one person to some degree are."
        ),
        chart=both(lambda own, width: dots(own, width, intervals, figures.percent), caption, HALF),
        grid=Grid(head, rows),
        span="half",
        folded=True,
    )


def _wilson(share: float, count: float, z: float = 1.96) -> tuple[float, float]:
    """The interval of a share (Wilson 1927)."""
    middle = share + z * z / (2 * count)
    wide = z * math.sqrt((share * (1 - share) + z * z / (4 * count)) / count)
    whole = 1 + z * z / count
    return max((middle - wide) / whole, 0.0), min((middle + wide) / whole, 1.0)


def _truth_card(page: Page, kind: str, values: dict[str, float], span: str) -> Block:
    meters = [
        Meter(page.word(FIGURE, name), value, page.figures.percent(value, 2))
        for name, value in values.items()
        if name in _GOOD_SHARES
    ]
    rest = [
        (page.word(FIGURE, name), _figure(page, name, value))
        for name, value in values.items()
        if name not in _GOOD_SHARES
    ]
    return Block(title=page.word(TRUTH, kind), meters=meters, facts=rest, span=span)


def _shares(page: Page, values: dict[str, float]) -> list[str]:
    return [page.figures.percent(values.get(name), 2) for name in ("precision", "recall")]


def _figure(page: Page, name: str, value: float) -> str:
    return page.figures.percent(value, 2) if name in _BAD_SHARES else page.figures.count(value)


def facts(page: Page) -> Section:
    """How the run went: time, memory, versions, settings."""
    say, figures = page.say, page.figures
    manifest = page.manifest
    steps = manifest.get("steps", [])
    reused = sum(bool(step.get("reused")) for step in steps)
    lead = say(
        "{steps} steps in {seconds}; {reused} of them were reused from the run before.",
        steps=len(steps),
        seconds=figures.seconds(manifest.get("seconds", 0)),
        reused=reused,
    )
    versions = manifest.get("versions", {})
    named = [
        (say("Version of the basket"), str(manifest.get("version", "–"))),
        (say("Started"), _begun(page)),
        (say("Peak memory"), figures.bytes(manifest.get("peak_memory_bytes", 0))),
        (say("Seed"), str(manifest.get("seed", "–"))),
        ("OneBasket", str(manifest.get("onebasket", "–"))),
        *((name, str(version)) for name, version in versions.items()),
        *((say("Note"), str(note)) for note in manifest.get("notes", [])),
    ]
    blocks = [_stage_seconds(page, steps)] if steps else []
    blocks.append(Block(title=say("Facts"), facts=named, span="half"))
    if settings := _settings(manifest.get("settings", {})):
        head = (say("Setting"), say("Value"))
        blocks.append(Block(title=say("Settings"), grid=Grid(head, settings, texts=2), folded=True))
    return Section("run", say("This run"), say("Run"), lead, blocks)


def _begun(page: Page) -> str:
    started = page.manifest.get("started")
    return page.figures.minute(datetime.fromisoformat(started).replace(tzinfo=None)) if started else "–"


def _stage_seconds(page: Page, steps: list[dict[str, Any]]) -> Block:
    say, figures = page.say, page.figures
    spent: dict[str, float] = defaultdict(float)
    for step in steps:
        stage = step.get("stage") or step["name"]
        spent[stage] += 0.0 if step.get("reused") else step["seconds"]
    caption = Caption("seconds", say("Seconds by stage"), say("One bar a stage, in order."))
    labels = [page.word(STAGE, stage) for stage in spent]
    series = [Series("", 0, list(spent.values()))]
    drawn = both(lambda own, width: bars(own, width, labels, series, figures.seconds), caption, HALF)
    head = (say("Step"), say("Source"), say("Seconds"))
    rows = [
        [
            page.word(STAGE, step.get("stage") or step["name"]),
            step.get("source") or say("all"),
            say("reused") if step.get("reused") else figures.seconds(step["seconds"]),
        ]
        for step in steps
    ]
    return Block(title=caption.title, chart=drawn, grid=Grid(head, rows, texts=2), folded=True, span="half")


def _settings(settings: dict[str, Any]) -> list[list[str]]:
    """`[learn] top` and its value, a line each; what may hold somebody's identifier stays out."""
    return [
        [f"[{section}] {name}", _written(value)]
        for section in _SETTINGS
        for name, value in settings.get(section, {}).items()
        if name not in _PRIVATE
    ]


def _written(value: Any) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{name} {_written(one)}" for name, one in value.items())
    if isinstance(value, list | tuple):
        return ", ".join(map(_written, value)) or "–"
    return str(value)
