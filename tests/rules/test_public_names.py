"""Law 9: public names are typed and say what they are."""

from __future__ import annotations

import ast
import importlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.rules.source import MODULES, tree

Function = ast.FunctionDef | ast.AsyncFunctionDef


def public(body: list[ast.stmt]) -> Iterator[Function | ast.ClassDef]:
    for node in body:
        if isinstance(node, Function | ast.ClassDef) and not node.name.startswith("_"):
            yield node


def functions(path: Path) -> Iterator[Function]:
    for node in public(tree(path).body):
        if isinstance(node, ast.ClassDef):
            yield from (method for method in public(node.body) if isinstance(method, Function))
        else:
            yield node


def has_help(node: Function | ast.ClassDef) -> bool:
    words = [word.arg for call in node.decorator_list if isinstance(call, ast.Call) for word in call.keywords]
    return "help" in words


@pytest.mark.parametrize("path", MODULES.values(), ids=MODULES)
def test_typed(path: Path) -> None:
    for function in functions(path):
        every = function.args
        named = [
            *every.posonlyargs,
            *every.args,
            *every.kwonlyargs,
            *filter(None, [every.vararg, every.kwarg]),
        ]
        bare = [arg.arg for arg in named if arg.annotation is None and arg.arg not in ("self", "cls")]
        assert not bare, f"line {function.lineno}: {function.name} has untyped {bare}"
        assert function.returns is not None, f"line {function.lineno}: {function.name} says no return type"


@pytest.mark.parametrize("path", MODULES.values(), ids=MODULES)
def test_documented(path: Path) -> None:
    """Modules, classes and functions; a method may leave it to its class or its protocol.

    A command says it in the help that its decorator takes.
    """
    module = tree(path)
    assert not module.body or ast.get_docstring(module), "the module says nothing"
    named = [node for node in public(module.body) if not (ast.get_docstring(node) or has_help(node))]
    silent = [f"line {node.lineno}: {node.name}" for node in named]
    assert not silent, ", ".join(silent)


def test_the_public_door() -> None:
    """What `onebasket` gives away is what it says, and can be had."""
    import onebasket

    names = [
            "Attributes", "OneBasketError", "PeopleMatch", "ProductsMatch", "RunResult", "extract_attributes",
            "match_people", "match_products", "open", "run",
        ]  # fmt: skip
    assert sorted(onebasket.__all__) == names
    for name in onebasket.__all__:
        assert getattr(onebasket, name).__doc__
    importlib.import_module("onebasket.run")
    assert callable(onebasket.run) and callable(onebasket.open)
    with pytest.raises(AttributeError, match="nothing_of_the_kind"):
        _ = onebasket.nothing_of_the_kind
