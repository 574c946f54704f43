"""Scorers on disk: `scorers.json` (what they are) and a text for each learner of trees, LightGBM's own."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import msgspec

from onebasket.errors import ModelError
from onebasket.scoring.calibration import Calibrator
from onebasket.scoring.learners import Constant, Learner, Linear, Trees
from onebasket.scoring.scorer import Scorer

TYPE, FORMAT = "onebasket scorers", 1
HEAD = "scorers.json"


class TreeFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="trees"):
    """A learner that lies in a file beside the head."""

    file: str
    sha256: str


class Entry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One scorer."""

    task: str
    method: str
    money: bool
    columns: tuple[str, ...]
    learners: tuple[Constant | Linear | TreeFile, ...]
    calibrator: Calibrator


class Head(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What `scorers.json` holds."""

    type: str
    format: int
    moment: datetime | None  # the end of the data they learned from, UTC; None: nothing was learned
    entries: tuple[Entry, ...]
    sha256: str  # of the entries, as they are written


class Scorers(msgspec.Struct, frozen=True):
    """Trained scorers, and the moment up to which they know."""

    moment: datetime | None
    each: tuple[Scorer, ...]


def write(folder: Path, scorers: Scorers) -> None:
    """Write scorers; the folder is made where it is missing. Raises ModelError when it cannot be."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        entries = tuple(_entry(folder, scorer) for scorer in scorers.each)
        head = Head(TYPE, FORMAT, scorers.moment, entries, _hash(msgspec.json.encode(entries)))
        (folder / HEAD).write_bytes(msgspec.json.encode(head))
    except OSError as error:
        raise ModelError(
            f"The scorers cannot be written to {folder}.",
            found=str(error.strerror),
            next_step="free some space or mend the permissions, then run again",
        ) from error


def read(folder: Path) -> Scorers:
    """Scorers as they were written. Raises ModelError for missing, damaged or newer ones."""
    try:
        told = (folder / HEAD).read_bytes()
    except OSError as error:
        raise ModelError(
            f"There are no scorers in {folder}.", found=str(error.strerror), next_step="onebasket learn SHOP"
        ) from error
    try:
        said = msgspec.json.decode(told)
        if isinstance(said, dict) and said.get("type") == TYPE and said.get("format") != FORMAT:
            raise ModelError(
                f"The scorers in {folder} are of another format.",
                found=f"format {said.get('format')}",
                expected=f"format {FORMAT}",
                next_step="onebasket learn SHOP, which trains them anew",
            )
        head = msgspec.convert(said, Head)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise _damaged(folder, f"{HEAD}: {error}") from error
    if head.type != TYPE:
        raise _damaged(folder, f"{HEAD}: type {head.type!r}")
    if _hash(msgspec.json.encode(head.entries)) != head.sha256:
        raise _damaged(folder, f"{HEAD} is not the file that was written")
    return Scorers(head.moment, tuple(_scorer(folder, entry) for entry in head.entries))


def _entry(folder: Path, scorer: Scorer) -> Entry:
    kept: list[Constant | Linear | TreeFile] = []
    for fold, learner in enumerate(scorer.learners):
        if isinstance(learner, Trees):
            name, text = f"{scorer.task}.{fold}.txt", learner.text().encode()
            (folder / name).write_bytes(text)
            kept.append(TreeFile(name, _hash(text)))
        elif isinstance(learner, Constant | Linear):
            kept.append(learner)
    return Entry(scorer.task, scorer.method, scorer.money, scorer.columns, tuple(kept), scorer.calibrator)


def _scorer(folder: Path, entry: Entry) -> Scorer:
    made: Sequence[Learner] = [
        _trees(folder, one) if isinstance(one, TreeFile) else one for one in entry.learners
    ]
    return Scorer(entry.task, entry.method, entry.money, entry.columns, tuple(made), entry.calibrator)


def _trees(folder: Path, told: TreeFile) -> Trees:
    if Path(told.file).name != told.file:
        raise _damaged(folder, f"{HEAD}: file {told.file!r}")
    try:
        text = (folder / told.file).read_bytes()
    except OSError as error:
        raise _damaged(folder, f"{told.file}: {error.strerror}") from error
    if _hash(text) != told.sha256:
        raise _damaged(folder, f"{told.file} is not the file that was written")
    try:
        return Trees.of(text.decode())
    except ValueError as error:
        raise _damaged(folder, f"{told.file}: {error}") from error


def _hash(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _damaged(folder: Path, found: str) -> ModelError:
    return ModelError(
        f"The scorers in {folder} are damaged.",
        found=found,
        expected="the files as they were written",
        next_step="onebasket learn SHOP, which trains them anew",
    )
