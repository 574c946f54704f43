"""Scores of six models, overall and for some of the purchases."""

from __future__ import annotations

from typing import Any

METRICS = (
    ("hr@10", 3.1),
    ("ndcg@10", 1.0),
    ("recall@10", 1.7),
    ("mrr@10", 1.3),
    ("ndcg@10_new", 0.4),
    ("coverage@10", 0.9),
)
MODELS = {
    "popularity": 0.061,
    "habit": 0.111,
    "item_knn": 0.092,
    "ease": 0.1213,
    "ials": 0.1102,
    "mf": 0.0874,
}
PARTS = (
    ("channel", "web"),
    ("channel", "store"),
    ("history", "1-4"),
    ("history", "20+"),
    ("history", "5-19"),
    ("cold", "catalogue"),
    ("cold", "views"),
    ("action", "view"),
    ("newcomer", "nothing"),
)


def whole() -> list[dict[str, Any]]:
    """Rows of `scores`."""
    return [
        _of(model)
        | {"split": split, "metric": metric, "value": value * factor, "customers": 1_872}
        | {"low": value * factor - 0.006, "high": value * factor + 0.006}
        for split in ("validation", "test")
        for metric, factor in METRICS
        for model, value in MODELS.items()
    ]


def parts() -> list[dict[str, Any]]:
    """Rows of `score_parts`."""
    return [
        _of(model)
        | {"kind": kind, "part": part, "metric": "ndcg@10", "value": value / (place + 1)}
        | {"low": value / (place + 2), "high": value}
        | {"customers": 1_872 - 100 * place, "targets": 6_000 - 300 * place}
        for place, (kind, part) in enumerate(PARTS)
        for model, value in MODELS.items()
    ]


def _of(model: str) -> dict[str, Any]:
    return {"task": "next_products", "model": model, "chosen": model == "ease"}
