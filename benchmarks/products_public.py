"""Learn the model that comes with OneBasket from public catalogues, and write it into the package.

    python -m benchmarks.products_public FOLDER

FOLDER holds abt-buy/, amazon-google/ and walmart-amazon/, each with tableA.csv, tableB.csv, train.csv and
valid.csv (the splits of DeepMatcher). The test pairs are never read.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pyarrow as pa

from onebasket.align.products.additive import Additive
from onebasket.align.products.comparing import Floats
from onebasket.align.products.learning import carried
from onebasket.align.products.saved import save
from onebasket.collect.whole import read_table
from onebasket.products import judged_features

NAMES = {"abt-buy": "Abt-Buy", "amazon-google": "Amazon-Google", "walmart-amazon": "Walmart-Amazon"}


def judged(folder: Path, splits: tuple[str, ...] = ("train", "valid")) -> tuple[Floats, np.ndarray]:
    """Features and labels of a set's judged pairs."""
    tables = [read_table(folder / f"table{side}.csv")[0] for side in "AB"]
    pairs = pa.concat_tables([read_table(folder / f"{split}.csv")[0] for split in splits])
    return judged_features(*tables, pairs=pairs)


def learn(folder: Path, names: list[str], splits: tuple[str, ...] = ("train", "valid")) -> Additive:
    """The model of some sets."""
    return carried([judged(folder / name, splits) for name in names])


def main() -> None:
    folder = Path(sys.argv[1])
    model = learn(folder, list(NAMES))
    home = Path(__file__).parents[1] / "src" / "onebasket" / "align" / "products" / "public.json"
    home.write_text(save(model, tuple(NAMES.values())) + "\n", encoding="utf-8")
    print(f"{home}: {len(model.weights)} weights")


if __name__ == "__main__":
    main()
