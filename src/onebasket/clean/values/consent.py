"""Words for yes and no."""

from __future__ import annotations

from onebasket.clean.values.texts import tidy
from onebasket.clean.values.words import words


def consent(text: str | None) -> bool | None:
    """Whether the person agreed; None where nothing readable is said."""
    word = (tidy(text) or "").lower().replace(" ", "_")
    known = words("consent")
    return True if word in known["yes"] else False if word in known["no"] else None
