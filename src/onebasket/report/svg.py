"""SVG elements, scales and text widths: what the charts are made of.

Colours are CSS classes, so that one picture serves light, dark and print.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence

from markupsafe import Markup, escape

FONT_SIZE = 12
_WIDE_SIGN = re.compile(r"[\u1100-\u11ff\u2e80-\ua4cf\uac00-\ud7af\uf900-\ufaff\ufe30-\ufe4f\uff00-\uff60]")


def tag(name: str, *children: str, **attributes: object) -> Markup:
    """One element. `class_` becomes class, `stroke_width` stroke-width; None leaves an attribute out."""
    written = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{escape(_number(value))}"'
        for key, value in attributes.items()
        if value is not None
    )
    return Markup(f"<{name}{written}>{''.join(escape(child) for child in children)}</{name}>")


def _number(value: object) -> object:
    return f"{value:.1f}".removesuffix(".0") if isinstance(value, float) else value


def text(x: float, y: float, content: str, class_: str = "", anchor: str = "start") -> Markup:
    """A line of text whose middle is at `y`."""
    return tag("text", content, x=x, y=y, class_=class_ or None, text_anchor=anchor, dy="0.35em")


def picture(
    key: str, width: float, height: float, title: str, description: str, children: Sequence[str]
) -> Markup:
    """A whole SVG. `key` names it within the page; title and description speak to screen readers."""
    return tag(
        "svg",
        tag("title", title, id=f"{key}-title"),
        tag("desc", description, id=f"{key}-desc"),
        *children,
        viewBox=f"0 0 {width:g} {math.ceil(height)}",
        role="img",
        aria_labelledby=f"{key}-title {key}-desc",
        style=f"--width:{width:g}px",
    )


def text_width(content: str, size: float = FONT_SIZE) -> float:
    """About how wide a text is at most, in the units of the picture; bold texts included."""
    wide = len(_WIDE_SIGN.findall(content))
    return size * (wide + 0.64 * (len(content) - wide))


def shorten(content: str, width: float, size: float = FONT_SIZE) -> str:
    """The text, cut with an ellipsis where it is wider than `width`."""
    if text_width(content, size) <= width:
        return content
    while content and text_width(content + "…", size) > width:
        content = content[:-1]
    return content.rstrip() + "…"


def ticks(low: float, high: float, count: int = 4) -> list[float]:
    """Round numbers that cover low to high, about `count` steps of 1, 2, 2.5 or 5 times a power of ten."""
    span = (high - low) or abs(high) or 1.0
    power = 10.0 ** math.floor(math.log10(span / count))
    step = next(power * factor for factor in (1, 2, 2.5, 5, 10) if power * factor * count >= span * 0.999)
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    return [round(step * n, 12) for n in range(first, max(last, first + 1) + 1)]


class Scale:
    """A linear scale from values to places."""

    def __init__(self, low: float, high: float, start: float, end: float) -> None:
        self._low, self._start = low, start
        self._factor = (end - start) / ((high - low) or 1.0)

    def __call__(self, value: float) -> float:
        return self._start + (value - self._low) * self._factor
