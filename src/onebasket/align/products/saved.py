"""A fitted model as text, and the one that comes with OneBasket."""

from __future__ import annotations

import functools
import hashlib
from importlib.resources import files

import msgspec
import numpy as np

from onebasket.align.products.additive import FEATURES, WIDTH, Additive, knots
from onebasket.align.products.labelled import Blend
from onebasket.errors import MatchError


class Saved(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Weights of the additive model, with what they are weights of; and trees, where there are any."""

    features: str  # a hash of features and knots
    weights: tuple[float, ...]
    trees: str = ""
    learnt_from: tuple[str, ...] = ()


def save(model: Additive | Blend, learnt_from: tuple[str, ...] = ()) -> str:
    """The model as JSON."""
    additive, trees = (model.additive, model.trees) if isinstance(model, Blend) else (model, "")
    weights = tuple(float(f"{each:.6g}") for each in additive.weights.tolist())
    return msgspec.json.encode(Saved(_features(), weights, trees, learnt_from)).decode()


def restore(text: str | bytes) -> tuple[Additive | Blend, tuple[str, ...]]:
    """A model, and the catalogues it was learnt from. Raises MatchError for a text that is none of ours."""
    try:
        saved = msgspec.json.decode(text, type=Saved)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise MatchError(
            "This is no model of products.", found=str(error), expected="a file that `--save` wrote"
        ) from error
    if saved.features != _features() or len(saved.weights) != WIDTH:
        raise MatchError(
            "The model was learnt with other features.",
            found=saved.features,
            expected=_features(),
            next_step="learn it again with this version of OneBasket",
        )
    additive = Additive(np.array(saved.weights))
    return (Blend(additive, saved.trees) if saved.trees else additive), saved.learnt_from


@functools.cache
def public() -> tuple[Additive, tuple[str, ...]]:
    """The model learnt from public catalogues, and their names; see benchmarks/products_public.py."""
    model, names = restore((files("onebasket.align.products") / "public.json").read_bytes())
    return (model.additive if isinstance(model, Blend) else model), names


def _features() -> str:
    """What tells one set of features from another."""
    told = "\n".join(f"{name} {knots(name)}" for name in FEATURES)
    return hashlib.sha256(told.encode()).hexdigest()[:16]
