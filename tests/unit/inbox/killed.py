"""A process that takes events in until it is killed: it prints each number once that is acknowledged.

    python -m tests.unit.inbox.killed FOLDER FIRST [BYTES]

BYTES: how large files may become; more is as if the disk were full.
"""

from __future__ import annotations

import resource
import signal
import sys
from pathlib import Path

from onebasket.errors import InboxFullError
from onebasket.inbox import Inbox, Posted, id_of
from onebasket.protect import Key


def main() -> None:
    """Take events in, for ever."""
    folder, number = Path(sys.argv[1]), int(sys.argv[2])
    if len(sys.argv) > 3:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[3]), resource.RLIM_INFINITY))
    inbox = Inbox(folder, Key(bytes(32), folder), segment=700)
    while True:
        several = [
            inbox.submit([Posted("web", id_of("web", str(each)), str(each).encode() * 50) for each in group])
            for group in (range(number, number + 3), range(number + 3, number + 4))
        ]
        try:
            for told in several:
                told.result()
        except InboxFullError:
            sys.stdout.write("full\n")
            sys.stdout.flush()
            resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
            continue
        number += 4
        sys.stdout.write(f"{number}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
