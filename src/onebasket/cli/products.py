"""Commands about which offers are one product."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from onebasket.cli.talk import _, app, bars, column_and_kind, example, show_table, tell

if TYPE_CHECKING:
    from onebasket.products import ProductsMatch

_PAIRS = "CSV: ltable_id,rtable_id,label"


_Judged = Annotated[
    Path | None, typer.Option(metavar="FILE", help=_("judged pairs to learn from") + f" ({_PAIRS})")
]
_Valid = Annotated[
    Path | None, typer.Option(metavar="FILE", help=_("judged pairs to choose the threshold on"))
]
_Test = Annotated[Path | None, typer.Option(metavar="FILE", help=_("judged pairs to judge the result by"))]
_Model = Annotated[Path | None, typer.Option(metavar="FILE", help=_("judge by a model that --save wrote"))]
_Save = Annotated[
    Path | None, typer.Option(metavar="FILE", help=_("write what was learnt, for other catalogues"))
]
_Most = Annotated[
    int | None, typer.Option(min=1, help=_("candidates an offer has in another catalogue; default 10"))
]


@app.command(
    "match-products",
    help=example(
        _("Find which offers of two catalogues or more are one product; needs no shop."),
        "onebasket match-products ours.csv theirs.csv --out links.parquet",
    ),
)
def match_products(
    files: Annotated[
        list[Path], typer.Argument(metavar="A B…", help=_("catalogues: CSV, NDJSON, JSON, XLSX or Parquet"))
    ],
    pairs: _Judged = None,
    valid: _Valid = None,
    test: _Test = None,
    out: Annotated[Path | None, typer.Option(help=_("write the links to this .parquet or .csv file"))] = None,
    json_file: Annotated[
        Path | None, typer.Option("--json", metavar="FILE", help=_("write figures to this JSON file"))
    ] = None,
    alone: Annotated[
        bool, typer.Option("--alone", help=_("learn from these catalogues only, not from public ones"))
    ] = False,
    model: _Model = None,
    save: _Save = None,
    one_to_one: Annotated[
        bool, typer.Option("--one-to-one", help=_("an offer is at most one offer of another catalogue"))
    ] = False,
    threshold: Annotated[
        float | None, typer.Option(help=_("link pairs of at least this probability"), min=0.0, max=1.0)
    ] = None,
    field: Annotated[
        list[str] | None,
        typer.Option(metavar="COLUMN=KIND", help=_("state what a column is: a kind (see the docs), or id")),
    ] = None,
    most: _Most = None,
    seed: Annotated[int, typer.Option(help=_("where chance begins"))] = 0,
) -> None:
    from onebasket.products import match_paths, write_model
    from onebasket.results import write_json, write_table, written_as

    if out:
        written_as(out)  # refused now, not after the work
    stated = dict(column_and_kind(text) for text in field or [])
    ids = next((column for column, kind in stated.items() if kind == "id"), None)
    fields = {column: kind for column, kind in stated.items() if kind != "id"} or None
    with bars() as progress:
        found = match_paths(
            files, pairs=pairs, valid=valid, test=test, model=model, alone=alone, one_to_one=one_to_one,
            threshold=threshold, most=most, seed=seed, ids=ids, fields=fields, progress=progress,
        )  # fmt: skip
        facts = found.metrics()
    if out:
        write_table(found.links, out)
    if json_file:
        write_json(facts, json_file)
    if save:
        write_model(found, save)
    for path in (out, json_file, save):
        if path:
            tell(_("Written: {path}").format(path=path))
    _tell(found)


def _tell(found: ProductsMatch) -> None:
    facts = found.metrics()
    rows = [
        [str(number), column, kind]
        for number, fields in enumerate(facts["fields"], 1)
        for column, kind in fields.items()
    ]
    show_table([_("catalogue"), _("column"), _("kind")], rows)
    tell("")
    for note in facts["notes"]:
        tell(f"! {note}")
    line = _(
        "{offers} offers: {linked} links among {candidates} candidates, from {threshold} on, {seconds} s."
    )
    tell(
        line.format(
            offers=" + ".join(f"{size:,}" for size in facts["offers"]),
            linked=f"{facts['linked']:,}",
            candidates=f"{facts['candidates']:,}",
            threshold=f"{facts['threshold']:.2f}",
            seconds=f"{facts['seconds']:.1f}",
        )
    )
    tell(_("Learnt from: {what}").format(what=", ".join(facts["learnt_from"])))
    if facts["f1"] is not None:
        show_table(
            ["F1", _("precision"), _("recall")],
            [[f"{facts[name]:.4f}" for name in ("f1", "precision", "recall")]],
        )
