"""Commands about who is who and what is what: why, join, split, review."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from onebasket.cli.talk import ShopFolder, Top, _, app, example, tell
from onebasket.errors import MatchError

if TYPE_CHECKING:
    from onebasket.catalogue import Catalogue
    from onebasket.identities import Identities

_Name = Annotated[
    str, typer.Argument(help=_("id of a record or a customer; source/key of a listing, or id of a product"))
]
_Note = Annotated[str, typer.Option(help=_("why you decided so"))]
_PRODUCT = re.compile(r"p[0-9a-f]{16}|.+/.*", re.DOTALL)


def _are_products(*names: str) -> bool:
    """Whether names are of products or listings, not of customers or records; raises MatchError for both."""
    found = {_PRODUCT.fullmatch(name) is not None for name in names}
    if len(found) > 1:
        raise MatchError(
            "One of these is a product and one is a customer.",
            found=", ".join(names),
            expected="ids of one kind",
        )
    return found.pop()


def _open(shop: Path, products: bool) -> Identities | Catalogue:
    if products:
        from onebasket.catalogue import Catalogue

        return Catalogue(shop)
    from onebasket.identities import Identities

    return Identities(shop)


@app.command(
    help=example(
        _("Tell why two customers, or two products, are or are not one."),
        "onebasket why demo-shop tmall/TM06159454 webshop/HH00879922",
    )
)
def why(shop: ShopFolder, a: _Name, b: _Name) -> None:
    if _are_products(a, b):
        from onebasket.catalogue import Catalogue
        from onebasket.cli.products import tell_why_product

        with Catalogue(shop) as catalogue:
            tell_why_product(catalogue.why(a, b))
    else:
        from onebasket.cli.people import tell_why
        from onebasket.identities import Identities

        with Identities(shop) as identities:
            tell_why(identities.why(a, b))


@app.command(
    help=example(
        _("Decide that two customers, or two products, are one; stands until decided otherwise."),
        "onebasket join demo-shop c0123456789abcdef c00112233445566ff",
    )
)
def join(shop: ShopFolder, a: _Name, b: _Name, note: _Note = "") -> None:
    with _open(shop, _are_products(a, b)) as groups:
        groups.join(a, b, note)
    _tell_decided(shop)


@app.command(
    help=example(
        _("Decide that some of what makes a customer, or a product, is not; stands until decided otherwise."),
        "onebasket split demo-shop p0123456789abcdef tmall/TM06159454",
    )
)
def split(
    shop: ShopFolder,
    group: Annotated[str, typer.Argument(help=_("id of the customer or product"))],
    members: Annotated[list[str], typer.Argument(help=_("ids of the records, or listings, that are not"))],
    note: _Note = "",
) -> None:
    with _open(shop, _are_products(group, *members)) as groups:
        groups.split(group, members, note)
    _tell_decided(shop)


@app.command(
    help=example(
        _("Judge the pairs that are hardest to tell; each answer is kept and taught."),
        "onebasket review demo-shop --top 20",
    )
)
def review(
    shop: ShopFolder,
    top: Top = 20,
    products: Annotated[bool, typer.Option("--products", help=_("listings, not people"))] = False,
) -> None:
    taken = _review_products(shop, top) if products else _review_people(shop, top)
    tell(_("{count} answers kept.").format(count=taken))
    if taken:
        _tell_decided(shop)


def _review_people(shop: Path, top: int) -> int:
    from onebasket.cli.people import tell_evidence
    from onebasket.identities import Identities

    taken = 0
    with Identities(shop) as identities:
        pairs = identities.uncertain(top)
        for number, pair in enumerate(pairs, 1):
            line = _("Pair {number} of {all}: {probability} likely one person, {now}")
            now = _("one customer now") if pair.joined else _("two customers now")
            share = f"{pair.probability:.0%}"
            tell("")
            tell(line.format(number=number, all=len(pairs), probability=share, now=now))
            tell_evidence(pair.likeness)
            answer = _asked(_("One person? y: yes, n: no, s: skip, q: stop"))
            if answer == "q":
                break
            taken += _decide(answer, identities, pair.record_a, pair.record_b)
    return taken


def _review_products(shop: Path, top: int) -> int:
    from onebasket.catalogue import Catalogue
    from onebasket.cli.products import tell_alike, tell_listings

    taken = 0
    with Catalogue(shop) as catalogue:
        pairs = catalogue.uncertain(top)
        for number, pair in enumerate(pairs, 1):
            line = _("Pair {number} of {all}: {probability} likely one product, {now}")
            now = _("one product now") if pair.joined else _("two products now")
            share = f"{pair.likeness.probability:.0%}"
            tell("")
            tell(line.format(number=number, all=len(pairs), probability=share, now=now))
            tell_listings((pair.left,), (pair.right,))
            tell_alike(pair.likeness)
            answer = _asked(_("One product? y: yes, n: no, s: skip, q: stop"))
            if answer == "q":
                break
            taken += _decide(answer, catalogue, pair.left.member, pair.right.member)
    return taken


def _asked(question: str) -> str:
    return str(typer.prompt(question, default="s")).strip().lower()


def _decide(answer: str, groups: Identities | Catalogue, a: str, b: str) -> bool:
    """Keep an answer. Gives whether it was one."""
    decide: dict[str, Callable[[str, str], object]] = {"y": groups.same, "n": groups.different}
    if answer not in decide:
        return False
    decide[answer](a, b)
    return True


def _tell_decided(shop: Path) -> None:
    tell(_("Decided. It takes effect with the next run: onebasket run {shop}").format(shop=shop))
