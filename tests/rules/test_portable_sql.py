"""Law 7: stage SQL keeps to the subset that gives the same rows on every engine."""

from __future__ import annotations

from pathlib import Path

import pytest

from onebasket.store.portable import violations

PACKAGE = Path(__file__).parents[2] / "src" / "onebasket"
STAGES = (
    *("collect", "clean", "align", "fuse", "learn", "apply", "report"),
    *("adding", "health", "scoring", "explain", "improve", "serve"),
)
FILES = sorted(path for stage in STAGES for path in (PACKAGE / stage).rglob("*.sql"))


def test_there_is_stage_sql() -> None:
    assert {path.relative_to(PACKAGE).parts[0] for path in FILES} >= {"clean", "align", "fuse"}


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_stage_sql_is_portable(path: Path) -> None:
    found = violations(path.read_text(encoding="utf-8"))
    assert not found, "\n".join(f"{path.relative_to(PACKAGE)}, {violation}" for violation in found)


def test_no_sql_lies_elsewhere() -> None:
    """Engine SQL is text inside store/; every .sql file belongs to one of these rooms, and is linted."""
    assert sorted(PACKAGE.rglob("*.sql")) == FILES
