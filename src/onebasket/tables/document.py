"""The reference of all tables: `python -m onebasket.tables.document > docs/reference/tables.md`."""

from __future__ import annotations

import sys
from itertools import groupby

import onebasket.tables as tables
from onebasket.tables.schema import Table


def markdown() -> str:
    """All tables by stage: what each is, its order, and its columns with types and meanings."""
    parts = ["# Tables", _introduction()]
    for stage, group in groupby(tables.ALL, key=lambda table: table.stage):
        parts += [f"## {stage}", *map(_section, group)]
    return "\n\n".join(parts) + "\n"


def _introduction() -> str:
    first, types, words = (tables.__doc__ or "").strip().split("\n\n")
    said = [line.split(maxsplit=1) for line in words.splitlines()[1:] if not line.startswith("   ")]
    glossary = [f"- `{word}`: {meaning}" for word, meaning in said]
    return "\n".join([first, "", " ".join(types.split()), "", *glossary])


def _section(table: Table) -> str:
    notes = ["Ordered by " + ", ".join(f"`{name}`" for name in table.order)]
    if table.personal:
        notes.append("personal: encrypted at rest, closed to `onebasket query`")
    if table.by_source:
        notes.append("each source has parts of its own")
    rows = [
        f"| `{column.name}` | {column.type} | {'' if column.required else 'may be null'} | {column.meaning} |"
        for column in table.columns
    ]
    head = [
        f"### {table.name}",
        "",
        f"{table.meaning[0].upper()}{table.meaning[1:]}.",
        f"{'; '.join(notes)}.",
    ]
    return "\n".join([*head, "", "| column | type | | meaning |", "|---|---|---|---|", *rows])


if __name__ == "__main__":
    sys.stdout.write(markdown())
