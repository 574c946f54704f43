"""Files that are whole or not there, whenever the process or the machine stops."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path


def write_whole(path: Path, data: bytes, aside: Path) -> None:
    """Write a file by way of one beside it; until it is on disk, what was there before stays."""
    with aside.open("wb") as file:
        file.write(data)
    sync(aside)
    aside.replace(path)
    sync(path.parent)


def append_line(path: Path, line: bytes) -> None:
    """Add a line, given without its end, to a file that only grows; it is on disk when this returns.

    What a crash left of a line is cut off first. Several processes may append. Raises OSError.
    """
    new = not path.exists()
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
    with os.fdopen(handle, "r+b") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        whole = file.read()
        if whole and not whole.endswith(b"\n"):
            file.truncate(whole.rfind(b"\n") + 1)
        file.write(line + b"\n")
        file.flush()
        os.fsync(file.fileno())
    if new:
        sync(path.parent)


def whole_lines(path: Path) -> list[bytes]:
    """The lines of a file that `append_line` wrote, without their ends; none where there is no file.

    A last line without an end was cut off by a crash before it was acknowledged, and is left out.
    """
    return path.read_bytes().split(b"\n")[:-1] if path.exists() else []


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
