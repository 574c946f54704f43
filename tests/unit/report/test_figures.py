"""Figures as the reader's language writes them."""

from __future__ import annotations

from datetime import date, datetime

import pytest

from onebasket.report.figures import Figures

EN, ZH = Figures("en", "USD", "America/New_York"), Figures("zh", "CNY", "Asia/Shanghai")


@pytest.mark.parametrize(
    ("number", "english", "chinese"),
    [
        (0, "0", "0"),
        (7.25, "7.25", "7.25"),
        (999, "999", "999"),
        (1_250, "1.25K", "1,250"),
        (99_960, "100K", "10万"),
        (123_456, "123K", "12.3万"),
        (1_200_000, "1.2M", "120万"),
        (340_000_000, "340M", "3.4亿"),
        (-1_250, "−1.25K", "−1,250"),
    ],
)
def test_short(number: float, english: str, chinese: str) -> None:
    assert EN.short(number) == english
    assert ZH.short(number) == chinese


def test_money_keeps_every_cent_where_asked() -> None:
    assert EN.money(123_456_789) == "$1,234,568"
    assert EN.money(123_456_789, exact=True) == "$1,234,567.89"
    assert EN.money(-5, exact=True) == "−$0.05"
    assert EN.money(-5) == "$0"
    assert ZH.money(1_999, exact=True) == "¥19.99"
    assert Figures("en", "JPY", "UTC").money(1_999, exact=True) == "¥1,999"
    assert Figures("en", "CHF", "UTC").money(1_999, exact=True) == "CHF\u00a019.99"


def test_shares_never_round_to_none_or_all() -> None:
    written = {0.0: "0", 0.00001: "< 0.1", 0.5: "50", 0.123: "12.3", 0.99999: "> 99.9", 1.0: "100"}
    assert {share: EN.percent(share) for share in written} == {
        share: f"{text}\u202f%" for share, text in written.items()
    }
    assert EN.percent(None) == "–"
    assert ZH.percent(0.123) == "12.3%"


def test_days_are_the_shop_s() -> None:
    midnight = datetime(2025, 1, 5, 2, 0)
    assert EN.day(midnight) == "4 Jan 2025"
    assert ZH.day(midnight) == "2025年1月5日"
    assert EN.minute(midnight) == "4 Jan 2025 21:00"
    assert (EN.month(date(2025, 3, 3)), ZH.month(date(2025, 3, 3))) == ("Mar 25", "25年3月")
    assert EN.day(None) == "–"


def test_seconds_and_bytes() -> None:
    assert [EN.seconds(seconds) for seconds in (0.042, 1.26, 93.4)] == ["0.04 s", "1.3 s", "1 min 33 s"]
    assert ZH.seconds(93.4) == "1 分 33 秒"
    assert [EN.bytes(size) for size in (12, 1_500, 48_123_310, 2.5e12)] == [
        "12 B",
        "1.5 KB",
        "48.1 MB",
        "2,500 GB",
    ]
