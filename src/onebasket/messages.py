"""Message catalogues: what the report and the command line say, in the reader's language.

A text in the code is its own key and its English wording; `locale/<language>/LC_MESSAGES/`
holds the others (gettext). A text without a translation is shown in English.
"""

from __future__ import annotations

import gettext
import os
from collections.abc import Callable
from functools import cache
from pathlib import Path

DOMAIN = "onebasket"
FOLDER = Path(__file__).parent / "locale"
LANGUAGES = ("en", "zh")
ENVIRONMENT = "ONEBASKET_LANGUAGE"

Translate = Callable[[str], str]


@cache
def translator(language: str) -> Translate:
    """The function that gives a text in `language`; English for a language without a catalogue."""
    return gettext.translation(DOMAIN, FOLDER, [language], fallback=True).gettext


def default_language() -> str:
    """The reader's language, 'en' or 'zh': $ONEBASKET_LANGUAGE, else LC_ALL, else LANG, else English."""
    for name in (ENVIRONMENT, "LC_ALL", "LANG"):
        if value := os.environ.get(name):
            return "zh" if value.lower().startswith("zh") else "en"
    return "en"


def mark(text: str) -> str:
    """The text itself: marks it for the catalogues where it is translated only later."""
    return text
