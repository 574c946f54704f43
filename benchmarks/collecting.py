# ruff: noqa: E501 (cells as a table)
"""How fast a large orders file is collected and cleaned, beside DuckDB merely reading and writing it as text.

    python benchmarks/collecting.py [--gigabytes 2] [--runs 3] [--memory 570MB] [--folder DIR]

Writes one CSV of Shopify's order export (79 columns, one to three lines an order, kept between calls), the
same file in GBK, and a tenth of a workbook's most rows as XLSX; then measures, each in a process of its own,
alternating, `--runs` times:

  ours    collect and clean of one source, everything written (people, orders, events, products, quarantine)
  floor   `copy (select * from read_csv(file, all_varchar)) to parquet`

Both have two threads. Prints medians, MB/s, the peak memory of the process, and the ratio. DuckDB does not
read GBK: the floor of that file is that of the same one in UTF-8.
"""

from __future__ import annotations

import argparse
import csv
import json
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from datetime import datetime, timedelta
from pathlib import Path

HEADERS = json.loads((Path(__file__).parents[1] / "tests/formats/headers.json").read_text("utf-8"))
FILE = "shopify_orders_export.csv"
THREADS = 2
SHEET_ROWS = 100_000
TITLES = ("Green tea, loose", "Mug", "Linen towel", "茉莉花茶 100克", "Oak board", "Soap; lemon")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--gigabytes", type=float, default=2.0)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--memory", default="570MB", help="[run] memory: what the engine may hold")
    parser.add_argument("--folder", type=Path, default=Path(tempfile.gettempdir()) / "onebasket-collecting")
    parser.add_argument("--child", nargs=3, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.child:
        what, path, memory = arguments.child
        seconds = ours(Path(path), memory) if what == "ours" else floor(Path(path), memory)
        print(
            json.dumps(
                {"seconds": seconds, "peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024}
            )
        )
        return
    arguments.folder.mkdir(parents=True, exist_ok=True)
    plain, gbk, sheet = written(arguments.folder, arguments.gigabytes)
    pairs = [("ours", plain), ("floor", plain), ("ours", gbk), ("ours", sheet)]
    found: dict[tuple[str, Path], list[dict[str, float]]] = {pair: [] for pair in pairs}
    for _ in range(arguments.runs):
        for what, path in pairs:
            call = [sys.executable, __file__, "--child", what, str(path), arguments.memory]
            found[what, path].append(json.loads(subprocess.run(call, capture_output=True, check=True).stdout))
    base = statistics.median(each["seconds"] for each in found["floor", plain])
    for (what, path), runs in found.items():
        seconds = statistics.median(each["seconds"] for each in runs)
        size, peak = path.stat().st_size, max(each["peak"] for each in runs)
        rate = (
            f"{base / seconds * size / plain.stat().st_size:.2f} of the floor's rate" if path != sheet else ""
        )
        print(f"{what:5} {path.name:18} {size / 1e9:5.2f} GB {seconds:7.1f} s {size / seconds / 1e6:6.1f} MB/s"
              f" {peak / 1e6:7.0f} MB at most  {rate}")  # fmt: skip


def written(folder: Path, gigabytes: float) -> tuple[Path, Path, Path]:
    """The three files, made where they are not there."""
    plain, gbk = folder / f"orders-{gigabytes:g}.csv", folder / f"orders-{gigabytes:g}-gbk.csv"
    sheet = folder / "orders.xlsx"
    if not plain.exists():
        with plain.with_suffix(".new").open("w", encoding="utf-8", newline="") as file:
            write = csv.writer(file)
            write.writerow(HEADERS[FILE])
            number = 0
            while file.tell() < gigabytes * 1e9:
                write.writerows(rows(number, 10_000))
                number += 10_000
        plain.with_suffix(".new").rename(plain)
    if not gbk.exists():
        with (
            plain.open(encoding="utf-8", newline="") as source,
            gbk.with_suffix(".new").open("w", encoding="gb18030", newline="") as target,
        ):
            while piece := source.read(1 << 22):
                target.write(piece)
        gbk.with_suffix(".new").rename(gbk)
    if not sheet.exists():
        import openpyxl

        book = openpyxl.Workbook(write_only=True)
        page = book.create_sheet()
        page.append(HEADERS[FILE])
        for row in rows(0, SHEET_ROWS // 2):
            page.append(row)
        book.save(sheet)
    return plain, gbk, sheet


def rows(first: int, orders: int) -> list[list[str]]:
    """The lines of some orders: two of three have one, the third has four in all."""
    header, made = HEADERS[FILE], []
    place = {name: at for at, name in enumerate(header)}
    for number in range(first, first + orders):
        at = datetime(2022, 1, 1) + timedelta(minutes=number % 1_500_000)
        person = number * 7919 % 400_000
        lines = 1 + number % 3 if number % 3 != 1 else 2
        for line in range(lines):
            cells = [""] * len(header)
            price = 1 + (number * 31 + line * 7) % 9000 / 100
            told = {
                "Name": f"#{number}", "Email": f"p{person}@mail.example", "Lineitem quantity": str(1 + line),
                "Lineitem name": f"{TITLES[number % 6]} {number * 13 % 5000}", "Lineitem price": f"{price:.2f}",
                "Lineitem sku": f"SKU-{number * 13 % 5000:05d}", "Lineitem requires shipping": "true",
                "Lineitem taxable": "true", "Lineitem fulfillment status": "fulfilled", "Vendor": "Harbour & Hill",
            }  # fmt: skip
            if line == 0:
                told |= {
                    "Financial Status": "paid", "Currency": "EUR", "Total": f"{price * lines:.2f}", "Shipping": "4.99",
                    "Taxes": "1.20", "Subtotal": f"{price:.2f}", "Accepts Marketing": "yes", "Fulfillment Status": "fulfilled",
                    "Paid at": f"{at} +0100", "Created at": f"{at} +0100", "Billing Name": f"Ann Lee{person}",
                    "Billing Street": f"{person % 99} Main Street", "Billing City": "Springfield", "Billing Zip": f"'{person % 99999:05d}",
                    "Billing Country": "US", "Billing Phone": f"'+1212{2_000_000 + person}", "Shipping Name": f"Ann Lee{person}",
                    "Shipping Street": f"{person % 99} Main Street", "Shipping City": "Springfield", "Payment Method": "card",
                    "Id": str(5_000_000_000 + number), "Source": "web", "Risk Level": "Low", "Discount Amount": "0.00",
                }  # fmt: skip
            for name, text in told.items():
                cells[place[name]] = text
            made.append(cells)
    return made


def ours(path: Path, memory: str) -> float:
    """Seconds of collect and clean."""
    from onebasket.run import run

    with tempfile.TemporaryDirectory(dir=path.parent) as folder:
        (Path(folder) / "shop.toml").write_text(
            f'[shop]\nname = "Large"\ncurrency = "EUR"\n[run]\nmemory = "{memory}"\nthreads = {THREADS}\n'
            f'[[source]]\nname = "web"\nchannel = "web"\nformat = "shopify"\npath = "{path}"\n'
        )
        began = time.perf_counter()
        run(folder, until="clean")
        return time.perf_counter() - began


def floor(path: Path, memory: str) -> float:
    """Seconds in which DuckDB reads the file as texts and writes them as Parquet."""
    import duckdb

    with tempfile.TemporaryDirectory(dir=path.parent) as folder:
        connection = duckdb.connect(
            config={"memory_limit": memory, "threads": THREADS, "temp_directory": folder}
        )
        began = time.perf_counter()
        scan = f"read_csv('{path}', all_varchar=true, header=true, quote='\"', escape='\"')"
        connection.execute(
            f"copy (select * from {scan}) to '{folder}/all.parquet' (format parquet, compression zstd)"
        )
        return time.perf_counter() - began


if __name__ == "__main__":
    main()
