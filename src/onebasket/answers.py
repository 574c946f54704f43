"""Answers from a published version: refused rows, recommendations, scores; and the reasons of both."""

from __future__ import annotations

from dataclasses import asdict
from math import isnan
from pathlib import Path
from typing import Any

from onebasket import shop as shop_file
from onebasket.accounting import Progress, silent
from onebasket.clean import quarantine
from onebasket.protect import Key, open_key
from onebasket.run import MODELS, RunResult, run
from onebasket.shop import Shop
from onebasket.store.basket import Basket, Version
from onebasket.store.duckdb import DuckStore


def refused(folder: Path, version: Version) -> list[dict[str, Any]]:
    """How many rows were refused, by source, stage, table, reason and field."""
    with store_of(folder, version) as store:
        return quarantine.by_reason(store)


def export_refused(folder: Path, version: Version, path: Path) -> int:
    """Write the refused rows, personal values included, to a file of mode 600. Gives how many."""
    with store_of(folder, version) as store:
        return quarantine.export(store, path)


def replay(folder: Path, corrected: Path | None = None, progress: Progress = silent) -> RunResult:
    """Take refused rows in again: as corrected in an exported file, or under changed settings.

    Without a file, the sources that have refused rows are read and cleaned anew.
    """
    shop = shop_file.load(folder)
    version = Basket(shop.basket).current()
    if version is None:
        return run(folder, progress=progress)
    with version:
        if corrected:
            quarantine.take_corrections(shop, _key(shop, version), corrected)
            return run(folder, progress=progress)
        names = {entry["source"] for entry in refused(folder, version)}
    return run(folder, again=frozenset(f"collect:{name}" for name in names), progress=progress)


def recommendations(
    folder: Path,
    version: Version,
    who: str,
    *,
    similar: bool = False,
    **wishes: Any,
) -> list[dict[str, Any]]:
    """Products for a customer, or those similar to a product; `wishes` as in `apply.recommend`."""
    from onebasket.apply import recommend

    shop, models = shop_file.load(folder), version.path / MODELS
    with store_of(folder, version) as store:
        if similar:
            wishes.pop("seen", None)
            found = recommend.similar(store, models, who, **wishes)
        else:
            found = recommend.for_customer(store, shop, models, who, **wishes)
        return [asdict(item) for item in found]


def reasoned(folder: Path, version: Version, who: str, **wishes: Any) -> list[dict[str, Any]]:
    """Products for a customer, each with `why`: reasons as data and in words of the shop's language, and with
    `told`: whether the model can tell what carried it. `wishes` as in `apply.recommend`."""
    from onebasket import explain
    from onebasket.apply import recommend

    shop = shop_file.load(folder)
    words = explain.Wording(shop)
    with store_of(folder, version) as store:
        listed = recommend.with_reasons(store, shop, version.path / MODELS, who, **wishes)
        reasons = explain.recommended(store, recommend.customer_named(store, shop, who), listed)
    return [
        asdict(item)
        | {"told": why is not None}
        | {"why": [{"words": words.because(one), "kind": one.kind, **one.values} for one in told]}
        for (item, why), told in zip(listed, reasons, strict=True)
    ]


def expectations(folder: Path, version: Version, who: str, task: str | None = None) -> list[dict[str, Any]]:
    """What a customer is expected to do, of one task or of all but categories and products, each with `why`:
    what is known of it, what that does to the score, and both in words of the shop's language."""
    from onebasket import explain
    from onebasket.apply import recommend
    from onebasket.learn import network_states

    shop, models = shop_file.load(folder), version.path / MODELS
    words = explain.Wording(shop)
    with store_of(folder, version) as store:
        customer = recommend.customer_named(store, shop, who)
        found = explain.expected(store, models, customer, task, lambda: network_states(store, models))
    return [
        {"task": each.task, "target": each.target, "title": each.title, "value": each.value}
        | {"words": words.score(each)}
        | {"model": each.model, "as_of": each.as_of.isoformat()}
        | {"why": [
            {"words": words.influence(one), "does": words.effect(one), "topic": one.topic}
            | {"feature": one.feature, "value": None if isnan(one.value) else one.value}
            | {"contribution": one.contribution, "share": one.share, "strength": one.strength}
            for one in each.influences
        ]}
        for each in found
    ]  # fmt: skip


def store_of(folder: Path, version: Version) -> DuckStore:
    """A published version's tables; to be closed, or used in a `with`."""
    shop = shop_file.load(folder)
    return DuckStore(version, _key(shop, version), memory=shop.run.memory, threads=shop.run.threads)


def _key(shop: Shop, version: Version) -> Key:
    return open_key(shop.folder, version.manifest.get("key_id"))
