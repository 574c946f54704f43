"""Attributes of offers whose truth is known."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pyarrow as pa
import pyarrow.csv as pa_csv
import pytest
from typer.testing import CliRunner

from onebasket.align.products.attributes.extracting import Extractor, Offer, learn
from onebasket.attributes import extract_attributes
from onebasket.cli import app
from onebasket.errors import MatchError
from tests.unit.align.attributes.made import made, table


@pytest.fixture(scope="module")
def learnt() -> Extractor:
    return learn(*made(400))


def test_values_of_new_offers_are_told(learnt: Extractor) -> None:
    offers, told = made(200, seed=1)
    said = {(each.offer, each.attribute): each.value for each in learnt.extract(offers)}
    known = {(at, name): values for at, each in enumerate(told) for name, values in each.items()}
    right = sum(said.get(key) in values for key, values in known.items() if values)
    assert right / sum(bool(values) for values in known.values()) >= 0.95
    assert right / len(said) >= 0.95


def test_values_that_no_example_has_are_told(learnt: Extractor) -> None:
    said = {
        each.attribute: each.value
        for each in learnt.extract([Offer("Wren Black Tea, 77 oz, 20 bags", "", "tea")])
    }
    assert said["weight"] == "2183"
    said = {
        each.attribute: each.value
        for each in learnt.extract([Offer("Cable ZZ-001-77 红色 44 m", "", "cable")])
    }
    assert (said["model"], said["color"], said["length"]) == ("ZZ00177", "Red", "4400")


def test_what_is_sure_is_right(learnt: Extractor) -> None:
    offers, told = made(200, seed=2)
    sure = [each for each in learnt.extract(offers) if each.confidence >= 0.9]
    assert sure
    assert sum(each.value in told[each.offer][each.attribute] for each in sure) / len(sure) >= 0.95
    assert all(0.0 <= each.confidence <= 1.0 for each in sure)


def test_an_attribute_is_told_once_and_of_its_category_only(learnt: Extractor) -> None:
    offers, told = made(50, seed=3)
    said = [(each.offer, each.attribute) for each in learnt.extract(offers)]
    assert len(said) == len(set(said)) and said == sorted(said, key=lambda each: each[0])
    assert all(name in told[at] for at, name in said)


def test_an_offer_of_an_unknown_category_says_nothing(learnt: Extractor) -> None:
    assert learnt.extract([Offer("Wren Black Tea, 77 oz, 20 bags", "", "garden")]) == []


def test_the_same_examples_teach_the_same(learnt: Extractor) -> None:
    offers, _ = made(40, seed=4)
    assert learn(*made(400)).extract(offers) == learnt.extract(offers)


@pytest.mark.parametrize(
    "title",
    ["", "🎉🎉🎉", "<b>Tea</b> &amp; more", "茶" * 5000, "9" * 5000, "a-" * 5000, "1/" * 3000, "\x00\ud83d"],
)
def test_odd_titles_are_read(learnt: Extractor, title: str) -> None:
    for each in learnt.extract([Offer(title, "x 1/2 " * 200_000, "tea")]):
        assert each.value


def test_too_few_examples_are_refused() -> None:
    with pytest.raises(MatchError, match="too few examples"):
        learn(*made(9))


def test_examples_that_their_texts_do_not_show_are_refused() -> None:
    offers = [Offer(f"thing {at}") for at in range(20)]
    with pytest.raises(MatchError, match="can be read"):
        learn(offers, [{"secret": (chr(0x4E00 + at),)} for at in range(20)])


def test_tables_of_any_columns() -> None:
    offers, told = made(200)
    shown, asked = table(offers, told), table(*made(40, seed=5))
    lists = shown.set_column(
        shown.column_names.index("color"), "color",
        pa.array([list(each.get("color", ())) for each in told], pa.list_(pa.string())),
    )  # fmt: skip
    found = extract_attributes(asked.select(["id", "title", "description", "category"]), lists, test=asked)
    assert found.table.column_names == ["id", "attribute", "value", "confidence"]
    assert set(found.table["id"].to_pylist()) <= {f"p{at}" for at in range(40)}
    assert found.quality is not None and found.quality.f1 >= 0.9


def test_attributes_may_be_called_as_descriptions_and_categories_are() -> None:
    offers, told = made(200)
    shown = table(offers, told).rename_columns(
        ["Product Type" if name == "color" else name for name in table(offers, told).column_names]
    )
    asked = table(made(40, seed=5)[0]).select(["title", "description", "category"])
    found = extract_attributes(asked, shown)
    assert {"Product Type", "weight"} <= set(found.table["attribute"].to_pylist())
    plain = table(offers, told).drop_columns(["category"])
    again = extract_attributes(asked, plain)
    assert again.found == [] and "categories that no example has: '" in again.notes[0]


def test_columns_stated_are_those_of_any_table() -> None:
    offers, told = made(60)
    shown = table(offers, told).rename_columns(
        ["what" if name == "title" else name for name in table(offers, told).column_names]
    )
    asked = table(offers).select(["title", "description", "category"])
    stated = extract_attributes(asked, shown, fields={"what": "title"})
    assert "what" not in set(stated.table["attribute"].to_pylist())
    with pytest.raises(MatchError, match="no column 'nothing'"):
        extract_attributes(asked, shown, fields={"nothing": "title"})
    with pytest.raises(MatchError, match="no kind of field 'brand'"):
        extract_attributes(asked, shown, fields={"what": "brand"})


def test_what_is_said_of_an_attribute_that_no_tested_offer_has_is_wrong() -> None:
    offers, told = made(200)
    asked = table(*made(40, seed=5))
    every = extract_attributes(asked, table(offers, told), test=asked).quality
    fewer = extract_attributes(asked, table(offers, told), test=asked.drop_columns(["weight"])).quality
    assert every and fewer and fewer.precision < every.precision


def test_the_order_of_sets_changes_nothing() -> None:
    code = (
        "from tests.unit.align.attributes.test_extracting import made, table\n"
        "from onebasket import extract_attributes\n"
        "found = extract_attributes(table(*made(40, seed=5)), table(*made(120)))\n"
        "print([(each.offer, each.attribute, each.value, each.confidence) for each in found.found])"
    )
    said = {
        subprocess.run(
            [sys.executable, "-c", code], env={**os.environ, "PYTHONHASHSEED": seed}, capture_output=True,
            text=True, check=True,
        ).stdout
        for seed in ("1", "2", "3")
    }  # fmt: skip
    assert len(said) == 1 and len(said.pop()) > 100


def test_examples_without_attributes_are_refused() -> None:
    plain = table(made(20)[0])
    with pytest.raises(MatchError, match="nothing of any attribute"):
        extract_attributes(plain, plain)


def test_the_command(tmp_path: Path) -> None:
    paths = {name: tmp_path / f"{name}.csv" for name in ("offers", "examples", "test", "out")}
    pa_csv.write_csv(table(made(30, seed=6)[0]), paths["offers"])
    pa_csv.write_csv(table(*made(200)), paths["examples"])
    pa_csv.write_csv(table(*made(50, seed=7)), paths["test"])
    facts = tmp_path / "facts.json"
    asked = ["extract-attributes", paths["offers"], "--examples", paths["examples"], "--test", paths["test"]]
    result = CliRunner().invoke(app, [str(each) for each in (*asked, "--out", paths["out"], "--json", facts)])
    assert result.exit_code == 0, result.output
    assert "weight" in result.output and "F1" in result.output
    told = json.loads(facts.read_text())
    assert told["f1"] >= 0.9 and told["examples"] == 200
    assert pa_csv.read_csv(paths["out"]).num_rows == told["values"]
