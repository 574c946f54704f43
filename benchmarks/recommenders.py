"""Recommenders on a public leave-one-out file: quality in full ranking, and speed beside a peer.

    python benchmarks/recommenders.py beauty.txt [--peer PYTHON]

The file has one customer a line, `user item item …` in order of time. Amazon's 2014 reviews
in this form (Beauty, Sports, Toys; customers and items with at least five reviews) come with
the S3-Rec code: https://github.com/RUCAIBox/CIKM2020-S3Rec, folder data.

Protocol: each customer's last item is the test target, the one before it validation. Settings
are chosen by NDCG@10 on validation; the model is then fitted with the validation item and
judged on the test item once. All items are ranked, those bought before are masked, ties count
against the model. One thread, so that seconds compare.

--peer names a Python with `implicit` installed; its iALS and item-kNN are fitted on the same
matrix in the same run, with the same factors and iterations, one thread.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[name] = "1"

import numpy as np  # noqa: E402

from onebasket.learn.evaluate import Targets, judge, main_value, summarise, targets  # noqa: E402
from onebasket.recommenders import (  # noqa: E402
    MODELS,
    CountSettings,
    EASESettings,
    IALSSettings,
    Interactions,
    ItemKNNSettings,
    MFSettings,
)
from sequences import interactions  # noqa: E402  (beside this file)

TOP, ITERATIONS, REPEATS = 10, 15, 5

PEER = """
import json, sys, time
import numpy as np, scipy.sparse as sp, implicit
with np.load(sys.argv[1]) as data:
    matrix = sp.csr_matrix((data["values"], data["items"], data["starts"]), shape=tuple(data["shape"]))
made, repeats = {}, int(sys.argv[2])
def timed(name, make):
    seconds = []
    for _ in range(repeats + 1):
        model = make(); began = time.perf_counter(); model.fit(matrix, show_progress=False)
        seconds.append(time.perf_counter() - began)
    made[name] = sorted(seconds[1:])[repeats // 2]
factors, penalty, alpha, iterations = json.loads(sys.argv[3])
from implicit.cpu.als import AlternatingLeastSquares
from implicit.nearest_neighbours import CosineRecommender
timed("ials", lambda: AlternatingLeastSquares(factors=factors, regularization=penalty, alpha=alpha,
      iterations=iterations, num_threads=1, random_state=0))
timed("item_knn", lambda: CosineRecommender(K=100, num_threads=1))
print(json.dumps({"version": implicit.__version__, "seconds": made}))
"""


def main() -> None:
    """Read, choose, judge, print a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("file", type=Path)
    parser.add_argument("--models", nargs="*", default=["popularity", "item_knn", "ease", "ials", "mf"])
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--peer", help="a Python with implicit installed")
    asked = parser.parse_args()
    lists = [line.split() for line in asked.file.read_text(encoding="ascii").splitlines()]
    lists = [row for row in lists if len(row) >= 4]
    validation = split(lists, 2)
    test = split(lists, 1)
    print(f"{asked.file.name}: {len(lists):,} customers, {len(test[0].item_ids):,} items")
    print("| model | settings | HR@10 | NDCG@10 | 95 % | MRR@10 | coverage | fit s |")
    print("|---|---|---|---|---|---|---|---|")
    chosen: dict[str, Any] = {}
    for model in asked.models:
        chosen[model] = choose(model, validation)
        print(row_of(model, chosen[model], test, asked.seeds), flush=True)
    if asked.peer:
        beside_peer(asked.peer, test[0], chosen)


def split(lists: list[list[str]], last: int) -> tuple[Interactions, Targets]:
    """What came before the `last` item from the end, and that item as the target."""
    before = [(row[0], item, place) for row in lists for place, item in enumerate(row[1:-last])]
    after = [(row[0], row[-last], 0) for row in lists]
    earlier, later = interactions(before), interactions(after)
    return earlier, targets(earlier, later)


def grid(model: str) -> Iterator[Any]:
    """Settings tried on validation."""
    if model == "popularity":
        yield CountSettings()
    if model == "item_knn":
        yield from (ItemKNNSettings(shrinkage=value) for value in (1, 3, 10))
    if model == "ease":
        yield from (EASESettings(regularisation=value, max_items=20_000) for value in (10, 25, 75))
    if model == "ials":
        yield from (
            IALSSettings(128, penalty, alpha, ITERATIONS)
            for penalty, alpha in ((0.3, 1.0), (1.0, 1.0), (3.0, 3.0), (3.0, 10.0), (10.0, 30.0))
        )
    if model == "mf":
        yield from (
            MFSettings(64, penalty, 0.005, epochs=epochs, batch=16_384)
            for penalty in (0.003, 0.03)
            for epochs in (10, 30)
        )


def choose(name: str, data: tuple[Interactions, Targets]) -> Any:
    """The settings with the best NDCG@10 on validation."""
    before, goal = data
    tried = []
    for settings in grid(name):
        model = MODELS[name]()
        model.settings = settings
        tried.append((main_value(judge(model.fit(before), goal, TOP, "mask")), settings))
    return max(tried, key=lambda pair: pair[0])[1]


def row_of(name: str, settings: Any, data: tuple[Interactions, Targets], seeds: int) -> str:
    """One line of the table."""
    before, goal = data
    runs, seconds = [], []
    for seed in range(seeds if MODELS[name].stochastic else 1):
        model = MODELS[name]()
        model.settings = settings
        began = time.perf_counter()
        model.fit(before, seed)
        seconds.append(time.perf_counter() - began)
        runs.append(judge(model, goal, TOP, "mask"))
    found = {score.metric: score for score in summarise(runs, TOP, 0)}
    ndcg = found["ndcg@10"]
    return (
        f"| {name} | {settings} | {found['hr@10'].value:.4f} | {ndcg.value:.4f} | "
        f"{ndcg.low:.4f}–{ndcg.high:.4f} | {found['mrr@10'].value:.4f} | "
        f"{found['coverage@10'].value:.3f} | {min(seconds):.1f} |"
    )


def beside_peer(python: str, before: Interactions, chosen: dict[str, Any]) -> None:
    """Median seconds to fit, ours and the peer's, on the same matrix in the same run."""
    history = before.histories()
    ials = chosen.get("ials", IALSSettings(128, 1.0, 1.0, ITERATIONS))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "matrix.npz"
        shape = (len(before.user_ids), len(before.item_ids))
        np.savez(path, values=history.values, items=history.items, starts=history.starts, shape=shape)
        settings = json.dumps([ials.factors, ials.regularisation, ials.alpha, ials.iterations])
        done = subprocess.run(
            [python, "-c", PEER, str(path), str(REPEATS), settings], capture_output=True, text=True
        )
    if done.returncode:
        sys.exit(done.stderr)
    peer = json.loads(done.stdout)
    print(f"\n| fit, median of {REPEATS}, one thread | OneBasket s | implicit {peer['version']} s | ratio |")
    print("|---|---|---|---|")
    for name, theirs in peer["seconds"].items():
        model = MODELS[name]()
        model.settings = ials if name == "ials" else ItemKNNSettings()
        model.fit(before)
        seconds = []
        for _ in range(REPEATS):
            began = time.perf_counter()
            model.fit(before)
            seconds.append(time.perf_counter() - began)
        ours = sorted(seconds)[REPEATS // 2]
        print(f"| {name} | {ours:.2f} | {theirs:.2f} | {theirs / ours:.2f} |")


if __name__ == "__main__":
    main()
