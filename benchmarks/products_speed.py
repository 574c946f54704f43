"""How long matching two large catalogues takes without labels, how it grows, and how fast pairs are judged.

    python -m benchmarks.products_speed [--sizes 100000 1000000] [--pairs 500000]

Catalogues are invented: brands, kinds, model numbers, colours and sizes; seven in ten products of the one
are in the other, under a title in another order, a fifth of them without its model number, a tenth with a
slip of the finger; each product has a neighbour that differs in the colour alone. Each size runs in a process
of its own. Beside the time stand the shares of links that are right and of true pairs that are linked.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import time

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from onebasket.accounting import peak_memory
from onebasket.products import match_products

COLOURS = ("black", "white", "red", "blue", "green", "silver", "gold", "pink")
SIZES = ("250 g", "500 g", "1 kg", "330 ml", "1 l", "32 gb", "64 gb", "15 in", "17 in", "20 oz")
PARTS = (
    "ba",
    "ker",
    "lo",
    "min",
    "ta",
    "vor",
    "sel",
    "du",
    "ran",
    "pi",
    "zen",
    "mor",
    "ca",
    "lit",
    "fo",
    "gan",
)
PER_PRODUCT = 2  # variants


def catalogues(size: int, seed: int = 0) -> tuple[pa.Table, pa.Table, np.ndarray]:
    """Two catalogues of about `size` offers, and of each of the second the row in the first; -1: none."""
    chance = np.random.default_rng(seed)
    products = size // PER_PRODUCT
    brands, kinds = _words(chance, 5000, 2), _words(chance, 4000, 3)
    brand = np.repeat(chance.integers(0, len(brands), products), PER_PRODUCT)
    kind = np.repeat(chance.integers(0, len(kinds), (2, products)), PER_PRODUCT, axis=1)
    model = np.repeat(_models(chance, products), PER_PRODUCT)
    colour = _variants(chance, products, len(COLOURS))
    pack = np.repeat(chance.integers(0, len(SIZES), products), PER_PRODUCT)
    price = np.repeat(np.round(chance.lognormal(3.5, 1.0, products), 2), PER_PRODUCT)
    names = [pa.array(brands).take(pa.array(brand)), pa.array(model)]
    names += [pa.array(kinds).take(pa.array(each)) for each in kind]
    tails = [pa.array(COLOURS).take(pa.array(colour)), pa.array(SIZES).take(pa.array(pack))]
    first = pa.table({"id": np.arange(len(brand)), "title": _joined(names + tails), "price": price})
    there = chance.permutation(np.flatnonzero(chance.random(len(brand)) < 0.7))
    more = chance.integers(0, len(brand), len(brand) - len(there))  # what the first has not
    slipped = [word[:2] + word[3:] for word in kinds]
    slip = chance.random(len(there)) < 0.1
    kept = pa.array(there)
    said = pc.if_else(pa.array(slip), pa.array(slipped).take(pa.array(kind[0][there])), names[2].take(kept))
    bare = pa.array(chance.random(len(there)) < 0.2)
    shown = pc.if_else(bare, "", pc.ascii_lower(names[1].take(kept)))
    plain = [pc.ascii_upper(names[0].take(kept)), said, names[3].take(kept)]
    titles = _joined([*plain, *(each.take(kept) for each in tails), shown])
    unknown = [pa.array(brands).take(pa.array(brand[more])), pa.array(_models(chance, len(more)))]
    strange = _joined(
        [*unknown, names[2].take(pa.array(chance.permutation(more))), tails[1].take(pa.array(more))]
    )
    asked = np.round(np.concatenate([price[there], price[more]]) * chance.uniform(0.9, 1.1, len(brand)), 2)
    title = pa.concat_arrays([titles, strange])
    second = pa.table({"id": np.arange(len(brand)), "name": title, "price": asked})
    return first, second, np.concatenate([there, np.full(len(more), -1)])


def _words(chance: np.random.Generator, size: int, parts: int) -> list[str]:
    drawn = np.array(PARTS)[chance.integers(0, len(PARTS), (size, parts))]
    return ["".join(row) for row in drawn.tolist()]


def _models(chance: np.random.Generator, size: int) -> np.ndarray:
    letters = np.array(list("ABCDEFGHKLMNPRSTVX"))
    parts = [letters[chance.integers(0, len(letters), size)] for _ in range(2)]
    return np.char.add(np.char.add(*parts), chance.integers(100, 99999, size).astype(str))


def _variants(chance: np.random.Generator, products: int, values: int) -> np.ndarray:
    """Of each product two different values."""
    one = chance.integers(0, values, products)
    return np.stack([one, (one + chance.integers(1, values, products)) % values], axis=1).ravel()


def _joined(columns: list[pa.Array]) -> pa.Array:
    return pc.binary_join_element_wise(*columns, " ")


def run(size: int) -> dict[str, float]:
    """Match catalogues of a size; kernels are compiled before."""
    match_products(*catalogues(2000)[:2], alone=True)
    first, second, truth = catalogues(size)
    began, processor = time.monotonic(), time.process_time()
    found = match_products(first, second, alone=True, one_to_one=True)
    seconds, spent = time.monotonic() - began, time.process_time() - processor
    links = found.links
    right = int((truth[links["id_b"].to_numpy()] == links["id_a"].to_numpy()).sum())
    return {
        "offers": size, "seconds": seconds, "processor_seconds": spent, "memory_mb": peak_memory() / 2**20,
        "candidates": len(found.matching.left), "links": links.num_rows,
        "precision": right / max(links.num_rows, 1), "recall": right / int((truth >= 0).sum()),
    }  # fmt: skip


def judging(pairs: int) -> dict[str, float]:
    """Pairs a second that a supervised model compares and judges, in one thread."""
    first, second, truth = catalogues(20_000)
    chance = np.random.default_rng(1)
    rows = np.flatnonzero(truth >= 0)
    yes = rows[chance.integers(0, len(rows), 2000)]
    left = np.concatenate([truth[yes], chance.integers(0, 20_000, 6000)])
    right = np.concatenate([yes, chance.integers(0, 20_000, 6000)])
    judged = pa.table({"a": left, "b": right, "label": (truth[right] == left).astype(int)})
    found = match_products(first, second, pairs=judged)
    asked = chance.integers(0, len(found.matching.left), pairs)
    left, right = found.matching.left[asked], found.matching.right[asked]
    found.matching.judge(left[:1000], right[:1000])
    began = time.monotonic()
    features = found.matching.features(left, right)
    compared = time.monotonic() - began
    found.matching.learnt.score(left, right, features)
    return {"compared_a_second": pairs / compared, "judged_a_second": pairs / (time.monotonic() - began)}


def main() -> None:
    asked = argparse.ArgumentParser()
    asked.add_argument("--sizes", type=int, nargs="*", default=[100_000, 1_000_000])
    asked.add_argument("--pairs", type=int, default=500_000)
    asked.add_argument("--one", type=int)
    told = asked.parse_args()
    if told.one is not None:
        print(json.dumps(run(told.one)))
        return
    for size in told.sizes:
        command = [sys.executable, "-m", "benchmarks.products_speed", "--one", str(size)]
        print(subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip(), flush=True)
    if told.pairs:
        print(json.dumps(judging(told.pairs)))


if __name__ == "__main__":
    main()
