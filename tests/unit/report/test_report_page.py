"""A whole report over a small known shop: complete, masked, offline, the same every time."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import pytest

from onebasket.report import report
from onebasket.report.page import Page
from onebasket.store.duckdb import DuckStore
from onebasket.store.portable import violations
from tests.unit.report.report_world import CHINESE, FAMILY, GIVEN, SOURCES, World
from tests.unit.report.run_manifest import manifest

KEYS = (
    "sources",
    "rows",
    "channels",
    "merges",
    "catalogue",
    "sales",
    "rfm",
    "products",
    "scores",
    "behaviour",
    "truth",
    "run",
)


@pytest.fixture(scope="module")
def world() -> World:
    made = World()
    made.judge()
    return made


@pytest.fixture(scope="module")
def store(world: World, tmp_path_factory: pytest.TempPathFactory) -> Iterator[DuckStore]:
    with world.store(tmp_path_factory.mktemp("shop")) as opened:
        yield opened


@pytest.fixture(scope="module", params=["en", "zh"])
def html(
    request: pytest.FixtureRequest, store: DuckStore, world: World, tmp_path_factory: pytest.TempPathFactory
) -> str:
    path = tmp_path_factory.mktemp("report") / "report.html"
    report(store, world.shop(path.parent, request.param), manifest(), path)
    return path.read_text(encoding="utf-8")


class Tags(HTMLParser):
    """Every tag's attributes, and whether what is opened is closed."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.text: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))
        if tag not in ("meta", "link"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] != "style":
            self.text.append(data)


def test_every_section_is_there_and_every_tag_is_closed(html: str) -> None:
    tags = Tags(html)
    assert tags.open == []
    assert tuple(attrs["id"] for tag, attrs in tags.found if tag == "section") == KEYS
    ids = [attrs["id"] for _, attrs in tags.found if "id" in attrs]
    assert len(ids) == len(set(ids))
    hrefs = [attrs["href"] for tag, attrs in tags.found if tag == "a"]
    assert hrefs == [f"#{key}" for key in KEYS]


def test_nothing_comes_from_outside_and_no_script_runs(html: str) -> None:
    assert "http:" not in html
    assert "https:" not in html
    assert {tag for tag, _ in Tags(html).found} & {"script", "img", "iframe", "object"} == set()
    assert "url(" not in html
    assert "default-src 'none'" in html


def test_no_personal_value_is_in_the_report(html: str, world: World) -> None:
    text = html.lower()
    whole = [value for value in world.personal if value.lower() in text]
    parts = [name for name in (*GIVEN, *FAMILY, *CHINESE) if name.lower() in text]
    digits = re.sub(r"\D", "", html)
    assert (whole, parts) == ([], [])
    assert not any(row["phone"][1:] in digits for row in world.rows["people"] if row.get("phone"))
    assert "***" in text


def test_totals_agree_with_the_timeline_to_the_cent(html: str, world: World) -> None:
    net = sum(row["net_amount_minor"] for row in world.rows["timeline"])
    gross = sum(row["amount_minor"] for row in world.rows["timeline"] if row["action"] == "purchase")
    text = " ".join(Tags(html).text)
    assert f"${net / 100:,.2f}" in text
    assert f"${gross / 100:,.2f}" in text
    assert f"−${(gross - net) / 100:,.2f}" in text
    assert str(sum(row["known"] for row in world.rows["customers"])) in text


def test_reasons_are_plain_words_and_unknown_ones_are_shown_as_they_stand(html: str) -> None:
    text = " ".join(Tags(html).text)
    assert "price below zero" in text or "价格为负" in text
    assert "something new" in text
    assert "negative_price" not in text


def test_the_same_tables_give_the_same_bytes(
    store: DuckStore, world: World, html: str, tmp_path: Path
) -> None:
    language = "zh" if 'lang="zh-CN"' in html else "en"
    report(store, world.shop(tmp_path, language), manifest(), tmp_path / "report.html")
    assert (tmp_path / "report.html").read_text(encoding="utf-8") == html


def test_a_basket_without_tables_gives_a_report_that_says_so(tmp_path: Path) -> None:
    empty = World(0)
    empty.rows = {name: [] for name in empty.rows}
    with empty.store(tmp_path) as store:
        report(store, empty.shop(tmp_path), {"version": 1}, tmp_path / "report.html")
    tags = Tags((tmp_path / "report.html").read_text(encoding="utf-8"))
    assert [attrs["id"] for tag, attrs in tags.found if tag == "section"] == [
        key for key in KEYS if key not in ("catalogue", "truth")
    ]
    assert "Nothing has been sold yet." in tags.text
    assert "No model has been judged yet." in tags.text


def test_a_shop_with_one_source_and_no_features(tmp_path: Path) -> None:
    small = World(30, SOURCES[:1])
    small.rows["customer_features"] = []
    with small.store(tmp_path) as store:
        report(store, small.shop(tmp_path), manifest(demo=False), tmp_path / "report.html")
    text = " ".join(Tags((tmp_path / "report.html").read_text(encoding="utf-8")).text)
    assert "No customer has bought yet." in text
    assert "Overlap between channels" not in text
    assert "simulated" not in text


def test_settings_that_may_hold_somebody_s_identifier_stay_out(
    store: DuckStore, world: World, tmp_path: Path
) -> None:
    run = manifest()
    run["settings"] = {
        "clean": {"junk": ["till-4711"], "max_amount": 5.0},
        "sources": [{"shared_devices": ["till-4712"]}],
    }
    report(store, world.shop(tmp_path), run, tmp_path / "report.html")
    text = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert "max_amount" in text
    assert "till-47" not in text


def test_many_weeks_are_shown_as_months(tmp_path: Path) -> None:
    long = World(6)
    for place, row in enumerate(long.rows["timeline"]):
        row["ts"] = row["ts"].replace(year=2019 + place % 6)
    with long.store(tmp_path) as store:
        report(store, long.shop(tmp_path), manifest(), tmp_path / "report.html")
    assert "Net sales by month and channel" in (tmp_path / "report.html").read_text(encoding="utf-8")


def test_texts_from_the_shop_are_escaped(tmp_path: Path) -> None:
    world = World(12)
    world.rows["catalogue"][0]["title"] = "<script>alert(1)</script>"
    with world.store(tmp_path) as store:
        report(store, world.shop(tmp_path), manifest(), tmp_path / "report.html")
    assert "<script" not in (tmp_path / "report.html").read_text(encoding="utf-8")


def test_a_channel_has_one_colour_in_every_picture(store: DuckStore, world: World, tmp_path: Path) -> None:
    page = Page(store, world.shop(tmp_path), manifest())
    assert [page.color(name) for name in ("web", "app", "store", "marketplace")] == [1, 2, 3, 4]
    assert page.channels({"store", "zoo", "web"}) == ["web", "store", "zoo"]


@pytest.mark.parametrize(
    "path", sorted(Path(report.__code__.co_filename).parent.glob("*.sql")), ids=lambda p: p.stem
)
def test_queries_are_portable(path: Path) -> None:
    assert violations(path.read_text(encoding="utf-8")) == []


def test_scores_stand_apart_for_some_of_the_purchases(html: str) -> None:
    """The shortest histories first; beside the chosen model the best simple rule."""
    if 'lang="zh-CN"' in html:
        told = ["此前购买 1-4 次", "此前购买 5-19 次", "此前购买 20+ 次", "此前无人购买，从商品目录得知"]
    else:
        before = [f"{count} purchases before" for count in ("1-4", "5-19", "20+")]
        told = [*before, "Bought by nobody before, known from the catalogue"]
    places = [html.find(each) for each in told]
    assert -1 not in places
    assert places[:3] == sorted(places[:3])
    assert "0.121 (0.061 – 0.121)" in html or "0.1213 (0.0607 – 0.1213)" in html


def test_the_catalogue_says_what_joined_listings_and_where_they_contradict(html: str) -> None:
    section = html[html.index('id="catalogue"') : html.index('id="sales"')]
    for said in ("500.0 g", "onebasket review --products", "product_conflicts", "52"):
        assert said in section
