"""DuckDB expressions that read texts as typed values, without ever failing a query."""

from __future__ import annotations

import re

from onebasket.store.base import Apart, Hash, Json, Number, Reading, Text, Time, Unread

# Blanks that exports leave around texts: the ideographic and the no-break space too.
_BLANKS = "' \t\r\n\u3000\u00a0\ufeff'"
# A zone at the end: a letter (Z, UTC, Europe/Berlin) or an offset.
_ISO_ZONE = "[A-Za-z]$|:[0-9.]+ ?[+-][0-9:]+$"
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
_SIGNS = "$£€¥￥"
_GROUPING = {".": "[, '’\u00a0\u202f]", ",": "[. '’\u00a0\u202f]"}
_EPOCHS = {"epoch_s": 1_000_000, "epoch_ms": 1_000, "epoch_us": 1}


def select(table: str, readings: dict[str, tuple[str, Reading]]) -> str:
    """The query of `Store.parse`: all columns of a table, then the new ones.

    Texts are trimmed in an inner query; zones and decimals are found in the next. The engine fails
    at a zone it does not know and takes no subquery inside `try`; and what stands twice in one
    expression is computed before any case or coalesce that would have spared it.
    """
    texts = {_text_of(name): _trimmed(column) for name, (column, _) in readings.items()}
    found = {}
    for name, (_, reading) in readings.items():
        one = _one(reading)
        if isinstance(one, Number):
            found[_found_for(name)] = _decimals(_text_of(name), reading)
        elif isinstance(one, Time) and one.zone_column:
            said = _text_of(f"{name}_zone")
            texts[said] = _trimmed(one.zone_column)
            found[_found_for(name)] = _known_zone(said, one.zone)
    new: dict[str, str] = {}
    later: dict[str, str] = {}  # what looks at the others
    for name, (_, reading) in readings.items():
        (later if isinstance(reading, Unread) else new)[f'"{name}"'] = _expression(name, reading)
    source = f'(select *, {_listed(texts)} from "{table}")'
    if found:
        source = f"(select *, {_listed(found)} from {source})"
    spent = ", ".join([*texts, *found])
    if later:
        whole = f"(select *, {_listed(new)} from {source})"
        return f"select * exclude ({spent}), {_listed(later)} from {whole}"
    return f"select * exclude ({spent}), {_listed(new)} from {source}"


def _listed(columns: dict[str, str]) -> str:
    return ", ".join(f"{value} as {name}" for name, value in columns.items())


def _text_of(name: str) -> str:
    return f'"_text_of_{name}"'


def _found_for(name: str) -> str:
    return f'"_found_for_{name}"'


def _one(reading: Reading) -> Reading:
    """The reading of most rows, where some have another of its kind."""
    return _one(reading.here) if isinstance(reading, Apart) else reading


def _split(apart: Apart, there: str, here: str) -> str:
    values = ", ".join(map(_literal, apart.values))
    return f'case when "{apart.column}" in ({values}) then {there} else {here} end'


def _known_zone(said: str, otherwise: str) -> str:
    known = f"{said} in (select name from pg_timezone_names())"
    return f"case when {said} is null then {_literal(otherwise)} when {known} then {said} end"


def _expression(name: str, reading: Reading) -> str:
    """The typed value of a text column; null where it cannot be read."""
    text = _text_of(name)
    match reading:
        case Time():
            zone = _found_for(name) if reading.zone_column else _literal(reading.zone)
            return _time(text, zone, reading)
        case Number():
            return _number(_found_for(name), reading)
        case Text():
            return _text(text, reading)
        case Hash():
            return f"left(sha256({_literal(reading.prefix)} || {text}), 32)"
        case Json():
            fields = ", ".join(f'{_literal(name)}, "{name}"' for name in reading.columns)
            return f"json_object({fields})::varchar"
        case Unread():
            return _unread(reading)
        case Apart():
            one = _one(reading)
            if isinstance(one, Number):
                return _number(_found_for(name), one)
            return _split(reading, _expression(name, reading.there), _expression(name, reading.here))


def _unread(reading: Unread) -> str:
    """Of what stands beside it in an inner query."""
    cases = []
    for name, word in reading.words:
        said = _text(_text_of(name), Text(reading.missing))
        cases.append(f'when "{name}" is null and {said} is not null then {_literal(word)}')
    return f"case {' '.join(cases)} end"


def _time(text: str, zone: str, reading: Time) -> str:
    """Try the formats in order. Zoned times become UTC; wall-clock times take the stated zone."""
    tries = []
    for name in sorted(reading.formats, key=lambda name: "%y" not in name):  # %Y takes 24 for the year 24
        if name in _EPOCHS:
            micros = f"try_cast({text} as bigint) * {_EPOCHS[name]}"
            tries.append(f"try(make_timestamp({micros}))")
        elif name == "iso":
            # DuckDB reads more than ISO times: `infinity`, `epoch`, years BC and of five digits.
            is_iso = f"{text} between '0' and ':' and {text}[5] = '-' and {text}[-1] <> ')'"
            zoned = f"try_cast({text} as timestamptz)::timestamp"
            local = _local(f"try_cast({text} as timestamp)", zone)
            has_zone = f"regexp_matches({text}, '{_ISO_ZONE}')"
            tries.append(f"case when {is_iso} then case when {has_zone} then {zoned} else {local} end end")
        elif "%z" in name.lower():
            tries.append(f"try_strptime({text}, {_literal(name)})::timestamp")
        else:
            tries.append(_local(f"try_strptime({text}, {_literal(name)})", zone))
    return f"coalesce({', '.join(tries)}, null::timestamp)"


def _local(wall: str, zone: str) -> str:
    return wall if zone == "'UTC'" else f"try(timezone('UTC', timezone({zone}, {wall})))"


def _decimals(text: str, reading: Reading) -> str:
    if isinstance(reading, Apart):
        return _split(reading, _decimals(text, reading.there), _decimals(text, reading.here))
    assert isinstance(reading, Number)
    return _decimal(text, reading)


def _decimal(text: str, reading: Number) -> str:
    """Plain numbers and those behind a sign of currency are cast at once; the rest must have a number's
    shape, and loses what is around it."""
    narrow = f"translate({text}, {_literal(_WIDE)}, {_literal(_NARROW)})"
    is_wide = f"regexp_matches({text}, {_literal(f'[{_WIDE}]')})"
    shaped = f"case when {is_wide} then {_shaped(narrow, reading)} else {_shaped(text, reading)} end"
    if reading.decimal_mark != ".":
        return f"case when {text} is not null then {shaped} end"
    plain = f"try_cast({_bare(text)} as decimal(18, 4))"
    return f"case when {plain} is not null then {plain} when {text} is not null then {shaped} end"


def _bare(text: str) -> str:
    """A text without the one sign of a currency before its digits, the commonest thing around a number."""
    signs = ", ".join(map(_literal, _SIGNS))
    minus = f"{text}[1] = '-' and {text}[2] in ({signs}) then '-' || substr({text}, 3)"
    plain = f"{text} between '0' and ':' then {text}"
    signed = f"{text}[1] in ({signs}) then substr({text}, 2)"
    return f"case when {plain} when {signed} when {minus} else {text} end"


def _shaped(text: str, reading: Number) -> str:
    mark = re.escape(reading.decimal_mark)
    shape = _NUMBER.format(mark=mark, group=_GROUPING[reading.decimal_mark])
    digits = f"regexp_extract({text}, {_literal(shape)}, 1)"
    digits = f"replace(regexp_replace({digits}, '[^0-9{mark}]', '', 'g'), '{reading.decimal_mark}', '.')"
    brackets = f"contains({text}, '(') <> contains({text}, ')')"
    sign = f"case when {brackets} then null when regexp_matches({text}, '[(-]') then '-' else '' end"
    return f"try_cast({sign} || {digits} as decimal(18, 4))"


def _number(value: str, reading: Number) -> str:
    """Eighteen digits multiply seven times as fast as 38, which are tried where they do not do."""
    if reading.counted:
        value = f"case when {value} >= 0 then {value} end"
    if reading.scale is None:
        return f"({value})::double"
    wide = f"({value})::decimal(38, 4)"
    fast, slow = (f"try(round(({number}) * {reading.scale})::bigint)" for number in (value, wide))
    return f"coalesce({fast}, {slow})"


def _trimmed(column: str) -> str:
    """A text without blanks around it. Trimming is slow and seldom needed: look at both ends first."""
    text = f'"{column}"'
    ends = f"{text} < '!' or {text} > '~' or right({text}, 1) not between '!' and '~'"
    return f"nullif(case when {ends} then trim({text}, {_BLANKS}) else {text} end, '')"


def _text(text: str, reading: Text) -> str:
    cased = f"{reading.case}({text})" if reading.case else text
    if not reading.missing:
        return cased
    longest = max(len(word.encode()) for word in reading.missing)
    # A pattern, as the engine makes a join of a long list, done even where nobody reads the column.
    words = _literal("|".join(map(re.escape, reading.missing)))
    missing = f"regexp_full_match(lower({text}), {words})"
    return f"case when strlen({text}) > {longest} or not {missing} then {cased} end"


def _literal(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"
