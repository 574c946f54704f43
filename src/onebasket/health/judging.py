"""Whether a source is well: its measures against the limits of the shop file."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from onebasket.health.measuring import Measures
from onebasket.shop import Health, Shop

Kind = Literal[
    "stopped", "stale", "little", "much", "rejected", "duplicates", "identifiers", "nulls", "columns"
]
_DAY = 86_400


@dataclass(frozen=True)
class Problem:
    """One thing that is not as it should be. `grave`: a limit is broken; else it is worth a look."""

    kind: Kind
    found: str
    limit: str
    grave: bool = True


def limits_of(shop: Shop, source: str) -> Health:
    """A source's limits: its own, else the shop's."""
    return shop.source(source).health or shop.health


def problems(now: Measures, limits: Health, moment: datetime) -> Iterator[Problem]:
    """What is not well with a source at a moment (UTC)."""
    if now.stopped:
        yield Problem("stopped", now.stopped, "a source that can be read")
    if limits.max_age_days and now.last:
        age = (moment - datetime.fromisoformat(now.last)).total_seconds() / _DAY
        if age > limits.max_age_days:
            yield Problem("stale", f"{age:.1f}", f"{limits.max_age_days:g}")
    if now.usual and now.week < limits.least_volume * now.usual:
        yield Problem("little", f"{now.week:,}", f"{limits.least_volume * now.usual:,.0f}")
    if now.usual and limits.most_volume and now.week > limits.most_volume * now.usual:
        yield Problem("much", f"{now.week:,}", f"{limits.most_volume * now.usual:,.0f}")
    if now.rejected > limits.max_rejected:
        yield Problem("rejected", f"{now.rejected:.1%}", f"{limits.max_rejected:.1%}")
    if now.duplicates > limits.max_duplicates:
        yield Problem("duplicates", f"{now.duplicates:.1%}", f"{limits.max_duplicates:.1%}")
    if now.identifiers is not None and now.identifiers < limits.least_identifiers:
        yield Problem("identifiers", f"{now.identifiers:.2f}", f"{limits.least_identifiers:.2f}")
    for column, (old, new) in now.risen.items():
        if new - old > limits.null_rise:
            yield Problem("nulls", f"{column}: {old:.0%} → {new:.0%}", f"+{limits.null_rise:.0%}")
    for drift in now.drift:
        changes = [f"+ {name}" for name in drift.added] + [f"- {name}" for name in drift.gone]
        changes += [f"{old} → {new} ({share:.0%})" for old, new, share in drift.renamed]
        yield Problem("columns", f"{drift.layout}: {', '.join(changes)}", "", grave=False)
