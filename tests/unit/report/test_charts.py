"""Pictures are well-formed, speak to screen readers, and draw the numbers they are given."""

from __future__ import annotations

import itertools
import re
import xml.etree.ElementTree as ET
from importlib.resources import files

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from onebasket.report.charts import (
    HALF,
    NARROW,
    WIDE,
    Caption,
    Interval,
    Overlap,
    Series,
    bars,
    columns,
    curve,
    dots,
    heat,
    overlap,
    spark,
)
from onebasket.report.svg import Scale, shorten, text_width, ticks

CAPTION = Caption("key", "A <title> & more", "what it shows")
CSS = files("onebasket.report").joinpath("style.css").read_text(encoding="utf-8")


def write(value: float) -> str:
    return f"{value:,.0f}"


def drawn(markup: str) -> ET.Element:
    root = ET.fromstring(markup)
    assert root.get("role") == "img"
    assert root.get("aria-labelledby") == "key-title key-desc"
    assert root.findtext("title") == CAPTION.title
    assert root.findtext("desc") == CAPTION.description
    return root


def rects(root: ET.Element) -> list[ET.Element]:
    return root.findall(".//rect")


@pytest.mark.parametrize("width", [WIDE, HALF, NARROW])
def test_bars_are_as_long_as_their_numbers(width: int) -> None:
    series = [Series("web", 1, [30, 10]), Series("app", 2, [10, 0])]
    found = rects(drawn(bars(CAPTION, width, ["first", "second"], series, write)))
    lengths = [float(rect.get("width", 0)) for rect in found]
    assert len(found) == 3  # nothing is drawn for zero
    assert lengths[0] == pytest.approx(3 * lengths[1], rel=0.01)
    assert lengths[1] == pytest.approx(lengths[2], rel=0.01)
    assert all(float(rect.get("x", 0)) + float(rect.get("width", 0)) <= width for rect in found)


def test_long_labels_stand_above_the_bars_of_a_narrow_page() -> None:
    label = "a product whose title is long"
    root = drawn(bars(CAPTION, NARROW, [label], [Series("", 0, [5])], write))
    assert root.find("text").text == label  # type: ignore[union-attr]
    assert float(rects(root)[0].get("x", 1)) == 0


def test_columns_hang_what_is_negative_below_zero() -> None:
    series = [Series("web", 1, [100, -50]), Series("app", 2, [50, 0])]
    root = drawn(columns(CAPTION, WIDE, ["w1", "w2"], [(0, "Jan 25")], series, write))
    web, app, returned = rects(root)
    assert float(app.get("y", 0)) + float(app.get("height", 0)) == pytest.approx(
        float(web.get("y", 0)), abs=0.2
    )
    zero = float(web.get("y", 0)) + float(web.get("height", 0))
    assert float(returned.get("y", 0)) == pytest.approx(zero, abs=0.2)


def test_heat_gives_every_cell_its_place() -> None:
    root = drawn(heat(CAPTION, HALF, {(5, 5): (1.0, "12", "$3K", "tip")}, ("r", "f"), ("old", "new")))
    warm = [
        rect for rect in rects(root) if rect.get("class") == "heat" and rect.get("fill-opacity") == "1.000"
    ]
    assert len(rects(root)) == 50
    assert len(warm) == 1
    assert float(warm[0].get("x", 0)) == max(float(rect.get("x", 0)) for rect in rects(root))
    assert float(warm[0].get("y", 0)) == min(float(rect.get("y", 0)) for rect in rects(root))


@pytest.mark.parametrize("width", [WIDE, NARROW])
def test_overlap_fills_the_dots_of_the_sets_in_a_combination(width: int) -> None:
    sets = [("web", 1, 90), ("app", 2, 40), ("store", 3, 20)]
    groups = [Overlap(frozenset({"web", "store"}), 50, "both"), Overlap(frozenset({"app"}), 40, "one")]
    root = drawn(overlap(CAPTION, width, sets, groups, write))
    classes = [circle.get("class") for circle in root.findall(".//circle")]
    assert classes == ["s1", "hole", "s3", "hole", "s2", "hole"]


def test_overlap_leaves_out_combinations_that_do_not_fit() -> None:
    sets = [(name, 1, 123_456) for name in "abcdefgh"]
    groups = [Overlap(frozenset(name), 123_456, "") for name in "abcdefgh" * 4]
    root = drawn(overlap(CAPTION, NARROW, sets, groups, write))
    places = [float(text.get("x", 0)) for text in root.findall(".//g/text")]
    gaps = [after - before for before, after in itertools.pairwise(places)]
    assert len(places) < len(groups)
    assert min(gaps) >= text_width("123,456")


def test_dots_draw_the_interval() -> None:
    intervals = [Interval("a", 0.5, 0.4, 0.6, chosen=True), Interval("b", 0.2, 0.1, 0.3)]
    root = drawn(dots(CAPTION, NARROW, intervals, lambda value: f"{value:.2f}"))
    line, circle = root.find(".//line[@class='range chosen']"), root.find(".//circle")
    assert line is not None
    assert circle is not None
    low, high = float(line.get("x1", 0)), float(line.get("x2", 0))
    assert float(circle.get("cx", 0)) == pytest.approx((low + high) / 2, abs=0.1)


@pytest.mark.parametrize("values", [[], [3.0], [0.0, 2.0, 1.0]])
def test_spark_draws_any_number_of_weeks(values: list[float]) -> None:
    drawn(spark(CAPTION, values, 1))


@given(st.integers(-(10**9), 10**9), st.floats(1e-4, 1e9) | st.just(0.0), st.integers(2, 8))
@settings(max_examples=100, deadline=None)
def test_ticks_cover_the_range_with_few_round_numbers(low: int, span: float, count: int) -> None:
    steps = ticks(low, low + span, count)
    slack = 1e-6 * max(abs(low), span, 1)
    assert steps[0] <= low + slack
    assert steps[-1] >= low + span - slack
    assert 2 <= len(steps) <= 3 * count + 3


def test_shorten_counts_wide_signs() -> None:
    assert shorten("short", 100) == "short"
    assert shorten("有机绿茶二百五十克", 60) == "有机绿茶…"
    assert Scale(0, 10, 100, 200)(5) == 150


def palette(text: str) -> list[str]:
    return re.findall(r"--c\d: (#[0-9a-f]{6})", text)[:6]


@pytest.mark.parametrize("theme", [0, 1])
def test_colours_of_channels_can_be_told_apart_by_colour_blind_readers(theme: int) -> None:
    """Simulated with the matrices of Machado, Oliveira and Fernandes (2009) at full severity."""
    simulations = {
        "normal": ((1, 0, 0), (0, 1, 0), (0, 0, 1)),
        "protan": (
            (0.152286, 1.052583, -0.204868),
            (0.114503, 0.786281, 0.099216),
            (-0.003882, -0.048116, 1.051998),
        ),
        "deutan": (
            (0.367322, 0.860646, -0.227968),
            (0.280085, 0.672501, 0.047413),
            (-0.011820, 0.042940, 0.968881),
        ),
        "tritan": (
            (1.255528, -0.076749, -0.178779),
            (-0.078411, 0.930809, 0.147602),
            (0.004733, 0.691367, 0.303900),
        ),
    }
    parts = CSS.split("@media (prefers-color-scheme: dark)")
    colors = palette(parts[theme])
    assert len(colors) == 6
    for name, matrix in simulations.items():
        seen = [lab(simulate(color, matrix)) for color in colors]
        for (one, first), (two, second) in itertools.combinations(enumerate(seen), 2):
            apart = sum((a - b) ** 2 for a, b in zip(first, second, strict=True)) ** 0.5
            assert apart > 10, f"{colors[one]} and {colors[two]} look alike ({name}, {apart:.1f})"


def linear(color: str) -> list[float]:
    parts = [int(color[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    return [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]


def simulate(color: str, matrix: tuple[tuple[float, ...], ...]) -> list[float]:
    rgb = linear(color)
    return [min(max(sum(a * b for a, b in zip(row, rgb, strict=True)), 0), 1) for row in matrix]


def lab(rgb: list[float]) -> tuple[float, float, float]:
    """CIE L*a*b* of linear sRGB, white D65."""
    red, green, blue = rgb
    x = (0.4124 * red + 0.3576 * green + 0.1805 * blue) / 0.95047
    y = 0.2126 * red + 0.7152 * green + 0.0722 * blue
    z = (0.0193 * red + 0.1192 * green + 0.9505 * blue) / 1.08883
    fx, fy, fz = (v ** (1 / 3) if v > 0.008856 else 7.787 * v + 16 / 116 for v in (x, y, z))
    return 116 * fy - 16, 500 * (fx - fy), 200 * (fy - fz)


@pytest.mark.parametrize("width", [HALF, NARROW])
def test_a_curve_that_is_right_lies_on_its_line(width: int) -> None:
    expected = [0.0, 0.25, 0.5, 1.0]
    points = [Interval(f"{value}", value, value - 0.1, value + 0.1) for value in expected]
    root = drawn(curve(CAPTION, width, expected, points, lambda value: f"{value:.2f}"))
    dots_found = [(float(dot.get("cx", 0)), float(dot.get("cy", 0))) for dot in root.findall(".//circle")]
    (x1, y1), (x2, y2) = dots_found[0], dots_found[-1]
    for x, y in dots_found:
        assert (x - x1) / (x2 - x1) == pytest.approx((y - y1) / (y2 - y1), abs=0.01)
    assert all(0 <= x <= width for x, _ in dots_found)
    drawn(curve(CAPTION, width, [-3.0], [Interval("one", -5.0, -9.0, -1.0)], write))
