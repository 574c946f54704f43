"""The network that says what columns mean, asked with numpy; `benchmarks/columns_train.py` trains it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Weights = dict[str, Floats]
WEIGHTS = Path(__file__).parent / "data" / "weights.safetensors"


def ask(
    net: Weights, names: Sequence[NDArray[np.int64]], words: Sequence[NDArray[np.int64]], profiles: Floats
) -> tuple[Floats, Floats]:
    """Log odds of meanings (columns × meanings) and of tables, of one file.

    `names` and `words` are the pieces of each column's name and repeated values, `profiles` (columns × n).
    """
    own = [_bags(net["name.weight"], names), _bags(net["word.weight"], words), profiles]
    alone = _layer(net, "alone", np.concatenate(own, 1))
    file = _layer(net, "file", np.concatenate([alone.mean(0), alone.max(0)])[None])
    edge = np.zeros((1, alone.shape[1]), np.float32)
    around = [
        alone, np.concatenate([edge, alone[:-1]]), np.concatenate([alone[1:], edge]),
        np.repeat(file, len(alone), 0),
    ]  # fmt: skip
    beside = _layer(net, "beside", np.concatenate(around, 1))
    said = _linear(net, "meaning", np.concatenate([alone, beside], 1))
    power = np.exp(said - said.max(1, keepdims=True))
    seen = (power / power.sum(1, keepdims=True)).max(0)
    return said, _linear(net, "table", file)[0] + net["seen.weight"] @ seen


def _bags(table: Floats, bags: Sequence[NDArray[np.int64]]) -> Floats:
    return np.stack([table[bag].sum(0) / np.sqrt(max(len(bag), 1)) for bag in bags])


def _linear(net: Weights, name: str, given: Floats) -> Floats:
    found: Floats = given @ net[f"{name}.weight"].T + net[f"{name}.bias"]
    return found


def _layer(net: Weights, name: str, given: Floats) -> Floats:
    return np.maximum(_linear(net, name, given), 0)


def save(path: Path, nets: Sequence[Weights]) -> None:
    """Write networks as safetensors: large tables in bytes with a scale, the rest in half precision."""
    head: dict[str, object] = {}
    parts: list[bytes] = []
    at = 0
    for number, net in enumerate(nets):
        for name, value in sorted(net.items()):
            scale = float(np.abs(value).max() / 127) if value.size > 10_000 else 0.0
            stored = np.round(value / scale).astype(np.int8) if scale else value.astype(np.float16)
            data = stored.tobytes()
            kind = "I8" if scale else "F16"
            key = f"{number}.{name}|{scale!r}"
            head[key] = {"dtype": kind, "shape": list(value.shape), "data_offsets": [at, at + len(data)]}
            parts.append(data)
            at += len(data)
    text = json.dumps(head, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    path.write_bytes(len(text).to_bytes(8, "little") + text + b"".join(parts))


@cache
def load(path: Path = WEIGHTS) -> tuple[Weights, ...]:
    """The networks of a file."""
    raw = path.read_bytes()
    size = int.from_bytes(raw[:8], "little")
    nets: dict[int, Weights] = {}
    for key, said in json.loads(raw[8 : 8 + size]).items():
        place, scale = key.rsplit("|", 1)
        number, _, name = place.partition(".")
        start, end = (8 + size + each for each in said["data_offsets"])
        stored = np.frombuffer(raw[start:end], np.int8 if said["dtype"] == "I8" else np.float16)
        value = stored.reshape(said["shape"]).astype(np.float32)
        nets.setdefault(int(number), {})[name] = value * np.float32(float(scale) or 1.0)
    return tuple(nets[number] for number in sorted(nets))
