"""Vectors of pictures: read from lists and texts, compared, and what they tell where texts say nothing."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from onebasket import match_products
from onebasket.align.products.fields import Field
from onebasket.align.products.images import alike, together, vectors
from onebasket.errors import MatchError
from tests.unit.align.products.world import world

IMAGE = [Field("image_vector", "image")]


def test_vectors_are_read_from_lists_and_texts() -> None:
    lists = vectors(pa.table({"image_vector": [[3.0, 4.0], None, [0.0, 0.0]]}), IMAGE)
    texts = vectors(pa.table({"image_vector": ["[3, 4]", "", "0 0"]}), IMAGE)
    np.testing.assert_allclose(lists, [[0.6, 0.8], [np.nan] * 2, [np.nan] * 2], rtol=1e-6)
    np.testing.assert_allclose(texts, lists)


def test_a_cosine_is_told_where_both_have_a_picture() -> None:
    both = together([np.array([[1, 0], [0, 1]], np.float32), np.full((1, 0), np.nan, np.float32)])
    pairs = np.array([0, 0, 0], np.int32), np.array([0, 1, 2], np.int32)
    np.testing.assert_allclose(alike(both, *pairs), [1.0, 0.0, np.nan])


@pytest.mark.parametrize("cells", [["a cat"], [[1.0], [1.0, 2.0]], [[[1.0]]], [[None, "x"]]])
def test_what_is_no_vector_is_refused(cells: list[object]) -> None:
    kind = pa.list_(pa.list_(pa.float64())) if cells == [[[1.0]]] else None
    table = pa.table({"image_vector": pa.array([str(c) if "x" in str(c) else c for c in cells], kind)})
    with pytest.raises(MatchError, match="image vector"):
        vectors(table, IMAGE)


def test_catalogues_of_several_widths_are_refused() -> None:
    with pytest.raises(MatchError, match="several widths"):
        together([np.zeros((1, 2), np.float32), np.zeros((1, 3), np.float32)])


def test_pictures_tell_variants_apart_that_texts_do_not() -> None:
    """Colours are taken out of the titles; only the pictures show them."""
    ours, theirs, truth = world(300, seed=9)
    chance = np.random.default_rng(0)
    product = {each: chance.normal(size=16) for each in sorted({a for a, _ in truth})}
    product |= {b: product[a] for a, b in truth}
    tables = []
    for table, column in ((ours, "title"), (theirs, "name")):
        bare = [_without_colour(text) for text in table[column].to_pylist()]
        seen = [product.get(each, chance.normal(size=16)) for each in table["id"].to_pylist()]
        shown = [(each + chance.normal(scale=0.2, size=16)).tolist() for each in seen]
        plain = table.set_column(table.column_names.index(column), column, pa.array(bare))
        tables.append((plain, plain.append_column("image_vector", pa.array(shown))))
    blind, seeing = (
        match_products(tables[0][at], tables[1][at], one_to_one=True).links.to_pylist() for at in (0, 1)
    )
    right = [
        len({(row["id_a"], row["id_b"]) for row in links} & truth) / max(len(links), len(truth))
        for links in (blind, seeing)
    ]
    assert right[1] > right[0] + 0.05


def _without_colour(title: str) -> str:
    return " ".join(
        word for word in title.split() if word.lower() not in ("black", "white", "red", "blue", "silver")
    )
