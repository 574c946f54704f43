"""What came in since a version was published, on disk: one SQLite file a version.

    live/v000123.sqlite    people, what they did, how far the inbox was followed

All of it can be made again from the inbox. So nothing waits for the disk: after a crash the file says how far
it goes, and the rest is followed again. It holds pseudonyms only.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path

import msgspec

from onebasket.errors import StoreError
from onebasket.serve.happened import Happened
from onebasket.serve.live.directory import LOOSE, Carrier
from onebasket.serve.live.reading import Person

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
    create table if not exists merged (customer text primary key, into_customer text not null) without rowid;
    create table if not exists counted (
        product text, hour integer, looked real not null, sold real not null, primary key (product, hour)
    ) without rowid;
"""
_CACHED = 200_000  # records whose number is remembered


class Memory:
    """The file of one version, open for one writing thread and any number of reading ones."""

    def __init__(self, path: Path, after: int) -> None:
        """`after`: the block that the version goes to. Raises StoreError for a file that cannot be used."""
        self.path = path
        try:
            path.parent.mkdir(mode=0o700, exist_ok=True)
            self._database = self._connected()
            path.chmod(0o600)
            self._database.executescript(_TABLES)
            self.block = self._one("select max(block) from followed") or after
            self._next = (self._one("select max(number) from people") or 0) + 1
        except (sqlite3.DatabaseError, OSError) as error:
            raise StoreError(
                f"The live state {path} cannot be used.", found=str(error), state="the inbox is as it was",
                next_step="delete the file; it is made again from the inbox",
            ) from error  # fmt: skip
        self._readers = threading.local()
        self._numbers: dict[str, int] = {}
        self._people: dict[int, Person] = {}
        self._latest_hour: dict[int, int] = {}
        self.merged: dict[str, str] = dict(
            self._database.execute("select customer, into_customer from merged")
        )

    def close(self) -> None:
        """Close it for writing."""
        self._database.close()

    @contextmanager
    def block_done(self, block: int) -> Iterator[None]:
        """What is written inside stands with the block's number, or, after a crash, not at all."""
        self._database.execute("begin")
        try:
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
            found = self._one("select number from people where record = ?", record) or -1
            if found >= 0:
                self._numbers[record] = found
        return found

    def person(self, number: int) -> Person:
        """A record that came in."""
        found = self._people.get(number)
        if found is None:
            row = self._database.execute(
                "select record, told from people where number = ?", (number,)
            ).fetchone()
            name, identifiers, system = msgspec.msgpack.decode(
                row[1], type=tuple[str | None, tuple[tuple[str, str], ...], str]
            )
            found = Person(row[0], name, identifiers, system)
            self._remember(found, number)
        return found

    def identifiers(self, record: str) -> tuple[tuple[str, str], ...]:
        """What a record that came in carries."""
        return self.person(self.number(record)).identifiers

    def beside(self, record: str) -> set[str]:
        """The records that are one customer with one that came in and is not in the version."""
        rows = self._database.execute(
            "select b.record from people a join people b on b.customer = a.customer"
            " where a.record = ? and a.customer <> '' and b.known is null",
            (record,),
        ).fetchall()
        return {found for (found,) in rows} | {record}

    def carriers(self, kind: str, pseudonym: str) -> list[Carrier]:
        """The records that carry an identifier and are not in the version."""
        rows = self._database.execute(
            "select number from carried where kind = ? and pseudonym = ?", (kind, pseudonym)
        ).fetchall()
        return [self._carrier(number, kind in LOOSE) for (number,) in rows]

    def hours(self, record: str) -> frozenset[int]:
        """Hours since 1970 in which a record did anything live."""
        number = self.number(record)
        rows = self._database.execute("select hour from hours where number = ?", (number,)).fetchall()
        return frozenset(hour for (hour,) in rows)

    def note_hour(self, number: int, hour: int) -> bool:
        """Something was done in an hour; tells whether it is the first thing."""
        if self._latest_hour.get(number) == hour:
            return False
        self._latest_hour[number] = hour
        done = self._database.execute("insert or ignore into hours values (?, ?)", (number, hour))
        return done.rowcount > 0

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

    def merge(self, customer: str, into: str | None) -> None:
        """From now on a customer is another; None: it is itself again."""
        if into is None:
            self._database.execute("delete from merged where customer = ?", (customer,))
            self.merged = {old: new for old, new in self.merged.items() if old != customer}
        else:
            self._database.execute("insert or replace into merged values (?, ?)", (customer, into))
            self.merged = {**self.merged, customer: into}

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

    def recent(self, customers: Iterable[str], most: int) -> list[Happened]:
        """What the records of some customers did, the oldest first; of more than `most` the latest."""
        asked, reading = list(customers), self._reading()
        marks = ", ".join("?" * len(asked))
        rows = reading.execute(
            "select h.at, h.action, h.product, h.channel, h.quantity, h.amount, h.source, h.event"
            f" from people p join happened h using (number) where p.customer in ({marks})"
            " order by h.at desc, h.event desc limit ?",
            (*asked, most),
        ).fetchall()
        return [Happened(*row) for row in reversed(rows)]

    def counted(self, since: int) -> list[tuple[str, int, float]]:
        """Product, hour and how often it was looked at, from an hour on."""
        found = self._reading().execute("select product, hour, looked from counted where hour >= ?", (since,))
        return found.fetchall()

    def sold(self) -> dict[str, float]:
        """Units sold of each product."""
        return dict(self._reading().execute("select product, sum(sold) from counted group by product"))

    def customer(self, record: str) -> str | None:
        """The customer that a record was assigned to; None: it did not come in live."""
        found = self._reading().execute("select customer from people where record = ?", (record,)).fetchone()
        return None if found is None else str(found[0])

    def _carrier(self, number: int, loose: bool) -> Carrier:
        person = self.person(number)
        accounts = frozenset(
            (person.system, int(pseudonym[:16], 16))
            for kind, pseudonym in person.identifiers
            if kind == "account"
        )
        named = any(kind not in LOOSE for kind, _ in person.identifiers)
        name = int(person.name[:16], 16) if person.name else 0
        hours = self.hours(person.id) if loose else frozenset()
        return Carrier(person.id, None, name, accounts, named, hours)

    def _remember(self, person: Person, number: int) -> None:
        if len(self._numbers) >= _CACHED:
            self._forget()
        self._numbers[person.id], self._people[number] = number, person

    def _forget(self) -> None:
        self._numbers, self._people, self._latest_hour = {}, {}, {}

    def _one(self, query: str, *values: object) -> int | None:
        found = self._database.execute(query, values).fetchone()
        return None if found is None else found[0]

    def _reading(self) -> sqlite3.Connection:
        """The calling thread's own connection; it sees whole blocks only."""
        if not hasattr(self._readers, "connection"):
            self._readers.connection = self._connected()
            self._readers.connection.execute("pragma query_only = true")
        made: sqlite3.Connection = self._readers.connection
        return made

    def _connected(self) -> sqlite3.Connection:
        made = sqlite3.connect(self.path, isolation_level=None, check_same_thread=False)
        made.execute("pragma journal_mode = wal")
        made.execute("pragma synchronous = normal")
        return made
