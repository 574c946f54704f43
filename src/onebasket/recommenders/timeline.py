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
from onebasket.recommenders.interactions import Codes, Ragged
from onebasket.recommenders.ranking import Scores
from onebasket.recommenders.recommender import Recommender
from onebasket.recommenders.sequential_rules import SequentialRulesSettings, followed, followers
from onebasket.recommenders.similarity import cosines
from onebasket.timeline.histories import Histories, Places
from onebasket.timeline.settings import TimelineSettings

if TYPE_CHECKING:
    from torch import Tensor

    from onebasket.timeline.encoding import NextItem
    from onebasket.timeline.network import Known

SHARES = (0.0, 0.2, 0.4, 0.6, 0.8, 1.0, 1.3, 1.6, 2.0)  # of the rules in the blend, tried on validation
_FLOOR = 0.1  # of a usual rule: what speaks for an item that no rule names
_JUDGED = 20_000  # people looked at for validation, at most


class TimelineModelSettings(msgspec.Struct, frozen=True):
    """The network, the rules, and how both are looked at while training.

    Validation is the last event of people with three or more. `seen`: whether items a person had before
    are ranked there. `rules_share` None: chosen on validation. `refit`: rules are counted again with what
    was held out for validation.
    """

    network: TimelineSettings = TimelineSettings()
    rules: SequentialRulesSettings = SequentialRulesSettings()
    rules_share: float | None = None
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
    rules_share: float


class Timeline(Recommender):
    """A causal network over what people bought, and counts of what follows what.

    The network is trained on all but everybody's last purchase, which is validation: it says when to stop,
    and how much the rules count. Score = cos(state, item) / temperature + share · ln(rules + floor).
    """

    name: ClassVar[str] = "timeline"
    stochastic: ClassVar[bool] = True
    ordered: ClassVar[bool] = True

    def __init__(self, settings: TimelineModelSettings | None = None) -> None:
        self.settings = settings or TimelineModelSettings()

    def _fit(self, seed: int, progress: Progress) -> None:
        _torch().manual_seed(seed)
        from onebasket.timeline.encoding import NextItem, vectors_of
        from onebasket.timeline.network import Network
        from onebasket.timeline.training import Training

        settings = self.settings
        everything = _histories(self.sequences)
        before, judged = _held_out(everything, seed)
        goal = NextItem(before.take(judged), everything.last(judged), settings.seen == "mask")
        network = Network(len(self.item_ids), settings.network, self._known())
        training = Training(network, before, goal, seed)
        best = training.run(progress)
        self._encoder, self._vectors = best.encoder, vectors_of(best)
        rules = followers(_sequences(before), len(self.item_ids), settings.rules)
        self._blend = np.array([settings.rules_share or 0.0, _usual(rules) * _FLOOR], np.float32)
        if settings.rules_share is None:
            self._blend[0] = self._best_share(goal, rules)
        self._rules = rules
        if settings.refit:
            self._rules = followers(self.sequences, len(self.item_ids), settings.rules)
        course = training.course
        self.trained = Trained(
            course.epoch, course.best_epoch, course.best, course.targets, float(self._blend[0])
        )

    def _known(self) -> Known:
        """What the catalogue says of the items, as the network takes it: none first."""
        import torch

        from onebasket.timeline.network import Known

        told, text = self.catalogue.attribute_codes(self.item_ids), self.catalogue.text_vectors(self.item_ids)
        codes = starts = words = None
        if told.items.any():
            codes = torch.from_numpy(np.concatenate([[0], told.items]).astype(np.int64))
            starts = torch.from_numpy(np.concatenate([[0], told.starts + 1]))
        if text is not None:
            words = torch.from_numpy(np.concatenate([np.zeros_like(text[:1]), text]))
        return Known(codes, starts, words)

    def _best_share(self, goal: NextItem, rules: Ragged) -> float:
        """How much the rules should count: the best share on validation, the smallest of equals."""
        torch = _torch()
        gains = np.zeros(len(SHARES))
        spoken_of = _sequences(goal.before)
        for people in goal.blocks(len(self._vectors)):
            opinions = self._opinions(goal.before.take(people))
            spoken = self._spoken(rules, spoken_of.take(people.astype(np.int32)))
            for place, share in enumerate(SHARES):
                blended = torch.from_numpy(opinions + np.float32(share) * spoken)
                none_first = torch.nn.functional.pad(blended, (1, 0))
                gains[place] += goal.gains(none_first, people).sum()
        return SHARES[int(gains.argmax())]

    def scores(self, users: Codes) -> Scores:
        sequences = self.sequences.take(users)
        opinions = self._opinions(_histories(sequences))
        if self._blend[0]:
            opinions += self._blend[0] * self._spoken(self._rules, sequences)
        return opinions

    def _opinions(self, histories: Histories) -> Scores:
        """What the network thinks of all items, (histories, items)."""
        torch = _torch()
        from onebasket.timeline.encoding import states_of

        with torch.no_grad():
            states = states_of(self._encoder, histories, self._vectors)
            made = states @ self._directions.T / self.settings.network.temperature
        scores: Scores = made.cpu().numpy()
        return scores

    def _spoken(self, rules: Ragged, sequences: Ragged) -> Scores:
        """The logarithm of what the rules say of all items, with a floor under it."""
        made = followed(rules, sequences, self.settings.rules.recency)
        made += self._blend[1]
        scores: Scores = np.log(made, out=made)
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
        made |= {f"rules.{part}": getattr(self._rules, part) for part in ("starts", "items", "values")}
        return made | {"vectors": self._vectors.numpy(), "blend": self._blend}

    def _restore(self, arrays: dict[str, npt.NDArray[Any]]) -> None:
        torch = _torch()
        from onebasket.timeline.network import Encoder

        self._encoder = Encoder(self.settings.network).eval()
        parts = self._encoder.state_dict()
        self._encoder.load_state_dict({name: torch.from_numpy(arrays[f"encoder.{name}"]) for name in parts})
        self._vectors, self._blend = torch.from_numpy(arrays["vectors"]), arrays["blend"]
        self._rules = Ragged(*(arrays[f"rules.{part}"] for part in ("starts", "items", "values")))

    def _forget(self) -> None:
        super()._forget()
        self.__dict__.pop("_directions", None)


def _histories(sequences: Ragged) -> Histories:
    """Items numbered from one on, as the network has them."""
    return Histories(sequences.items + np.int32(1), sequences.starts)


def _sequences(histories: Histories) -> Ragged:
    """The way back."""
    return Ragged(histories.starts, histories.items - np.int32(1), np.ones(len(histories.items), np.float32))


def _held_out(histories: Histories, seed: int) -> tuple[Histories, Places]:
    """Everybody without the last event, where three or more leave something to learn from; and whose last
    event is looked at, of at most so many people."""
    enough = histories.lengths > 2
    kept = histories.shortened(enough.astype(np.int64))
    judged = np.flatnonzero(enough)
    if len(judged) > _JUDGED:
        judged = np.sort(np.random.default_rng(seed).choice(judged, _JUDGED, replace=False))
    return kept, judged


def _usual(rules: Ragged) -> float:
    """What a usual rule is worth."""
    return float(np.median(rules.values)) if len(rules.values) else 1.0


def _torch() -> Any:
    try:
        import torch
    except ImportError as error:
        raise MissingExtraError("learn", "learn") from error
    return torch
