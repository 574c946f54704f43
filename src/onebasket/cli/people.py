"""Commands about who is who."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from onebasket.cli.talk import _, app, bars, example, show_table, tell

if TYPE_CHECKING:
    from onebasket.people import PeopleMatch


@app.command(
    "match",
    help=example(
        _("Find which rows of any file of people are one person; needs no shop."),
        "onebasket match people.csv --out clusters.parquet",
    ),
)
def match_file(
    file: Annotated[Path, typer.Argument(metavar="FILE", help=_("CSV, NDJSON, JSON, XLSX or Parquet"))],
    out: Annotated[
        Path | None,
        typer.Option(help=_("write record, cluster, household, probability to this .parquet or .csv file")),
    ] = None,
    truth: Annotated[
        str | None, typer.Option(metavar="COLUMN", help=_("column that says who is who: tells the quality"))
    ] = None,
    field: Annotated[
        list[str] | None,
        typer.Option(metavar="COLUMN=KIND", help=_("state what a column is: a kind (see the docs), or id")),
    ] = None,
    rules: Annotated[
        str | None,
        typer.Option(
            metavar="RULE,…", help=_("what candidates agree on, e.g. email,surname+dob:year; default: found")
        ),
    ] = None,
    threshold: Annotated[
        float, typer.Option(help=_("link records of at least this probability"), min=0.0, max=1.0)
    ] = 0.5,
    most_pairs: Annotated[
        int | None, typer.Option(min=1, help=_("refuse to compare more pairs of records than this"))
    ] = None,
    json_file: Annotated[
        Path | None, typer.Option("--json", metavar="FILE", help=_("write figures to this JSON file"))
    ] = None,
) -> None:
    from onebasket.people import match_path, write_clusters, written_as

    if out:
        written_as(out)  # refused now, not after the work
    stated = dict(_pair(text) for text in field or [])
    record_id = next((column for column, kind in stated.items() if kind == "id"), None)
    fields = {column: kind for column, kind in stated.items() if kind != "id"} or None
    asked = None if rules is None else [text for text in rules.split(",") if text.strip()]
    with bars() as progress:
        found = match_path(
            file, fields=fields, rules=asked, truth=truth, record_id=record_id, progress=progress,
            threshold=threshold, **({} if most_pairs is None else {"most_pairs": most_pairs}),
        )  # fmt: skip
    if out:
        write_clusters(found, out)
        tell(_("Clusters: {path}").format(path=out))
    if json_file:
        text = json.dumps(found.metrics(), ensure_ascii=False, indent=1)
        json_file.write_text(text + "\n", encoding="utf-8")
        tell(_("Figures: {path}").format(path=json_file))
    _tell_match(found)


def _pair(text: str) -> tuple[str, str]:
    column, equals, kind = text.rpartition("=")
    if not equals:
        raise typer.BadParameter(_("expected COLUMN=KIND, found {text}").format(text=text))
    return column.strip(), kind.strip()


def _tell_match(found: PeopleMatch) -> None:
    facts = found.metrics()
    show_table([_("column"), _("kind")], [[column, kind] for column, kind in facts["fields"].items()])
    tell("")
    show_table(
        [_("rule"), _("pairs"), _("too many to compare")],
        [[rule["rule"], rule["pairs"], rule["not_compared"]] for rule in facts["rules"]],
    )
    tell("")
    for note in facts["notes"]:
        tell(f"! {note}")
    line = _("{records} records: {people} people, {homes} households; {pairs} pairs compared, {seconds} s.")
    tell(
        line.format(
            records=f"{facts['records']:,}",
            people=f"{facts['clusters_found']:,}",
            homes=f"{facts['households_found']:,}",
            pairs=f"{facts['pairs_compared']:,}",
            seconds=f"{facts['seconds']:.1f}",
        )
    )
    if facts["estimated_recall"] is not None:
        share = f"{facts['estimated_recall']:.1%}"
        tell(_("The rules bring some {share} of the matches together (estimated).").format(share=share))
    if "clusters" in facts:
        _tell_quality(found)


def _tell_quality(found: PeopleMatch) -> None:
    facts = found.metrics()
    names = ("precision", "recall", "f1", "best_f1")
    show_table(
        ["", _("precision"), _("recall"), "F1", _("best F1")],
        [[word, *(f"{facts[key][name]:.4f}" for name in names)]
         for word, key in ((_("pairs"), "pairs"), (_("clusters"), "clusters"))],
    )  # fmt: skip
    tell("")
    show_table(
        [_("probability said"), _("pairs"), _("share of matches")],
        [[f"{b['expected']:.3f}", b["pairs"], f"{b['observed']:.3f}"] for b in facts["reliability"]],
    )
