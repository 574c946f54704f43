"""A network that begins where a former one ended.

Shapes: N items (row 0 stands for none), D width, F what is known of items: attributes, then numbers of texts.
"""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from onebasket.timeline.encoder import Encoder
from onebasket.timeline.network import Items, Network

_ASKED_OF = 20_000  # items whose vectors tell what attributes and texts stand for, at most
_RIDGE = 1.0  # as much as one item that says nothing
_STEPS = 30  # of conjugate gradients
_BY_CODE = {"marks.table.weight", "asked.table.weight"}  # a row for each code of the marks


@torch.no_grad()
def begin(
    network: Network, vectors: Tensor, rows: Tensor, known: Tensor, before: tuple[Encoder, Tensor]
) -> str:
    """Give a network the vectors and the encoder of a former one; "", or why that cannot be.

    Item n had row `rows[n]` of the former `vectors`, if it is `known` (N + 1,). `before`: the former encoder,
    and of each code of the marks (C,) the code it had there, -1 for one that is new. What attributes and
    texts stand for is fitted to the vectors (ridge regression); the rest of each is the item's own. So new
    items begin as what is known of them says. Where a reason is given, the network is as it was.
    """
    encoder, codes = before
    former, own = encoder.state_dict(), network.encoder.state_dict()
    for name in sorted(former.keys() | own.keys()):
        one, other = (part[name].shape if name in part else None for part in (former, own))
        if name in _BY_CODE and one and other:
            one, other = one[1:], other[1:]
        if one != other:
            return f"{name} was {_told(one)} and is {_told(other)}"
    if not known[1:].any():
        return "no item is known to both"
    for name, value in former.items():
        if name in _BY_CODE:
            kept = codes[: len(own[name])]  # those asked for are the first
            value = torch.where((kept >= 0)[:, None], value[kept.clamp(min=0)], own[name])
        own[name].copy_(value)
    _begin_items(network.eval().items, vectors[rows], known)
    return ""


def _told(shape: torch.Size | None) -> str:
    return "not there" if shape is None else "x".join(str(size) for size in shape)


def _begin_items(items: Items, vectors: Tensor, known: Tensor) -> None:
    """Each known item as it was; items that are in no history have nothing of their own."""
    rows = torch.nonzero(known[: items.seen + 1])[:, 0]
    if items.attributes is not None or items.told is not None:
        some = rows[torch.linspace(0, len(rows) - 1, min(len(rows), _ASKED_OF)).long()]
        _begin_known(items, vectors, some)
    for start in range(0, len(rows), _ASKED_OF):
        part = rows[start : start + _ASKED_OF]
        items.own.weight[part] += vectors[part] - items(part)


def _begin_known(items: Items, vectors: Tensor, rows: Tensor) -> None:
    """What attributes and texts stand for, as far as these items' vectors (R, D) tell."""
    width, text = vectors.shape[1], items.told
    size = len(items.attributes.weight) if items.attributes is not None else 0
    parts = []
    if items.attributes is not None:
        codes, starts = items.attributes_of(rows)
        lengths = starts.diff()
        whose = torch.repeat_interleave(torch.arange(len(rows)), lengths)
        shares = torch.sparse_coo_tensor(
            torch.stack([whose, codes]), 1 / lengths[whose], (len(rows), size), check_invariants=True
        ).coalesce()
        parts.append((shares, shares.t().coalesce()))
    if text is not None:
        parts.append((items.text[rows], items.text[rows].T))
    sizes = [one.shape[1] for one, _ in parts]

    def normal(weights: Tensor) -> Tensor:
        """The gradient's side of ridge regression: what the features' weights (F, D) are sent to."""
        told = torch.zeros(len(rows), width)
        for (one, _), weight in zip(parts, torch.split(weights, sizes), strict=True):
            told += one @ weight
        return torch.cat([other @ told for _, other in parts]) + _RIDGE * weights

    found = _solved(normal, torch.cat([other @ vectors[rows] for _, other in parts]))
    if items.attributes is not None:
        items.attributes.weight.copy_(found[:size])
    if text is not None:
        text.weight.copy_(found[size:].T)


def _solved(product: Callable[[Tensor], Tensor], wanted: Tensor) -> Tensor:
    """The weights (F, D) that a symmetric positive product sends to `wanted`, each column by conjugate
    gradients (Hestenes and Stiefel, 1952)."""
    found, left = torch.zeros_like(wanted), wanted.clone()
    ahead, size = left.clone(), (left * left).sum(0)
    for _ in range(_STEPS):
        sent = product(ahead)
        step = size / (ahead * sent).sum(0).clamp(min=1e-30)
        found, left = found + step * ahead, left - step * sent
        last, size = size, (left * left).sum(0)
        ahead = left + size / last.clamp(min=1e-30) * ahead
    return found
