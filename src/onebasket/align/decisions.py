"""What people decided by hand about who is who, and what is what: kept for good, one line a decision, never
changed.

    decisions.ndjson    beside shop.toml

Decisions win over every identifier and every likeness, the later over the earlier. They name records
by their pseudonyms, so the file holds nothing personal; and listings as `source/product_key`.
"""

from __future__ import annotations

import hashlib
import itertools
import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

import msgspec

from onebasket.durable import append_line, whole_lines
from onebasket.errors import StoreError

FILE = "decisions.ndjson"
Pair = tuple[str, str]
Kind = Literal["customer", "product"]


class Decision(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The records of `left` and those of `right` are one customer (`join`), or not (`split`); or the listings
    of both are one product."""

    at: str  # UTC
    by: str  # the user of the machine
    what: Literal["join", "split"]
    left: tuple[str, ...]
    right: tuple[str, ...]
    note: str = ""
    of: Kind = "customer"


@dataclass(frozen=True)
class Standing:
    """What the decisions come to: pairs that must, or must not, be one."""

    together: tuple[Pair, ...]
    apart: tuple[Pair, ...]


def decisions(folder: Path, of: Kind = "customer") -> list[Decision]:
    """All decisions of a shop on customers or on products, in order. Raises StoreError for a bad line."""
    path = folder / FILE
    found = []
    for number, line in enumerate(whole_lines(path), 1):
        if not line:
            continue
        try:
            found.append(msgspec.json.decode(line, type=Decision))
        except (UnicodeDecodeError, msgspec.DecodeError) as error:
            raise StoreError(
                f"Line {number} of {path} is no decision.",
                found=str(error),
                state="nothing was done",
                next_step="mend the line, or take it out",
            ) from error
    return [each for each in found if each.of == of]


def decide(
    folder: Path, what: Literal["join", "split"], left: Sequence[str], right: Sequence[str], note: str = "",
    of: Kind = "customer",
) -> Decision:  # fmt: skip
    """Write a decision down. It is on disk when this returns. Raises StoreError if it cannot be."""
    at = datetime.now(UTC).isoformat(timespec="seconds")
    made = Decision(at, os.environ.get("USER", ""), what, tuple(sorted(left)), tuple(sorted(right)), note, of)
    try:
        append_line(folder / FILE, msgspec.json.encode(made))
    except OSError as error:
        raise StoreError(
            f"The decision cannot be written to {folder / FILE}.", found=str(error), state="it is not taken"
        ) from error
    return made


def standing(made: Sequence[Decision]) -> Standing:
    """What stands after all decisions: the last word on each pair."""
    together: set[Pair] = set()
    apart: set[Pair] = set()
    for each in made:
        between = {_pair(a, b) for a, b in itertools.product(each.left, each.right)}
        if each.what == "join":
            apart -= between
            together |= between
        else:
            together -= between
            apart |= between
    return Standing(tuple(sorted(together)), tuple(sorted(apart)))


def fingerprint(folder: Path) -> str:
    """Changes when a decision is added; empty where there is none."""
    path = folder / FILE
    return hashlib.sha256(path.read_bytes()).hexdigest() if path.exists() else ""


def _pair(a: str, b: str) -> Pair:
    return (a, b) if a < b else (b, a)
