"""`onebasket …`, whose trainings are saved after every step; it dies when so many files have got their names.

    python -m tests.journey.killed_learning FILES learn SHOP --model timeline

Only files of trainings are counted. With 0 it lives.
"""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path
from typing import Any

from onebasket.cli import main
from onebasket.timeline.checkpoints import Checkpoints


def hang(files: int) -> None:
    """The axe over the last of so many files."""
    replace, left = os.replace, [files]

    def replaced(source: Any, target: Any, **more: Any) -> None:
        replace(source, target, **more)
        left[0] -= Path(target).name.startswith("training")
        if not left[0] and files:
            os.kill(os.getpid(), signal.SIGKILL)

    os.replace = replaced


if __name__ == "__main__":
    hang(int(sys.argv.pop(1)))
    Checkpoints.__init__.__defaults__ = (0.0,)  # every_seconds
    main()
