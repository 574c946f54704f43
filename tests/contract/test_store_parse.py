"""How every store reads texts as times, numbers and words. It never fails: junk is null."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from onebasket.store.base import Apart, Hash, Json, Number, Reading, Text, Time, Unread

QUICK = settings(max_examples=12, deadline=None)


def parse(store: Any, reading: Reading, *texts: str | None, **others: list[str | None]) -> list[Any]:
    """The values that texts are read as, in their order."""
    columns = {"text": texts, **others}
    data = {name: pa.array(values, pa.string()) for name, values in columns.items()}
    store.keep("texts", store.arrow(pa.table({"n": range(len(texts)), **data})))
    store.keep("parsed", store.parse("texts", {"value": ("text", reading)}))
    (table,) = [pa.Table.from_batches(list(store.read("parsed")))]
    assert table.column_names == ["n", *columns, "value"]
    assert table["text"].to_pylist() == list(texts)
    return [
        value for _, value in sorted(zip(table["n"].to_pylist(), table["value"].to_pylist(), strict=True))
    ]


class TestTimes:
    @pytest.mark.parametrize(
        ("text", "utc"),
        [
            ("2024-05-01", "2024-05-01T00:00:00"),
            ("2024-05-01T10:30", "2024-05-01T10:30:00"),
            ("2024-05-01 10:30:15", "2024-05-01T10:30:15"),
            (" 2024-05-01 10:30:15.25 ", "2024-05-01T10:30:15.250000"),
            ("2024-05-01T10:30:15Z", "2024-05-01T10:30:15"),
            ("2024-05-01T10:30:15 UTC", "2024-05-01T10:30:15"),
            ("2024-05-01T10:30:15+02:00", "2024-05-01T08:30:15"),
            ("2024-05-01T10:30:15+0200", "2024-05-01T08:30:15"),
            ("2024-05-01T10:30:15+02", "2024-05-01T08:30:15"),
            ("2024-05-01 10:30:15.123456-05:30", "2024-05-01T16:00:15.123456"),
            ("2024-05-01T00:30:00+01:00", "2024-04-30T23:30:00"),
        ],
    )
    def test_iso(self, lasting_store: Any, text: str, utc: str) -> None:
        assert parse(lasting_store, Time(("iso",)), text) == [datetime.fromisoformat(utc)]

    def test_junk_is_null(self, lasting_store: Any) -> None:
        junk = [
            "",
            " ",
            None,
            "soon",
            "null",
            "0",
            "1e5",
            "2024",
            "2024-13-01",
            "2024-02-30",
            "2024-05-01T25:00",
        ]
        junk += [
            "infinity",
            "-infinity",
            "epoch",
            "today",
            "now",
            "44-03-15",
            "0044-03-15 (BC)",
            "99999-01-01",
        ]
        junk += ["2024-05-01T10:30:15 Nowhere/Land", "05/01/2024"]
        assert parse(lasting_store, Time(("iso",), "Europe/Berlin"), *junk) == [None] * len(junk)
        for name in ("epoch_s", "epoch_ms", "epoch_us", "%d/%m/%Y", "%Y-%m-%d %H:%M:%S %z"):
            words = ["", "soon", "9" * 30, "-", "1,5", "99/99/9999", None]
            assert parse(lasting_store, Time((name,)), *words) == [None] * len(words)

    def test_epochs(self, lasting_store: Any) -> None:
        when = datetime(2024, 5, 1, 8, 0, 0)
        assert parse(lasting_store, Time(("epoch_s",)), "1714550400", "0") == [when, datetime(1970, 1, 1)]
        milli = parse(lasting_store, Time(("epoch_ms",)), "1714550400123")
        assert milli == [when + timedelta(milliseconds=123)]
        micro = parse(lasting_store, Time(("epoch_us",)), "1714550400123456", "-1000000")
        assert micro == [when + timedelta(microseconds=123456), datetime(1969, 12, 31, 23, 59, 59)]

    def test_formats_are_tried_in_order(self, lasting_store: Any) -> None:
        reading = Time(("%d/%m/%Y", "%m/%d/%Y %H:%M", "%Y-%m-%d %H:%M:%S %z", "epoch_s"))
        texts = ["01/02/2024", "12/25/2024 18:30", "2024-05-01 10:00:00 +0200", "60", "25/25/2024"]
        first_of_february, christmas = datetime(2024, 2, 1), datetime(2024, 12, 25, 18, 30)
        found = parse(lasting_store, reading, *texts)
        assert found == [
            first_of_february,
            christmas,
            datetime(2024, 5, 1, 8),
            datetime(1970, 1, 1, 0, 1),
            None,
        ]

    def test_wall_clocks_take_the_zone(self, lasting_store: Any) -> None:
        texts = ["2024-01-15 12:00:00", "2024-07-15 12:00:00", "2024-07-15T12:00:00Z"]
        found = parse(lasting_store, Time(("iso",), "Europe/Berlin"), *texts)
        assert found == [datetime(2024, 1, 15, 11), datetime(2024, 7, 15, 10), datetime(2024, 7, 15, 12)]
        found = parse(lasting_store, Time(("%d.%m.%Y %H:%M",), "Asia/Shanghai"), "15.07.2024 12:00")
        assert found == [datetime(2024, 7, 15, 4)]

    def test_the_hour_that_is_not_there_and_the_one_that_is_there_twice(self, lasting_store: Any) -> None:
        """Spring: the clock is read as if it had not been put forward. Autumn: the second, winter time."""
        texts = ["2024-03-31 01:59:59", "2024-03-31 02:30:00", "2024-03-31 03:00:00"]
        found = parse(lasting_store, Time(("iso",), "Europe/Berlin"), *texts)
        day = datetime(2024, 3, 31)
        assert found == [
            day.replace(minute=59, second=59),
            day.replace(hour=1, minute=30),
            day.replace(hour=1),
        ]
        texts = ["2024-10-27 01:59:59", "2024-10-27 02:30:00", "2024-10-27 03:00:00"]
        found = parse(lasting_store, Time(("iso",), "Europe/Berlin"), *texts)
        day = datetime(2024, 10, 26)
        assert found[0] == day.replace(hour=23, minute=59, second=59)
        assert found[1:] == [datetime(2024, 10, 27, 1, 30), datetime(2024, 10, 27, 2)]

    def test_a_zone_said_on_the_row_goes_before_the_source_s(self, lasting_store: Any) -> None:
        zones = ["America/New_York", None, "", "Nowhere/Land", "America/New_York"]
        texts = ["2024-07-15 12:00:00"] * 4 + ["2024-07-15T12:00:00Z"]
        found = parse(lasting_store, Time(("iso",), "Europe/Berlin", "zone"), *texts, zone=zones)
        berlin = datetime(2024, 7, 15, 10)
        assert found == [datetime(2024, 7, 15, 16), berlin, berlin, None, datetime(2024, 7, 15, 12)]

    @QUICK
    @given(
        st.lists(st.datetimes(datetime(1990, 1, 1), datetime(2035, 1, 1)), min_size=1, max_size=20),
        st.sampled_from(["Europe/Berlin", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe", "UTC"]),
    )
    def test_zones_agree_with_python_s(self, lasting_store: Any, times: list[datetime], zone: str) -> None:
        known = [time.replace(tzinfo=UTC) for time in times]
        walls = [time.astimezone(ZoneInfo(zone)) for time in known]
        clear = [
            (utc.replace(tzinfo=None), wall.replace(tzinfo=None).isoformat(" "))
            for utc, wall in zip(known, walls, strict=True)
            if wall.utcoffset() == wall.replace(fold=1 - wall.fold).utcoffset()
        ]
        found = parse(lasting_store, Time(("iso",), zone), *(text for _, text in clear))
        assert found == [utc for utc, _ in clear]
        offsets = [wall.isoformat() for wall in walls]
        assert parse(lasting_store, Time(("iso",), zone), *offsets) == times


class TestNumbers:
    @pytest.mark.parametrize(
        ("text", "value"),
        [
            ("1234.5", 1234.5), (" 7 ", 7), ("-7", -7), ("+7", 7), (".5", 0.5), ("5.", 5), ("1e3", 1000),
            ("$1,234.56", 1234.56), ("1,234,567", 1234567), ("12,34,567.5", 1234567.5), ("1 234.5", 1234.5),
            ("1'234.50", 1234.5), ("-$5.00", -5), ("$-5.00", -5), ("5.00-", -5), ("(5.00)", -5),
            ("USD 5.00", 5), ("5.00 EUR", 5), ("￥12.50", 12.5), ("１２．５", 12.5), ("−5", -5),
            ("$5", 5), ("-$5.5", -5.5), ("-￥5", -5), ("$ 5", 5), ("$$5", 5), ("$.5", 0.5), ("$1e3", 1000),
            ("($1,000)", -1000), ("Rs. 500", 500), ("99,999,999,999,999.99", 99999999999999.99),
        ],
    )  # fmt: skip
    def test_point(self, lasting_store: Any, text: str, value: float) -> None:
        assert parse(lasting_store, Number(), text) == [value]

    @pytest.mark.parametrize(
        ("text", "value"),
        [
            ("1234,5", 1234.5), ("1.234,56", 1234.56), ("1.234", 1234), ("€ 5,00", 5), ("5,00 €", 5),
            ("-5,00", -5), ("5,00-", -5), ("(5,00)", -5), ("1 234,56", 1234.56), ("1\u202f234,56", 1234.56),
        ],
    )  # fmt: skip
    def test_comma(self, lasting_store: Any, text: str, value: float) -> None:
        assert parse(lasting_store, Number(","), text) == [value]

    def test_junk_is_null(self, lasting_store: Any) -> None:
        junk = [
            "",
            " ",
            None,
            "-",
            "()",
            ".",
            "none",
            "n/a",
            "NaN",
            "inf",
            "Infinity",
            "--5",
            "(5",
            "5)",
            "5-6",
        ]
        junk += ["1.2.3", "0x10", "12ab34", "2024-05-01", "1,5", "1,2345", "9" * 30, "1e30", "<script>"]
        junk += ["$", "-$", "-$-5", "--$5", "$--5", "-5$6", "$0x10", "$NaN"]
        for reading in (Number(), Number(scale=100), Number(scale=10_000)):
            assert parse(lasting_store, reading, *junk) == [None] * len(junk)
        assert parse(lasting_store, Number(","), "1.5", "1,2,3") == [None, None]

    def test_minor_units_are_whole_and_rounded_half_up(self, lasting_store: Any) -> None:
        texts = ["0.005", "-0.005", "1.005", "1.0049", "2.675", "8", "12345678901234.56"]
        found = parse(lasting_store, Number(scale=100), *texts)
        assert found == [1, -1, 101, 100, 268, 800, 1234567890123456]
        assert all(isinstance(value, int) for value in found)
        assert parse(lasting_store, Number(scale=10_000), "12345678901234.56") == [123456789012345600]

    @QUICK
    @given(
        st.lists(st.decimals(-(10**9), 10**9, places=4), min_size=1, max_size=20),
        st.sampled_from([1, 100, 1000]),
    )
    def test_any_amount_in_any_dress(self, lasting_store: Any, amounts: list[Decimal], scale: int) -> None:
        truth = [int((amount * scale).quantize(Decimal(1), ROUND_HALF_UP)) for amount in amounts]
        plain = [f"{amount:f}" for amount in amounts]
        dressed = [f"${amount:,f}" if amount >= 0 else f"(${-amount:,f})" for amount in amounts]
        comma = [f"{amount:,f} €".translate(str.maketrans(",.", ".,")) for amount in amounts]
        assert parse(lasting_store, Number(scale=scale), *plain) == truth
        assert parse(lasting_store, Number(scale=scale), *dressed) == truth
        assert parse(lasting_store, Number(",", scale), *comma) == truth

    @QUICK
    @given(st.lists(st.text(max_size=30), min_size=1, max_size=20))
    def test_no_text_makes_it_fail(self, lasting_store: Any, texts: list[str]) -> None:
        texts = [text.replace("\0", "") for text in texts]
        readings: list[Reading] = [Number(), Number(",", 100), Text(("none",), "upper"), Hash("x")]
        readings += [Time(("iso", "%d/%m/%Y", "epoch_us"), "Europe/Berlin"), Time(("iso",), "UTC", "text")]
        for reading in readings:
            assert len(parse(lasting_store, reading, *texts)) == len(texts)

    def test_what_is_counted_is_not_below_zero(self, lasting_store: Any) -> None:
        texts = ["3", "-3", "0", "2.5", "(1)", "9" * 14, None]
        found = parse(lasting_store, Number(scale=1, counted=True), *texts)
        assert found == [3, None, 0, 3, None, int("9" * 14), None]
        assert parse(lasting_store, Number(counted=True), "0.5", "-0.5") == [0.5, None]


class TestUnread:
    def test_it_tells_the_first_text_that_its_reading_makes_nothing_of(self, lasting_store: Any) -> None:
        texts = {
            "a": ["1", "x", "x", " - ", None, "1"],
            "b": ["2024-05-01", "x", "2024-05-01", "then", "", "N/A"],
        }
        data = {name: pa.array(values, pa.string()) for name, values in texts.items()}
        lasting_store.keep("texts", lasting_store.arrow(pa.table({"n": range(6), **data})))
        faults = Unread((("number", "bad number"), ("time", "it's no time")), ("-", "n/a"))
        readings = {"number": ("a", Number()), "unread": ("a", faults), "time": ("b", Time(("iso",)))}
        lasting_store.keep("parsed", lasting_store.parse("texts", readings))
        (rows,) = [pa.Table.from_batches(list(lasting_store.read("parsed"))).to_pylist()]
        assert set(rows[0]) == {"n", "a", "b", "number", "time", "unread"}
        found = [row["unread"] for row in sorted(rows, key=lambda row: row["n"])]
        assert found == [None, "bad number", "bad number", "it's no time", None, None]


class TestTexts:
    def test_blanks_and_words_that_say_nothing_fall_away(self, lasting_store: Any) -> None:
        texts = [" a b ", "\u3000茶\u00a0", "\t", "", None, "N/A", " none ", "Nonesuch"]
        found = parse(lasting_store, Text(("n/a", "none")), *texts)
        assert found == ["a b", "茶", None, None, None, None, None, "Nonesuch"]

    def test_case(self, lasting_store: Any) -> None:
        assert parse(lasting_store, Text(case="lower"), "Ab", "ÄÉ") == ["ab", "äé"]
        assert parse(lasting_store, Text(case="upper"), "Ab", "äé") == ["AB", "ÄÉ"]

    def test_a_pseudonym_is_the_same_for_the_same_text(self, lasting_store: Any) -> None:
        found = parse(lasting_store, Hash("pepper"), "a", " a ", "b", "", None)
        truth = [hashlib.sha256(f"pepper{text}".encode()).hexdigest()[:32] for text in "aab"]
        assert found == [*truth, None, None]
        assert parse(lasting_store, Hash("salt"), "a") != found[:1]

    def test_a_row_as_json(self, lasting_store: Any) -> None:
        found = parse(lasting_store, Json(("text", "other")), 'a"b', None, other=["茶\n", None])
        assert [json.loads(text) for text in found] == [
            {"text": 'a"b', "other": "茶\n"},
            {"text": None, "other": None},
        ]


class TestApart:
    def test_rows_of_some_values_are_read_in_another_way(self, lasting_store: Any) -> None:
        texts = ["1.234,5", "1,234.5", "7", "1,5", None]
        files = ["it's.csv", "b.csv", "it's.csv", None, "it's.csv"]
        reading = Apart("file", ("it's.csv", "c.csv"), Number(",", 100), Number(".", 100))
        assert parse(lasting_store, reading, *texts, file=files) == [123450, 123450, 700, None, None]

    def test_times_in_three_ways(self, lasting_store: Any) -> None:
        most = Time(("%d/%m/%Y",), "Europe/Berlin", "zone")
        american, told = Time(("%m/%d/%Y",), most.zone, "zone"), Time(("iso",), most.zone, "zone")
        reading = Apart("file", ("a",), american, Apart("file", ("i", "j"), told, most))
        texts = ["01/02/2024", "01/02/2024", "2024-02-01", "01/02/2024"]
        zones = ["UTC", "UTC", None, None]
        found = parse(lasting_store, reading, *texts, file=["a", "b", "j", "b"], zone=zones)
        assert found == [
            datetime(2024, 1, 2),
            datetime(2024, 2, 1),
            datetime(2024, 1, 31, 23),
            datetime(2024, 1, 31, 23),
        ]


def test_several_columns_at_once(lasting_store: Any) -> None:
    lasting_store.keep(
        "texts", lasting_store.arrow(pa.table({"a": ["1,5"], "b": ["2024-05-01"], "z": ["UTC"]}))
    )
    readings = {"x": ("a", Number(",")), "y": ("b", Time(("iso",), "UTC", "z")), "w": ("a", Text())}
    result = lasting_store.parse("texts", readings)
    assert list(result.columns) == ["a", "b", "z", "x", "y", "w"]
    lasting_store.keep("parsed", result)
    (batch,) = lasting_store.read("parsed", ["x", "y", "w"])
    assert batch.to_pylist() == [{"x": 1.5, "y": datetime(2024, 5, 1), "w": "1,5"}]
