"""DuckDB expressions that read texts as typed values, without ever failing a query."""

from __future__ import annotations

import re

from onebasket.store.base import Hash, Json, Number, Reading, Text, Time

# Blanks that exports leave around texts: the ideographic and the no-break space too.
_BLANKS = "' \t\r\n\u3000\u00a0\ufeff'"
# What DuckDB would read as a time besides (`infinity`, `epoch`, years BC, an offset cut off) is none.
_ISO = (
    r"[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}([T ][0-9]{1,2}:[0-9]{2}(:[0-9]{2}([.][0-9]+)?)?"
    r"( ?(Z|UTC|[+-][0-9]{2}(:?[0-9]{2})?))?)?"
)
_ISO_ZONE = "(Z|UTC|:[0-9.]+ ?[+-][0-9:]+)$"
# Full-width forms and the true minus sign, and what they stand for.
_WIDE, _NARROW = "０１２３４５６７８９．，－（）−", "0123456789.,-()-"
# Signs of currency and units around one number, its groups parted by threes (or by twos before
# the last three). An abbreviated currency may end in a point: "Rs. 500".
_AROUND = r"(?:[^0-9.,()+-]|[^\W0-9_][.])*"
_NUMBER = (
    f"^{_AROUND}[(+-]?{_AROUND}"
    "((?:[0-9]{{1,3}}(?:{group}[0-9]{{2,3}})*{group}[0-9]{{3}}|[0-9]*)(?:{mark}[0-9]*)?)"
    f"{_AROUND}[)+-]?{_AROUND}$"
)
_GROUPING = {".": "[, '’\u00a0\u202f]", ",": "[. '’\u00a0\u202f]"}
_EPOCHS = {"epoch_s": 1_000_000, "epoch_ms": 1_000, "epoch_us": 1}


def select(table: str, readings: dict[str, tuple[str, Reading]]) -> str:
    """The query of `Store.parse`: all columns of a table, then the new ones.

    Zones said in a column are looked up first: the engine fails at one it does not know, and
    `try` takes no subquery inside.
    """
    zones = {
        name: _known_zone(reading)
        for name, (_, reading) in readings.items()
        if isinstance(reading, Time) and reading.zone_column
    }
    new = [
        f'{_expression(name, column, reading)} as "{name}"' for name, (column, reading) in readings.items()
    ]
    source, star = f'"{table}"', "*"
    if zones:
        found = ", ".join(f"{zone} as {_zone_name(name)}" for name, zone in zones.items())
        source, star = (
            f"(select *, {found} from {source})",
            f"* exclude ({', '.join(map(_zone_name, zones))})",
        )
    return f"select {star}, {', '.join(new)} from {source}"


def _zone_name(name: str) -> str:
    return f'"_zone_of_{name}"'


def _known_zone(reading: Time) -> str:
    said = f"nullif(trim(\"{reading.zone_column}\"), '')"
    known = f"{said} in (select name from pg_timezone_names())"
    return f"case when {said} is null then {_literal(reading.zone)} when {known} then {said} end"


def _expression(name: str, column: str, reading: Reading) -> str:
    """The typed value of a text column; null where it cannot be read."""
    text = f"nullif(trim(\"{column}\"), '')"
    match reading:
        case Time():
            zone = _zone_name(name) if reading.zone_column else _literal(reading.zone)
            return _time(text, zone, reading)
        case Number():
            return _number(text, reading)
        case Text():
            return _text(f"nullif(trim(\"{column}\", {_BLANKS}), '')", reading)
        case Hash():
            return f"left(sha256({_literal(reading.prefix)} || {text}), 32)"
        case Json():
            fields = ", ".join(f'{_literal(name)}, "{name}"' for name in reading.columns)
            return f"json_object({fields})::varchar"


def _time(text: str, zone: str, reading: Time) -> str:
    """Try the formats in order. Zoned times become UTC; wall-clock times take the stated zone."""
    tries = []
    for name in reading.formats:
        if name in _EPOCHS:
            micros = f"try_cast({text} as bigint) * {_EPOCHS[name]}"
            tries.append(f"try(make_timestamp({micros}))")
        elif name == "iso":
            is_iso = f"regexp_full_match({text}, '{_ISO}')"
            zoned = f"try_cast({text} as timestamptz)::timestamp"
            local = _local(f"try_cast({text} as timestamp)", zone)
            has_zone = f"regexp_matches({text}, '{_ISO_ZONE}')"
            tries.append(f"case when {is_iso} then case when {has_zone} then {zoned} else {local} end end")
        elif "%z" in name:
            tries.append(f"try_strptime({text}, {_literal(name)})::timestamp")
        else:
            tries.append(_local(f"try_strptime({text}, {_literal(name)})", zone))
    return f"coalesce({', '.join(tries)}, null::timestamp)"


def _local(wall: str, zone: str) -> str:
    return wall if zone == "'UTC'" else f"try(timezone('UTC', timezone({zone}, {wall})))"


def _number(text: str, reading: Number) -> str:
    """Plain numbers cast at once; the rest must have a number's shape, and loses what is around it.

    The multiplication is tried in 18 digits, which are seven times as fast, then in 38.
    """
    mark = re.escape(reading.decimal_mark)
    plain_text = f"translate({text}, {_literal(_WIDE)}, {_literal(_NARROW)})"
    shape = _NUMBER.format(mark=mark, group=_GROUPING[reading.decimal_mark])
    digits = f"regexp_extract({plain_text}, {_literal(shape)}, 1)"
    digits = f"replace(regexp_replace({digits}, '[^0-9{mark}]', '', 'g'), '{reading.decimal_mark}', '.')"
    brackets = f"contains({plain_text}, '(') <> contains({plain_text}, ')')"
    sign = f"case when {brackets} then null when regexp_matches({plain_text}, '[(-]') then '-' else '' end"
    value = f"try_cast({sign} || {digits} as decimal(18, 4))"
    if reading.decimal_mark == ".":
        value = f"coalesce(try_cast({text} as decimal(18, 4)), {value})"
    if reading.scale is None:
        return f"({value})::double"
    fast = f"try(round({value} * {reading.scale})::bigint)"
    return f"coalesce({fast}, try(round(({value})::decimal(38, 4) * {reading.scale})::bigint))"


def _text(text: str, reading: Text) -> str:
    if reading.missing:
        words = ", ".join(map(_literal, reading.missing))
        text = f"case when lower({text}) not in ({words}) then {text} end"
    return f"{reading.case}({text})" if reading.case else text


def _literal(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"
