"""Answers of one published version, everything counted that came in since: what a server gives, in Python."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import repeat
from typing import Literal, TypeVar

import msgspec
import numpy as np

from onebasket.answers import store_of
from onebasket.errors import NotThereError, WishError
from onebasket.improve.served import CHALLENGER, CHAMPION, Served
from onebasket.recommenders import Mask
from onebasket.recommenders import Scores as Numbers
from onebasket.recommenders.interactions import DAY_SECONDS
from onebasket.serve import facts
from onebasket.serve.arms import Arms, Dealt, Note, unnoted
from onebasket.serve.happened import Happened, Live
from onebasket.serve.making import Maker, list_id, number
from onebasket.serve.opened import Opened
from onebasket.serve.reasons import reasons_of
from onebasket.serve.scored import Opinion, Scored
from onebasket.serve.since import MOST_SESSION, Did
from onebasket.serve.told import Customer, Found, Listing, Page, Product, Ranked, Ranking, Scores
from onebasket.serve.wishes import NOTHING, Wishes
from onebasket.shop import Placement, Shop
from onebasket.store.basket import Version

MOST_CANDIDATES = 1_000
_LEAST_ORDERS = 2  # that hold two products, before these are said to go together
_OF_CUSTOMERS = ("seen", "not_bought_days", "reasons")  # wishes that a list for nobody cannot fulfil
T = TypeVar("T", bound=msgspec.Struct)
Kind = Literal["history", "own_list", "similar", "together", "trending"]


@dataclass(frozen=True)
class _Asked:
    """Who asks, and what was done since, the oldest first."""

    customer: str | None
    place: int  # among the version's customers; -1: not one of them
    done: tuple[Happened, ...]


class Answering:
    """One published version opened for answering. Threads may ask at once; to be closed, or used in a `with`.

    Lists count all that came in since, as `scored.Scored` says. Customers are named by any id they ever had.
    """

    def __init__(self, opened: Opened, live: Live, note: Note = unnoted) -> None:
        self._opened, self._live, self._note = opened, live, note
        models = {CHAMPION: opened.model, CHALLENGER: opened.challenger}
        self._arms = Arms(opened.shop, {arm: model.name for arm, model in models.items() if model})
        self._scorers = {arm: Scored(opened, live, model) for arm, model in models.items() if model}
        self._scored, self._maker = self._scorers[CHAMPION], Maker(opened, live)
        self._placements: Mapping[str, Placement] = opened.shop.serve.placement

    @classmethod
    def open(cls, shop: Shop, version: Version, live: Live, note: Note = unnoted) -> Answering:
        """Of a version, which is this one's to close. `note` is told every list that is given. Raises
        ModelError where there is no usable model."""
        store = store_of(shop.folder, version)
        try:
            return cls(Opened(shop, version, store), live, note)
        except BaseException:
            store.close()
            version.close()
            raise

    @property
    def version(self) -> int:
        """The version's number."""
        return self._opened.number

    @property
    def model(self) -> str:
        """The model's name."""
        return self._opened.model.name

    @property
    def warnings(self) -> list[str]:
        """What the shop file says that this version cannot do: pinned or banned products that are not in its
        catalogue, categories without a product on sale."""
        known, made = self._opened.assortment, []
        for name, placement in sorted(self._placements.items()):
            for what, ids in (("pinned", placement.pinned), ("banned", placement.banned)):
                made += [f"serve.placement.{name}: no product {each} ({what})" for each in ids
                         if each not in known.codes]  # fmt: skip
            made += [
                f"serve.placement.{name}: no product on sale in {category!r}"
                for category in placement.categories
                if not known.has(category)
            ]
        return made

    def customer(self, customer_id: str, *, personal: bool = False) -> Customer:
        """What is known of a customer; `personal`: with the golden record. Raises NotThereError."""
        asked = self._somebody(customer_id)
        assert asked.customer
        told = facts.customer(self._opened, customer_id, asked.customer, asked.done)
        if not personal:
            return told
        return _changed(told, personal=facts.personal(self._opened, asked.customer))

    def lookup(self, identifiers: Mapping[str, str]) -> Found:
        """Who has these identifiers, as `Live.customer_of` takes them. Raises NotThereError for nobody, or
        where they are several people's."""
        found = self._live.customer_of(identifiers)
        if found is None:
            raise NotThereError("There is no one customer with these identifiers.")
        return Found(self._live.current(found), self.version)

    def timeline(self, customer_id: str, limit: int = 50, before: str | None = None) -> Page:
        """A page of what a customer did, live events included, the latest first. Raises NotThereError, and
        WishError for a `before` that is not `next` of a page."""
        asked = self._somebody(customer_id)
        assert asked.customer
        return facts.page(self._opened, asked.customer, asked.done, limit, before)

    def scores(self, customer_id: str) -> Scores:
        """What a customer is expected to do, as of the version. Raises NotThereError."""
        asked = self._somebody(customer_id)
        assert asked.customer
        return facts.scores(self._opened, asked.customer)

    def product(self, product_id: str) -> Product:
        """What is known of a product. Raises NotThereError."""
        return facts.product(self._opened, product_id, self._live.sold().get(product_id, 0.0))

    def recommend(
        self, who: str | None = None, session: Sequence[Did] = (), wishes: Wishes = NOTHING
    ) -> Listing:
        """The best products for a customer, or for whoever did what `session` says. Raises NotThereError for
        an unknown customer, WishError for what cannot be."""
        made, dealt = self._recommended(who, session, wishes)
        self._write_down(made, dealt)
        return made

    def similar(self, product_id: str, wishes: Wishes = NOTHING) -> Listing:
        """Products like one; none for one that the model does not know yet. Raises NotThereError for an
        unknown product, WishError for what cannot be."""
        code, placement = self._opened.assortment.code(product_id), self._impersonal(wishes)
        known = self._opened.model.item_codes.get(product_id)
        if known is not None:
            scores = self._scored.alike(known)
        else:
            scores = np.full(len(self._opened.assortment), -np.inf)
        return self._for_nobody(scores, "similar", self._allowed(placement, code), placement, wishes)

    def together(self, product_id: str, wishes: Wishes = NOTHING) -> Listing:
        """Products bought in one order with one, in two orders or more, by the cosine of the orders that hold
        each; orders of the version alone. Raises NotThereError and WishError as `similar`."""
        code, placement = self._opened.assortment.code(product_id), self._impersonal(wishes)
        bought = self._opened.bought
        both, every = bought.together(code), len(bought.orders[0]) - 1
        scores = both / np.sqrt(np.maximum(1.0, bought.counts[code] * bought.counts.astype(np.float64)))
        scores[both < _LEAST_ORDERS] = -np.inf
        made = self._for_nobody(scores, "together", self._allowed(placement, code), placement, wishes)
        codes = [self._opened.assortment.codes[each.product_id] for each in made.items]
        lifts = [
            both[each] * every / max(1, int(bought.counts[code]) * int(bought.counts[each])) for each in codes
        ]
        items = tuple(
            _changed(item, orders=int(both[each]), lift=float(lift))
            for item, each, lift in zip(made.items, codes, lifts, strict=True)
        )
        return _changed(made, items=items)

    def trending(self, wishes: Wishes = NOTHING) -> Listing:
        """What everybody looks at and buys lately. Raises WishError for what cannot be."""
        placement = self._impersonal(wishes)
        scores, allowed = self._scored.trending(), self._allowed(placement)
        return self._for_nobody(scores, "trending", allowed, placement, wishes)

    def rank(self, who: str | None, candidates: Sequence[str], session: Sequence[Did] = ()) -> Ranking:
        """Products in the order in which a customer is likely to want them, each once; those that the model
        does not know last. Raises NotThereError and WishError as `recommend`."""
        if len(candidates) > MOST_CANDIDATES:
            raise WishError("Too many candidates.", found=str(len(candidates)), expected="up to 1,000")
        asked = self._asked(who, session)
        dealt = self._arms.deal(asked.customer)
        opinion = self._scorers[dealt.arm].of(asked.customer, asked.done)
        codes = self._opened.assortment.codes
        told = [(each, codes.get(each)) for each in dict.fromkeys(candidates)]
        scored = [(each, None if code is None else number(opinion.scores[code])) for each, code in told]
        scored.sort(key=lambda pair: (pair[1] is None, -(pair[1] or 0.0)))
        items = tuple(Ranked(each, score) for each, score in scored)
        made = Ranking(
            list_id(), items, opinion.basis, asked.customer, dealt.model, self.version, dealt.arm
        )  # fmt: skip
        self._write_down(made, dealt)
        return made

    def known_ids(self) -> tuple[list[str], list[str]]:
        """Customers that the model knows, and products that it may list by itself."""
        model, customers = self._opened.model, self._opened.customers
        return [each for each in model.user_ids if each in customers], list(model.item_ids)

    def warm(self) -> None:
        """Ask for a list of each kind once, so that whoever asks first need not wait for kernels."""
        customers, products = self.known_ids()
        if customers and products:
            for who in (None, customers[0]):
                self._recommended(who, [Did("view", products[0])], Wishes(seen="mask", in_stock=True))
            for each in self._scorers.values():
                each.warm(customers[0])

    def close(self) -> None:
        """Close the version, and its live state."""
        self._live.close()
        self._opened.close()

    def __enter__(self) -> Answering:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _somebody(self, who: str) -> _Asked:
        """A customer, by any id it ever had. Raises NotThereError."""
        found = self._live.current(self._opened.earlier.get(who, who))
        recent = tuple(self._live.recent(found))
        place = self._opened.customers.get(found, -1)
        if place < 0 and not recent:
            raise NotThereError(
                "There is no such customer.", expected="an id of table customers",
                next_step='onebasket query SHOP "select customer_id from customers where known limit 10"',
            )  # fmt: skip
        return _Asked(found, place, recent)

    def _asked(self, who: str | None, session: Sequence[Did]) -> _Asked:
        if len(session) > MOST_SESSION:
            raise WishError("Too many events.", found=str(len(session)), expected=f"up to {MOST_SESSION}")
        somebody = _Asked(None, -1, ()) if who is None else self._somebody(who)
        if not session:
            return somebody
        now = max([1000 * self._opened.now(), *(each.at for each in somebody.done[-1:])])
        done = sorted((*somebody.done, *map(Did.happened, session, repeat(now))), key=lambda each: each.at)
        return _Asked(somebody.customer, somebody.place, tuple(done))

    def _placement(self, wishes: Wishes) -> Placement:
        for category in wishes.categories or ():
            if not self._opened.assortment.has(category):
                raise WishError(
                    f"No product on sale is in the category {category!r}.",
                    expected="a category of table catalogue, its levels parted by ' > '",
                )
        return wishes.within(self._placements)

    def _impersonal(self, wishes: Wishes) -> Placement:
        said = [name for name in _OF_CUSTOMERS if getattr(wishes, name)]
        if said:
            raise WishError(
                f"{said[0]} goes by a customer, and this list is for nobody.", next_step="leave it out"
            )
        return self._placement(wishes)

    def _allowed(self, asked: Placement, itself: int | None = None) -> Mask:
        """Products that may be listed, (products,), but for what goes by the customer."""
        known = self._opened.assortment
        made = known.allowed(asked.categories, asked.price_min, asked.price_max, asked.in_stock)
        if asked.banned or itself is not None:
            made = made.copy()
            made[known.coded(asked.banned)] = False
            if itself is not None:
                made[itself] = False
        return made

    def _bought(self, asked: _Asked, placement: Placement) -> Mask:
        """Products the customer bought, ever or within the days said, (products,)."""
        since = None
        if placement.seen != "mask":
            since = self._opened.now() - placement.not_bought_days * DAY_SECONDS
        made = np.zeros(len(self._opened.assortment), np.bool_)
        made[self._opened.bought.of(asked.place, since)] = True
        named = (each.product_id for each in asked.done if each.action == "purchase" and each.product_id
                 and (since is None or each.at >= 1000 * since))  # fmt: skip
        made[self._opened.assortment.coded(named)] = True
        return made

    def _recommended(
        self, who: str | None, session: Sequence[Did], wishes: Wishes
    ) -> tuple[Listing, Dealt]:  # fmt: skip
        """A list for somebody, and how it came to be theirs."""
        asked, placement = self._asked(who, session), self._placement(wishes)
        dealt = self._arms.deal(asked.customer)
        opinion = self._scorers[dealt.arm].of(asked.customer, asked.done)
        allowed = self._allowed(placement)
        if placement.seen == "mask" or placement.not_bought_days:
            allowed = allowed & ~self._bought(asked, placement)
        pool = self._maker.pool(opinion.scores, allowed, placement)
        codes = pool.drawn()
        made = self._maker.listing(codes, pool, opinion, wishes, dealt, asked.customer)
        if pool.share:
            dealt = replace(dealt, propensity=pool.propensities(codes))
            if rival := self._arms.rival(dealt.arm):
                scores = self._scorers[rival].of(asked.customer, asked.done).scores
                other = self._maker.pool(scores, allowed, placement).propensities(codes)
                dealt = replace(dealt, other=other)
        return self._with_reasons(made, opinion, allowed, asked) if wishes.reasons else made, dealt

    def _for_nobody(
        self, scores: Numbers, basis: Kind, allowed: Mask, asked: Placement, wishes: Wishes
    ) -> Listing:  # fmt: skip
        """A list that is the same for everybody: nothing is left to chance."""
        pool = self._maker.pool(scores, allowed, msgspec.structs.replace(asked, explore=0.0))
        dealt = self._arms.deal(None)
        made = self._maker.listing(pool.drawn(), pool, Opinion(scores, basis), wishes, dealt)
        self._write_down(made, dealt)
        return made

    def _write_down(self, made: Listing | Ranking, dealt: Dealt) -> None:
        """Tell whoever keeps a log what is given."""
        self._note(Served(
            made.list_id, int(time.time() * 1000), made.customer_id, made.basis, made.model, made.version,
            tuple(item.product_id for item in made.items), getattr(made, "placement", None) or "",
            dealt.experiment, dealt.arm, dealt.propensity, dealt.other,
        ))  # fmt: skip

    def _with_reasons(self, made: Listing, opinion: Opinion, allowed: Mask, asked: _Asked) -> Listing:
        why = reasons_of(self._opened, opinion, allowed, asked.customer or "", made)
        items = tuple(_changed(item, reasons=each) for item, each in zip(made.items, why, strict=True))
        return _changed(made, items=items)


def _changed(told: T, **more: object) -> T:
    """The same answer with other fields."""
    made: T = msgspec.structs.replace(told, **more)
    return made
