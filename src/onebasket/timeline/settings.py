"""What a timeline model is made of and how it is trained."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

import msgspec

from onebasket.errors import ModelError

_MOST_DROPPED = 0.95  # shares are taken in steps of 1 / 256, and something must be left
_SHARPEST = 0.0125  # exp(1 / temperature) must fit a 32-bit number


class TimelineSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Sizes of the network, its loss, and its training."""

    width: int = 192  # numbers that stand for an item, or for a person's state
    layers: int = 1
    heads: int = 2
    length: int = 50  # events of a history that count, the last ones
    dropout: float = 0.4
    id_dropout: float = 0.0  # share of items that a step knows by their attributes and text only
    temperature: float = 0.08  # of the cosine between a state and an item
    negatives: int = 1024  # items drawn for a batch, besides those of each history
    horizon_days: float = 0.0  # what is learnt: any purchase of the coming days; 0: the next event, whatever
    clock: bool = False  # whether attention knows how long ago an event was
    repeats: bool = True  # whether what is in the history already is learnt as a target
    aside: float = 1.0  # what a target counts that is no purchase
    beside: float = 0.1  # what telling the next action, and whether a purchase comes, counts next to the item
    recent: int = 4  # last events that are negatives, too, unless they are the target
    batch: int = 1024  # events of a step
    learning_rate: float = 1e-3
    averaging: float = 0.999  # share of the old that the moving average of weights keeps at each step
    epochs: int = 60
    look_every: int = 2  # epochs between looks at validation
    patience: int = 2  # looks without a better one before training ends
    device: str = "auto"  # "cpu", "cuda", "cuda:1", …; auto: a GPU where there is one
    precision: Literal["auto", "float32", "bfloat16"] = "auto"  # of products; auto: bfloat16 on a GPU

    def __post_init__(self) -> None:
        for holds, found, expected in (
            (self.width % self.heads == 0, f"width {self.width}, heads {self.heads}", "a multiple"),
            (self.temperature >= _SHARPEST, f"temperature {self.temperature}", f"{_SHARPEST} or more"),
            (self.clock or not self.horizon_days, f"horizon_days {self.horizon_days}", "clock, too"),
            (0 <= self.dropout <= _MOST_DROPPED, f"dropout {self.dropout}", f"0 to {_MOST_DROPPED}"),
            (0 <= self.id_dropout < 1, f"id_dropout {self.id_dropout}", "0 to below 1"),
            (0 <= self.averaging < 1, f"averaging {self.averaging}", "0 to below 1"),
            (min(self.width, self.layers, self.length, self.negatives, self.batch) > 0, "0", "sizes above 0"),
        ):
            if not holds:
                raise ModelError(
                    "A timeline model cannot be made of these settings.", found=found, expected=expected,
                    next_step="change the setting, or leave it out",
                )  # fmt: skip


PRESETS: Mapping[str, TimelineSettings] = {
    "small": TimelineSettings(),
    "base": TimelineSettings(width=256, layers=4, heads=4, length=200, dropout=0.2, batch=8192),
    "large": TimelineSettings(1024, 12, 16, 512, 0.1, negatives=8192, batch=16384, learning_rate=3e-4),
}
