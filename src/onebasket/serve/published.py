"""A shop's published version in one's own process: the answers of the server without a server."""

from __future__ import annotations

from pathlib import Path

from onebasket import shop as shop_file
from onebasket.errors import StoreError
from onebasket.serve.answering import Answering
from onebasket.serve.live.people import People
from onebasket.shop import Shop
from onebasket.store.basket import Basket, Version


def open(folder: str | Path) -> Answering:
    """The answers of a shop's published version; nothing live is in them. To be closed, or used in a `with`.

        with onebasket.open("demo-shop") as shop:
            print(shop.recommend("c0123456789abcdef").items)

    Raises StoreError where nothing is published, ModelError where there is no usable model.
    """
    shop = shop_file.load(folder)
    version = version_of(shop)
    return Answering.open(shop, version, People(shop, version))


def version_of(shop: Shop) -> Version:
    """The published version, to be closed. Raises StoreError where there is none."""
    version = Basket(shop.basket).current()
    if version is None:
        raise StoreError(
            f"The shop {shop.folder} has no basket yet.", next_step=f"onebasket run {shop.folder}"
        )
    return version
