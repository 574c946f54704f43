"""The timeline model as a recommender: the network's opinion, blended with what followed what."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar, Literal

import msgspec
import numpy as np
import numpy.typing as npt

from onebasket.accounting import Progress
from onebasket.errors import MissingExtraError
from onebasket.recommenders.counts import Counts, Shares, tried
from onebasket.recommenders.interactions import Codes, Ragged
from onebasket.recommenders.ranking import Scores
from onebasket.recommenders.recommender import Recommender
from onebasket.recommenders.sequential_rules import SequentialRulesSettings
from onebasket.recommenders.similarity import cosines
from onebasket.timeline.histories import Histories
from onebasket.timeline.settings import TimelineSettings

if TYPE_CHECKING:
    from torch import Tensor

    from onebasket.timeline.encoding import NextItem
    from onebasket.timeline.network import Known

_JUDGED = 20_000  # people looked at for validation, at most
_BLENDED = 3_000_000_000  # scores made to choose shares, at most; with many items fewer people are looked at


class TimelineModelSettings(msgspec.Struct, frozen=True):
    """The network, the rules, and how both are looked at while training.

    Validation is the last event of people with three or more. `seen`: whether items a person had before
    are ranked there. `shares` None: chosen on validation. `refit`: counted again with what was held out for
    validation.
    """

    network: TimelineSettings = TimelineSettings()
    rules: SequentialRulesSettings = SequentialRulesSettings()
    shares: Shares | None = None
    seen: Literal["allow", "mask"] = "mask"
    refit: bool = True
    half_life_days: float = 0.0


@dataclass(frozen=True)
class Trained:
    """How training went."""

    epochs: int
    best_epoch: int
    best: float  # NDCG@10 of the network on validation
    targets: int  # events the network was asked for while training
    shares: Shares  # of the counts in the blend


class Timeline(Recommender):
    """A causal network over what people bought, blended with counts.

    The network is trained on all but everybody's last purchase, which is validation: it says when to stop,
    and how much the counts of what follows what, and of what one had before, add to a score:
    cos(state, item) / temperature + Σ share · ln(count + floor).
    """

    name: ClassVar[str] = "timeline"
    stochastic: ClassVar[bool] = True
    ordered: ClassVar[bool] = True
    informed: ClassVar[bool] = True

    def __init__(self, settings: TimelineModelSettings | None = None) -> None:
        self.settings = settings or TimelineModelSettings()

    def _fit(self, seed: int, progress: Progress) -> None:
        _torch().manual_seed(seed)
        from onebasket.timeline.encoding import NextItem, vectors_of
        from onebasket.timeline.network import Network
        from onebasket.timeline.training import Training

        settings = self.settings
        before, judged = _held_out(self.sequences, seed)
        known = before.take(judged)
        wanted = self.sequences.items[self.sequences.starts[judged + 1] - 1] + np.int32(1)
        goal = NextItem(_histories(known), wanted, settings.seen == "mask")
        network = Network(len(self.item_ids), settings.network, self._known())
        training = Training(network, _histories(before), goal, seed)
        best = training.run(progress)
        self._encoder, self._vectors = best.encoder, vectors_of(best)
        self._counts = Counts.of(before, len(self.item_ids), settings.rules)
        self._shares = self._best_shares(goal, known) if settings.shares is None else settings.shares
        if settings.refit:
            self._counts = Counts.of(self.sequences, len(self.item_ids), settings.rules)
        course = training.course
        self.trained = Trained(course.epoch, course.best_epoch, course.best, course.targets, self._shares)

    def _known(self) -> Known:
        """What the catalogue says of the items, as the network takes it: none first."""
        import torch

        from onebasket.timeline.network import Known

        told, vectors = self.catalogue.attribute_codes(self.item_ids), self.catalogue.vectors(self.item_ids)
        codes = starts = words = None
        if told.items.any():
            codes = torch.from_numpy(np.concatenate([[0], told.items]).astype(np.int64))
            starts = torch.from_numpy(np.concatenate([[0], told.starts + 1]))
        if vectors is not None:
            words = torch.from_numpy(np.concatenate([np.zeros_like(vectors[:1]), vectors]))
        return Known(codes, starts, words, int((self.popularity > 0).sum()))

    def _best_shares(self, goal: NextItem, known: Ragged) -> Shares:
        """How much the counts should add: the best on validation, the smallest of equals."""
        shares = tried(self.settings.seen == "allow")
        most = max(1, _BLENDED // (len(self.item_ids) * len(shares)))
        gains = np.zeros(len(shares))
        for people in goal.blocks(len(self._vectors), most):
            opinions = self._opinions(known.take(people))
            after, again = self._counts.told(known.take(people))
            for place, share in enumerate(shares):
                blended = opinions + np.float32(share.rules) * after + np.float32(share.repeats) * again
                gains[place] += goal.gains(blended, people).sum()
        return shares[int(gains.argmax())]

    def scores(self, users: Codes) -> Scores:
        sequences = self.sequences.take(users)
        return self._counts.add(self._opinions(sequences), sequences, self._shares)

    def _opinions(self, sequences: Ragged) -> Scores:
        """What the network thinks of all items, (histories, items)."""
        torch = _torch()
        from onebasket.timeline.encoding import states_of

        with torch.no_grad():
            states = states_of(self._encoder, _histories(sequences), self._vectors)
            made = states @ self._directions.T / self.settings.network.temperature
        scores: Scores = made.cpu().numpy()
        return scores

    @cached_property
    def _directions(self) -> Tensor:
        """Unit vectors of all items (items, D), none left out."""
        made: Tensor = _torch().nn.functional.normalize(self._vectors[1:], dim=-1)
        return made

    def _similarities(self, items: Codes) -> Scores:
        """The cosine between vectors, and that between buyers: the first knows products that few bought."""
        scores: Scores = (self._directions[items] @ self._directions.T).numpy()
        return scores + cosines(self.history, self.buyers, items)

    def _arrays(self) -> dict[str, npt.NDArray[Any]]:
        made = {f"encoder.{name}": value.numpy() for name, value in self._encoder.state_dict().items()}
        shares = np.array([self._shares.rules, self._shares.repeats])
        return made | self._counts.arrays() | {"vectors": self._vectors.numpy(), "shares": shares}

    def _restore(self, arrays: dict[str, npt.NDArray[Any]]) -> None:
        torch = _torch()
        from onebasket.timeline.network import Encoder

        self._encoder = Encoder(self.settings.network).eval()
        parts = self._encoder.state_dict()
        numbers = {name: torch.from_numpy(arrays[f"encoder.{name}"]) for name in parts}
        for name, part in parts.items():
            if numbers[name].shape != part.shape:
                raise KeyError(f"{name} of shape {tuple(part.shape)}")
        self._encoder.load_state_dict(numbers)
        self._vectors, self._counts = torch.from_numpy(arrays["vectors"]), Counts.restored(arrays)
        self._shares = Shares(*arrays["shares"].tolist())

    def _forget(self) -> None:
        super()._forget()
        self.__dict__.pop("_directions", None)


def _histories(sequences: Ragged) -> Histories:
    """Items numbered from one on, as the network has them."""
    return Histories(sequences.items + np.int32(1), sequences.starts)


def _held_out(sequences: Ragged, seed: int) -> tuple[Ragged, Codes]:
    """Everybody without the last event, where three or more leave something to learn from; and those, at
    most so many, whose last event is looked at."""
    enough = np.diff(sequences.starts) > 2
    kept = np.ones(len(sequences.items), np.bool_)
    kept[sequences.starts[1:][enough] - 1] = False
    starts = sequences.starts - np.concatenate([[0], np.cumsum(enough)])
    judged = np.flatnonzero(enough).astype(np.int32)
    if len(judged) > _JUDGED:
        judged = np.sort(np.random.default_rng(seed).choice(judged, _JUDGED, replace=False))
    return Ragged(starts, sequences.items[kept], sequences.values[kept]), judged


def _torch() -> Any:
    try:
        import torch
    except ImportError as error:
        raise MissingExtraError("learn", "learn") from error
    return torch
