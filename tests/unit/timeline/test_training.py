"""Training learns what there is to learn, the same each time, and goes on after a stop."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest
import torch

from onebasket.errors import ModelError
from onebasket.timeline.checkpoints import Checkpoints
from onebasket.timeline.network import Known
from onebasket.timeline.training import Training
from tests.unit.timeline.worlds import ITEMS, TINY, training, weights


class KilledError(Exception):
    """As if the process had been killed."""


def stopped_after(steps: int, kept: Checkpoints, last_save: int) -> None:
    """Train anew, save after some steps, be killed after some more."""

    def after_step(at: Training) -> None:
        if at.course.step == last_save:
            kept.save(at)
        if at.course.step == steps:
            raise KilledError

    with pytest.raises(KilledError):
        training().run(after_step=after_step)


def test_it_learns_to_walk() -> None:
    ready = training(msgspec.structs.replace(TINY, epochs=30))
    assert ready.judge(ready.network.eval()) < 0.4
    learned = ready.run()
    assert ready.course.best > 0.8
    assert ready.judge(learned) == ready.course.best


def test_the_same_seed_gives_the_same_network() -> None:
    one, other, third = training().run(), training().run(), training(seed=4).run()
    assert weights(one) == weights(other)
    assert weights(one) != weights(third)


@pytest.mark.parametrize(("saved", "killed"), [(1, 1), (5, 5), (7, 9), (17, 33), (15, 18), (59, 60)])
def test_killed_at_any_step_it_ends_as_it_would_have_ended(saved: int, killed: int, tmp_path: Path) -> None:
    whole = training()
    wanted = weights(whole.run())
    kept = Checkpoints(tmp_path)
    stopped_after(killed, kept, saved)
    again = training()
    assert kept.resume(again)
    assert again.course.step == saved
    assert weights(again.run()) == wanted
    assert again.course == whole.course


def test_training_of_something_else_begins_anew(tmp_path: Path) -> None:
    kept = Checkpoints(tmp_path)
    stopped_after(5, kept, 5)
    for other in (training(seed=5), training(msgspec.structs.replace(TINY, dropout=0.2))):
        assert not kept.resume(other)
        assert other.course.step == 0
    assert not Checkpoints(tmp_path / "nothing").resume(training())


def test_training_with_other_attributes_begins_anew(tmp_path: Path) -> None:
    """The same sizes, another meaning."""
    starts = torch.arange(ITEMS + 2)
    known = [Known(torch.arange(ITEMS + 1) % 3, starts), Known((torch.arange(ITEMS + 1) + 1) % 3, starts)]
    kept = Checkpoints(tmp_path)
    kept.save(training(known=known[0]))
    assert not kept.resume(training(known=known[1]))
    assert kept.resume(training(known=known[0]))


@pytest.mark.parametrize("change", [{"format": 2}, {"format": 2, "numbers": None, "pace": "slow"}])
def test_training_of_another_version_begins_anew(change: dict[str, object], tmp_path: Path) -> None:
    kept = Checkpoints(tmp_path)
    stopped_after(5, kept, 5)
    head = msgspec.json.decode((tmp_path / "training.json").read_bytes())
    (tmp_path / "training.json").write_bytes(msgspec.json.encode(head | change))
    again = training()
    assert not kept.resume(again)
    assert again.course.step == 0
    kept.save(again)
    assert kept.resume(training())


def test_numbers_that_are_missing_are_damage(tmp_path: Path) -> None:
    kept = Checkpoints(tmp_path)
    stopped_after(5, kept, 5)
    (tmp_path / "training-5.safetensors").unlink()
    with pytest.raises(ModelError, match="damaged"):
        kept.resume(training())


def test_what_is_done_is_cleared(tmp_path: Path) -> None:
    kept = Checkpoints(tmp_path)
    stopped_after(5, kept, 4)
    (tmp_path / "training-9.part").write_bytes(b"what a kill left")
    kept.clear()
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("file", ["training.json", "training-5.safetensors"])
def test_a_damaged_one_is_refused(file: str, tmp_path: Path) -> None:
    kept = Checkpoints(tmp_path)
    stopped_after(5, kept, 5)
    path = tmp_path / file
    path.write_bytes(path.read_bytes()[:-9])
    with pytest.raises(ModelError, match="damaged") as raised:
        kept.resume(training())
    assert str(tmp_path) in str(raised.value.next_step)


def test_one_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(ModelError, match="cannot be saved"):
        Checkpoints(tmp_path / "file" / "folder").save(training())
