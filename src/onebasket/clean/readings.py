"""How the texts of the raw tables are read: which column as what."""

from __future__ import annotations

from dataclasses import dataclass, replace

from onebasket.clean.values.texts import MISSING
from onebasket.store.base import Apart, Hash, Json, Number, Reading, Store, Text, Time
from onebasket.tables import BY_NAME

MONEY_SCALE = 10_000  # money is read in ten-thousandths: no currency has smaller minor units
_SAID = Text(MISSING)
_LOWER, _UPPER = Text(MISSING, "lower"), Text(MISSING, "upper")


@dataclass(frozen=True)
class Unlike:
    """A file that writes otherwise than most of its source's do."""

    file: str
    decimal_mark: str
    time_formats: tuple[str, ...]


@dataclass(frozen=True)
class How:
    """The row of `sources` that says how one source's texts are to be read."""

    source: str
    channel: str
    accounts: str
    currency: str
    time_formats: tuple[str, ...]
    time_zone: str
    decimal_mark: str
    country: str
    unlike: tuple[Unlike, ...] = ()

    @classmethod
    def of(cls, store: Store, source: str) -> How:
        """Raises KeyError when collect has not written this source."""
        for batch in store.read("sources"):
            for row in batch.to_pylist():
                if row["source"] == source:
                    return cls(
                        source,
                        row["channel"],
                        row["accounts"],
                        row["currency"],
                        tuple(row["time_formats"]),
                        row["time_zone"],
                        row["decimal_mark"],
                        row["country"],
                        tuple(
                            Unlike(each["file"], each["mark"], tuple(each["times"]))
                            for each in row["unlike"] or ()
                        ),
                    )
        raise KeyError(source)

    def time(self, zoned: bool) -> Time | Apart:
        """`zoned`: whether any row states a zone of its own. Where none does, none is looked up."""
        return self._times(Time(self.time_formats, self.time_zone, "time_zone" if zoned else None))

    @property
    def day(self) -> Time | Apart:
        """Days have no zone."""
        return self._times(Time(self.time_formats))

    @property
    def walled(self) -> bool:
        """Whether some times are wall-clock ones, so that a zone may have to be assumed."""
        return any(not form.startswith("epoch") and "%z" not in form.lower() for form in self.time_formats)

    @property
    def money(self) -> Number | Apart:
        return self.number(scale=MONEY_SCALE)

    def number(self, scale: int | None = None, counted: bool = False) -> Number | Apart:
        """With the decimal mark of each file."""
        most = Number(self.decimal_mark, scale, counted)
        other = "." if self.decimal_mark == "," else ","
        files = tuple(each.file for each in self.unlike if each.decimal_mark == other)
        return Apart("file", files, replace(most, decimal_mark=other), most) if files else most

    def _times(self, most: Time) -> Time | Apart:
        """With the formats of each file."""
        reading: Time | Apart = most
        for formats in sorted({each.time_formats for each in self.unlike} - {most.formats}):
            files = tuple(each.file for each in self.unlike if each.time_formats == formats)
            reading = Apart("file", files, replace(most, formats=formats), reading)
        return reading


def as_text(table: str) -> dict[str, tuple[str, Reading]]:
    """The row itself, to be kept in quarantine."""
    return {"row_text": ("file", Json(BY_NAME[table].names))}


def listings() -> dict[str, tuple[str, Reading]]:
    """What names a product, in its own row or on a line."""
    return {
        "key_said": ("product_key", _SAID),
        "sku_said": ("sku", _UPPER),
        "gtin_said": ("gtin", _SAID),
        "title_said": ("title", _SAID),
    }


def products(how: How) -> dict[str, tuple[str, Reading]]:
    """How the texts of the source's product list are read."""
    return {
        **listings(),
        "brand_said": ("brand", _SAID),
        "category_said": ("category", _SAID),
        "size_said": ("size", _SAID),
        "price_said": ("price", _SAID),
        "price_e4": ("price", how.money),
        "currency_said": ("currency", _UPPER),
        "stock_said": ("stock", _SAID),
        "stock_units": ("stock", how.number()),
        "status_word": ("status", _LOWER),
        "vector_said": ("vector", _SAID),
    }


def orders(how: How, zoned: bool) -> dict[str, tuple[str, Reading]]:
    """How the texts of an order's head are read; `zoned` tells whether rows say a zone themselves."""
    return {
        "order_no": ("order_id", _SAID),
        "placed_ts": ("time", how.time(zoned)),
        "status_word": ("status", _LOWER),
        "cancelled_said": ("cancelled_time", _SAID),
        "cancelled_ts": ("cancelled_time", how.time(zoned)),
        **_money(how, "total", "shipping", "tax", "discount", "refunded"),
        "currency_said": ("currency", _UPPER),
        "test_word": ("test", _LOWER),
        "place_said": ("place", _SAID),
    }


def events(how: How, zoned: bool, pepper: str) -> dict[str, tuple[str, Reading]]:
    """How the texts of an event are read; sessions become pseudonyms under `pepper`."""
    return {
        "event_no": ("event_id", _SAID),
        "action_word": ("action", _LOWER),
        "time_said": ("time", _SAID),
        "event_ts": ("time", how.time(zoned)),
        "order_said": ("order_id", _SAID),
        **listings(),
        "quantity_said": ("quantity", _SAID),
        "units": ("quantity", how.number()),
        "price_said": ("unit_price", _SAID),
        "price_e4": ("unit_price", how.money),
        **_money(how, "amount", "gross", "discount"),
        "currency_said": ("currency", _UPPER),
        "query_said": ("query", _LOWER),
        "session_key": ("session", Hash(f"{pepper}{how.source}")),
        "list_said": ("list_id", _LOWER),
    }


def _money(how: How, *columns: str) -> dict[str, tuple[str, Reading]]:
    """Each amount of money, and whether its text says anything at all."""
    readings: dict[str, tuple[str, Reading]] = {}
    for column in columns:
        readings[f"{column}_said"] = (column, _SAID)
        readings[f"{column}_e4"] = (column, how.money)
    return readings
