"""The network: a history of items becomes, at each of its places, a state that says what comes next.

Shapes: B histories, T places, D width, H heads, N items (0 stands for none), R rows of them in use, M marks
of an event.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional

from onebasket.timeline.clock import TimeBias
from onebasket.timeline.goals import ASKED, WINDOWS_DAYS
from onebasket.timeline.histories import Batch
from onebasket.timeline.rows import Rows
from onebasket.timeline.settings import TimelineSettings

_SPREAD = 0.02  # of what vectors begin with
_BYTE = 256


@dataclass(frozen=True)
class Known:
    """What is known of items beside their number; row 0 stands for no item.

    Items above `seen` are in no history. They are what their attributes and texts say, and are nobody's
    negatives: nothing was learnt of them, and nothing speaks against them.
    """

    attributes: Tensor | None = None  # codes (values,), item after item
    starts: Tensor | None = None  # (N + 2,) where each item's attributes begin
    text: Tensor | None = None  # (N + 1, K) a vector of what each item is called
    seen: int | None = None  # None: all


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


class Items(nn.Module):
    """What stands for each item: a vector of its own, the mean of its attributes' vectors, its text."""

    codes: Tensor
    starts: Tensor
    text: Tensor

    def __init__(self, items: int, settings: TimelineSettings, known: Known) -> None:
        super().__init__()
        self.known = known
        self.own = Rows(items + 1, settings.width, _SPREAD)
        self.seen = items if known.seen is None else known.seen
        self.own.weight[self.seen + 1 :] = 0
        self.hidden = settings.id_dropout
        self.attributes: Rows | None = None
        if known.attributes is not None:
            self.register_buffer("codes", known.attributes, persistent=False)
            self.register_buffer("starts", known.starts, persistent=False)
            self.attributes = Rows(int(known.attributes.max()) + 1, settings.width, _SPREAD)
        self.told: nn.Linear | None = None
        if known.text is not None:
            self.register_buffer("text", known.text, persistent=False)
            self.told = nn.Linear(known.text.shape[1], settings.width, bias=False)
            nn.init.normal_(self.told.weight, 0, _SPREAD)

    def __len__(self) -> int:
        """Items, none counted among them."""
        return len(self.own.weight) - 1

    def tables(self) -> list[Rows]:
        """The tables whose rows a step moves."""
        return [self.own] if self.attributes is None else [self.own, self.attributes]

    def forward(self, rows: Tensor) -> Tensor:
        """Vectors (R, D) of items, each named once."""
        vectors = self.own.take(rows)
        if self.training and self.hidden:
            vectors = vectors * (torch.rand(len(rows), 1, device=rows.device) >= self.hidden)
        if self.attributes is not None:
            codes, starts = self._attributes_of(rows)
            used, local = torch.unique(codes, return_inverse=True)
            shared = self.attributes.take(used)
            vectors = vectors + functional.embedding_bag(
                local, shared, starts, mode="mean", include_last_offset=True
            )
        if self.told is not None:
            vectors = vectors + self.told(self.text[rows])
        return vectors

    def _attributes_of(self, rows: Tensor) -> tuple[Tensor, Tensor]:
        """The rows' attributes one after the other, and where each row's begin (R + 1,)."""
        lengths = self.starts[rows + 1] - self.starts[rows]
        starts = functional.pad(lengths.cumsum(0), (1, 0))
        places = torch.arange(int(starts[-1]), device=rows.device)
        return self.codes[places + (self.starts[rows] - starts[:-1]).repeat_interleave(lengths)], starts


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
        nn.init.normal_(self.places.weight, 0, _SPREAD)
        self.marks = Marks(sizes, settings.width, _SPREAD) if sizes else None
        self.asked = Marks(sizes[:ASKED], 2 * settings.width, 0.0) if sizes else None
        self.times = TimeBias(settings.heads) if settings.clock else None
        self.blocks = nn.ModuleList(Block(settings) for _ in range(settings.layers))
        self.norm, self.dropout = nn.LayerNorm(settings.width), Dropout(settings.dropout)

    def forward(self, batch: Batch, vectors: Tensor) -> Tensor:
        """States (B, T, D) of histories whose items are rows of `vectors` (R, D)."""
        x = functional.embedding(batch.items, vectors) * self.settings.width**0.5
        x = x + self.places.weight[: batch.items.shape[1]]
        if self.marks is not None and batch.marks is not None:
            x = x + self.marks(batch.marks)
        bias = self.times(batch.times) if self.times is not None and batch.times is not None else None
        x = self.dropout(x)
        for block in self.blocks:
            x = block(x, bias)
        states: Tensor = self.norm(x)
        return states

    def towards(self, states: Tensor, asked: Tensor | None) -> Tensor:
        """States (…, D) turned towards events with these first marks (…, ASKED)."""
        if self.asked is None or asked is None:
            return states
        scale, shift = self.asked(asked).chunk(2, -1)
        turned: Tensor = states * (1 + scale) + shift
        return turned


class Network(nn.Module):
    """What is trained: the vectors of items, the encoder of histories, and heads for what else comes."""

    def __init__(
        self,
        items: int,
        settings: TimelineSettings,
        known: Known | None = None,
        sizes: tuple[int, ...] = (),
    ) -> None:
        super().__init__()
        self.settings = settings
        self.items = Items(items, settings, known or Known())
        self.encoder = Encoder(settings, sizes)
        self.actions = nn.Linear(settings.width, sizes[0]) if sizes else None
        self.windows = nn.Linear(settings.width, len(WINDOWS_DAYS)) if settings.clock else None

    @property
    def device(self) -> torch.device:
        """Where its weights lie."""
        return self.encoder.places.weight.device
