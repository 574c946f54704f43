"""Results of matching as files, whole or not there."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq

from onebasket.errors import MatchError


def write_table(table: pa.Table, path: Path) -> None:
    """Write a .parquet or .csv file. Raises MatchError if it cannot be written."""
    write = (
        pa_csv.write_csv
        if written_as(path) == ".csv"
        else partial(pq.write_table, compression="zstd", use_dictionary=False)
    )
    _write(path, lambda beside: write(table, beside))


def write_json(facts: dict[str, Any], path: Path) -> None:
    """Write figures. Raises MatchError if they cannot be written."""
    write_text(json.dumps(facts, ensure_ascii=False, indent=1) + "\n", path)


def write_text(text: str, path: Path) -> None:
    """Write a text. Raises MatchError if it cannot be written."""
    _write(path, lambda beside: beside.write_text(text, encoding="utf-8"))


def written_as(path: Path) -> str:
    """The kind of a file to write, by its ending. Raises MatchError for one that we do not write."""
    kind = path.suffix.lower()
    if kind not in (".parquet", ".csv"):
        raise MatchError(f"{path} cannot be written.", found=kind or "no ending", expected=".parquet or .csv")
    return kind


def _write(path: Path, write: Callable[[Path], object]) -> None:
    beside = path.with_name(f".{path.name}.part")
    try:
        write(beside)
        beside.replace(path)
    except OSError as error:
        beside.unlink(missing_ok=True)
        raise MatchError(f"{path} cannot be written.", found=error.strerror or str(error)) from error
