"""Refused rows: listed, exported, set right and taken in again."""

from __future__ import annotations

import csv
import json
import stat
from pathlib import Path
from typing import Any

import pytest

from onebasket.clean import by_reason, export, take_corrections
from onebasket.errors import SourceError
from onebasket.protect.corrections import corrected_lines, fingerprint
from tests.unit.clean.clean_world import World

RAW: dict[str, list[dict[str, Any]]] = {
    "people": [{"record_id": "r1", "email": "null", "given_name": "-"}],
    "orders": [{"order_id": "o9", "time": "2024-13-01"}],
    "events": [
        {"action": "purchase", "time": "2024-05-01 12:00:00", "product_key": "p1", "unit_price": "2"},
        {
            "action": "purchase",
            "time": "yesterday",
            "product_key": "p1",
            "unit_price": "2",
            "record_id": "r1",
        },
        {"action": "view", "time": "yesterday", "product_key": "p1"},
    ],
}


@pytest.mark.parametrize("ending", [".csv", ".ndjson"])
def test_there_and_back(world: World, tmp_path: Path, ending: str) -> None:
    world.clean(**RAW)
    path = tmp_path / f"refused{ending}"
    assert export(world.store, path) == 4
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    mend(
        path,
        lambda text: text.replace("yesterday", "2024-05-02 12:00:00").replace('"null"', '"m@shop.example"'),
    )
    assert fingerprint(world.shop, "web") == ""
    assert take_corrections(world.shop, world.key, path) == 4
    assert fingerprint(world.shop, "web") != ""

    accounts = world.clean(**RAW)
    assert [account.quarantined for account in accounts] == [0, 0, 1, 0]
    assert [(row["line"], row["record_id"]) for row in world.rows("events")] == [
        (2, None),
        (3, "r1"),
        (4, None),
    ]
    assert world.rows("people")[0]["email"] == "m@shop.example"
    stored = world.shop.folder / "corrections" / "web.parquet"
    assert b"m@shop.example" not in stored.read_bytes()
    assert stat.S_IMODE(stored.stat().st_mode) == 0o600


def mend(path: Path, change: Any) -> None:
    """Change the row_text of every row of an export."""
    if path.suffix == ".ndjson":
        rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
        told = [json.dumps({**row, "row_text": change(row["row_text"])}) for row in rows]
        path.write_text("\n".join(told) + "\n", encoding="utf-8")
        return
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, rows[0])
        writer.writeheader()
        writer.writerows({**row, "row_text": change(row["row_text"])} for row in rows)


def test_by_reason_counts_and_tells_no_values(world: World) -> None:
    world.clean(**RAW)
    assert [(row["table_name"], row["reason"], row["rows"]) for row in by_reason(world.store)] == [
        ("raw_events", "bad_time", 2),
        ("raw_orders", "bad_time", 1),
        ("raw_people", "no_usable_value", 1),
    ]
    assert "yesterday" not in str(by_reason(world.store))


def test_lines_that_never_became_rows_go_to_collect(world: World, tmp_path: Path) -> None:
    row = {"stage": "collect", "table_name": "file", "source": "web", "file": "a.csv", "line": 7, "item": 0}
    path = tmp_path / "refused.ndjson"
    path.write_text(json.dumps({**row, "row_text": "a,b,c"}), encoding="utf-8")
    take_corrections(world.shop, world.key, path)
    path.write_text(json.dumps({**row, "row_text": "a,b"}), encoding="utf-8")
    take_corrections(world.shop, world.key, path)
    assert corrected_lines(world.shop, world.key, "web") == [("a.csv", 7, "a,b")]
    assert corrected_lines(world.shop, world.key, "other") == []


@pytest.mark.parametrize(
    ("change", "found"),
    [
        ({"source": "elsewhere"}, "an unknown source"),
        ({"table_name": "customers"}, "an unknown table_name"),
        ({"line": "two"}, "no number"),
        ({"line": 99}, "another place"),
        ({"row_text": "secret text"}, "no JSON"),
        ({"row_text": '{"time": "secret text"}'}, "other columns"),
        ({"row_text": None}, "no row_text"),
        ({"wrong": 5}, "wrong type in row_text.time"),
    ],
)
def test_a_wrong_row_is_named_and_nothing_is_stored(
    world: World, tmp_path: Path, change: dict[str, Any], found: str
) -> None:
    world.clean(events=RAW["events"][1:2])
    path = tmp_path / "refused.ndjson"
    export(world.store, path)
    good = json.loads(path.read_text(encoding="utf-8"))
    if "wrong" in change:
        change = {"row_text": json.dumps({**json.loads(good["row_text"]), "time": change["wrong"]})}
    path.write_text("\n".join([json.dumps(good), json.dumps({**good, **change})]), encoding="utf-8")
    with pytest.raises(SourceError) as error:
        take_corrections(world.shop, world.key, path)
    assert f"{path}, line 2" in str(error.value) and found in str(error.value)
    assert "secret" not in str(error.value)
    assert fingerprint(world.shop, "web") == ""


@pytest.mark.parametrize("name", ["refused.xlsx", "missing.csv"])
def test_files_that_cannot_be_read(world: World, tmp_path: Path, name: str) -> None:
    with pytest.raises(SourceError):
        take_corrections(world.shop, world.key, tmp_path / name)
