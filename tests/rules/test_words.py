"""The project's files speak of the project, not of how it came to be."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.rules.source import ROOT, project_files

FORBIDDEN = re.compile(
    r"\bissue\s*#?\d|\b(fix(es)?|close[sd]?|refs?)\s+#\d|(?<!user.)\bagents?\b|\bchatbots?\b|\bas an ai\b"
    r"|/work/|/tmp/w\b|/opt/pypi|\bsession of work\b"
    r"|\b(in|this|last|next) (coding )?session\b|\bTODO\b|\bFIXME\b",
    re.IGNORECASE,
)
TEXT = {
    ".py",
    ".sql",
    ".md",
    ".toml",
    ".txt",
    ".html",
    ".css",
    ".js",
    ".po",
    ".pot",
    ".yml",
    ".cfg",
    ".sh",
    "",
}
FILES = [path for path in project_files() if path.suffix in TEXT and path != Path(__file__)]


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_forbidden_words(path: Path) -> None:
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        found = FORBIDDEN.search(line)
        assert not found, f"line {number}: {found[0]!r}"


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_banners_and_no_licence_headers(path: Path) -> None:
    if path.suffix in (".py", ".sql"):
        text = path.read_text(encoding="utf-8")
        assert not re.search(r"^\s*(#|--)\s*[-=#*~]{4,}", text, re.MULTILINE)
        assert not re.search(r"copyright|spdx-license", text[:500], re.IGNORECASE)
