"""What is bought next, told from views, carts and purchases: RetailRocket.

    python benchmarks/behaviours.py FOLDER [--seeds N] [--set NAME=VALUE …] [--json OUT]

FOLDER holds retailrocket_{view,cart,buy,test}.parquet: user, item, value (seconds since 1970), the split that
papers on several behaviours use; the events themselves are at
https://www.kaggle.com/datasets/retailrocket/ecommerce-dataset.

Protocol: each person's last purchase is the test target, and nothing else of that person with that item is
known. All items of the three files are ranked but those that a person is known to have viewed, carted or
bought; ties count against the model. Validation, on which models and settings are chosen, is cut from what
is left in the same way: the last known purchase of those with three or more. Rows: what a model is given.
Figures are means over people, with standard deviations over seeds.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq

from onebasket.recommenders import MODELS, Recommender
from onebasket.recommenders.events import PURCHASE, Events, Mark
from sequences import changed, use_threads

TOP = 10
ACTIONS = {"view": "view", "cart": "cart", "buy": PURCHASE}
Wanted = dict[str, str]


def main() -> None:
    """Fit each model on purchases alone and on everything, print a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--set", nargs="*", default=[], metavar="NAME=VALUE", help="of the timeline model")
    parser.add_argument("--only", nargs="*", default=[], help="names of models")
    parser.add_argument("--validation", action="store_true", help="judge on validation instead of test")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--json", type=Path, help="write the figures to this file")
    asked = parser.parse_args()
    use_threads(asked.threads)
    events, wanted = read(asked.folder)
    if asked.validation:
        events, wanted = held_out(events)
    bought = events.only(events.marks[0].codes == 1)
    told = {"purchases": bought, "all behaviours": events}
    print(f"{len(events):,} events, {len(bought):,} of them purchases; {len(wanted):,} people asked")
    print("| model | given | HR@10 | NDCG@10 | train s |\n|---|---|---|---|---|", flush=True)
    figures: dict[str, Any] = {}
    for name in asked.only or ["popularity", "item_knn", "ease", "ials", "sequential_rules", "timeline"]:
        for given, shown in told.items():
            changes = [*asked.set, "seen=new"] if name == "timeline" else []
            seeds = range(asked.seeds if MODELS[name].stochastic else 1)
            runs = [run_once(name, changes, shown, (events, wanted), seed) for seed in seeds]
            hr, ndcg, seconds = np.mean(runs, axis=0)
            spread = np.std(runs, axis=0, ddof=1) if len(runs) > 1 else np.zeros(3)
            figures[f"{name}, {given}"] = {
                "hr@10": {"mean": hr, "sd": spread[0]}, "ndcg@10": {"mean": ndcg, "sd": spread[1]},
                "train_seconds": seconds,
            }  # fmt: skip
            sd = [f" ± {value:.4f}" if len(runs) > 1 else "" for value in spread]
            print(f"| {name} | {given} | {hr:.4f}{sd[0]} | {ndcg:.4f}{sd[1]} | {seconds:.0f} |", flush=True)
    if asked.json:
        asked.json.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")


def read(folder: Path) -> tuple[Events, Wanted]:
    """Everything but the test purchases, and these."""
    tables = {name: pq.read_table(folder / f"retailrocket_{name}.parquet") for name in (*ACTIONS, "test")}
    columns = [
        np.concatenate([tables[name][column].to_numpy() for name in ACTIONS])
        for column in ("user", "item", "value")
    ]
    codes = np.repeat(np.arange(len(ACTIONS)), [len(tables[name]) for name in ACTIONS])
    mark = Mark.of("action", codes, list(ACTIONS.values()), PURCHASE)
    ids = [
        f"{number:07}"
        for number in range(
            1 + max(int(tables[n][c].to_numpy().max()) for n in tables for c in ("user", "item"))
        )
    ]
    test = tables["test"]
    wanted = {
        ids[user]: ids[item]
        for user, item in zip(test["user"].to_pylist(), test["item"].to_pylist(), strict=True)
    }
    return Events.of((columns[0], columns[1], columns[2]), (ids, ids), [mark]), wanted


def held_out(events: Events) -> tuple[Events, Wanted]:
    """The last known purchase of those with three or more, and what else is known."""
    from onebasket.recommenders.held_out import last_purchases

    held = last_purchases(events, len(events), 0, new=True)
    users = [events.user_ids[user] for user in held.people]
    return events.only(held.kept), {
        user: events.item_ids[item] for user, item in zip(users, held.wanted.items, strict=True)
    }


def run_once(
    name: str, changes: list[str], shown: Events, asked: tuple[Events, Wanted], seed: int
) -> tuple[float, float, float]:
    """HR@10, NDCG@10 and seconds of training of one seed."""
    events, wanted = asked
    model = MODELS[name]()
    model.settings = changed(model.settings, changes)
    began = time.perf_counter()
    if model.timed:
        model.fit(shown.purchases(), seed, events=shown)
    else:
        model.fit(as_purchases(shown).purchases(), seed)
    seconds = time.perf_counter() - began
    ranks = np.array(list(ranks_of(model, events, wanted)))
    return (
        float((ranks < TOP).mean()),
        float(np.where(ranks < TOP, 1 / np.log2(ranks + 2), 0).mean()),
        seconds,
    )


def as_purchases(events: Events) -> Events:
    """All behaviours taken for purchases, as models must that know no others."""
    ones = np.ones(len(events), np.uint8)
    return Events(
        events.users,
        events.items,
        events.times,
        (Mark("action", (PURCHASE,), ones),),
        events.user_ids,
        events.item_ids,
    )


def ranks_of(model: Recommender, events: Events, wanted: Wanted) -> Iterator[int]:
    """Each wanted item's place in the list, from nought; behind all others where it is not known."""
    had: dict[str, list[str]] = {}
    for user, item in zip(events.users.tolist(), events.items.tolist(), strict=True):
        had.setdefault(events.user_ids[user], []).append(events.item_ids[item])
    users = np.array([model.user_codes.get(user, -1) for user in wanted], np.int32)
    names = list(wanted)
    for block in model.blocks(np.arange(len(names), dtype=np.int32)):
        scores = model.scored(users[block])
        for row, place in enumerate(block):
            target = model.item_codes.get(wanted[names[place]])
            if target is None:
                yield len(model.item_ids)
                continue
            value = scores[row, target]
            seen = [model.item_codes[item] for item in had.get(names[place], []) if item in model.item_codes]
            scores[row, seen] = -np.inf
            yield int((scores[row] >= value).sum()) - (1 if target not in seen else 0)


if __name__ == "__main__":
    main()
