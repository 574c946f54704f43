"""Law 10: nothing is larger than one can hold in the head."""

from __future__ import annotations

import ast
import statistics
from pathlib import Path

import pytest

from tests.rules.source import MODULES, PACKAGE, ROOT, python_files, tree

FILE_LINES, MEDIAN_LINES, FUNCTION_LINES, PARAMETERS = 400, 180, 60, 8
FILES = [
    *python_files(PACKAGE, ROOT / "tests", ROOT / "benchmarks", ROOT / "examples"),
    *sorted(PACKAGE.rglob("*.sql")),
]


def lines(path: Path) -> int:
    return path.read_text(encoding="utf-8").count("\n")


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_file(path: Path) -> None:
    assert lines(path) <= FILE_LINES


def test_median_file() -> None:
    assert statistics.median(lines(path) for path in MODULES.values()) <= MEDIAN_LINES


@pytest.mark.parametrize("path", MODULES.values(), ids=MODULES)
def test_functions(path: Path) -> None:
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            length = (node.end_lineno or node.lineno) - node.lineno + 1
            assert length <= FUNCTION_LINES, f"{node.name} has {length} lines"
            names = [arg.arg for arg in [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]]
            count = len([name for name in names if name not in ("self", "cls")])
            assert count <= PARAMETERS or is_command(node), f"{node.name} has {count} parameters"


def is_command(node: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    """Whether typer makes a command of it, whose parameters are the command's options and called by name."""
    calls = [each.func for each in node.decorator_list if isinstance(each, ast.Call)]
    return any(isinstance(call, ast.Attribute) and call.attr == "command" for call in calls)
