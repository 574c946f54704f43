"""The network: what is trained. Items and what is known of them become vectors, which the encoder reads.

Shapes: D width, N items (0 stands for none), R rows of them in use, M marks of an event.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional

from onebasket.timeline.encoder import SPREAD, Encoder
from onebasket.timeline.goals import PLAIN, told_of_windows
from onebasket.timeline.rows import Rows
from onebasket.timeline.settings import TimelineSettings


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
    groups: int = 0  # of items, purchases of which are told


class Items(nn.Module):
    """What stands for each item: a vector of its own, the mean of its attributes' vectors, its text."""

    codes: Tensor
    starts: Tensor
    text: Tensor

    def __init__(self, items: int, settings: TimelineSettings, known: Known) -> None:
        super().__init__()
        self.known = known
        self.own = Rows(items + 1, settings.width, SPREAD)
        self.seen = items if known.seen is None else known.seen
        self.own.weight[self.seen + 1 :] = 0
        self.hidden = settings.id_dropout
        self.attributes: Rows | None = None
        if known.attributes is not None:
            self.register_buffer("codes", known.attributes, persistent=False)
            self.register_buffer("starts", known.starts, persistent=False)
            self.attributes = Rows(int(known.attributes.max()) + 1, settings.width, SPREAD)
        self.told: nn.Linear | None = None
        if known.text is not None:
            self.register_buffer("text", known.text, persistent=False)
            self.told = nn.Linear(known.text.shape[1], settings.width, bias=False)
            nn.init.normal_(self.told.weight, 0, SPREAD)

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
            codes, starts = self.attributes_of(rows)
            used, local = torch.unique(codes, return_inverse=True)
            shared = self.attributes.take(used)
            vectors = vectors + functional.embedding_bag(
                local, shared, starts, mode="mean", include_last_offset=True
            )
        if self.told is not None:
            vectors = vectors + self.told(self.text[rows])
        return vectors

    def attributes_of(self, rows: Tensor) -> tuple[Tensor, Tensor]:
        """The attributes of rows (R,), one after the other, and where each row's begin (R + 1,)."""
        lengths = self.starts[rows + 1] - self.starts[rows]
        starts = functional.pad(lengths.cumsum(0), (1, 0))
        places = torch.arange(int(starts[-1]), device=rows.device)
        return self.codes[places + (self.starts[rows] - starts[:-1]).repeat_interleave(lengths)], starts


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
        told = told_of_windows(PLAIN + self.items.known.groups)
        self.windows = nn.Linear(settings.width, told) if settings.clock else None

    @property
    def device(self) -> torch.device:
        """Where its weights lie."""
        return self.encoder.places.weight.device
