"""Commands about which offers are one product."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from onebasket.cli.talk import _, app, bar, bars, column_and_kind, example, show_table, tell
from onebasket.currencies import exponent

if TYPE_CHECKING:
    from onebasket.attributes import Attributes
    from onebasket.catalogue import Alike, Listing, WhyProduct
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
_Judge = Annotated[
    str | None,
    typer.Option(
        metavar="URL",
        help=_("ask a language model about pairs that cannot be told: an OpenAI-compatible address; "
               "its key, where it needs one, in ONEBASKET_JUDGE_KEY"),
    ),
]  # fmt: skip
_JudgeModel = Annotated[str, typer.Option(metavar="NAME", help=_("which of its models"))]
_JudgeBudget = Annotated[int, typer.Option(min=1, help=_("ask it so often at most; answers are kept"))]
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
    judge: _Judge = None,
    judge_model: _JudgeModel = "",
    judge_budget: _JudgeBudget = 200,
    seed: Annotated[int, typer.Option(help=_("where chance begins"))] = 0,
) -> None:
    from onebasket.judging import Band
    from onebasket.products import match_paths, write_model
    from onebasket.results import write_json, write_table, written_as

    if out:
        written_as(out)  # refused now, not after the work
    fields = dict(column_and_kind(text) for text in field or [])
    band = None if judge is None else Band(judge, judge_model, judge_budget)
    with bars() as progress:
        found = match_paths(
            files, pairs=pairs, valid=valid, test=test, model=model, alone=alone, one_to_one=one_to_one,
            threshold=threshold, most=most, seed=seed, fields=fields, judge=band, progress=progress,
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
    _tell_quality(facts)


@app.command(
    "extract-attributes",
    help=example(
        _("Tell what offers say of their attributes, as examples show it; needs no shop."),
        "onebasket extract-attributes offers.csv --examples known.csv --out attributes.csv",
    ),
)
def extract_attributes(
    offers: Annotated[Path, typer.Argument(help=_("offers: CSV, NDJSON, JSON, XLSX or Parquet"))],
    examples: Annotated[
        Path,
        typer.Option(help=_("offers whose attributes are known: a column each, empty where nothing is said")),
    ],
    test: Annotated[
        Path | None, typer.Option(metavar="FILE", help=_("offers like the examples, to judge the result by"))
    ] = None,
    out: Annotated[
        Path | None, typer.Option(help=_("write the values to this .parquet or .csv file"))
    ] = None,
    json_file: Annotated[
        Path | None, typer.Option("--json", metavar="FILE", help=_("write figures to this JSON file"))
    ] = None,
    field: Annotated[
        list[str] | None,
        typer.Option(
            metavar="COLUMN=KIND", help=_("state what a column is: title, description, category or id")
        ),
    ] = None,
    seed: Annotated[int, typer.Option(help=_("where chance begins"))] = 0,
) -> None:
    from onebasket.attributes import extract_paths
    from onebasket.results import write_json, write_table, written_as

    if out:
        written_as(out)  # refused now, not after the work
    fields = dict(column_and_kind(text) for text in field or [])
    with bars() as progress:
        found = extract_paths(offers, examples, test=test, fields=fields, seed=seed, progress=progress)
        facts = found.metrics()
    if out:
        write_table(found.table, out)
    if json_file:
        write_json(facts, json_file)
    for path in (out, json_file):
        if path:
            tell(_("Written: {path}").format(path=path))
    _tell_attributes(found)


def _tell_attributes(found: Attributes) -> None:
    facts = found.metrics()
    for note in facts["notes"]:
        tell(f"! {note}")
    told = Counter(each.attribute for each in found.found)
    sure: dict[str, float] = dict.fromkeys(told, 0.0)
    for each in found.found:
        sure[each.attribute] += each.confidence
    show_table(
        [_("attribute"), _("offers"), _("confidence")],
        [[name, f"{n:,}", f"{sure[name] / n:.2f}"] for name, n in told.most_common()],
    )
    line = _("{offers} offers, {values} values, from {examples} examples, {seconds} s.")
    tell(
        line.format(
            offers=f"{facts['offers']:,}",
            values=f"{facts['values']:,}",
            examples=f"{facts['examples']:,}",
            seconds=f"{facts['seconds']:.1f}",
        )
    )
    _tell_quality(facts)


def _tell_quality(facts: dict[str, Any]) -> None:
    if facts["f1"] is not None:
        show_table(
            ["F1", _("precision"), _("recall")],
            [[f"{facts[name]:.4f}" for name in ("f1", "precision", "recall")]],
        )


def tell_why_product(told: WhyProduct) -> None:
    """Why two listings or products are, or are not, one."""
    tell(_("They are one product.") if told.one_product else _("They are not one product."))
    for each in told.decided:
        what = _("one product") if each.what == "join" else _("not one product")
        line = _("Decided by hand at {at}: {what}. {note}")
        tell(line.format(at=each.at, what=what, note=each.note))
    for kind, value in told.shared:
        tell(_("They share the {kind} {value}.").format(kind=kind.upper(), value=value))
    tell_listings(told.left, told.right)
    if told.likeness is not None:
        line = _("Listings {a} and {b}:")
        tell(line.format(a=told.likeness.listing_a, b=told.likeness.listing_b))
        tell_alike(told.likeness)
    elif not told.shared and not told.decided:
        tell(_("Their listings were not compared: identifiers say enough of them, or nothing is alike."))


def tell_listings(left: tuple[Listing, ...], right: tuple[Listing, ...]) -> None:
    """What the listings of both sides say, a line each."""
    for side, listings in (("A", left), ("B", right)):
        for each in listings:
            tell(f"{side}  {each.member}: " + " · ".join(_said(each)))


def _said(listing: Listing) -> Iterator[str]:
    yield from (text for text in (listing.title, listing.brand, listing.category) if text)
    if listing.size_value is not None:
        yield f"{listing.size_value:g} {listing.size_unit}"
    if listing.pack_count and listing.pack_count > 1:
        yield _("{count} in a pack").format(count=listing.pack_count)
    if listing.price_minor is not None:
        digits = exponent(listing.currency or "")
        yield f"{listing.price_minor / 10**digits:,.{digits}f} {listing.currency or ''}".strip()
    yield from (f"{kind} {code}" for kind, code in (("GTIN", listing.gtin), ("SKU", listing.sku)) if code)


def tell_alike(told: Alike) -> None:
    """A waterfall: bits for one product to the right, bits against to the left."""
    from onebasket.report.words import THEME

    rows = [[_(THEME[name]), f"{bits:+.1f}", bar(bits)] for name, bits in told.steps]
    rows.append([_("together"), _("{share} likely").format(share=f"{told.probability:.1%}"), ""])
    show_table([_("what"), _("bits"), ""], rows)
