"""What the network of the timeline model thinks, once it is trained: all that asking it takes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from onebasket.errors import ModelError
from onebasket.recommenders.events import Events
from onebasket.recommenders.interactions import Floats
from onebasket.recommenders.lines import Lines
from onebasket.recommenders.ranking import Scores
from onebasket.recommenders.stored import Stored, halved, restored_vectors, vectors_as
from onebasket.timeline.settings import TimelineSettings

if TYPE_CHECKING:
    from torch import Tensor, nn

    from onebasket.timeline.encoder import Encoder
    from onebasket.timeline.histories import Histories, Marks
    from onebasket.timeline.network import Network

_MAIN = 16  # directions in which states differ, that others look at
_LOOKED_AT = 20_000  # people whose states these are taken from, at most
Arrays = dict[str, npt.NDArray[Any]]


@dataclass(eq=False)
class Opinion:
    """Encoder and vectors of items, and what is made of states beside scores."""

    settings: TimelineSettings
    lines: Lines
    encoder: Encoder
    vectors: Tensor  # (items + 1, D) none first
    heads: nn.Linear | None  # what comes within WINDOWS_DAYS; None: a network without a clock
    main: Floats  # (D, at most _MAIN) directions in which states differ most
    turn: Floats | None = None  # (D, D) towards the vectors of the model before

    @classmethod
    def of(cls, network: Network, lines: Lines, histories: Histories) -> Opinion:
        """Of a trained network and people whose states are usual."""
        from onebasket.timeline.encoding import states_of, vectors_of

        vectors = vectors_of(network)
        some = histories.take(np.flatnonzero(histories.lengths > 0)[:_LOOKED_AT])
        states = states_of(network.encoder, some, vectors).numpy()
        apart = states - states.mean(0) if len(states) else states
        _, _, directions = np.linalg.svd(apart, full_matrices=False)
        main = directions[:_MAIN].T.copy()
        return cls(network.settings, lines, network.encoder, vectors, network.windows, main)

    def scores(self, histories: Histories, asked: Marks | None) -> Scores:
        """What the network thinks of all items, (histories, items)."""
        import torch

        from onebasket.timeline.encoding import states_of

        with torch.no_grad():
            states = states_of(self.encoder, histories, self.vectors, asked)
            made = states @ self.directions.T / self.settings.temperature
        scores: Scores = made.cpu().numpy()
        return scores

    @cached_property
    def directions(self) -> Tensor:
        """Unit vectors of all items (items, D), none left out."""
        from torch.nn import functional

        return functional.normalize(self.vectors[1:], dim=-1)

    @property
    def units(self) -> Floats:
        """The same as an array."""
        made: Floats = self.directions.numpy()
        return made

    def aligned(self) -> Floats:
        """The same, turned so that they lie as near as can be to those of the model before."""
        made: Floats = self.units if self.turn is None else self.units @ self.turn
        return made

    def states(self, events: Events, now: int) -> Floats:
        """What the network makes of everybody's past, (users, numbers): the log odds of a purchase and of
        a return in the coming days, what is spent, and the main directions of states that are asked for a
        purchase now. Items are coded as the network codes them. Raises ModelError for a network without a
        clock."""
        import torch
        from torch.nn import functional

        from onebasket.timeline.encoding import ends_of
        from onebasket.timeline.goals import PLAIN, WINDOWS_DAYS

        if self.heads is None:
            raise ModelError(
                "This timeline model gives no states.", found="a network without a clock",
                expected="network.clock", next_step="train it with times",
            )  # fmt: skip
        histories = self.lines.of(events)
        asked = self.lines.asked(histories, np.full(len(histories), now))
        told = None if asked is None else torch.from_numpy(asked).to(torch.int64)
        with torch.inference_mode():
            turned = self.encoder.towards(ends_of(self.encoder, histories, self.vectors), told)
            told = self.heads(turned).view(len(turned), len(WINDOWS_DAYS), -1)  # kinds, then money
            plain = torch.cat([*told[..., :PLAIN].unbind(-1), told[..., -1]], 1).numpy()
            states = functional.normalize(turned, dim=-1).numpy()
        made: Floats = np.concatenate([plain, states @ self.main], 1)
        return made

    def arrays(self, stored: Stored) -> Arrays:
        """All of it but the marks, to be saved."""
        parts: dict[str, nn.Module] = {"encoder": self.encoder}
        if self.heads is not None:
            parts["heads"] = self.heads
        made: Arrays = {
            f"{part}.{name}": value.numpy()
            for part, module in parts.items()
            for name, value in module.state_dict().items()
        }
        made["main"] = self.main
        if stored != "float32":
            made = {name: halved(value) for name, value in made.items()}
        made |= vectors_as(stored, "vectors", self.vectors.numpy())
        return made if self.turn is None else made | {"turn": self.turn}

    @classmethod
    def restored(
        cls, arrays: Mapping[str, npt.NDArray[Any]], settings: TimelineSettings, lines: Lines, items: int
    ) -> Opinion:
        """Take back what `arrays` gave. Raises KeyError for what is missing and ValueError for numbers of
        other sizes than the settings say."""
        import torch
        from torch import nn

        from onebasket.timeline.encoder import Encoder

        width = settings.width
        vectors, turn = torch.from_numpy(restored_vectors(arrays, "vectors")), arrays.get("turn")
        _check("vectors", vectors.shape, (items + 1, width))
        if turn is not None:
            _check("turn", turn.shape, (width, width))
        _check("main", arrays["main"].shape[:1], (width,))
        encoder = Encoder(settings, lines.sizes).eval()
        heads = nn.Linear(width, _told(arrays["heads.bias"])) if settings.clock else None
        _fill(encoder, "encoder", arrays)
        if heads is not None:
            _fill(heads, "heads", arrays)
        return cls(settings, lines, encoder, vectors, heads, arrays["main"].astype(np.float32), turn)


def _told(bias: npt.NDArray[Any]) -> int:
    """How many numbers heads tell."""
    from onebasket.timeline.goals import PLAIN, WINDOWS_DAYS, told_of_windows

    if len(bias) % len(WINDOWS_DAYS) or len(bias) < told_of_windows(PLAIN):
        raise ValueError(f"heads that tell {len(bias)} numbers, not those of an onebasket of this version")
    return len(bias)


def _fill(module: nn.Module, name: str, arrays: Mapping[str, npt.NDArray[Any]]) -> None:
    """Give a module the numbers kept under a name."""
    import torch

    numbers = {part: torch.from_numpy(arrays[f"{name}.{part}"]) for part in module.state_dict()}
    for part, value in module.state_dict().items():
        _check(f"{name}.{part}", numbers[part].shape, value.shape)
    module.load_state_dict({part: value.to(torch.float32) for part, value in numbers.items()})


def _check(name: str, found: tuple[int, ...], expected: tuple[int, ...]) -> None:
    if tuple(found) != tuple(expected):
        raise ValueError(f"{name} of shape {tuple(found)}, not {tuple(expected)}")
