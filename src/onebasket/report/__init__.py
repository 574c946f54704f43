"""The report: one HTML file that a shop manager can read, offline, on any screen."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from onebasket.report import behaviour, catalogue, further, intake, learned, people, sales
from onebasket.report.page import Page
from onebasket.shop import Shop
from onebasket.store.base import Store


def report(store: Store, shop: Shop, manifest: dict[str, Any], path: Path) -> None:
    """Write the report about the tables of `store` and the run that `manifest` describes.

    One file with no outside parts and no script, in the shop's language. Personal values are
    masked. Tables not yet written give sections that say so.
    """
    page = Page(store, shop, manifest)
    tiles, period = sales.tiles(page)
    sections = [
        intake.sources(page),
        intake.rows_in_and_out(page),
        people.channels(page),
        people.merges(page),
        catalogue.catalogue(page),
        sales.over_time(page),
        people.rfm(page),
        sales.products(page),
        further.further(page),
        learned.scores(page),
        behaviour.behaviour(page),
        learned.truth(page),
        learned.facts(page),
    ]
    environment = Environment(
        loader=PackageLoader("onebasket", "report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    html = environment.get_template("page.html").render(
        _=page.translate,
        shop=shop.shop,
        period=period,
        demo=bool(manifest.get("demo")),
        tiles=tiles,
        sections=[section for section in sections if section],
        foot=page.say(
            "OneBasket {onebasket}, version {version} of the basket.",
            onebasket=manifest.get("onebasket", ""),
            version=manifest.get("version", "–"),
        ),
    )
    path.write_text(html, encoding="utf-8")


__all__ = ["report"]
