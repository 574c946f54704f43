"""Fewer bits on disk: nearly the same model, and read back the same each time."""

from __future__ import annotations

from pathlib import Path
from typing import Any, get_args

import msgspec
import numpy as np
import pytest

from onebasket.recommenders import Timeline, TimelineModelSettings, load
from onebasket.recommenders.stored import Stored, halved, restored_vectors, vectors_as
from tests.unit.recommenders.test_timeline import TINY, walks

FORMS: tuple[Stored, ...] = get_args(Stored)


def some_vectors() -> np.ndarray[Any, np.dtype[np.float32]]:
    """Of all lengths, none among them."""
    made = np.random.default_rng(0).normal(size=(500, 24)) * np.geomspace(1e-12, 1e3, 500)[:, None]
    made[0] = 0
    return made.astype(np.float32)


@pytest.mark.parametrize("stored", FORMS)
def test_what_was_kept_and_read_is_kept_the_same_again(stored: Stored) -> None:
    once = vectors_as(stored, "v", some_vectors())
    read = restored_vectors(once, "v")
    again = vectors_as(stored, "v", read)
    assert read.dtype == np.float32 and once.keys() == again.keys()
    for name, values in once.items():
        assert values.dtype == again[name].dtype and np.array_equal(values, again[name])


def test_no_number_of_a_byte_is_off_by_more_than_half_a_step() -> None:
    vectors = some_vectors()
    kept = vectors_as("int8", "v", vectors)
    scales = kept["v.scales"]
    assert (np.abs(kept["v"]).max(axis=1)[1:] == 127).all() and not kept["v"][0].any()
    assert (np.abs(restored_vectors(kept, "v") - vectors) <= 0.5001 * scales[:, None]).all()
    assert (scales <= np.abs(vectors).max(axis=1) / 127 * (1 + 2**-15)).all()


def test_halves_are_finite() -> None:
    assert halved(np.array([1e9, -1e9, 0.1], np.float32)).tolist() == [65504, -65504, np.float16(0.1)]


@pytest.mark.parametrize("stored", FORMS)
def test_a_model_of_fewer_bits_says_nearly_the_same(stored: Stored, tmp_path: Path) -> None:
    before, wanted = walks()
    model = Timeline(TimelineModelSettings(network=TINY, seen="allow", stored=stored)).fit(before, seed=2)
    model.save(tmp_path / "one")
    again = load(tmp_path / "one")
    assert again.settings == model.settings
    people = np.arange(200, dtype=np.int32)
    assert np.abs(again.scores(people) - model.scores(people)).max() < (0.3 if stored == "int8" else 0.05)
    listed = again.recommend(before.user_ids, 1).items[:, 0]
    assert np.mean([again.item_ids[item] == next_ for item, next_ in zip(listed, wanted, strict=True)]) > 0.7
    again.save(tmp_path / "two")
    for file in ("model.json", "model.safetensors"):
        assert (tmp_path / "one" / file).read_bytes() == (tmp_path / "two" / file).read_bytes()


def test_fewer_bits_take_less_room(tmp_path: Path) -> None:
    model = Timeline(TimelineModelSettings(network=msgspec.structs.replace(TINY, width=64, epochs=1)))
    model.fit(walks()[0])
    sizes = []
    for stored in FORMS:
        model.settings = msgspec.structs.replace(model.settings, stored=stored)
        model.save(tmp_path / stored)
        sizes.append((tmp_path / stored / "model.safetensors").stat().st_size)
    assert sizes == sorted(sizes, reverse=True) and sizes[2] < 0.6 * sizes[0]
