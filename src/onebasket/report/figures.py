"""Numbers, money and dates as the reader's language writes them."""

from __future__ import annotations

import datetime as dt
import math
from zoneinfo import ZoneInfo

MINUS = "−"
_SIGNS = {
    "USD": "$", "EUR": "€", "GBP": "£", "CNY": "¥", "JPY": "¥", "INR": "₹", "KRW": "₩",
    "AUD": "A$", "CAD": "CA$", "HKD": "HK$", "TWD": "NT$", "SGD": "S$",
}  # fmt: skip
# ISO 4217: how many digits the minor unit has, where it is not two.
_MINOR_DIGITS = {
    "BIF": 0, "CLP": 0, "JPY": 0, "KRW": 0, "PYG": 0, "UGX": 0, "VND": 0, "XAF": 0, "XOF": 0,
    "BHD": 3, "IQD": 3, "JOD": 3, "KWD": 3, "OMR": 3, "TND": 3,
}  # fmt: skip
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_STEPS = {
    "en": ((1e9, "B"), (1e6, "M"), (1e3, "K")),
    "zh": ((1e8, "亿"), (1e4, "万")),
}


class Figures:
    """Writes figures for one language, currency and time zone."""

    def __init__(self, language: str, currency: str, timezone: str) -> None:
        self.language, self.currency, self._zone = language, currency, ZoneInfo(timezone)
        self._digits = _MINOR_DIGITS.get(currency, 2)

    def count(self, number: float) -> str:
        """`12,345`; a fraction keeps one digit."""
        whole = round(number, 1)
        return _signed(f"{abs(whole):,.0f}" if whole == int(whole) else f"{abs(whole):,.1f}", whole)

    def short(self, number: float) -> str:
        """`12.3K`, `1.2M`; in Chinese `1.2万`, `3.4亿`."""
        size = abs(number)
        for step, name in _STEPS[self.language]:
            if size >= step * 0.99995:
                return _signed(_three_digits(size / step) + name, number)
        return self.count(round(number)) if size >= 100 else _signed(f"{round(size, 2):g}", number)

    def money(self, minor: float, exact: bool = False) -> str:
        """`$12,346`, or with `exact` `$12,345.67`."""
        digits = self._digits if exact else 0
        value = round(abs(minor) / 10**self._digits, digits)
        return _signed(f"{self._sign}{value:,.{digits}f}", minor if value else 0)

    def short_money(self, minor: float) -> str:
        """`$12.3K`; in Chinese `¥1.2万`."""
        value = abs(minor) / 10**self._digits
        return _signed(self._sign + self.short(round(value) if value >= 10 else value), minor)

    @property
    def _sign(self) -> str:
        return _SIGNS.get(self.currency, self.currency + "\u00a0")

    def percent(self, share: float | None, digits: int = 1) -> str:
        """`12.3 %`. What is neither none nor all never reads as 0 or 100."""
        if share is None or math.isnan(share):
            return "–"
        edge, value = 10.0**-digits, share * 100
        if 0 < value < edge / 2:
            written = f"< {edge:g}"
        elif 100 - edge / 2 < value < 100:
            written = f"> {100 - edge:g}"
        else:
            written = f"{value:.{digits}f}".removesuffix("." + "0" * digits)
        return written + ("%" if self.language == "zh" else "\u202f%")

    def score(self, value: float) -> str:
        return f"{value:.4f}"

    def day(self, moment: dt.datetime | None) -> str:
        """The day of a UTC moment at the shop: `5 Jan 2025`, `2025年1月5日`."""
        return self.date(moment.replace(tzinfo=dt.UTC).astimezone(self._zone).date()) if moment else "–"

    def date(self, day: dt.date) -> str:
        if self.language == "zh":
            return f"{day.year}年{day.month}月{day.day}日"
        return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"

    def month(self, day: dt.date) -> str:
        """`Jan 25`, `25年1月`."""
        if self.language == "zh":
            return f"{day.year % 100:02d}年{day.month}月"
        return f"{_MONTHS[day.month - 1]} {day.year % 100:02d}"

    def minute(self, moment: dt.datetime) -> str:
        """A UTC moment at the shop, to the minute."""
        local = moment.replace(tzinfo=dt.UTC).astimezone(self._zone)
        return f"{self.date(local.date())} {local:%H:%M}"

    def seconds(self, seconds: float) -> str:
        if seconds >= 90:
            minutes, rest = divmod(round(seconds), 60)
            return f"{minutes} 分 {rest} 秒" if self.language == "zh" else f"{minutes} min {rest} s"
        amount = f"{seconds:.1f}" if seconds >= 1 else f"{seconds:.2f}"
        return f"{amount} 秒" if self.language == "zh" else f"{amount} s"

    def bytes(self, size: float) -> str:
        for name in ("B", "KB", "MB", "GB"):
            if size < 1000 or name == "GB":
                break
            size /= 1000
        return f"{_three_digits(size) if name != 'B' else f'{size:.0f}'} {name}"


def _signed(written: str, number: float) -> str:
    return MINUS + written if number < 0 else written


def _three_digits(value: float) -> str:
    digits = 0 if value >= 99.95 else 1 if value >= 9.995 else 2
    written = f"{value:,.{digits}f}"
    return written.rstrip("0").removesuffix(".") if digits else written
