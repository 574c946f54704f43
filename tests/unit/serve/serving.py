"""A server in a process of its own: python -m tests.unit.serve.serving FOLDER PORT [BYTES]

Says "ready" once it listens. BYTES: how large files may become, as if the disk were full then; SIGUSR1 makes
room.
"""

from __future__ import annotations

import resource
import signal
import sys
from pathlib import Path

from onebasket.protect import Key
from onebasket.serve.process import Address, serve


def main() -> None:
    """Serve until told to stop."""
    folder, port = Path(sys.argv[1]), int(sys.argv[2])
    if len(sys.argv) > 3:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        _, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[3]), hard))
        signal.signal(signal.SIGUSR1, lambda *_: resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard)))
    serve(folder, Key(bytes(range(32)), folder / "key"), Address(port=port), _ready)


def _ready() -> None:
    sys.stdout.write("ready\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
