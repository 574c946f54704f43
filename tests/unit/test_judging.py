"""A language model as judge: a real server on loopback, a real client."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pytest

from onebasket import match_products
from onebasket.errors import MatchError
from onebasket.judging import KEY, Band, Judge
from tests.servers.language_model import Model, serving
from tests.unit.align.products.world import world

pytest.importorskip("openai", reason="the extra [judge] is not installed")


@pytest.fixture
def model(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[tuple[Model, str]]:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setenv(KEY, "secret")
    with serving() as served:
        yield served


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


@pytest.mark.parametrize(
    ("answer", "same"),
    [("Yes", True), ("no.", False), ("**No**, they differ in size", False), ("The answer is: yes.", True),
     ("<think>no, or yes? no</think>\nYes", True), ("<think>yes, no", None), ("是的。", True),
     ("不是", False), ("maybe", None), ("", None)],
)  # fmt: skip
def test_yes_and_no_are_understood(
    model: tuple[Model, str], tmp_path: Path, answer: str, same: bool | None
) -> None:
    server, url = model
    server.said = answer
    judge = Judge.of(Band(url, "small"), tmp_path / "judged.ndjson")
    assert judge.say([("a", "b")]) == [same]


def test_what_may_pass_is_tried_again_and_what_was_unclear_is_not(
    model: tuple[Model, str], tmp_path: Path
) -> None:
    server, url = model
    pairs = [(f"kettle {number}", "kettle") for number in range(6)]
    server.status = 503
    judge = Judge.of(Band(url, "small"), tmp_path / "judged.ndjson")
    assert judge.say(pairs[:2]) == [None, None] and not judge.stopped
    assert "2 of 2 questions" in judge.notes[0]
    server.status, server.said = 200, "perhaps"
    assert judge.say(pairs[:1]) == [None] and judge.unclear == 1
    server.status = 503
    assert judge.say(pairs[1:]) == [None] * 5
    assert judge.asked == 2 + 1 + 3 and "asked no more" in judge.notes[0]  # three in a row are enough
    again = Judge.of(Band(url, "small"), tmp_path / "judged.ndjson")
    assert again.say(pairs[:1]) == [None] and (again.asked, again.kept) == (0, 1)


def test_answers_that_cannot_be_kept_are_used_and_a_note_says_so(
    model: tuple[Model, str], tmp_path: Path
) -> None:
    _, url = model
    (tmp_path / "file").write_text("", encoding="utf-8")
    judge = Judge.of(Band(url, "small"), tmp_path / "file" / "judged.ndjson")
    assert judge.say([("a", "b"), ("b", "a")]) == [True, True]
    assert judge.asked == 1 and "could not be kept" in judge.notes[0]


def test_the_judge_sees_titles_however_long_other_columns_are(model: tuple[Model, str]) -> None:
    server, url = model
    ours, theirs, _ = world(60, seed=3)
    long = ["wall of words " * 1000] * ours.num_rows
    ours = ours.append_column("about_it", pa.array(long)).append_column("description", pa.array(long))
    match_products(ours, theirs, judge=Band(url, "m", budget=3, low=0.01, high=0.99))
    shown = json.loads(server.asked[0]["messages"][1]["content"].split("Offer A:\n")[1].split("\n\n")[0])
    assert next(iter(shown)) == "title" and shown["title"] in ours["title"].to_pylist()
    assert max(map(len, shown.values())) <= 300


def test_what_identifiers_say_is_not_asked(model: tuple[Model, str]) -> None:
    server, url = model
    codes = [f"40{number:010}" for number in range(2)]
    said = [code + str(-(sum(map(int, code[0::2])) + 3 * sum(map(int, code[1::2]))) % 10) for code in codes]
    one = pa.table({"title": ["red kettle", "blue lamp"], "gtin": said})
    server.said = "no"
    found = match_products(one, one, judge=Band(url, "m", low=0.0, high=1.0))
    assert not server.asked and found.links["probability"].to_pylist() == pytest.approx([1.0, 1.0])
