"""Files that are whole or not there, whenever the process or the machine stops."""

from __future__ import annotations

import os
from pathlib import Path


def write_whole(path: Path, data: bytes, aside: Path) -> None:
    """Write a file by way of one beside it; until it is on disk, what was there before stays."""
    with aside.open("wb") as file:
        file.write(data)
    sync(aside)
    aside.replace(path)
    sync(path.parent)


def sync(path: Path) -> None:
    """Wait until a file, or a folder's names, are on disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def alive(process: int) -> bool:
    """Whether a process of this number runs, be it somebody else's."""
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
