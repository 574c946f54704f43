"""What the basket holds and how its last run went, as data."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

import msgspec
import pyarrow.parquet as pq

from onebasket.health import Measures, limits_of, problems
from onebasket.shop import Shop
from onebasket.store.basket import Version


def status(version: Version, shop: Shop, moment: datetime | None = None) -> dict[str, Any]:
    """Facts of a published version, its sources judged by the shop file's limits at a moment (UTC; now).

    `stages` gives each stage's `seconds` (its share of the clock in the run that last did it), `rows_in`,
    `rows_out`, `quarantined` and `duplicates`; `identity` is None where no truth is known;
    `health` is source -> measures and `problems`, each with `kind`, `found`, `limit` and whether it is
    `grave`; `well` tells whether no source has a grave one.
    `scores` is model -> metric -> value and 95 % interval on the test split.
    """
    manifest = version.manifest
    truth = manifest.get("truth") or {}
    health = _health(version, shop, moment or datetime.now(UTC).replace(tzinfo=None))
    return {
        "version": version.number,
        "onebasket": manifest["onebasket"],
        "started": manifest["started"],
        "seconds": manifest["seconds"],
        "peak_memory_bytes": manifest["peak_memory_bytes"],
        "stages": _stages(manifest),
        "well": not any(problem["grave"] for each in health.values() for problem in each["problems"]),
        "health": health,
        "identity": truth.get("identity"),
        "orders": truth.get("orders"),
        "products": truth.get("products"),
        "scores": _scores(version),
    }


def _health(version: Version, shop: Shop, moment: datetime) -> dict[str, dict[str, Any]]:
    known = {source.name for source in shop.sources}
    found = {}
    for name, told in version.manifest.get("health", {}).items():
        if name in known:
            measures = msgspec.convert(told, Measures)
            faults = [asdict(each) for each in problems(measures, limits_of(shop, name), moment)]
            found[name] = {**told, "problems": faults}
    return found


def _stages(manifest: dict[str, Any]) -> dict[str, dict[str, Any]]:
    stages: dict[str, dict[str, Any]] = {}
    for step in manifest["steps"]:
        stage = stages.setdefault(
            step["stage"],
            {"seconds": 0.0, "rows_in": 0, "rows_out": 0, "quarantined": 0, "duplicates": 0, "reused": True},
        )
        stage["seconds"] = round(stage["seconds"] + step["seconds"], 3)
        stage["reused"] = stage["reused"] and step["reused"]
        for account in step["accounts"]:
            stage["rows_in"] += account["rows_in"]
            stage["rows_out"] += account["kept"]
            stage["quarantined"] += account["quarantined"]
            stage["duplicates"] += account["duplicates"]
    return stages


def _scores(version: Version) -> dict[str, dict[str, dict[str, float]]]:
    scores: dict[str, dict[str, dict[str, float]]] = {}
    for path in version.parts("scores"):
        for row in pq.read_table(path).to_pylist():
            if row["split"] == "test":
                entry = {name: row[name] for name in ("value", "low", "high")}
                scores.setdefault(row["model"], {})[row["metric"]] = entry
    return scores
