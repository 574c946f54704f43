"""Matching catalogues, as a user does: right input, odd input, wrong input."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq
import pytest

from onebasket import match_products
from onebasket.collect.whole import read_table
from onebasket.errors import MatchError, SourceError
from tests.unit.align.products.world import judged, world


def match(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "onebasket", "match-products", *words]
    return subprocess.run(command, capture_output=True, text=True, check=False, cwd=folder)


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two catalogues and judged pairs of them, as files."""
    folder = tmp_path_factory.mktemp("catalogues")
    ours, theirs, truth = world(300, seed=7)
    pairs = judged(ours, theirs, truth)
    third = pairs.num_rows // 3
    parts = {"train": pairs[:third], "valid": pairs[third : 2 * third], "test": pairs[2 * third :]}
    for name, table in {"ours": ours, "theirs": theirs, **parts}.items():
        pa_csv.write_csv(table, folder / f"{name}.csv")
    return folder


def test_catalogues_are_matched_learnt_from_and_judged(shop: Path) -> None:
    said = ("ours.csv", "theirs.csv", "--pairs", "train.csv", "--valid", "valid.csv", "--test", "test.csv")
    done = match(shop, *said, "--out", "links.parquet", "--json", "m.json", "--save", "model.json")
    assert done.returncode == 0, done.stderr
    told = json.loads((shop / "m.json").read_text(encoding="utf-8"))
    assert {"f1", "precision", "recall", "seconds", "peak_memory_bytes", "candidate_recall"} <= set(told)
    assert told["f1"] > 0.9 and told["candidate_recall"] > 0.98
    assert told["fields"][1] == {"name": "title", "maker": "brand", "price": "price"}
    links = pq.read_table(shop / "links.parquet")
    assert links.column_names == ["catalogue_a", "id_a", "catalogue_b", "id_b", "probability"]
    assert links.num_rows == told["linked"] and "judged pairs" in done.stdout
    again = match(shop, "ours.csv", "theirs.csv", "--model", "model.json", "--threshold",
                  str(told["threshold"]), "--test", "test.csv", "--json", "again.json")  # fmt: skip
    assert again.returncode == 0, again.stderr
    assert json.loads((shop / "again.json").read_text(encoding="utf-8"))["f1"] == pytest.approx(told["f1"])


def test_without_labels_and_without_other_catalogues(shop: Path) -> None:
    said = ("ours.csv", "theirs.csv", "--alone", "--one-to-one", "--test", "test.csv", "--json", "alone.json")
    done = match(shop, *said, "--out", "links.csv")
    assert done.returncode == 0, done.stderr
    told = json.loads((shop / "alone.json").read_text(encoding="utf-8"))
    assert told["f1"] > 0.9 and told["learnt_from"] == ["these catalogues"]
    ids = pa_csv.read_csv(shop / "links.csv")["id_a"].to_pylist()
    assert len(ids) == len(set(ids))


WRONG: dict[str, tuple[list[str], str]] = {
    "one catalogue": (["ours.csv"], "nothing to match"),
    "missing file": (["ours.csv", "nowhere.csv"], "There is no file"),
    "no title": (["ours.csv", "numbers.csv"], "No column says what an offer is called"),
    "an unknown id": (["ours.csv", "theirs.csv", "--pairs", "strangers.csv"], "There is no record"),
    "a label that is none": (["ours.csv", "theirs.csv", "--test", "maybe.csv"], "label of test is none"),
    "labels of one kind": (["ours.csv", "theirs.csv", "--pairs", "same.csv"], "nothing to learn"),
    "pairs of two columns": (["ours.csv", "theirs.csv", "--pairs", "numbers.csv"], "say too little"),
    "two ways at once": (["ours.csv", "theirs.csv", "--alone", "--pairs", "train.csv"], "two ways"),
    "a model that is none": (["ours.csv", "theirs.csv", "--model", "ours.csv"], "no model of products"),
    "an ending that is none": (["ours.csv", "theirs.csv", "--out", "x.docx"], "cannot be written"),
    "a field that is none": (["ours.csv", "theirs.csv", "--field", "x=title"], "no column 'x'"),
    "a threshold beyond 1": (["ours.csv", "theirs.csv", "--threshold", "1"], "probability"),
}


@pytest.mark.parametrize(("words", "said"), WRONG.values(), ids=WRONG)
def test_wrong_input_gets_a_clear_error(shop: Path, words: list[str], said: str) -> None:
    first = (shop / "train.csv").read_text(encoding="utf-8").splitlines()[1].rpartition(",")[0]
    (shop / "numbers.csv").write_text("n,m\n1,2\n", encoding="utf-8")
    (shop / "strangers.csv").write_text("ltable_id,rtable_id,label\nx,y,1\n", encoding="utf-8")
    (shop / "maybe.csv").write_text(f"ltable_id,rtable_id,label\n{first},maybe\n", encoding="utf-8")
    rows = (shop / "train.csv").read_text(encoding="utf-8").splitlines()
    same = [row for row in rows if row.endswith(",1")]
    (shop / "same.csv").write_text("\n".join([rows[0], *same]) + "\n", encoding="utf-8")
    done = match(shop, *words)
    assert done.returncode == 2, done.stdout + done.stderr
    assert said in done.stderr and "Traceback" not in done.stderr


def offers(*titles: str | None, **more: list[Any]) -> pa.Table:
    return pa.table({"title": pa.array(titles, pa.string()), **more})


ODD: dict[str, tuple[pa.Table, pa.Table]] = {
    "no offer": (offers(), offers()),
    "one side empty": (offers("red kettle"), offers()),
    "titles that say nothing": (offers("", None, "  ", "!!!"), offers("", None, "…")),
    "emoji and scripts": (offers("🍞 白吐司 bread хлеб", "👨‍👩‍👧‍👦"), offers("白吐司 хлеб 🍞", "خبز")),
    "markup": (offers("<b>red</b> &amp; blue &#128512;", "<" * 5000), offers("red & blue", "&" * 5000)),
    "a book": (offers("red kettle " * 100_000), offers("red kettle", "x" * 1_000_000)),
    "prices": (offers("pot a", "pot b", price=[0.0, 1e12]), offers("pot a", "pot b", price=["-1", "x"])),
    "half characters": (offers("kettle \ufffe\uffff"), offers("kettle")),
}  # fmt: skip


@pytest.mark.parametrize(("one", "other"), ODD.values(), ids=ODD)
def test_odd_offers_are_matched_soundly(one: pa.Table, other: pa.Table) -> None:
    found = match_products(one, other)
    assert found.links.num_rows <= one.num_rows * other.num_rows
    facts = found.metrics()
    assert facts["offers"] == [one.num_rows, other.num_rows] and facts["f1"] is None


def with_barcode(number: int) -> int:
    """A valid GTIN-12 as a number, which has lost the zeros it began with."""
    body = f"00{number:09}"
    return int(body + str(-(3 * sum(map(int, body[0::2])) + sum(map(int, body[1::2]))) % 10))


def test_barcodes_are_read_as_tables_hold_them() -> None:
    codes = [with_barcode(1234567), with_barcode(7654321), None]
    texts = pa.array([None if code is None else f"{code:012}" for code in codes], pa.string())
    floats = pa.array([None if code is None else float(code) for code in codes], pa.float64())  # pandas'
    one = offers("red kettle", "blue lamp", "x", ean=texts)
    views, coded = texts.cast(pa.string_view()), texts.dictionary_encode()
    for column in (floats, pa.array(codes, pa.int64()), views, coded):
        found = match_products(one, offers("theirs", "whatever", "nothing", ean=column))
        pairs = set(zip(found.links["id_a"].to_pylist(), found.links["id_b"].to_pylist(), strict=True))
        assert pairs == {(0, 0), (1, 1)} and not found.notes[1:]
    wrong = match_products(one, offers("a", "b", "c", ean=["123", "4006381333932", ""]))
    assert any("Catalogue 2: 2 barcodes in 'ean' are not valid" in note for note in wrong.notes)


def test_columns_that_are_no_texts_are_read_or_left_out() -> None:
    one = offers(
        "red kettle", "blue lamp", tags=[["steel", None, "1 l"], None], raw=[b"1", b"2"], dims=[[1.0], [2.0]],
        nested=[{"a": 1}, {"a": 2}],
    )  # fmt: skip
    found = match_products(one, offers("kettle red", "lamp blue"))
    assert found.metrics()["fields"][0] == {"title": "title", "tags": "free"}


def test_rows_that_ids_do_not_tell_apart_are_numbered_and_a_note_says_so() -> None:
    found = match_products(offers("a kettle", "a lamp", id=["x", "x"]), offers("a kettle", id=["y"]))
    assert found.notes[0].startswith("Catalogue 1: Rows are called by their numbers")


def test_pairs_that_judge_nothing_are_refused() -> None:
    one, nothing = offers("red kettle"), pa.table({"a": [0], "b": [0], "label": [0]})
    for name in ("test", "valid"):
        for pairs in (nothing, nothing.slice(0, 0)):
            with pytest.raises(MatchError, match=f"pairs of {name} hold none"):
                match_products(one, one, **{name: pairs})
    found = match_products(one, one)
    assert found.candidates(0.0).num_rows == len(found.matching.left)
    with pytest.raises(MatchError, match="no probability"):
        found.candidates(1.0)


def test_each_catalogue_takes_what_is_stated_of_its_columns(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("nr,what,sku\n1,red kettle,k1\n2,blue lamp,k2\n", encoding="utf-8")
    (tmp_path / "b.csv").write_text("ref,label\nx,red kettle\ny,blue lamp\n", encoding="utf-8")
    said = ("--field", "what=title", "--field", "sku=id", "--field", "label=title", "--field", "ref=id")
    done = match(tmp_path, "a.csv", "b.csv", *said, "--out", "links.csv", "--json", "m.json")
    assert done.returncode == 0, done.stderr
    links = pa_csv.read_csv(tmp_path / "links.csv")
    assert sorted(zip(links["id_a"].to_pylist(), links["id_b"].to_pylist(), strict=True)) == [
        ("k1", "x"), ("k2", "y")
    ]  # fmt: skip
    fields = json.loads((tmp_path / "m.json").read_text(encoding="utf-8"))["fields"]
    assert fields == [{"nr": "free", "what": "title"}, {"label": "title"}]


def test_catalogues_that_share_nothing_are_not_linked() -> None:
    ours, _, _ = world(300, seed=11)
    bread = offers(*["White Sandwich Bread 20 oz"] * 1000)
    tools = offers(*[f"Claw hammer {n} g, beech handle, forged head {n % 7}" for n in range(300, 700)])
    for theirs in (bread, tools):
        assert match_products(ours, theirs).links.num_rows == 0


def test_a_book_in_a_cell_of_a_file_is_read(shop: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = "id,title,description\n" + "".join(f"{n},kettle {n},{'word ' * 300_000}\n" for n in range(3))
    (shop / "books.csv").write_text(text, encoding="utf-8")
    done = match(shop, "books.csv", "ours.csv")
    assert done.returncode == 0, done.stderr
    monkeypatch.setattr("onebasket.collect.whole._LONGEST", 1 << 20)
    with pytest.raises(SourceError, match="cannot be read") as failed:
        read_table(shop / "books.csv")
    assert "a record of more than 1 MiB" in str(failed.value)


def test_one_title_for_everything_takes_bounded_work() -> None:
    many = offers(*["same old kettle"] * 20_000)
    found = match_products(many, many)
    assert len(found.matching.left) <= 2 * 10 * many.num_rows


def test_the_order_of_rows_changes_no_link() -> None:
    ours, theirs, _ = world(200, seed=9)
    back = theirs.take(pa.array(range(theirs.num_rows - 1, -1, -1)))
    links = [match_products(ours, each).links.select(["id_a", "id_b"]) for each in (theirs, back)]
    one, other = (
        set(zip(*(each[name].to_pylist() for name in each.column_names), strict=True)) for each in links
    )
    assert one == other


def test_three_catalogues_at_once() -> None:
    ours, theirs, _ = world(150, seed=2)
    found = match_products(ours, theirs, theirs.rename_columns(["id", "label", "brand", "cost"]))
    pairs = set(
        zip(found.links["catalogue_a"].to_pylist(), found.links["catalogue_b"].to_pylist(), strict=True)
    )
    assert pairs == {(1, 2), (1, 3), (2, 3)}
    same = [row["id_a"] == row["id_b"] for row in found.links.to_pylist() if row["catalogue_a"] == 2]
    assert sum(same) > 0.95 * len(same)
    with pytest.raises(MatchError, match="of two catalogues"):
        match_products(ours, theirs, theirs, test=pa.table({"a": [], "b": [], "label": []}))
