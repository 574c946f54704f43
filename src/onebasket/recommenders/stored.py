"""How numbers are kept on disk: whole, in half the bits, or, of vectors, a byte each."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from onebasket.recommenders.interactions import Floats

Stored = Literal["float32", "float16", "int8"]
_MOST = 127
_DROPPED = np.uint32(0xFF)  # last bits of a scale: without them 127 times it is a float32 still


def vectors_as(stored: Stored, name: str, vectors: Floats) -> dict[str, npt.NDArray[Any]]:
    """Vectors (R, D), float32, as arrays to be saved: `name`, and for "int8" `name.scales` (R,).

    As bytes, a row's largest number is 127 or -127 of its scale; no number is off by more than half a scale.
    What was kept so and read is kept as the same bytes again. Halves reach to 65,504, and no further.
    """
    if stored == "int8":
        scales = _scales(np.abs(vectors).max(axis=1, initial=0))
        codes = np.rint(vectors / np.where(scales > 0, scales, 1)[:, None])
        return {name: codes.astype(np.int8), f"{name}.scales": scales}
    return {name: halved(vectors) if stored == "float16" else vectors}


def restored_vectors(arrays: Mapping[str, npt.NDArray[Any]], name: str) -> Floats:
    """Vectors (R, D), float32, whichever way they were kept.

    Raises KeyError for what is missing or does not fit together.
    """
    kept = arrays[name]
    if kept.ndim != 2 or kept.dtype not in (np.float32, np.float16, np.int8):
        raise KeyError(f"{name} of type {kept.dtype} and shape {kept.shape}")
    if kept.dtype != np.int8:
        return kept.astype(np.float32)
    scales = arrays[f"{name}.scales"]
    if scales.dtype != np.float32 or scales.shape != kept.shape[:1]:
        raise KeyError(f"{name}.scales of type {scales.dtype} and shape {scales.shape}")
    made: Floats = kept * scales[:, None]
    return made


def halved(values: Floats) -> npt.NDArray[np.float16]:
    """As float16, cut at the largest there is."""
    most = np.finfo(np.float16).max
    return np.clip(values, -most, most).astype(np.float16)


def _scales(largest: Floats) -> Floats:
    """What a step is worth where the largest of a row is 127 of them, rounded up to 16 bits."""
    exact = np.ascontiguousarray(largest / np.float32(_MOST), np.float32)
    bits = exact.view(np.uint32)
    up: Floats = ((bits + _DROPPED) & ~_DROPPED).view(np.float32)
    return up
