"""From the catalogue to what models may know of products."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from onebasket.accounting import Progress
from onebasket.recommenders import Catalogue
from onebasket.shop import Shop
from onebasket.store.base import Store
from onebasket.text import encoder_named

CACHE = "text_vectors"
_KEPT = "learn_catalogue"
_UNKNOWN = "unknown"


def read(store: Store, shop: Shop, progress: Progress) -> Catalogue:
    """Brand, and category at each of its levels, as attributes; titles as vectors (`[learn] text`); vectors
    that sources give of their pictures.

    It is today's catalogue: a product first sold late stands in it with the others. What networks say of
    titles is kept beside the basket's versions. Raises MissingExtraError or ModelError where the encoder
    cannot be had.
    """
    store.keep(_KEPT, store.sql("learn/catalogue"))
    titles: dict[str, str] = {}
    attributes: dict[str, list[str]] = {}
    pictures: dict[str, npt.NDArray[np.float32]] = {}
    for batch in store.read(_KEPT, ("product_id", "title", "brand", "category", "vector")):
        columns = (column.to_pylist() for column in batch.columns)
        for product, title, brand, category, vector in zip(*columns, strict=True):
            titles[product], attributes[product] = title, _attributes(brand, category)
            if vector is not None:
                pictures[product] = np.array(vector, np.float32)
    store.forget(_KEPT)
    encoder = encoder_named(shop.learn.text, shop.basket / CACHE, shop.run.threads)
    if encoder is None or not any(letter.isalnum() for title in titles.values() for letter in title):
        return Catalogue(attributes, numbers=pictures)
    products = sorted(titles)
    texts = [titles[product] for product in products]
    vectors = encoder.fit(texts, shop.run.seed, progress).vectors(texts, progress)
    return Catalogue(attributes, dict(zip(products, vectors, strict=True)), pictures)


def _attributes(brand: str | None, category: str) -> list[str]:
    """A product's brand and the levels of its category, each with those above it."""
    levels = category.split(" > ") if category != _UNKNOWN else []
    named = [f"category {' > '.join(levels[: depth + 1])}" for depth in range(len(levels))]
    return [*([f"brand {brand}"] if brand else []), *named]
