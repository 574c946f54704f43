"""The encoder: a history of items becomes, at each of its places, a state that says what comes next.

All that is needed to be asked, once items have their vectors: nothing here is about training.

Shapes: B histories, T places, D width, H heads, R rows of items in use (0 stands for none), M marks of an
event.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

from onebasket.timeline.clock import TimeBias
from onebasket.timeline.histories import ASKED, Batch
from onebasket.timeline.settings import TimelineSettings

SPREAD = 0.02  # of what vectors begin with
_BYTE = 256


class Dropout(nn.Module):
    """Dropout whose chances are a byte each: eight of them cost one random number."""

    def __init__(self, share: float) -> None:
        super().__init__()
        self.below = round(share * _BYTE)

    def forward(self, x: Tensor) -> Tensor:
        """`x` with some numbers set to nought and the others raised, so that the mean stays."""
        if not self.training or not self.below:
            return x
        words = torch.empty(-(-x.numel() // 8), dtype=torch.int64, device=x.device)
        chances = words.random_(-(2**63), None).view(torch.uint8)[: x.numel()].view_as(x)
        return x * (chances >= self.below).to(x.dtype).mul_(_BYTE / (_BYTE - self.below))


class Block(nn.Module):
    """Attention over the past, then a gated layer. Each normalises what it reads and adds to it."""

    def __init__(self, settings: TimelineSettings) -> None:
        super().__init__()
        width = settings.width
        self.heads = settings.heads
        self.before_attention, self.before_layer = nn.LayerNorm(width), nn.LayerNorm(width)
        self.ask = nn.Linear(width, 3 * width)  # queries, keys, values
        self.answer = nn.Linear(width, width)
        self.widen = nn.Linear(width, 4 * width)  # half of it opens and closes the other half
        self.narrow = nn.Linear(2 * width, width)
        self.dropout = Dropout(settings.dropout)

    def forward(self, x: Tensor, bias: Tensor | None = None) -> Tensor:
        """States (B, T, D), each from itself and those before it, as `bias` (B, H, T, T) says."""
        places, width = x.shape[1:]
        parts = self.ask(self.before_attention(x)).view(-1, places, 3, self.heads, width // self.heads)
        queries, keys, values = parts.permute(2, 0, 3, 1, 4)  # each (B, H, T, D / H)
        # Histories are filled up at their end: looking back only, no place ever sees what is not there.
        heard = functional.scaled_dot_product_attention(queries, keys, values, bias, is_causal=bias is None)
        return self._told(x, heard)

    def at(self, x: Tensor, ends: Tensor, bias: Tensor | None = None) -> Tensor:
        """Of states (B, T, D) those at one place of each history (B,), (B, 1, D), as `forward` has them.

        `bias` (B, H, 1, T) is of these places. No keys and values are made of all that was read: what makes
        keys is applied to the one query instead, and what makes values to what was heard. (The bias of keys
        adds the same for every place.)
        """
        everybody, (places, width) = torch.arange(len(x), device=x.device), x.shape[1:]
        read, own = self.before_attention(x), x[everybody, ends]
        if bias is None:
            shut = torch.arange(places, device=x.device) > ends[:, None]
            bias = torch.zeros(shut.shape, device=x.device).masked_fill_(shut, -torch.inf)[:, None, None]
        asking, keys, values = self.ask.weight.view(3, self.heads, -1, width)  # each (H, D / H, D)
        added = self.ask.bias.view(3, self.heads, 1, -1)
        queries = read[everybody, ends] @ asking.mT + added[0]  # (H, B, D / H)
        sought = (queries @ keys).transpose(0, 1) / queries.shape[-1] ** 0.5  # (B, H, D)
        heard = (sought @ read.mT + bias[:, :, 0]).softmax(-1) @ read  # (B, H, D)
        told = heard.transpose(0, 1) @ values.mT + added[2]  # (H, B, D / H)
        return self._told(own[:, None], told.transpose(0, 1)[:, :, None])

    def _told(self, x: Tensor, heard: Tensor) -> Tensor:
        """States (B, T, D) with what they heard (B, H, T, D / H), and what the layer makes of it."""
        x = x + self.dropout(self.answer(heard.transpose(1, 2).flatten(2)))
        gate, wide = self.widen(self.before_layer(x)).chunk(2, -1)
        made: Tensor = x + self.dropout(self.narrow(functional.silu(gate) * wide))
        return made


class Marks(nn.Module):
    """Adds up a vector for each mark of an event. Codes of all marks share one table."""

    first: Tensor

    def __init__(self, sizes: tuple[int, ...], width: int, spread: float) -> None:
        super().__init__()
        self.table = nn.Embedding(sum(sizes), width)
        nn.init.normal_(self.table.weight, 0, spread)
        starts = torch.tensor([0, *sizes]).cumsum(0)[:-1]
        self.register_buffer("first", starts, persistent=False)  # (M,) of each mark's codes

    def forward(self, marks: Tensor) -> Tensor:
        """Sums (…, width) of what the codes (…, M) stand for."""
        codes = (marks + self.first).flatten(0, -2)
        made: Tensor = functional.embedding_bag(codes, self.table.weight, mode="sum")
        return made.view(*marks.shape[:-1], self.table.embedding_dim)


class Encoder(nn.Module):
    """From histories to states: all that is needed once items have their vectors.

    `sizes` (M,): how many codes each mark has. Where there are marks, states are turned towards the event
    that is asked for: scaled and shifted by what is done in it and after how long (Perez et al., "FiLM", AAAI
    2018).
    """

    def __init__(self, settings: TimelineSettings, sizes: tuple[int, ...] = ()) -> None:
        super().__init__()
        self.settings, self.sizes = settings, sizes
        self.places = nn.Embedding(settings.length, settings.width)
        nn.init.normal_(self.places.weight, 0, SPREAD)
        self.marks = Marks(sizes, settings.width, SPREAD) if sizes else None
        self.asked = Marks(sizes[:ASKED], 2 * settings.width, 0.0) if sizes else None
        self.times = TimeBias(settings.heads) if settings.clock else None
        self.blocks = nn.ModuleList(Block(settings) for _ in range(settings.layers))
        self.norm, self.dropout = nn.LayerNorm(settings.width), Dropout(settings.dropout)

    def forward(self, batch: Batch, vectors: Tensor) -> Tensor:
        """States (B, T, D) of histories whose items are rows of `vectors` (R, D)."""
        x = self._read(batch, vectors)
        bias = self.times(batch.times) if self.times is not None and batch.times is not None else None
        for block in self.blocks:
            x = block(x, bias)
        states: Tensor = self.norm(x)
        return states

    def last(self, batch: Batch, vectors: Tensor) -> Tensor:
        """States (B, D) at the end of each history alone, those that `forward` would have there: the last
        block is the cheaper for it. Of somebody without a history it is as if there were one event."""
        x, ends = self._read(batch, vectors), (batch.lengths - 1).clamp(min=0)
        bias = late = None
        if self.times is not None and batch.times is not None:
            bias = self.times(batch.times) if len(self.blocks) > 1 else None
            late = self.times.at(batch.times, ends)
        *early, final = self.blocks
        for block in early:
            x = block(x, bias)
        states: Tensor = self.norm(final.at(x, ends, late))[:, 0]  # type: ignore[operator]
        return states

    def _read(self, batch: Batch, vectors: Tensor) -> Tensor:
        """What each event is before it hears of others, (B, T, D)."""
        x = functional.embedding(batch.items, vectors) * self.settings.width**0.5
        x = x + self.places.weight[: batch.items.shape[1]]
        if self.marks is not None and batch.marks is not None:
            x = x + self.marks(batch.marks)
        made: Tensor = self.dropout(x)
        return made

    def towards(self, states: Tensor, asked: Tensor | None) -> Tensor:
        """States (…, D) turned towards events with these first marks (…, ASKED)."""
        if self.asked is None or asked is None:
            return states
        scale, shift = self.asked(asked).chunk(2, -1)
        turned: Tensor = states * (1 + scale) + shift
        return turned
