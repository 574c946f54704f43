"""The project's own files, as the tests of its laws read them."""

from __future__ import annotations

import ast
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "src" / "onebasket"

GROUND = {
    "errors",
    "accounting",
    "inbox",
    "currencies",
    "drift",
    "durable",
    "intervals",
    "judging",
    "kernels",
    "messages",
    "protect",
    "recommenders",
    "scoring",
    "shop",
    "spelling",
    "store",
    "tables",
    "text",
    "timeline",
}
STAGES = {"collect", "clean", "align", "fuse", "learn", "apply", "improve"}
ABOVE = {
    "adding",
    "health",
    "manifest",
    "report",
    "demo",
    "steps",
    "run",
    "status",
    "cli",
    "answers",
    "explain",
    "people",
    "attributes",
    "products",
    "results",
    "identities",
    "catalogue",
    "deciding",
    "likeness",
    "serve",
    "improving",
    "",
    "__main__",
}  # "": the package itself


def python_files(*folders: Path) -> list[Path]:
    """The Python files below folders, in order."""
    return sorted(path for folder in folders for path in folder.rglob("*.py"))


@cache
def tree(path: Path) -> ast.Module:
    """A file's syntax tree."""
    return ast.parse(path.read_text(encoding="utf-8"), str(path))


def module_name(path: Path) -> str:
    """`onebasket.store.base` of a file in the package."""
    parts = ("onebasket", *path.relative_to(PACKAGE).with_suffix("").parts)
    return ".".join(part for part in parts if part != "__init__")


def room(module: str) -> str:
    """`store` of `onebasket.store.base`; empty for the package itself."""
    return [*module.split("."), ""][1]


MODULES = {module_name(path): path for path in python_files(PACKAGE)}


def imports(path: Path, *, top_only: bool = False) -> Iterator[tuple[int, str]]:
    """Line and module of every import that runs; those for type checking alone are left out.

    `from a import b` names `a.b` where that is a module of ours, else `a`.
    """
    for node in _running(tree(path), top_only):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, f"{path}:{node.lineno}: relative import"
            for alias in node.names:
                name = f"{node.module}.{alias.name}"
                yield node.lineno, name if name in MODULES else str(node.module)


def _running(node: ast.AST, top_only: bool) -> Iterator[ast.AST]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.If) and "TYPE_CHECKING" in ast.unparse(child.test):
            continue
        if top_only and isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        yield child
        yield from _running(child, top_only)


def project_files() -> list[Path]:
    """Every file that is, or would be, under version control."""
    listed = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard", "-z"], cwd=ROOT, capture_output=True, check=True
    )
    paths = (ROOT / name.decode() for name in listed.stdout.split(b"\0") if name)
    return sorted(path for path in paths if path.is_file())
