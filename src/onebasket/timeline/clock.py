"""Time as marks and as a bias of attention: steps that double, and the calendar."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn

from onebasket.timeline.histories import Marks, Places

GAPS = 34  # codes: 0 not known, 1 at once, then each step twice as long: the last is beyond 100 years
WEEKDAYS, HOURS = 8, 25
_DAY, _HOUR = 86_400, 3_600
_THURSDAY = 3  # 1 January 1970


def gap_codes(seconds: npt.NDArray[np.integer]) -> Marks:
    """Codes of time spans: 1 for none, one more each time they double; below nought counts as none."""
    steps = np.floor(np.log2(1.0 + np.maximum(seconds, 0)))
    codes: Marks = (1 + np.minimum(steps, GAPS - 2)).astype(np.uint8)
    return codes


def gaps_of(times: Places, first: Places) -> Marks:
    """The code of the time since the event before, 0 at the places where somebody's history begins."""
    codes = gap_codes(np.diff(times, prepend=times[:1]))
    codes[first[first < len(codes)]] = 0
    return codes


def calendar(times: Places) -> Marks:
    """Day of the week from 1, Monday, and hour from 1, in UTC; (events, 2)."""
    days = (times // _DAY + _THURSDAY) % 7 + 1
    return np.stack([days, times % _DAY // _HOUR + 1], axis=1).astype(np.uint8)


class TimeBias(nn.Module):
    """How much more, or less, attention an event gets for having been so long ago (B, H, T, T).

    One number a head and span of time, spans doubling: Zhai et al., "Actions speak louder than words", ICML
    2024, in whose relative bias time is bucketed so. What lies ahead is shut out.
    """

    def __init__(self, heads: int) -> None:
        super().__init__()
        self.bias = nn.Embedding(GAPS, heads)
        nn.init.zeros_(self.bias.weight)

    def forward(self, times: Tensor) -> Tensor:
        """From times (B, T) in seconds."""
        places = torch.arange(times.shape[1], device=times.device)
        return self._since(times[:, :, None] - times[:, None, :], places > places[:, None])

    def at(self, times: Tensor, ends: Tensor) -> Tensor:
        """The same at one place of each history (B,) alone: (B, H, 1, T)."""
        places, own = torch.arange(times.shape[1], device=times.device), times.gather(1, ends[:, None])
        return self._since((own - times)[:, None], (places > ends[:, None])[:, None, None])

    def _since(self, ago: Tensor, ahead: Tensor) -> Tensor:
        """The bias (B, H, places, T) of time spans (B, places, T)."""
        codes = (ago.clamp(min=0) + 1).log2().floor().long().clamp(max=GAPS - 2) + 1
        bias: Tensor = self.bias(codes).permute(0, 3, 1, 2)
        return bias.masked_fill(ahead, -torch.inf)
