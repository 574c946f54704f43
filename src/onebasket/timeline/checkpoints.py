"""Training that survives a kill: where it stood, in a folder, whole or not at all.

training.json                  where it stands, of what training, and the name and digest of its numbers
training-STEP.safetensors      the numbers
"""

from __future__ import annotations

import hashlib
import time
from pathlib import Path

import msgspec
import numpy as np
import torch
from safetensors import SafetensorError
from safetensors.torch import load, save
from torch import Tensor

from onebasket.durable import write_whole
from onebasket.errors import ModelError
from onebasket.timeline.training import Course, Training

HEAD = "training.json"
_FORMAT = 1


class _Format(msgspec.Struct, frozen=True):
    """What can be read of any version's."""

    format: int


class _Head(_Format, frozen=True, forbid_unknown_fields=True):
    of: str  # digest of the settings, the seed, the histories and what is known of items
    course: Course
    numbers: str  # name of the file beside this one
    sha256: str


class Checkpoints:
    """Saves a training between its steps, every so often; goes on with one that was saved."""

    def __init__(self, folder: Path, every_seconds: float = 60.0) -> None:
        self.folder, self.every_seconds = folder, every_seconds
        self._saved = time.monotonic()

    @classmethod
    def of(cls, folder: Path, training: Training) -> Checkpoints:
        """In a folder for the trainings of many models, the place of this one."""
        return cls(folder / digest(training)[:16])

    def __call__(self, training: Training) -> None:
        """To be called after each step."""
        if time.monotonic() - self._saved >= self.every_seconds:
            self.save(training)

    def save(self, training: Training) -> None:
        """Write where training stands. Raises ModelError when it cannot be written."""
        data = save(_numbers(training))
        course = training.course
        name = f"training-{course.step}.safetensors"
        head = _Head(_FORMAT, digest(training), course, name, hashlib.sha256(data).hexdigest())
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            for file, content in ((name, data), (HEAD, msgspec.json.encode(head))):
                path = self.folder / file
                write_whole(path, content, path.with_suffix(".part"))
            for old in self.folder.glob("training-*"):
                if old.name != name:
                    old.unlink()
        except OSError as error:
            raise ModelError(
                f"Training cannot be saved in {self.folder}.",
                found=str(error.strerror),
                next_step="free some space or mend the permissions, then run again",
            ) from error
        self._saved = time.monotonic()

    def resume(self, training: Training) -> bool:
        """Go on where a training like this one was saved; whether there was one.

        One with other settings, another seed, other histories or items otherwise described is left alone, as
        one of another format is, and training begins anew. How it is judged is the caller's to keep.
        Raises ModelError for a damaged one.
        """
        if not (self.folder / HEAD).exists():
            return False
        try:
            told = (self.folder / HEAD).read_bytes()
            if msgspec.json.decode(told, type=_Format).format != _FORMAT:
                return False
            head = msgspec.json.decode(told, type=_Head)
            data = (self.folder / head.numbers).read_bytes()
        except (msgspec.MsgspecError, OSError) as error:
            raise self._damaged(str(error)) from error
        if head.of != digest(training):
            return False
        if hashlib.sha256(data).hexdigest() != head.sha256:
            raise self._damaged(f"{head.numbers} is not the file that was written")
        try:
            _take_back(training, load(data))
        except (SafetensorError, KeyError) as error:
            raise self._damaged(str(error)) from error
        training.course = head.course
        for table in training.tables:
            table.time = head.course.step
        return True

    def clear(self) -> None:
        """Training is done: nothing to go on with."""
        for path in (self.folder / HEAD, *self.folder.glob("training-*"), self.folder / "training.part"):
            path.unlink(missing_ok=True)

    def _damaged(self, found: str) -> ModelError:
        return ModelError(
            f"The saved training in {self.folder} is damaged.",
            found=found,
            expected="the files as they were written",
            state="nothing was changed",
            next_step=f"delete {self.folder} to begin anew",
        )


def digest(training: Training) -> str:
    """What a training is of, as 64 letters: with all this alike, its steps are."""
    told = hashlib.sha256(msgspec.json.encode((training.settings, training.seed, training.began_as)))
    for name, array in sorted(vars(training.histories).items()):
        told.update(f"{name} {None if array is None else array.shape}".encode())
        if array is not None:
            told.update(np.ascontiguousarray(array).data)
    for name, value in sorted(training.network.state_dict().items()):
        told.update(f"{name} {tuple(value.shape)}".encode())
    for name, value in sorted(vars(training.network.items.known).items()):
        told.update(f"{name} {value if not isinstance(value, Tensor) else ''}".encode())
        if isinstance(value, Tensor):
            told.update(value.cpu().numpy().tobytes())
    return told.hexdigest()


def _numbers(training: Training) -> dict[str, Tensor]:
    """All tensors that change while training, by name."""
    made: dict[str, Tensor] = {}
    for place, table in enumerate(training.tables):
        kept = {"weight": table.weight, **table.kept}
        made |= {f"table.{place}.{name}": value for name, value in kept.items()}
    for place, (weight, average) in enumerate(zip(training.weights, training.averages, strict=True)):
        made |= {f"weight.{place}": weight.detach(), f"average.{place}": average}
        kept = training.optimiser.state.get(weight, {})
        made |= {f"adam.{place}.{name}": value for name, value in kept.items()}
    made |= {f"best.{name}": value for name, value in training.best.items()}
    return {name: value.detach().cpu().contiguous().clone() for name, value in made.items()}


@torch.no_grad()
def _take_back(training: Training, numbers: dict[str, Tensor]) -> None:
    """Put the tensors back where `_numbers` found them."""
    device = training.network.device
    numbers = {name: value.to(device) for name, value in numbers.items()}
    for place, table in enumerate(training.tables):
        table.weight.copy_(numbers[f"table.{place}.weight"])
        table.kept = {name: numbers[f"table.{place}.{name}"] for name in table.kept}
    for place, weight in enumerate(training.weights):
        weight.copy_(numbers[f"weight.{place}"])
        training.averages[place].copy_(numbers[f"average.{place}"])
        state = {name: numbers.get(f"adam.{place}.{name}") for name in ("step", "exp_avg", "exp_avg_sq")}
        if state["step"] is not None:
            training.optimiser.state[weight] = state
    training.best = {name: numbers[f"best.{name}"] for name in training.best}
