"""Processes that are killed, and disks that are full, lose and double nothing."""

from __future__ import annotations

import random
import subprocess
import sys
from pathlib import Path

from onebasket.inbox import Inbox, Posted, blocks, id_of
from onebasket.protect import Key


def taken(folder: Path, first: int, until: int, *limit: str) -> tuple[int, int]:
    """Take events in from a number on; kill the process after so many words of it. Gives the first number
    that was not acknowledged, and how often the disk was full."""
    command = [sys.executable, "-m", "tests.unit.inbox.killed", str(folder), str(first), *limit]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        acknowledged, full = first, 0
        for count, word in enumerate(process.stdout, 1):
            if word.strip() == "full":
                full += 1
            else:
                acknowledged = int(word)
            if count >= until:
                break
        process.kill()
        rest = [word.strip() for word in process.stdout]  # what it said before it died
    numbers = [int(word) for word in rest if word.isdigit()]
    return max([acknowledged, *numbers]), full + rest.count("full")


def checked(folder: Path, acknowledged: int) -> None:
    """Everything acknowledged is there, nothing twice, and what comes again is known."""
    key = Key(bytes(32), folder)
    inbox = Inbox(folder, key, segment=700)
    again = [Posted("web", id_of("web", str(number)), b"again") for number in range(acknowledged)]
    assert not any(inbox.submit(again).result())
    inbox.close()
    found = [event.line for block in blocks(folder, key) for event in block.events]
    assert found[:acknowledged] == [str(number).encode() * 50 for number in range(acknowledged)]
    assert len(set(found)) == len(found)


def test_killed_at_any_moment(tmp_path: Path) -> None:
    folder, number = tmp_path / "inbox", 0
    chance = random.Random(0)
    for _ in range(12):
        number, _ = taken(folder, number, chance.randrange(1, 400))
        checked(folder, number)


def test_a_full_disk(tmp_path: Path) -> None:
    """Nothing of a request that the disk refused is kept; with room again the same process goes on."""
    number, full = taken(tmp_path / "inbox", 0, 300, "150000")
    assert full == 1 and number > 500
    checked(tmp_path / "inbox", number)
