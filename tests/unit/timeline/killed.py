"""A training that is saved after every step and kills itself at moments named on the command line.

    python -m tests.unit.timeline.killed FOLDER step:7 before:3 never

`step:7`: after so many steps of a process, before they are saved. `write`, `before`, `after`: in the middle
of that write of a file, right before it gets its name, right after. Each moment has a process of its own,
forked before torch has done anything, that goes on where the one before was killed. A line tells how each
ended: by which signal, or the digest of its numbers and where training stood.
"""

from __future__ import annotations

import hashlib
import json
import os
import signal
import sys
from pathlib import Path
from typing import Any

import msgspec
import torch

from onebasket.timeline.checkpoints import Checkpoints
from onebasket.timeline.training import Training
from tests.unit.timeline.worlds import TINY, training, weights

SHORT = msgspec.structs.replace(TINY, epochs=6)


class Axe:
    """Falls at the moment it was told."""

    def __init__(self, moment: str, count: int) -> None:
        self.moment, self.left = moment, count

    def at(self, moment: str) -> None:
        """Kill the process if this is the moment."""
        self.left -= moment == self.moment
        if moment == self.moment and not self.left:
            os.kill(os.getpid(), signal.SIGKILL)


def hang(axe: Axe) -> None:
    """Over every file that gets its name by `os.replace`."""
    replace = os.replace

    def replaced(source: Any, target: Any, **more: Any) -> None:
        data = Path(source).read_bytes()
        Path(source).write_bytes(data[: len(data) // 2])
        axe.at("write")
        Path(source).write_bytes(data)
        axe.at("before")
        replace(source, target, **more)
        axe.at("after")

    os.replace = replaced


def train(folder: Path, moment: str, count: int) -> str:
    """Train, from where the last one was saved; tells what came of it."""
    torch.set_num_threads(1)
    axe = Axe(moment, count)
    hang(axe)
    kept, made = Checkpoints(folder, every_seconds=0), training(SHORT)
    kept.resume(made)

    def after_step(at: Training) -> None:
        axe.at("step")
        kept(at)

    numbers = json.dumps(weights(made.run(after_step=after_step))).encode()
    kept.save(made)
    return f"{hashlib.sha256(numbers).hexdigest()} {msgspec.json.encode(made.course).decode()}"


def tell(line: str) -> None:
    """At once: a process that forks must not leave a line to two."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def main(folder: Path, moments: list[str]) -> None:
    """A process a moment, one after the other."""
    for each in moments:
        moment, _, count = each.partition(":")
        if child := os.fork():
            _, status = os.waitpid(child, 0)
            if os.WIFSIGNALED(status):
                tell(f"killed by {os.WTERMSIG(status)}")
        else:
            tell(train(folder, moment, int(count or 0)))
            os._exit(0)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:])
