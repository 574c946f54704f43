"""What `onebasket serve` acknowledged is kept, each event once, whatever ends it or fills its disk.

    python benchmarks/crashes.py SHOP [--events 100000] [--kills 20] [--stops 5] [--full 2] [--seed 0]

SHOP has run. A copy of it with a live source `load` is served; ten connections send it events, half of them
in batches of 50, half one by one, each again and again until it is answered with 200, as tracking libraries
do. Meanwhile, at moments drawn from the seed:

    kill   kill -9 of one of the server's processes, drawn by chance; it is started again where that ended it
    stop   SIGTERM; it must end with 0, and is started again
    full   the disk is filled to its last byte, until 100 requests were refused with 429 and Retry-After. The
           server runs through one such moment; in the next it is killed and started before there is room

The copy lies on a disk of its own: a file with ext4 on it, mounted through a loop device, which needs Linux
and root; with `--full 0` it lies in a folder, and neither is needed. The load goes on until all events are
acknowledged. Then the inbox is read, `onebasket run` takes it in, and the version is asked. Ends with 1 where
anything is lost, doubled, refused without Retry-After, or not followed by the live state.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from os import kill, posix_fallocate
from pathlib import Path

import msgspec

from load import Load, requests
from onebasket import shop as shop_file
from onebasket.inbox import FOLDER, blocks, id_of
from onebasket.serve.keys import shop_key
from serve import Server, ask
from shops import asked, copied, key, onebasket

SOURCE, CONNECTIONS, BATCH = "load", 10, 50
_REFUSALS = 100  # that a full disk is waited for
_PATIENCE = 90.0  # seconds for whatever should happen soon
_PAUSE = 0.1  # seconds at most before a request is sent again


@dataclass
class Tally:
    """What the senders saw."""

    acknowledged: Counter[int] = field(
        default_factory=Counter
    )  # events of each connection, from its first on
    answers: Counter[int] = field(default_factory=Counter)  # requests by status
    unanswered: int = 0
    odd: int = 0  # 200 whose counts are others than what was sent, 429 without Retry-After
    duplicates: int = 0  # events that were known when they came again

    @property
    def events(self) -> int:
        """Acknowledged so far."""
        return self.acknowledged.total()


@dataclass
class Moments:
    """What was done to the server."""

    starts: int = 0
    in_vain: int = 0  # starts that ended at once, as the disk was full
    helpers: int = 0  # processes killed that the server lived on without
    badly: int = 0  # ends by SIGTERM that were no 0
    unfollowed: int = 0  # times that the live state stood still


class Answer(msgspec.Struct):
    """What the collector says of a request."""

    accepted: int
    duplicates: int
    rejected: int


async def send(load: Load, worker: int, tally: Tally, more: Callable[[], Awaitable[bool]]) -> None:
    """One connection: each request again until it is acknowledged, as long as there should be more."""
    stream = requests(load, worker)
    reader = writer = None
    while await more():
        request, known = next(stream), False
        while not known:
            try:
                if reader is None or writer is None:
                    reader, writer = await asyncio.open_connection("127.0.0.1", load.port)
                writer.write(request)
                async with asyncio.timeout(_PATIENCE):
                    status, head, body = await _answered(reader)
            except (OSError, EOFError, TimeoutError):
                tally.unanswered += 1
                if writer is not None:
                    writer.close()
                reader = writer = None
            else:
                tally.answers[status] += 1
                tally.odd += status == 429 and "retry-after" not in head
                if known := status == 200:
                    told = msgspec.json.decode(body, type=Answer)
                    tally.odd += told.accepted + told.duplicates != load.batch
                    tally.duplicates += told.duplicates
                    tally.acknowledged[worker] += load.batch
            if not known:
                await asyncio.sleep(_PAUSE)
    if writer is not None:
        writer.close()


async def _answered(reader: asyncio.StreamReader) -> tuple[int, dict[str, str], bytes]:
    first, *rest = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").strip().split("\r\n")
    head = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in rest)}
    return int(first.split()[1]), head, await reader.readexactly(int(head["content-length"]))


@contextmanager
def disk(size: int) -> Iterator[Path]:
    """An empty disk of so many bytes."""
    folder = Path(tempfile.mkdtemp(prefix="crashes-"))
    image, place = folder / "disk.ext4", folder / "disk"
    place.mkdir()
    try:
        with image.open("wb") as file:
            file.truncate(size)
        subprocess.run(["mkfs.ext4", "-q", "-m", "0", str(image)], check=True)
        subprocess.run(["mount", "-o", "loop", str(image), str(place)], check=True)
        try:
            yield place
        finally:
            subprocess.run(["umount", str(place)], check=True)
    finally:
        shutil.rmtree(folder)


def fill(ballast: Path) -> None:
    """Leave not a byte of a disk."""
    with ballast.open("wb", buffering=0) as file:
        for size in (1 << 30, 1 << 20, 1 << 12):
            end = file.seek(0, 2)
            with suppress(OSError):
                while True:
                    posix_fallocate(file.fileno(), end, size)
                    end += size
            file.seek(0, 2)


class Trial:
    """A server that is ended in all ways, and started again."""

    def __init__(self, shop: Path, asked: argparse.Namespace) -> None:
        self.shop, self.chance = shop, random.Random(asked.seed)
        self.write = key(shop, "--scope", "write", "--source", SOURCE)
        self.read = key(shop, "--scope", "read", "--scope", "personal")
        self.tally, self.moments, self.events = Tally(), Moments(), asked.events
        self.server: Server | None = None
        self.port = self.known = self.fulls = 0
        self.going = asyncio.Event()
        self.going.set()
        words = ["kill"] * asked.kills + ["stop"] * asked.stops + ["full"] * asked.full
        self.chance.shuffle(words)
        self.due = list(zip(sorted(self.chance.sample(range(asked.events), len(words))), words, strict=True))

    def start(self) -> None:
        """Until it stands."""
        command = [sys.executable, "-m", "onebasket", "serve", str(self.shop), "--port", "{port}"]
        while True:
            self.moments.starts += 1
            try:
                self.server = Server(command, port=self.port)
            except ChildProcessError:
                self.moments.in_vain += 1
                time.sleep(_PAUSE)
                continue
            self.port = self.server.port
            return

    async def through(self) -> None:
        """All events, and all moments."""
        loads = [
            Load(self.port, self.write, BATCH if worker % 2 else 1, CONNECTIONS, 0)
            for worker in range(CONNECTIONS)
        ]
        sending = [
            asyncio.create_task(send(load, worker, self.tally, self.more))
            for worker, load in enumerate(loads)
        ]
        while self.due:
            place, what = self.due[0]
            while self.tally.events < place:
                await asyncio.sleep(0.001)
            await asyncio.sleep(self.chance.random() * 0.05)
            await {"kill": self.kill, "stop": self.stop, "full": self.full}[what]()
            print(f"{self.tally.events:9,} acknowledged: {what}", file=sys.stderr, flush=True)
            del self.due[0]
        await asyncio.gather(*sending)
        await self.follows()

    async def more(self) -> bool:
        """Whether there should be more events, once it is told: not all came in, or something is due."""
        await self.going.wait()
        return self.tally.events < self.events or bool(self.due)

    async def kill(self) -> None:
        """kill -9 of one of its processes."""
        assert self.server is not None
        victim = self.chance.choice(sorted(self.server.processes()))
        kill(victim, signal.SIGKILL)
        if victim != self.server.process.pid:
            self.moments.helpers += 1
            return
        await asyncio.to_thread(self.server.process.wait)
        await asyncio.to_thread(self.start)

    async def stop(self) -> None:
        """SIGTERM."""
        assert self.server is not None
        self.server.process.send_signal(signal.SIGTERM)
        self.moments.badly += await asyncio.to_thread(self.server.process.wait, _PATIENCE) != 0
        await asyncio.to_thread(self.start)

    async def full(self) -> None:
        """No room for a while."""
        ballast = self.shop.parent / "ballast"
        await asyncio.to_thread(fill, ballast)
        await self._refused(_REFUSALS)
        self.fulls += 1
        if self.fulls % 2:
            ballast.unlink()
            await self.follows()
            return
        starting = asyncio.create_task(self.kill())
        await asyncio.sleep(5)
        ballast.unlink()
        await starting

    async def _refused(self, count: int) -> None:
        until = self.tally.answers[429] + count
        async with asyncio.timeout(_PATIENCE):
            while self.tally.answers[429] < until:
                await asyncio.sleep(0.01)

    async def follows(self) -> None:
        """The live state knows somebody who comes now, once it has counted all who came before."""
        self.going.clear()
        self.known += 1
        who, began = f"known-{self.known}", time.monotonic()
        event = {"anonymousId": who, "event": "Product Viewed", "messageId": who}
        while (await asyncio.to_thread(ask, self.port, self.write, "POST", "/v1/track", event))[0] != 200:
            await asyncio.sleep(_PAUSE)
        told = {"identifiers": {"cookie": who}}
        while time.monotonic() - began < _PATIENCE:
            found = await asyncio.to_thread(ask, self.port, self.read, "POST", "/v1/customers/lookup", told)
            if found[0] == 200:
                break
            await asyncio.sleep(_PAUSE)
        else:
            self.moments.unfollowed += 1
        self.going.set()


def counted(trial: Trial) -> tuple[int, int, int]:
    """Events of the inbox that were acknowledged and are not there, that are there more than once, and that
    nobody sent."""
    names = [f"known-{number + 1}" for number in range(trial.known)]
    for worker, events in trial.tally.acknowledged.items():
        names += [f"{0:03}{worker:03}{number:010}" for number in range(events)]
    sent = {id_of(SOURCE, name) for name in names}
    shop = shop_file.load(trial.shop)
    kept = Counter(
        event.id for block in blocks(shop.folder / FOLDER, shop_key(shop)) for event in block.events
    )
    return len(sent - kept.keys()), sum(kept.values()) - len(kept), len(kept.keys() - sent)


def in_version(trial: Trial) -> tuple[int, int]:
    """Events that are missing in the next version, and that stand there more than once."""
    onebasket("run", trial.shop)
    rows = asked(
        trial.shop,
        "select substr(event_id, 4, 3) as worker, count(*) as rows, count(distinct event_id) as events,"
        f" max(event_id) as last from events where source = '{SOURCE}' group by 1",
    )
    (line,) = asked(trial.shop, f"select count(*) as rows from timeline where source = '{SOURCE}'")
    wanted = trial.tally.events + trial.known
    assert all(int(row["last"][6:]) + 1 == row["events"] for row in rows if row["worker"].isdigit())
    events = sum(row["events"] for row in rows)
    rows_in_all = max(sum(row["rows"] for row in rows), line["rows"])
    return wanted - min(events, line["rows"]), rows_in_all - events


def tell(trial: Trial, seconds: float) -> bool:
    """The table; whether all is well."""
    tally, moments, after = trial.tally, trial.moments, trial.server
    assert after is not None
    left = len(after.processes())
    lost, doubled, strange = counted(trial)
    missing, twice = in_version(trial)
    refused = {status: count for status, count in sorted(tally.answers.items()) if status != 200}
    print("| what | how many |\n|---|---|")
    for what, count in (
        ("events acknowledged", tally.events + trial.known), ("lost", lost), ("doubled", doubled),
        ("in the inbox though nobody sent them", strange), ("missing in the next version", missing),
        ("doubled in the next version", twice), ("starts", moments.starts),
        ("of these in vain, the disk being full", moments.in_vain),
        ("helping processes killed that the server went on without", moments.helpers),
        ("ends by SIGTERM with another status than 0", moments.badly),
        ("processes left behind", left), ("times the live state stood still", moments.unfollowed),
        ("requests without an answer", tally.unanswered),
        *((f"requests answered with {status}", count) for status, count in refused.items()),
        ("answers that do not add up, or 429 without Retry-After", tally.odd),
        ("events known when they came again", tally.duplicates), ("seconds under load", round(seconds)),
    ):  # fmt: skip
        print(f"| {what} | {count:,} |")
    wrong = (lost, doubled, strange, missing, twice, moments.badly, moments.unfollowed, left, tally.odd)
    return not any(wrong) and set(refused) <= {429}


def main() -> int:
    """Print what became of all events."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("shop", type=Path)
    for name, usual in (("events", 100_000), ("kills", 20), ("stops", 5), ("full", 2), ("seed", 0)):
        parser.add_argument(f"--{name}", type=int, default=usual)
    asked = parser.parse_args()
    size = sum(each.stat().st_size for each in asked.shop.rglob("*") if each.is_file())
    with disk(3 * size + (4 << 30)) if asked.full else tempfile.TemporaryDirectory() as place:
        trial = Trial(copied(asked.shop, Path(place) / "shop", SOURCE), asked)
        trial.start()
        began = time.monotonic()
        try:
            asyncio.run(trial.through())
        finally:
            assert trial.server is not None
            trial.server.stop()
        return not tell(trial, time.monotonic() - began)


if __name__ == "__main__":
    sys.exit(main())
