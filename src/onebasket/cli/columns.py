"""The command that proposes which of our columns each column of a file is."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from onebasket.cli.talk import AsJson, _, app, example, show_table, speak, tell

if TYPE_CHECKING:
    from onebasket.collect.columns.proposing import Clue, Proposal


@app.command(
    help=example(
        _("Propose which of our columns each column of a file is, and write the map of a source."),
        "onebasket columns export.csv --shop demo-shop --write",
    )
)
def columns(
    file: Annotated[Path, typer.Argument(metavar="FILE", help=_("CSV, JSON, XLSX or Parquet of any layout"))],
    shop: Annotated[
        Path | None,
        typer.Option(metavar="SHOP", help=_("what this shop knows helps; --write adds the source to it")),
    ] = None,
    write: Annotated[bool, typer.Option("--write", help=_("add the source to the shop file"))] = False,
    confident: Annotated[
        float, typer.Option(min=0.0, max=1.0, help=_("map columns from this probability on"))
    ] = 0.9,
    as_json: AsJson = False,
) -> None:
    from onebasket.adding.mapped import add_mapped
    from onebasket.collect.columns import block, propose
    from onebasket.collect.columns.experience import of_folder

    if write and shop is None:
        raise typer.BadParameter(_("--write needs --shop"))
    found = propose(file) if shop is None else propose(file, of_folder(shop, speak))
    text = block(found, confident=confident)
    if as_json:
        tell(json.dumps(_facts(found, text), ensure_ascii=False, indent=1))
    else:
        _tell(found, text)
    if write and shop is not None:
        name = add_mapped(shop, found, confident)
        tell(_("Source {name} is in the shop file. Look it over, then: onebasket run {shop}").format(
            name=name, shop=shop
        ), error=as_json)  # fmt: skip


def _facts(found: Proposal, text: str) -> dict[str, Any]:
    return {
        "file": str(found.sample.path),
        "encoding": found.sample.encoding,
        "delimiter": found.sample.delimiter,
        "header_line": found.sample.header_line,
        "rows_read": found.sample.rows,
        "month_first": found.month_first,
        "decimal": found.decimal,
        "currency": found.currency,
        "tables": {name: round(chance, 4) for name, chance in found.tables},
        "columns": [
            {
                "name": each.name,
                "ours": list(each.ours),
                "meaning": each.meaning or "none",
                "probability": round(each.probability, 4),
                "others": {name: round(chance, 4) for name, chance in each.others},
                "reference": each.reference,
                "usable": each.usable,
                "evidence": [_clue(clue) for clue in each.evidence],
            }
            for each in found.columns
        ],
        "notes": [_clue(note) for note in found.notes],
        "source": text,
    }


def _tell(found: Proposal, text: str) -> None:
    sample = found.sample
    line = _("{kind}, {encoding}, names on line {line}, {rows} rows looked at; fills: {tables}")
    filled = ", ".join(f"{name} ({chance:.2f})" for name, chance in found.tables)
    tell(line.format(kind=sample.kind, encoding=sample.encoding, line=sample.header_line,
                     rows=f"{sample.rows:,}", tables=filled))  # fmt: skip
    rows = []
    for each in found.columns:
        ours = _said(each.ours, {table for table, _chance in found.tables})
        second = next(((name, chance) for name, chance in each.others[1:] if chance >= 0.05), None)
        rows.append([
            each.name, ours or "–", f"{each.probability:.2f}",
            f"{second[0]} {second[1]:.2f}" if second else "",
            {"key": _("key"), "foreign": _("foreign key"), "": ""}[each.reference],
            "; ".join(filter(None, map(_words, each.evidence))),
        ])  # fmt: skip
    show_table([_("column"), _("ours"), _("likely"), _("or else"), "", _("evidence")], rows)
    for note in found.notes:
        tell(f"! {_words(note)}")
    tell("")
    tell(text or _("No column is likely enough for a map."))
    if "\n# " in text:
        tell(_("What is less sure stands behind a #: take the # away where it is right."))


def _clue(clue: Clue) -> dict[str, Any]:
    return {"kind": clue.kind, "said": clue.said, "share": round(clue.share, 4)}


def _words(clue: Clue) -> str:
    """A clue in words; none for what only `--json` tells."""
    words = {
        "name": _("name like “{said}” ({share:.2f})"),
        "pattern": _("{share:.0%} {said}"),
        "empty": _("no values"),
        "shared": _("{share:.0%} of its values are {said} of the shop"),
        "before": _("a map that ran has it as {said}"),
        "no names": _(
            "No row names the columns: put one above the rows before you read the file as a table."
        ),
        "names below": _("The names stand on line {said}; what is above them is no row."),
        "wrong encoding": _("The names were saved in the wrong encoding; export the file again as UTF-8."),
        "same name": _("Several columns have one name, of which the first is read: {said}."),
    }
    return words.get(clue.kind, "").format(said=clue.said, share=clue.share)


def _said(ours: tuple[str, ...], tables: set[str]) -> str:
    """Columns of ours, those of the tables that the file fills."""
    return ", ".join(each for each in ours if each.partition(".")[0] in tables)
