"""Which channel each real basket went through, who bought it, and what became of it."""

from __future__ import annotations

from dataclasses import dataclass

import duckdb
import numpy as np
import numpy.typing as npt
import pyarrow as pa

from onebasket.demo.engine import make_table
from onebasket.demo.people import Household
from onebasket.demo.purchases import HOUSEHOLDS, Baskets, Integers
from onebasket.demo.rates import Rates

STORE, WEB, APP, TMALL = 0, 1, 2, 3
PAID, REFUNDED, PARTLY, CANCELLED, PENDING = range(5)
Flags = npt.NDArray[np.bool_]
_DAY_US = 86_400_000_000
_YEAR_US = 1_483_228_800_000_000  # 2017-01-01 UTC


@dataclass(frozen=True)
class Chunk:
    """A part of the demo that fits in memory: up to 2,469 households."""

    number: int
    households: int
    seed: int
    first_order: int  # number of its first web shop order

    def rng(self, purpose: int) -> np.random.Generator:
        return np.random.default_rng([self.seed, self.number, purpose])

    @property
    def suffix(self) -> str:
        """What its file names end in: '' for the first, then '-02', …"""
        return f"-{self.number + 1:02d}" if self.number else ""


@dataclass(frozen=True)
class Purchases:
    """One row a purchase, in order of time. `basket` is negative for test orders."""

    basket: Integers
    household: Integers
    person: Integers
    channel: Integers
    time_us: Integers
    status: Integers
    test: Flags
    signed_in: Flags
    tracked: Flags
    numberless: Flags
    rounded: Flags
    order_number: Integers  # web shop orders only, else 0

    def __len__(self) -> int:
        return len(self.basket)

    @property
    def day(self) -> Integers:
        """Days since the year began; never negative."""
        return np.maximum(0, (self.time_us - _YEAR_US) // _DAY_US)


def make_purchases(baskets: Baskets, households: list[Household], chunk: Chunk, rates: Rates) -> Purchases:
    """Give every real basket of the chunk a channel, a buyer and a fate; add test orders."""
    rng = chunk.rng(2)
    used = baskets.household < chunk.households
    basket, household, time_us = baskets.basket[used], baskets.household[used], baskets.time_us[used]
    if chunk.number:  # the same baskets again, some days and hours away
        shift = rng.integers(-5 * 24 * 60, 5 * 24 * 60, chunk.households) * 60_000_000
        time_us = time_us + shift[household]
    tests = rng.choice(len(basket), round(len(basket) * rates.test_order), replace=False)
    basket = np.concatenate([basket, -1 - np.arange(len(tests))])
    household = np.concatenate([household, household[tests]])
    time_us = np.concatenate([time_us, time_us[tests] + 1_800_000_000])
    fuel = np.concatenate([baskets.fuel[used], np.zeros(len(tests), dtype=bool)])
    order = np.lexsort((basket, time_us))
    basket, household, time_us, fuel = basket[order], household[order], time_us[order], fuel[order]
    channel = _channels(household, chunk.households, rng, rates)
    channel[fuel] = STORE
    test = basket < 0
    channel[test & (channel == TMALL)] = WEB
    person = _buyers(household, channel, households, rng)
    accounts = np.array([bool(p.accounts) for h in households for p in h.people])
    in_shop = (channel == WEB) | (channel == APP)
    return Purchases(
        basket=basket,
        household=household,
        person=person,
        channel=channel,
        time_us=time_us,
        status=_statuses(len(basket), test, rng, rates),
        test=test,
        signed_in=accounts[person] & (rng.random(len(basket)) >= rates.guest) & ~test,
        tracked=in_shop & ~test & (rng.random(len(basket)) >= rates.untracked),
        numberless=rng.random(len(basket)) < rates.no_transaction_id,
        rounded=rng.random(len(basket)) < rates.rounded_value,
        order_number=np.where(in_shop, chunk.first_order + np.cumsum(in_shop) - 1, 0),
    )


def _channels(household: Integers, households: int, rng: np.random.Generator, rates: Rates) -> Integers:
    """A household's shares are drawn from a Dirichlet distribution; shares under 4 % are dropped."""
    mean = np.array([1 - rates.web - rates.app - rates.tmall, rates.web, rates.app, rates.tmall])
    shares = rng.gamma(mean * rates.channel_spread * 2, size=(households, 4)) + 1e-12
    shares /= shares.sum(axis=1, keepdims=True)
    shares[shares < 0.04] = 0
    edges = np.cumsum(shares / shares.sum(axis=1, keepdims=True), axis=1)
    draw = rng.random(len(household))
    channel: Integers = np.minimum((draw[:, None] >= edges[household]).sum(axis=1), TMALL)
    return channel


def _buyers(
    household: Integers, channel: Integers, households: list[Household], rng: np.random.Generator
) -> Integers:
    """Every adult has a liking for each channel; a basket is bought by one of them."""
    person = np.zeros(len(household), dtype=np.int64)
    order = np.lexsort((np.arange(len(household)), channel, household))
    cells = household[order] * 4 + channel[order]
    starts = np.flatnonzero(np.diff(cells, prepend=-1))
    for start, end in zip(starts, [*starts[1:], len(cells)], strict=True):
        adults = [p.number for p in households[cells[start] // 4].people if p.adult]
        if len(adults) == 1:
            person[order[start:end]] = adults[0]
            continue
        liking = np.cumsum(rng.gamma(0.6, size=len(adults)) + 1e-9)
        draw = rng.random(end - start) * liking[-1]
        person[order[start:end]] = np.array(adults)[np.searchsorted(liking, draw)]
    return person


def _statuses(count: int, test: Flags, rng: np.random.Generator, rates: Rates) -> Integers:
    edges = np.cumsum([rates.refunded, rates.partly_refunded, rates.cancelled, rates.pending])
    status = np.searchsorted(edges, rng.random(count), side="right") + 1
    return np.where((status > PENDING) | test, PAID, status).astype(np.int64)


def register(
    connection: duckdb.DuckDBPyConnection,
    purchases: Purchases,
    households: list[Household],
    chunk: Chunk,
    rates: Rates,
) -> None:
    """Make the chunk's tables `purchase` and `line`, and the macro `u(tag, a, b)`: a draw from [0, 1)."""
    draw = f"(hash(tag, {chunk.seed}, {chunk.number}, a, b) >> 11)::double / 9007199254740992"
    connection.execute(f"create or replace macro u(tag, a, b) as {draw}").fetchall()
    people = [person for household in households for person in household.people]
    owner = np.array([person.id for person in people])
    homes = np.array([household.id for household in households])
    kind = np.where(purchases.test, "test", "b")
    table = pa.table(
        {
            "p": np.arange(len(purchases)),
            "basket": purchases.basket,
            "person": purchases.person,
            "channel": purchases.channel,
            "ts": pa.array(purchases.time_us, pa.timestamp("us")),
            "status": purchases.status,
            "test": purchases.test,
            "signed_in": purchases.signed_in,
            "tracked": purchases.tracked,
            "numberless": purchases.numberless,
            "rounded": purchases.rounded,
            "order_number": purchases.order_number,
            "person_id": pa.array(np.where(purchases.test, "staff", owner[purchases.person])),
            "household_id": pa.array(np.where(purchases.test, "staff", homes[purchases.household])),
            "purchase_id": [
                f"{k}{abs(basket)}-{chunk.number}"
                for k, basket in zip(kind.tolist(), purchases.basket.tolist(), strict=True)
            ],
        }
    )
    make_table(connection, "purchase", table)
    connection.execute(_line_sql(rates)).fetchall()


def _line_sql(rates: Rates) -> str:
    """Money in cents, for Tmall in fen. A test order is one unit of some product.

    The till states what was paid; elsewhere the price of one unit is rounded and the discount takes up
    the rest, so that price × quantity − discount is the amount. Tmall states no discounts.
    """
    return f"""
        create or replace table line as
        with bought as (
            select p, channel, product, amount, discount,
                case when quantity = 0 and amount > 0 then 1 else quantity end as quantity,
                case channel when {TMALL} then {rates.tmall_markup / rates.cny_in_usd}
                    when {STORE} then 1 else raised end as factor
            from base_line join purchase using (basket) join product using (product)
            union all
            select p, channel, product, cents, 0, 1, 1
            from purchase join (
                select row_number() over (order by product) as k, count(*) over () as n, product, cents
                from product
            ) on k = 1 + p % n
            where test
        ),
        converted as (
            select p, channel, product, quantity, round(amount * factor)::bigint as amount,
                round((amount + case channel when {TMALL} then 0 else discount end) * factor)::bigint as list
            from bought
        ),
        priced as (
            select *, case when quantity = 0 then list
                else greatest(round(list / quantity), ceil(amount / quantity)) end::bigint as price
            from converted
        ),
        summed as (
            select *, case when channel = {STORE} then list else price * quantity end as gross from priced
        )
        select p, row_number() over (partition by p order by product) as n, channel, product, quantity, price,
            gross,
            case when channel = {TMALL} then gross else amount end as amount,
            case when channel = {TMALL} then 0 else gross - amount end as discount
        from summed order by p, n
    """


def chunks(households: int, seed: int) -> list[Chunk]:
    """How the demo is cut: every real household once a chunk. Order numbers are filled in as it goes."""
    sizes = [min(HOUSEHOLDS, households - start) for start in range(0, households, HOUSEHOLDS)]
    return [Chunk(number, size, seed, 1001) for number, size in enumerate(sizes)]
