"""A folder of files becomes a shop file that runs."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from onebasket import adding
from onebasket import shop as shop_file
from onebasket.cli import app
from onebasket.errors import ShopFileError, SourceError
from onebasket.run import run
from tests.formats.chinese import tmall_details, tmall_orders_classic
from tests.formats.examples import FOLDER as EXAMPLES
from tests.formats.marketplaces import tiktok_american
from tests.formats.sample import Sample
from tests.formats.test_formats import written
from tests.formats.western import mailchimp, shopify_customers, shopify_orders


def put(folder: Path, *samples: Sample) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for number, sample in enumerate(samples):
        (folder / f"{number} Kopie von {sample.format}.csv").write_bytes(written(sample, {})[0])


@pytest.fixture
def files(tmp_path: Path) -> Path:
    """Files of four formats, one unknown, one empty, one that is none."""
    folder = tmp_path / "shop" / "exports"
    put(folder / "shop", shopify_orders(), shopify_customers())
    put(folder / "淘宝", tmall_orders_classic(), tmall_details())
    put(folder / "all", mailchimp(), tiktok_american())
    (folder / "all" / "stock.csv").write_text("Artikel;Bestand\nTee;4\n")
    (folder / "all" / "empty.csv").write_text("")
    (folder / "all" / "notes.pdf").write_bytes(b"%PDF-1.4")
    return folder


def test_files_are_recognised_tried_and_written(files: Path) -> None:
    shop = files.parent
    looked = adding.look([files], shop)
    told = {each.path.name: each for each in looked}
    assert len(looked) == 8
    assert told["empty.csv"].problem and told["stock.csv"].guess is None
    proposals = adding.propose(looked, shop)
    assert [each.source.format for each in proposals] == ["mailchimp", "shopify", "tiktok", "tmall"]
    assert not any(each.tried.problem for each in proposals)
    by_format = {each.source.format: each for each in proposals}
    assert by_format["shopify"].tried.rows["orders"] == 700
    assert by_format["shopify"].source.path == "exports/shop/*.csv"
    assert by_format["tiktok"].source.path == "exports/all/1 Kopie von tiktok.csv"
    assert by_format["tmall"].source.channel == "marketplace"
    assert by_format["shopify"].tried.first and by_format["shopify"].tried.first.year == 2024
    path = adding.write(shop, proposals)
    read = shop_file.load(shop)
    assert path == shop / "shop.toml" and read.shop.currency == "EUR"
    assert [source.name for source in read.sources] == ["mailchimp", "shopify", "tiktok", "tmall"]
    assert adding.without_rate(shop, proposals) == ["CNY"]
    again = adding.look([files], shop)
    assert {each.source for each in again if each.guess} == {"mailchimp", "shopify", "tiktok", "tmall"}
    assert adding.propose(again, shop) == []
    path.write_text(path.read_text().replace('country = "DE"', 'country = "DE"\nrates = { CNY = 0.13 }'))
    assert run(shop, until="fuse").published


def test_each_folder_may_be_a_source_of_its_own(tmp_path: Path) -> None:
    put(tmp_path / "de", shopify_customers())
    put(tmp_path / "us", shopify_customers())
    found = adding.propose(adding.look([tmp_path], tmp_path), tmp_path, apart=True)
    assert [each.source.name for each in found] == ["shopify", "shopify-2"]
    assert len(adding.propose(adding.look([tmp_path], tmp_path), tmp_path)) == 1


def test_all_tables_that_files_fill_are_told(tmp_path: Path) -> None:
    klaviyo, sycm = adding.propose(adding.look([EXAMPLES / "klaviyo", EXAMPLES / "sycm"], tmp_path), tmp_path)
    assert klaviyo.tried.rows == {"people": 6, "campaigns": 6}
    assert sycm.tried.rows == {"products": 6, "product_days": 6}


def test_missing_columns_are_named_and_other_sources_go_on(tmp_path: Path) -> None:
    put(tmp_path / "in", mailchimp())
    sample = shopify_orders()
    text = written(sample, {})[0].replace(b"Created at", b"Made on", 1)
    (tmp_path / "in" / "orders.csv").write_bytes(text)
    found = {each.source.format: each for each in adding.propose(adding.look([tmp_path], tmp_path), tmp_path)}
    assert not found["mailchimp"].tried.problem
    assert "Created at" in found["shopify"].tried.problem
    assert found["shopify"].files[0].guess and found["shopify"].files[0].guess.missing == ("Created at",)


def test_large_files_are_tried_by_their_beginning(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("onebasket.adding.trying.TRIED_BYTES", 40_000)
    put(tmp_path, shopify_orders())
    (found,) = adding.propose(adding.look([tmp_path], tmp_path), tmp_path)
    assert not found.tried.whole and 0 < found.tried.rows["orders"] < 700


def test_an_unsound_shop_file_stays_as_it_was(tmp_path: Path) -> None:
    put(tmp_path / "in", mailchimp())
    proposals = adding.propose(adding.look([tmp_path], tmp_path), tmp_path)
    (tmp_path / "shop.toml").write_text("[shop]\nnme = 1\n")
    with pytest.raises(ShopFileError):
        adding.write(tmp_path, proposals)
    assert (tmp_path / "shop.toml").read_text() == "[shop]\nnme = 1\n"
    with pytest.raises(SourceError, match="no"):
        adding.look([tmp_path / "nowhere"], tmp_path)


def test_the_commands(files: Path) -> None:
    shop = files.parent
    listed = CliRunner().invoke(app, ["formats", "--json"])
    assert {row["format"] for row in json.loads(listed.stdout)} >= {"shopify", "amazon", "jd"}
    shown = CliRunner().invoke(app, ["add", str(files), "--shop", str(shop)])
    assert shown.exit_code == 0 and "[[source]]" in shown.stdout and not (shop / "shop.toml").exists()
    done = CliRunner().invoke(app, ["add", str(files), "--shop", str(shop), "--yes", "--json"])
    assert done.exit_code == 0 and len(json.loads(done.stdout)["sources"]) == 4
    assert "person" not in done.stdout.replace("personal", "")  # no address of anybody
    again = CliRunner().invoke(app, ["add", str(files), "--shop", str(shop)])
    assert again.exit_code == 0
    nothing = CliRunner().invoke(app, ["add", str(files / "all" / "stock.csv"), "--shop", str(files)])
    assert nothing.exit_code == 2
