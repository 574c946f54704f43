"""Matching people, beside Splink: quality, time and memory of both in one run.

    python benchmarks/people.py [--sets 1m ten lookup public] [--runs 5] [--seeds 101 102 103]
        [--shared DIR] [--splink PYTHON] [--folder DIR]

  1m      1 M people of `make_people.py`, 4 and 7 rules as in `splink_people.py`, and rules found;
          300,000 without households. Each run is a process of its own, ours and Splink's in turn:
          from its start to clusters (ours: written to Parquet), and, in brackets, the matching alone,
          with table and result in memory. Splink with its lean settings, u from 1e6 pairs; with
          --better, from 1e8 as well.
  ten     10 M people, 4 rules, and the growth from 1 M
  lookup  1 % new records on 1 M: share of the batch's time, agreement with the batch; 1,000 lookups
  public  febrl3, febrl4, historical_50k, with rules found

The peers' scripts, the generator and the data are read from --shared. Splink needs an environment
of its own: give its Python by --splink. Files are kept in --folder between calls. Warm runs: compiled
code is cached; the first run on a machine compiles, and is stated apart.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq

from onebasket import match_people
from onebasket.align.people.quality import of_clusters

RULES = {
    "4": "email,phone,surname+dob,first_name+postcode",
    "7": "email,phone,dob,first_name+postcode,first_name+surname,surname+city,surname+postcode",
    "found": None,
}
_WITHOUT_TRUTH = """
import sys, pyarrow.parquet as pq
pq.write_table(pq.read_table(sys.argv[1]).drop_columns(["cluster"]), sys.argv[2])
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--sets", nargs="+", default=["ten", "1m", "public", "lookup"])
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--seeds", type=int, nargs=3, default=[101, 102, 103])
    parser.add_argument("--shared", type=Path, default=Path("../shared"))
    parser.add_argument("--splink", type=Path, help="a Python that has splink and names")
    parser.add_argument("--better", action="store_true", help="Splink with u from 1e8 pairs, too")
    parser.add_argument("--folder", type=Path, default=Path(tempfile.gettempdir()) / "onebasket-people")
    asked = parser.parse_args()
    asked.folder.mkdir(parents=True, exist_ok=True)
    _cold(asked)
    for name in asked.sets:
        {"1m": _million, "ten": _ten, "lookup": _lookup, "public": _public}[name](asked)


def _people(asked: argparse.Namespace, size: int, seed: int, *more: str) -> Path:
    """A file of people, made once."""
    path = asked.folder / f"people-{size}-{seed}{''.join(more)}.parquet"
    if not path.exists():
        maker = asked.shared / "peers" / "make_people.py"
        words = [asked.splink or sys.executable, maker, size, path, "--seed", seed, *more]
        subprocess.run(list(map(str, words)), check=True, stdout=subprocess.DEVNULL)
    return path


def _bare(path: Path) -> Path:
    """The file without the truth, which would be a field if nobody named it."""
    bare = path.with_name(path.stem + "-bare.parquet")
    if not bare.exists():
        # In a process of its own: what this one holds would count as the peak of those it starts.
        words = [sys.executable, "-c", _WITHOUT_TRUTH, path, bare]
        subprocess.run(list(map(str, words)), check=True)
    return bare


def _ours(
    path: Path, rules: str | None, truth: str | None = None, cache: str | None = None
) -> dict[str, Any]:
    """One `onebasket match`: its figures, with the seconds of the whole process."""
    figures, out = path.with_suffix(".json"), path.with_suffix(".out.parquet")
    words = [sys.executable, "-m", "onebasket", "match", path, "--json", figures, "--out", out]
    words += ["--rules", rules] if rules else []
    words += ["--truth", truth] if truth else []
    environment = {**os.environ, **({"NUMBA_CACHE_DIR": cache} if cache else {})}
    began = time.monotonic()
    subprocess.run(list(map(str, words)), check=True, stdout=subprocess.DEVNULL, env=environment)
    return {**json.loads(figures.read_text(encoding="utf-8")), "whole": time.monotonic() - began}


def _splink(asked: argparse.Namespace, path: Path, rules: str, u: str) -> dict[str, float]:
    """One run of the peer: import to clusters, its peak memory and its best figures."""
    script = asked.shared / "peers" / "splink_people.py"
    words = [asked.splink, script, path, "--u", u, "--rules", rules, "--lean"]
    said = subprocess.run(list(map(str, words)), check=True, capture_output=True, text=True).stdout
    steps = re.findall(r"^(import|load) +([\d.]+) s", said, re.MULTILINE)
    total = re.search(r"TOTAL \(init..cluster\) ([\d.]+) s +peak rss ([\d.]+)", said)
    best = re.search(r"best pair F1 \([^,]+, ([\d.]+)", said)
    clusters = re.findall(r"clusters at [\d.]+: P [\d.]+ R [\d.]+ F1 ([\d.]+)", said)
    assert total and best
    return {
        "whole": float(total[1]) + sum(float(seconds) for _, seconds in steps),
        "seconds": float(total[1]),
        "memory": float(total[2]),
        "pairs": float(best[1]),
        "clusters": max(map(float, clusters)),
    }


def _cold(asked: argparse.Namespace) -> None:
    path = _people(asked, 10_000, asked.seeds[0])
    with tempfile.TemporaryDirectory() as cache:
        cold = _ours(path, RULES["7"], cache=cache)["whole"]
    _ours(path, RULES["7"])  # whatever was compiled before
    warm = _ours(path, RULES["7"])["whole"]
    print(f"first run on a machine: {cold:.1f} s for 10,000 people, then {warm:.1f} s (whole process)\n")


def _million(asked: argparse.Namespace) -> None:
    for seed in asked.seeds[:2]:
        path = _people(asked, 1_000_000, seed)
        for name, rules in RULES.items():
            _beside(asked, f"1 M people, seed {seed}, rules {name}", path, name, rules)
    path = _people(asked, 300_000, asked.seeds[2], "--hh", "0")
    _beside(asked, f"300,000 without households, seed {asked.seeds[2]}, rules 7", path, "7", RULES["7"], 1)


def _beside(
    asked: argparse.Namespace, title: str, path: Path, name: str, rules: str | None, runs: int | None = None
) -> None:
    """Ours and the peer's in turn, medians of as many runs; quality from a run that knows the truth."""
    ours, theirs = [], []
    bare = _bare(path)
    for _ in range(runs or asked.runs):
        ours.append(_ours(bare, rules))
        if asked.splink and rules:
            theirs.append(_splink(asked, path, name, "1e6"))
    judged = _ours(path, rules, truth="cluster")
    _tell(title, ours, judged)
    if theirs:
        middle = {
            key: statistics.median(run[key] for run in theirs) for key in ("whole", "seconds", "memory")
        }
        best = f"best pair F1 {theirs[-1]['pairs']:.4f}  best clusters {theirs[-1]['clusters']:.4f}"
        print(
            f"  splink  {middle['whole']:6.1f} s [{middle['seconds']:.1f}]  {middle['memory']:.2f} GB  {best}"
        )
        ratios = [middle[key] / statistics.median(run[key] for run in ours) for key in ("whole", "seconds")]
        print(f"  ratio   {ratios[0]:.2f} [{ratios[1]:.2f}]")
        if asked.better:
            other = _splink(asked, path, name, "1e8")
            print(f"  splink, u from 1e8: {other['whole']:.1f} s  best pair F1 {other['pairs']:.4f}"
                  f"  best clusters {other['clusters']:.4f}")  # fmt: skip
    print(flush=True)


def _tell(title: str, runs: list[dict[str, Any]], judged: dict[str, Any]) -> None:
    whole, alone = ([run[key] for run in runs] for key in ("whole", "seconds"))
    memory = statistics.median(run["peak_memory_bytes"] for run in runs) / 1e9
    pairs, clusters = judged["pairs"], judged["clusters"]
    span = f"({min(whole):.1f}–{max(whole):.1f}) [{statistics.median(alone):.1f}]"
    print(title)
    print(f"  ours    {statistics.median(whole):6.1f} s {span}  {memory:.2f} GB")
    recall = judged["estimated_recall"]
    print(f"          {judged['pairs_compared']:,} pairs, blocking recall about {recall:.3f}")
    for word, each in (("pairs", pairs), ("clusters", clusters)):
        print(f"          {word}: P {each['precision']:.4f} R {each['recall']:.4f} F1 {each['f1']:.4f}"
              f"  best {each['best_f1']:.4f}")  # fmt: skip


def _ten(asked: argparse.Namespace) -> None:
    seed = asked.seeds[0]
    small, large = _bare(_people(asked, 1_000_000, seed)), _bare(_people(asked, 10_000_000, seed + 3))
    runs = [(_ours(small, RULES["4"]), _ours(large, RULES["4"])) for _ in range(asked.runs)]
    for key, name in (("whole", "whole process"), ("seconds", "matching alone")):
        one, ten = (statistics.median(run[place][key] for run in runs) for place in (0, 1))
        print(f"10 M people, 4 rules, {name}: {ten:.1f} s; growth from 1 M ({one:.1f} s) {ten / one:.1f}×")
    print(f"  {max(run[1]['peak_memory_bytes'] for run in runs) / 1e9:.1f} GB\n", flush=True)


def _lookup(asked: argparse.Namespace) -> None:
    table = pq.read_table(_people(asked, 1_000_000, asked.seeds[0])).drop_columns(["cluster"])
    rows = np.random.default_rng(0).permutation(table.num_rows)
    late, early = np.sort(rows[:10_000]), np.sort(rows[10_000:])
    old, new = table.take(pa.array(early)), table.take(pa.array(late))
    ids = new["unique_id"].to_pylist()
    for name in ("4", "7"):
        rules = str(RULES[name]).split(",")
        began = time.monotonic()
        every = match_people(table, rules=rules)
        batch = time.monotonic() - began
        found = match_people(old, rules=rules)
        began = time.monotonic()
        found.add(new.slice(0, 100), ids[:100])  # compiles, and sorts the keys once
        ready = time.monotonic() - began
        began = time.monotonic()
        found.add(new.slice(100), ids[100:])
        added = time.monotonic() - began
        live = found._live
        mine = np.empty(table.num_rows, np.int64)
        known = found._known.to_numpy()
        mine[known] = live.clusters
        theirs = every.matching.by_row(every.matching.clusters)
        agreement = of_clusters(np.unique(mine, return_inverse=True)[1], theirs).f1
        people = new.slice(0, 1_100).to_pylist()
        times = []
        for person in people:
            began = time.perf_counter()
            found.lookup(person)
            times.append(1000 * (time.perf_counter() - began))
        low, high = np.percentile(times[100:], [50, 99])
        print(f"1 % new on 1 M, {name} rules: {added:.2f} s, {added / batch:.1%} of {batch:.1f} s;"
              f" getting ready once {ready:.1f} s; agreement with the batch {agreement:.4f}")  # fmt: skip
        print(f"lookup of one among 1 M, {name} rules: median {low:.1f} ms, p99 {high:.1f} ms\n", flush=True)


def _public(asked: argparse.Namespace) -> None:
    data = asked.shared / "data" / "people"
    for name, files in (("febrl3", ["febrl3.csv"]), ("febrl4", ["febrl4a.csv", "febrl4b.csv"])):
        tables = [pa_csv.read_csv(data / file) for file in files]
        table = pa.concat_tables(
            pa.table({c.strip(): pc.utf8_trim_whitespace(t[c].cast(pa.string())) for c in t.column_names})
            for t in tables
        )
        who = pc.replace_substring_regex(table["rec_id"], r"^(rec-\d+).*$", r"\1")
        path = asked.folder / f"{name}.parquet"
        pq.write_table(table.append_column("cluster", who), path)
        _tell(name, [judged := _ours(path, None, truth="cluster")], judged)
    path = asked.folder / "historical.parquet"
    pq.write_table(pq.read_table(data / "historical_50k.parquet"), path)
    _tell("historical_50k", [judged := _ours(path, None, truth="cluster")], judged)


if __name__ == "__main__":
    main()
