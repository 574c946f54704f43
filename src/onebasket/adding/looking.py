"""What files are: of which format, and whether a source of the shop reads them already."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from onebasket import shop as shop_file
from onebasket.accounting import Progress, silent
from onebasket.collect.files import find
from onebasket.collect.formats import EXPORTS
from onebasket.collect.layout import Format
from onebasket.collect.opening import open_file
from onebasket.collect.recognise import Guess, guess
from onebasket.errors import OneBasketError, SourceError
from onebasket.shop import FILE_NAME, Source
from onebasket.store.reading import RawFile

KINDS = (".csv", ".tsv", ".txt", ".json", ".jsonl", ".ndjson", ".parquet", ".xlsx", ".xls", ".ods")
_NOT_EXPORTS = ("basket", "truth", "inbox", "corrections")  # folders of a shop that hold no exports
# Whose export a file is, is not known yet: the names of all formats help to find its header.
_ANYBODYS = Format("", tuple(layout for each in EXPORTS for layout in each.layouts), ("iso",), encodings=())
_CHINESE = replace(_ANYBODYS, encodings=("gb18030",))


@dataclass(frozen=True)
class Looked:
    """One file, looked at. `problem` says why it cannot be read."""

    path: Path
    file: RawFile | None = None
    guess: Guess | None = None
    problem: str = ""
    source: str = ""  # the source of the shop file that reads it already


def look(paths: Sequence[Path], folder: Path, progress: Progress = silent) -> list[Looked]:
    """Look at files, and at all files below folders. Raises SourceError for a path that is not there."""
    found = list(dict.fromkeys(itertools.chain.from_iterable(_files(path) for path in paths)))
    known = _read_already(folder)
    looked = []
    for path in found:
        looked.append(_look(path, known.get(path.resolve(), "")))
        progress("look at files", len(looked), len(found))
    return looked


def _files(path: Path) -> Iterator[Path]:
    if not path.exists():
        raise SourceError(
            f"There is no {path}.",
            found="nothing",
            expected="a file, or a folder of files",
            state="nothing was done",
        )
    if path.is_file():
        yield path
        return
    for each in sorted(path.rglob("*")):
        parts = each.relative_to(path).parts
        hidden = any(part.startswith(".") or part in _NOT_EXPORTS for part in parts)
        if each.is_file() and not hidden and ending(each).removesuffix(".gz") in KINDS:
            yield each


def ending(path: Path) -> str:
    """`.csv`, `.ndjson.gz`, …"""
    return "".join(path.suffixes[-2:] if path.suffix == ".gz" else path.suffixes[-1:]).lower()


def _look(path: Path, source: str) -> Looked:
    found = _look_as(_ANYBODYS, path, source)
    file = found.file
    if file and file.kind == "csv" and not found.guess and not "".join(file.header).isascii():
        found = _look_as(_CHINESE, path, source)  # a few Chinese names are no ground to guess an encoding by
    if found.file and found.guess and len(found.file.undecodable):
        found = _look_as(found.guess.format, path, source)  # which knows its encodings
    return found


def _look_as(format_: Format, path: Path, source: str) -> Looked:
    try:
        file = open_file(path, str(path), Source(path.name, "file", "table"), format_)
    except (OneBasketError, OSError) as error:
        return Looked(path, problem=getattr(error, "found", None) or str(error), source=source)
    inner = file.kind in ("json", "ndjson")
    names = {name.partition(".")[0] if inner else name for name in file.header}
    return Looked(path, file, guess(names, EXPORTS), source=source)


def is_shop(folder: Path) -> bool:
    """Whether a folder has a shop file."""
    return (folder / FILE_NAME).is_file()


def _read_already(folder: Path) -> dict[Path, str]:
    """The files that the shop file's sources read, with the source of each."""
    if not is_shop(folder):
        return {}
    shop, found = shop_file.load(folder), dict[Path, str]()
    for source in shop.sources:
        if source.paths:
            try:
                found |= {path.resolve(): source.name for path in find(shop, source)}
            except SourceError:  # its files are yet to come
                continue
    return found
