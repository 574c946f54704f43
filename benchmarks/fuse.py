"""How fast collect → fuse is, beside the floor: DuckDB merely sorting and writing the same rows.

    python benchmarks/fuse.py [--scales 1 10] [--runs 5] [--folder DIR]

For each scale it writes a demo shop with that many times 2,469 households (kept between
calls), then measures, each in a process of its own and alternating, `--runs` times:

  ours    `onebasket fuse SHOP --again`: collect, clean, align, fuse, everything written
  floor   DuckDB reads the same export files with all their columns as text, sorts every
          file group by its time or number, and writes Parquet with the same compression
          (files in GBK are turned into UTF-8 beforehand, untimed: DuckDB cannot read them)

Both have two threads and the same memory limit. It prints medians, peak memory of the
process, rows a second, the ratio, the growth from scale to scale, and the share of each
stage in our time.
"""

from __future__ import annotations

import argparse
import json
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

HOUSEHOLDS = 2469
MEMORY = "2GB"
THREADS = 2

# What the floor reads: pattern, kind, sort key.
GROUPS = (
    ("shopify/orders*.csv", "csv", '"Created at", "Name"'),
    ("shopify/customers*.csv", "csv", '"Customer ID"'),
    ("shopify/products*.csv", "csv", '"SKU"'),
    ("square/items*.csv", "csv", '"Date", "Time", "Transaction ID"'),
    ("square/transactions*.csv", "csv", '"Date", "Time", "Transaction ID"'),
    ("tmall/ExportOrderList*.csv", "gbk", '"订单编号"'),
    ("tmall/ExportOrderDetailList*.csv", "gbk", '"订单编号"'),
    ("ga4/*.json.gz", "json", "event_timestamp, user_pseudo_id"),
    ("app/*.ndjson.gz", "json", '"timestamp", "messageId"'),
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--scales", type=int, nargs="+", default=[1, 10])
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--folder", type=Path, default=Path(tempfile.gettempdir()) / "onebasket-bench")
    parser.add_argument("--child", nargs=2, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.child:
        what, shop = arguments.child
        seconds = {"ours": _ours, "floor": _floor}[what](Path(shop))
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
        print(json.dumps({**seconds, "peak_bytes": peak}))
        return
    medians: dict[int, float] = {}
    for scale in arguments.scales:
        shop = _shop(arguments.folder, scale)
        medians[scale] = _measure(shop, scale, arguments.runs)
    first, *others = arguments.scales
    for scale in others:
        growth = medians[scale] / medians[first]
        print(f"growth from {first}x to {scale}x: {growth:.1f}x the time for {scale / first:g}x the rows")


def _shop(folder: Path, scale: int) -> Path:
    from onebasket.demo import write_demo

    shop = folder / f"x{scale}"
    write_demo(shop, households=HOUSEHOLDS * scale, seed=0)
    if (shop / "truth").exists():  # a real shop has none, and no run is scored against it
        (shop / "truth").rename(shop / "truth-untimed")
    utf8 = shop / "utf8"
    if not utf8.exists():
        utf8.mkdir()
        for path in sorted((shop / "exports" / "tmall").glob("*.csv")):
            with path.open(encoding="gb18030", errors="replace", newline="") as source:
                with (utf8 / path.name).open("w", encoding="utf-8", newline="") as target:
                    shutil.copyfileobj(source, target, 1 << 20)
    return shop


def _measure(shop: Path, scale: int, runs: int) -> float:
    results: dict[str, list[dict[str, float]]] = {"ours": [], "floor": []}
    for _ in range(runs):
        for what, found in results.items():
            command = [sys.executable, __file__, "--child", what, str(shop)]
            done = subprocess.run(command, check=True, capture_output=True, text=True)
            found.append(json.loads(done.stdout.splitlines()[-1]))
    ours = statistics.median(run["seconds"] for run in results["ours"])
    floor = statistics.median(run["seconds"] for run in results["floor"])
    rows = results["ours"][0]["rows"]
    print(f"\n{scale}x: {rows:,.0f} export rows, {runs} runs")
    for what, seconds in (("ours", ours), ("floor", floor)):
        peak = max(run["peak_bytes"] for run in results[what]) / 1e9
        spread = "–".join(f"{pick(run['seconds'] for run in results[what]):.1f}" for pick in (min, max))
        print(
            f"  {what:5} {seconds:7.1f} s ({spread})  {rows / seconds:>10,.0f} rows/s  {peak:5.2f} GB at most"
        )
    print(f"  ratio to the floor: {ours / floor:.2f}")
    middle = sorted(results["ours"], key=lambda run: run["seconds"])[runs // 2]
    stages = {name: value for name, value in middle.items() if name.startswith("stage ")}
    for name, seconds in sorted(stages.items(), key=lambda entry: -entry[1]):
        print(f"    {name.removeprefix('stage '):20} {seconds:6.1f} s")
    return ours


def _ours(shop: Path) -> dict[str, float]:
    """Seconds and export rows of collect → fuse, and the seconds of each step."""
    from onebasket.run import run

    began = time.monotonic()
    result = run(shop, until="fuse", again=frozenset({"collect"}))
    seconds = time.monotonic() - began
    manifest = json.loads((result.folder / "manifest.json").read_text())
    rows = sum(account["rows_in"] for account in manifest["accounts"] if account["stage"] == "collect")
    steps = {f"stage {step['name']}": step["seconds"] for step in manifest["steps"]}
    return {"seconds": seconds, "rows": rows, **steps}


def _floor(shop: Path) -> dict[str, float]:
    import duckdb

    with tempfile.TemporaryDirectory(dir=shop) as scratch:
        began = time.monotonic()
        connection = duckdb.connect()
        connection.execute(f"set memory_limit = '{MEMORY}'")
        connection.execute(f"set threads = {THREADS}")
        connection.execute(f"set temp_directory = '{scratch}/spill'")
        for number, (pattern, kind, key) in enumerate(GROUPS):
            place = shop / "utf8" / Path(pattern).name if kind == "gbk" else shop / "exports" / pattern
            if not list(place.parent.glob(place.name)):
                continue
            if kind == "json":
                read = f"read_json('{place}', format = 'newline_delimited', ignore_errors = true)"
            else:
                read = f"read_csv('{place}', all_varchar = true, header = true, ignore_errors = true)"
            connection.execute(
                f"copy (select * from {read} order by {key}) to '{scratch}/{number}.parquet'"
                " (format parquet, compression zstd)"
            ).fetchall()
        connection.close()
        return {"seconds": time.monotonic() - began}


if __name__ == "__main__":
    main()
