"""Which files a source has, and whether they changed."""

from __future__ import annotations

import hashlib
import json
import time
from pathlib import Path
from typing import Any

import msgspec

from onebasket.collect.databases import public_url, sqlite_path
from onebasket.collect.landing.place import Place
from onebasket.errors import SourceError
from onebasket.protect import Key
from onebasket.shop import Shop, Source


def find(shop: Shop, source: Source) -> list[Path]:
    """The files of a source, each once. Raises SourceError when there are none."""
    found: dict[Path, None] = {}
    for pattern in source.paths:
        place = Path(pattern)
        if place.is_absolute():
            matches = sorted(Path(place.anchor).glob(str(place.relative_to(place.anchor))))
        else:
            matches = sorted(shop.folder.glob(pattern))
        files = [path for path in matches if path.is_file()]
        if not files:
            raise SourceError(
                f"Source {source.name}: no file is there.",
                found=f'nothing at path = "{pattern}"',
                expected=f"at least one file, looked for in {shop.folder}",
                state="nothing was published",
                next_step="put the export there, or correct path in the shop file",
            )
        found |= dict.fromkeys(files)
    return list(found)


def weight(shop: Shop, source: Source) -> int:
    """How much there is to read, in bytes; 0 for what is no file here."""
    return (
        0
        if source.url or source.live or source.remote
        else sum(path.stat().st_size for path in find(shop, source))
    )


def name_of(shop: Shop, path: Path) -> str:
    """What tables call a file: its path relative to the shop folder, where it lies in it."""
    return path.relative_to(shop.folder).as_posix() if path.is_relative_to(shop.folder) else path.as_posix()


def fingerprint(shop: Shop, source: Source, inbox: int = 0, key: Key | None = None) -> str:
    """64 hex digits that stay the same as long as collecting would give the same.

    They cover the source's settings, the shop's defaults, and each file's name, size and time
    of change. A query to a server has no such time: it gets a new fingerprint each time, so
    that it is always asked again. Of live events it is the block up to which
    they are read, `inbox`; of what is fetched it is what landed, which `key` opens. Passwords are left out.
    """
    settings = msgspec.to_builtins(msgspec.structs.replace(source, health=None))
    settings["url"] = source.url and public_url(source.url)
    parts: list[Any] = [settings, msgspec.to_builtins(shop.shop)]
    if source.landed:
        assert key is not None
        parts.append(Place(shop, source, key).fingerprint())
    elif source.url:
        path = sqlite_path(source.url, shop.folder)
        parts.append(_states(shop, [path, path.with_name(path.name + "-wal")]) if path else time.time_ns())
    elif source.live:
        parts.append(inbox)
    else:
        parts.append(_states(shop, find(shop, source)))
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


def _states(shop: Shop, paths: list[Path]) -> list[tuple[str, int, int]]:
    return [
        (name_of(shop, path), path.stat().st_size, path.stat().st_mtime_ns) for path in paths if path.exists()
    ]
