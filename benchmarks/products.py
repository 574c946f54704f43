"""Products matched on public sets: F1 on the given test pairs, candidates' recall, and end to end.

    python -m benchmarks.products FOLDER [--seeds 3]

FOLDER holds abt-buy/, amazon-google/ and walmart-amazon/ (the splits of DeepMatcher). The protocol: all
offers of both tables are read; judged pairs of train.csv teach (supervised), those of the two other sets
in train.csv, valid.csv and test.csv do (transfer), or none (alone). The threshold is the one with the best
F1 on valid.csv; where no label is used at all it is one half. F1 is that of test.csv, each pair judged by
itself; beside it with one-to-one choice among candidates, which knows no labels. End to end: links among
all candidates that touch an offer of a pair of test.csv that is one product, against all such pairs; links
that are pairs of train.csv or valid.csv count neither way.
"""

from __future__ import annotations

import argparse
import statistics
import time
from pathlib import Path
from typing import Any

import pyarrow as pa
from benchmarks.products_public import NAMES, learn

from onebasket.accounting import peak_memory
from onebasket.collect.whole import read_table
from onebasket.products import ProductsMatch, Quality, match_products

SPLITS = ("train", "valid", "test")


class Set:
    """One public set."""

    def __init__(self, folder: Path) -> None:
        self.tables = [read_table(folder / f"table{side}.csv")[0] for side in "AB"]
        self.pairs = {split: read_table(folder / f"{split}.csv")[0] for split in SPLITS}

    def said(self, *splits: str, label: str = "01") -> set[tuple[str, str]]:
        """The pairs of splits that have such a label."""
        every = pa.concat_tables([self.pairs[split] for split in splits]).to_pylist()
        return {(row["ltable_id"], row["rtable_id"]) for row in every if row["label"] in label}


def end_to_end(found: ProductsMatch, one: Set) -> Quality:
    """Links among offers that tested pairs name, against these pairs."""
    same, seen = one.said("test", label="1"), one.said("train", "valid")
    named = {a for a, _ in same}, {b for _, b in same}
    links = {(row["id_a"], row["id_b"]) for row in found.links.to_pylist()} - seen
    asked = {pair for pair in links if pair[0] in named[0] or pair[1] in named[1]}
    hit = len(asked & same)
    precision, recall = hit / max(len(asked), 1), hit / len(same)
    return Quality(2 * precision * recall / max(precision + recall, 1e-9), precision, recall)


def recall_at(one: Set, most: int) -> float:
    """The share of all known pairs that are candidates, where each offer of the first table has so many."""
    import numpy as np

    from onebasket.align.products.candidates import BUDGET, LOOKED_AT, Index, likest
    from onebasket.align.products.fields import find_fields
    from onebasket.align.products.offers import encode

    offers = encode(one.tables, [find_fields(table, leave_out=("id",)) for table in one.tables])
    views = tuple(offers.views[each] for each in LOOKED_AT)
    near = likest(views, Index.of(views, offers.of(1)), offers.of(0), most, BUDGET)
    ids = [table["id"].to_pylist() for table in one.tables]
    rows = [{name: place for place, name in enumerate(each)} for each in ids]
    hits = [rows[1][b] + len(ids[0]) in near[rows[0][a]] for a, b in one.said(*SPLITS, label="1")]
    return float(np.mean(hits))


def main() -> None:
    asked = argparse.ArgumentParser()
    asked.add_argument("folder", type=Path)
    asked.add_argument("--seeds", type=int, default=3)
    told = asked.parse_args()
    sets = {name: Set(told.folder / name) for name in NAMES}
    for name, one in sets.items():
        print(f"\n{NAMES[name]}: candidates' recall at 10 a record {recall_at(one, 10):.4f}")
        others = learn(told.folder, [each for each in NAMES if each != name], SPLITS)
        ways: dict[str, dict[str, Any]] = {
            "supervised": {"pairs": one.pairs["train"], "valid": one.pairs["valid"]},
            "transfer": {"known": others, "valid": one.pairs["valid"]},
            "transfer, threshold .5": {"known": others},
            "no labels": {"alone": True},
        }
        for way, how in ways.items():
            show(one, way, how, told.seeds)
    print(f"\npeak memory {peak_memory() / 2**20:.0f} MB")


def show(one: Set, way: str, how: dict[str, Any], seeds: int) -> None:
    """One line: the mean of the seeds and their range, with one-to-one choice beside it."""
    figures: dict[bool, list[Quality]] = {False: [], True: []}
    ends, seconds = [], []
    for seed in range(seeds):
        for choice in figures:
            began = time.monotonic()
            found = match_products(*one.tables, test=one.pairs["test"], seed=seed, one_to_one=choice, **how)
            seconds.append(time.monotonic() - began)
            assert found.quality
            figures[choice].append(found.quality)
        ends.append(end_to_end(found, one))
    plain = [each.f1 for each in figures[False]]
    print(
        f"{way:24} F1 {statistics.mean(plain):.3f} ({min(plain):.3f}-{max(plain):.3f})"
        f"  one-to-one {statistics.mean(each.f1 for each in figures[True]):.3f}"
        f"  end to end {statistics.mean(each.f1 for each in ends):.3f}"
        f" (precision {statistics.mean(each.precision for each in ends):.3f},"
        f" recall {statistics.mean(each.recall for each in ends):.3f})"
        f"  {statistics.median(seconds):.1f} s",
        flush=True,
    )


if __name__ == "__main__":
    main()
