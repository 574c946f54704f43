"""Matching a file of people, as a user does: right input, odd input, wrong input."""

from __future__ import annotations

import json
import random
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq
import pytest

from onebasket import match_people
from onebasket.errors import MatchError
from tests.unit.align.people.test_matching import world

RULES = ("email", "phone", "surname+dob", "first_name+postcode")


def match(file: Path, *words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "onebasket", "match", str(file), *words]
    return subprocess.run(command, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def people(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, pa.Table]:
    table, truth = world(600, seed=11)
    ids = [f"r{n}" for n in range(table.num_rows)]
    table = table.append_column("rec_id", pa.array(ids)).append_column("who", pa.array(truth))
    path = tmp_path_factory.mktemp("people") / "people.csv"
    pa_csv.write_csv(table, path)
    return path, table


def test_a_file_is_matched_written_and_judged(people: tuple[Path, pa.Table], tmp_path: Path) -> None:
    path, table = people
    out, figures = tmp_path / "clusters.parquet", tmp_path / "figures.json"
    done = match(path, "--truth", "who", "--out", str(out), "--json", str(figures))
    assert done.returncode == 0, done.stderr
    clusters = pq.read_table(out)
    assert clusters.column_names == ["record_id", "cluster_id", "household_id", "probability"]
    assert clusters["record_id"].to_pylist() == table["rec_id"].to_pylist()
    told = json.loads(figures.read_text(encoding="utf-8"))
    for key in ("seconds", "peak_memory_bytes", "records", "pairs_compared", "threshold"):
        assert key in told
    assert told["records"] == table.num_rows and "who" not in told["fields"]
    for key in ("pairs", "clusters"):
        assert {"precision", "recall", "f1", "best_f1"} == set(told[key])
    assert told["clusters"]["f1"] > 0.95
    assert "people" in done.stdout and "best F1" in done.stdout


def test_stated_fields_and_rules_are_what_is_used(people: tuple[Path, pa.Table], tmp_path: Path) -> None:
    figures = tmp_path / "figures.json"
    stated = ["--field", "surname=family_name", "--field", "email=email", "--field", "rec_id=id"]
    done = match(people[0], *stated, "--rules", "email,surname:start3", "--json", str(figures))
    assert done.returncode == 0, done.stderr
    told = json.loads(figures.read_text(encoding="utf-8"))
    assert told["fields"] == {"surname": "family_name", "email": "email"}
    assert [rule["rule"] for rule in told["rules"]] == ["email", "surname:start3"]


@pytest.mark.parametrize("ending", ["csv", "parquet"])
def test_the_same_from_every_kind_of_file(people: tuple[Path, pa.Table], tmp_path: Path, ending: str) -> None:
    path, table = people
    ndjson = tmp_path / "people.ndjson"
    ndjson.write_text("\n".join(json.dumps(row) for row in table.to_pylist()), encoding="utf-8")
    one, other = tmp_path / f"a.{ending}", tmp_path / f"b.{ending}"
    assert match(path, "--out", str(one)).returncode == 0
    assert match(ndjson, "--out", str(other)).returncode == 0
    assert one.read_bytes() == other.read_bytes()


WRONG: dict[str, tuple[bytes | None, list[str], str]] = {
    "missing file": (None, [], "There is no file"),
    "empty file": (b"", [], "empty"),
    "truth that is not there": (b"name,email\na,b\n", ["--truth", "who"], "no column 'who'"),
    "a kind that is none": (b"name,email\na,b\n", ["--field", "name=person"], "no kind of field"),
    "a rule on nothing": (b"name,email\na,b@c.d\nb,e@f.g\n", ["--rules", "phone"], "none of the fields"),
    "a rule of no form": (b"name,email\na,b@c.d\nb,e@f.g\n", ["--rules", "name:end"], "no form"),
    "nothing that tells people apart": (b"colour\nred\nred\n", [], "No column says who"),
    "ids twice": (b"key,name\n1,a\n1,b\n", ["--field", "key=id"], "do not tell records apart"),
    "an ending that is none": (b"name\na\nb\n", ["--out", "x.docx"], "cannot be written"),
    "ragged rows": (b"name,email\na,b\nc\n", [], "cannot be read"),
    "a threshold beyond 1": (b"name,email\na,b\nc,d\n", ["--threshold", "1"], "probability"),
}


@pytest.mark.parametrize(("content", "words", "said"), WRONG.values(), ids=WRONG)
def test_wrong_input_gets_a_clear_error(
    tmp_path: Path, content: bytes | None, words: list[str], said: str
) -> None:
    path = tmp_path / "people.csv"
    if content is not None:
        path.write_bytes(content)
    done = match(path, *words)
    assert done.returncode == 2, done.stdout + done.stderr
    assert said in done.stderr and "Traceback" not in done.stderr


def columns(**values: list[Any]) -> pa.Table:
    return pa.table({name: pa.array(held, pa.string()) for name, held in values.items()})


ODD: dict[str, tuple[pa.Table, int]] = {
    "no row": (columns(name=[], email=[]), 0),
    "one row": (columns(name=["a"], email=["a@b.c"]), 1),
    "nulls alone": (columns(name=[None] * 5, email=[None] * 5), 5),
}


@pytest.mark.parametrize(("table", "people_found"), ODD.values(), ids=ODD)
def test_hardly_anything_is_matched_soundly(table: pa.Table, people_found: int) -> None:
    found = match_people(table, fields={"name": "full_name", "email": "email"})
    assert len(set(found.clusters["cluster_id"].to_pylist())) == people_found


def test_one_value_for_everybody_joins_nobody_by_itself() -> None:
    size = 3000
    table = columns(
        name=[f"person {chr(97 + n % 26)}{n}" for n in range(size)],
        email=[f"m{n}@x.example" for n in range(size)],
        phone=["5550000"] * size,
        city=["Here"] * size,
    )
    kinds = {"name": "full_name", "email": "email", "phone": "phone", "city": "city"}
    found = match_people(table, fields=kinds, rules=["phone", "email", "city"])
    sizes = np.unique(found.matching.clusters, return_counts=True)[1]
    assert sizes.max() <= 200


def test_a_telephone_of_two_hundred_thousand_people_takes_bounded_memory() -> None:
    size = 200_000
    chance = np.random.default_rng(0)
    table = columns(
        given_name=chance.choice(["ann", "bob", "cy", "dee"], size).tolist(),
        surname=[f"s{n}" for n in chance.integers(0, 20_000, size)],
        email=[f"m{n}@x.example" for n in range(size)],
        phone=["5550000"] * (size - 100) + [f"{6 * 10**6 + n}" for n in range(100)],
    )
    found = match_people(table, rules=["phone", "email"])
    (phone, _) = found.metrics()["rules"]
    assert phone["not_compared"] > 10**10 and found.metrics()["pairs_compared"] < 10**7
    assert "too large to compare" in found.notes[-1]


def test_a_block_of_ten_million_pairs_is_compared_in_bounded_memory() -> None:
    chance = random.Random(1)
    people = [
        {"surname": "".join(chance.choices("abcdefghijklmnopqrstuvwxyz", k=8)),
         "dob": f"{chance.randrange(1940, 2005)}-{chance.randrange(1, 13):02d}-{chance.randrange(1, 29):02d}",
         "phone": f"9{chance.randrange(10**9):09d}", "postcode": "12345", "who": number}
        for number in range(4_400)
    ]  # fmt: skip
    table = pa.Table.from_pylist(people + people[:100])
    found = match_people(table, rules=["postcode"], fields={"surname": "family_name", "dob": "birth_date",
                         "phone": "phone", "postcode": "postcode"}, truth="who")  # fmt: skip
    assert len(found.matching.pairs) == 4_500 * 4_499 // 2 > 10_000_000
    assert found.quality is not None and found.quality[1].f1 == 1.0
    assert found.peak_memory_bytes < 4e9


def test_more_pairs_than_allowed_are_refused_before_they_are_made() -> None:
    table = columns(name=[f"n{n % 3}" for n in range(9000)], email=[f"m{n}@x.example" for n in range(9000)])
    with pytest.raises(MatchError, match="more pairs together than may be compared") as error:
        match_people(table, rules=["name"], most_pairs=1_000_000)
    assert "nothing was compared" in str(error.value)


def test_a_book_in_a_field_is_compared_by_its_beginning() -> None:
    table = columns(name=["Ann " + "x" * 2**20, "Bob", "Cy"], note=["a", "y" * 2**20, "c"])
    assert match_people(table).matching.records.size == 3


def test_broken_bytes_are_read_and_told(tmp_path: Path) -> None:
    rows = [f"name {n},mail{n}@x.example" for n in range(50)]
    rows[7] = "name \udcff,mail7@x.example"
    path = tmp_path / "people.csv"
    path.write_bytes("\n".join(["name,email", *rows]).encode("utf-8", "surrogateescape"))
    done = match(path)
    assert done.returncode == 0 and "1 lines of people.csv hold bytes" in done.stdout


def test_records_without_a_known_truth_are_not_judged(people: tuple[Path, pa.Table]) -> None:
    _, table = people
    who = [each if n % 3 else None for n, each in enumerate(table["who"].to_pylist())]
    table = table.drop_columns(["who"]).append_column("who", pa.array(who))
    found = match_people(table, truth="who")
    assert found.quality is not None and found.quality[1].f1 > 0.9
    nothing = table.drop_columns(["who"]).append_column("who", pa.nulls(table.num_rows, pa.int64()))
    with pytest.raises(MatchError, match="says nothing"):
        match_people(nothing, truth="who")


def test_by_hand_wins_and_can_be_taken_back(people: tuple[Path, pa.Table]) -> None:
    """Joined, then parted again, all is as before; nothing joins what was parted."""
    _, table = people
    plain = match_people(table, truth="who")
    ids, groups = (plain.clusters[name].to_pylist() for name in ("record_id", "cluster_id"))
    a, b = ids[0], next(one for one, group in zip(ids, groups, strict=True) if group != groups[0])
    joined = match_people(table, truth="who", together=[(a, b)])
    same = dict(zip(*(joined.clusters[n].to_pylist() for n in ("record_id", "cluster_id")), strict=True))
    assert same[a] == same[b] and joined.why(a, b).together
    assert match_people(table, truth="who").clusters.equals(plain.clusters)
    parted = match_people(table, truth="who", together=[(a, b)], apart=[(a, b)])
    same = dict(zip(*(parted.clusters[n].to_pylist() for n in ("record_id", "cluster_id")), strict=True))
    assert same[a] != same[b]


def test_the_evidence_adds_up(people: tuple[Path, pa.Table]) -> None:
    found = match_people(people[1], truth="who")
    for row in found.pairs(0.5).slice(0, 20).to_pylist():
        told = found.why(row["record_a"], row["record_b"])
        bits = told.beforehand + sum(step.bits for step in told.steps) + told.rarity + told.labels
        assert bits == pytest.approx(told.weight, abs=1e-3) == pytest.approx(row["weight"], abs=1e-3)
        assert told.rules and told.probability == pytest.approx(row["probability"])
        assert not told.together or told.path[0] != told.path[-1]
    with pytest.raises(MatchError, match="no record"):
        found.why("r0", "nobody")


def test_new_records_join_what_is_known_as_a_batch_would(people: tuple[Path, pa.Table]) -> None:
    _, table = people
    cut = table.num_rows - 60
    plain = match_people(table, truth="who")
    found = match_people(table.slice(0, cut), truth="who")
    after = dict(zip(*(found.clusters[n].to_pylist() for n in ("record_id", "cluster_id")), strict=True))
    for start in (cut, cut + 30):
        more = table.slice(start, 30)
        changes = found.add(more, more["rec_id"].to_pylist())
        after |= dict(zip(*(changes[n].to_pylist() for n in ("record_id", "cluster_id")), strict=True))
    assert len(after) == table.num_rows
    _, mine = np.unique([after[f"r{n}"] for n in range(table.num_rows)], return_inverse=True)
    from onebasket.align.people.quality import of_clusters

    theirs = plain.matching.by_row(plain.matching.clusters)
    assert of_clusters(mine, theirs).f1 > 0.98


def test_a_record_is_looked_up(people: tuple[Path, pa.Table]) -> None:
    _, table = people
    found = match_people(table, truth="who")
    clusters = dict(zip(*(found.clusters[n].to_pylist() for n in ("record_id", "cluster_id")), strict=True))
    row = next(row for row in table.to_pylist() if None not in row.values())
    best = found.lookup({**row, "phone": None, "first_name": row["first_name"][:1]})[0]
    assert best.cluster_id == clusters[row["rec_id"]] and best.probability > 0.9
    assert found.lookup({"email": "nobody@nowhere.example"}) == []


def test_dates_of_birth_that_contradict_each_other_keep_people_apart_when_they_come_later_too(
    people: tuple[Path, pa.Table],
) -> None:
    table = people[1].drop_columns(["rec_id", "who"])
    same = {
        "first_name": "lena",
        "surname": "okafor",
        "postcode": "99999",
        "email": "l@o.example",
        "phone": "1",
    }
    twins = [{**same, "dob": born} for born in ("1950-03-12", "1981-11-28", "1950-03-21")]
    strict = {"rules": RULES, "one_birth_date": True}
    for settings, together in (({"rules": RULES}, True), (strict, False)):
        found = match_people(pa.concat_tables([table, _rows(table, twins[:1])]), **settings)
        found.add(_rows(table, twins[1:]), [-1, -2])
        live = found.lookup(twins[0], most=1)[0].cluster_id, found.lookup(twins[1], most=1)[0].cluster_id
        assert (live[0] == live[1]) is together


def _rows(like: pa.Table, rows: list[dict[str, Any]]) -> pa.Table:
    return pa.Table.from_pylist(rows, like.schema)


def test_a_bad_id_adds_nothing(people: tuple[Path, pa.Table]) -> None:
    table = people[1].drop_columns(["rec_id", "who"])
    found = match_people(table.slice(0, 500))
    for ids in (["x"], [0], [700, 701]):
        with pytest.raises(MatchError):
            found.add(table.slice(500, 1), ids)
    changes = found.add(table.slice(500, 2), [900, 901])
    assert {900, 901} <= set(changes["record_id"].to_pylist())


def test_what_is_joined_by_hand_stays_joined_when_records_come(people: tuple[Path, pa.Table]) -> None:
    table = people[1].drop_columns(["rec_id", "who"])
    plain = match_people(table.slice(0, 500))
    groups = plain.clusters["cluster_id"].to_pylist()
    other = next(n for n, group in enumerate(groups) if group != groups[0])
    found = match_people(table.slice(0, 500), together=[(0, other)])
    changes = found.add(table.slice(0, 1), [900])
    after = dict(zip(range(500), found.clusters["cluster_id"].to_pylist(), strict=True))
    after |= dict(zip(*(changes[n].to_pylist() for n in ("record_id", "cluster_id")), strict=True))
    assert after[0] == after[other] == after[900]


def test_what_labels_taught_holds_for_records_that_come_later(people: tuple[Path, pa.Table]) -> None:
    table = people[1].drop_columns(["rec_id", "who"])
    plain = match_people(table)
    rows = plain.pairs(0.6).slice(0, 200).to_pylist()
    labels = [(row["record_a"], row["record_b"], False) for row in rows]  # nothing is believed any more
    taught = match_people(table, labels=labels)
    row = rows[0]
    person = {**table.slice(row["record_a"], 1).to_pylist()[0]}
    assert taught.lookup(person)[0].probability < plain.lookup(person)[0].probability
    told = taught.why(row["record_a"], row["record_b"])
    assert told.labels < 0
    bits = told.beforehand + sum(step.bits for step in told.steps) + told.rarity + told.labels
    assert bits == pytest.approx(told.weight, abs=1e-3)


def test_columns_of_one_name_and_a_folder_that_is_not_there(tmp_path: Path) -> None:
    path = tmp_path / "people.csv"
    path.write_text("name, name\na,b\nc,d\n", encoding="utf-8")
    done = match(path)
    assert done.returncode == 2 and "several columns share" in done.stderr
    path.write_text("name,email\na,b@c.d\ne,f@g.h\n", encoding="utf-8")
    done = match(path, "--json", str(tmp_path / "nowhere" / "x.json"))
    assert done.returncode == 2 and "cannot be written" in done.stderr


def test_lines_of_json_may_hold_any_sign_but_must_be_objects(tmp_path: Path) -> None:
    path = tmp_path / "people.ndjson"
    path.write_text('{"name": "a\u2028b", "email": "x"}\n{"name": "c", "email": "y"}\n', encoding="utf-8")
    assert match(path).returncode == 0
    path.write_text('{"name": "a"}\n7\n', encoding="utf-8")
    done = match(path)
    assert done.returncode == 2 and "no objects" in done.stderr


def test_a_truth_is_told_even_where_no_pair_was_compared() -> None:
    table = pa.table({"email": ["a@x.example", "b@x.example"], "who": [1, 1]})
    found = match_people(table, fields={"email": "email"}, rules=["email"], truth="who")
    assert found.metrics()["clusters"]["recall"] == 0.0
    assert match_people(table.slice(0, 0), rules=[]).matching.records.size == 0


def test_whole_names_match_split_ones(people: tuple[Path, pa.Table]) -> None:
    _, table = people
    halves = [table[name].to_pylist() for name in ("first_name", "surname")]
    whole = [n % 2 == 0 and None not in pair for n, pair in enumerate(zip(*halves, strict=True))]
    names = [f"{a} {b}" if w else None for w, a, b in zip(whole, *halves, strict=True)]
    for place, name in enumerate(("first_name", "surname")):
        kept = [None if w else value for w, value in zip(whole, halves[place], strict=True)]
        table = table.set_column(table.column_names.index(name), name, pa.array(kept, pa.string()))
    table = table.append_column("full_name", pa.array(names, pa.string()))
    found = match_people(table, truth="who")
    assert found.quality is not None and found.quality[1].f1 > 0.97
    first = table.filter(pa.compute.is_valid(table["full_name"])).slice(0, 1)
    changes = found.add(first, ["again"])
    assert set(changes["record_id"].to_pylist()) >= {"again"}
    record = {name: values[0] for name, values in first.to_pydict().items()}
    best = found.lookup({"full_name": record["full_name"], "dob": record["dob"], "email": record["email"]})[0]
    assert (
        best.cluster_id
        == dict(zip(*(changes[name].to_pylist() for name in ("record_id", "cluster_id")), strict=True))[
            "again"
        ]
    )
    with pytest.raises(MatchError, match="no column 'dob'"):
        found.add(first.drop_columns(["dob"]), ["once more"])
