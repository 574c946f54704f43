"""What a version's manifest says of settings and software: nothing that is secret or of a person."""

from __future__ import annotations

import os
import platform
from datetime import UTC, datetime
from importlib.metadata import version as installed
from typing import Any

import msgspec

from onebasket.shop import Shop


def without_secrets(shop: Shop) -> dict[str, Any]:
    """The settings for the manifest: no folder, no URLs with passwords, no device ids."""
    settings = {name: getattr(shop, name) for name in shop.__struct_fields__ if name != "folder"}
    settings["clean"] = msgspec.structs.replace(shop.clean, junk=())
    settings["sources"] = [
        msgspec.structs.replace(source, url=None, query=None, api=None, headers={}, shared_devices=())
        for source in shop.sources
    ]
    return settings


def versions() -> dict[str, str]:
    """The software that a run's numbers depend on."""
    names = ("duckdb", "pyarrow", "numpy", "numba")
    return {"python": platform.python_version(), **{name: installed(name) for name in names}}


def clock() -> datetime:
    """Now, UTC without zone; $SOURCE_DATE_EPOCH fixes it for reproducible runs."""
    fixed = os.environ.get("SOURCE_DATE_EPOCH")
    moment = datetime.fromtimestamp(int(fixed), UTC) if fixed else datetime.now(UTC)
    return moment.replace(tzinfo=None, microsecond=0)
