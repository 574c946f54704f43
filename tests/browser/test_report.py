"""The report in a real browser: quiet, offline, readable on a telephone, in English and Chinese."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Error, Page, sync_playwright

from onebasket.report import report
from tests.unit.report.report_world import World
from tests.unit.report.run_manifest import manifest

LANGUAGES = ("en", "zh")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    program = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    with sync_playwright() as playwright:
        try:
            opened = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        except Error as error:
            pytest.skip(f"no chromium to be started: {str(error).splitlines()[0]}")
        yield opened
        opened.close()


@pytest.fixture(scope="module")
def reports(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("reports")
    world = World()
    world.judge()
    written = {language: folder / f"{language}.html" for language in LANGUAGES}
    with world.store(folder) as store:
        for language, path in written.items():
            report(store, world.shop(folder, language), manifest(), path)
    return written


def opened(browser: Browser, path: Path, width: int, scheme: str = "light") -> tuple[Page, list[str]]:
    """The page, and everything it complained about or asked for."""
    page = browser.new_page(viewport={"width": width, "height": 800}, color_scheme=scheme)  # type: ignore[arg-type]
    noise: list[str] = []
    page.on("console", lambda message: noise.append(message.text))
    page.on("pageerror", lambda error: noise.append(str(error)))
    page.on("request", lambda request: noise.append(request.url))
    page.goto(path.as_uri())
    return page, [line for line in noise if line != path.as_uri() and not line.startswith("data:")]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("width", [360, 768, 1280])
def test_opens_quietly_and_fits_the_page(
    browser: Browser, reports: dict[str, Path], language: str, width: int
) -> None:
    page, noise = opened(browser, reports[language], width)
    assert noise == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    for place in range(page.locator("details").count()):
        page.locator("details").nth(place).evaluate("one => one.open = true")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.close()


@pytest.mark.parametrize("width", [360, 1280])
def test_one_form_of_every_picture_is_seen_and_its_texts_lie_inside(
    browser: Browser, reports: dict[str, Path], width: int
) -> None:
    page, _ = opened(browser, reports["en"], width)
    outside = page.evaluate(
        """() => [...document.querySelectorAll('.chart svg')].flatMap(svg => {
            if (!svg.checkVisibility()) return [];
            const frame = svg.getBoundingClientRect();
            return [...svg.querySelectorAll('text')].filter(text => {
                const box = text.getBoundingClientRect();
                return box.left < frame.left - 3 || box.right > frame.right + 3;
            }).map(text => text.textContent);
        })"""
    )
    assert outside == []
    seen = page.locator("#sales .chart:visible").count()
    assert seen == 1
    page.close()


def test_chinese_shops_read_chinese(browser: Browser, reports: dict[str, Path]) -> None:
    page, _ = opened(browser, reports["zh"], 360)
    text = page.inner_text("main")
    for word in ("客户", "订单", "净销售额", "复购率", "隔离区", "去重", "渠道重叠"):
        assert word in text
    assert page.get_attribute("html", "lang") == "zh-CN"
    page.close()


def test_dark_pages_are_dark(browser: Browser, reports: dict[str, Path]) -> None:
    colors = {}
    for scheme in ("light", "dark"):
        page, _ = opened(browser, reports["en"], 1280, scheme)
        colors[scheme] = page.evaluate("getComputedStyle(document.body).backgroundColor")
        page.close()
    assert colors["light"] != colors["dark"]


def test_prints_without_navigation(browser: Browser, reports: dict[str, Path]) -> None:
    page, _ = opened(browser, reports["en"], 1280, "dark")
    page.emulate_media(media="print")
    assert page.locator("nav").is_hidden()
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    page.close()
