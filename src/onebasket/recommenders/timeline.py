"""The timeline model as a recommender: the network's opinion, blended with what followed what."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar, Literal, Self

import msgspec
import numpy as np
import numpy.typing as npt

from onebasket.accounting import Progress
from onebasket.errors import MissingExtraError
from onebasket.recommenders.ahead import Ahead
from onebasket.recommenders.chances import Chances, Market, Shown, earlier_windows
from onebasket.recommenders.continuing import ANEW, Former, anew
from onebasket.recommenders.counts import Counts, Shares, tried
from onebasket.recommenders.drift import Drift
from onebasket.recommenders.ease import EASE, EASESettings
from onebasket.recommenders.events import Events
from onebasket.recommenders.held_out import HeldOut, last_days, last_purchases
from onebasket.recommenders.interactions import Codes, Floats, Ragged
from onebasket.recommenders.lines import Lines
from onebasket.recommenders.opinion import Opinion
from onebasket.recommenders.outcomes import groups_of, outcomes_of
from onebasket.recommenders.quick import Past, Quick
from onebasket.recommenders.ranking import Scores
from onebasket.recommenders.recommender import Recommender
from onebasket.recommenders.sequential_rules import SequentialRulesSettings
from onebasket.recommenders.similarity import cosines
from onebasket.recommenders.stored import Stored
from onebasket.timeline.settings import TimelineSettings

if TYPE_CHECKING:
    from torch import Tensor

    from onebasket.timeline.encoder import Encoder
    from onebasket.timeline.encoding import NextItems
    from onebasket.timeline.histories import Histories, Marks
    from onebasket.timeline.network import Known, Network
    from onebasket.timeline.training import Training

_JUDGED = 20_000  # people looked at for validation, at most
_LEARNED_FROM = 4_000  # people whose candidates trees are fitted on, at most
_LINEAR = 5_000  # items of the linear model among the voices, at most: 100 MB
_BLENDED = 3_000_000_000  # scores made to choose shares, at most; with many items fewer people are looked at


_Voices = tuple[Scores, Scores, Scores | None]  # of the network, the rules, and what one had before


class TimelineModelSettings(msgspec.Struct, frozen=True):
    """The network, the rules, and how both are looked at while training.

    Validation is what was bought in the last `validation_days`, or where they are 0 the last purchase of
    people with three or more. `seen`: whether items are ranked there that a person had before: "allow";
    "mask", not what was bought; "new", nothing a person ever had to do with, which then is not learnt as a
    target either. `shares` None: chosen on validation. `refit`: counted again with what was held out.
    `stored`: how the network's numbers are kept on disk: "float16", in half the bits; "int8", so but for the
    items' vectors, which are a byte a number. What is read back is float32.
    """

    network: TimelineSettings = TimelineSettings()
    rules: SequentialRulesSettings = SequentialRulesSettings()
    shares: Shares | None = None
    seen: Literal["allow", "mask", "new"] = "mask"
    validation_days: float = 0.0
    refit: bool = True
    half_life_days: float = 0.0
    stored: Stored = "float32"


@dataclass(frozen=True)
class Trained:
    """How training went."""

    epochs: int
    best_epoch: int
    best: float  # NDCG@10 of the network on validation
    targets: int  # events the network was asked for while training
    shares: Shares  # of the counts in the blend
    began: str = ANEW  # or from what, or why not
    drift: Drift | None = None  # of the items' vectors since the model before


class Timeline(Recommender):
    """A causal network over what people did, blended with counts.

    The network is trained on all but what is held out for validation, which says when to stop, and how much
    the counts of what follows what, and of what one had before, add to a score:
    cos(state, item) / temperature + Σ share · ln(count + floor).

    Where `earlier` is a timeline model, training begins where that one ended: it is short then, and vectors
    of items stay comparable (`item_vectors`). What is held out is held out from both.
    """

    name: ClassVar[str] = "timeline"
    stochastic: ClassVar[bool] = True
    ordered: ClassVar[bool] = True
    timed: ClassVar[bool] = True
    informed: ClassVar[bool] = True
    stays: ClassVar[tuple[str, ...]] = (*Recommender.stays, "_now", "_market")

    def __init__(self, settings: TimelineModelSettings | None = None) -> None:
        self.settings = settings or TimelineModelSettings()

    def _fit(self, seed: int, progress: Progress) -> None:
        _torch().manual_seed(seed)
        from onebasket.timeline.encoding import NextItems, Wanted
        from onebasket.timeline.hardware import device_of
        from onebasket.timeline.network import Network
        from onebasket.timeline.training import Training

        settings, device = self.settings, device_of(self.settings.network.device)
        self._lines = Lines(self.events.told, settings.network.clock)
        held = self._held_out(seed)
        before = self.events.only(held.kept)
        self._counts = self._counts_of(before)
        histories = self._lines.of(before)
        known = histories.take(held.people)
        had = {"allow": None, "mask": self._lines.of(before.bought()), "new": histories}[settings.seen]
        goal = NextItems(
            known, Wanted(held.wanted.items + np.int32(1), held.wanted.starts),
            had and had.take(held.people), self._lines.asked(known, held.times),
        )  # fmt: skip
        inside = msgspec.structs.replace(settings.network, repeats=settings.seen != "new")
        attributes = self.catalogue.attribute_codes(self.item_ids)
        groups = groups_of(before, attributes)
        known_of = self._known(attributes, groups.shape[1])
        network = Network(len(self.item_ids), inside, known_of, self._lines.sizes)
        former = Former.of(self.earlier) if isinstance(self.earlier, Timeline) else None
        began = former.begin(network, self.item_ids, self._lines) if former else anew(self.earlier)
        progress(f"timeline: training · {began}", 0, 0)
        warm, outcomes = not began.startswith(ANEW), outcomes_of(before, groups)
        training = Training(network.to(device), histories, goal, seed, warm, outcomes)
        best = self._trained(training, progress).cpu()  # asked where there is no GPU, too
        self._opinion = Opinion.of(best, self._lines, histories)
        drifted = None
        progress("timeline: how much rules and repeats count", 0, 0)
        if former:
            self._opinion.turn, drifted = former.aligned(self._opinion.units, self.item_ids)
        self._shares = settings.shares or self._best_shares(goal, before, held.people)
        self._chances = None
        if settings.seen == "allow" and settings.validation_days > 0 and len(before.bought()):
            progress("timeline: the chances of what is on its list", 0, 0)
            self._ease = _linear(before)
            self._chances = self._best_chances(goal, before, held, seed)
        if settings.refit:
            self._counts = self._counts_of(self.events)
            if self._chances is not None:
                self._ease = _linear(self.events)
        course = training.course
        figures = course.epoch, course.best_epoch, course.best, course.targets
        self.trained = Trained(*figures, self._shares, began, drifted)

    def _trained(self, training: Training, progress: Progress) -> Network:
        """Train, from where a training of the same that was killed had got to. One that is done is kept, too:
        what comes after it may be killed."""
        if self.kept is None:
            return training.run(progress)
        from onebasket.timeline.checkpoints import Checkpoints

        checkpoints = Checkpoints.of(self.kept, training)
        checkpoints.resume(training)
        best = training.run(progress, checkpoints)
        checkpoints.save(training)
        return best

    def _held_out(self, seed: int) -> HeldOut:
        """Validation."""
        settings = self.settings
        if settings.validation_days:
            return last_days(self.events, settings.validation_days, _JUDGED, seed, settings.seen == "allow")
        return last_purchases(self.events, _JUDGED, seed, settings.seen == "new")

    def _counts_of(self, events: Events) -> Counts:
        return Counts.of(*self._countable(events), len(self.item_ids), self.settings.rules)

    def _countable(self, events: Events) -> tuple[Ragged, Ragged]:
        """What each user did, and what each bought."""
        return events.sequences(0, 0), events.bought().sequences(self.settings.half_life_days, self._now)

    @cached_property
    def _now(self) -> int:
        """Just after the last event."""
        return int(self.events.times.max(initial=0)) + 1

    def _known(self, told: Ragged, groups: int) -> Known:
        """What the catalogue says of the items, as the network takes it: none first."""
        import torch

        from onebasket.timeline.network import Known

        vectors = self.catalogue.vectors(self.item_ids)
        codes = starts = words = None
        if told.items.any():
            codes = torch.from_numpy(np.concatenate([[0], told.items]).astype(np.int64))
            starts = torch.from_numpy(np.concatenate([[0], told.starts + 1]))
        if vectors is not None:
            words = torch.from_numpy(np.concatenate([np.zeros_like(vectors[:1]), vectors]))
        seen = max(int((self.popularity > 0).sum()), int(self.events.items.max(initial=-1)) + 1)
        return Known(codes, starts, words, seen, groups)

    def _best_shares(self, goal: NextItems, events: Events, judged: Codes) -> Shares:
        """How much the counts should add: the best on validation, the smallest of equals."""
        shares = tried(self.settings.seen == "allow")
        most = max(1, _BLENDED // (len(self.item_ids) * len(shares)))
        gains = np.zeros(len(shares))
        for people in goal.blocks(len(self.item_ids), most):
            voices = self._voices(
                goal.before.take(people), goal.asked_of(people), events.take(judged[people])
            )
            for place, share in enumerate(shares):
                gains[place] += goal.gains(self._blended(voices, share), people).sum()
        return shares[int(gains.argmax())]

    def _best_chances(self, goal: NextItems, events: Events, held: HeldOut, seed: int) -> Chances | None:
        """Trees over what is known of people and candidates, if they do better than the shares on people they
        were not fitted on; fitted on all of them then."""
        market, shown = Market(events, int(held.times.max(initial=0))), []
        for block in goal.blocks(len(self.item_ids), _LEARNED_FROM):
            for people in np.array_split(block, min(len(block), 4)):
                done = events.take(held.people[people])
                voices = self._voices(goal.before.take(people), goal.asked_of(people), done)
                candidates = market.candidates(done, self._speakers(voices, done))
                bought = goal.wanted.among(people, candidates.rows, candidates.items + 1)
                plain = float(goal.gains(self._blended(voices), people).sum())
                shown.append(Shown(people, candidates, bought, plain))
        if len(shown) < 2:
            return None
        earlier = earlier_windows(events, held, self.settings.validation_days)
        gain = 0.0
        for half in range(2):
            trees = Chances.fit([*shown[half::2], *earlier], seed)
            for each in shown[1 - half :: 2]:
                scores = np.zeros((len(each.people), len(self.item_ids)), np.float32)
                gain += goal.gains(trees.first(scores, each.candidates), each.people).sum()
        return Chances.fit([*shown, *earlier], seed) if gain > sum(each.plain for each in shown) else None

    def states(self, events: Events, now: int) -> Floats:
        """What the network makes of everybody's past, (users, numbers): the log odds of a purchase and of
        a return in the coming days (WINDOWS_DAYS), what is spent in them, as a logarithm of usual purchases,
        and the main directions of states that are asked for a purchase now.

        Raises ModelError for a network that was not told when events were.
        """
        return self._opinion.states(events.coded_by(events.user_ids, self.item_ids), now)

    def scores(self, users: Codes) -> Scores:
        events = self.events.take(users)
        histories = self._lines.of(events)
        voices = self._voices(histories, self._lines.asked(histories, np.full(len(users), self._now)), events)
        blended = self._blended(voices)
        if self._chances is None:
            return blended
        candidates = self._market.candidates(events, self._speakers(voices, events))
        return self._chances.first(blended, candidates)

    def _weighed(self) -> slice:
        """As many of the last as the network looks at."""
        return slice(-self.settings.network.length, None)

    def after(self, user: str, since: Events, now: int) -> Self:
        other = super().after(user, since, now)
        other._now = now
        if self._chances is not None:
            other._market = self._market.at(now)
        return other

    def ahead(self, user: str, since: Events, now: int) -> Ahead | None:
        code = self.user_codes.get(user, -1)
        start, end = self._places[code : code + 2].tolist() if code >= 0 else (0, 0)
        if (end == start and not len(since)) or self.settings.network.layers > 1:
            return None
        found = self._quick.ahead(Past.of(self.events, start, end, since), now)
        return Ahead(*found, lambda: self.after(user, since, now).scores(np.zeros(1, np.int32))[0])

    @cached_property
    def _quick(self) -> Quick:
        trees = None if self._chances is None else (self._chances, self._ease, self._market)
        shares = self._shares if self.settings.seen == "allow" else Shares(self._shares.rules)
        return Quick(self._opinion, self._counts, self.settings.half_life_days, shares, trees)

    def _voices(self, histories: Histories, asked: Marks | None, events: Events) -> _Voices:
        """What the network, the rules and what each had before say of all items, (histories, items) each."""
        done, bought = self._countable(events)
        again = self._counts.again(bought) if self.settings.seen == "allow" else None
        return self._opinion.scores(histories, asked), self._counts.after(done), again

    def _speakers(self, voices: _Voices, events: Events) -> list[Scores]:
        """Who speaks for candidates: network, rules, and a linear model of what is bought together."""
        return [*voices[:2], self._ease.of_histories(events.purchases_coded().histories())]

    def _blended(self, voices: _Voices, shares: Shares | None = None) -> Scores:
        (opinions, after, again), shares = voices, shares or self._shares
        made = opinions.copy()
        for share, voice in ((shares.rules, after), (shares.repeats, again)):
            if share and voice is not None:
                made += np.float32(share) * voice
        return made

    @cached_property
    def _market(self) -> Market:
        """What all events say of items, now."""
        return Market(self.events, self._now)

    def item_vectors(self) -> Floats:
        """Unit vectors of all items (items, D), in the order of `item_ids`, for other uses: turned so that
        they lie as near as can be to those of the model before, where there was one (`earlier`). Cosines
        between them are those of the vectors that scores are made of, which are not turned.
        """
        return self._opinion.aligned()

    def left(self) -> tuple[tuple[str, ...], Tensor, Floats, Encoder, Lines]:
        """What the next model may begin from: items, their vectors, those aligned, the encoder, its marks."""
        told = self._opinion
        return self.item_ids, told.vectors, told.aligned(), told.encoder, told.lines

    def _similarities(self, items: Codes) -> Scores:
        """The cosine between vectors, and that between buyers: the first knows products that few bought."""
        units = self._opinion.directions
        scores: Scores = (units[items] @ units.T).numpy()
        return scores + cosines(self.history, self.buyers, items)

    def _arrays(self) -> dict[str, npt.NDArray[Any]]:
        made = self._opinion.arrays(self.settings.stored) | self._counts.arrays()
        made["shares"] = np.array([self._shares.rules, self._shares.repeats])
        if self._chances is not None:
            made["chances"] = np.frombuffer(self._chances.text.encode(), np.uint8)
            made["linear"] = self._ease.weights
        return made | self.events.arrays()

    def _restore(self, arrays: dict[str, npt.NDArray[Any]]) -> None:
        _torch()
        self.events = Events.restored(arrays, self.user_ids, self.item_ids)
        self._lines = Lines(self.events.told, self.settings.network.clock)
        self._opinion = Opinion.restored(arrays, self.settings.network, self._lines, len(self.item_ids))
        self._counts, (rules, repeats) = Counts.restored(arrays), arrays["shares"].tolist()
        self._shares = Shares(rules, repeats)
        text = arrays.get("chances")
        self._chances = None if text is None else Chances(text.tobytes().decode())
        if self._chances is not None:
            self._ease = EASE().of_weights(arrays["linear"], self.item_ids)

    def _forget(self) -> None:
        super()._forget()
        for name in ("_now", "_market", "_quick"):
            self.__dict__.pop(name, None)


def _linear(events: Events) -> EASE:
    """A linear model of what was bought together."""
    return EASE(EASESettings(max_items=_LINEAR)).fit(events.purchases_coded())


@contextmanager
def torch_threads(count: int) -> Iterator[None]:
    """Meanwhile torch works with so many threads; 0: with as many as it finds cores.

    Sums are split among threads: another number of them may give other last digits.
    """
    torch = _torch()
    before = torch.get_num_threads()
    torch.set_num_threads(count or before)
    try:
        yield
    finally:
        torch.set_num_threads(before)


def _torch() -> Any:
    try:
        import torch
    except ImportError as error:
        raise MissingExtraError("learn", "learn") from error
    return torch
