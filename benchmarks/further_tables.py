"""What a million levels of stock and a million exposures cost to collect, clean and fuse.

python benchmarks/further_tables.py [ROWS]
"""

from __future__ import annotations

import random
import sys
import tempfile
import time
from pathlib import Path

from onebasket.accounting import peak_memory
from onebasket.run import run
from onebasket.store.basket import Basket

SHOP = """
[shop]
name = "Benchmark"

[[source]]
name = "stock"
channel = "store"
format = "table"
path = "stock.csv"
stock = { sku = "sku", place = "place", time = "time", on_hand = "there", reserved = "kept" }

[[source]]
name = "mail"
channel = "email"
format = "table"
path = "mail.csv"
people = { email = "email" }
exposures = { campaign_id = "campaign", kind = "kind", time = "time" }
"""
PRODUCTS, PLACES, PEOPLE, CAMPAIGNS = 20_000, 10, 100_000, 200


def write(folder: Path, rows: int) -> None:
    """Both files; one row in a thousand is damaged."""
    draw = random.Random(0)
    (folder / "shop.toml").write_text(SHOP, encoding="utf-8")
    with (folder / "stock.csv").open("w", encoding="utf-8") as file:
        file.write("sku,place,time,there,kept\n")
        for row in range(rows):
            day, there = row * 28 // rows + 1, "many" if row % 1000 == 0 else draw.randrange(500)
            file.write(f"S{row % PRODUCTS},place {row // PRODUCTS % PLACES},2024-03-{day:02d},{there},3\n")
    kinds = ("sent", "Opened", "Clicked")
    with (folder / "mail.csv").open("w", encoding="utf-8") as file:
        file.write("email,campaign,kind,time\n")
        for row in range(rows):
            when = (
                "soon" if row % 1000 == 0 else f"2024-03-{row % 28 + 1:02d} 10:{row % 60:02d}:{row % 59:02d}"
            )
            who = draw.randrange(PEOPLE)
            file.write(f"p{who}@example.org,c{draw.randrange(CAMPAIGNS)},{draw.choice(kinds)},{when}\n")


def main(rows: int = 1_000_000) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write(folder, rows)
        began = time.perf_counter()
        run(folder, until="fuse")
        seconds = time.perf_counter() - began
        version = Basket(folder / "basket").current()
        assert version is not None
        with version:
            for step in version.manifest["steps"]:
                print(f"{step['name']:16} {step['seconds']:7.1f} s")
            for account in version.manifest["accounts"]:
                if account["table"] in ("raw_stock", "raw_exposures"):
                    print(account)
        print(f"{rows:,} rows of each: {seconds:.1f} s, peak memory {peak_memory() / 1e9:.2f} GB")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
