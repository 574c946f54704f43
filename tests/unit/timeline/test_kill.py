"""kill -9, wherever it falls: training ends as if there had been none, and leaves what one would leave."""

from __future__ import annotations

import random
import subprocess
import sys
from pathlib import Path

import pytest

from tests.rules.source import ROOT

KILLS = 10
KILLED = "killed by 9"


def train(folder: Path, *moments: str) -> list[str]:
    """How each of some trainings ended, one after the other in one folder."""
    call = [sys.executable, "-m", "tests.unit.timeline.killed", str(folder), *moments]
    done = subprocess.run(call, capture_output=True, text=True, check=True, cwd=ROOT)
    return done.stdout.splitlines()


def assert_alike(folder: Path, other: Path) -> None:
    """The same files with the same bytes: of the numbers, and of what says which they are."""
    names = sorted(path.name for path in folder.iterdir())
    assert names == sorted(path.name for path in other.iterdir())
    assert len(names) == 2
    assert all((folder / name).read_bytes() == (other / name).read_bytes() for name in names)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """A training that nobody killed: its folder, and how it ended."""
    folder = tmp_path_factory.mktemp("training") / "whole"
    [ended] = train(folder, "never")
    return folder, ended


def test_ten_kills_change_nothing(whole: tuple[Path, str], tmp_path: Path) -> None:
    chance = random.Random(7)
    # Of every two files one holds the numbers, the other says which they are: both are hit.
    files = [(moment, file) for file in (1, 2) for moment in ("write", "before", "after")]
    moments = [f"{moment}:{file + 2 * chance.randint(0, 1)}" for moment, file in files]
    moments += [f"step:{chance.randint(2, 4)}" for _ in range(KILLS - len(moments))]
    chance.shuffle(moments)
    assert train(tmp_path, *moments, "never") == [KILLED] * KILLS + [whole[1]]
    assert_alike(tmp_path, whole[0])


def test_killed_before_anything_was_saved(whole: tuple[Path, str], tmp_path: Path) -> None:
    """Nothing, half a file, a file that nobody names yet: training begins anew."""
    early = ("step:1", "write:1", "after:1", "before:2")
    assert train(tmp_path, *early, "never") == [KILLED] * len(early) + [whole[1]]
    assert_alike(tmp_path, whole[0])
