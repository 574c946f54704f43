"""DuckDB expressions that read texts as times and numbers, without ever failing a query."""

from __future__ import annotations

from onebasket.store.base import Number, Time

_EPOCHS = {"epoch_s": 1_000_000, "epoch_ms": 1_000, "epoch_us": 1}


def expression(column: str, reading: Time | Number) -> str:
    """The typed value of a text column; null where it cannot be read."""
    text = f"nullif(trim(\"{column}\"), '')"
    return _time(text, reading) if isinstance(reading, Time) else _number(text, reading)


def _time(text: str, reading: Time) -> str:
    """Try the formats in order. Zoned times become UTC; wall-clock times take the stated zone."""
    zone = _literal(reading.zone)
    if reading.zone_column:
        zone = f'coalesce("{reading.zone_column}", {zone})'
    tries = []
    for name in reading.formats:
        if name in _EPOCHS:
            micros = f"try_cast({text} as bigint) * {_EPOCHS[name]}"
            tries.append(f"try(make_timestamp({micros}))")
        elif name == "iso":
            has_zone = f"regexp_matches({text}, '(Z|[+-][0-9]{{2}}:?[0-9]{{2}})$')"
            zoned = f"try_cast({text} as timestamptz)::timestamp"
            tries.append(
                f"case when {has_zone} then {zoned} else {_local(f'try_cast({text} as timestamp)', zone)} end"
            )
        elif "%z" in name:
            tries.append(f"try_strptime({text}, {_literal(name)})::timestamp")
        else:
            tries.append(_local(f"try_strptime({text}, {_literal(name)})", zone))
    return f"coalesce({', '.join(tries)}, null::timestamp)"


def _local(wall: str, zone: str) -> str:
    return wall if zone == "'UTC'" else f"try(timezone('UTC', timezone({zone}, {wall})))"


def _number(text: str, reading: Number) -> str:
    """Plain numbers cast at once; the rest loses signs of currency and grouping first."""
    grouping = "," if reading.decimal_mark == "." else "."
    bare = f"regexp_replace({text}, '[^0-9.,()+-]', '', 'g')"
    bare = f"replace({bare}, '{grouping}', '')"
    if reading.decimal_mark == ",":
        bare = f"replace({bare}, ',', '.')"
    sign = f"case when {text} like '(%)' or {text} like '%-' then '-' else '' end"
    tidy = f"try_cast({sign} || regexp_replace({bare}, '[()]|[+-]$', '', 'g') as decimal(18, 4))"
    plain = f"try_cast({text} as decimal(18, 4))"
    value = f"coalesce({plain}, {tidy})" if reading.decimal_mark == "." else tidy
    if reading.scale is None:
        return f"({value})::double"
    return f"round({value} * {reading.scale})::bigint"


def _literal(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"
