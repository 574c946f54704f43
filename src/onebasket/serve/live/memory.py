"""What came in since a version was published, on disk: one SQLite file a version.

    live/v000123.sqlite    people, what they did, how far the inbox was followed

All of it can be made again from the inbox. So nothing waits for the disk: after a crash the file says how far
it goes, and the rest is followed again. It holds pseudonyms only.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path

import msgspec

from onebasket.errors import StoreError
from onebasket.serve.happened import Happened
from onebasket.serve.live.directory import Teller
from onebasket.serve.live.reading import Person
from onebasket.serve.live.recall import Recall

_TABLES = """
    create table if not exists followed (block integer not null);
    create table if not exists people (
        number integer primary key, record text not null unique, known text, customer text not null,
        told blob not null
    );
    create index if not exists people_of on people (customer);
    create table if not exists carried (
        kind text, pseudonym text, number integer, primary key (kind, pseudonym, number)
    ) without rowid;
    create table if not exists hours (number integer, hour integer, primary key (number, hour)) without rowid;
    create table if not exists happened (
        number integer, at integer, event text, action text not null, product text, channel text not null,
        quantity real, amount integer, source text not null, primary key (number, at, event)
    ) without rowid;
    create table if not exists ordered (
        key text, source text, number integer, at integer, primary key (key, source, number, at)
    ) without rowid;
    create table if not exists tied (record text, other text, primary key (record, other)) without rowid;
    create table if not exists merged (customer text primary key, into_customer text not null) without rowid;
    create index if not exists merged_into on merged (into_customer);
    create table if not exists counted (
        product text, hour integer, looked real not null, sold real not null, primary key (product, hour)
    ) without rowid;
"""
_CACHED = 200_000  # records whose number is remembered


class Memory(Recall):
    """The file of one version, open for the one thread that writes it."""

    def __init__(self, path: Path, after: int) -> None:
        """`after`: the block that the version goes to. Raises StoreError for a file that cannot be used."""
        super().__init__(path)
        try:
            path.parent.mkdir(mode=0o700, exist_ok=True)
            self._database = sqlite3.connect(path, isolation_level=None)
            self._database.execute("pragma journal_mode = wal")
            self._database.execute("pragma synchronous = normal")
            path.chmod(0o600)
            self._database.executescript(_TABLES)
            followed = self._one("select max(block) from followed")
            self.begun = followed is None  # nothing stands in it yet
            self.block = followed or after
            self._next = (self._one("select max(number) from people") or 0) + 1
        except (sqlite3.DatabaseError, OSError) as error:
            raise StoreError(
                f"The live state {path} cannot be used.", found=str(error), state="the inbox is as it was",
                next_step="delete the file; it is made again from the inbox",
            ) from error  # fmt: skip
        self._numbers: dict[str, int] = {}
        self._people: dict[int, Person] = {}
        self._latest_hour: dict[int, int] = {}

    def ask(self, query: str, *values: object) -> sqlite3.Cursor:
        """The rows of a query, with what was written and is not done yet."""
        return self._database.execute(query, values)

    def close(self) -> None:
        """Close it for writing."""
        self._database.close()

    @contextmanager
    def block_done(self, block: int) -> Iterator[None]:
        """What is written inside stands with the block's number, or, after a crash, not at all. Raises
        StoreError where somebody else has written meanwhile."""
        self._database.execute("begin immediate")
        try:
            if self._one("select max(block) from followed") not in (None, self.block):
                raise StoreError(f"Another process follows the inbox into {self.path}.")
            yield
            self._database.execute("delete from followed")
            self._database.execute("insert into followed values (?)", (block,))
            self._database.execute("commit")
        except BaseException:
            self._database.execute("rollback")
            self._forget()
            raise
        self.block = block

    def add(self, person: Person, known: str | None) -> int:
        """Take a record in; `known`: whose it is in the version. Gives its number."""
        number, self._next = self._next, self._next + 1
        told = msgspec.msgpack.encode((person.name, person.identifiers, person.system))
        self._database.execute(
            "insert into people values (?, ?, ?, ?, ?)", (number, person.id, known, known or "", told)
        )
        if known is None:
            self._database.executemany(
                "insert or ignore into carried values (?, ?, ?)",
                [(kind, pseudonym, number) for kind, pseudonym in person.identifiers],
            )
        self._remember(person, number)
        return number

    def number(self, record: str) -> int:
        """The number of a record; -1: it did not come in live."""
        found = self._numbers.get(record)
        if found is None:
            found = super().number(record)
            if found >= 0:
                self._numbers[record] = found
        return found

    def person(self, number: int) -> Person:
        """A record that came in."""
        found = self._people.get(number)
        if found is None:
            found = super().person(number)
            self._remember(found, number)
        return found

    def note_hour(self, number: int, hour: int) -> bool:
        """Something was done in an hour; tells whether it is the first thing."""
        if self._latest_hour.get(number) == hour:
            return False
        self._latest_hour[number] = hour
        done = self._database.execute("insert or ignore into hours values (?, ?)", (number, hour))
        return done.rowcount > 0

    def note_order(self, order: str, number: int, teller: Teller) -> bool:
        """A record told an order; tells whether it does for the first time."""
        row = (order, teller.source, number, teller.at)
        return self._database.execute("insert or ignore into ordered values (?, ?, ?, ?)", row).rowcount > 0

    def tie(self, record: str, other: str) -> bool:
        """Two records are tied by an order or by likeness; tells whether that is news."""
        both = [(record, other), (other, record)]
        return self._database.executemany("insert or ignore into tied values (?, ?)", both).rowcount > 0

    def assign(self, customers: Mapping[str, str]) -> dict[str, str]:
        """Whose records are from now on; those that did not come in live are left out. Gives what became of
        ids that some had before."""
        before: dict[str, str] = {}
        for record, customer in customers.items():
            if (number := self.number(record)) < 0:
                continue
            (old,) = self._database.execute(
                "select customer from people where number = ?", (number,)
            ).fetchone()
            if old != customer:
                self._database.execute("update people set customer = ? where number = ?", (customer, number))
                if old:
                    before[old] = customer
        return before

    def merge(self, customer: str, into: str) -> None:
        """From now on a customer is another."""
        self._database.execute("insert or replace into merged values (?, ?)", (customer, into))

    def part(self, customers: Iterable[str]) -> None:
        """From now on customers are themselves again, if they were others."""
        self._database.executemany("delete from merged where customer = ?", [(each,) for each in customers])

    def inherit(self, older: Path, gone: Callable[[str], bool]) -> None:
        """Take over what became of ids in an older version's state; of those that are `gone`, as the version
        does not know them."""
        with closing(sqlite3.connect(f"file:{older}?mode=ro", uri=True)) as before:
            found = before.execute("select customer, into_customer from merged").fetchall()
        with self.block_done(self.block):
            for customer, into in found:
                if gone(customer):
                    self.merge(customer, into)

    def note(self, rows: Iterable[tuple[int, Happened]]) -> None:
        """What records did."""
        self._database.executemany(
            "insert or ignore into happened values (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [
                (number, each.at, each.event_id, each.action, each.product_id, each.channel, each.quantity,
                 each.amount_minor, each.source)
                for number, each in rows
            ],
        )  # fmt: skip

    def count(self, counts: Mapping[tuple[str, int], tuple[float, float]]) -> None:
        """Add to how often products were looked at, and units sold, in an hour."""
        self._database.executemany(
            "insert into counted values (?, ?, ?, ?) on conflict (product, hour)"
            " do update set looked = looked + excluded.looked, sold = sold + excluded.sold",
            [(product, hour, *added) for (product, hour), added in counts.items()],
        )

    def _remember(self, person: Person, number: int) -> None:
        if len(self._numbers) >= _CACHED:
            self._forget()
        self._numbers[person.id], self._people[number] = number, person

    def _forget(self) -> None:
        self._numbers, self._people, self._latest_hour = {}, {}, {}

    def _one(self, query: str, *values: object) -> int | None:
        found = self.ask(query, *values).fetchone()
        return None if found is None else found[0]
