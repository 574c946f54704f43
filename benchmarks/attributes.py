"""Attributes told from texts on WDC-PAVE: micro-F1 of normalised values on the given test offers.

    python -m benchmarks.attributes FOLDER [--seeds 3]

FOLDER holds train_large.jsonl and test.jsonl of WDC-PAVE, normalised
(github.com/wbsg-uni-mannheim/wdc-pave). The protocol is that of its authors: of each attribute of each
offer one value is told or none; it is right where it is one of those annotated. All that is chosen (trees,
threshold) is chosen on folds of the training offers. Two floors stand beside: the value that most training
offers of the category have, and the values of the training offer that is most alike.
"""

from __future__ import annotations

import argparse
import json
import statistics
import time
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

import pyarrow as pa

from onebasket.accounting import peak_memory
from onebasket.align.products.attributes.evidence import Words
from onebasket.align.products.attributes.spans import Text
from onebasket.attributes import extract_attributes

NOTHING = "n/a"


def read(path: Path) -> list[dict[str, Any]]:
    """Offers with a list of values for each attribute of their category."""
    rows = []
    for line in path.read_text(encoding="utf-8").splitlines():
        said = json.loads(line)
        values = {
            name: [v.strip() for v in each if v != NOTHING] for name, each in said["target_scores"].items()
        }
        texts = {"title": said["input_title"] or "", "description": said["input_description"] or ""}
        rows.append({"id": str(said["id"]), "category": said["category"], **texts, "values": values})
    return rows


def table(rows: list[dict[str, Any]]) -> pa.Table:
    """Arrow, an attribute a column."""
    names = list(dict.fromkeys(name for row in rows for name in row["values"]))
    plain = {name: [row[name] for row in rows] for name in ("id", "title", "description", "category")}
    lists = pa.list_(pa.string())
    return pa.table(
        {**plain, **{name: pa.array([row["values"].get(name) for row in rows], lists) for name in names}}
    )


def score(rows: list[dict[str, Any]], told: dict[tuple[int, str], str]) -> float:
    """Micro-F1."""
    right = sum(value in rows[at]["values"].get(name, ()) for (at, name), value in told.items())
    asked = sum(bool(values) for row in rows for values in row["values"].values())
    return 2.0 * right / (len(told) + asked)


def usual(train: list[dict[str, Any]], test: list[dict[str, Any]]) -> dict[tuple[int, str], str]:
    """The value that most offers of the category have, where most have one."""
    times: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    for row in train:
        for name, values in row["values"].items():
            times[row["category"], name].update(values or [NOTHING])
    best = {key: each.most_common(1)[0][0] for key, each in times.items()}
    told = {
        (at, name): best.get((row["category"], name), NOTHING)
        for at, row in enumerate(test)
        for name in row["values"]
    }
    return {key: value for key, value in told.items() if value != NOTHING}


def nearest(train: list[dict[str, Any]], test: list[dict[str, Any]]) -> dict[tuple[int, str], str]:
    """The values of the training offer of the category that is most alike by TF-IDF."""
    told: dict[tuple[int, str], str] = {}
    for category in {row["category"] for row in test}:
        known = [row for row in train if row["category"] == category]
        asked = [(at, row) for at, row in enumerate(test) if row["category"] == category]
        words = Words([Text(row["title"], row["description"]) for row in known])
        for (at, _row), like in zip(
            asked, words.nearest([Text(row["title"], row["description"]) for _, row in asked]), strict=True
        ):
            for name, values in known[like[0][0]]["values"].items():
                if values:
                    told[at, name] = values[0]
    return told


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path)
    parser.add_argument("--seeds", type=int, default=3)
    options = parser.parse_args()
    train, test = (read(options.folder / name) for name in ("train_large.jsonl", "test.jsonl"))
    print(f"{len(train):,} training offers, {len(test):,} test offers")
    print(f"usual value           F1 {score(test, usual(train, test)):.4f}")
    print(f"nearest offer         F1 {score(test, nearest(train, test)):.4f}")
    f1, offers = [], table(test)
    for seed in range(options.seeds):
        began = time.monotonic()
        found = extract_attributes(offers, table(train), test=offers, seed=seed)
        quality, seconds = found.quality, time.monotonic() - began
        assert quality is not None
        f1.append(quality.f1)
        print(
            f"OneBasket, seed {seed}     F1 {quality.f1:.4f}  precision {quality.precision:.4f}  "
            f"recall {quality.recall:.4f}  {seconds:.0f} s learning and twice telling, "
            f"{peak_memory() / 2**30:.2f} GiB"
        )
        told = {(each.offer, each.attribute): each.value for each in found.found}
        if not seed:
            for category in sorted({row["category"] for row in test}):
                which = [at for at, row in enumerate(test) if row["category"] == category]
                mine = {(which.index(at), name): value for (at, name), value in told.items() if at in which}
                print(f"  {category:28} F1 {score([test[at] for at in which], mine):.4f}")
    spread = statistics.pstdev(f1)
    print(f"OneBasket, {options.seeds} seeds    F1 {statistics.mean(f1):.4f} ± {spread:.4f}")


if __name__ == "__main__":
    main()
