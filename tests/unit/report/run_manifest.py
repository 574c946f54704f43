"""What a run says about itself, for a report."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from tests.unit.report.report_world import SOURCES


def manifest(demo: bool = True) -> dict[str, Any]:
    """What a run says about itself."""
    accounts = []
    for name, _, _ in SOURCES:
        accounts += [
            {
                "stage": "collect",
                "source": name,
                "table": table,
                "rows_in": 24_310,
                "kept": 24_301,
                "quarantined": 9,
                "duplicates": 0,
            }
            for table in ("raw_people", "raw_events")
        ]
        accounts.append(
            {
                "stage": "clean",
                "source": name,
                "table": "events",
                "rows_in": 24_301,
                "kept": 23_900,
                "quarantined": 311,
                "duplicates": 90,
            }
        )
    steps = [
        {
            "name": f"{stage}:{name}",
            "stage": stage,
            "source": name,
            "seconds": 1.234,
            "reused": name == "tmall",
        }
        for stage in ("collect", "clean")
        for name, _, _ in SOURCES
    ]
    steps += [
        {"name": name, "stage": name, "source": None, "seconds": seconds, "reused": False}
        for name, seconds in (("align", 3.2), ("fuse", 8.1), ("learn", 61.3), ("apply", 2.0))
    ]
    made: dict[str, Any] = {
        "version": 3,
        "onebasket": "0.1.0",
        "started": datetime(2026, 1, 5, 9, 30, tzinfo=UTC).isoformat(),
        "seconds": 93.4,
        "peak_memory_bytes": 1_873_000_000,
        "seed": 0,
        "demo": demo,
        "steps": steps,
        "accounts": accounts,
        "settings": {
            "run": {"memory": "1500MB", "threads": 0},
            "learn": {"models": ["ease", "mf"], "top": 10},
        },
        "versions": {"python": "3.11.9", "duckdb": "2.0.0"},
    }
    if demo:
        made["truth"] = {
            "likeness 2": {"expected": 0.225, "observed": 0.3, "pairs": 40.0},
            "likeness 9": {"expected": 0.975, "observed": 0.98, "pairs": 4000.0},
            "identity": {"precision": 0.9981, "recall": 0.8123, "records": 600.0, "people": 188.0},
            "identity app-store": {"precision": 0.9991, "recall": 0.5512},
            "identity app-web": {"precision": 1.0, "recall": 0.9123},
            "orders": {"found": 0.9932, "wrongly_merged": 0.0002, "pairs": 8_120.0},
            "products": {"precision": 1.0, "recall": 0.641, "listings": 41.0},
        }
    return made
