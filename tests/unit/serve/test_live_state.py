"""The live state: who was here since the version, and what they did."""

from __future__ import annotations

from contextlib import ExitStack
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from onebasket.serve.live import States, graph
from onebasket.serve.live.directory import Carrier
from onebasket.serve.live.following import remove
from onebasket.serve.live.graph import Limits, scopes
from onebasket.serve.live.memory import Memory
from onebasket.serve.live.people import People
from onebasket.shop import Align
from onebasket.store.basket import Basket
from tests.unit.serve.live_world import World, event, stream


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path / "shop")


# Where orders contradict accounts a run weighs what else records say; so browsers wander, or orders are told.
@pytest.mark.parametrize(("seed", "faithful", "orders"), [(1, 1.0, 0.05), (2, 0.99, 0.0), (3, 0.85, 0.0)])
def test_live_and_the_next_run_agree_who_is_who(
    world: World, seed: int, faithful: float, orders: float
) -> None:
    sent = stream(seed, people=25, events=300, faithful=faithful, orders=orders)
    half = len(sent) // 2
    world.post(*sent[:half])
    world.run()
    world.post(*sent[half:])
    with world.followed() as live:
        rows = live._recall.ask("select record, customer from people").fetchall()
        found = {record: live.current(customer) for record, customer in rows}
    world.run()
    now = world.customers()
    assert len(found) > 50
    assert {record: now[record] for record in found} == found


def test_customers_who_use_one_device_are_joined_each_for_itself(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(graph, "_FARTHEST", 80)  # all of them together are more
    sent = stream(4, people=20, events=240, faithful=1.0)
    shared = {"device": {"id": "till"}}
    sent = [(source, each | {"context": each.get("context", {}) | shared}) for source, each in sent]
    world.post(*sent[:120])
    world.run()
    world.post(*sent[120:])
    with world.followed() as live:
        rows = live._recall.ask("select record, customer from people").fetchall()
        found = {record: live.current(customer) for record, customer in rows}
    world.run()
    now = world.customers()
    assert len(found) > 60
    assert {record: now[record] for record in found} == found


def test_whom_too_many_would_be_one_with_stays_apart(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(graph, "_FARTHEST", 3)
    world.post(("web", event(1, userId="u1")))
    world.run()
    world.post(*(("web", event(2 + n, userId="u1", anonymousId=f"browser-{n}")) for n in range(8)))
    with world.followed() as live:
        customers = {live.customer_of({"cookie": f"browser-{n}"}) for n in range(8)}
        assert None not in customers and len(customers) > 1
    world.run()
    assert len(set(world.customers().values())) == 1


def test_somebody_who_signs_in_was_here_before(world: World) -> None:
    world.post(("web", event(1, userId="u1", anonymousId="old", email="li@example.com")))
    world.run()
    (known,) = set(world.customers().values())
    world.post(("web", event(2, 30, anonymousId="new")), ("web", event(3, 30, anonymousId="new")))
    with world.followed() as live:
        nobody = live.customer_of({"cookie": "new"})
        assert nobody is not None and nobody != known
        assert [each.event_id for each in live.recent(nobody)] == ["m2#0", "m3#0"]
        assert live.recent(known) == []
    world.post(("web", event(4, 30, anonymousId="new", userId="u1")))
    with world.followed() as live:
        assert live.current(nobody) == known
        for customer in (nobody, known):
            assert [each.event_id for each in live.recent(customer)] == ["m2#0", "m3#0", "m4#0"]
        assert live.customer_of({"cookie": "new"}) == known


def test_people_are_found_by_what_they_write(world: World) -> None:
    world.post(
        ("web", event(1, userId="u1", email="Li@Example.com", phone="+49 30 901820")),
        ("app", event(2, userId="u1", email="bo@example.com")),
    )
    world.run()
    world.post(("web", event(3, userId="u3", email="new@example.com")))
    with world.followed() as live:
        li, bo = live.customer_of({"email": " li@example.com"}), live.customer_of({"email": "bo@example.com"})
        assert li and bo and li != bo
        assert live.customer_of({"phone": "030 / 901820", "country": "DE"}) == li
        assert live.customer_of({"account": "u1", "system": "app"}) == bo
        assert live.customer_of({"account": "u1", "system": "web"}) == li
        assert live.customer_of({"email": "new@example.com"}) == live.customer_of({"account": "u3"})
        for nobody in ({"email": "noone@example.com"}, {"email": "none"}, {"cookie": ""}, {}):
            assert live.customer_of(nobody) is None


def test_what_was_sold_and_looked_at_is_counted(world: World) -> None:
    world.post(("web", event(1, userId="u1")))
    world.run()
    bought = {
        "event": "Order Completed",
        "properties": {
            "order_id": "o1",
            "products": [
                {"product_id": "p1", "quantity": 3, "price": 2.5},
                {"product_id": "unknown", "quantity": 1},
            ],
        },
    }
    world.post(
        ("web", event(2, userId="u1") | bought),
        ("web", event(3, userId="u1") | {"event": "Order Refunded", "properties": {
            "order_id": "o1", "products": [{"product_id": "p1", "quantity": 1}]}}),
        ("web", event(4) | {"properties": {"product_id": "p1"}}),
        ("web", event(5) | {"properties": None}),
        ("gone", event(6, userId="u1")),
    )  # fmt: skip
    with world.store() as store:
        ((product,),) = store.query("select product_id from catalogue").fetchall()
    with world.followed() as live:
        assert live.sold() == {product: 2.0}
        customer = live.customer_of({"account": "u1", "system": "web"})
        assert customer is not None
        told = [
            (each.action, each.product_id, each.quantity, each.amount_minor) for each in live.recent(customer)
        ]
        assert told == [
            ("purchase", product, 3.0, 750), ("purchase", None, 1.0, None), ("return", product, 1.0, None),
        ]  # fmt: skip
        counted = live._recall.counted(0)
        assert [(each, looked) for each, _, looked in counted] == [(product, 6.0)]
        assert live.hot() == {}  # it was in March


def test_after_a_restart_it_goes_on(world: World) -> None:
    sent = stream(5, people=10, events=90, faithful=0.95)
    world.post(*sent[:30])
    world.run()

    def known() -> tuple[object, ...]:
        with world.followed() as live:
            rows = live._recall.ask("select record, customer from people order by 1").fetchall()
            events = live._recall.ask("select number, at, event from happened").fetchall()
            followed = live._recall.ask("select block from followed").fetchall()
            return followed, rows, len(events), live.sold()

    world.post(*sent[30:60])
    known()
    world.post(*sent[120:])
    after = known()
    assert known() == after
    (path,) = (world.folder / "live").glob("*.sqlite")
    for damage in (b"", path.read_bytes()[:5000] + b"?" * 5000, None):
        for ending in ("", "-wal", "-shm"):
            path.with_name(path.name + ending).unlink(missing_ok=True)
        if damage is not None:
            path.write_bytes(damage)
        assert known() == after


def test_states_of_versions_no_longer_served_are_removed(world: World) -> None:
    states = States(world.folder)
    with ExitStack() as stack:
        made = []
        for number in range(3):
            world.post(("web", event(number, userId=f"u{number}")))
            world.run()
            version = Basket(world.shop.basket).current()
            assert version is not None
            made.append(states.of(stack.enter_context(version)))
        for each in made:
            each.close()
    assert [path.name for path in (world.folder / "live").glob("*.sqlite")] == ["v000003.sqlite"]


@pytest.mark.parametrize("state", ["whole", "damaged", "begun by one that was killed"])
def test_ids_that_gave_way_are_understood_in_the_next_version(world: World, state: str) -> None:
    world.post(("web", event(1, userId="u1")))
    world.run()
    world.post(("web", event(2, 30, anonymousId="new")))
    with world.followed() as live:
        nobody = live.customer_of({"cookie": "new"})
    world.post(("web", event(3, 30, anonymousId="new", userId="u1")))
    with world.followed() as live:
        known = live.current(nobody or "")
    world.run()
    (path,) = (world.folder / "live").glob("v*.sqlite")
    if state.startswith("begun"):
        Memory(path.with_name("v000002.sqlite"), 2).close()
    if state == "damaged":
        remove(path)
        path.write_bytes(b"?" * 5000)
    with world.followed() as live:
        assert nobody != known == live.customer_of({"account": "u1", "system": "web"})
        assert live.current(nobody or "") == (nobody if state == "damaged" else known)


def order(number: int, hour: int, called: str, **said: Any) -> dict[str, Any]:
    made = event(number, hour, **said) | {"event": "Order Completed", "properties": {"order_id": called}}
    return made | {"timestamp": made["timestamp"].replace(".000Z", ".000123Z")}  # as precise as some tell it


@pytest.mark.parametrize(
    ("first", "hour", "called", "said", "one"),
    [
        ("published", 30, "1001", {"anonymousId": "new"}, True),
        ("shop", 35, "# 1001", {"anonymousId": "new"}, True),
        ("app", 30, "1001", {"anonymousId": "new", "email": "bo@example.com"}, True),
        ("published", 30, "1001", {"userId": "u2"}, True),
        ("shop", 36, "1001", {"anonymousId": "new"}, False),  # too long after: another order of that number
        ("published", 30, "1002", {"anonymousId": "new"}, False),
        ("published", 30, "1001", {"context": {"device": {"id": "till"}}}, False),  # who stood before it?
        ("published", 30, "1001", {"userId": "u3", "email": "li@example.org"}, False),  # has another account
    ],
)
def test_an_order_that_two_sources_tell_joins_who_made_it(
    world: World, first: str, hour: int, called: str, said: dict[str, Any], one: bool
) -> None:
    told = ("web", order(0, 30, "#1001", userId="u1", email="li@example.com"))
    seen = ("app", order(1, hour, called, **said))
    other = ("web", event(5, 1, userId="u9", email="li@example.org"))
    world.post(other, *([told] if first == "published" else []))
    world.run()
    world.post(*{"published": (seen,), "shop": (told, seen), "app": (seen, told)}[first])
    with world.followed() as live:
        rows = live._recall.ask("select record, customer from people").fetchall()
        found = {record: live.current(customer) for record, customer in rows}
        buyer = live.customer_of({"account": "u1", "system": "web"})
        assert (list(found.values()).count(buyer or "") == len(found)) is one
    world.run()
    now = world.customers()
    assert {record: now[record] for record in found} == found


@pytest.mark.parametrize(
    ("said", "one"),
    [
        ({}, True),
        ({"userId": "u7"}, False),  # has another account
        ({"birthday": "1951-02-03", "address": {"street": "Elm Court 99", "city": "Rome"}}, False),
    ],
)
def test_a_newcomer_is_whom_they_are_most_like(world: World, said: dict[str, Any], one: bool) -> None:
    def person(number: int, mail: str, **more: Any) -> dict[str, Any]:
        first, last = divmod(number, 6)
        traits = {
            "firstName": (
                "Anna",
                "Boris",
                "Clara",
                "Derek",
                "Elena",
                "Felix",
                "Greta",
                "Hanno",
                "Ivana",
                "Jonas",
            )[first],
            "lastName": ("Abelmann", "Brokowski", "Castellano", "Dimitriou", "Eriksson", "Fontaine")[last],
            "birthday": f"19{60 + number % 40}-0{1 + number % 9}-1{number % 10}",
            "address": {
                "street": f"Harbour Road {number}",
                "city": "Kiel",
                "postalCode": f"24{100 + number}",
            },
            "email": mail,
        }
        traits |= {trait: value for trait, value in more.items() if trait != "userId"}
        who = {"userId": more["userId"]} if "userId" in more else {"anonymousId": mail}
        return event(next(numbers), number % 50, **who) | {"type": "identify", "traits": traits}

    numbers = count(1)
    for number in range(60):
        world.post(("web", person(number, f"a{number}@example.com", userId=f"u{number}")))
        world.post(("web", person(number, f"b{number}@example.org")))
    world.run()
    world.post(("web", person(5, "new@example.net", **said)))
    with world.followed() as live:
        found, known = live.customer_of({"email": "new@example.net"}), live.customer_of({"account": "u5"})
        assert (found == known) is one
    world.run()
    now = world.customers()
    with world.followed() as live:
        assert (live.customer_of({"email": "new@example.net"}) == live.customer_of({"account": "u5"})) is one
    assert found in now.values()


def carrier(record: str, *, account: int = 0, name: int = 0, hours: set[int] | None = None) -> Carrier:
    accounts = frozenset({("web", account)}) if account else frozenset()
    return Carrier(record, None, name, accounts, bool(account), frozenset(hours or {1}))


@pytest.mark.parametrize(
    ("kind", "carriers", "joined"),
    [
        ("email", [carrier("a")], []),
        ("email", [carrier("a"), carrier("b")], ["ab"]),
        ("email", [carrier("a", name=1), carrier("b", name=2), carrier("c")], []),
        ("email", [carrier("a", name=1), carrier("b", name=2), carrier("c", name=2)], ["bc"]),
        ("phone", [carrier("a", account=1), carrier("b", account=2)], []),
        ("phone", [carrier("a", account=1), carrier("b", account=1)], ["ab"]),
        ("phone", [carrier(str(number)) for number in range(501)], []),
        ("cookie", [carrier("a", account=1), carrier("b")], ["ab"]),
        ("cookie", [carrier("a", account=1), carrier("b", hours={2}), carrier("c", hours={3})], ["bc"]),
        ("cookie", [carrier("a", account=1, hours=set(range(10, 15))), carrier("b")], ["ab"]),
        ("cookie", [carrier("a", account=1, hours=set(range(10, 14))), carrier("b")], []),
    ],
)
def test_who_joins_through_an_identifier(kind: str, carriers: list[Carrier], joined: list[str]) -> None:
    found = scopes(kind, carriers, Limits(Align()))
    assert ["".join(each.record for each in group) for group in found] == joined


def test_people_of_a_version_are_found_where_nothing_is_followed(world: World) -> None:
    world.post(
        ("web", event(1, userId="u1", email="li@example.com")),
        ("app", event(2, userId="u2", email="bo@example.com")),
        ("web", event(3, userId="u3", anonymousId="both", phone="+4930901820")),
        ("web", event(4, userId="u4", anonymousId="both", phone="+4930901820")),
    )
    world.run()
    version = Basket(world.shop.basket).current()
    assert version is not None
    with version, world.followed() as live:
        people = People(world.shop, version)
        for said in ({"email": "LI@example.com"}, {"account": "u2", "system": "app"}, {"account": "u3"}):
            assert people.customer_of(said) == live.customer_of(said) is not None
        for said in ({"phone": "+4930901820"}, {"cookie": "both"}, {"email": "nobody@example.com"}, {}):
            assert people.customer_of(said) is live.customer_of(said) is None
        assert people.recent(people.customer_of({"account": "u3"}) or "") == ()
