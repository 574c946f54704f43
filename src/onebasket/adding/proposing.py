"""The shop file's entries for files: a source for each format, tried before it is proposed."""

from __future__ import annotations

import itertools
import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from msgspec.structs import replace

from onebasket import shop as shop_file
from onebasket.accounting import Progress, silent
from onebasket.adding.looking import Looked, ending, is_shop
from onebasket.adding.trying import Tried, attempt
from onebasket.collect.formats import BY_NAME
from onebasket.durable import write_whole
from onebasket.errors import ShopFileError
from onebasket.shop import FILE_NAME, Identity, Source

_CHINESE = Identity("", currency="CNY", timezone="Asia/Shanghai", language="zh", country="CN")


@dataclass(frozen=True)
class Proposal:
    """One `[[source]]` to be written, with its files and what they gave."""

    source: Source
    files: tuple[Looked, ...]
    tried: Tried

    @property
    def currency(self) -> str | None:
        """The currency of amounts that state none, where the format knows it."""
        return BY_NAME[self.source.format].currency


def propose(
    looked: Sequence[Looked], folder: Path, *, apart: bool = False, progress: Progress = silent
) -> list[Proposal]:
    """A source for each format, or with `apart` for each format in each folder, of files nobody reads yet."""
    groups: dict[tuple[str, Path | None], list[Looked]] = defaultdict(list)
    for each in looked:
        if each.guess and not each.source:
            groups[each.guess.format.name, each.path.parent if apart else None].append(each)
    shop = shop_file.load(folder) if is_shop(folder) else None
    taken = {source.name for source in shop.sources} if shop else set[str]()
    proposals: list[Proposal] = []
    for (name, _), files in sorted(groups.items(), key=lambda group: (group[0][0], str(group[0][1]))):
        source = _source(name, files, looked, folder, taken)
        taken.add(source.name)
        progress("try to read", len(proposals), len(groups))
        identity = shop.shop if shop else _identity(folder, [(name, Tried())])
        proposals.append(Proposal(source, tuple(files), attempt(source, files, identity)))
    progress("try to read", len(groups), len(groups))
    return proposals


def entries(proposals: Iterable[Proposal]) -> str:
    """The text of the shop file's `[[source]]` entries."""
    return "\n".join(_entry(proposal.source) for proposal in proposals)


def write(folder: Path, proposals: Sequence[Proposal]) -> Path:
    """Append the entries to the shop file; where there is none, make it. Gives its path.

    Raises ShopFileError, and leaves the file as it was, where the result would be no sound shop file.
    """
    return append(folder, entries(proposals), _head(folder, proposals))


def append(folder: Path, entry: str, head: str = "") -> Path:
    """Append an entry to the shop file; where there is none, it begins with `head`. Gives its path.

    Raises ShopFileError, and leaves the file as it was, where the result would be no sound shop file.
    """
    path = folder / FILE_NAME
    before = path.read_bytes() if path.exists() else None
    text = head if before is None else before.decode("utf-8-sig").rstrip() + "\n\n"
    folder.mkdir(parents=True, exist_ok=True)
    write_whole(path, (text + entry).encode(), path.with_name(f"{FILE_NAME}.aside"))
    try:
        shop_file.load(folder)
    except ShopFileError:
        if before is None:
            path.unlink()
        else:
            write_whole(path, before, path.with_name(f"{FILE_NAME}.aside"))
        raise
    return path


def without_rate(folder: Path, proposals: Iterable[Proposal]) -> list[str]:
    """The currencies of the files that the shop file of a folder gives no rate for."""
    shop = shop_file.load(folder).shop
    spoken = {said for each in proposals for said in _spoken(each.source.format, each.tried)}
    return sorted(said for said in spoken - {shop.currency, *shop.rates} if re.fullmatch("[A-Z]{3}", said))


def _source(
    name: str, files: Sequence[Looked], looked: Sequence[Looked], folder: Path, taken: set[str]
) -> Source:
    assert files[0].guess
    format_ = files[0].guess.format
    number = next(n for n in itertools.count(1) if (name if n == 1 else f"{name}-{n}") not in taken)
    paths = tuple(_patterns(files, looked, folder))
    return Source(
        name if number == 1 else f"{name}-{number}",
        format_.channel,
        name,
        path=paths[0] if len(paths) == 1 else paths,
    )


def _patterns(files: Sequence[Looked], looked: Sequence[Looked], folder: Path) -> Iterator[str]:
    """Where files lie, relative to the shop's folder: by pattern where a folder has nothing else of their
    kind, so that the next export is read too."""
    mine = {each.path for each in files}
    seen: dict[str, None] = {}
    for each in files:
        beside = [other.path for other in looked if other.path.parent == each.path.parent]
        alike = [path for path in beside if ending(path) == ending(each.path)]
        pattern = each.path.parent / f"*{ending(each.path)}" if mine.issuperset(alike) else each.path
        if len(alike) == 1:
            pattern = each.path
        full = pattern.parent.resolve() / pattern.name
        home = folder.resolve()
        seen[full.relative_to(home).as_posix() if full.is_relative_to(home) else full.as_posix()] = None
    yield from seen


def _identity(folder: Path, proposals: Iterable[tuple[str, Tried]]) -> Identity:
    """Who a shop without a shop file seems to be: by the formats and currencies of its files."""
    formats, currencies = Counter[str](), Counter[str]()
    for name, tried in proposals:
        formats[BY_NAME[name].country or ""] += 1
        currencies.update(_spoken(name, tried))
    base = _CHINESE if formats["CN"] * 2 > formats.total() else Identity("")
    currency = max(currencies, key=lambda each: (currencies[each], each), default=base.currency)
    name = re.sub(r"[-_]+", " ", folder.resolve().name).strip() or "Shop"
    return replace(base, name=name, currency=currency)


def _spoken(name: str, tried: Tried) -> dict[str, int]:
    """The currencies that files of a format speak of: as stated, else the format's own."""
    own = BY_NAME[name].currency
    return tried.currencies or ({own: 1} if own else {})


def _head(folder: Path, proposals: Sequence[Proposal]) -> str:
    """The beginning of a shop file that is yet to be written."""
    shop = _identity(folder, [(each.source.format, each.tried) for each in proposals])
    said = {
        "name": shop.name, "currency": shop.currency, "timezone": shop.timezone,
        "language": shop.language, "country": shop.country,
    }  # fmt: skip
    return "[shop]\n" + "".join(f"{key} = {_toml(value)}\n" for key, value in said.items()) + "\n"


def _entry(source: Source) -> str:
    paths = source.paths
    listed = (
        _toml(paths[0])
        if len(paths) == 1
        else f"[\n{''.join(f'  {_toml(each)},{chr(10)}' for each in paths)}]"
    )
    said = {"name": source.name, "channel": source.channel, "format": source.format}
    return (
        "[[source]]\n"
        + "".join(f"{key} = {_toml(text)}\n" for key, text in said.items())
        + f"path = {listed}\n"
    )


def _toml(text: str) -> str:
    """A text as TOML writes it, which of JSON's ways takes all."""
    return json.dumps(text, ensure_ascii=False)
