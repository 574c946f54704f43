"""What happened since the version was published: what answers ask of the live state."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Happened:
    """An event that came in live."""

    at: int  # milliseconds since 1970, UTC
    action: str  # as in the timeline: view, cart, purchase, …
    product_id: str | None
    channel: str  # as in the timeline; empty: nobody says
    quantity: float | None  # units
    amount_minor: int | None  # in minor units of the shop's currency
    source: str
    event_id: str


class Live(Protocol):
    """What came in since one version was published. Asked by many threads at once; answers at once."""

    def customer_of(self, identifiers: Mapping[str, str]) -> str | None:
        """The customer who has these: email, phone, account, cookie, device, card as people write them, an
        account within the system that `system` names. None: nobody known, or several."""

    def current(self, customer_id: str) -> str:
        """The id that a customer has by now: that of the person who signed in, for a browser."""

    def recent(self, customer_id: str) -> Sequence[Happened]:
        """What a customer did, the oldest first; of much the latest."""

    def hot(self) -> Mapping[str, float]:
        """How often each product was viewed, put into carts and bought lately, old events counting less."""

    def sold(self) -> Mapping[str, float]:
        """Units sold of each product."""

    def close(self) -> None:
        """Nobody asks any more."""


class Still:
    """Where nothing has happened since, and nobody is looked up by what people write."""

    def customer_of(self, identifiers: Mapping[str, str]) -> str | None:
        """Nobody."""
        return None

    def current(self, customer_id: str) -> str:
        """The same."""
        return customer_id

    def recent(self, customer_id: str) -> Sequence[Happened]:
        """Nothing."""
        return ()

    def hot(self) -> Mapping[str, float]:
        """Nothing."""
        return {}

    def sold(self) -> Mapping[str, float]:
        """Nothing."""
        return {}

    def close(self) -> None:
        """Nothing was opened."""
