"""What people looked at: simulated, with noise, so that looking does not give the next purchase away.

A third of the bought products are viewed in the session that buys them. Most views are of other
things: from categories the household buys from at any time of the year, by popularity, or any
product at all. Some sessions are by somebody else on the same device.
"""

from __future__ import annotations

from dataclasses import dataclass

import duckdb
import numpy as np
import pyarrow as pa

from onebasket.demo.baskets import APP, Chunk, Flags, Purchases
from onebasket.demo.engine import make_table
from onebasket.demo.people import Household, Person
from onebasket.demo.purchases import Integers
from onebasket.demo.rates import Rates

START, SEARCH, VIEW, CART, CHECKOUT, PURCHASE, LOGIN = range(7)
STORE_TABLET = "1999999999.1483228800"
STORE_KIOSK = "00000000-kiosk-4000-a000-000000000001"
_MINUTE_US, _DAY_US = 60_000_000, 86_400_000_000
_YEAR_START, _YEAR_END = 1_483_228_800_000_000, 1_514_764_800_000_000


@dataclass(frozen=True)
class Taste:
    """Everything the draws of products need: the lines of the chunk by household and by category."""

    products: Integers  # product of each line, lines in order of household
    first: Integers  # first line of each household
    count: Integers
    category: Integers  # category of each product (by place in `listed`)
    by_category: Integers  # product of each line, lines in order of category
    category_first: Integers
    category_count: Integers
    listed: Integers  # product numbers of all listed products

    def draw(self, household: Integers, rng: np.random.Generator, rates: Rates) -> Integers:
        """One product for each household given: by interest, by popularity, or any."""
        n = len(household)
        u, kind = rng.random((3, n)), rng.random(n)
        own = self.products[self.first[household] + (u[0] * self.count[household]).astype(np.int64)]
        category = self.category[own]
        by_interest = self.by_category[
            self.category_first[category] + (u[1] * self.category_count[category]).astype(np.int64)
        ]
        popular = self.products[(u[1] * len(self.products)).astype(np.int64)]
        anything = (u[2] * len(self.listed)).astype(np.int64)
        popular_edge = rates.interest_views + rates.popular_views
        place = np.where(
            kind < rates.interest_views, by_interest, np.where(kind < popular_edge, popular, anything)
        )
        drawn: Integers = self.listed[place]
        return drawn


def read_taste(connection: duckdb.DuckDBPyConnection, chunk: Chunk) -> Taste:
    """Taste from the real lines and the table `product`."""
    columns = connection.execute(
        "select product, dense_rank() over (order by real_category) - 1 as category"
        " from product order by product"
    ).fetchnumpy()
    listed, category = columns["product"].astype(np.int64), columns["category"].astype(np.int64)
    lines = connection.execute(
        f"select household, product from base_line where household < {chunk.households}"
        " order by household, basket, product"
    ).fetchnumpy()
    household = lines["household"].astype(np.int64)
    products = np.searchsorted(listed, lines["product"].astype(np.int64))
    first = np.searchsorted(household, np.arange(chunk.households))
    of_category = category[products]
    order = np.argsort(of_category, kind="stable")
    category_first = np.searchsorted(of_category[order], np.arange(category.max() + 1))
    return Taste(
        products=products,
        first=first,
        count=np.diff(first, append=len(products)),
        category=category,
        by_category=products[order],
        category_first=category_first,
        category_count=np.diff(category_first, append=len(products)),
        listed=listed,
    )


@dataclass(frozen=True)
class Sessions:
    """One row a session. `p` is the purchase it ends in, or -1; `end_us` is when it ends."""

    p: Integers
    household: Integers
    actor: Integers
    owner: Integers  # whose cookie it is
    end_us: Integers
    own_account: Flags  # signed in, and into the account of the one who acts
    cookie: list[str]
    account: list[str | None]


def make_sessions(
    purchases: Purchases, households: list[Household], channel: int, chunk: Chunk, rates: Rates
) -> Sessions:
    """Sessions of one channel: one for each tracked purchase, and idle ones by the same households."""
    rng = chunk.rng(10 + channel)
    people = [person for household in households for person in household.people]
    buying = np.flatnonzero((purchases.channel == channel) & purchases.tracked)
    idle = round(len(buying) * rates.idle_sessions)
    like = rng.choice(buying, idle) if len(buying) else buying
    end_us = purchases.time_us[like] + (rng.normal(0, 15, len(like)) * _DAY_US).astype(np.int64)
    end_us += rng.integers(-90, 90, len(like)) * _MINUTE_US
    end_us = _YEAR_START + (end_us - _YEAR_START) % (_YEAR_END - _YEAR_START)
    owner = np.concatenate([purchases.person[buying], purchases.person[like]])
    household = np.concatenate([purchases.household[buying], purchases.household[like]])
    actor = owner.copy()
    lent = rates.other_person_app if channel == APP else rates.other_person
    other = np.flatnonzero(rng.random(len(owner)) < lent)
    for place in other[other >= len(buying)]:
        actor[place] = rng.choice([person.number for person in households[household[place]].people])
    draws = rng.random((4, len(owner)))
    signed_in = np.concatenate([purchases.signed_in[buying], draws[0, len(buying) :] < rates.login])
    cookies, accounts, own = [], [], np.zeros(len(owner), dtype=bool)
    for place, (o, a) in enumerate(zip(owner.tolist(), actor.tolist(), strict=True)):
        who = _signed_in(people[o], people[a], draws[1, place], rates) if signed_in[place] else None
        own[place] = who is people[a] and bool(who.accounts)
        accounts.append(who.accounts[-1 if draws[2, place] < 0.3 else 0] if who and who.accounts else None)
        cookies.append(_cookie(people[o], channel, draws[3, place], rng, rates))
    return Sessions(
        p=np.concatenate([buying, np.full(len(like), -1)]),
        household=household,
        actor=actor,
        owner=owner,
        end_us=np.concatenate([purchases.time_us[buying], end_us]),
        own_account=own,
        cookie=cookies,
        account=accounts,
    )


def _signed_in(owner: Person, actor: Person, draw: float, rates: Rates) -> Person | None:
    """Whose sign-in a session is under, if it is signed in at all."""
    if owner is actor or draw < rates.own_login:
        return actor
    return owner if draw < rates.own_login + rates.foreign_login else None


def _cookie(owner: Person, channel: int, draw: float, rng: np.random.Generator, rates: Rates) -> str:
    """The browser's client id, or the app's installation id."""
    if channel == APP and draw < rates.store_tablet:
        return STORE_KIOSK
    if channel == APP:
        return owner.installs[int(rng.integers(len(owner.installs)))]
    if draw < rates.store_tablet:
        return STORE_TABLET
    if owner.household.tablet and draw < rates.store_tablet + rates.tablet_session:
        return owner.household.tablet
    return owner.cookies[int(rng.integers(len(owner.cookies)))]


@dataclass(frozen=True)
class _Events:
    """Columns of events being gathered: session, kind, product (-1: none), place in the session 0…1."""

    session: Integers
    kind: Integers
    product: Integers
    place: np.ndarray[tuple[int], np.dtype[np.float64]]


def register_events(
    connection: duckdb.DuckDBPyConnection,
    sessions: Sessions,
    households: list[Household],
    taste: Taste,
    channel: int,
    chunk: Chunk,
    rates: Rates,
) -> None:
    """Make the table `event`: e, session, kind, product, p, ts, cookie, account, person_id, household_id."""
    rng = chunk.rng(20 + channel)
    count = len(sessions.p)
    parts = [_all_sessions(START, 0.0, np.arange(count)), *_other_views(sessions, taste, rng, rates)]
    parts += _bought(connection, sessions, rng, rates)
    buys = np.flatnonzero(sessions.p >= 0)
    parts.append(_all_sessions(CHECKOUT, 0.97, buys[rng.random(len(buys)) < rates.checkout_tracked]))
    parts.append(_all_sessions(PURCHASE, 1.0, buys))
    parts.append(
        _all_sessions(
            LOGIN, 0.01, np.flatnonzero(sessions.own_account & (rng.random(count) < rates.login_event))
        )
    )
    session = np.concatenate([part.session for part in parts])
    kind = np.concatenate([part.kind for part in parts])
    product = np.concatenate([part.product for part in parts])
    place = np.concatenate([part.place for part in parts])
    length_us = (2 + np.bincount(session, minlength=count)) * 25_000_000
    ts = sessions.end_us[session] - (length_us[session] * (1 - place)).astype(np.int64)
    delay = rng.exponential(rates.tracked_delay_seconds, len(ts)) * 1_000_000
    ts = np.where(kind == PURCHASE, ts + delay.astype(np.int64), ts)
    order = np.lexsort((np.arange(len(ts)), ts))
    people = [person for household in households for person in household.people]
    names = pa.array([person.id for person in people])
    homes = pa.array([household.id for household in households])
    table = pa.table(
        {
            "e": np.arange(len(ts)),
            "session": session[order],
            "kind": kind[order],
            "product": product[order],
            "p": sessions.p[session[order]],
            "ts": pa.array(ts[order], pa.timestamp("us")),
            "start_us": (sessions.end_us - length_us)[session[order]],
            "cookie": pa.array(sessions.cookie, pa.string()).take(pa.array(session[order])),
            "account": pa.array(sessions.account, pa.string()).take(pa.array(session[order])),
            "owner": sessions.owner[session[order]],
            "actor": sessions.actor[session[order]],
            "person_id": names.take(pa.array(sessions.actor[session[order]])),
            "household_id": homes.take(pa.array(sessions.household[session[order]])),
        }
    )
    make_table(connection, "event", table)


def _all_sessions(kind: int, place: float, sessions: Integers) -> _Events:
    n = len(sessions)
    return _Events(sessions, np.full(n, kind), np.full(n, -1), np.full(n, place))


def _other_views(sessions: Sessions, taste: Taste, rng: np.random.Generator, rates: Rates) -> list[_Events]:
    """Views that lead nowhere; some are put in the cart and left there, some come from a search."""
    number = rng.poisson(rates.views_a_session, len(sessions.p))
    session = np.repeat(np.arange(len(sessions.p)), number)
    product = taste.draw(sessions.household[session], rng, rates)
    place = rng.uniform(0.05, 0.85, len(session))
    views = _Events(session, np.full(len(session), VIEW), product, place)
    left = np.flatnonzero(rng.random(len(session)) < rates.left_in_cart)
    carts = _Events(session[left], np.full(len(left), CART), product[left], place[left] + 0.02)
    found = np.flatnonzero(rng.random(len(session)) < rates.searched_first)
    searches = _Events(session[found], np.full(len(found), SEARCH), product[found], place[found] - 0.02)
    return [views, carts, searches]


def _bought(
    connection: duckdb.DuckDBPyConnection, sessions: Sessions, rng: np.random.Generator, rates: Rates
) -> list[_Events]:
    """Views, searches and carts of what the session then buys: of some lines only."""
    connection.register("_session", {"session": np.arange(len(sessions.p)), "p": sessions.p})
    lines = connection.execute(
        "select session, product from line join _session using (p) where p >= 0 order by session, n"
    ).fetchnumpy()
    connection.unregister("_session")
    session, product = lines["session"].astype(np.int64), lines["product"].astype(np.int64)
    place = rng.uniform(0.05, 0.85, len(session))
    parts = []
    for kind, rate, shift in (
        (VIEW, rates.viewed_before_purchase, 0.0),
        (CART, rates.carted_before_purchase, 0.03),
        (SEARCH, rates.searched_before_purchase, -0.03),
    ):
        some = np.flatnonzero(rng.random(len(session)) < rate)
        parts.append(_Events(session[some], np.full(len(some), kind), product[some], place[some] + shift))
    return parts
