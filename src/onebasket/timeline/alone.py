"""One history encoded while somebody waits: an encoder of one block as one compiled kernel.

A library of tensors spends most of its time between such small steps. What is computed is what
`Encoder.last` and `states_of` compute; see there.

Shapes: T places, D width, H heads, M marks of an event.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from onebasket.kernels import kernel_fast
from onebasket.timeline.clock import GAPS
from onebasket.timeline.encoder import Encoder

Floats = npt.NDArray[np.float32]
_SMALL = np.float32(1e-5)  # as LayerNorm has it
_SHORTEST = np.float32(1e-12)  # as normalize has it


class Alone:
    """An encoder of one block on a processor, asked about one history at a time."""

    def __init__(self, encoder: Encoder, vectors: Floats) -> None:
        """`vectors` (items + 1, D), none first."""
        told = {name: value.numpy() for name, value in encoder.state_dict().items()}
        width, nothing = encoder.settings.width, np.zeros((0, 0), np.float32)

        def layer(name: str) -> tuple[Floats, Floats]:
            return told[f"{name}.weight"], told[f"{name}.bias"]

        self._heads = encoder.settings.heads
        self._first = np.cumsum([0, *encoder.sizes])[:-1]
        self._tables = vectors, told["places.weight"], told.get("marks.table.weight", nothing)
        self._spans: Floats = told.get("times.bias.weight", np.zeros((GAPS, self._heads), np.float32))
        self._asked: Floats = told.get("asked.table.weight", np.zeros((0, 2 * width), np.float32))
        before, self._block = layer("blocks.0.before_attention"), tuple(
            layer(f"blocks.0.{name}") for name in ("ask", "answer", "before_layer", "widen", "narrow")
        )  # fmt: skip
        self._before, self._norm = before, layer("norm")

    def state(
        self, items: npt.NDArray[np.integer], marks: npt.NDArray[np.integer] | None,
        times: npt.NDArray[np.int64], asked: npt.NDArray[np.integer] | None,
    ) -> Floats:  # fmt: skip
        """The unit vector (D,) of what comes after a history of one event or more, the oldest first.

        `items` (T,) from 1 on, 0 for none; `marks` (T, M); `asked`: the first marks of what is asked for.
        """
        codes = np.zeros((len(items), 0), np.int64) if marks is None else marks + self._first
        ago = (np.maximum(times[-1] - times, 0) + 1).astype(np.float32)
        bias = self._spans[np.minimum(np.log2(ago).astype(np.int64), GAPS - 2) + 1]
        own, read = _read(items, codes, self._tables, self._before)
        heard = _heard(read, bias, self._heads, self._block[0])
        state = _told(own, heard, self._block[1:], self._norm)
        if asked is not None and len(self._asked):
            scale, shift = self._asked[asked + self._first[: len(asked)]].sum(0).reshape(2, -1)
            state = state * (1 + scale) + shift
        made: Floats = state / max(np.sqrt(state @ state), _SHORTEST)
        return made


@kernel_fast
def _normal(x: Any, layer: Any) -> Any:
    """What a LayerNorm makes of x (D,)."""
    mean = np.float32(0)
    for part in range(len(x)):
        mean += x[part]
    mean /= np.float32(len(x))
    spread = np.float32(0)
    for part in range(len(x)):
        spread += (x[part] - mean) * (x[part] - mean)
    scale = np.float32(1) / np.sqrt(spread / np.float32(len(x)) + _SMALL)
    return (x - mean) * scale * layer[0] + layer[1]


@kernel_fast
def _through(x: Any, weight: Any, bias: Any) -> Any:
    """What a linear layer, or some rows of it, makes of x."""
    made = np.empty(len(weight), np.float32)
    for row in range(len(weight)):
        total = np.float32(0)
        for part in range(len(x)):
            total += weight[row, part] * x[part]
        made[row] = total + bias[row]
    return made


@kernel_fast
def _read(items: Any, codes: Any, tables: Any, before: Any) -> Any:
    """What the last event is (D,), and what each reads as, (T, D)."""
    vectors, places, marks = tables
    width = vectors.shape[1]
    read, x = np.empty((len(items), width), np.float32), np.empty(width, np.float32)
    for place in range(len(items)):
        x = vectors[items[place]] * np.float32(np.sqrt(width)) + places[place]
        for mark in range(codes.shape[1]):
            x += marks[codes[place, mark]]
        read[place] = _normal(x, before)
    return x, read


@kernel_fast
def _heard(read: Any, bias: Any, heads: Any, ask: Any) -> Any:
    """What the last place hears of all, (D,): see `Block.at`."""
    (places, width), (weight, added) = read.shape, ask
    size = width // heads
    queries, heard = _through(read[-1], weight[:width], added[:width]), np.empty(width, np.float32)
    for head in range(heads):
        first = head * size
        sought, mean = np.zeros(width, np.float32), np.zeros(width, np.float32)
        for row in range(first, first + size):
            sought += queries[row] * weight[width + row]
        shares = _through(sought / np.float32(np.sqrt(size)), read, bias[:, head])
        shares = np.exp(shares - shares.max())
        for place in range(places):
            mean += shares[place] * read[place]
        mean /= shares.sum()
        own = slice(2 * width + first, 2 * width + first + size)
        heard[first : first + size] = _through(mean, weight[own], added[own])
    return heard


@kernel_fast
def _told(own: Any, heard: Any, block: Any, norm: Any) -> Any:
    """What the block and the last LayerNorm make of an event and what it heard, (D,)."""
    answer, before, widen, narrow = block
    own = own + _through(heard, answer[0], answer[1])
    wide = _through(_normal(own, before), widen[0], widen[1])
    half = len(wide) // 2
    gated = wide[:half] / (np.float32(1) + np.exp(-wide[:half])) * wide[half:]
    return _normal(own + _through(gated, narrow[0], narrow[1]), norm)
