"""The API without a socket: who may ask what, what is refused, and what is written down."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
import pytest
from starlette.applications import Starlette

import onebasket
from onebasket import shop as shop_file
from onebasket.errors import StoreError
from onebasket.inbox import Inbox
from onebasket.protect import Key
from onebasket.serve.api.answers import Answers
from onebasket.serve.keys import Keys, Scope
from onebasket.serve.process import Address, application
from onebasket.serve.since import Did
from onebasket.serve.wishes import Wishes
from tests.unit.serve.asking import Answer, ask
from tests.unit.serve.world import World, taught

PAGE = "https://shop.example"


@dataclass
class Served:
    """The application, its world and a key of each kind."""

    app: Starlette
    answers: Answers
    world: World
    keys: dict[str, str]

    def ask(
        self, method: str, path: str, key: str | None = "read", *, json: Any = None,
        pieces: list[bytes] | None = None, headers: dict[str, str] | None = None,
    ) -> Answer:  # fmt: skip
        """One request, its body as JSON or in pieces."""
        sent = {"content-type": "application/json"} | (headers or {})
        if key:
            sent["x-api-key"] = self.keys[key]
        body = pieces or ([msgspec.json.encode(json)] if json is not None else [])
        return ask(self.app, method, path, sent, body)


@pytest.fixture(scope="module")
def served(ran_world: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder = taught(ran_world, tmp_path_factory.mktemp("api") / "shop", "item_knn")
    world, keys = World(folder), Keys(folder)
    scopes: dict[str, list[Scope]] = {
        "read": ["read"], "personal": ["personal"], "admin": ["admin"], "both": ["read", "personal"],
    }  # fmt: skip
    made = {name: keys.make(each)[0] for name, each in scopes.items()}
    made["write"], _ = keys.make(["write"], source="site")
    made["page"], _ = keys.make(["read"], origins=[PAGE])
    made["slow"], _ = keys.make(["read"], per_minute=2)
    answers = Answers(shop_file.load(folder), keys, lambda version: world.live)
    answers.start()
    inbox = Inbox(folder / "inbox", Key(bytes(32), folder / "key"))
    yield Served(application(inbox, keys, Key(bytes(32), folder / "key"), answers), answers, world, made)
    inbox.close()
    answers.close()


ROUTES: dict[str, tuple[str, str, Any, str]] = {
    "customer": ("GET", "/v1/customers/{c}", None, "read"),
    "timeline": ("GET", "/v1/customers/{c}/timeline?limit=3", None, "read"),
    "recommendations": ("GET", "/v1/customers/{c}/recommendations?top=3&reasons=true", None, "read"),
    "scores": ("GET", "/v1/customers/{c}/scores", None, "read"),
    "session": ("POST", "/v1/recommendations", {"session": [{"action": "view"}]}, "read"),
    "rank": ("POST", "/v1/rank", {"candidates": ["{p}"]}, "read"),
    "product": ("GET", "/v1/products/{p}", None, "read"),
    "similar": ("GET", "/v1/products/{p}/similar?categories=Tea&categories=Coffee", None, "read"),
    "together": ("GET", "/v1/products/{p}/together?placement=cart", None, "read"),
    "trending": ("GET", "/v1/trending?most_per_category=1", None, "read"),
    "version": ("GET", "/version", None, "read"),
    "lookup": ("POST", "/v1/customers/lookup", {"identifiers": {"email": "p0@example.org"}}, "personal"),
    "metrics": ("GET", "/metrics", None, "admin"),
}  # fmt: skip


@pytest.mark.parametrize("key", ["read", "personal", "admin", "write", None])
@pytest.mark.parametrize("route", ROUTES)
def test_each_route_takes_keys_of_its_scope_alone(served: Served, route: str, key: str | None) -> None:
    method, path, body, scope = ROUTES[route]
    named = {"c": served.world.customers[0], "p": served.world.product(3)}
    served.world.live.people["p0@example.org"] = named["c"]
    for name, value in named.items():
        path = path.replace(f"{{{name}}}", value)
        body = json.loads(json.dumps(body).replace(f"{{{name}}}", value))
    answer = served.ask(method, path, key, json=body)
    assert answer.status == (401 if key is None else 200 if key == scope else 403), answer.text
    if answer.status != 200:
        told = answer.told
        assert answer.headers["content-type"] == "application/problem+json"
        assert told["status"] == answer.status and told["detail"]


@pytest.mark.parametrize("path", ["/health", "/ready", "/openapi.json"])
def test_some_need_no_key(served: Served, path: str) -> None:
    assert served.ask("GET", path, None).status == 200


def test_a_key_in_either_place(served: Served) -> None:
    bearer = {"authorization": f"Bearer {served.keys['read']}"}
    assert served.ask("GET", "/v1/trending", None, headers=bearer).status == 200
    unknown = served.ask("GET", "/v1/trending", None, headers={"x-api-key": "ob_read_x"})
    assert unknown.status == 401 and "not known" in unknown.told["detail"]


def test_personal_values_need_their_scope_and_are_written_down(served: Served) -> None:
    who = served.world.customers[4]
    path = f"/v1/customers/{who}?personal=true"
    assert served.ask("GET", path, "read").status == 403
    assert served.ask("GET", path, "personal").status == 403
    assert served.ask("GET", f"/v1/customers/{who}", "both").told["personal"] is None
    audit = served.answers.audit.path
    before = len(audit.read_text().splitlines()) if audit.exists() else 0
    assert served.ask("GET", path, "both").told["personal"]["email"] == "p4@example.org"
    served.world.live.people["p4@example.org"] = who
    asked = {"identifiers": {"email": "p4@example.org"}}
    assert served.ask("POST", "/v1/customers/lookup", "both", json=asked).told["customer_id"] == who
    assert served.ask("POST", "/v1/recommendations", "read", json=asked).status == 403
    listed = served.ask("POST", "/v1/recommendations", "both", json=asked).told
    assert listed["customer_id"] == who
    nobody = {"identifiers": {"email": "nobody@example.org"}}
    assert served.ask("POST", "/v1/customers/lookup", "both", json=nobody).status == 404
    assert served.ask("POST", "/v1/recommendations", "both", json=nobody).told["customer_id"] is None
    written = [json.loads(line) for line in audit.read_text().splitlines()[before:]]
    key = next(each.id for each in served.answers.keys.all() if len(each.scopes) == 2)
    assert [(each["what"], each["customer_id"]) for each in written] == [
        ("personal", who), ("lookup", who), ("lookup", who), ("lookup", None), ("lookup", None),
    ]  # fmt: skip
    assert {each["key"] for each in written} == {key} and "@" not in audit.read_text()
    assert audit.stat().st_mode & 0o777 == 0o600


def test_where_nothing_can_be_written_down_nothing_is_told(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise StoreError("The audit file cannot be written.")

    monkeypatch.setattr(served.answers.audit, "write", full)
    answer = served.ask("GET", f"/v1/customers/{served.world.customers[0]}?personal=true", "both")
    assert answer.status == 503 and "@" not in answer.text


def test_the_same_answers_in_process(served: Served) -> None:
    who, product = served.world.customers[9], served.world.product(5)
    seen = [Did("view", served.world.product(14), 1_700_000_000_000)]
    with onebasket.open(served.world.folder) as shop:
        asked = {
            f"/v1/customers/{who}": shop.customer(who),
            f"/v1/customers/{who}/timeline?limit=5": shop.timeline(who, 5),
            f"/v1/customers/{who}/scores": shop.scores(who),
            f"/v1/customers/{who}/recommendations?seen=mask&price_max=800&reasons=true": shop.recommend(
                who, (), Wishes(seen="mask", price_max=800, reasons=True)
            ),
            f"/v1/products/{product}": shop.product(product),
            f"/v1/products/{product}/similar?top=4": shop.similar(product, Wishes(top=4)),
            f"/v1/products/{product}/together?in_stock=true": shop.together(product, Wishes(in_stock=True)),
            "/v1/trending?placement=cart": shop.trending(Wishes(placement="cart")),
        }
        session = shop.recommend(None, seen)
        ranked = shop.rank(who, [product, served.world.product(20)])
    for path, told in asked.items():
        assert _without_id(served.ask("GET", path).told) == _without_id(msgspec.to_builtins(told)), path
    body = {"session": [{"action": "view", "product_id": seen[0].product_id, "at": seen[0].at}]}
    over = served.ask("POST", "/v1/recommendations", json=body).told
    assert _without_id(over) == _without_id(msgspec.to_builtins(session))
    body = {"customer_id": who, "candidates": [product, served.world.product(20)]}
    over = served.ask("POST", "/v1/rank", json=body).told
    assert _without_id(over) == _without_id(msgspec.to_builtins(ranked))


WRONG: dict[str, tuple[str, str, Any, int]] = {
    "unknown customer": ("GET", "/v1/customers/nobody", None, 404),
    "unknown customer of a list": ("GET", "/v1/customers/nobody/recommendations", None, 404),
    "unknown customer of a timeline": ("GET", "/v1/customers/nobody/timeline", None, 404),
    "unknown customer of scores": ("GET", "/v1/customers/nobody/scores", None, 404),
    "unknown product": ("GET", "/v1/products/nothing", None, 404),
    "unknown product of a list": ("GET", "/v1/products/nothing/together", None, 404),
    "nothing there": ("GET", "/v1/nothing", None, 404),
    "wrong method": ("DELETE", "/v1/trending", None, 405),
    "list too long": ("GET", "/v1/trending?top=101", None, 422),
    "no number": ("GET", "/v1/trending?top=ten", None, 422),
    "unknown filter": ("GET", "/v1/trending?colour=red", None, 422),
    "a customer's filter": ("GET", "/v1/trending?seen=mask", None, 422),
    "unknown placement": ("GET", "/v1/trending?placement=nowhere", None, 422),
    "unknown category": ("GET", "/v1/trending?categories=Wine", None, 422),
    "id too long": ("GET", f"/v1/customers/{'x' * 129}", None, 422),
    "no place": ("GET", "/v1/customers/{c}/timeline?before=x", None, 422),
    "no JSON": ("POST", "/v1/rank", b"{", 400),
    "not UTF-8": ("POST", "/v1/rank", b'{"candidates": ["\xff"]}', 400),
    "half a letter": ("POST", "/v1/rank", b'{"\\ud800": ["\\ud800"]}', 422),
    "no body": ("POST", "/v1/rank", b"", 422),
    "a list": ("POST", "/v1/rank", b"[]", 422),
    "deep": ("POST", "/v1/rank", b"[" * 100_000, 400),
    "too many candidates": ("POST", "/v1/rank", {"candidates": ["p"] * 1_001}, 422),
    "no candidates": ("POST", "/v1/rank", {"candidates": []}, 422),
    "too many events": ("POST", "/v1/recommendations", {"session": [{"action": "view"}] * 201}, 422),
    "an event without action": ("POST", "/v1/recommendations", {"session": [{"product_id": "p"}]}, 422),
    "too large": ("POST", "/v1/recommendations", b" " * 500_001, 413),
}


@pytest.mark.parametrize(("method", "path", "body", "status"), WRONG.values(), ids=WRONG)
def test_what_is_wrong_is_told_in_one_shape(
    served: Served, method: str, path: str, body: Any, status: int
) -> None:
    path = path.replace("{c}", served.world.customers[0])
    if isinstance(body, bytes):
        answer = served.ask(method, path, pieces=[body])
    else:
        answer = served.ask(method, path, json=body)
    assert answer.status == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert {"type", "title", "status", "detail"} <= answer.told.keys()


def test_what_was_sent_is_not_sent_back(served: Served) -> None:
    body = {"identifiers": {"email": "ann@example.org" * 40}}
    answer = served.ask("POST", "/v1/customers/lookup", "both", json=body)
    assert answer.status == 422 and "ann@" not in answer.text
    assert served.ask("POST", "/v1/customers/lookup", "both", json={"identifiers": {}}).status == 422


def test_a_large_body_in_pieces(served: Served) -> None:
    pieces = [b" " * 100_000] * 6
    assert served.ask("POST", "/v1/rank", pieces=pieces).status == 413


def test_too_many_requests(served: Served) -> None:
    told = [served.ask("GET", "/v1/trending", "slow") for _ in range(4)]
    assert [each.status for each in told][:3] == [200, 200, 429]
    assert int(told[2].headers["retry-after"]) >= 1


def test_pages_may_use_the_keys_made_for_them(served: Served) -> None:
    for key, origin, status in (
        ("page", PAGE, 200),
        ("page", "https://evil.example", 403),
        ("read", PAGE, 403),
    ):
        answer = served.ask("GET", "/v1/trending", key, headers={"origin": origin})
        assert answer.status == status
        assert answer.headers.get("access-control-allow-origin") == (origin if status == 200 else None)
    asked = {"origin": PAGE, "access-control-request-method": "GET"}
    told = served.ask("OPTIONS", "/v1/trending", None, headers=asked)
    assert told.status == 204 and told.headers["access-control-allow-origin"] == PAGE
    asked["origin"] = "https://evil.example"
    assert served.ask("OPTIONS", "/v1/trending", None, headers=asked).status == 403
    missing = served.ask("GET", "/v1/products/none", "page", headers={"origin": PAGE})
    assert missing.status == 404 and missing.headers["access-control-allow-origin"] == PAGE


def test_the_collector_is_beside_it(served: Served) -> None:
    told = served.ask("POST", "/v1/track", None, headers={"x-write-key": served.keys["write"]},
                      json={"event": "Product Viewed", "userId": "u1"})  # fmt: skip
    assert told.told["accepted"] == 1 and told.headers["access-control-allow-origin"] == "*"
    assert served.ask("OPTIONS", "/v1/track", None).headers["access-control-allow-origin"] == "*"


def test_counts(served: Served) -> None:
    served.ask("GET", "/v1/products/nothing")
    served.ask("BREW", "/v1/coffee/c0ffee")
    text = served.ask("GET", "/metrics", "admin").text
    assert re.search(
        r'onebasket_requests_total\{route="/v1/products/\{product_id\}",method="GET",status="404"\} \d+', text
    )
    assert "onebasket_version 1\n" in text and "onebasket_inbox_waiting_bytes 0\n" in text
    assert "c0ffee" not in text and "BREW" not in text and 'le="+Inf"' in text


def test_the_address_of_the_shop_file(tmp_path: Path) -> None:
    path, said = tmp_path / "shop.toml", '[shop]\nname = "Corner"\n[serve]\nport = 8443\n'
    path.write_text(said)
    assert Address.of(shop_file.load(tmp_path)) == Address("127.0.0.1", 8443)
    path.write_text(f'{said}certificate = "a.pem"\ncertificate_key = "b.pem"\n')
    found = Address.of(shop_file.load(tmp_path))
    assert (found.certificate, found.certificate_key) == (tmp_path / "a.pem", tmp_path / "b.pem")


def test_before_anything_is_published(tmp_path: Path) -> None:
    from tests.unit.serve.world import write

    folder = write(tmp_path / "shop")
    keys = Keys(folder)
    key, _ = keys.make(["read"])
    answers = Answers(shop_file.load(folder), keys)
    answers.start()
    inbox = Inbox(folder / "inbox", Key(bytes(32), folder / "key"))
    app = application(inbox, keys, Key(bytes(32), folder / "key"), answers)
    assert ask(app, "GET", "/health", {}).status == 200
    assert ask(app, "GET", "/ready", {}).status == 503
    told = ask(app, "GET", "/v1/trending", {"x-api-key": key})
    assert told.status == 503 and str(folder) not in told.text
    inbox.close()
    answers.close()


def _without_id(told: Any) -> Any:
    """As JSON, so that lists are lists; each list served has an id of its own."""
    made = json.loads(json.dumps(told))
    made.pop("list_id", None)
    return made
