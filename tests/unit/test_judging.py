"""A language model as judge: a real server on loopback, a real client."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from onebasket import match_products
from onebasket.errors import MatchError
from onebasket.judging import KEY, Band, Judge
from tests.unit.align.products.world import world

pytest.importorskip("openai", reason="the extra [judge] is not installed")


class Model:
    """What the server says, and what it was asked."""

    def __init__(self) -> None:
        self.said, self.status, self.asked, self.keys = "Yes.", 200, [], []

    def answer(self, question: str) -> str:
        return self.said


@pytest.fixture
def model(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[tuple[Model, str]]:
    model = Model()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            model.asked.append(body)
            model.keys.append(self.headers["Authorization"])
            text = model.answer(body["messages"][-1]["content"])
            message = {"role": "assistant", "content": text}
            choice = {"index": 0, "message": message, "finish_reason": "stop"}
            said = json.dumps(
                {
                    "id": "x",
                    "object": "chat.completion",
                    "created": 0,
                    "model": body["model"],
                    "choices": [choice],
                }
            ).encode()
            self.send_response(model.status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(said)))
            self.end_headers()
            self.wfile.write(said)

        def log_message(self, *_: Any) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setenv(KEY, "secret")
    yield model, f"http://127.0.0.1:{server.server_port}/v1"
    server.shutdown()
    server.server_close()


def test_answers_are_kept_and_the_budget_holds(model: tuple[Model, str], tmp_path: Path) -> None:
    server, url = model
    pairs = [(f"kettle {number}", f"Kettle no {number}") for number in range(5)]
    judge = Judge.of(Band(url, "small", budget=3), tmp_path / "judged.ndjson")
    assert judge.say(pairs) == [True, True, True, None, None]
    assert len(server.asked) == 3 and set(server.keys) == {"Bearer secret"}
    assert server.asked[0]["model"] == "small" and "kettle 0" in server.asked[0]["messages"][1]["content"]
    assert "budget of 3" in judge.notes[0]
    server.said = "no"
    again = Judge.of(Band(url, "small", budget=3), tmp_path / "judged.ndjson")
    assert again.say([(b, a) for a, b in pairs]) == [True, True, True, False, False]  # either way round
    assert (again.asked, again.kept) == (2, 3)
    assert b"kettle" not in (tmp_path / "judged.ndjson").read_bytes()


def test_answers_that_are_none_and_servers_that_fail(model: tuple[Model, str], tmp_path: Path) -> None:
    server, url = model
    server.said = "Perhaps, it depends"
    judge = Judge.of(Band(url, "small"), tmp_path / "judged.ndjson")
    assert judge.say([("a", "b")]) == [None] and "neither yes nor no" in judge.notes[0]
    server.status = 401
    assert judge.say([("c", "d"), ("e", "f")]) == [None, None]
    assert judge.asked == 2 and "asked no more" in judge.notes[0]  # not once more after it failed


@pytest.mark.parametrize(
    ("band", "said"),
    [
        (Band("ftp://x", "m"), "no address"),
        (Band("http://x", ""), "no model"),
        (Band("http://x", "m", low=0.9, high=0.1), "band"),
        (Band("http://x", "m", budget=0), "band"),
    ],
)
def test_a_judge_that_cannot_be(band: Band, said: str) -> None:
    with pytest.raises(MatchError, match=said):
        Judge.of(band)


def test_only_pairs_in_the_band_are_asked_and_the_judge_is_believed(model: tuple[Model, str]) -> None:
    server, url = model
    ours, theirs, _ = world(200, seed=3)
    plain = match_products(ours, theirs).candidates(0.0001)
    before = {(row["id_a"], row["id_b"]): row["probability"] for row in plain.to_pylist()}
    server.said = "no"
    found = match_products(ours, theirs, judge=Band(url, "m", budget=10, low=0.1, high=0.9))
    asked = found.metrics()["judge"]["asked"]
    assert 0 < asked <= 10 == found.matching.settings.judge.band.budget  # type: ignore[union-attr]
    after = {(row["id_a"], row["id_b"]): row["probability"] for row in found.candidates(0.0001).to_pylist()}
    changed = {pair for pair in before if abs(before[pair] - after[pair]) > 1e-6}
    assert len(changed) == asked and all(
        0.1 <= before[pair] <= 0.9 and after[pair] < 0.05 for pair in changed
    )
    offers = json.loads(server.asked[0]["messages"][1]["content"].split("Offer A:\n")[1].split("\n")[0])
    assert {"title", "price"} <= set(offers) or {"name", "cost"} & set(offers)
