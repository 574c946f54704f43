"""Who gets which model's lists, as an experiment goes."""

from __future__ import annotations

from pathlib import Path

import pytest

from onebasket.improve.contest import Contest, contest_of, subject
from onebasket.improve.decisions import Decision
from onebasket.shop import Align, Clean, Experiment, Identity, Improve, Learn, Recommend, Run, Shop


def shop(experiment: Experiment | None) -> Shop:
    """A shop with an experiment."""
    settings = (Identity("test"), (), Run(), Clean(), Align(), Learn(), Recommend())
    return Shop(Path(), *settings, experiment=experiment, improve=Improve(held_back=0.1))


def said(decision: str, day: int, about: str = "x") -> Decision:
    """A decision."""
    return Decision(f"2026-03-{day:02}T00:00:00+00:00", "", subject(about), decision, "rule", {})  # type: ignore[arg-type]


ASKED = Experiment("x", share=0.25)


def test_no_experiment() -> None:
    assert contest_of(shop(None), [said("promote", 1)]) is None


def test_it_begins_as_the_shop_file_says() -> None:
    found = contest_of(shop(ASKED), [said("keep", 1), said("promote", 1, "another")])
    assert found == Contest("x", "running", {"champion": 0.75, "challenger": 0.25})


def test_a_share_of_nought_is_shown_to_nobody() -> None:
    found = contest_of(shop(Experiment("x", share=0.0)), [])
    assert found is not None and found.state == "shadow" and not found.dealt
    assert {found.arm(f"c{each}") for each in range(100)} == {"champion"}


@pytest.mark.parametrize(
    ("decided", "state", "shares"),
    [
        ([said("promote", 2)], "promoted", {"champion": 0.1, "challenger": 0.9}),
        ([said("rollback", 2)], "rolled back", {"champion": 1.0}),
        ([said("promote", 1), said("rollback", 2), said("keep", 3)], "rolled back", {"champion": 1.0}),
    ],
    ids=["promoted", "rolled back", "rolled back later"],
)
def test_decisions_change_the_shares(decided: list[Decision], state: str, shares: dict[str, float]) -> None:
    found = contest_of(shop(ASKED), decided)
    assert found is not None and (found.state, found.shares) == (state, shares)
    assert found.since == 1772409600000  # 2026-03-02


def test_nobody_leaves_the_challenger_when_it_is_promoted() -> None:
    before, after = contest_of(shop(ASKED), []), contest_of(shop(ASKED), [said("promote", 2)])
    assert before and after
    customers = [f"c{number}" for number in range(2_000)]
    had = {each for each in customers if before.arm(each) == "challenger"}
    has = {each for each in customers if after.arm(each) == "challenger"}
    assert had < has and 0.2 < len(had) / 2_000 < 0.3 and 0.87 < len(has) / 2_000 < 0.93
