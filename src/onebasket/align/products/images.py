"""Pictures of offers as vectors that some model made: how alike two pictures are is their cosine."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from onebasket.align.products.fields import Field
from onebasket.errors import MatchError

Vectors = npt.NDArray[np.float32]
_BETWEEN = re.compile(r"[\s,;]+")


def vectors(table: pa.Table, fields: Sequence[Field]) -> Vectors:
    """The vector of each offer's picture, of length one, shape (offers, width); nan where there is none.

    A column of lists, or of texts such as `[0.1, -0.3]`. Width 0: no column holds any.
    Raises MatchError for what is no vector, and for vectors of several widths.
    """
    column = next((each.column for each in fields if each.kind == "image"), None)
    if column is None:
        return np.full((table.num_rows, 0), np.nan, np.float32)
    cells = [_numbers(cell, column) for cell in table[column].to_pylist()]
    widths = {len(cell) for cell in cells if len(cell)}
    _one_width(widths, f"column {column!r}")
    found = np.full((len(cells), max(widths, default=0)), np.nan, np.float32)
    for row, cell in enumerate(cells):
        length = float(np.linalg.norm(cell)) if len(cell) else 0.0
        if length > 0.0 and np.isfinite(length):
            found[row] = cell / length
    return found


def together(each: Sequence[Vectors]) -> Vectors:
    """Those of several catalogues, one behind the other. Raises MatchError for vectors of several widths."""
    widths = {part.shape[1] for part in each if part.shape[1]}
    _one_width(widths, "catalogues")
    width = max(widths, default=0)
    blank = [
        np.full((len(part), width), np.nan, np.float32) if part.shape[1] != width else part for part in each
    ]
    return np.concatenate([np.zeros((0, width), np.float32), *blank])


def alike(images: Vectors, left: npt.NDArray[np.int32], right: npt.NDArray[np.int32]) -> Vectors:
    """The cosine of both pictures of each pair; nan where one has none."""
    if not images.shape[1]:
        return np.full(len(left), np.nan, np.float32)
    cosine: Vectors = np.einsum("ij,ij->i", images[left], images[right])
    return cosine


def _one_width(widths: set[int], where: str) -> None:
    if len(widths) > 1:
        raise MatchError(
            f"The image vectors of {where} are of several widths.",
            found=", ".join(map(str, sorted(widths))),
            expected="vectors of one model, all of one width",
        )


def _numbers(cell: object, column: str) -> npt.NDArray[np.float64]:
    parts = [part for part in _BETWEEN.split(cell.strip("[]() ")) if part] if isinstance(cell, str) else cell
    try:
        found = np.array([] if parts is None else parts, np.float64)
    except (TypeError, ValueError) as error:
        raise MatchError(
            f"A cell of {column!r} is no image vector.",
            found=repr(cell)[:80],
            expected="a list of numbers, or nothing",
            next_step=f"state what the column is: {column}=free",
        ) from error
    if found.ndim != 1:
        raise MatchError(
            f"A cell of {column!r} is no image vector.", found=repr(cell)[:80], expected="a list of numbers"
        )
    return found
