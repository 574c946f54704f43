"""JSON APIs, asked page by page: all kinds of paging, servers that misbehave, loads that go on."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from onebasket.collect.landing import api, web
from onebasket.errors import OneBasketError, SourceError
from onebasket.run import RunResult, run
from tests.servers.web import Reply, Request, Server, as_json, serving
from tests.servers.worlds import account, ask

SHOP = """
[shop]
name = "Corner"
currency = "EUR"

[[source]]
name = "shop"
channel = "web"
format = "table"
url = "{url}/v1/orders"
cursor = "changed"
key = "id"
late_days = {late}
headers = {{ Authorization = "Bearer ${{SHOP_TOKEN}}" }}

[source.api]
{api}

[source.people]
email = "mail"

[source.events]
action = {{ value = "purchase" }}
order_id = "id"
time = "changed"
title = "title"
quantity = "qty"
"""
PAGE = 'records = "data"\npaging = "page"\npage = "page"\nsize = "size"\nper_page = 10\nsince = "since"'
TOKEN = "t0ken-of-the-shop"


def order(number: int, day: int = 1, qty: int | None = None) -> dict[str, Any]:
    time = f"2024-03-{day:02d}T10:00:{number % 60:02d}Z"
    qty = number if qty is None else qty
    return {"id": number, "changed": time, "mail": "a@b.de", "title": f"Thing {number}", "qty": qty}


class World:
    """A shop and the API that it asks."""

    def __init__(self, folder: Path, server: Server) -> None:
        self.folder, self.server = folder, server
        self.orders = {n: order(n) for n in range(1, 36)}
        server.answer = self.page
        self.write(PAGE)

    def write(self, said: str, late: int = 0, shop: str = SHOP) -> None:
        self.folder.mkdir(exist_ok=True)
        text = shop.format(url=self.server.url, api=said, late=late)
        (self.folder / "shop.toml").write_text(text, encoding="utf-8")

    def wanted(self, request: Request) -> list[dict[str, Any]]:
        since = request.params.get("since", "")
        return [each for each in self.orders.values() if each["changed"] >= since]

    def page(self, request: Request) -> Reply:
        start = (int(request.params["page"]) - 1) * 10
        return as_json({"data": self.wanted(request)[start : start + 10]})

    def collect(self) -> RunResult:
        """Raises what stopped its only source."""
        done = run(self.folder, until="collect")
        for error in done.stopped.values():
            raise error
        return done

    def quantities(self) -> dict[int, str]:
        found = ask(self.folder, "select order_id::int, quantity from raw_events order by 1")
        assert len(dict(found)) == len(found)
        return dict(found)

    def expected(self) -> dict[int, str]:
        return {number: str(each["qty"]) for number, each in self.orders.items()}


@pytest.fixture
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The pauses that were asked for; none is made."""
    found: list[float] = []
    monkeypatch.setattr(web, "wait", found.append)
    return found


@pytest.fixture
def world(tmp_path: Path, pauses: list[float], monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    monkeypatch.setenv("SHOP_TOKEN", TOKEN)
    with serving() as server:
        yield World(tmp_path / "shop", server)


def test_pages_by_number_and_only_what_is_new(world: World) -> None:
    assert world.collect().published and world.quantities() == world.expected()
    assert world.server.requests[0].headers["authorization"] == f"Bearer {TOKEN}"
    assert [request.params["page"] for request in world.server.requests] == ["1", "2", "3", "4", "5"]
    world.server.requests.clear()
    assert not world.collect().published
    assert world.server.requests[0].params["since"] == "2024-03-01T10:00:35Z"
    world.orders[36] = order(36, day=2)
    world.orders[3] = order(3, day=3, qty=99)
    world.collect()
    assert world.quantities() == world.expected() and account(world.folder) == (37, 36, 1)


def test_late_days(world: World) -> None:
    world.collect()
    world.orders[7]["qty"] = 70  # its time of change stays
    assert not world.collect().published
    world.write(PAGE, late=2)
    world.collect()
    assert world.server.requests[-1].params["since"].startswith("2024-02-28T10:00:35")
    assert world.quantities() == world.expected()


def by_offset(world: World, request: Request) -> Reply:
    start = int(request.params["from"])
    return as_json(world.wanted(request)[start : start + 10])


def by_cursor(world: World, request: Request) -> Reply:
    start = int(request.params.get("after", "x0")[1:])
    more = start + 10 < len(world.wanted(request))
    said = {"items": world.wanted(request)[start : start + 10]}
    return as_json({"found": said, "meta": {"next": f"x{start + 10}" if more else None}})


def by_link(world: World, request: Request) -> Reply:
    start = int(request.params.get("info", "0"))
    more = start + 10 < len(world.wanted(request))
    since = f"&since={request.params['since']}" if "since" in request.params else ""
    link = f'<{world.server.url}/v1/orders?info={start + 10}{since}>; rel="next", </x>; rel="last"'
    return as_json(world.wanted(request)[start : start + 10], headers={"Link": link} if more else {})


@pytest.mark.parametrize(
    ("said", "answer"),
    [
        ('paging = "offset"\npage = "from"\nsince = "since"', by_offset),
        ('paging = "cursor"\npage = "after"\nrecords = "found.items"\nnext = "meta.next"', by_cursor),
        ('paging = "link"\nsince = "since"', by_link),
        ('records = ""', lambda world, request: as_json(list(world.orders.values()))),
    ],
)
def test_other_ways_of_paging(world: World, said: str, answer: Callable[[World, Request], Reply]) -> None:
    world.write(said)
    world.server.answer = lambda request: answer(world, request)
    world.collect()
    assert world.quantities() == world.expected()
    world.orders[3] = order(3, day=3, qty=99)
    world.orders[40] = order(40, day=3)
    world.collect()
    assert world.quantities() == world.expected() and account(world.folder) == (37, 36, 1)
    assert not world.collect().published


@pytest.mark.parametrize(
    ("reply", "pause"),
    [
        (Reply(status=429, headers={"Retry-After": "7"}), 7.0),
        (Reply(status=429, headers={"Date": "Mon, 01 Jan 2024 00:00:00 GMT",
                                    "Retry-After": "Mon, 01 Jan 2024 00:00:09 GMT"}), 9.0),
        (Reply(status=500), 1.0),
        (Reply(b'{"data": []}', cut=4), 1.0),
        (Reply(b'{"data": []}', cut=0), 1.0),
    ],
    ids=["429", "429 until", "500", "cut", "nothing"],
)  # fmt: skip
def test_servers_that_recover(world: World, pauses: list[float], reply: Reply, pause: float) -> None:
    failures = iter([False, True, False, True, True])
    world.server.answer = lambda request: reply if next(failures, False) else world.page(request)
    world.collect()
    assert world.quantities() == world.expected()
    assert pauses[:2] == [pause, pause] and len(pauses) == 3


@pytest.mark.parametrize(
    ("reply", "found"),
    [
        (Reply(status=503), "status 503, 6 times"),
        (Reply(status=429, headers={"Retry-After": "4000"}), "asks to wait 4000 seconds"),
        (Reply(status=401), "check the token"),
        (Reply(status=302, headers={"Location": "/v1/orders?page=2"}), "redirections without an end"),
        (Reply(b"<html>down for maintenance</html>"), "no JSON"),
        (as_json({"error": "x"}), "nothing at data"),
        (as_json({"data": {"a": 1}}), "array"),
        (as_json({"data": [1]}), "no object"),
        (as_json({"data": [{"id": None}]}), "a record without id"),
        (as_json({"data": [order(1)]}), "the same page again"),
    ],
)
def test_servers_that_do_not(world: World, reply: Reply, found: str) -> None:
    first = {"1": as_json({"data": [order(50)]})}
    world.server.answer = lambda request: first.get(request.params["page"], reply)
    with pytest.raises(SourceError, match=found) as error:
        world.collect()
    assert "127.0.0.1" in str(error.value) and TOKEN not in str(error.value)
    world.server.answer = world.page
    world.server.requests.clear()
    world.orders[50] = order(50)
    world.collect()  # what came before it is kept
    assert world.server.requests[0].params["page"] in ("2", "3")


def test_a_load_goes_on_where_it_broke_off(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(api, "CHUNK_RECORDS", 10)
    broken = as_json({}, status=400)
    world.server.answer = lambda request: broken if request.params["page"] == "3" else world.page(request)
    with pytest.raises(SourceError, match="status 400"):
        world.collect()
    world.server.requests.clear()
    world.server.answer = world.page
    world.collect()
    assert [request.params["page"] for request in world.server.requests] == ["3", "4", "5"]
    assert world.quantities() == world.expected()


def test_a_page_that_is_forgotten_begins_the_load_anew(world: World) -> None:
    world.write('paging = "link"\nsince = "since"')
    world.server.answer = lambda request: (
        by_link(world, request) if "info" not in request.params else Reply(status=403)
    )
    with pytest.raises(SourceError, match="status 403"):
        world.collect()
    gone = iter([True])
    world.server.answer = lambda request: Reply(status=410) if next(gone, False) else by_link(world, request)
    world.collect()
    assert world.quantities() == world.expected() and account(world.folder) == (35, 35, 0)


@pytest.mark.parametrize("link", ["http://127.0.0.2:9/v1?info=10", "/v1/orders?info=10"])
def test_links_that_lead_astray_or_in_circles(world: World, link: str) -> None:
    world.write('paging = "link"')
    numbers = iter(range(100, 200))
    world.server.answer = lambda request: as_json(
        [order(next(numbers))], headers={"Link": f'<{link}>; rel="next"'}
    )
    with pytest.raises(SourceError, match=r"another server|leads back"):
        world.collect()


def test_an_answer_that_is_too_large(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(web, "_MOST_BYTES", 100)
    with pytest.raises(SourceError, match="an answer of more than"):
        world.collect()


def test_an_answer_that_takes_too_long(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = iter(range(0, 100_000, 61))
    monkeypatch.setattr(web.time, "monotonic", lambda: next(clock))
    with pytest.raises(SourceError, match="took more than 60 seconds"):
        world.collect()


def test_too_many_pages(world: World) -> None:
    world.write(PAGE + "\nmost_pages = 3")
    with pytest.raises(SourceError, match="more than 3 pages"):
        world.collect()


def test_what_changes_while_pages_are_read_comes_with_the_next_load(world: World) -> None:
    def answer(request: Request) -> Reply:
        reply = world.page(request)
        if request.params["page"] == "2":
            world.orders[1] = order(1, day=20, qty=77)  # on a page that was read before
            world.orders[34] = order(34, day=25, qty=78)
        date = {"Date": "Sun, 10 Mar 2024 00:00:00 GMT"}
        return Reply(reply.body, headers=date)

    world.server.answer = answer
    world.collect()
    assert world.quantities()[1] == "1" and world.quantities()[34] == "78"
    world.collect()
    assert world.quantities() == world.expected()


def test_long_numbers_keep_their_digits(world: World) -> None:
    record = b'{"id": 12345678901234567890, "changed": "2024-03-01", "mail": "a@b.de",\n "title": "a\\nb"}'
    world.orders.clear()
    world.server.answer = lambda request: (
        Reply(b'{"data": [' + record + b"]}") if request.params["page"] == "1" else world.page(request)
    )
    world.write(PAGE, shop=SHOP.replace('quantity = "qty"\n', ""))
    world.collect()
    assert ask(world.folder, "select order_id, title from raw_events") == [("12345678901234567890", "a\nb")]


def test_no_file_holds_a_secret(world: World) -> None:
    result = run(world.folder, until="fuse")
    assert result.published
    for path in world.folder.rglob("*"):
        if path.is_file():
            assert TOKEN.encode() not in path.read_bytes(), path
            if "keys" not in path.parts and "basket" not in path.parts:
                assert b"a@b.de" not in path.read_bytes(), path


@pytest.mark.parametrize(
    ("old", "new", "found"),
    [
        ("Bearer ${{SHOP_TOKEN}}", "Bearer abc", "a secret stands in the shop file (Authorization)"),
        ("{url}/v1", "http://me:secret@127.0.0.1/v1", "a secret stands in the shop file (password)"),
        ("{url}/v1", "http://shop.example/v1", "sent unencrypted"),
        ("{api}", '{api}\nparams = {{ api_key = "abc" }}', "a secret stands in the shop file (api_key)"),
        ('key = "id"\n', "", "nothing names a row"),
        ('cursor = "changed"\n', "", "needs a cursor"),
    ],
)
def test_shop_files_that_cannot_be(world: World, old: str, new: str, found: str) -> None:
    world.write(PAGE, shop=SHOP.replace(old, new))
    with pytest.raises(OneBasketError) as error:
        world.collect()
    assert found in str(error.value) and "abc" not in str(error.value) and "secret@" not in str(error.value)
