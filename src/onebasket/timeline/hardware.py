"""Where a network is trained, and with how many bits a number."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext

import torch

from onebasket.errors import ModelError
from onebasket.timeline.settings import TimelineSettings


def device_of(name: str) -> torch.device:
    """Where to train: "auto" is a GPU where torch finds one. Raises ModelError for a device that is not
    there."""
    if name != "auto":
        try:
            device = torch.device(name)
            torch.empty(1, device=device)
        except (RuntimeError, AssertionError) as error:  # torch without CUDA asserts that it has it
            raise ModelError(
                "The timeline model cannot be trained there.", found=f"device {name}",
                expected=f"one that torch {torch.__version__} finds: {str(error).splitlines()[0]}",
                state="nothing was trained", next_step='set device = "auto" or "cpu" under [learn]',
            ) from error  # fmt: skip
        return device
    return torch.device("cuda" if torch.cuda.is_available() else "cpu")


def reckoned(settings: TimelineSettings, device: torch.device) -> AbstractContextManager[object]:
    """Meanwhile products of matrices are reckoned in the precision that is set: "auto" is bfloat16 on a GPU
    and float32 elsewhere. Weights, sums and losses are float32 in any case."""
    asked = settings.precision
    if asked == "auto":
        asked = "bfloat16" if device.type == "cuda" else "float32"
    return nullcontext() if asked == "float32" else torch.autocast(device.type, torch.bfloat16)
