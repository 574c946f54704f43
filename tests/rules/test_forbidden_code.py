"""Law 8: no rooms without a meaning, no print, no eval, no pickle, no except for everything."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from tests.rules.source import MODULES, room, tree

NAMELESS = {"utils", "util", "common", "helpers", "helper", "misc", "stuff", "tools"}
CALLS = {"print", "eval", "exec", "compile", "__import__", "breakpoint", "input"}
PICKLES = {"pickle", "cPickle", "dill", "cloudpickle", "joblib", "shelve", "marshal"}
MAY_CATCH_ALL = {"cli", "serve"}


def called(node: ast.Call) -> str:
    return node.func.id if isinstance(node.func, ast.Name) else ""


@pytest.mark.parametrize("name", MODULES)
def test_no_nameless_module(name: str) -> None:
    assert not NAMELESS & set(name.split("."))


@pytest.mark.parametrize(("name", "path"), MODULES.items(), ids=MODULES)
def test_no_forbidden_calls(name: str, path: Path) -> None:
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Call):
            assert called(node) not in CALLS, f"line {node.lineno}: {called(node)}()"
            for keyword in node.keywords:
                assert keyword.arg != "allow_pickle", f"line {node.lineno}: allow_pickle"


@pytest.mark.parametrize(("name", "path"), MODULES.items(), ids=MODULES)
def test_no_pickle(name: str, path: Path) -> None:
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import | ast.ImportFrom):
            names = [alias.name for alias in node.names] + [str(getattr(node, "module", ""))]
            assert not PICKLES & {part.split(".")[0] for part in names}, f"line {node.lineno}"


@pytest.mark.parametrize(("name", "path"), MODULES.items(), ids=MODULES)
def test_no_broad_except(name: str, path: Path) -> None:
    if room(name) in MAY_CATCH_ALL:
        return
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.ExceptHandler):
            caught = ast.unparse(node.type) if node.type else "everything"
            broad = {"everything", "Exception", "BaseException"} & set(caught.strip("()").split(", "))
            assert not broad, f"line {node.lineno}: except {caught}"
