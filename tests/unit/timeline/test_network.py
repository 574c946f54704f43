"""What a state may know, and what an item is made of."""

from __future__ import annotations

from dataclasses import replace

import msgspec
import numpy as np
import pytest
import torch

from onebasket.errors import ModelError
from onebasket.timeline.encoder import Dropout
from onebasket.timeline.encoding import NextItems, Wanted, states_of, vectors_of
from onebasket.timeline.histories import Histories
from onebasket.timeline.network import Known, Network
from onebasket.timeline.settings import PRESETS, TimelineSettings
from tests.unit.timeline.worlds import ITEMS, TINY, training

# Items 1 and 2 share an attribute, 3 has two, the rest none.
CPU = torch.device("cpu")
KNOWN = Known(torch.tensor([0, 1, 1, 1, 2, *[0] * 17]), torch.tensor([0, 1, 2, 3, *range(5, 23)]))


def states(network: Network, *history: int) -> torch.Tensor:
    with torch.no_grad():
        batch = Histories.of([history]).batch(np.zeros(1, np.int64), 50, CPU)
        return network.encoder(batch, vectors_of(network))[0]


def test_a_state_knows_nothing_of_what_comes_later() -> None:
    network = Network(ITEMS, TINY).eval()
    one, other = states(network, 3, 5, 7, 2), states(network, 3, 5, 9, 4)
    assert torch.equal(one[:2], other[:2])
    assert not torch.allclose(one[2], other[2])


def test_company_and_padding_change_nothing() -> None:
    network = Network(ITEMS, TINY).eval()
    lists = [[1], [], [4, 5, 6, 7], list(range(1, 15)), [2, 2]]
    together = states_of(network.encoder, Histories.of(lists), vectors_of(network))
    for row, items in zip(together, lists, strict=True):
        alone = states_of(network.encoder, Histories.of([items]), vectors_of(network))[0]
        assert torch.allclose(row, alone, atol=1e-6)
    assert not together[1].any()
    assert torch.allclose(together[[0, 2, 3, 4]].norm(dim=1), torch.ones(4))


def test_somebody_without_a_history_is_judged_too() -> None:
    network = Network(ITEMS, TINY).eval()
    before = Histories.of([[], [1, 2]])
    for masked in (None, before):
        assert 0 <= NextItems(before, Wanted(np.array([3, 4], np.int32), np.arange(3)), masked)(network) <= 1


def test_ndcg_of_several_wanted_items() -> None:
    """Worked out by hand: places 1 and 3 of a list, or masked, or in a tie that counts against."""
    wanted = Wanted(np.array([2, 4, 1], np.int32), np.array([0, 2, 3]))
    scores = np.array([[0.5, 0.9, 0.7, 0.6], [0.5, 0.5, 0.5, 0.1]], np.float32)
    before = Histories.of([[3], [1, 4]])
    people = np.arange(2, dtype=np.int32)
    best = 1 + 1 / np.log2(3)
    plain = NextItems(before, wanted, None).gains(scores.copy(), people)
    assert np.allclose(plain, [(1 + 1 / 2) / best, 1 / 2])
    masked = NextItems(before, wanted, before).gains(scores.copy(), people)
    assert np.allclose(masked, [1.0, 1 / 2])


MARKED = (3, 34, 5)  # codes of three marks


def marked(lists: list[list[int]], marks: list[list[int]], times: list[int] | None = None) -> Histories:
    when = None if times is None else np.array(times)
    return replace(Histories.of(lists), marks=np.array(marks, np.uint8), times=when)


def test_marks_and_times_are_heard_and_nothing_of_what_comes_later() -> None:
    settings = msgspec.structs.replace(TINY, clock=True)
    network = Network(ITEMS, settings, sizes=MARKED).eval()
    for each in network.parameters():
        torch.nn.init.normal_(each, 0, 0.3)
    lists = [[3, 5, 7]]

    def heard(marks: list[list[int]], times: list[int]) -> torch.Tensor:
        batch = marked(lists, marks, times).batch(np.zeros(1, np.int64), 8, CPU)
        with torch.no_grad():
            return network.encoder(batch, vectors_of(network))[0]

    usual = heard([[1, 0, 2]] * 3, [0, 10, 1000])
    for other in (
        heard([[1, 0, 2], [1, 0, 2], [2, 0, 2]], [0, 10, 1000]),
        heard([[1, 0, 2], [1, 0, 2], [1, 0, 4]], [0, 10, 1000]),
        heard([[1, 0, 2]] * 3, [0, 10, 90_000]),
    ):
        assert torch.allclose(usual[:2], other[:2])
        assert not torch.allclose(usual[2], other[2], atol=1e-3)


@pytest.mark.parametrize(("layers", "clock"), [(1, False), (1, True), (3, False), (3, True)])
def test_the_last_state_alone_is_the_last_of_all(layers: int, clock: bool) -> None:
    settings = msgspec.structs.replace(TINY, layers=layers, clock=clock)
    network = Network(ITEMS, settings, sizes=MARKED).eval()
    for each in network.parameters():
        torch.nn.init.normal_(each, 0, 0.3)
    lists = [[3, 5, 7], [2], [], list(range(1, 13))]
    marks = [[place % 3, place % 7, 2] for place in range(16)]
    batch = marked(lists, marks, [7 * place**3 for place in range(16)]).batch(np.arange(4), 8, CPU)
    with torch.no_grad():
        vectors = vectors_of(network)
        whole = network.encoder(batch, vectors)[torch.arange(4), (batch.lengths - 1).clamp(min=0)]
        assert torch.allclose(network.encoder.last(batch, vectors), whole, atol=1e-5)


def test_what_is_asked_for_turns_states() -> None:
    network = Network(ITEMS, TINY, sizes=MARKED).eval()
    histories = marked([[1, 2], [3]], [[1, 1, 1]] * 3)
    vectors, asked = vectors_of(network), np.array([[1, 4], [2, 0]], np.uint8)
    plain = states_of(network.encoder, histories, vectors)
    assert torch.equal(plain, states_of(network.encoder, histories, vectors, asked))  # nothing learned yet
    assert network.encoder.asked is not None
    torch.nn.init.normal_(network.encoder.asked.table.weight, 0, 0.5)
    turned = states_of(network.encoder, histories, vectors, asked)
    assert not torch.allclose(plain, turned, atol=1e-3)
    assert torch.allclose(turned.norm(dim=1), torch.ones(2))


def test_only_the_last_events_count() -> None:
    network = Network(ITEMS, TINY).eval()
    lists = [[9, 9, *range(1, 9)], list(range(1, 9))]
    one, other = states_of(network.encoder, Histories.of(lists), vectors_of(network))
    assert torch.allclose(one, other, atol=1e-6)


def test_an_item_is_its_own_vector_and_the_mean_of_its_attributes() -> None:
    network = Network(ITEMS, TINY, KNOWN).eval()
    items = network.items
    assert items.attributes is not None
    made, own, shared = vectors_of(network), items.own.weight, items.attributes.weight
    assert torch.allclose(made[1], own[1] + shared[1])
    assert torch.allclose(made[3], own[3] + (shared[1] + shared[2]) / 2)
    assert torch.allclose(made[7], own[7] + shared[0])
    assert torch.equal(items(torch.tensor([3, 1])), made[[3, 1]])


def test_a_text_vector_counts() -> None:
    text = torch.randn(ITEMS + 1, 5)
    network = Network(ITEMS, TINY, Known(text=text)).eval()
    assert network.items.told is not None
    with torch.no_grad():
        wanted = network.items.own.weight + network.items.told(text)
    assert torch.allclose(vectors_of(network), wanted)


def test_items_hidden_while_training_are_learned_from_their_attributes() -> None:
    settings = msgspec.structs.replace(TINY, id_dropout=0.999)
    network = Network(ITEMS, settings, KNOWN).train()
    for table in network.items.tables():
        table.begin(training().pace)
    assert network.items.attributes is not None
    made = network.items(torch.arange(ITEMS + 1))
    assert torch.allclose(made[1], network.items.attributes.weight[1])


def test_dropout_keeps_the_mean_and_drops_its_share() -> None:
    torch.manual_seed(0)
    x = torch.ones(1_000, 333)
    made = Dropout(0.4).train()(x)
    assert abs((made == 0).float().mean() - 0.4) < 0.005
    assert abs(made.mean() - 1) < 0.01
    assert torch.equal(Dropout(0.4).eval()(x), x)


@pytest.mark.parametrize(
    "changes",
    [
        {"width": 10, "heads": 3},
        {"temperature": 0.001},
        {"dropout": 1.0},
        {"dropout": 0.999},
        {"layers": 0},
        {"averaging": 1.0},
    ],
)
def test_settings_that_make_no_model(changes: dict[str, float]) -> None:
    with pytest.raises(ModelError, match="settings") as raised:
        TimelineSettings(**changes)  # type: ignore[arg-type]
    assert raised.value.next_step


def test_the_large_preset_is_large_and_takes_a_step() -> None:
    everything = Histories.of([[1, 2, 3, 4], [4, 3, 2, 1]])
    ready = training(msgspec.structs.replace(PRESETS["large"], epochs=1))
    ready.histories = everything
    assert sum(weight.numel() for weight in ready.network.encoder.parameters()) > 100_000_000
    before = ready.network.encoder.norm.weight.clone()
    ready._step(everything, np.array([0, 1]))
    assert not torch.equal(ready.network.encoder.norm.weight, before)
