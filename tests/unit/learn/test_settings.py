"""Settings of `[learn]` and `[recommend]` that cannot work are refused before a run begins."""

from __future__ import annotations

from pathlib import Path

import pytest

from onebasket.errors import ShopFileError
from onebasket.recommenders import MODELS
from onebasket.shop import Learn, load


@pytest.mark.parametrize(
    "line", ["learn.models = []", 'learn.models = ["oracle"]', "learn.seeds = 0", "learn.top = 0",
             "learn.factors = -1", "learn.search_minutes = -1", "learn.search_minutes = 5",
             "learn.test_days = 0", "recommend.top = 0"],
)  # fmt: skip
def test_refused(tmp_path: Path, line: str) -> None:
    section, _, setting = line.partition(".")
    text = f'[shop]\nname = "test"\n[{section}]\n{setting}\n'
    (tmp_path / "shop.toml").write_text(text, encoding="utf-8")
    with pytest.raises(ShopFileError):
        load(tmp_path)


def test_every_quick_model_is_learned_unless_told_otherwise() -> None:
    assert set(Learn().models) == set(MODELS) - {"timeline"}


@pytest.mark.parametrize("name", MODELS)
def test_every_model_can_be_asked_for(tmp_path: Path, name: str) -> None:
    text = f'[shop]\nname = "test"\n[learn]\nmodels = ["{name}"]\npreset = "base"\n'
    (tmp_path / "shop.toml").write_text(text, encoding="utf-8")
    assert load(tmp_path).learn.models == (name,)
