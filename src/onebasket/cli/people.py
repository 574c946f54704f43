"""Commands about who is who."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from onebasket.cli.talk import _, app, bar, bars, column_and_kind, example, show_table, tell

if TYPE_CHECKING:
    from onebasket.align.people.explaining import Evidence
    from onebasket.identities import Why
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
    from onebasket.people import match_path
    from onebasket.results import write_json, write_table, written_as

    if out:
        written_as(out)  # refused now, not after the work
    stated = dict(column_and_kind(text) for text in field or [])
    record_id = next((column for column, kind in stated.items() if kind == "id"), None)
    fields = {column: kind for column, kind in stated.items() if kind != "id"} or None
    asked = None if rules is None else [text for text in rules.split(",") if text.strip()]
    with bars() as progress:
        found = match_path(
            file, fields=fields, rules=asked, truth=truth, record_id=record_id, progress=progress,
            threshold=threshold, **({} if most_pairs is None else {"most_pairs": most_pairs}),
        )  # fmt: skip
    if out:
        write_table(found.clusters, out)
        tell(_("Clusters: {path}").format(path=out))
    if json_file:
        write_json(found.metrics(), json_file)
        tell(_("Figures: {path}").format(path=json_file))
    _tell_match(found)


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


def tell_why(told: Why) -> None:
    """Why two records or customers are, or are not, one."""
    from onebasket.report.words import DECISION, KIND

    tell(_("They are one customer.") if told.one_customer else _("They are not one customer."))
    for each in told.decided:
        what = _("one customer") if each.what == "join" else _("not one customer")
        line = _("Decided by hand at {at}: {what}. {note}")
        tell(line.format(at=each.at, what=what, note=each.note))
    for kind, count, decision in told.shared:
        line = _("They share {count} × {kind}: {decision}")
        tell(
            line.format(
                count=count,
                kind=_(KIND[kind]),
                decision=_(DECISION[decision]) if decision in DECISION else _("joins"),
            )
        )
    if told.orders:
        tell(_("Orders that both tell: {count}").format(count=told.orders))
    if not told.one_customer and told.likeness.weight > 0:
        tell(_against(told))
    line = _("Records {a} and {b} (values are masked):")
    tell(line.format(a=told.record_a, b=told.record_b))
    tell_evidence(told.likeness)


def _against(told: Why) -> str:
    """Why two that are alike are not joined."""
    if told.decided:
        return _("They were told apart by hand.")
    if told.rivals:
        line = _("The two customers have different accounts in {systems}: likeness alone does not join them.")
        return line.format(systems=", ".join(told.rivals))
    return _("These two records are alike, but other records of the two customers speak against it.")


def tell_evidence(told: Evidence) -> None:
    """A waterfall: bits for one person to the right, bits against to the left."""
    from onebasket.cli.evidence import masked
    from onebasket.report.words import AGREEMENT, ATTRIBUTE

    rows = [[_("beforehand"), "", "", "", f"{told.beforehand:+.1f}", bar(told.beforehand)]]
    for step in told.steps:
        agreement = _(AGREEMENT[step.agreement]) if step.agreement else _("missing")
        shown = [masked(step.kind, value) for value in (step.a, step.b)]
        rows.append([_(ATTRIBUTE[step.kind]), agreement, *shown, f"{step.bits:+.1f}", bar(step.bits)])
    for word, bits in ((_("rare names"), told.rarity), (_("reviews"), told.labels)):
        if abs(bits) >= 0.05:
            rows.append([word, "", "", "", f"{bits:+.1f}", bar(bits)])
    share = f"{told.probability:.1%}"
    rows.append([_("together"), _("{share} likely").format(share=share), "", "", f"{told.weight:+.1f}", ""])
    show_table([_("field"), _("agreement"), "A", "B", _("bits"), ""], rows)
