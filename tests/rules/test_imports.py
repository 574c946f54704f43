"""Law 1: stages never import each other; nothing runs back up; no circles."""

from __future__ import annotations

import ast
import graphlib
import importlib
from pathlib import Path

import pytest

from tests.rules.source import ABOVE, GROUND, MODULES, ROOT, STAGES, imports, python_files, room, tree

SCRIPTS = python_files(ROOT / "benchmarks", ROOT / "examples")


def test_every_module_has_its_floor() -> None:
    assert {room(name) for name in MODULES} <= GROUND | STAGES | ABOVE


@pytest.mark.parametrize("name", MODULES)
def test_no_import_runs_up_or_across(name: str) -> None:
    here = room(name)
    below = GROUND if here in GROUND else GROUND | {here} if here in STAGES else GROUND | STAGES | ABOVE
    wrong = [
        f"line {line}: {other}"
        for line, other in imports(MODULES[name])
        if other.split(".")[0] == "onebasket" and room(other) not in below
    ]
    assert not wrong, f"{name} imports {', '.join(wrong)}"


def test_no_circles() -> None:
    graph = {
        name: {other for _, other in imports(path) if other in MODULES and other != name}
        for name, path in MODULES.items()
    }
    try:
        graphlib.TopologicalSorter(graph).prepare()
    except graphlib.CycleError as error:
        pytest.fail(" → ".join(reversed(error.args[1])))


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.name)
def test_benchmarks_and_examples_import_what_is_there(path: Path) -> None:
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "onebasket":
            module = importlib.import_module(node.module or "")
            missing = [
                each.name
                for each in node.names
                if not hasattr(module, each.name) and f"{node.module}.{each.name}" not in MODULES
            ]
            assert not missing, f"line {node.lineno}: {node.module} has no {', '.join(missing)}"
