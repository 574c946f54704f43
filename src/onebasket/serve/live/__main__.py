"""The process that follows the inbox for a server.

    python -m onebasket.serve.live FOLDER VERSION

It says "followed" once it has caught up, and why it cannot go on where it cannot (to whoever looks at the
server's errors, too). Each byte that comes in means that there is news; where no more can come, the server is
gone, and it ends. It may be killed at any moment: what it writes stands with how far it got.
"""

from __future__ import annotations

import contextlib
import os
import select
import signal
import sys
import time
from pathlib import Path

from onebasket import shop as shop_file
from onebasket.errors import OneBasketError
from onebasket.protect import open_key
from onebasket.serve.live.child import FOLLOWED
from onebasket.serve.live.following import Following
from onebasket.store.basket import LOCK, Version
from onebasket.store.duckdb import DuckStore

_NICER = 10  # so that taking in comes first
_GATHERED_SECONDS = 0.03  # more comes in meanwhile, and costs less together
_PIPE = 65_536  # bytes that it holds


def main() -> None:
    """Follow until the server is gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # meant for the server, which ends this one
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    os.nice(_NICER)
    try:
        _follow(Path(sys.argv[1]), Path(sys.argv[2]))
    except OneBasketError as error:
        _fail(str(error))
    except Exception as error:  # noqa: BLE001 its text may hold what was sent
        _fail(f"an unforeseen fault: {type(error).__name__}")


def _follow(folder: Path, path: Path) -> None:
    shop = shop_file.load(folder)
    with Version(path, (path / LOCK).open(encoding="ascii")) as version:
        key = open_key(folder, version.manifest.get("key_id"))
        with DuckStore(version, key, memory=shop.run.memory, threads=shop.run.threads) as store:
            following = Following(shop, key, version, store)
    news = select.poll()
    news.register(sys.stdin.fileno(), select.POLLIN)
    try:
        following.catch_up(lambda: _gone(news))
        _say(FOLLOWED)
        while not _gone(news):
            news.poll()
            time.sleep(_GATHERED_SECONDS)
            os.read(sys.stdin.fileno(), _PIPE)
            following.catch_up(lambda: _gone(news))
    finally:
        following.close()


def _gone(news: select.poll) -> bool:
    """Whether nobody is there any more who could say that there is news."""
    return any(event & select.POLLHUP for _, event in news.poll(0))


def _say(what: str) -> None:
    with contextlib.suppress(BrokenPipeError):
        sys.stdout.write(f"{what}\n")
        sys.stdout.flush()


def _fail(why: str) -> None:
    _say(" ".join(why.split()))
    sys.stderr.write(f"{why}\n")


if __name__ == "__main__":
    main()
