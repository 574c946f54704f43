"""A network takes over what a former one knew, and says why where it cannot."""

from __future__ import annotations

import msgspec
import torch

from onebasket.timeline.checkpoints import digest
from onebasket.timeline.encoding import vectors_of
from onebasket.timeline.network import Known, Network
from onebasket.timeline.training import Training
from onebasket.timeline.warm import begin
from tests.unit.timeline.worlds import ITEMS, TINY, training

EVERY = torch.arange(ITEMS + 1)
ALL = torch.ones(ITEMS + 1, dtype=torch.bool)
NO_CODES = torch.zeros(0, dtype=torch.int64)
# Item n has attribute 1 + n % 3, none has 0.
KNOWN = Known(torch.cat([torch.zeros(1, dtype=torch.int64), 1 + EVERY[1:] % 3]), torch.arange(ITEMS + 2))


def grown(seed: int, known: Known | None = None, sizes: tuple[int, ...] = ()) -> Network:
    """With vectors as long as trained ones."""
    torch.manual_seed(seed)
    network = Network(ITEMS, TINY, known, sizes).eval()
    for table in network.items.tables():
        table.weight *= 40
    return network


def test_known_items_and_the_encoder_are_as_they_were() -> None:
    former, text = grown(1), torch.randn(ITEMS + 1, 5)
    for known in (None, KNOWN, Known(text=text), Known(KNOWN.attributes, KNOWN.starts, text)):
        network = grown(2, known)
        assert begin(network, vectors_of(former), EVERY, ALL, (former.encoder, NO_CODES)) == ""
        assert torch.allclose(vectors_of(network), vectors_of(former), atol=1e-5)
        for one, other in zip(network.encoder.parameters(), former.encoder.parameters(), strict=True):
            assert torch.equal(one, other)


def test_new_items_begin_as_their_attributes_say() -> None:
    """What is known of the rest tells what an attribute stands for."""
    former = grown(1, KNOWN)
    former.items.own.weight *= 0.05
    known = ALL.clone()
    known[[4, 9, 14]] = False
    network = grown(2, KNOWN)
    network.items.own.weight[[4, 9, 14]] *= 0
    begin(network, vectors_of(former), EVERY, known, (former.encoder, NO_CODES))
    one, other = vectors_of(network)[[4, 9, 14]], vectors_of(former)[[4, 9, 14]]
    assert (torch.cosine_similarity(one, other) > 0.95).all()


def test_items_in_no_history_have_nothing_of_their_own() -> None:
    former, network = grown(1), Network(ITEMS, TINY, Known(seen=15))
    begin(network, vectors_of(former), EVERY, ALL, (former.encoder, NO_CODES))
    assert not network.items.own.weight[16:].any()
    assert torch.allclose(vectors_of(network)[:16], vectors_of(former)[:16])


def test_marks_are_found_by_what_they_stand_for() -> None:
    """Two codes change places, one is new."""
    former, network = grown(1, sizes=(3, 34, 4)), grown(2, sizes=(4, 34, 4))
    codes = torch.tensor([0, 2, 1, -1, *range(3, 41)])
    fresh = network.encoder.marks.table.weight[3].clone()  # type: ignore[union-attr]
    assert begin(network, vectors_of(former), EVERY, ALL, (former.encoder, codes)) == ""
    for part in ("marks", "asked"):
        one, other = (getattr(each.encoder, part).table.weight for each in (network, former))
        assert torch.equal(one[[0, 1, 2, 5]], other[[0, 2, 1, 4]])
    assert torch.equal(network.encoder.marks.table.weight[3], fresh)  # type: ignore[union-attr]


def test_what_does_not_fit_is_told_and_changes_nothing() -> None:
    for change in ({"width": 32}, {"layers": 2}, {"length": 9}, {"clock": True}):
        network = Network(ITEMS, msgspec.structs.replace(TINY, **change))
        before = vectors_of(network.eval()).clone()
        former = grown(1)
        why = begin(network, vectors_of(former), EVERY, ALL, (former.encoder, NO_CODES))
        assert " was " in why and " is " in why
        assert torch.equal(vectors_of(network), before)
    nobody = torch.zeros_like(ALL)
    assert "no item" in begin(grown(2), vectors_of(former), EVERY, nobody, (former.encoder, NO_CODES))


def test_a_warm_training_is_judged_before_its_first_step() -> None:
    """Where nothing gets better, what it began with is what is kept."""
    learned = training(msgspec.structs.replace(TINY, epochs=30)).run()
    cold = training(msgspec.structs.replace(TINY, epochs=2, learning_rate=1.0))
    worse = Training(learned, cold.histories, cold.judge, 3, warm=True)
    worse.settings = msgspec.structs.replace(TINY, learning_rate=1.0)
    best = worse.judge(worse.averaged)
    assert worse.run() is worse.averaged
    assert worse.course.best >= best > 0.8


def test_a_warm_training_is_not_taken_for_another() -> None:
    cold = training()
    told = {
        digest(Training(cold.network, cold.histories, cold.judge, 3, warm=warm)) for warm in (True, False)
    }
    other = training(seed=4).network
    told.add(digest(Training(other, cold.histories, cold.judge, 3, warm=True)))
    assert len(told) == 3
