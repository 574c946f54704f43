"""Kernels are compiled by one process at a time: a cache that several fill at once serves all of them."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

_CHAIN = """
import sys
sys.path.insert(0, sys.argv[1])
from chain import outer
import numpy as np
print(outer(np.arange(5.0)), outer(np.arange(5)))
"""
_KERNELS = """
from onebasket.kernels import kernel

@kernel
def inner(x, y):
    return x * y

@kernel
def middle(x):
    return inner(x, 2.0) + inner(x, 1)

@kernel
def outer(values):
    total = 0.0
    for value in values:
        total += middle(value)
    return total
"""


def test_processes_that_fill_one_cache_at_once_get_the_same(tmp_path: Path) -> None:
    (tmp_path / "chain.py").write_text(_KERNELS, encoding="utf-8")
    cache = tmp_path / "cache"
    cache.mkdir()
    command = [sys.executable, "-c", _CHAIN, str(tmp_path)]
    surroundings = {**os.environ, "NUMBA_CACHE_DIR": str(cache)}
    running = [subprocess.Popen(command, stdout=subprocess.PIPE, env=surroundings) for _ in range(3)]
    told = [process.communicate()[0].decode().strip() for process in running]
    assert [process.returncode for process in running] == [0, 0, 0]
    assert told == ["30.0 30.0"] * 3
    again = subprocess.run(command, capture_output=True, text=True, env=surroundings, check=True)
    assert again.stdout.strip() == "30.0 30.0"
