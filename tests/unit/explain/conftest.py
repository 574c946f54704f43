"""The store and the shop of the applications' tests."""

from __future__ import annotations

from tests.unit.apply.conftest import put, shop, store

__all__ = ["put", "shop", "store"]
