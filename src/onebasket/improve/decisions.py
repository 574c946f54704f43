"""What was decided about models and experiments, and why: one line a decision, never changed.

    improvements.ndjson    beside shop.toml

Each line holds what was looked at, the figures, the rule they were held against and what follows from it, so
that it can be told later why a model went into service. The file names models and experiments, and holds
nothing personal.
"""

from __future__ import annotations

import math
import os
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

import msgspec

from onebasket.durable import append_line, whole_lines
from onebasket.errors import ImproveError, StoreError

FILE = "improvements.ndjson"
Verdict = Literal["promote", "rollback", "retrain", "keep"]
Figure = float | int | str | None


class Decision(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One decision: a model is put into service (`promote`), taken out of it (`rollback`), to be trained anew
    (`retrain`), or left as it is (`keep`)."""

    at: str  # UTC
    by: str  # a user of the machine, or the process that applied the rule
    looked_at: str  # a model, a version or an experiment
    decision: Verdict
    rule: str
    figures: dict[str, Figure]
    note: str = ""


def decide(
    folder: Path,
    decision: Verdict,
    looked_at: str,
    rule: str,
    figures: Mapping[str, Figure],
    *,
    by: str | None = None,
    note: str = "",
) -> Decision:
    """Write a decision down. It is on disk when this returns.

    Without `by` the user of the machine is named. Raises ImproveError for figures that are not finite, which
    JSON cannot hold, and StoreError if the line cannot be written.
    """
    endless = [
        name for name, value in figures.items() if isinstance(value, float) and not math.isfinite(value)
    ]
    if endless:
        raise ImproveError(
            "A decision cannot be written down.",
            found=f"figures that are not finite: {', '.join(endless)}",
            expected="numbers, texts, or null where a figure is not known",
            state="it is not taken",
        )
    at = datetime.now(UTC).isoformat(timespec="seconds")
    who = os.environ.get("USER", "") if by is None else by
    made = Decision(at, who, looked_at, decision, rule, dict(figures), note)
    try:
        append_line(folder / FILE, msgspec.json.encode(made))
    except OSError as error:
        raise StoreError(
            f"The decision cannot be written to {folder / FILE}.", found=str(error), state="it is not taken"
        ) from error
    return made


def decisions(folder: Path) -> list[Decision]:
    """All decisions of a shop, in order. Raises StoreError for a line that is none."""
    path, found = folder / FILE, []
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
    return found
