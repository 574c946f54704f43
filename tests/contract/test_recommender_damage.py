"""A saved recommender is checked before it is believed."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest
from safetensors.numpy import load_file, save_file

from onebasket.errors import ModelError
from onebasket.recommenders import load
from tests.contract.test_recommenders import EARLIER, model_named

Change = Callable[[dict[str, Any]], object]


class TestDamage:
    """What was saved is checked before it is believed."""

    @pytest.fixture
    def folder(self, tmp_path: Path) -> Path:
        model_named("item_knn").fit(EARLIER).save(tmp_path)
        return tmp_path

    def refused(self, folder: Path, match: str) -> None:
        with pytest.raises(ModelError, match=match) as raised:
            load(folder)
        assert raised.value.next_step

    def change(self, folder: Path, **values: object) -> None:
        head = msgspec.json.decode((folder / "model.json").read_bytes())
        (folder / "model.json").write_bytes(msgspec.json.encode(head | values))

    def test_missing(self, tmp_path: Path) -> None:
        self.refused(tmp_path / "none", "no model")

    def test_numbers_changed(self, folder: Path) -> None:
        path = folder / "model.safetensors"
        data = bytearray(path.read_bytes())
        data[-3] ^= 1
        path.write_bytes(data)
        self.refused(folder, "damaged")

    def test_numbers_cut(self, folder: Path) -> None:
        path = folder / "model.safetensors"
        path.write_bytes(path.read_bytes()[:-100])
        self.refused(folder, "damaged")

    def test_head_cut(self, folder: Path) -> None:
        path = folder / "model.json"
        path.write_bytes(path.read_bytes()[:50])
        self.refused(folder, "damaged")

    def test_another_format(self, folder: Path) -> None:
        self.change(folder, format=2, something="new")
        self.refused(folder, "another format")

    def test_another_type(self, folder: Path) -> None:
        self.change(folder, type="something else")
        self.refused(folder, "damaged")

    def test_another_model(self, folder: Path) -> None:
        self.change(folder, model="oracle")
        self.refused(folder, "damaged")

    def test_numbers_of_another_model(self, folder: Path) -> None:
        self.change(folder, model="ease", settings={})
        self.refused(folder, "damaged")

    def test_settings_of_another_size(self, tmp_path: Path) -> None:
        model_named("timeline").fit(EARLIER).save(tmp_path)
        self.change(tmp_path, settings={"network": {"width": 32}})
        self.refused(tmp_path, "damaged")

    @pytest.mark.parametrize("stored", ["float32", "float16", "int8"])
    @pytest.mark.parametrize(
        "change",
        [
            lambda arrays: arrays.pop("vectors"),
            lambda arrays: arrays.update(vectors=arrays["vectors"][1:]),
            lambda arrays: arrays.update(vectors=arrays["vectors"].ravel()),
            lambda arrays: arrays.update(vectors=arrays["vectors"].astype(np.int32)),
            lambda arrays: arrays.update(
                {"vectors": np.zeros((25, 16), np.int8), "vectors.scales": np.ones(9)}
            ),
        ],
        ids=["gone", "a row less", "flat", "of another type", "scales of others"],
    )
    def test_vectors_that_do_not_fit(self, stored: str, change: Change, tmp_path: Path) -> None:
        """The digest is right, as that of another program's file would be."""
        model = model_named("timeline")
        model.settings = msgspec.structs.replace(model.settings, stored=stored)
        model.fit(EARLIER).save(tmp_path)
        path = tmp_path / "model.safetensors"
        arrays = load_file(path)
        change(arrays)
        save_file(arrays, path)
        self.change(tmp_path, sha256=hashlib.sha256(path.read_bytes()).hexdigest())
        self.refused(tmp_path, "damaged")

    def test_bytes_without_their_scales(self, tmp_path: Path) -> None:
        model_named("timeline").fit(EARLIER).save(tmp_path)
        path = tmp_path / "model.safetensors"
        save_file(load_file(path) | {"vectors": np.ones((25, 16), np.int8)}, path)
        self.change(tmp_path, sha256=hashlib.sha256(path.read_bytes()).hexdigest())
        self.refused(tmp_path, "damaged")

    def test_stored_as_nobody_can(self, tmp_path: Path) -> None:
        model_named("timeline").fit(EARLIER).save(tmp_path)
        self.change(tmp_path, settings={"stored": "int4"})
        self.refused(tmp_path, "damaged")

    def test_cannot_be_written(self, tmp_path: Path) -> None:
        (tmp_path / "file").write_text("in the way")
        with pytest.raises(ModelError, match="cannot be written"):
            model_named("popularity").fit(EARLIER).save(tmp_path / "file" / "folder")
