"""Learn the model that comes with OneBasket from public catalogues, and write it into the package.

    python -m benchmarks.products_public FOLDER

FOLDER holds abt-buy/, amazon-google/ and walmart-amazon/, each with tableA.csv, tableB.csv, train.csv and
valid.csv (the splits of DeepMatcher). The test pairs are never read.

Judged pairs were chosen for being alike, so they say nothing of catalogues that share no product. Candidates
between a catalogue of one set and one of another do: they are taken for two products, though a few may not
be.
"""

from __future__ import annotations

import itertools
import sys
from pathlib import Path

import numpy as np
import pyarrow as pa

from onebasket.align.products.additive import WIDTH, Additive
from onebasket.align.products.comparing import Floats
from onebasket.align.products.learning import carried
from onebasket.align.products.saved import save
from onebasket.collect.whole import read_table
from onebasket.products import judged_features, match_products

NAMES = {"abt-buy": "Abt-Buy", "amazon-google": "Amazon-Google", "walmart-amazon": "Walmart-Amazon"}
_STRANGERS = 500  # candidates between two catalogues of different sets


def judged(folder: Path, splits: tuple[str, ...] = ("train", "valid")) -> tuple[Floats, np.ndarray]:
    """Features and labels of a set's judged pairs."""
    tables = [read_table(folder / f"table{side}.csv")[0] for side in "AB"]
    pairs = pa.concat_tables([read_table(folder / f"{split}.csv")[0] for split in splits])
    return judged_features(*tables, pairs=pairs)


def learn(folder: Path, names: list[str], splits: tuple[str, ...] = ("train", "valid")) -> Additive:
    """The model of some sets."""
    sets = [judged(folder / name, splits) for name in names]
    for one, other in itertools.permutations(names, 2):
        features = strangers(folder / one / "tableA.csv", folder / other / "tableB.csv")
        sets.append((features, np.zeros(len(features))))
    return carried(sets)


def strangers(one: Path, other: Path) -> Floats:
    """Features of some candidates between two catalogues that share next to nothing."""
    tables = [read_table(path)[0] for path in (one, other)]
    found = match_products(*tables, model=Additive(np.zeros(WIDTH))).matching
    some = np.random.default_rng(0).choice(len(found.left), _STRANGERS, replace=False)
    return found.features(found.left[some], found.right[some])


def main() -> None:
    folder = Path(sys.argv[1])
    model = learn(folder, list(NAMES))
    home = Path(__file__).parents[1] / "src" / "onebasket" / "align" / "products" / "public.json"
    home.write_text(save(model, tuple(NAMES.values())) + "\n", encoding="utf-8")
    print(f"{home}: {len(model.weights)} weights")


if __name__ == "__main__":
    main()
