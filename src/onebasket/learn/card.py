"""The model card: what a model is, what it learned from, how good it is for whom, and what nobody tried.

After Mitchell et al., "Model cards for model reporting", FAT* 2019. Nothing personal stands in it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import msgspec
import numpy as np

from onebasket.learn.evaluate import metrics
from onebasket.learn.known import Known, Windows
from onebasket.learn.results import Results
from onebasket.recommenders import Events, Recommender
from onebasket.shop import Learn

BASELINES = ("popularity", "habit")
_FEW = 200  # customers judged, below which an interval is wide
_YEAR_DAYS = 365
_SHOWN = 20  # values of a mark, the most frequent ones
_DAY_SECONDS = 86_400
_KINDS = {
    "channel": "bought in channel",
    "history": "purchases before",
    "cold": "new product, known from",
    "action": "the same customers' products to",
    "newcomer": "first purchase, customer known from",
}


@dataclass(frozen=True, eq=False)
class Card:
    """What a card tells of."""

    model: Recommender  # fitted on everything
    known: Known
    windows: Windows
    asked: Learn
    results: Results
    note: str  # why nothing was judged; empty where something was
    tried: int = 0  # settings, in a search for them


def card(told: Card) -> str:
    """All of it as Markdown."""
    sections = [
        ("", _model(told)),
        ("Data", _data(told.known)),
        ("Split", _split(told)),
        ("Settings", _settings(told)),
        ("Scores", _scores(told)),
        ("Scores apart", _parts(told)),
        ("Limits", _limits(told)),
    ]
    made = [f"# Model card: {told.model.name}"]
    for heading, lines in sections:
        made += [*([f"## {heading}"] if heading else []), "\n".join(lines)]
    return "\n\n".join(made) + "\n"


def _model(told: Card) -> Iterator[str]:
    yield (type(told.model).__doc__ or "").partition("\n")[0]
    yield f"It ranks all {len(told.model.item_ids):,} products it knows for each customer."
    if told.note:
        yield f"It was not chosen: {told.note}."
    else:
        yield f"It was chosen by ndcg@{told.asked.top} on the validation window."


def _data(known: Known) -> Iterator[str]:
    events = known.events
    yield "Events of known customers; no checkouts, and no purchases that were returned or cancelled."
    yield ""
    about = len(np.unique(events.items[events.items >= 0]))
    rows = [
        ("events", f"{len(events):,}"),
        ("purchases", f"{len(known.purchases):,}"),
        ("customers", f"{len(np.unique(events.users)):,}"),
        ("products in them", f"{about:,}"),
        ("first event", _moment(events.times.min()) if len(events) else "–"),
        ("last event", _moment(events.times.max()) if len(events) else "–"),
        *((mark, _shares(events, mark)) for mark in ("channel", "action")),
    ]
    yield from _table(("what", "how much"), rows)


def _shares(events: Events, name: str) -> str:
    """The share of each value of a mark, the most frequent first."""
    mark = next((mark for mark in events.marks if mark.name == name), None)
    if mark is None or not len(events):
        return "–"
    counts = np.bincount(mark.codes, minlength=len(mark.values) + 1)
    named = sorted(
        zip(counts.tolist(), ("not known", *mark.values), strict=True), key=lambda each: (-each[0], each[1])
    )
    some = [(count, value) for count, value in named if count]
    shown = [f"{value} {count / len(events):.1%}" for count, value in some[:_SHOWN]]
    rest = len(some) - len(shown)
    return ", ".join([*shown, *([f"{rest} more"] if rest else [])])


def _split(told: Card) -> Iterator[str]:
    if told.note:
        yield "There is none."
        return
    start, test, end = told.windows.moments
    yield from _table(
        ("window", "from", "until", "what for"),
        [
            ("training", "the first event", f"{start:%Y-%m-%d %H:%M}", "what models learn from"),
            ("validation", f"{start:%Y-%m-%d %H:%M}", f"{test:%Y-%m-%d %H:%M}", "settings, and which model"),
            ("test", f"{test:%Y-%m-%d %H:%M}", f"{end:%Y-%m-%d %H:%M}", "the scores below, once"),
        ],
    )
    yield ""
    yield "Times are UTC. For the test all models learned from everything before it;"
    yield "the one that was kept, from everything."


def _settings(told: Card) -> Iterator[str]:
    if told.tried:
        yield f"The best of {told.tried} that a search tried on the validation window."
        yield ""
    yield "```json"
    yield msgspec.json.format(msgspec.json.encode(told.model.settings), indent=1).decode()
    yield "```"


def _scores(told: Card) -> Iterator[str]:
    rows = [row for row in told.results.scores if row["split"] == "test"]
    if not rows:
        yield "Nothing was judged."
        return
    names = [*metrics(told.asked.top), f"coverage@{told.asked.top}"]
    models = dict.fromkeys(row["model"] for row in rows)
    scored = {(row["model"], row["metric"]): row for row in rows}
    yield f"Test window, {max(row['customers'] for row in rows):,} customers; in brackets 95 % intervals."
    yield ""
    made = [
        (_name(model, told), *(_figure(scored.get((model, metric))) for metric in names)) for model in models
    ]
    yield from _table(("model", *names), made)


def _parts(told: Card) -> Iterator[str]:
    rows = told.results.parts
    if not rows:
        yield "Nothing was judged."
        return
    models = dict.fromkeys(row["model"] for row in rows)
    scored = {(row["model"], row["kind"], row["part"]): row for row in rows}
    places = dict.fromkeys((row["kind"], row["part"]) for row in rows)
    yield f"{rows[0]['metric']} of some of what was done in the test window, looked for in the same lists."
    yield ""
    made = []
    for kind, part in places:
        each = {model: scored.get((model, kind, part)) for model in models}
        one = next(row for row in each.values() if row)
        counts = (f"{one['customers']:,}", f"{one['targets']:,}")
        made.append((f"{_KINDS[kind]} {part}", *counts, *map(_figure, each.values())))
    head = ("part", "customers", "products", *(_name(model, told) for model in models))
    yield from _table(head, made)


def _limits(told: Card) -> Iterator[str]:
    """In plain words."""
    events, rows = told.known.events, told.results.parts
    days = int(events.times.max() - events.times.min()) // _DAY_SECONDS if len(events) else 0
    yield "- It was tried on this shop's own data and on nothing else."
    yield "- It says what customers are likely to buy, not what a recommendation would change."
    yield "- Customers without a purchase or another event get what sells best."
    if days < _YEAR_DAYS:
        yield f"- The data span {days} days: it has not seen every season."
    if told.note:
        yield f"- Nothing was judged: {told.note}."
        return
    yield f"- It was judged by one window of {told.asked.test_days} days; another one may give other figures."
    yield "- What it lists was bought without it; what customers would have done with it nobody knows."
    judged = max(row["customers"] for row in told.results.scores if row["split"] == "test")
    if judged < _FEW:
        yield f"- Only {judged:,} customers were judged: the intervals are wide."
    if told.model.informed:
        yield "- What the catalogue says of products is today's, also for the test."
    if not any(row["kind"] == "cold" for row in rows):
        yield "- Products that nobody had bought before were not among those it was tried on."
    few = sorted({f"{_KINDS[row['kind']]} {row['part']}" for row in rows if row["customers"] < _FEW})
    if few and judged >= _FEW:
        yield f"- Fewer than {_FEW} customers were judged for: {', '.join(few)}."
    yield from _against(told)


def _against(told: Card) -> Iterator[str]:
    """Baselines whose interval meets that of the model."""
    main = metrics(told.asked.top)[1]
    rows = {
        row["model"]: row for row in told.results.scores if row["split"] == "test" and row["metric"] == main
    }
    own = rows.get(told.model.name)
    close = [
        name for name in BASELINES if own and name in rows and name != told.model.name
        and rows[name]["high"] >= own["low"]
    ]  # fmt: skip
    if close:
        yield f"- Its interval of {main} meets that of {' and '.join(close)}: it may be no better."
    if missing := [name for name in BASELINES if name not in rows]:
        yield f"- It was not compared with {' and '.join(missing)}: `[learn] models` leaves them out."


def _name(model: str, told: Card) -> str:
    return f"**{model}**" if model == told.model.name else model


def _figure(row: dict[str, Any] | None) -> str:
    return f"{row['value']:.4f} ({row['low']:.4f}–{row['high']:.4f})" if row else "–"


def _moment(seconds: int) -> str:
    return f"{datetime.fromtimestamp(int(seconds), UTC):%Y-%m-%d %H:%M} UTC"


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    for cells in (head, ["---"] * len(head), *rows):
        yield f"| {' | '.join(cell.replace('|', '/') for cell in cells)} |"
