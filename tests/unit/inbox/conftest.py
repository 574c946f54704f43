"""A key, and inboxes of small segments."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from onebasket.inbox import Inbox
from onebasket.protect import Key

Open = Callable[..., Inbox]


@pytest.fixture
def key(tmp_path: Path) -> Key:
    return Key(bytes(range(32)), tmp_path / "key")


@pytest.fixture
def opened(tmp_path: Path, key: Key) -> Iterator[Open]:
    """Open an inbox; all are closed at the end."""
    made: list[Inbox] = []

    def open_inbox(folder: Path = tmp_path / "inbox", **settings: int) -> Inbox:
        made.append(Inbox(folder, key, **settings))
        return made[-1]

    yield open_inbox
    for each in made:
        each.close()
