"""What the file of a live state tells whoever asks.

Nothing of it is remembered between questions: another process may write the file meanwhile. A question sees
whole blocks of events only.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Sequence
from pathlib import Path

import msgspec

from onebasket.errors import StoreError
from onebasket.serve.happened import Happened
from onebasket.serve.live.directory import LOOSE, Accounts, Carrier, Teller
from onebasket.serve.live.reading import Person

_FAMILY = """
    with recursive family(customer) as (
        values (?) union select m.customer from merged m join family f on m.into_customer = f.customer
    )
    select h.at, h.action, h.product, h.channel, h.quantity, h.amount, h.source, h.event
    from family join people p using (customer) join happened h using (number)
    order by h.at desc, h.event desc limit ?
"""
_LATEST = """
    select at, action, product, channel, quantity, amount, source, event
    from (
        select h.*, row_number() over (partition by p.customer order by h.at desc, h.event desc) as place
        from people p join happened h using (number)
    ) where place = 1 order by at, event
"""


class Recall:
    """Asks the file of one version; any number of threads may."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._own, self._made = threading.local(), 0

    def renew(self) -> None:
        """The file may be another one now: open it anew."""
        self._made += 1

    def number(self, record: str) -> int:
        """The number of a record; -1: it did not come in live."""
        found = self.ask("select number from people where record = ?", record).fetchone()
        return -1 if found is None else int(found[0])

    def person(self, number: int) -> Person:
        """A record that came in."""
        record, told = self.ask("select record, told from people where number = ?", number).fetchone()
        name, identifiers, system = msgspec.msgpack.decode(
            told, type=tuple[str | None, tuple[tuple[str, str], ...], str]
        )
        return Person(record, name, identifiers, system)

    def customer(self, record: str) -> str | None:
        """The customer that a record was assigned to; None: it did not come in live."""
        found = self.ask("select customer from people where record = ?", record).fetchone()
        return None if found is None else str(found[0])

    def current(self, customer: str) -> str:
        """The id that a customer has by now."""
        seen = {customer}
        while found := self.ask("select into_customer from merged where customer = ?", customer).fetchone():
            if found[0] in seen:
                break
            (customer,) = found
            seen.add(customer)
        return customer

    def identifiers(self, record: str) -> tuple[tuple[str, str], ...]:
        """What a record that came in carries."""
        return self.person(self.number(record)).identifiers

    def beside(self, record: str) -> set[str]:
        """The records that are one customer with one that came in and is not in the version."""
        rows = self.ask(
            "select b.record from people a join people b on b.customer = a.customer"
            " where a.record = ? and a.customer <> '' and b.known is null",
            record,
        )
        return {found for (found,) in rows} | {record}

    def carriers(self, kind: str, pseudonym: str) -> list[Carrier]:
        """The records that carry an identifier and are not in the version."""
        rows = self.ask("select number from carried where kind = ? and pseudonym = ?", kind, pseudonym)
        return [self._carrier(number, kind in LOOSE) for (number,) in rows.fetchall()]

    def hours(self, record: str) -> frozenset[int]:
        """Hours since 1970 in which a record did anything live."""
        return frozenset(
            hour for (hour,) in self.ask("select hour from hours where number = ?", self.number(record))
        )

    def accounts(self, record: str) -> Accounts:
        """The accounts of a record that came in."""
        return _accounts(self.person(self.number(record)))

    def tied(self, record: str) -> set[str]:
        """The records, of the version or not, that an order or likeness ties to this one."""
        return {other for (other,) in self.ask("select other from tied where record = ?", record)}

    def tellers(self, order: str) -> list[Teller]:
        """Who told an order live."""
        rows = self.ask(
            "select p.record, o.source, o.at from ordered o join people p using (number) where o.key = ?",
            order,
        )
        return [Teller(*row) for row in rows]

    def recent(self, customer: str, most: int) -> Sequence[Happened]:
        """What a customer did, and those who turned out to be the same, the oldest first; of more than `most`
        the latest."""
        return [Happened(*row) for row in reversed(self.ask(_FAMILY, customer, most).fetchall())]

    def counted(self, since: int) -> list[tuple[str, int, float]]:
        """Product, hour and how often it was looked at, from an hour on."""
        return self.ask("select product, hour, looked from counted where hour >= ?", since).fetchall()

    def sold(self) -> dict[str, float]:
        """Units sold of each product."""
        return dict(self.ask("select product, sum(sold) from counted group by product").fetchall())

    def latest(self) -> list[Happened]:
        """The last thing that each customer did. Raises StoreError for a file that cannot be read."""
        try:
            return [Happened(*row) for row in self.ask(_LATEST)]
        except sqlite3.DatabaseError as error:
            raise StoreError(
                f"The live state {self.path} cannot be read.", found=str(error), state="nothing was changed",
                next_step="delete the file while no server runs; it is made again from the inbox",
            ) from error  # fmt: skip

    def ask(self, query: str, *values: object) -> sqlite3.Cursor:
        """The rows of a query, by the calling thread's own connection."""
        if getattr(self._own, "made", None) != self._made:
            self._own.connection = sqlite3.connect(
                f"{self.path.absolute().as_uri()}?mode=rw", uri=True, isolation_level=None,
                check_same_thread=False,
            )  # fmt: skip
            self._own.connection.execute("pragma query_only = true")
            self._own.made = self._made
        made: sqlite3.Connection = self._own.connection
        return made.execute(query, values)

    def _carrier(self, number: int, loose: bool) -> Carrier:
        person = self.person(number)
        named = any(kind not in LOOSE for kind, _ in person.identifiers)
        name = int(person.name[:16], 16) if person.name else 0
        hours = self.hours(person.id) if loose else frozenset()
        return Carrier(person.id, None, name, _accounts(person), named, hours)


def _accounts(person: Person) -> Accounts:
    return frozenset(
        (person.system, int(pseudonym[:16], 16))
        for kind, pseudonym in person.identifiers
        if kind == "account"
    )
