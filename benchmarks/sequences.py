"""What comes next: leave-one-out on a public file of sequences, in full ranking.

    python benchmarks/sequences.py FILE.txt [--attributes F] [--model M] [--seeds N] [--json OUT]

The file has lines of `user item item …` in order of time; a user may have several, and it may be packed
(.gz). Amazon's 2014 reviews in this form (Beauty, Sports, Toys; people and items with at least five
reviews), with the attributes of items as JSON (item → list of attribute ids), come with the S3-Rec code:
https://github.com/RUCAIBox/CIKM2020-S3Rec, folder data. MovieLens-1M is at https://grouplens.org/datasets.

Protocol: each person's last item is the test target, the one before it validation, the rest is trained on.
The validation item is known to the model as history when the test target is asked for, but not trained on;
with --refit it is, as a shop would do it. All items are ranked, those of the history are masked, ties count
against the model. Figures are means and standard deviations over seeds. Settings are the defaults of the
model, the same for every file, but for those named by --set; what is chosen for a file (when to stop, how
much rules count) is chosen on validation.

With --cold a share of the items, drawn once, is taken out of every history, so that nothing but the
attributes and texts of these items is known; people whose last item is one of them are judged by it, once
with the cold items alone ranked, once with all items ranked. Chance is 10 by the items ranked.

With --warm the model begins where another ended that was fitted without each person's last event of those.

With --stored each seed's timeline model is saved in each of these forms, loaded again and judged.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import json
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
from safetensors.numpy import load_file

from onebasket.accounting import peak_memory
from onebasket.learn.evaluate import Targets, judge, targets
from onebasket.recommenders import MODELS, Catalogue, Interactions, Recommender, load
from onebasket.recommenders.saved import HEAD, NUMBERS
from onebasket.text import encoder_named

TOP = 10


@dataclass
class Run:
    """What one seed came to."""

    hr: float
    ndcg: float
    train_seconds: float
    samples: int
    told: str


def main() -> None:
    """Read, fit and judge once a seed, print a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("file", type=Path)
    parser.add_argument("--attributes", type=Path, help="JSON: item → attribute ids")
    parser.add_argument("--text", type=Path, help="CSV: item id first; title, brand, categories")
    parser.add_argument("--text-model", default="ngrams", help="as [learn] text in a shop file")
    parser.add_argument("--text-cache", type=Path, help="folder in which networks' vectors are kept")
    parser.add_argument("--cold", type=float, default=0.0, metavar="SHARE", help="of items never trained on")
    parser.add_argument("--model", default="timeline", choices=MODELS)
    parser.add_argument("--set", nargs="*", default=[], metavar="NAME=VALUE", help="network.width=64 …")
    parser.add_argument("--warm", action="store_true", help="begin where a model of less data ended")
    parser.add_argument("--stored", nargs="*", default=[], help="float32 float16 int8: as kept on disk")
    parser.add_argument("--refit", action="store_true", help="learn from validation items, too, at the end")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--first-seed", type=int, default=0)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--json", type=Path, help="write the figures to this file")
    asked = parser.parse_args()
    lists = read(asked.file)
    catalogue = Catalogue(
        attributes(asked.attributes) if asked.attributes else {},
        texts(asked.text, asked.text_model, asked.text_cache) if asked.text else {},
    )
    before, goal = last_apart(lists)
    shown = before if asked.refit or asked.model == "timeline" else last_apart(lists, 2)[0]
    changes = [*asked.set, *(["refit=false"] if asked.model == "timeline" and not asked.refit else [])]
    print(
        f"{asked.file.name}: {len(lists):,} people, {len(before.item_ids):,} items, {len(before):,} events to"
        f" learn from and validate on; {asked.model}, {'attributes' if asked.attributes else 'ids only'}"
        f"{f', text by {asked.text_model}' if asked.text else ''}"
        f"{', ' if asked.set else ''}{' '.join(asked.set)}"
    )
    use_threads(asked.threads)
    if asked.cold:
        judge_cold(asked, lists, catalogue)
        return
    print("| seed | HR@10 | NDCG@10 | train s | samples/s | peak memory GB | |")
    print("|---|---|---|---|---|---|---|", flush=True)
    runs = []
    for seed in range(asked.first_seed, asked.first_seed + asked.seeds):
        earlier = (
            fitted(asked.model, changes, last_apart(lists, 2)[0], catalogue, seed) if asked.warm else None
        )
        if earlier:
            print(f"| the model before | | | | | | {said(earlier)} |", flush=True)
        run, model = run_once(asked.model, changes, (shown, before, goal), catalogue, seed, earlier)
        runs.append(run)
        print(row_of(str(seed), runs[-1:]), flush=True)
        for stored in asked.stored:
            print(row_stored(model, stored, goal), flush=True)
    print(row_of("mean ± sd", runs))
    if asked.json:
        asked.json.write_text(json.dumps(summary(runs), indent=1) + "\n", encoding="utf-8")


def read(path: Path) -> dict[str, list[str]]:
    """Each person's items in order."""
    opened = gzip.open if path.suffix == ".gz" else open
    lists: dict[str, list[str]] = {}
    with opened(path, "rt", encoding="utf-8") as lines:
        for number, line in enumerate(lines, 1):
            user, *items = line.split()
            if not items:
                raise SystemExit(f"{path}, line {number}: a user without items; expected `user item item …`")
            lists.setdefault(user, []).extend(items)
    return lists


def attributes(path: Path) -> dict[str, list[str]]:
    """What the file says of each item."""
    return {item: [str(each) for each in told] for item, told in json.loads(path.read_text()).items()}


def texts(path: Path, model: str, cache: Path | None) -> dict[str, Any]:
    """Vectors of what the file calls each item."""
    encoder = encoder_named(model, cache)
    if encoder is None:
        return {}
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    named = [name for name in ("title", "brand", "categories") if name in rows[0]] or list(rows[0])[1:]
    told = [" ".join(row[name] for name in named) for row in rows]
    vectors = encoder.fit(told).vectors(told)
    return {next(iter(row.values())): vector for row, vector in zip(rows, vectors, strict=True)}


def last_apart(lists: dict[str, list[str]], last: int = 1) -> tuple[Interactions, Targets]:
    """Everything but each person's `last` items, and the first of these as the target."""
    lists = {user: items for user, items in lists.items() if len(items) >= 3}
    rows = [(user, item, place) for user, items in lists.items() for place, item in enumerate(items[:-last])]
    later = [(user, items[-last], 0) for user, items in lists.items()]
    before, after = interactions(rows), interactions(later)
    return before, targets(before, after)


def interactions(rows: list[tuple[str, str, int]]) -> Interactions:
    """Rows of user, item and place in time."""
    users, whose = np.unique([user for user, _, _ in rows], return_inverse=True)
    items, which = np.unique([item for _, item, _ in rows], return_inverse=True)
    return Interactions.of(
        whose, which, np.array([place for _, _, place in rows]), users.tolist(), items.tolist()
    )


def run_once(
    name: str,
    changes: list[str],
    data: tuple[Interactions, Interactions, Targets],
    catalogue: Catalogue,
    seed: int,
    earlier: Recommender | None = None,
) -> tuple[Run, Recommender]:
    """Fit with one seed on what may be learned from, and judge by what is known."""
    shown, before, goal = data
    began = time.perf_counter()
    model = fitted(name, changes, shown, catalogue, seed, earlier)
    seconds = time.perf_counter() - began
    if shown is not before:
        model.follow(before)
    values = judge(model, goal, TOP, "mask").values
    told = (float(values[:, 0].mean()), float(values[:, 1].mean()), seconds, samples(model, before))
    return Run(*told, said(model)), model


def fitted(
    name: str,
    changes: list[str],
    data: Interactions,
    catalogue: Catalogue,
    seed: int,
    earlier: Recommender | None = None,
) -> Recommender:
    """A model of some settings, begun where another ended or anew."""
    model = MODELS[name]()
    model.settings, model.earlier = changed(model.settings, changes), earlier
    return model.fit(data, seed, catalogue=catalogue)


def row_stored(model: Recommender, stored: str, goal: Targets) -> str:
    """Save in a form, load and judge: a row of the table, with what lies on disk."""
    model.settings = changed(model.settings, [f"stored={stored}"])
    with tempfile.TemporaryDirectory() as folder:
        model.save(Path(folder))
        sizes = [path.stat().st_size / 1e6 for path in (Path(folder) / NUMBERS, Path(folder) / HEAD)]
        arrays = load_file(Path(folder) / NUMBERS)
        network = sum(each.nbytes for name, each in arrays.items() if name.startswith(("vectors", "encoder")))
        values = judge(load(Path(folder)), goal, TOP, "mask").values
    return (
        f"| {stored} | {values[:, 0].mean():.4f} | {values[:, 1].mean():.4f} | | | |"
        f" on disk {sum(sizes):.2f} MB, of it the network {network / 1e6:.2f} MB |"
    )


def judge_cold(asked: argparse.Namespace, lists: dict[str, list[str]], catalogue: Catalogue) -> None:
    """How well items that nobody is known to have had are told, by seed."""
    items = sorted({item for each in lists.values() for item in each})
    cold = set(np.random.default_rng(0).choice(items, round(asked.cold * len(items)), replace=False).tolist())
    wanted = {user: each[-1] for user, each in lists.items() if each[-1] in cold}
    kept = {user: [item for item in each[:-1] if item not in cold] for user, each in lists.items()}
    before = interactions(
        [(user, item, place) for user, each in kept.items() for place, item in enumerate(each)]
    )
    named = Catalogue({item: catalogue.attributes.get(item, []) for item in items}, catalogue.text)
    known = set(before.user_ids)
    users = [user for user in wanted if user in known]
    print(f"{len(cold):,} cold items, {len(users):,} people whose last item is one of them")
    print("| seed | HR@10 among cold items | chance | HR@10 among all | chance |\n|---|---|---|---|---|")
    for seed in range(asked.first_seed, asked.first_seed + asked.seeds):
        model = MODELS[asked.model]()
        model.settings = changed(model.settings, asked.set)
        model.fit(before, seed, catalogue=named)
        among = np.array([item in cold for item in model.item_ids])
        hits = [
            np.mean([
                wanted[user] in [item for item, _ in listed.of(row, model.item_ids)]
                for row, user in enumerate(users)
            ])
            for listed in (
                model.recommend(users, TOP, allowed=among), model.recommend(users, TOP, seen="mask")
            )
        ]  # fmt: skip
        print(
            f"| {seed} | {hits[0]:.4f} | {TOP / len(cold):.4f} | {hits[1]:.4f} | {TOP / len(items):.4f} |",
            flush=True,
        )


def changed(settings: Any, changes: list[str]) -> Any:
    """Settings with some of them set: `factors=64`, or `network.width=64` of those within."""
    values = msgspec.to_builtins(settings)
    for change in changes:
        name, _, value = change.partition("=")
        *path, last = name.split(".")
        inside = values
        for part in path:
            inside = inside[part]
        if last not in inside:
            raise SystemExit(f"no setting {name}; there are {', '.join(inside)}")
        try:
            inside[last] = json.loads(value)
        except json.JSONDecodeError:
            inside[last] = value  # a word
    return msgspec.convert(values, type(settings))


def samples(model: Recommender, before: Interactions) -> int:
    """Targets the model was shown while training: events, as often as they were gone through."""
    shown = getattr(model, "trained", None)
    return shown.targets if shown else len(before)


def said(model: Recommender) -> str:
    """What was chosen on validation."""
    shown = getattr(model, "trained", None)
    if not shown:
        return ""
    return (
        f"{shown.epochs} epochs, best after {shown.best_epoch} ({shown.best:.4f} on validation),"
        f" rules {shown.shares.rules:.1f}, {shown.began}"
        f"{f', cosine to the vectors before {shown.drift.mean:.3f}' if shown.drift else ''}"
    )


def use_threads(threads: int) -> None:
    """As many threads for the model as asked."""
    import torch

    torch.set_num_threads(threads)


def summary(runs: list[Run]) -> dict[str, Any]:
    """The figures as JSON."""

    def over(values: list[float]) -> dict[str, float]:
        return {
            "mean": float(np.mean(values)),
            "sd": float(np.std(values, ddof=1)) if len(values) > 1 else 0.0,
        }

    return {
        "hr@10": over([run.hr for run in runs]),
        "ndcg@10": over([run.ndcg for run in runs]),
        "train_seconds": float(np.mean([run.train_seconds for run in runs])),
        "samples_per_second": float(np.mean([run.samples / run.train_seconds for run in runs])),
        "peak_memory_bytes": peak_memory(),
    }


def row_of(name: str, runs: list[Run]) -> str:
    """A row of the table."""
    told = summary(runs)
    spread = (lambda figure: f" ± {told[figure]['sd']:.4f}") if len(runs) > 1 else (lambda figure: "")
    figures = (f"{told[figure]['mean']:.4f}{spread(figure)}" for figure in ("hr@10", "ndcg@10"))
    return (
        f"| {name} | {' | '.join(figures)} | {told['train_seconds']:.0f} | {told['samples_per_second']:,.0f}"
        f" | {told['peak_memory_bytes'] / 1e9:.2f} | {runs[0].told if len(runs) == 1 else ''} |"
    )


if __name__ == "__main__":
    main()
