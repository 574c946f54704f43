"""Answers on a small world: what happens counts at once, and lists hold what was wished for."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import onebasket
from onebasket.errors import NotThereError, StoreError, WishError
from onebasket.serve.answering import Answering
from onebasket.serve.since import Did
from onebasket.serve.told import Listing
from onebasket.serve.wishes import Wishes
from tests.unit.serve.world import CUSTOMERS, PRODUCTS, World, taught, write

TEA, COFFEE = range(12), range(12, PRODUCTS)
MODELS = ("item_knn", "timeline", "mf", "popularity")


@pytest.fixture(scope="module")
def folder(ran_world: Path) -> Path:
    return ran_world


@pytest.fixture(scope="module")
def worlds(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, World]:
    made = tmp_path_factory.mktemp("taught")
    return {name: World(taught(folder, made / name, name)) for name in MODELS}


@pytest.fixture(scope="module")
def opened(worlds: dict[str, World]) -> Iterator[dict[str, Answering]]:
    made = {name: world.answering() for name, world in worlds.items()}
    yield made
    for each in made.values():
        each.close()


@pytest.fixture(params=MODELS)
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def world(worlds: dict[str, World], name: str) -> Iterator[World]:
    """What happened in it is forgotten afterwards."""
    yield worlds[name]
    live = worlds[name].live
    for each in (live.events, live.people, live.now, live.counts, live.units):
        each.clear()


@pytest.fixture
def shop(opened: dict[str, Answering], name: str) -> Answering:
    return opened[name]


def ids(made: Listing) -> list[str]:
    return [each.product_id for each in made.items]


def test_lists_are_of_the_customers_taste(world: World, shop: Answering, name: str) -> None:
    made = shop.recommend(world.customers[0])
    assert (made.model, made.version, made.arm, made.customer_id) == (name, 1, "champion", world.customers[0])
    assert len(made.items) == 10 and [each.rank for each in made.items] == list(range(1, 11))
    if name != "popularity":
        assert sum(number in TEA for number in world.numbers(ids(made))) >= 8
    assert made.basis == ("own_list" if name == "mf" else "history")
    assert made.list_id != shop.recommend(world.customers[0]).list_id


def test_a_session_brings_its_category_up_at_once(world: World, shop: Answering, name: str) -> None:
    """Of a tea drinker who looks at coffee, where the model counts looks; of a stranger in any case."""
    seen = [Did("view", world.product(number)) for number in (13, 15, 16, 18, 20)]

    def lead(session: list[Did]) -> float:
        """By how much coffee scores more than tea."""
        asked = [world.product(number) for number in range(PRODUCTS)]
        told = shop.rank(world.customers[0], asked, session).items
        by = {world.numbers([each.product_id])[0]: each.score or 0.0 for each in told}
        return sum(by[number] for number in COFFEE) - sum(by[number] for number in TEA)

    if name == "timeline":
        assert lead(2 * seen) > lead([])
    made = shop.recommend(None, seen)
    assert made.basis == ("similar" if name == "mf" else "history")
    coffee = sum(number in COFFEE for number in world.numbers(ids(made)))
    assert coffee >= (0 if name == "popularity" else 8)


def test_live_events_count_as_those_of_a_session(world: World, shop: Answering, name: str) -> None:
    every = Wishes(top=PRODUCTS)
    before = shop.recommend(world.customers[0], wishes=every)
    for place, number in enumerate((13, 15, 16, 18, 20)):
        world.live.did(world.customers[0], "purchase", world.product(number), place)
    after = shop.recommend(world.customers[0], wishes=every)
    changed = [each.score for each in after.items] != [each.score for each in before.items]
    assert changed == (name in ("item_knn", "timeline"))


def test_a_purchase_is_masked_at_once(world: World, shop: Answering) -> None:
    who = world.customers[0]
    wishes = Wishes(not_bought_days=3, top=24)
    best = shop.recommend(who, wishes=wishes).items[0].product_id
    bought = [Did("purchase", best)]
    assert best in ids(shop.recommend(who, [Did("view", best)], wishes))
    assert best not in ids(shop.recommend(who, bought, wishes))
    assert best not in ids(shop.recommend(who, bought, Wishes(seen="mask", top=24)))
    assert best in ids(shop.recommend(who, bought, Wishes(top=24)))
    world.live.did(who, "purchase", best)
    assert best not in ids(shop.recommend(who, wishes=wishes))


def test_strangers_get_what_is_on_trend(world: World, shop: Answering) -> None:
    made = shop.recommend()
    assert (made.basis, made.customer_id) == ("trending", None) and len(made.items) == 10
    assert ids(made) == ids(shop.trending())
    assert ids(shop.recommend(None, [Did("view", "nothing of the kind")])) == ids(made)


def test_live_counts_make_a_trend(world: World, shop: Answering, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("onebasket.serve.scored._TREND_SECONDS", -1.0)
    world.live.counts[world.product(17)] = 1_000.0
    assert shop.trending().items[0].product_id == world.product(17)


def test_units_sold_live_leave_the_stock(world: World, shop: Answering) -> None:
    wishes = Wishes(in_stock=True, top=24)
    assert world.product(10) in ids(shop.trending(wishes))
    assert world.product(11) not in ids(shop.trending(wishes))
    world.live.units[world.product(10)] = 1.0
    assert world.product(10) not in ids(shop.trending(wishes))
    assert shop.product(world.product(10)).stock == 0
    world.live.units[world.product(1)] = 2.0
    assert {each.product_id: each.stock for each in shop.trending(wishes).items}[world.product(1)] == 48


WISHES = st.builds(
    Wishes,
    top=st.integers(1, 30),
    seen=st.sampled_from(["allow", "mask", None]),
    not_bought_days=st.sampled_from([None, 0, 7, 30]),
    in_stock=st.booleans(),
    categories=st.sampled_from([None, ("Tea",), ("Coffee > Kind 1", "tea > kind 2")]),
    price_min=st.sampled_from([None, 200, 500]),
    price_max=st.sampled_from([None, 700, 900]),
    most_per_category=st.sampled_from([None, 1, 2]),
    placement=st.sampled_from([None, "cart", "strict"]),
)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    wishes=WISHES, who=st.integers(-1, CUSTOMERS - 1), excluded=st.sets(st.integers(0, 23), max_size=5),
    pinned=st.lists(st.integers(0, 23), max_size=3, unique=True), looked=st.integers(0, 23),
)  # fmt: skip
def test_every_product_listed_fulfils_every_wish(
    opened: dict[str, Answering], worlds: dict[str, World], wishes: Wishes, who: int, excluded: set[int],
    pinned: list[int], looked: int,
) -> None:  # fmt: skip
    world, shop = worlds["item_knn"], opened["item_knn"]
    named = tuple(world.product(number) for number in sorted(excluded))
    first = tuple(world.product(number) for number in pinned)
    asked = Wishes(**{name: getattr(wishes, name) for name in wishes.__struct_fields__}
                   | {"exclude": named, "pinned": first})  # fmt: skip
    customer = None if who < 0 else world.customers[who]
    made = shop.recommend(customer, [Did("view", world.product(looked))], asked)
    rules = asked.within(world.shop.serve.placement)
    listed = ids(made)
    assert len(listed) == len(set(listed)) <= rules.top and not set(listed) & set(named)
    for each in made.items:
        assert not rules.in_stock or (each.stock or 0) >= 1
        assert each.price_minor is not None
        assert (rules.price_min or 0) <= each.price_minor <= (rules.price_max or 10**9)
        inside = [wanted.casefold() for wanted in rules.categories]
        assert not inside or any(each.category.casefold().startswith(wanted) for wanted in inside)
    if customer and rules.seen == "mask":
        bought = {each.product_id for each in shop.timeline(customer, 500).events}
        assert not bought & set(listed)
    if rules.most_per_category:
        kinds = [each.category for each in made.items]
        assert max(map(kinds.count, kinds), default=0) <= rules.most_per_category
    places = [place for place, each in enumerate(made.items) if each.pinned]
    assert places == list(range(len(places)))
    order = [each for each in first if each in listed]
    assert listed[: len(order)] == order
    rest = [each.score for each in made.items[len(places) :]]
    assert rest == sorted(rest, key=lambda score: -(score or 0))


def test_what_can_be_listed_is(world: World, shop: Answering) -> None:
    """Diversity and stock leave no gap as long as there is something left."""
    made = shop.recommend(world.customers[0], wishes=Wishes(top=24, most_per_category=2))
    assert len(made.items) == 12
    assert len(shop.recommend(world.customers[0], wishes=Wishes(top=100)).items) == PRODUCTS


def test_similar_and_together_are_not_the_same(world: World, shop: Answering, name: str) -> None:
    like, with_it = shop.similar(world.product(3)), shop.together(world.product(3))
    for made in (like, with_it):
        assert world.product(3) not in ids(made) and made.items
        assert sum(number in TEA for number in world.numbers(ids(made))) >= 8
    assert like.basis == "similar" and like.items[0].orders is None
    for each in with_it.items:
        assert each.orders and each.orders >= 2 and each.lift and each.lift > 0
    assert all(a.score >= b.score for a, b in zip(with_it.items, with_it.items[1:], strict=False))  # type: ignore[operator]


def test_orders_held_together_are_counted_right(
    worlds: dict[str, World], opened: dict[str, Answering]
) -> None:
    world, orders = worlds["item_knn"], dict[str, set[str]]()
    for line in (world.folder / "lines.csv").read_text().splitlines()[1:]:
        order, *_, name, _, _ = line.split(",")
        orders.setdefault(order, set()).add(world.products[name])
    for each in opened["item_knn"].together(world.product(3), Wishes(top=24)).items:
        both = sum({world.product(3), each.product_id} <= held for held in orders.values())
        one = sum(world.product(3) in held for held in orders.values())
        other = sum(each.product_id in held for held in orders.values())
        assert (each.orders, each.score) == (both, pytest.approx(both / (one * other) ** 0.5))
        assert each.lift == pytest.approx(both * len(orders) / one / other)


def test_candidates_are_put_in_order(world: World, shop: Answering, name: str) -> None:
    asked = [world.product(14), "nothing of the kind", world.product(2), world.product(14)]
    made = shop.rank(world.customers[0], asked)
    told = [each.product_id for each in made.items]
    assert sorted(told) == sorted(set(asked)) and told[-1] == "nothing of the kind"
    assert made.items[-1].score is None
    if name != "popularity":
        assert told[0] == world.product(2)
    with pytest.raises(WishError, match="candidates"):
        shop.rank(None, ["p"] * 1_001)


def test_what_is_known_of_a_customer(world: World, shop: Answering) -> None:
    who = world.customers[5]
    told = shop.customer(who)
    assert (told.customer_id, told.channels, told.orders, told.live_events) == (who, ("store", "web"), 14, 0)
    assert told.features is not None and told.personal is None and told.value_minor > 0
    world.live.did(who, "view", world.product(1))
    again = shop.customer(who)
    assert (again.live_events, again.events) == (1, told.events)
    assert again.last_at and told.last_at and again.last_at > told.last_at
    values = shop.customer(who, personal=True).personal
    assert values and values["email"] == "p5@example.org"


def test_a_timeline_by_pages(world: World, shop: Answering) -> None:
    who = world.customers[7]
    for place in range(3):
        world.live.did(who, "view", world.product(place), place)
    whole = shop.timeline(who, 500)
    assert whole.next is None and [each.live for each in whole.events[:4]] == [True, True, True, False]
    assert [each.at for each in whole.events] == sorted((each.at for each in whole.events), reverse=True)
    pages, before = [], None
    for _ in range(100):
        page = shop.timeline(who, 4, before)
        pages += page.events
        before = page.next
        if before is None:
            break
    assert pages == list(whole.events)
    for wrong in ("yesterday", "²", "1" * 30, "~"):
        with pytest.raises(WishError):
            shop.timeline(who, 4, wrong)


def test_reasons_name_what_just_happened(world: World, shop: Answering, name: str) -> None:
    seen = [Did("purchase", world.product(number)) for number in (13, 15, 16)]
    made = shop.recommend(None, seen, Wishes(top=3, reasons=True))
    told = [reason for each in made.items for reason in each.reasons or ()]
    assert all(each.reasons for each in made.items)
    named = {reason.values.get("product_id") for reason in told if reason.kind == "event"}
    assert bool(named & {each.product_id for each in seen}) == (name in ("item_knn", "timeline"))
    known = shop.recommend(world.customers[0], wishes=Wishes(top=2, reasons=True))
    assert all(each.reasons and all(reason.words for reason in each.reasons) for each in known.items)


def test_who_signed_in_is_one_with_the_browser(world: World, shop: Answering) -> None:
    world.live.did("cbrowser", "view", world.product(14))
    assert shop.customer("cbrowser").known is False
    assert shop.recommend("cbrowser").customer_id == "cbrowser"
    world.live.now["cbrowser"] = world.customers[0]
    assert shop.recommend("cbrowser").customer_id == world.customers[0]
    assert shop.customer("cbrowser").asked_id == "cbrowser"
    world.live.people["p0@example.org"] = "cbrowser"
    assert shop.lookup({"email": "p0@example.org"}).customer_id == world.customers[0]


def test_what_is_not_there_and_cannot_be(world: World, shop: Answering) -> None:
    for ask in (shop.customer, shop.timeline, shop.scores, shop.recommend):
        with pytest.raises(NotThereError):
            ask("nobody")
    for about in (shop.product, shop.similar, shop.together):
        with pytest.raises(NotThereError):
            about("nothing")
    with pytest.raises(NotThereError):
        shop.lookup({"email": "x@example.org"})
    for wrong in (
        Wishes(top=0), Wishes(top=101), Wishes(placement="nowhere"), Wishes(categories=("Wine",)),
        Wishes(price_min=5, price_max=4), Wishes(not_bought_days=-1), Wishes(exclude=("p",) * 1_001),
    ):  # fmt: skip
        with pytest.raises(WishError):
            shop.recommend(wishes=wrong)
    with pytest.raises(WishError, match="customer"):
        shop.trending(Wishes(seen="mask"))
    with pytest.raises(WishError, match="events"):
        shop.recommend(None, [Did("view")] * 201)


def test_many_may_ask_at_once(world: World, shop: Answering) -> None:
    def asked(number: int) -> list[str]:
        who = world.customers[number % CUSTOMERS]
        assert shop.customer(who, personal=True).personal and shop.timeline(who).events
        return ids(shop.recommend(who, [Did("view", world.product(number % 12))], Wishes(reasons=True)))

    alone = [asked(number) for number in range(24)]
    with ThreadPoolExecutor(8) as threads:
        assert list(threads.map(asked, range(24))) == alone


def test_the_shop_file_may_ask_too_much(folder: Path, tmp_path: Path) -> None:
    copy = taught(folder, tmp_path / "shop", "popularity")
    with (copy / "shop.toml").open("a") as file:
        file.write('[serve.placement.odd]\npinned = ["p0"]\ncategories = ["Wine"]\n')
    with onebasket.open(copy) as shop:
        assert len(shop.warnings) == 2 and "p0" in shop.warnings[0] and "Wine" in shop.warnings[1]
        assert shop.trending(Wishes(placement="odd")).items == ()


def test_a_shop_that_never_ran(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="no basket"):
        onebasket.open(write(tmp_path / "shop"))
