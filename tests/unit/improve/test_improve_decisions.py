"""Decisions about models stay, whatever stops the process."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

from onebasket.durable import append_line, whole_lines
from onebasket.errors import ImproveError, StoreError
from onebasket.improve import decide, decisions


def test_decisions_are_read_back_in_order(tmp_path: Path) -> None:
    assert decisions.decisions(tmp_path) == []
    figures = {"gain": 0.02, "low": 0.004, "customers": 12_000, "arm": "new", "lift": None}
    one = decide(tmp_path, "promote", "timeline v12", "the interval lies above 0", figures, by="nightly")
    other = decide(tmp_path, "keep", "home page", "undecided", {}, note="für später")
    assert decisions.decisions(tmp_path) == [one, other] and one.by == "nightly" and one.figures == figures
    assert (tmp_path / decisions.FILE).stat().st_mode & 0o777 == 0o600


def test_a_line_cut_short_was_never_taken(tmp_path: Path) -> None:
    made = decide(tmp_path, "retrain", "timeline v12", "psi from .25", {"psi": 0.31})
    with (tmp_path / decisions.FILE).open("ab") as file:
        file.write(b'{"at":"2026')
    assert decisions.decisions(tmp_path) == [made]
    later = decide(tmp_path, "rollback", "timeline v13", "worse", {"high": -0.01})
    assert decisions.decisions(tmp_path) == [made, later]


def test_what_cannot_be_written_or_read(tmp_path: Path) -> None:
    with pytest.raises(ImproveError, match="written down") as error:
        decide(tmp_path, "keep", "x", "y", {"gain": math.nan})
    assert "gain" in str(error.value) and not (tmp_path / decisions.FILE).exists()
    with pytest.raises(StoreError, match="cannot be written"):
        decide(tmp_path / "nowhere", "keep", "x", "y", {})
    for wrong in (b'{"decision": "guess"}\n', b'{"at": "\xff"}\n', b"no JSON\n"):
        (tmp_path / decisions.FILE).write_bytes(wrong)
        with pytest.raises(StoreError, match="Line 1"):
            decisions.decisions(tmp_path)


def test_lines_of_a_file_that_only_grows(tmp_path: Path) -> None:
    path = tmp_path / "lines"
    assert whole_lines(path) == []
    for line in (b"one", b"", b"two"):
        append_line(path, line)
    assert whole_lines(path) == [b"one", b"", b"two"]
    path.write_bytes(b"cut")
    assert whole_lines(path) == []
    append_line(path, b"whole")
    assert whole_lines(path) == [b"whole"]
