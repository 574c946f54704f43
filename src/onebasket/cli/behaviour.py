"""The command about what a customer is expected to do, and why."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from onebasket.cli.shops import shop_and, version_of
from onebasket.cli.talk import AsJson, Top, _, app, example, tell


@app.command(
    help=example(
        _("Tell what a customer is expected to do, and what raises or lowers each expectation."),
        "onebasket behaviour demo-shop c0123456789abcdef --task purchase_30d",
    )
)
def behaviour(
    words: Annotated[
        list[str], typer.Argument(metavar="[SHOP] CUSTOMER", help=_("shop folder and customer id"))
    ],
    task: Annotated[
        str | None, typer.Option(help=_("only this task, as in the table behaviour_scores"))
    ] = None,
    top: Top = 5,
    as_json: AsJson = False,
) -> None:
    from onebasket.answers import expectations

    shop, who = shop_and(words)
    with version_of(shop) as version:
        found = expectations(shop, version, who, task)
    found = [each | {"why": each["why"][:top]} for each in found]
    if as_json:
        tell(json.dumps(found, ensure_ascii=False, indent=1))
        return
    for each in found:
        tell(each["words"])
        for reason in each["why"]:
            tell(f"     {reason['words']} – {reason['does']}")
        if not each["why"]:
            tell("     " + _("the same is said of everybody"))
    tell(_("Beside what is usual among all customers, as of {day}.").format(day=found[0]["as_of"][:10]))
