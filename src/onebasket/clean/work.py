"""One source's work: the store, what is known of the source, and its intermediate results."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pyarrow as pa

from onebasket.clean.readings import MONEY_SCALE, How
from onebasket.clean.values.junk import Junk
from onebasket.clean.values.money import spellings
from onebasket.currencies import exponent
from onebasket.protect import Key
from onebasket.shop import Shop, Source
from onebasket.store.base import MapFunction, Result, Store

_CURRENCIES = pa.schema(
    [("said", pa.string()), ("currency", pa.string()), ("divisor", pa.float64()), ("rate", pa.float64())]
)


def today() -> date:
    """The day of the run, UTC."""
    return datetime.now(UTC).date()


class Work:
    """One source's work. The names of its intermediate results begin with `clean_`."""

    def __init__(self, store: Store, shop: Shop, source: Source, key: Key) -> None:
        self.store, self.shop, self.source, self.key = store, shop, source.name, key
        self.how = How.of(store, source.name)
        self.junk = Junk(shop.clean.junk, shop.clean.relay_domains, source.shared_devices)
        self.today = today()
        self._names: list[str] = []
        self._rates = {**shop.shop.rates, shop.shop.currency: 1.0}
        self.keep("currencies", store.arrow(self._currencies()))

    @property
    def limits(self) -> dict[str, Any]:
        """What `orders_judged` and `events_judged` refuse by."""
        settings = self.shop.clean
        return {
            "earliest": datetime.fromisoformat(settings.earliest),
            "latest": datetime.combine(self.today, time()) + timedelta(days=2),
            "max_amount": settings.max_amount,
            "rate": self._rates.get(self.how.currency, 1.0),
        }

    @property
    def priced(self) -> bool:
        """Whether the source's default currency has a rate."""
        return self.how.currency in self._rates

    def divisor(self, currency: str) -> float:
        """Ten-thousandths in a minor unit of a currency."""
        return float(MONEY_SCALE / 10 ** exponent(currency))

    def sql(self, name: str, **values: Any) -> Result:
        return self.store.sql(f"clean/{name}", **values)

    def keep(self, name: str, result: Result, *, large: bool = False) -> int:
        """Compute `clean_<name>` once; for results read more than once."""
        self._names.append(f"clean_{name}")
        return self.store.keep(f"clean_{name}", result, large=large)

    def view(self, name: str, result: Result) -> None:
        """Name `clean_<name>`, to be computed where it is read."""
        self._names.append(f"clean_{name}")
        self.store.view(f"clean_{name}", result)

    def map(
        self, name: str, table: str, columns: tuple[str, ...], function: Callable[..., Any], schema: pa.Schema
    ) -> None:
        """Keep `clean_<name>`: a function of single values over the distinct ones of `clean_<table>`."""
        self.keep(name, self.store.map(f"clean_{table}", columns, _each(function, schema), schema))

    def forget(self) -> None:
        """Drop all intermediate results."""
        self.store.forget(*reversed(self._names))

    def _currencies(self) -> pa.Table:
        """Each currency the shop has a rate for, by each of its spellings."""
        rows = [
            {
                "said": said,
                "currency": currency,
                "divisor": self.divisor(currency),
                "rate": float(rate),
            }
            for currency, rate in sorted(self._rates.items())
            for said in spellings(currency)
        ]
        return pa.Table.from_pylist(rows, _CURRENCIES)


def _each(function: Callable[..., tuple[Any, ...]], schema: pa.Schema) -> MapFunction:
    """A function of single values as one of batches."""

    def over(batch: pa.RecordBatch) -> pa.RecordBatch:
        rows = map(function, *(column.to_pylist() for column in batch.columns))
        columns = list(zip(*rows, strict=True)) or [()] * len(schema)
        arrays = [pa.array(values, field.type) for values, field in zip(columns, schema, strict=True)]
        return pa.RecordBatch.from_arrays(arrays, schema=schema)

    return over
