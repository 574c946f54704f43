"""A proposal as a `[[source]]` block of a shop file."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable
from pathlib import Path

from onebasket.collect.columns.proposing import CONFIDENT, Proposal, Proposed
from onebasket.collect.columns.vocabulary import TABLES

# Without one of these columns a table's rows say nothing, and a map of it is left out.
_NEEDED = {
    "people": {
        "account",
        "email",
        "phone",
        "given_name",
        "family_name",
        "full_name",
        "cookie",
        "device",
        "card",
    },
    "products": {"product_key", "sku", "gtin", "title"},
    "orders": {"order_id"},
    "events": {"product_key", "sku", "gtin", "title", "action"},
    "stock": {"on_hand", "available"},
    "product_days": {"day"},
    "campaigns": {"campaign_id", "name"},
    "exposures": {"campaign_id"},
    "reviews": {"rating", "text"},
    "tickets": {"ticket_id", "subject", "text"},
    "shipments": {"shipment_id", "order_id", "tracking"},
    "payments": {"amount"},
}
_ACTIONS = ("events", "action")
_POSSIBLE = 0.5  # what is likelier than not, and not likely enough, stands in a comment
_DATE = {
    "ymd": "%Y{}%m{}%d", "dmy": "%d{}%m{}%Y", "mdy": "%m{}%d{}%Y", "dmy2": "%d{}%m{}%y", "mdy2": "%m{}%d{}%y",
}  # fmt: skip

Map = dict[str, str | list[str]]


def maps(proposal: Proposal, confident: float = CONFIDENT, *, whole: bool = True) -> dict[str, Map]:
    """For each table of ours the columns of theirs, those that are likely enough; `whole`: of the tables that
    have what their rows cannot do without.

    One of their columns may serve several of our tables, and within one several columns (a SKU names the
    product, too); one of ours takes one of theirs, the likeliest, and what is joined to it.
    """
    sure = [each for each in proposal.columns if each.ours and each.usable and each.probability >= confident]
    alone = {column: each for each in _best_last(sure) if not each.part for column in each.ours}
    parts: dict[str, list[Proposed]] = {}
    for each in sure:
        for column in each.ours if each.part else ():
            parts.setdefault(column, []).append(each)
    found: dict[str, Map] = {}
    filled = {table for table, _ in proposal.tables}
    for table in TABLES:
        if table not in filled:
            continue
        named: Map = {}
        for column in dict.fromkeys((*alone, *parts)):
            if column.partition(".")[0] != table:
                continue
            joined = sorted({*filter(None, (alone.get(column),)), *parts.get(column, ())}, key=_in_order)
            names = [each.name for each in joined]
            named[column.partition(".")[2]] = names[0] if len(names) == 1 else names
        if named and (not whole or set(named) & _NEEDED[table]):
            found[table] = named
    return found


def _best_last(columns: Iterable[Proposed]) -> list[Proposed]:
    return sorted(columns, key=lambda each: each.probability)


def _in_order(column: Proposed) -> tuple[bool, int]:
    """What is joined stands behind what it is joined to, but for parts of an address, as they stand."""
    return (bool(column.part) and column.part != "address", column.place)


def block(proposal: Proposal, name: str = "", path: str = "", confident: float = CONFIDENT) -> str:
    """A `[[source]]` with its maps, ready to be pasted; empty where nothing is likelier than not.

    What is likelier than not, and less than `confident`, stands in comments, to be taken in by whoever knows
    the file.
    """
    found = maps(proposal, confident)
    possible = maps(proposal, min(confident, _POSSIBLE), whole=False)
    if not possible:
        return ""
    file = proposal.sample.path
    said = {
        "name": name or source_name(file),
        "channel": "web",
        "format": "table",
        "path": path or file.as_posix(),
    }
    sample = proposal.sample
    if sample.kind == "text" and sample.encoding not in ("utf-8", "ascii"):
        said["encoding"] = sample.encoding
    if sample.kind == "text" and sample.delimiter and sample.header_line > 1:
        said["delimiter"] = sample.delimiter
    if proposal.decimal == ",":
        said["decimal"] = ","
    if proposal.currency:
        said["currency"] = proposal.currency
    lines = ["[[source]]", *(f"{key} = {_quoted(value)}" for key, value in said.items())]
    if formats := time_formats(proposal):
        lines.append(f"time_formats = [{', '.join(map(_quoted, formats))}]")
    for table in possible:
        lines += ["", *_table(table, found.get(table, {}), possible[table], proposal)]
    return "\n".join(lines) + "\n"


def _table(table: str, sure: Map, possible: Map, proposal: Proposal) -> list[str]:
    """One table's map; commented out what is not sure, and all where nothing is."""
    whole = "" if sure else "# "
    lines = [f"{whole}[source.{table}]"]
    if table == _ACTIONS[0] and _ACTIONS[1] not in {**possible, **sure}:
        lines.append(whole + 'action = { value = "purchase" }')
    chances = {each.name: each.probability for each in proposal.columns}
    for ours, theirs in (possible | sure).items():
        names = [theirs] if isinstance(theirs, str) else theirs
        listed = ", ".join(map(_quoted, names))
        line = f"{ours} = {listed if isinstance(theirs, str) else f'[{listed}]'}"
        lines.append(line if ours in sure else f"# {line}  # {_floor(min(chances[name] for name in names))}")
    if not {**possible, **sure}.keys() & _NEEDED[table]:
        lines.append(f"# and one of: {', '.join(sorted(_NEEDED[table]))}")
    return lines


def _floor(chance: float) -> str:
    """Two digits that do not round up to what is asked for."""
    return f"{math.floor(chance * 100) / 100:.2f}"


def source_name(file: Path) -> str:
    """A name for a source that its file suggests."""
    name = re.sub(r"[^a-z0-9]+", "-", file.name.partition(".")[0].lower()).strip("-")[:40]
    return name or "file"


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def time_formats(proposal: Proposal) -> list[str]:
    """The strptime patterns that the file's times have; none where ISO 8601 reads them all."""
    found: dict[str, int] = {}
    for column in proposal.columns:
        if any(each.endswith(("time", ".day")) for each in column.ours) and not column.part:
            for value in filter(None, proposal.sample.columns[column.place][:200]):
                pattern = _pattern(value.strip(), bool(proposal.month_first))
                found[pattern] = found.get(pattern, 0) + 1
    clock = next((each for each in proposal.columns if each.part == "time" and each.ours), None)
    patterns = [pattern for pattern in sorted(found, key=lambda each: -found[each]) if pattern]
    if clock is not None and patterns:
        times = [value for value in proposal.sample.columns[clock.place] if value]
        patterns = (
            [f"{pattern} {_clock(times[0])}" for pattern in patterns if ":" not in pattern]
            if times
            else patterns
        )
    return [] if set(patterns) <= {"iso"} else patterns[:4]


def _pattern(text: str, month_first: bool) -> str:
    if re.fullmatch(r"1\d{9}", text):
        return "epoch_s"
    if re.fullmatch(r"1\d{12}", text):
        return "epoch_ms"
    if re.match(r"\d{4}-\d{2}-\d{2}(T|$)", text):
        return "iso"
    if re.fullmatch(r"(19|20)\d{6}", text):
        return "%Y%m%d"
    found = re.match(r"(\d{1,4})([-/.])(\d{1,2})\2(\d{2,4})(.*)$", text, re.DOTALL)
    if not found:
        return ""
    first, sign, _, last, rest = found.groups()
    shorter = ("mdy" if month_first else "dmy") + ("2" if len(last) == 2 else "")
    order = "ymd" if len(first) == 4 else shorter
    return _DATE[order].format(sign, sign) + (f" {_clock(rest)}" if rest.strip() else "")


def _clock(rest: str) -> str:
    half = bool(re.search(r"[AaPp][Mm]\s*$", rest))
    found = (
        ("%I" if half else "%H") + ":%M" + (":%S" if rest.count(":") >= 2 else "") + (" %p" if half else "")
    )
    return found + (" %z" if re.search(r"[+-]\d{2}:?\d{2}\s*$", rest) else "")
