"""Newcomers join who was there: the rules of align's certain edges, one record at a time.

For the carriers of one identifier this does what `align/groups.sql`, `strangers.sql` and `scopes.sql` do for
all of them. Records tied by an order that both tell, or by likeness, join unless they would have two
accounts of one system.
"""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Protocol

from onebasket.serve.live.directory import LOOSE, Accounts, Carrier, Directory
from onebasket.shop import Align

_OWNED_HOURS = 5  # in which its one owner used a device that others used, too
_FARTHEST = 5_000  # records of one customer, about; whom more would hang together with stays apart
_REMEMBERED = 50_000  # customers
_NEW = "c"  # begins the id of a customer


class Newcomers(Protocol):
    """The records that came in live."""

    def identifiers(self, record: str) -> tuple[tuple[str, str], ...]:
        """What one of them carries."""

    def carriers(self, kind: str, pseudonym: str) -> list[Carrier]:
        """Those that carry an identifier and are not in the version."""

    def hours(self, record: str) -> frozenset[int]:
        """Hours since 1970 in which a record, of the version or not, did anything live."""

    def accounts(self, record: str) -> Accounts:
        """The accounts of one of them."""

    def tied(self, record: str) -> set[str]:
        """Those, of the version or not, that an order or likeness ties to one, one of the two live."""

    def beside(self, record: str) -> set[str]:
        """Those that are one customer with one of them so far, itself among them."""

    def customer(self, record: str) -> str | None:
        """Whose a record, of the version or not, was at first; None or empty: nobody knows yet."""

    def current(self, customer: str) -> str:
        """The id that a customer has by now."""


class Limits:
    """`[align]` of the shop file, with its defaults for kinds that it leaves out."""

    def __init__(self, align: Align) -> None:
        usual = Align()
        self.names = usual.max_names | align.max_names
        self.accounts = usual.max_accounts | align.max_accounts
        self.records = usual.max_records | align.max_records


def scopes(kind: str, carriers: Sequence[Carrier], limits: Limits) -> list[list[Carrier]]:
    """Who joins through an identifier that several records carry: sets of two or more."""
    if len(carriers) < 2 or len(carriers) > limits.records[kind]:
        return []
    by_name = len({each.name for each in carriers} - {0}) > limits.names[kind]
    strange = _strangers(carriers) if kind in LOOSE else set()
    members: dict[tuple[int, bool], list[Carrier]] = defaultdict(list)
    accounts: dict[int, set[tuple[str, int]]] = defaultdict(set)
    for each in carriers:
        if by_name and not each.name:
            continue
        scope = each.name if by_name else 0
        members[scope, each.record in strange].append(each)
        accounts[scope] |= each.accounts
    return [
        group
        for (scope, _), group in members.items()
        if len(group) > 1 and _most(accounts[scope]) <= limits.accounts[kind]
    ]


def _most(accounts: Iterable[tuple[str, int]]) -> int:
    """Accounts of that system of which there are most."""
    by_system: dict[str, int] = defaultdict(int)
    for system, _ in accounts:
        by_system[system] += 1
    return max(by_system.values(), default=0)


def _strangers(carriers: Sequence[Carrier]) -> set[str]:
    """Records with nothing but a browser or device that somebody else owns, as likely as not."""
    owners = [each for each in carriers if each.named]
    others = [each for each in carriers if not each.named]
    if not owners or not others:
        return set()
    used = set[int]().union(*(each.hours for each in owners))
    one = (
        len({each.name for each in owners} - {0}) <= 1
        and len({account for each in owners for account in each.accounts}) <= 1
    )
    owned = one and len(used) >= _OWNED_HOURS
    return {
        each.record
        for each in others
        if not each.hours & used and not (owned and len(used) >= len(each.hours))
    }


@dataclass(frozen=True)
class Resolved:
    """Whose some records are, and what became of ids."""

    customers: Mapping[str, str]  # of each record
    moved: Mapping[str, str]  # customers of the version that are no more, and who has most of their records
    touched: Set[str]  # other records, whose customers may be others now


class Graph:
    """Joins live records to each other and to the customers of a version.

    Whoever a newcomer touches is joined anew: all records of those customers, live and of the version. What
    joined records of the version beside identifiers (likeness, orders, decisions by hand) still does.
    """

    def __init__(self, directory: Directory, newcomers: Newcomers, align: Align, version: int) -> None:
        self._directory, self._newcomers = directory, newcomers
        self._limits, self._version = Limits(align), version
        self._ties = lru_cache(_REMEMBERED)(self._tied)

    def resolve(self, first: str, changed: Container[str]) -> Resolved:
        """Whose a record is now, and all that hang together with it. Who carries the same as one of those
        `changed` is touched: it may join them no longer."""
        roots, scoped = {first: first}, set[tuple[str, str]]()
        waiting, whole = [first], set[str]()
        tied, touched = set[tuple[str, str]](), set[str]()

        def meet(group: Iterable[str]) -> None:
            for each in group:
                if each not in roots:
                    roots[each] = each
                    waiting.append(each)

        def meet_customer(customer: str) -> None:
            if customer not in whole and self._directory.size(customer):
                whole.add(customer)
                meet(self._directory.records_of(customer))

        while waiting:
            if len(roots) > _FARTHEST:
                return self._apart(first)
            record = waiting.pop()
            customer = self._directory.customer_of(record)
            for identifier in self._identifiers(record, customer):
                if identifier in scoped and record not in changed:
                    continue
                scoped.add(identifier)
                carriers = self.carriers(*identifier)
                if record in changed and len(carriers) <= self._limits.records[identifier[0]] + 1:
                    touched.update(self._together([each.record for each in carriers]))
                for group in scopes(identifier[0], carriers, self._limits):
                    meet(each.record for each in group)
                    _join(roots, [each.record for each in group])
            if customer is None:
                meet(self._newcomers.beside(record))
                meet_customer(self._newcomers.customer(record) or "")
            else:
                meet_customer(customer)
                _join(roots, self._ties(customer))
            for other in self._newcomers.tied(record):
                meet([other])
                tied.add((min(record, other), max(record, other)))
        self._join_tied(roots, tied)
        return replace(self._named(roots), touched=touched - roots.keys())

    def carriers(self, kind: str, pseudonym: str) -> list[Carrier]:
        """All records that carry an identifier, unless they are too many to join anybody."""
        if self._directory.count(kind, pseudonym) > self._limits.records[kind]:
            return []
        found = self._directory.carriers(kind, pseudonym)
        if kind in LOOSE:
            live = ((each, self._newcomers.hours(each.record)) for each in found)
            found = [replace(each, hours=each.hours | hours) if hours else each for each, hours in live]
        return found + self._newcomers.carriers(kind, pseudonym)

    def found(self, identifiers: Sequence[tuple[str, str]]) -> list[str]:
        """The records that somebody's identifiers point to, those of the first kind that points to any."""
        for kind, pseudonym in identifiers:
            carriers = self.carriers(kind, pseudonym)
            if len(carriers) == 1:
                return [carriers[0].record]
            if groups := scopes(kind, carriers, self._limits):
                return [each.record for group in groups for each in group]
        return []

    def _identifiers(self, record: str, customer: str | None) -> Sequence[tuple[str, str]]:
        return (
            self._newcomers.identifiers(record) if customer is None else self._directory.identifiers(record)
        )

    def _join_tied(self, roots: dict[str, str], tied: set[tuple[str, str]]) -> None:
        """Join records that are tied, unless they would have two accounts of one system."""
        held: dict[str, dict[str, set[int]]] = {}
        if tied:
            for record in roots:
                account = held.setdefault(_root(roots, record), defaultdict(set))
                for system, number in self._accounts(record):
                    account[system].add(number)
        for one, other in sorted(tied):
            a, b = held[_root(roots, one)], held[_root(roots, other)]
            if a is not b and all(len(a[system] | b[system]) == 1 for system in a.keys() & b.keys()):
                _join(roots, [one, other])
                for system, numbers in [*a.items(), *b.items()]:
                    held[_root(roots, one)][system] = held[_root(roots, one)][system] | numbers

    def _accounts(self, record: str) -> Accounts:
        known = self._directory.customer_of(record) is not None
        return (self._directory if known else self._newcomers).accounts(record)

    def _tied(self, customer: str) -> list[str]:
        """One record of each part of a customer that identifiers alone did not join in the version."""
        records = self._directory.records_of(customer)
        if len(records) == 1:
            return records
        roots, scoped = {record: record for record in records}, set[tuple[str, str]]()
        for record in records:
            for kind, pseudonym in self._directory.identifiers(record):
                if (kind, pseudonym) not in scoped:
                    scoped.add((kind, pseudonym))
                    for group in scopes(kind, self._directory.carriers(kind, pseudonym), self._limits):
                        _join(roots, [each.record for each in group if each.record in roots])
        return [record for record in records if _root(roots, record) == record]

    def _named(self, roots: dict[str, str]) -> Resolved:
        """Ids of components, as `align/ids.sql` gives them: that of most members in the version, unless
        another component has more of its members; else one of its own, after its smallest member."""
        members: dict[str, list[str]] = defaultdict(list)
        for record in sorted(roots):
            members[_root(roots, record)].append(record)
        components = {group[0]: group for group in members.values()}  # by the smallest member
        held = {
            first: Counter(filter(None, map(self._directory.customer_of, group)))
            for first, group in components.items()
        }
        wished = {first: min(had, key=lambda old: (-had[old], old)) for first, had in held.items() if had}
        kept: dict[str, str] = {}
        for first in sorted(wished, key=lambda each: (-held[each][wished[each]], each)):
            kept.setdefault(wished[first], first)
        names = {first: old for old, first in kept.items()}
        for first in components.keys() - names.keys():
            names[first] = self._fresh(first)
        customers = {record: names[first] for first, group in components.items() for record in group}
        moved = {}
        for old in {old for had in held.values() for old in had} - set(names.values()):
            most = min(held, key=lambda first: (-held[first][old], first))
            moved[old] = names[most]
        return Resolved(customers, moved, frozenset())

    def _together(self, records: Sequence[str]) -> Iterator[str]:
        """Those of some records that are one customer with another of them so far."""
        known = [self._newcomers.customer(each) or self._directory.customer_of(each) for each in records]
        customers = [self._newcomers.current(each or "") for each in known]
        several = Counter(customers)
        return (each for each, whose in zip(records, customers, strict=True) if several[whose] > 1)

    def _apart(self, record: str) -> Resolved:
        """A record stays whose it is so far."""
        known = self._newcomers.customer(record) or self._directory.customer_of(record)
        return Resolved({record: known or self._fresh(record)}, {}, frozenset())

    def _fresh(self, record: str) -> str:
        made = _NEW + hashlib.sha256(record.encode()).hexdigest()[:16]
        if self._directory.size(made):
            made = _NEW + hashlib.sha256(f"{record}@{self._version + 1}".encode()).hexdigest()[:16]
        return made


def _join(roots: dict[str, str], group: Sequence[str]) -> None:
    """One component of several; its root is the smallest."""
    if group:
        found = {_root(roots, each) for each in group}
        first = min(found)
        for each in found:
            roots[each] = first


def _root(roots: dict[str, str], record: str) -> str:
    while roots[record] != record:
        roots[record] = roots[roots[record]]
        record = roots[record]
    return record
