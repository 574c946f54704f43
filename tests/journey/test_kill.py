"""kill -9 at twenty random moments of a run: the last version stays readable, the next run is right."""

from __future__ import annotations

import json
import random
import signal
import subprocess
import sys
from pathlib import Path

import duckdb

from onebasket.store.basket import Basket
from tests.journey import shops

KILLS = 20


def tables(shop: Path) -> dict[str, list[tuple[object, ...]]]:
    """The rows of the tables without personal values."""
    with duckdb.connect() as connection:
        version = Basket(shop / "basket").current()
        assert version is not None
        with version:
            return {
                name: connection.sql(f"from read_parquet('{version.path}/{name}/*.parquet')").fetchall()
                for name in ("timeline", "customers", "catalogue", "customer_links", "scores")
            }


def start(shop: Path) -> subprocess.Popen[bytes]:
    call = [sys.executable, "-m", "onebasket", "run", str(shop)]
    return subprocess.Popen(call, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def test_kill_at_twenty_random_moments(tmp_path: Path) -> None:
    shop = shops.make(tmp_path / "shop", lines=300)
    assert start(shop).wait() == 0
    before = tables(shop)
    with (shop / "lines.csv").open("a", encoding="utf-8") as file:
        file.writelines(shops.line(number) for number in range(300, 400))
    manifest = json.loads((shop / "basket" / "v000001" / "manifest.json").read_text())
    chance, killed = random.Random(11), 0
    while killed < KILLS:
        process = start(shop)
        try:
            process.wait(timeout=chance.uniform(0, manifest["seconds"] * 1.2))
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGKILL)
            process.wait()
        killed += 1
        if process.returncode == 0:  # it was quicker than the axe: set it back and go on
            (shop / "lines.csv").open("a", encoding="utf-8").write(shops.line(1000 + killed))
            before = tables(shop)
            continue
        after = tables(shop)
        assert after == before or len(after["timeline"]) > len(before["timeline"])
        before = after
    assert start(shop).wait() == 0
    lines = (shop / "lines.csv").read_text(encoding="utf-8").count("\n") - 1
    assert len(tables(shop)["timeline"]) == lines
    alone = shops.make(tmp_path / "alone")
    (alone / "lines.csv").write_bytes((shop / "lines.csv").read_bytes())
    (alone / "keys").mkdir(mode=0o700)
    (shop / "keys" / "shop.key").rename(alone / "keys" / "shop.key")
    assert start(alone).wait() == 0
    left = [path.name for path in (shop / "basket").iterdir()]
    assert sorted(left)[:2] == ["CURRENT", "LOCK"]
    assert tables(alone)["timeline"] == tables(shop)["timeline"]
