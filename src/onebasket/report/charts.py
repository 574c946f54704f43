"""Charts as inline SVG: bars, columns, sparks, heat maps, overlaps, intervals, curves.

Each function draws one picture for one width and gives it as markup. Numbers come with a
function that writes them. `s1` to `s8` are the classes of the categorical colours.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from onebasket.report.svg import Scale, picture, shorten, tag, text, text_width, ticks

Write = Callable[[float], str]
WIDE, HALF, NARROW = 860, 460, 300  # about as wide as the page shows them


@dataclass(frozen=True)
class Caption:
    """What a picture is called: `key` is its name within the page."""

    key: str
    title: str
    description: str


@dataclass(frozen=True)
class Series:
    """One colour's values, as many as the picture has labels."""

    name: str
    color: int  # 1 to 8
    values: Sequence[float]


@dataclass(frozen=True)
class Interval:
    """An estimate with its interval."""

    name: str
    value: float
    low: float
    high: float
    chosen: bool = False


@dataclass(frozen=True)
class Overlap:
    """How many are in exactly these sets."""

    members: frozenset[str]
    count: int
    note: str


def both(draw: Callable[[Caption, int], Markup], caption: Caption, wide: int = WIDE) -> Markup:
    """The picture for a wide and for a narrow page; the page shows the one that fits."""
    parts = []
    for name, width in (("wide", wide), ("narrow", NARROW)):
        own = Caption(f"{caption.key}-{name}", caption.title, caption.description)
        parts.append(tag("div", draw(own, width), class_=f"chart {name}"))
    return Markup("").join(parts)


def alone(drawn: Markup) -> Markup:
    """A picture that is the same on every page."""
    return tag("div", drawn, class_="chart small")


def bars(
    caption: Caption, width: int, labels: Sequence[str], series: Sequence[Series], write: Write
) -> Markup:
    """Horizontal bars, one a label; several series stack. The total stands at the end of the bar.

    Where the page is narrow and the labels are long, a label stands above its bar.
    """
    bar, longest = 14, max(map(text_width, labels), default=0.0) + 10
    above = width <= NARROW and longest > width * 0.35
    row, left = (40, 0.0) if above else (26, min(longest, width * 0.42))
    totals = [sum(one.values[n] for one in series) for n in range(len(labels))]
    right = max((text_width(write(total)) for total in totals), default=0) + 8
    scale = Scale(0, max([*totals, 0]) or 1, left, width - right)
    children = []
    for n, label in enumerate(labels):
        middle, end = n * row + (27 if above else row / 2), 0.0
        shown = shorten(label, width if above else left - 10)
        children.append(text(0, middle - 18 if above else middle, shown, "label"))
        for one in series:
            value = max(one.values[n], 0)
            if value:
                name = f"{label} · {one.name}" if one.name else label
                children.append(
                    tag(
                        "rect",
                        tag("title", f"{name}: {write(one.values[n])}"),
                        x=scale(end),
                        y=middle - bar / 2,
                        width=max(scale(end + value) - scale(end), 1.0),
                        height=bar,
                        class_=f"s{one.color}",
                    )
                )
            end += value
        children.append(text(scale(end) + 6, middle, write(totals[n]), "value"))
    return picture(caption.key, width, len(labels) * row, caption.title, caption.description, children)


def columns(
    caption: Caption,
    width: int,
    labels: Sequence[str],
    marks: Sequence[tuple[int, str]],
    series: Sequence[Series],
    write: Write,
) -> Markup:
    """Stacked columns over time; what is negative hangs below zero. `marks` are (place, text) on the axis."""
    height, foot = 260 if width > 500 else 220, 22
    tops = [sum(max(one.values[n], 0) for one in series) for n in range(len(labels))]
    depths = [sum(min(one.values[n], 0) for one in series) for n in range(len(labels))]
    steps = ticks(min([*depths, 0]), max([*tops, 0]) or 1, 5)
    left = max(text_width(write(step)) for step in steps) + 8
    across = Scale(0, len(labels) or 1, left, width)
    low = max(steps[0], min([*depths, 0]))  # a little below zero needs no whole step
    up = Scale(low, steps[-1], height - foot, 8)
    children = []
    for step in (step for step in steps if step >= low):
        kind = "axis" if step == 0 else "grid"
        children.append(tag("line", x1=left, x2=width, y1=up(step), y2=up(step), class_=kind))
        children.append(text(left - 6, up(step), write(step), "tick", "end"))
    gap = min(2.0, (width - left) / (len(labels) or 1) * 0.15)
    for n, label in enumerate(labels):
        top = bottom = 0.0
        for one in series:
            value = one.values[n]
            start = top if value >= 0 else bottom
            if value >= 0:
                top += value
            else:
                bottom += value
            if value:
                children.append(
                    tag(
                        "rect",
                        tag("title", f"{label} · {one.name}: {write(value)}"),
                        x=across(n) + gap / 2,
                        y=min(up(start), up(start + value)),
                        width=across(1) - across(0) - gap,
                        height=abs(up(start + value) - up(start)),
                        class_=f"s{one.color}",
                    )
                )
    free = left
    for place, mark in marks:
        x = across(place + 0.5)
        if x >= free and x + text_width(mark) <= width:
            children.append(tag("line", x1=x, x2=x, y1=height - foot, y2=height - foot + 4, class_="axis"))
            children.append(text(x, height - foot / 2 + 2, mark, "tick"))
            free = x + text_width(mark) + 10
    return picture(caption.key, width, height, caption.title, caption.description, children)


def spark(caption: Caption, values: Sequence[float], color: int) -> Markup:
    """A small filled line: how much came over time."""
    width, height = 160, 34
    across = Scale(0, max(len(values) - 1, 1), 1, width - 1)
    up = Scale(0, max([*values, 1]), height - 2, 3)
    places = [f"{across(n):.1f},{up(value):.1f}" for n, value in enumerate(values)]
    line = " ".join(places if len(places) > 1 else places * 2)
    area = f"{across(0):.1f},{height - 2} {line} {across(max(len(values) - 1, 0)):.1f},{height - 2}"
    shapes = [
        tag("polygon", points=area, class_=f"s{color} faint"),
        tag("polyline", points=line, class_=f"l{color}"),
    ]
    return picture(caption.key, width, height, caption.title, caption.description, shapes)


def heat(
    caption: Caption,
    width: int,
    cells: dict[tuple[int, int], tuple[float, str, str, str]],
    axes: tuple[str, str],
    ends: tuple[str, str],
) -> Markup:
    """A map of 5 × 5 scores, (1, 1) at the lower left: (heat 0 to 1, number, note, tooltip) a cell.

    `axes` name the scores across and up; `ends` say what 1 and what 5 mean across.
    """
    left, high, top = 30, 52, 4
    side, height = (width - left) / 5, top + 5 * high + 40
    children = [
        tag(
            "text",
            axes[1] + " →",
            transform=f"translate(7 {top + 2.5 * high:g}) rotate(-90)",
            text_anchor="middle",
            dy="0.35em",
            class_="tick",
        )
    ]
    for across in range(1, 6):
        children.append(
            text(left + (across - 0.5) * side, top + 5 * high + 11, str(across), "tick", "middle")
        )
        children.append(text(left - 7, top + (5.5 - across) * high, str(across), "tick", "end"))
        for up in range(1, 6):
            warmth, number, note, tooltip = cells.get((across, up), (0.0, "", "", ""))
            x, y = left + (across - 1) * side, top + (5 - up) * high
            ink = "hot" if warmth > 0.7 else "warm" if warmth > 0.57 else "cool"
            children.append(
                tag(
                    "g",
                    tag("title", tooltip) if tooltip else Markup(""),
                    tag("rect", x=x + 1, y=y + 1, width=side - 2, height=high - 2, rx=4, class_="cell"),
                    tag(
                        "rect", x=x + 1, y=y + 1, width=side - 2, height=high - 2, rx=4, class_="heat",
                        fill_opacity=f"{warmth:.3f}",
                    ),
                    text(x + side / 2, y + high / 2 - 8, number, f"number {ink}", "middle"),
                    text(x + side / 2, y + high / 2 + 10, note, f"note {ink}", "middle"),
                )
            )  # fmt: skip
    foot = top + 5 * high + 30
    children.append(text(left, foot, ends[0], "tick"))
    children.append(text(left + 2.5 * side, foot, axes[0] + " →", "tick", "middle"))
    children.append(text(width, foot, ends[1], "tick", "end"))
    return picture(caption.key, width, height, caption.title, caption.description, children)


def overlap(
    caption: Caption,
    width: int,
    sets: Sequence[tuple[str, int, int]],
    groups: Sequence[Overlap],
    write: Write,
) -> Markup:
    """How sets overlap: a column a combination, dots below say of which sets (after UpSet, Lex et al. 2014).

    `sets` are (name, color, size); `groups` come largest first; as many are drawn as fit.
    """
    high, row = 150, 28
    left = min(max(text_width(f"{name}  {write(size)}") for name, _, size in sets) + 12, width * 0.4)
    least = max((text_width(write(group.count)) for group in groups), default=0) + 6
    groups = groups[: int((width - left) / max(least, 20))]
    step = min((width - left) / max(len(groups), 1), 72)
    up = Scale(0, max((group.count for group in groups), default=1), high, 22)
    children = []
    for n, (name, _, size) in enumerate(sets):
        y = high + 14 + n * row
        if n % 2 == 0:
            children.append(
                tag("rect", x=0, y=y, width=left + step * len(groups), height=row, class_="stripe")
            )
        children.append(text(6, y + row / 2, shorten(name, left - 16 - text_width(write(size))), "label"))
        children.append(text(left - 6, y + row / 2, write(size), "tick", "end"))
    for n, group in enumerate(groups):
        x = left + (n + 0.5) * step
        inside = [place for place, (name, _, _) in enumerate(sets) if name in group.members]
        shade = "bar" if len(inside) > 1 else "bar faint"
        shapes = [
            tag("title", group.note),
            tag(
                "rect", x=x - step * 0.31, y=up(group.count), width=step * 0.62,
                height=max(high - up(group.count), 1.0), rx=2, class_=shade,
            ),
            text(x, up(group.count) - 9, write(group.count), "value", "middle"),
        ]  # fmt: skip
        if inside:
            ends = [high + 14 + (place + 0.5) * row for place in (inside[0], inside[-1])]
            shapes.append(tag("line", x1=x, x2=x, y1=ends[0], y2=ends[1], class_="joint"))
        for place, (_, color, _) in enumerate(sets):
            filled = place in inside
            shapes.append(
                tag(
                    "circle", cx=x, cy=high + 14 + (place + 0.5) * row, r=min(6.0, step * 0.28),
                    class_=f"s{color}" if filled else "hole",
                )
            )  # fmt: skip
        children.append(tag("g", *shapes))
    height = high + 14 + row * len(sets)
    return picture(caption.key, width, height, caption.title, caption.description, children)


def dots(caption: Caption, width: int, intervals: Sequence[Interval], write: Write) -> Markup:
    """A dot and its interval a row, on an axis from zero."""
    row, foot = 34, 24
    left = min(max(text_width(one.name) for one in intervals) + 14, width * 0.4)
    right = max(text_width(write(one.value)) for one in intervals) + 10
    steps = ticks(0, max(one.high for one in intervals) or 1, 3)
    scale = Scale(0, steps[-1], left, width - right)
    bottom = row * len(intervals) + 2
    children = []
    for step in steps:
        children.append(tag("line", x1=scale(step), x2=scale(step), y1=0, y2=bottom, class_="grid"))
        children.append(text(scale(step), bottom + foot / 2, f"{step:g}", "tick", "middle"))
    for n, one in enumerate(intervals):
        y, kind = n * row + row / 2, "chosen" if one.chosen else "plain"
        note = f"{one.name}: {write(one.value)} ({write(one.low)} – {write(one.high)})"
        children.append(text(0, y, shorten(one.name, left - 8), f"label {kind}"))
        children.append(
            tag(
                "g",
                tag("title", note),
                tag("line", x1=scale(one.low), x2=scale(one.high), y1=y, y2=y, class_=f"range {kind}"),
                tag("circle", cx=scale(one.value), cy=y, r=4.5, class_=f"dot {kind}"),
            )
        )
        children.append(text(width, y, write(one.value), f"value {kind}", "end"))
    return picture(caption.key, width, bottom + foot, caption.title, caption.description, children)


def curve(
    caption: Caption, width: int, expected: Sequence[float], points: Sequence[Interval], write: Write
) -> Markup:
    """What happened (up, with its interval) beside what was expected (across); on the line both are one."""
    foot, high = 26, min(width, 320)
    top = max([*expected, *(one.value for one in points), 0.0])
    steps = ticks(0, top or 1, 3)
    left = max(text_width(write(step)) for step in steps) + 8
    reach = steps[-1]
    across, up = Scale(0, reach, left, width - 12), Scale(0, reach, high - foot, 8)
    children = []
    for step in steps:
        kind = "axis" if step == 0 else "grid"
        children.append(tag("line", x1=left, x2=width - 12, y1=up(step), y2=up(step), class_=kind))
        children.append(text(left - 6, up(step), write(step), "tick", "end"))
        children.append(text(across(step), high - foot / 2, write(step), "tick", "middle"))
    children.append(tag("line", x1=across(0), y1=up(0), x2=across(reach), y2=up(reach), class_="axis"))
    for place, one in zip(expected, points, strict=True):
        low, most = max(one.low, 0.0), min(one.high, reach)
        note = f"{one.name}: {write(one.value)} ({write(one.low)} – {write(one.high)})"
        x = across(max(place, 0.0))
        children.append(
            tag(
                "g",
                tag("title", note),
                tag("line", x1=x, x2=x, y1=up(low), y2=up(most), class_="range plain"),
                tag("circle", cx=x, cy=up(max(one.value, 0.0)), r=4.0, class_="dot chosen"),
            )
        )
    return picture(caption.key, width, high, caption.title, caption.description, children)
