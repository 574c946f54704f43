"""Every row that comes in is counted out."""

from __future__ import annotations

import resource
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from onebasket.errors import SchemaError

# Tells how far a long step is: what it is doing, how much is done, of how much (0: unknown).
Progress = Callable[[str, int, int], None]


def silent(what: str, done: int, total: int) -> None:
    """A Progress for nobody."""


@dataclass(frozen=True)
class Account:
    """One stage's account of one table of one source (`source` is 'all' after clean)."""

    stage: str
    source: str
    table: str
    rows_in: int
    kept: int
    quarantined: int = 0
    duplicates: int = 0

    def check(self) -> Account:
        """Itself, when it balances. Raises SchemaError otherwise: a row was lost or made up."""
        out = self.kept + self.quarantined + self.duplicates
        if out != self.rows_in:
            raise SchemaError(
                f"Rows do not balance in {self.stage}, source {self.source}, table {self.table}.",
                found=f"{self.rows_in} in; {self.kept} kept + {self.quarantined} quarantined"
                f" + {self.duplicates} duplicates = {out} out",
                expected="as many out as in",
                state="nothing was published",
                next_step="report this as a bug",
            )
        return self


@dataclass(frozen=True)
class Note:
    """What to know before trusting what a step made. `again`: the next run does the step again."""

    text: str
    again: bool = False


def peak_memory() -> int:
    """The most memory this process has held so far, in bytes.

    Linux says it of this program alone; `getrusage` also counts the process that started it.
    """
    try:
        for line in Path("/proc/self/status").read_text(encoding="ascii").splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) * 1024
    except OSError:
        pass
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
