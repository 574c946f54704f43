"""Law 7: queries are .sql files beside their stage; Python writes SQL in the store and where events live."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from tests.rules.source import MODULES, room, tree

QUERY = re.compile(
    r"\s*(select\s.*\sfrom\s|with\s+\w+\s+as\s*\(|from\s+\w+\s*$"
    r"|(create|drop|insert|update|delete|copy|set)\s+(or|into|table|view|temp|from|\()\b)",
    re.IGNORECASE | re.DOTALL,
)
MAY_WRITE_SQL = {"store", "inbox", "demo", "cli"}  # the last asks published tables, as its user would
# The shop's own databases, in their SQL; the live state's file, in SQLite's.
ASKS_OTHERS = {
    "onebasket.collect.databases",
    "onebasket.collect.engines.engine",
    "onebasket.collect.engines.sqlite",
    "onebasket.serve.live.memory",
    "onebasket.serve.live.recall",
}


def texts(path: Path) -> list[tuple[int, str]]:
    """Every text in a file with its line, docstrings aside; holes in f-strings are `_`."""
    module = tree(path)
    docstrings = {
        id(node.body[0].value)
        for node in ast.walk(module)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    found = []
    for node in ast.walk(module):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docstrings:
            found.append((node.lineno, node.value))
        elif isinstance(node, ast.JoinedStr):
            parts = [part.value if isinstance(part, ast.Constant) else "_" for part in node.values]
            found.append((node.lineno, "".join(map(str, parts))))
    return found


@pytest.mark.parametrize(("name", "path"), MODULES.items(), ids=MODULES)
def test_no_query_in_python(name: str, path: Path) -> None:
    if room(name) in MAY_WRITE_SQL or name in ASKS_OTHERS:
        return
    hidden = [f"line {line}: {text.strip()[:50]!r}" for line, text in texts(path) if QUERY.match(text)]
    assert not hidden, "\n".join(hidden)


@pytest.mark.parametrize(
    "text", ["select a from t", " SELECT\n a\nFROM t", "with a as (select 1)", "drop table x"]
)
def test_queries_are_recognised(text: str) -> None:
    assert QUERY.match(text)


@pytest.mark.parametrize(
    "text", ["select a version", "with as much care as we can", "from here on", "set right"]
)
def test_prose_is_not(text: str) -> None:
    assert not QUERY.match(text)
