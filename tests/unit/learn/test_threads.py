"""`[run] threads` holds for torch while the stage learns, and no longer."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
import torch

from onebasket.learn import choose, learn
from onebasket.recommenders import Timeline, torch_threads
from onebasket.shop import Learn, Run, Shop
from onebasket.store.duckdb import DuckStore
from onebasket.timeline.settings import TimelineSettings


@pytest.fixture(autouse=True)
def two_before() -> Iterator[None]:
    before = torch.get_num_threads()
    torch.set_num_threads(2)
    yield
    torch.set_num_threads(before)


@pytest.fixture
def used(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many threads torch had whenever the model was trained or asked."""
    found: list[int] = []
    for name in ("_fit", "scores"):
        plain: Callable[..., Any] = getattr(Timeline, name)

        def watched(*words: Any, plain: Callable[..., Any] = plain) -> Any:
            found.append(torch.get_num_threads())
            return plain(*words)

        monkeypatch.setattr(Timeline, name, watched)
    return found


@pytest.mark.parametrize(("asked", "given"), [(1, 1), (3, 3), (0, 2)])
def test_the_stage_keeps_to_them(
    asked: int, given: int, store: DuckStore, sell: Callable[..., None], offer: Callable[..., None],
    shop: Shop, tmp_path: Path, used: list[int], monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setattr(choose, "PRESETS", {"small": TimelineSettings(width=8, length=8, epochs=1)})
    learning = Learn(models=("timeline",), seeds=1, text="none")
    threaded = msgspec.structs.replace(shop, run=Run(threads=asked), learn=learning)
    sell([(f"c{who}", f"p{(who + day) % 5}", day) for who in range(6) for day in range(0, 120, 6)])
    offer({})
    made = []
    for folder in (tmp_path / "one", tmp_path / "two"):
        learn(store, threaded, folder)
        made.append((folder / "model.safetensors").read_bytes())
    assert made[0] == made[1]
    assert used and set(used) == {given}
    assert torch.get_num_threads() == 2


def test_they_are_given_back_after_an_error() -> None:
    with pytest.raises(KeyError), torch_threads(1):
        raise KeyError
    assert torch.get_num_threads() == 2
