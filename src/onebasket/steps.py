"""Steps: what a run is made of, and how it knows which of them must be done again.

A step has a fingerprint: a hash over the settings it reads, the code of its stage, and
the fingerprints of the steps it needs. A step whose fingerprint stands in the published
version's manifest is not done again: its files are linked and its account is copied.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass, field
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import msgspec

from onebasket.accounting import Account, Note

if TYPE_CHECKING:
    from onebasket.store.duckdb import DuckStore

_GROUND = (
    "tables", "store", "protect", "inbox", "recommenders", "scoring", "spelling", "text", "timeline",
    "accounting.py", "currencies.py", "drift.py", "durable.py", "intervals.py", "judging.py", "kernels.py",
)  # fmt: skip


@dataclass(frozen=True)
class Step:
    """One piece of work: a stage, for one source or for all."""

    stage: str
    source: str | None
    needs: tuple[str, ...]  # names of the steps whose tables it reads
    settings: Any  # whatever it depends on beside those, as data that JSON can hold
    work: Callable[[DuckStore], list[Account | Note] | list[Account] | None]
    part: str = ""  # of several steps of a stage that are for all sources
    folder: str = ""  # of the version, with files beside its tables

    @property
    def name(self) -> str:
        part = self.source or self.part
        return f"{self.stage}:{part}" if part else self.stage


@dataclass
class Record:
    """What became of a step; stands in the manifest."""

    name: str
    stage: str
    source: str | None
    fingerprint: str
    began: float = 0.0  # seconds since the run began
    ended: float = 0.0
    seconds: float = 0.0  # its share of the clock: see `share_clock`
    reused: bool = False
    files: list[str] = field(default_factory=list)  # relative to the version's folder
    accounts: list[dict[str, Any]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


def share_clock(records: Iterable[Record]) -> None:
    """Set the seconds of the steps just done: time in which several ran is split evenly among them.

    So the seconds of all steps add up to the time the run took.
    """
    done = [record for record in records if not record.reused]
    edges = sorted({edge for record in done for edge in (record.began, record.ended)})
    for record in done:
        record.seconds = 0.0
    for start, end in pairwise(edges):
        running = [record for record in done if record.began <= start and end <= record.ended]
        for record in running:
            record.seconds += (end - start) / len(running)
    for record in done:
        record.seconds = round(record.seconds, 3)


def records_of(manifest: dict[str, Any]) -> dict[str, Record]:
    """The records of a published version, by name."""
    return {entry["name"]: Record(**entry) for entry in manifest["steps"]}


def fingerprints(steps: Iterable[Step], kept: Mapping[str, str] | None = None) -> dict[str, str]:
    """Each step's fingerprint, as `kept` has it or made; steps come after those they need."""
    made: dict[str, str] = {}
    for step in steps:
        parts = [
            step.name,
            code_hash(step.stage),
            msgspec.json.encode(step.settings, order="sorted").decode(),
        ]
        parts += [made[name] for name in step.needs]
        own = hashlib.sha256(json.dumps(parts).encode()).hexdigest()
        made[step.name] = (kept or {}).get(step.name, own)
    return made


@cache
def code_hash(stage: str) -> str:
    """A hash over the code of a stage and of the ground floor: new code does its work anew."""
    root = files("onebasket")
    digest = hashlib.sha256()
    for place in (root / stage, *(root / name for name in _GROUND)):
        for name, text in _sources(place, place.name):
            digest.update(f"{name}\0{len(text)}\0".encode() + text)
    return digest.hexdigest()


def _sources(place: Traversable, name: str) -> Iterable[tuple[str, bytes]]:
    if place.is_dir():
        for inner in sorted(place.iterdir(), key=lambda each: each.name):
            if inner.name != "__pycache__":
                yield from _sources(inner, f"{name}/{inner.name}")
    elif place.is_file():
        yield name, place.read_bytes()
