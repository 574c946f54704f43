"""A shop whose events all come in live, and random streams of them."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from onebasket import shop as shop_file
from onebasket.inbox import FOLDER, Inbox, Posted, id_of
from onebasket.protect import Key, load_or_make
from onebasket.run import run
from onebasket.serve.live.followed import Followed
from onebasket.serve.live.following import Following
from onebasket.store.basket import Basket
from onebasket.store.duckdb import DuckStore

SHOP = """
[shop]
name = "Live"
currency = "EUR"

[[source]]
name = "app"
channel = "app"
format = "live"

[[source]]
name = "web"
channel = "web"
format = "live"
"""
Sent = tuple[str, dict[str, Any]]


class World:
    """The shop, its key and its inbox."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(exist_ok=True)
        (folder / "shop.toml").write_text(SHOP, encoding="utf-8")
        self.key: Key = load_or_make(folder, None)
        self.shop = shop_file.load(folder)

    def post(self, *sent: Sent) -> None:
        """Take events in."""
        inbox = Inbox(self.folder / FOLDER, self.key)
        for at in range(0, len(sent), 50):
            some = [
                Posted(source, id_of(source, event["messageId"]), json.dumps(event).encode())
                for source, event in sent[at : at + 50]
            ]
            inbox.submit(some).result()
        inbox.close()

    def run(self) -> None:
        """Publish a version of all that came in."""
        run(self.folder, until="fuse")

    @contextmanager
    def store(self) -> Iterator[DuckStore]:
        """The tables of the published version."""
        version = Basket(self.shop.basket).current()
        assert version is not None
        with version, DuckStore(version, self.key, threads=2) as store:
            yield store

    @contextmanager
    def following(self) -> Iterator[Following]:
        """What follows the inbox for the published version; it has not begun."""
        version = Basket(self.shop.basket).current()
        assert version is not None
        with version, DuckStore(version, self.key, threads=2) as store:
            made = Following(self.shop, self.key, version, store)
            try:
                yield made
            finally:
                made.close()

    @contextmanager
    def followed(self) -> Iterator[Followed]:
        """The live state of the published version, as far as the inbox goes."""
        version = Basket(self.shop.basket).current()
        assert version is not None
        with version, self.following() as following:
            following.catch_up()
            assert following.unread == 0
            yield Followed(self.shop, version)

    def customers(self) -> dict[str, str]:
        """The customer of each record of the published version."""
        with self.store() as store:
            return dict(store.query("select record_id, customer_id from customer_links").fetchall())


def event(number: int, hour: int = 0, **said: Any) -> dict[str, Any]:
    """A product view; `email` and `name` are traits."""
    traits = {trait: said.pop(trait) for trait in ("email", "name", "phone") if trait in said}
    made = {
        "type": "track", "event": "Product Viewed", "messageId": f"m{number}",
        "timestamp": f"2026-03-{1 + hour // 24:02d}T{hour % 24:02d}:{number % 60:02d}:00.000Z",
        "properties": {"product_id": f"p{number % 20}", **said.pop("properties", {})}, **said,
    }  # fmt: skip
    return made | ({"context": {"traits": traits}} if traits else {})


def stream(seed: int, people: int, events: int, faithful: float, orders: float = 0.0) -> Sequence[Sent]:
    """What people did over sixty hours, with two browsers each; with a probability of 1 - `faithful` somebody
    uses another's browser, or is told under another's address. Some `orders` are told by a browser and,
    an hour later in the other source, by an account."""
    chance, made = random.Random(seed), []
    for number in range(events):
        person = chance.randrange(people)

        def whose(person: int = person) -> int:
            return person if chance.random() < faithful else chance.randrange(people)

        said: dict[str, Any] = {}
        if chance.random() < 0.9:
            said["anonymousId"] = f"cookie-{whose()}-{chance.randrange(2)}"
        if chance.random() < 0.4:
            said["userId"] = f"user-{person}"
        if chance.random() < 0.15:
            said["email"] = f"someone{whose()}@example.com"
        if chance.random() < 0.1:
            said["name"] = f"Anna Muster{chr(97 + person % 26)}"
        source, hour = chance.choice(["app", "web"]), number * 60 // events
        made.append((source, event(number, hour, **said)))
        if chance.random() < orders:
            bought = {"event": "Order Completed", "properties": {"order_id": f"#{1000 + number}"}}
            for other, later in ((source, 0), ("web" if source == "app" else "app", 1)):
                who = {"userId": f"user-{person}"} if later else {"anonymousId": f"cookie-{person}-0"}
                made.append((other, event(events * (later + 1) + number, hour + later, **who, **bought)))
    return made
