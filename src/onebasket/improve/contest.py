"""How an experiment stands: who gets which model's lists, by the shop file and what was decided since.

It begins with the shares of the shop file. A challenger that won is promoted: it gets everybody but those
held back, so that it can still be seen to turn bad. One that lost, before or after, gets nobody any more.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from onebasket.improve.decisions import Decision
from onebasket.improve.experiments import arm_of
from onebasket.improve.served import CHALLENGER, CHAMPION
from onebasket.shop import Shop

State = Literal["shadow", "running", "promoted", "rolled back"]


@dataclass(frozen=True)
class Contest:
    """An experiment as it stands since `since`, in milliseconds since 1970, UTC."""

    name: str
    state: State
    shares: Mapping[str, float]  # of arms that anybody is dealt into
    since: int = 0

    @property
    def dealt(self) -> bool:
        """Whether there are two arms."""
        return len(self.shares) > 1

    def arm(self, customer: str) -> str:
        """The arm of a customer."""
        return arm_of(self.name, customer, self.shares) if self.dealt else next(iter(self.shares))


def subject(name: str) -> str:
    """What decisions about an experiment say that they looked at."""
    return f"experiment {name}"


def contest_of(shop: Shop, decided: Sequence[Decision]) -> Contest | None:
    """How the shop's experiment stands after all decisions; None: it has none."""
    asked = shop.experiment
    if asked is None:
        return None
    made = Contest(asked.name, "running", {CHAMPION: 1 - asked.share, CHALLENGER: asked.share})
    if not asked.share:
        made = Contest(asked.name, "shadow", {CHAMPION: 1.0})
    for each in decided:
        if each.looked_at != subject(asked.name) or each.decision not in ("promote", "rollback"):
            continue
        since = int(datetime.fromisoformat(each.at).timestamp() * 1000)
        if each.decision == "rollback":
            made = Contest(asked.name, "rolled back", {CHAMPION: 1.0}, since)
        else:
            held = shop.improve.held_back
            made = Contest(asked.name, "promoted", {CHAMPION: held, CHALLENGER: 1 - held}, since)
    return made
