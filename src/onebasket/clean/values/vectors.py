"""Vectors of products, as of their pictures: `[0.1, -0.2]`, `0.1;-0.2`, `0.1 -0.2`."""

from __future__ import annotations

import math
import re

_MOST = 8192  # numbers; what networks say of a picture has hundreds
_BETWEEN = re.compile(r"\s*[,;|]\s*|\s+")


def vector(text: str | None) -> list[float] | None:
    """The numbers of a text, with or without brackets about them; None where it is anything else.

    Decimals have a point, whatever the source's decimal mark: a comma stands between numbers.
    """
    if not text:
        return None
    parts = _BETWEEN.split(text.strip().strip("[](){}").strip())
    if len(parts) > _MOST:
        return None
    try:
        numbers = [float(part) for part in parts]
    except ValueError:
        return None
    return numbers if all(map(math.isfinite, numbers)) else None
