"""The section on what customers do next: can the probabilities be believed?"""

from __future__ import annotations

from collections import defaultdict

from onebasket.report.charts import HALF, Caption, Interval, both, curve
from onebasket.report.page import Block, Grid, Page, Row, Section
from onebasket.report.words import MODEL, SCORE, TASK

_MAIN = "purchase_30d"
_MEASURES = ("auc", "brier", "ece", "ece_chance", "lift@10%", "base_rate")
_AMOUNT_MEASURES = ("mae", "r2", "total_ratio", "spearman", "mean")
_MONEY = ("mae", "mean")
_SHARES = ("base_rate",)

Judged = dict[tuple[str, str], dict[str, Row]]  # task and model: metric: row


def behaviour(page: Page) -> Section:
    """Every task's scores on the test period, and what was said beside what happened."""
    say = page.say
    title, short = say("What customers do next"), say("Behaviour")
    judged: Judged = defaultdict(dict)
    for row in page.rows("behaviour"):
        if row["split"] == "test":
            judged[row["task"], row["model"]][row["metric"]] = row
    if not judged:
        lead = say("Nothing was foretold: the data is too short, or too few bought again.")
        return Section("behaviour", title, short, lead)
    curves: dict[str, list[Row]] = defaultdict(list)
    for row in page.rows("behaviour_curves"):
        curves[row["task"]].append(row)
    tasks = [task for task in TASK if any(task == named for named, _ in judged)]
    blocks = [_curve(page, task, curves[task], judged) for task in tasks if task in curves]
    probabilities = [task for task in tasks if not task.startswith("value_")]
    amounts = [task for task in tasks if task.startswith("value_")]
    if probabilities:
        blocks.append(_table(page, say("Probabilities on the test period"), probabilities, _MEASURES, judged))
    if amounts:
        blocks.append(_table(page, say("Amounts on the test period"), amounts, _AMOUNT_MEASURES, judged))
    return Section("behaviour", title, short, _lead(page, judged), blocks)


def _lead(page: Page, judged: Judged) -> str:
    say, figures = page.say, page.figures
    means = say("0.8 must mean 80 of 100.")
    for (task, _), found in judged.items():
        if task == _MAIN and found["ece"]["chosen"]:
            said = say(
                "In the test period, probabilities of a purchase in 30 days were off by {ece} on average; "
                "chance alone makes that {chance} where all are exactly right.",
                ece=figures.percent(found["ece"]["value"]),
                chance=figures.percent(found["ece_chance"]["value"]),
            )
            return (means + " " + said) if figures.language == "en" else means + said
    return means


def _curve(page: Page, task: str, points: list[Row], judged: Judged) -> Block:
    say, figures = page.say, page.figures
    money = task.startswith("value_")
    write = figures.money if money else figures.percent
    name = page.word(TASK, task)
    caption = Caption(
        f"curve-{task}",
        name,
        say("A dot a group of one size: across what was said, up what happened; on the line both are one."),
    )
    drawn = [Interval(write(row["expected"]), row["observed"], row["low"], row["high"]) for row in points]
    expected = [row["expected"] for row in points]
    head = (say("Said"), say("Happened"), say("Interval (95 %)"), say("Rows"))
    rows = [
        [
            write(row["expected"]),
            write(row["observed"]),
            f"{write(row['low'])} – {write(row['high'])}",
            figures.count(row["rows"]),
        ]
        for row in points
    ]
    return Block(
        title=name[0].upper() + name[1:],
        chart=both(lambda own, width: curve(own, width, expected, drawn, write), caption, HALF),
        grid=Grid(head, rows, texts=0),
        folded=True,
        span="half",
    )


def _table(page: Page, title: str, tasks: list[str], measures: tuple[str, ...], judged: Judged) -> Block:
    say, figures = page.say, page.figures
    head = (
        say("What"),
        say("Model"),
        *(page.word(SCORE, name) for name in measures),
        say("Customers"),
    )
    rows = []
    for task in tasks:
        for (named, model), found in judged.items():
            if named == task:
                first = next(iter(found.values()))
                chosen = " ✓" if first["chosen"] else ""
                cells = [_cell(page, name, found.get(name)) for name in measures]
                rows.append(
                    [
                        page.word(TASK, task),
                        page.word(MODEL, model) + chosen,
                        *cells,
                        figures.count(first["customers"]),
                    ]
                )
    note = say("✓ was chosen on the validation period. In brackets the interval over customers (95 %).")
    return Block(title=title, note=note, grid=Grid(head, rows, texts=2), folded=True)


def _cell(page: Page, name: str, row: Row | None) -> str:
    if row is None:
        return "–"
    figures = page.figures

    def write(value: float) -> str:
        if name in _MONEY:
            return figures.money(value)
        return figures.percent(value) if name in _SHARES else f"{value:.3f}"

    return f"{write(row['value'])} ({write(row['low'])} – {write(row['high'])})"
