"""A network is trained where it is asked to be, and as precisely."""

from __future__ import annotations

import msgspec
import pytest
import torch

from onebasket.errors import ModelError
from onebasket.timeline.hardware import device_of
from onebasket.timeline.loss import Sample, sampled_softmax
from tests.unit.timeline.worlds import TINY, training, weights

HALVED = msgspec.structs.replace(TINY, precision="bfloat16", epochs=30)


def test_a_device_that_is_not_there_is_an_error() -> None:
    for device in ("cuda:99", "abacus"):
        with pytest.raises(ModelError, match=device):
            device_of(device)


def test_auto_is_a_gpu_where_there_is_one() -> None:
    expected = "cuda" if torch.cuda.is_available() else "cpu"
    assert device_of(TINY.device).type == expected
    assert device_of("cpu").type == "cpu"


def test_products_of_half_the_bits_learn_the_same_world() -> None:
    """Weights stay of 32 bits, and a seed still gives the same ones."""
    ready = training(HALVED)
    learned = ready.run()
    assert ready.course.best > 0.8
    assert {weight.dtype for weight in learned.parameters()} == {torch.float32}
    assert weights(training(HALVED).run()) == weights(learned)


def test_losses_of_half_the_bits_are_about_those_of_all() -> None:
    torch.manual_seed(0)
    states, vectors = torch.randn(64, 16, requires_grad=True), torch.randn(50, 16)
    targets, sample = torch.randint(1, 50, (64,)), Sample(torch.arange(1, 50), 1.0, None)
    whole = sampled_softmax(states, targets, sample, vectors, 0.1)
    (wanted,) = torch.autograd.grad(whole, states)
    with torch.autocast("cpu", torch.bfloat16):
        halved = sampled_softmax(states, targets, sample, vectors, 0.1)
    (found,) = torch.autograd.grad(halved, states)
    assert halved.dtype == found.dtype == torch.float32
    assert torch.allclose(halved, whole, atol=0.1)
    assert torch.nn.functional.cosine_similarity(found.flatten(), wanted.flatten(), 0) > 0.999
