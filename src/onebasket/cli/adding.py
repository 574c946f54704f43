"""Commands that get files in: the formats known, and the shop file's entries for files."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from onebasket.cli.talk import AsJson, _, app, bars, example, show_table, tell
from onebasket.currencies import exponent

if TYPE_CHECKING:
    from onebasket.adding import Looked, Proposal


@app.command(
    help=example(_("List the export formats that are read, with their kinds of files."), "onebasket formats")
)
def formats(as_json: AsJson = False) -> None:
    from onebasket.collect.formats import EXPORTS

    found = [
        {
            "format": format_.name,
            "layout": layout.name,
            "gives": [name.removeprefix("raw_") for name in layout.tables],
            "required": list(layout.required),
        }
        for format_ in EXPORTS
        for layout in format_.layouts
    ]
    if as_json:
        tell(json.dumps(found, ensure_ascii=False, indent=1))
        return
    show_table(
        [_("format"), _("kind of file"), _("gives"), _("columns it is known by")],
        [
            [row["format"], row["layout"], ", ".join(row["gives"]), ", ".join(row["required"])]
            for row in found
        ],
    )
    tell(_('Any other table is read with a map of its columns: format = "table" in the shop file.'))


@app.command(
    help=example(
        _("Recognise export files, try to read them, and write their entries into the shop file."),
        "onebasket add exports/ --shop my-shop",
    )
)
def add(
    paths: Annotated[list[Path], typer.Argument(metavar="PATH...", help=_("files, or folders of files"))],
    shop: Annotated[
        Path, typer.Option(metavar="SHOP", help=_("the shop's folder; made where it has no shop file yet"))
    ] = Path(),
    apart: Annotated[
        bool, typer.Option("--apart", help=_("each folder's files are a source of their own"))
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", help=_("write without asking"))] = False,
    as_json: AsJson = False,
) -> None:
    from onebasket import adding

    with bars() as progress:
        looked = adding.look(paths, shop, progress)
        proposals = adding.propose(looked, shop, apart=apart, progress=progress)
    if as_json:
        tell(json.dumps(_facts(looked, proposals), ensure_ascii=False, indent=1, default=str))
    else:
        _show(looked, proposals)
    if not proposals:
        raise typer.Exit(0 if any(each.source for each in looked) else 2)
    if not yes and (as_json or not sys.stdin.isatty()):
        if not as_json:
            tell(_("Nothing was written. The same command with --yes writes these entries:"))
            tell(adding.entries(proposals))
        return
    if not yes:
        tell(adding.entries(proposals))
        if not typer.confirm(_("Write these entries into the shop file?")):
            return
    path = adding.write(shop, proposals)
    if rateless := adding.without_rate(shop, proposals):
        told = _("Nothing is known of what {currencies} are worth: state it in rates under [shop].")
        tell(told.format(currencies=", ".join(rateless)), error=True)
    if not as_json:
        tell(_("Written to {path}. Try next: onebasket run {shop}").format(path=path, shop=shop))


def _show(looked: list[Looked], proposals: list[Proposal]) -> None:
    show_table(
        [_("file"), _("format"), _("kind of file"), _("encoding"), _("notes")],
        [
            [
                each.path.name,
                each.guess.format.name if each.guess else "",
                each.guess.layout.name if each.guess else "",
                each.file.encoding if each.file else "",
                _note(each),
            ]
            for each in looked
        ],
    )
    for proposal in proposals:
        _show_proposal(proposal)


def _note(each: Looked) -> str:
    if each.problem:
        return each.problem
    if each.source:
        return _("read already by the source {source}").format(source=each.source)
    if each.guess is None:
        return _("not an export that is known: onebasket columns FILE proposes a map of its columns")
    if each.guess.missing:
        return _("lacks {columns}").format(columns=", ".join(each.guess.missing))
    return ""


def _show_proposal(proposal: Proposal) -> None:
    tried = proposal.tried
    tell("")
    told = _("Source {name}: one file") if len(proposal.files) == 1 else _("Source {name}: {files} files")
    tell(told.format(name=proposal.source.name, files=len(proposal.files)))
    if tried.problem:
        tell("  " + _("cannot be read: {problem}").format(problem=tried.problem))
        return
    counts = ", ".join(f"{count:,} {table}" for table, count in tried.rows.items())
    tell("  " + _("gives {counts}").format(counts=counts or _("nothing")))
    if not tried.whole:
        tell("  " + _("(large files were read only in part)"))
    if tried.first and tried.last:
        tell("  " + _("from {first} to {last} (UTC)").format(first=tried.first, last=tried.last))
    if tried.currencies:
        tell("  " + _("in {currencies}").format(currencies=", ".join(tried.currencies)))
    elif own := proposal.currency:
        tell("  " + _("in {currencies}").format(currencies=own))
    elif any(row["amount_minor"] is not None for row in tried.sample):
        tell("  " + _("without a currency: that of the shop, unless the source states one"))
    for row in tried.sample:
        words = (row["ts"], row["action"], row["title"], row["quantity"], _amount(row))
        tell("    " + "  ".join(str(word) for word in words if word not in (None, "")))
    for row in tried.refused:
        tell("  " + _("{rows} rows refused: {reason} {field}").format(**{**row, "field": row["field"] or ""}))


def _amount(row: dict[str, Any]) -> str:
    if row["amount_minor"] is None:
        return ""
    digits = exponent(row["currency"])
    return f"{row['amount_minor'] / 10**digits:,.{digits}f} {row['currency']}"


def _facts(looked: list[Looked], proposals: list[Proposal]) -> dict[str, Any]:
    return {
        "files": [
            {
                "path": str(each.path),
                "format": each.guess.format.name if each.guess else None,
                "layout": each.guess.layout.name if each.guess else None,
                "missing": list(each.guess.missing) if each.guess else [],
                "encoding": each.file.encoding if each.file else None,
                "delimiter": each.file.delimiter if each.file and each.file.kind == "csv" else None,
                "problem": each.problem or None,
                "source": each.source or None,
            }
            for each in looked
        ],
        "sources": [
            {
                "name": each.source.name,
                "channel": each.source.channel,
                "format": each.source.format,
                "path": list(each.source.paths),
                "rows": each.tried.rows,
                "refused": each.tried.refused,
                "first": each.tried.first,
                "last": each.tried.last,
                "currencies": each.tried.currencies,
                "whole": each.tried.whole,
                "problem": each.tried.problem or None,
            }
            for each in proposals
        ],
    }
