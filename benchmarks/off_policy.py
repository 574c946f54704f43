"""What another policy would have earned, told from logs: estimates beside the truth, real and made.

    python benchmarks/off_policy.py FOLDER [--replications 500]

FOLDER holds the Open Bandit Dataset as `obp` ships it (obp/dataset/obd): `random` and `bts`, two policies
that ran side by side in a fashion shop in the same week, each with the campaigns all, men and women; 10,000
impressions a policy and campaign in that sample, with the probability of what was shown, its place (of three)
and whether it was clicked. Saito, Aihara, Matsutani, Narita, NeurIPS 2021 (datasets and benchmarks).

random → bts   The value of Bernoulli Thompson sampling from the uniformly random log. Its choice of products
               changes from batch to batch, and its log states the probability only of what it showed; so its
               mean policy over the week is taken: frequencies of product by place in every other impression
               of its log. The truth is the click rate of the impressions in between, which have no part in
               the estimate. Frequencies from 5,000 impressions add noise that the interval does not know:
               about √(variance of click rates over products / 5,000), small beside the rest.
bts → random   The value of the random policy, whose probabilities are known exactly, from the log of Thompson
               sampling with its own logged propensities. The truth is the random log's click rate.

Rounds are impressions: the data names no customers. dr predicts with click rates by product, drawn towards
the mean by 500 impressions, learnt from the other half of the log. The truth is itself a sample: `covered`
asks whether the estimate's interval holds its point; `agrees` whether the difference of both, with both
errors, holds 0.

Made logs have propensities that are known and a truth in closed form: softmax policies over ten (or 80)
products, whose click rates depend on the person; 10,000 rounds each. dr predicts with the true rates times a
wrong factor a product, .5 to 1.2. Beside bias, spread and coverage stands how many estimates are called
reliable.
"""

from __future__ import annotations

import argparse
import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import duckdb
import numpy as np
import numpy.typing as npt

from onebasket.improve import PolicyValue, Rounds, doubly_robust, ips, snips
from onebasket.improve.off_policy import LEAST_EFFECTIVE

CAMPAIGNS = ("all", "men", "women")
PRIOR = 500.0  # impressions at the mean click rate
Doubles = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Log:
    """Impressions (n,) in order of time."""

    item: Integers
    place: Integers  # 0 to 2
    click: Doubles
    propensity: Doubles

    def part(self, which: npt.NDArray[np.bool_]) -> Log:
        """Some of the impressions."""
        return Log(self.item[which], self.place[which], self.click[which], self.propensity[which])

    @property
    def rate(self) -> tuple[float, float]:
        """The click rate and its standard error."""
        mean = float(self.click.mean())
        return mean, math.sqrt(mean * (1 - mean) / len(self.click))


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--replications", type=int, default=500)
    asked = parser.parse_args()
    heading(
        "campaign", "log → policy", "estimator", "estimate, % (95 %)", "truth, % (95 %)", "covered", "agrees",
        "effective: rounds, rewards", "largest weight", "reliable",
    )  # fmt: skip
    for campaign in CAMPAIGNS:
        uniform, thompson = (read(asked.folder, policy, campaign) for policy in ("random", "bts"))
        to_thompson(campaign, uniform, thompson)
        to_uniform(campaign, uniform, thompson)
    print()
    heading(
        "made logs", "truth", "estimator", "mean estimate", "spread", "coverage",
        "effective: rounds, rewards, median", "reliable", "coverage of these",
        "reliable, both policies told",
    )  # fmt: skip
    for world in WORLDS:
        made(world, asked.replications)


def heading(*names: str) -> None:
    """Print the head of a table."""
    print("|", " | ".join(names), "|")
    print("|---" * len(names) + "|")


def read(folder: Path, policy: str, campaign: str) -> Log:
    """The log of a policy in a campaign."""
    path = folder / policy / campaign / f"{campaign}.csv"
    if not path.exists():
        raise SystemExit(f"{path} is missing: FOLDER is obp/dataset/obd of an installed or unpacked obp")
    found = duckdb.read_csv(str(path)).order('"timestamp", item_id, "position"').fetchnumpy()
    item, place = found["item_id"].astype(np.int64), found["position"].astype(np.int64) - 1
    return Log(item, place, found["click"].astype(np.float64), found["propensity_score"].astype(np.float64))


def to_thompson(campaign: str, uniform: Log, thompson: Log) -> None:
    """Rows of random → bts."""
    even = np.arange(len(thompson.item)) % 2 == 0
    learnt, judged = thompson.part(even), thompson.part(~even)
    items = int(max(uniform.item.max(), thompson.item.max())) + 1
    shown = np.bincount(learnt.place * items + learnt.item, minlength=3 * items).reshape(3, items)
    policy = shown / shown.sum(axis=1, keepdims=True)
    rows(f"| {campaign} | random → bts", uniform, policy, judged)


def to_uniform(campaign: str, uniform: Log, thompson: Log) -> None:
    """Rows of bts → random."""
    items = round(1 / uniform.propensity[0])
    rows(f"| {campaign} | bts → random", thompson, np.full((3, items), 1 / items), uniform)


def rows(start: str, log: Log, policy: Doubles, truth: Log) -> None:
    """A row an estimator: the value of a policy (places, items) from a log."""
    rounds = Rounds(log.click, log.propensity, policy[log.place, log.item])
    rate, error = truth.rate
    for found in estimates(rounds, *predictions(log, policy)):
        own = (found.high - found.low) / 2 / 1.96
        agrees = abs(found.value - rate) <= 1.96 * math.hypot(own, error)
        print(f"{start} | {found.estimator} | {percent(found.value, found.low, found.high)}"
              f" | {percent(rate, rate - 1.96 * error, rate + 1.96 * error)}"
              f" | {yes(found.low <= rate <= found.high)} | {yes(agrees)} | {found.effective:,.0f},"
              f" {found.effective_rewards:.0f} | {found.largest:,.0f} | {yes(found.reliable)} |",
              flush=True)  # fmt: skip


def predictions(log: Log, policy: Doubles) -> tuple[Doubles, Doubles]:
    """Click rates by product, each half's learnt from the other: of what was shown, and expected."""
    items, half = policy.shape[1], np.arange(len(log.item)) % 2
    predicted, expected = np.zeros(len(half)), np.zeros(len(half))
    for own in (0, 1):
        other = log.part(half != own)
        clicks, seen = (
            np.bincount(other.item, each, items) for each in (other.click, np.ones(len(other.item)))
        )
        rate = (clicks + PRIOR * other.rate[0]) / (seen + PRIOR)
        here = half == own
        predicted[here], expected[here] = rate[log.item[here]], (policy @ rate)[log.place[here]]
    return predicted, expected


def estimates(rounds: Rounds, predicted: Doubles, expected: Doubles) -> Iterator[PolicyValue]:
    """All three."""
    yield ips(rounds)
    yield snips(rounds)
    yield doubly_robust(rounds, predicted, expected)


@dataclass(frozen=True)
class World:
    """A made log: how many products, how often they are clicked, how sharply the policies choose."""

    name: str
    products: int
    odds: float  # log odds of a click, on average
    logged: float  # sharpness of the logged policy; 0: uniform
    new: float


WORLDS = (
    World("10 products, clicks in 3 of 10", 10, -1.0, 0.5, 1.0),
    World("80 products, 1 click in 150, from a uniform log", 80, -5.5, 0.0, 1.0),
    World("80 products, 1 click in 150, from a sharp log", 80, -5.5, -1.5, 1.0),
    World("80 products, clicks in 3 of 10, from a sharp log", 80, -1.0, -1.5, 1.0),
)
ROUNDS, KINDS = 10_000, 20


def made(world: World, replications: int) -> None:
    """Rows of a made world, over many logs of it."""
    random = np.random.default_rng(12_345)
    liking = random.normal(0, 1, (KINDS, world.products))
    rates = 1 / (1 + np.exp(-(world.odds + 0.7 * liking)))
    logged, new = softmax(world.logged * liking), softmax(world.new * liking)
    truth = float((new * rates).sum(axis=1).mean())
    model = rates * random.uniform(0.5, 1.2, rates.shape)  # as good as models are
    draw = drawing(random, logged, rates)
    found = [tuple(one_log(draw, logged, new, model)) for _ in range(replications)]
    likely = ROUNDS / max(float((new**2 / logged).sum(axis=1).mean()), 1.0)  # effective, by both policies
    for each in zip(*found, strict=True):
        values = np.array([one.value for one in each])
        covered = np.array([one.low <= truth <= one.high for one in each])
        reliable = np.array([one.reliable for one in each])
        print(f"| {world.name} | {truth:.5f} | {each[0].estimator} | {values.mean():.5f} | {values.std():.5f}"
              f" | {covered.mean():.3f}"
              f" | {np.median([one.effective for one in each]):,.0f},"
              f" {np.median([one.effective_rewards for one in each]):.0f}"
              f" | {reliable.mean():.2f} | {f'{covered[reliable].mean():.3f}' if reliable.any() else ''}"
              f" | {(reliable & (likely >= LEAST_EFFECTIVE)).mean():.2f} |",
              flush=True)  # fmt: skip


def one_log(draw: Draw, logged: Doubles, new: Doubles, model: Doubles) -> Iterator[PolicyValue]:
    """All estimates from one log."""
    kind, shown, click = draw()
    rounds = Rounds(click, logged[kind, shown], new[kind, shown])
    return estimates(rounds, model[kind, shown], (new * model).sum(axis=1)[kind])


Draw = Callable[[], tuple[Integers, Integers, Doubles]]


def drawing(random: np.random.Generator, logged: Doubles, rates: Doubles) -> Draw:
    """What draws kinds of people, what they were shown, and their clicks, (rounds,) each."""
    steps = np.cumsum(logged, axis=1)
    steps[:, -1] = 1

    def draw() -> tuple[Integers, Integers, Doubles]:
        kind = random.integers(0, KINDS, ROUNDS)
        shown = (random.random((ROUNDS, 1)) >= steps[kind]).sum(axis=1)
        click = (random.random(ROUNDS) < rates[kind, shown]).astype(np.float64)
        return kind, shown, click

    return draw


def softmax(odds: Doubles) -> Doubles:
    """Rows of probabilities."""
    powers = np.exp(odds - odds.max(axis=1, keepdims=True))
    shares: Doubles = powers / powers.sum(axis=1, keepdims=True)
    return shares


def percent(value: float, low: float, high: float) -> str:
    """A share with its interval, in per cent."""
    return f"{value:.3%} ({low:.3%} to {high:.3%})".replace("%", "")


def yes(said: bool) -> str:
    """Yes or no."""
    return "yes" if said else "no"


if __name__ == "__main__":
    main()
