"""What is one in a published version, looked up and decided by hand: what customers and products share."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, ClassVar, Self

import pyarrow as pa

from onebasket import shop as shop_file
from onebasket.align import decisions
from onebasket.align.decisions import Decision, Kind
from onebasket.errors import MatchError, StoreError
from onebasket.protect import open_key
from onebasket.store.basket import Basket, Version
from onebasket.store.duckdb import DuckStore


class Deciding:
    """The groups of a published version: customers of records, products of listings. A context manager.

    Raises StoreError where there is no basket.
    """

    kind: ClassVar[Kind]
    members: ClassVar[str]  # the query that says what a name stands for
    member: ClassVar[str]  # what a member is called
    look: ClassVar[str]  # a command that shows some names

    def __init__(self, folder: str | Path) -> None:
        self._shop = shop_file.load(folder)
        version = Basket(self._shop.basket).current()
        if version is None:
            raise StoreError(
                f"The shop {self._shop.folder} has no basket yet.", next_step=f"onebasket run {folder}"
            )
        self._version: Version = version
        settings = self._shop.run
        key = open_key(self._shop.folder, version.manifest.get("key_id"))
        self._store = DuckStore(version, key, memory=settings.memory, threads=settings.threads)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        self._store.close()
        self._version.close()

    def members_of(self, called: str) -> dict[str, str]:
        """The members that an id stands for, and the group of each. Raises MatchError for none."""
        found = self._rows(self.members, name=called)
        if not found:
            raise MatchError(f"There is no {self.member} or {self.kind} {called!r}.", next_step=self.look)
        return {row["member"]: row["id"] for row in found}

    def join(self, a: str, b: str, note: str = "") -> Decision:
        """Decide that two are one. Takes effect with the next run."""
        left, right = self.members_of(a), self.members_of(b)
        if set(left) & set(right):
            raise MatchError(f"The two are one {self.kind} already.", found=f"{a}, {b}")
        return self._decide("join", list(left), list(right), note)

    def split(self, group: str, members: Sequence[str], note: str = "") -> Decision:
        """Decide that some members of a group are not of it. Takes effect with the next run."""
        every = self.members_of(group)
        strange = [member for member in members if member not in every]
        if strange:
            raise MatchError(
                f"{group} has no {self.member} {strange[0]!r}.", found=", ".join(sorted(every)[:10])
            )
        rest = sorted(set(every) - set(members))
        if not members or not rest:
            raise MatchError(
                f"Nothing would be split from {group}.",
                found=f"{len(members)} of {len(every)} {self.member}s named",
                expected=f"some of its {self.member}s, not all",
            )
        return self._decide("split", list(members), rest, note)

    def same(self, a: str, b: str) -> Decision:
        """Judge that two members are one: joins their groups, and teaches what alike means."""
        return self._decide("join", [a], [b], "review")

    def different(self, a: str, b: str) -> Decision:
        """Judge that two members are not one: parts them, and teaches what alike means."""
        return self._decide("split", [a], [b], "review")

    def decided(self, left: Mapping[str, str], right: Mapping[str, str]) -> tuple[Decision, ...]:
        """What was decided between members of one side and of the other."""
        return tuple(
            each
            for each in decisions.decisions(self._shop.folder, self.kind)
            if (set(each.left) & set(left) and set(each.right) & set(right))
            or (set(each.left) & set(right) and set(each.right) & set(left))
        )

    def _judged(self, one: str, other: str) -> pa.Table:
        """All pairs that were decided, as two columns of these names."""
        stands = decisions.standing(decisions.decisions(self._shop.folder, self.kind))
        judged = [*stands.together, *stands.apart]
        sides = [[pair[side] for pair in judged] for side in (0, 1)]
        return pa.table(sides, schema=pa.schema([(one, pa.string()), (other, pa.string())]))

    def _decide(self, what: Any, left: Sequence[str], right: Sequence[str], note: str) -> Decision:
        return decisions.decide(self._shop.folder, what, left, right, note, self.kind)

    def _rows(self, query: str, **values: object) -> list[dict[str, Any]]:
        self._store.keep("answer", self._store.sql(f"align/{query}", **values))
        found = [row for batch in self._store.read("answer") for row in batch.to_pylist()]
        self._store.forget("answer")
        return found
