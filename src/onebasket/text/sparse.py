"""Sparse matrices, imported late."""

from __future__ import annotations

from typing import Any

from onebasket.errors import MissingExtraError


def sparse() -> Any:
    """The module scipy.sparse, with linalg in it. Raises MissingExtraError where SciPy is not installed."""
    try:
        import scipy.sparse
        import scipy.sparse.linalg
    except ImportError as error:
        raise MissingExtraError("learn", "learn") from error
    return scipy.sparse
