"""A refused row comes back: exported, corrected by hand, taken in, and counted once."""

from __future__ import annotations

import json
from pathlib import Path

from onebasket.store.basket import Basket
from onebasket.store.duckdb_query import query
from tests.journey import shops

BROKEN = "Z1,20xx-13-45,q@example.org,Quinn Poe,S1,Thing 1,1,2.50\n"


def events(shop: Path) -> int:
    version = Basket(shop / "basket").current()
    assert version is not None
    with version:
        return int(query(version, "select count(*) from timeline")[1][0][0])


def test_a_corrected_row_is_taken_in(tmp_path: Path) -> None:
    shop = shops.make(tmp_path / "shop", lines=20)
    with (shop / "lines.csv").open("a", encoding="utf-8") as file:
        file.write(BROKEN)
    assert shops.command("fuse", shop).returncode == 0
    assert events(shop) == 20
    assert "bad_time" in shops.command("quarantine", shop).stdout
    export = tmp_path / "refused.ndjson"
    assert shops.command("quarantine", shop, "--export", export).returncode == 0
    assert export.stat().st_mode & 0o777 == 0o600
    row = json.loads(export.read_text(encoding="utf-8"))
    assert (row["reason"], row["line"]) == ("bad_time", 22)
    row["row_text"] = row["row_text"].replace("20xx-13-45", "2024-03-05 10:00:00")
    export.write_text(json.dumps(row), encoding="utf-8")
    done = shops.command("quarantine", shop, "--replay", "--corrected", export)
    assert done.returncode == 0, done.stderr
    assert events(shop) == 21
    assert "bad_time" not in shops.command("quarantine", shop).stdout


def test_rows_come_back_when_the_shop_file_is_corrected(tmp_path: Path) -> None:
    shop = shops.make(tmp_path / "shop", lines=20)
    text = (shop / "lines.csv").read_text(encoding="utf-8").replace("2024-03-", "2024/03/")
    (shop / "lines.csv").write_text(text, encoding="utf-8")
    settings = (shop / "shop.toml").read_text(encoding="utf-8")
    odd = settings.replace('path = "lines.csv"', 'path = "lines.csv"\ntime_formats = ["%d.%m.%Y"]')
    (shop / "shop.toml").write_text(odd, encoding="utf-8")
    assert shops.command("fuse", shop).returncode == 0
    assert events(shop) == 0
    right = odd.replace("%d.%m.%Y", "%Y/%m/%d %H:%M:%S")
    (shop / "shop.toml").write_text(right, encoding="utf-8")
    assert shops.command("quarantine", shop, "--replay").returncode == 0
    assert events(shop) == 20
