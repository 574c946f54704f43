"""A recommender on disk: `model.json` (what it is) and `model.safetensors` (its numbers)."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import numpy.typing as npt

from onebasket.errors import MissingExtraError, ModelError

FORMAT = 1
HEAD, NUMBERS = "model.json", "model.safetensors"
Arrays = Mapping[str, npt.NDArray[Any]]


class Head(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What `model.json` holds."""

    type: str  # "onebasket recommender"
    format: int
    model: str
    settings: dict[str, Any]
    user_ids: list[str]
    item_ids: list[str]
    sha256: str  # of model.safetensors


TYPE = "onebasket recommender"


def write(
    folder: Path, model: str, settings: dict[str, Any], user_ids: Any, item_ids: Any, arrays: Arrays
) -> None:
    """Write both files; the folder is made where it is missing. Raises ModelError when it cannot be."""
    save = _safetensors().numpy.save
    data = save({name: np.ascontiguousarray(array) for name, array in sorted(arrays.items())})
    head = Head(
        TYPE, FORMAT, model, settings, list(user_ids), list(item_ids), hashlib.sha256(data).hexdigest()
    )
    try:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / NUMBERS).write_bytes(data)
        (folder / HEAD).write_bytes(msgspec.json.encode(head))
    except OSError as error:
        raise ModelError(
            f"The model cannot be written to {folder}.",
            found=str(error.strerror),
            next_step="free some space or mend the permissions, then run again",
        ) from error


def read(folder: Path) -> tuple[Head, dict[str, npt.NDArray[Any]]]:
    """Both files, checked. Raises ModelError for a missing, damaged or newer model."""
    safetensors = _safetensors()
    try:
        head_bytes, data = (folder / HEAD).read_bytes(), (folder / NUMBERS).read_bytes()
    except OSError as error:
        raise ModelError(
            f"There is no model in {folder}.", found=str(error.strerror), next_step="onebasket learn SHOP"
        ) from error
    try:
        said = msgspec.json.decode(head_bytes)
        if isinstance(said, dict) and said.get("type") == TYPE and said.get("format") != FORMAT:
            raise ModelError(
                f"The model in {folder} is of another format.",
                found=f"format {said.get('format')}",
                expected=f"format {FORMAT}",
                next_step="onebasket learn SHOP, which trains it anew",
            )
        head = msgspec.convert(said, Head)
    except msgspec.MsgspecError as error:
        raise damaged(folder, f"{HEAD}: {error}") from error
    if head.type != TYPE:
        raise damaged(folder, f"{HEAD}: type {head.type!r}")
    if hashlib.sha256(data).hexdigest() != head.sha256:
        raise damaged(folder, f"{NUMBERS} is not the file that was written")
    try:
        return head, safetensors.numpy.load(data)
    except safetensors.SafetensorError as error:
        raise damaged(folder, f"{NUMBERS}: {error}") from error


def damaged(folder: Path, found: str) -> ModelError:
    """The error for a model that is not what was written."""
    return ModelError(
        f"The model in {folder} is damaged.",
        found=found,
        expected="the two files as they were written",
        next_step="onebasket learn SHOP, which trains it anew",
    )


def _safetensors() -> Any:
    try:
        import safetensors.numpy
    except ImportError as error:
        raise MissingExtraError("learn", "learn") from error
    return safetensors
