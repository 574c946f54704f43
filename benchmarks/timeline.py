"""What a month brings: a global time split of a shop's timeline, all models, fused and channel by channel.

    python benchmarks/timeline.py --shop FOLDER [--channels] [--seeds N] [--set NAME=VALUE …] [--json OUT]
    python benchmarks/timeline.py --uci FILE [--seeds N] …

FOLDER is a shop that was run (`make demo` leaves demo-shop). FILE is the invoices of a British gift shop as
Parquet: InvoiceNo, StockCode, Quantity, InvoiceDate, UnitPrice, CustomerID, from
https://archive.ics.uci.edu/dataset/352/online+retail; lines without a customer, returns and what is not goods
are left out.

Protocol: time is cut once. The last 28 days are test, the 28 before them validation, on which settings are
chosen; each model then learns from all before the test window and is asked once. Judged are customers who
bought before and in the window, by all they bought in it (`ndcg@10`) and by what was new to them
(`ndcg@10_new`); all products are ranked, those bought before, too; ties count against a model. Intervals are
of 95 %, over customers and seeds. With --channels the timeline model is given one channel's events at a time:
the same customers, the same targets.
"""

from __future__ import annotations

import argparse
import json
import time
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pyarrow.parquet as pq

from onebasket.accounting import peak_memory, silent
from onebasket.answers import store_of
from onebasket.learn import evaluate, events, products
from onebasket.learn.choose import best_of, grid
from onebasket.learn.known import Known
from onebasket.recommenders import MODELS, Events
from onebasket.recommenders.events import PURCHASE, Mark
from onebasket.shop import Learn, load
from onebasket.store.basket import Basket
from sequences import changed, use_threads

DAY, DAYS, TOP = 86_400, 28, 10
BASELINES = ["popularity", "habit", "item_knn", "sequential_rules", "ease", "ials", "mf"]


def main() -> None:
    """Fit and judge all models, print a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    source = parser.add_mutually_exclusive_group(required=True)
    source.add_argument("--shop", type=Path)
    source.add_argument("--uci", type=Path)
    parser.add_argument("--models", nargs="*", default=[*BASELINES, "timeline"])
    parser.add_argument("--channels", action="store_true", help="the timeline model on each channel alone")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--set", nargs="*", default=[], metavar="NAME=VALUE", help="of the timeline model")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--json", type=Path, help="write the figures to this file")
    asked = parser.parse_args()
    use_threads(asked.threads)
    known = of_shop(asked.shop) if asked.shop else of_uci(asked.uci)
    assert known.events is not None
    end = int(known.purchases.times.max()) + 1
    test = end - DAYS * DAY
    goal = evaluate.targets(known.purchases.before(test), known.purchases.between(test, end))
    print(
        f"{len(known.events):,} events, {len(known.purchases):,} purchases"
        f" of {len(known.purchases.user_ids):,} customers and {len(known.purchases.item_ids):,} products;"
        f" {len(goal.user_ids):,} customers judged"
    )
    print(
        "| model | given | NDCG@10 | HR@10 | NDCG@10, new | train s |\n|---|---|---|---|---|---|", flush=True
    )
    figures: dict[str, Any] = {}
    life = 0.0
    for name in asked.models:
        settings, life = chosen(name, known, test, life, asked.set)
        figures[name] = judged(name, settings, known.before(test), goal, asked.seeds)
        print(row_of(name, "all channels", figures[name]), flush=True)
    for channel in channels(known.events) if asked.channels else []:
        settings, _ = chosen("timeline", known, test, life, asked.set)
        alone = only(known, channel)
        figures[f"timeline, {channel}"] = judged("timeline", settings, alone.before(test), goal, asked.seeds)
        print(row_of("timeline", f"{channel} only", figures[f"timeline, {channel}"]), flush=True)
    print(f"peak memory {peak_memory() / 1e9:.2f} GB")
    if asked.json:
        asked.json.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")


def of_shop(folder: Path) -> Known:
    """What the learn stage would read."""
    shop = load(folder)
    version = Basket(shop.basket).current()
    if version is None:
        raise SystemExit(f"{folder} was not run yet: onebasket run {folder}")
    with version, store_of(folder, version) as store:
        done = events.read(store, silent)
        return Known(done.purchases(), done, products.read(store, shop, silent))


def of_uci(file: Path) -> Known:
    """Purchases of known customers: everything of one invoice at one time, each article once."""
    table = pq.read_table(file).to_pydict()
    rows = [
        (f"{customer:.0f}", article, int(moment.timestamp()), price)
        for invoice, article, units, moment, price, customer in zip(
            *(
                table[name]
                for name in ("InvoiceNo", "StockCode", "Quantity", "InvoiceDate", "UnitPrice", "CustomerID")
            ),
            strict=True,
        )
        if customer is not None and customer == customer and units > 0 and price > 0 and article[:1].isdigit()
    ]
    rows = sorted(set(rows))
    users, items = sorted({row[0] for row in rows}), sorted({row[1] for row in rows})
    who, what = (
        {name: code for code, name in enumerate(users)},
        {name: code for code, name in enumerate(items)},
    )
    columns = tuple(
        np.array(each) for each in zip(*((who[row[0]], what[row[1]], row[2]) for row in rows), strict=True)
    )
    done = Mark("action", (PURCHASE,), np.ones(len(rows), np.uint8))
    where = Mark("channel", ("web",), np.ones(len(rows), np.uint8))
    made = Events.of((columns[0], columns[1], columns[2]), (users, items), [done, where])
    return Known(made.purchases(), made)


def chosen(name: str, known: Known, test: int, life: float, changes: list[str]) -> tuple[Any, float]:
    """A model's settings, by validation; and how fast purchases age, by habit, for the others."""
    learn = Learn(seen="allow", validation_days=DAYS, test_days=DAYS)
    if name == "timeline":  # it holds a window out by itself
        return changed(next(iter(grid(name, learn, life))), changes), life
    start = test - DAYS * DAY
    goal = evaluate.targets(known.purchases.before(start), known.purchases.between(start, test))
    trial = best_of(name, learn, None if name == "habit" else life, (known.before(start), goal), 0, silent)
    return trial.settings, trial.settings.half_life_days if name == "habit" else life


def judged(name: str, settings: Any, before: Known, goal: evaluate.Targets, seeds: int) -> dict[str, Any]:
    """Scores with intervals, and seconds of training."""
    runs, seconds = [], []
    for seed in range(seeds if MODELS[name].stochastic else 1):
        model = MODELS[name]()
        model.settings = settings
        began = time.perf_counter()
        before.fit(model, seed)
        seconds.append(time.perf_counter() - began)
        runs.append(evaluate.judge(model, goal, TOP, "allow"))
    scores = {score.metric: msgspec.to_builtins(score) for score in evaluate.summarise(runs, TOP, 0)}
    return scores | {"train_seconds": float(np.mean(seconds)), "settings": msgspec.to_builtins(settings)}


def channels(done: Events) -> list[str]:
    """Channels in which something was bought."""
    channel = done.marks[1]
    bought = channel.codes[done.marks[0].codes == 1]
    return [name for code, name in enumerate(channel.values, 1) if (bought == code).any()]


def only(known: Known, channel: str) -> Known:
    """What one channel knows."""
    assert known.events is not None
    mark = known.events.marks[1]
    done = known.events.only(mark.codes == mark.values.index(channel) + 1)
    return Known(done.purchases(), done, known.catalogue)


def row_of(name: str, given: str, told: dict[str, Any]) -> str:
    """A row of the table."""
    figures = (
        f"{told[metric]['value']:.4f} ({told[metric]['low']:.4f}–{told[metric]['high']:.4f})"
        for metric in (f"ndcg@{TOP}", f"hr@{TOP}", f"ndcg@{TOP}_new")
    )
    return f"| {name} | {given} | {' | '.join(figures)} | {told['train_seconds']:.0f} |"


if __name__ == "__main__":
    main()
