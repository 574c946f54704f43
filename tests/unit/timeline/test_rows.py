"""A table that is trained by rows is where a table trained whole would be."""

from __future__ import annotations

import pytest
import torch

from onebasket.timeline.rows import Pace, Rows

PACE = Pace(rate=0.01, averaging=0.95)


def wanted(step: int, items: int) -> tuple[torch.Tensor, torch.Tensor]:
    """The rows a step uses, and their gradients."""
    random = torch.Generator().manual_seed(step)
    rows = torch.randperm(items, generator=random)[: 3 + step % 4].sort().values
    return rows, torch.randn(len(rows), 4, generator=random)


@pytest.mark.parametrize("items", [6, 40])
def test_adam_on_the_rows_in_use_is_adam_on_all(items: int) -> None:
    torch.manual_seed(0)
    rows = Rows(items, 4, 0.1)
    rows.begin(PACE)
    whole = torch.nn.Parameter(rows.weight.clone())
    adam = torch.optim.AdamW([whole], PACE.rate, (PACE.slow, PACE.fast), weight_decay=0)
    average = whole.detach().clone()
    for step in range(450):
        if step == 300:  # the correction of early steps is taken as of each row's last use: begin from there
            whole.data.copy_(rows.take(torch.arange(items)))
            average.copy_(rows.averaged())
        used, gradient = wanted(step, items)
        taken = rows.take(used)
        if step >= 300:
            assert torch.allclose(taken, whole[used], atol=3e-4)
        (taken * gradient).sum().backward()
        rows.step()
        whole.grad = torch.zeros_like(whole)
        whole.grad[used] = gradient
        adam.step()
        average.lerp_(whole.detach(), 1 - PACE.averaging)
    assert torch.allclose(rows.take(torch.arange(items)), whole, atol=3e-4)
    # The average takes a row as if it had come to rest at once: near, not the same.
    assert (rows.averaged() - average).abs().mean() < 0.2 * (average - whole).abs().mean()


def test_a_row_never_used_stays() -> None:
    rows = Rows(5, 3, 1.0)
    rows.begin(PACE)
    before = rows.weight[4].clone()
    for _ in range(20):
        rows.take(torch.tensor([0, 2])).square().sum().backward()
        rows.step()
    assert torch.equal(rows.take(torch.tensor([4]))[0], before)
    assert torch.allclose(rows.averaged()[4], before)


def test_asked_without_training_it_tells_its_weights() -> None:
    rows = Rows(5, 3, 1.0).eval()
    assert torch.equal(rows.take(torch.tensor([3, 1])), rows.weight[[3, 1]])
    assert not rows.take(torch.tensor([3])).requires_grad
