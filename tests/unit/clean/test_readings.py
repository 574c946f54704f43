"""The readings that clean adds to the store: texts, pseudonyms, rows as JSON."""

from __future__ import annotations

import hashlib
import json

import pyarrow as pa

from onebasket.store.base import Hash, Json, Text
from tests.unit.clean.clean_world import World


def test_text_hash_and_json(world: World) -> None:
    said = [" a B\t", "　N/A ", "\u00a0Ünïx\ufeff", "", None, "not n/a at all", '"x"\\']
    world.store.keep("t", world.store.arrow(pa.table({"x": said, "n": list(range(len(said)))})))
    readings = {
        "plain": ("x", Text()),
        "lower": ("x", Text(("n/a",), "lower")),
        "upper": ("x", Text(("n/a",), "upper")),
        "hashed": ("x", Hash("pepper")),
        "row": ("x", Json(("n", "x"))),
    }
    world.store.keep("u", world.store.parse("t", readings))
    rows = world.rows("u")
    assert [row["plain"] for row in rows] == ["a B", "N/A", "Ünïx", None, None, "not n/a at all", '"x"\\']
    assert [row["lower"] for row in rows[:4]] == ["a b", None, "ünïx", None]
    assert [row["upper"] for row in rows[:4]] == ["A B", None, "ÜNÏX", None]
    assert rows[0]["hashed"] == hashlib.sha256(b"peppera B").hexdigest()[:32] and rows[3]["hashed"] is None
    assert [json.loads(row["row"]) for row in rows] == [{"n": n, "x": x} for n, x in enumerate(said)]


def test_a_view_is_computed_where_it_is_read(world: World) -> None:
    world.store.keep("t", world.store.arrow(pa.table({"x": ["a"]})))
    world.store.view("v", world.store.parse("t", {"y": ("x", Text(case="upper"))}))
    assert world.rows("v") == [{"x": "a", "y": "A"}]
    world.store.keep("t", world.store.arrow(pa.table({"x": ["b"]})))
    assert world.rows("v") == [{"x": "b", "y": "B"}]
    world.store.forget("v", "t")
