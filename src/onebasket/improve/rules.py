"""The rules: from figures to what follows from them. Nothing is done here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from onebasket.improve.contest import Contest, subject
from onebasket.improve.decisions import Figure, Verdict
from onebasket.improve.experiments import Comparison, SampleRatio
from onebasket.improve.moved import Moved
from onebasket.messages import mark

RULES = {
    "broken": mark("nothing is decided where the arms differ from their shares (p below .001)"),
    "few": mark("nothing is decided before 100 customers of either arm have had their days"),
    "shadow": mark("the challenger is shown to nobody: its share is 0"),
    "ended": mark("an experiment that was rolled back has ended"),
    "promote": mark("a challenger is promoted where the interval for any look lies above 0"),
    "rollback": mark("a challenger is rolled back where the interval for any look lies below 0"),
    "undecided": mark("an experiment goes on while the interval for any look holds 0"),
    "good": mark("a promoted challenger stays while the interval for any look does not lie below 0"),
    "retrain": mark("models are trained anew where an input has drifted (PSI less chance .25 or more)"),
    "stable": mark("models stay as they are where no input has drifted"),
}


@dataclass(frozen=True)
class Proposal:
    """What follows from some figures, by which rule."""

    decision: Verdict
    looked_at: str
    rule: str  # a key of RULES
    figures: Mapping[str, Figure] = field(default_factory=dict)


def of_experiment(contest: Contest, found: Comparison | None, ratio: SampleRatio | None) -> Proposal:
    """What follows for an experiment; `found` and `ratio` are None where there are too few customers."""
    about = subject(contest.name)
    if contest.state in ("shadow", "rolled back"):
        return Proposal("keep", about, "shadow" if contest.state == "shadow" else "ended")
    if found is None or found.difference_sequential is None or ratio is None:
        customers = found.customers if found else (0, 0)
        return Proposal("keep", about, "few", {"champion": customers[0], "challenger": customers[1]})
    interval = found.difference_sequential
    figures: dict[str, Figure] = {
        "champion": found.control, "challenger": found.treated, "difference": interval.value,
        "low": interval.low, "high": interval.high, "customers": sum(found.customers),
        "sample_ratio_p": ratio.p_value,
    }  # fmt: skip
    if ratio.mismatch:
        return Proposal("keep", about, "broken", figures)
    if found.decision == "worse":
        return Proposal("rollback", about, "rollback", figures)
    if contest.state == "promoted":
        return Proposal("keep", about, "good", figures)
    if found.decision == "better":
        return Proposal("promote", about, "promote", figures)
    return Proposal("keep", about, "undecided", figures)


def of_inputs(version: str, moved: Sequence[Moved]) -> Proposal:
    """What follows from how inputs have moved since a version. Scores decide nothing: a training on the same
    data would say the same again."""
    told = [each for each in moved if each.what == "input" and each.drift]
    figures = {each.name: each.drift.psi - each.drift.by_chance for each in told if each.drift}
    drifted = any(each.drift and each.drift.verdict == "drifted" for each in told)
    return Proposal("retrain" if drifted else "keep", version, "retrain" if drifted else "stable", figures)
