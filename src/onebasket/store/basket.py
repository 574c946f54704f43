"""The basket on disk: numbered versions, one pointer, locks.

    basket/
      CURRENT            the number of the published version
      LOCK               held by the run at work
      v000123/           a version: never changed after it is published
        LOCK             shared by readers, exclusive for cleaning up
        manifest.json    what was done, with which settings, counts and times
        report.html
        <table>/<part>.parquet
        models/
        challenger/      the other model of an experiment

A run writes into the next number and publishes it by replacing CURRENT. Parts that did
not change are hard links to the former version's files. A crash at any point leaves the
former version whole; the next run removes what was left behind.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import json
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

from onebasket.durable import alive, sync
from onebasket.errors import BusyError, StoreError

POINTER, LOCK, MANIFEST = "CURRENT", "LOCK", "manifest.json"
SPILL = "spill"  # spill-<process>-<number>: rows that did not fit into memory


class Version:
    """A published version. Holds a shared lock until closed, so that nobody cleans it up."""

    def __init__(self, path: Path, lock: IO[str]) -> None:
        self.path, self._lock = path, lock
        self.number = int(path.name.removeprefix("v"))
        try:
            self.manifest: dict[str, Any] = json.loads((path / MANIFEST).read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise StoreError(
                f"Version {path.name} of the basket is damaged.",
                found=f"{MANIFEST}: {error}",
                next_step="delete the basket folder and run again; the sources are untouched",
            ) from error

    def parts(self, table: str) -> list[Path]:
        """The files of a table, in the order of their names."""
        return sorted((self.path / table).glob("*.parquet"))

    def close(self) -> None:
        self._lock.close()

    def __enter__(self) -> Version:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class Draft:
    """The next version, being written. Readers see nothing of it until `publish`."""

    def __init__(self, path: Path, previous: Version | None) -> None:
        self.path, self.previous = path, previous
        self.number = int(path.name.removeprefix("v"))

    def parts(self, table: str) -> list[Path]:
        return sorted((self.path / table).glob("*.parquet"))

    def part(self, table: str, part: str) -> Path:
        """Where a part of a table is to be written."""
        folder = self.path / table
        folder.mkdir(exist_ok=True)
        return folder / f"{part}.parquet"

    def files(self, folder: str) -> set[str]:
        """The files in one folder of the draft, relative to the draft."""
        found = (self.path / folder).rglob("*")
        return {path.relative_to(self.path).as_posix() for path in found if path.is_file()}

    def reuse(self, files: list[str]) -> bool:
        """Link files (relative to a version) from the previous version; False if one is gone."""
        if self.previous is None or not all((self.previous.path / name).exists() for name in files):
            return False
        for name in files:
            target = self.path / name
            target.parent.mkdir(parents=True, exist_ok=True)
            target.unlink(missing_ok=True)
            os.link(self.previous.path / name, target)
        return True


class Basket:
    """The basket folder of one shop."""

    def __init__(self, folder: Path, keep_versions: int = 2) -> None:
        self.folder, self.keep_versions = folder, keep_versions

    def current(self) -> Version | None:
        """The published version, locked for reading; None before the first run."""
        for _ in range(100):  # a version may be cleaned up between reading CURRENT and locking it
            try:
                path = self.folder / (self.folder / POINTER).read_text(encoding="ascii").strip()
            except FileNotFoundError:
                return None
            except (OSError, UnicodeDecodeError) as error:
                raise StoreError(f"The basket {self.folder} cannot be read.", found=str(error)) from error
            try:
                lock = (path / LOCK).open("r", encoding="ascii")
            except FileNotFoundError:
                continue
            fcntl.flock(lock, fcntl.LOCK_SH)
            if (path / MANIFEST).exists():
                return Version(path, lock)
            lock.close()
        raise StoreError(
            f"The basket {self.folder} points to a version that is not there.",
            found=str(path.name),
            next_step="delete the basket folder and run again; the sources are untouched",
        )

    @contextlib.contextmanager
    def begin(self) -> Iterator[Draft]:
        """Start the next version, alone. What is not published is removed at the end.

        Raises BusyError when another run is at work, StoreError when the folder cannot be written.
        """
        with _as_store_error(self.folder):
            try:
                self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            except (FileExistsError, NotADirectoryError) as error:
                raise StoreError(
                    f"The basket {self.folder} cannot be made.",
                    found="a file where a folder must be",
                    next_step="move that file away",
                ) from error
            lock = (self.folder / LOCK).open("a", encoding="ascii")
        with lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                raise BusyError(
                    f"Another run is at work on {self.folder.parent}.",
                    state="this run has done nothing; the other goes on",
                    next_step="wait for it to end, then run again",
                ) from error
            previous = self.current()
            number = previous.number + 1 if previous else 1
            self._sweep(previous.number if previous else 0)
            draft = Draft(self.folder / f"v{number:06d}", previous)
            with _as_store_error(self.folder):
                draft.path.mkdir(mode=0o700)
                (draft.path / LOCK).touch(mode=0o600)
            try:
                with _as_store_error(self.folder):
                    yield draft
            finally:
                if previous:
                    previous.close()
                if self._pointed() != draft.number:
                    shutil.rmtree(draft.path, ignore_errors=True)

    def publish(self, draft: Draft, manifest: dict[str, Any]) -> None:
        """Make the draft the current version: all of it, or, after a crash, nothing of it."""
        text = json.dumps(manifest, ensure_ascii=False, indent=1, sort_keys=True)
        (draft.path / MANIFEST).write_text(text + "\n", encoding="utf-8")
        for path in draft.path.rglob("*"):
            if path.is_dir() or path.stat().st_nlink == 1:  # links were synced when first published
                sync(path)
        sync(draft.path)
        pointer = self.folder / f"{POINTER}.new"
        pointer.write_text(draft.path.name + "\n", encoding="ascii")
        sync(pointer)
        pointer.replace(self.folder / POINTER)
        sync(self.folder)
        self._clean_up(draft.number)

    def _pointed(self) -> int:
        try:
            return int((self.folder / POINTER).read_text(encoding="ascii").strip().removeprefix("v"))
        except (OSError, ValueError):
            return 0

    def _versions(self) -> list[tuple[int, Path]]:
        return sorted((int(path.name[1:]), path) for path in self.folder.glob("v[0-9]*") if path.is_dir())

    def _sweep(self, current: int) -> None:
        """Remove what a crashed run left behind. Only ever called under the run's lock."""
        for number, path in self._versions():
            if number > current:
                shutil.rmtree(path, ignore_errors=True)
        for path in self.folder.glob(f"{SPILL}-*"):
            if not alive(int(path.name.split("-")[1])):
                shutil.rmtree(path, ignore_errors=True)

    def _clean_up(self, current: int) -> None:
        """Remove versions beyond those kept, unless somebody reads them. Never waits."""
        old = [path for number, path in self._versions() if number < current]
        for path in old[: -(self.keep_versions - 1)]:
            if not (path / LOCK).exists():  # a crash came while it was being removed
                shutil.rmtree(path, ignore_errors=True)
                continue
            with contextlib.suppress(OSError), (path / LOCK).open("r", encoding="ascii") as lock:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(path, ignore_errors=True)


@contextlib.contextmanager
def _as_store_error(folder: Path) -> Iterator[None]:
    """Turn the disk's refusals into errors that say what to do."""
    try:
        yield
    except OSError as error:
        reasons = {
            errno.ENOSPC: ("The disk is full", "free some space, then run again"),
            errno.EDQUOT: ("The disk quota is used up", "free some space, then run again"),
            errno.EACCES: ("The basket may not be written", "give the user write permission"),
            errno.EPERM: ("The basket may not be written", "give the user write permission"),
            errno.EROFS: ("The disk is read-only", "mount it writable, or move the shop"),
        }
        if error.errno not in reasons:
            raise
        what, next_step = reasons[error.errno]
        raise StoreError(
            f"{what}: {error.filename or folder}.",
            found=error.strerror,
            state="the last published version is as it was",
            next_step=next_step,
        ) from error
