"""A file of unknown layout into a shop file, with the map of its columns that is proposed."""

from __future__ import annotations

from pathlib import Path

from onebasket import shop as shop_file
from onebasket.adding.proposing import append
from onebasket.collect.columns import CONFIDENT, Proposal, block, maps, source_name
from onebasket.errors import SourceError


def add_mapped(folder: Path, proposal: Proposal, confident: float = CONFIDENT) -> str:
    """Append the source to the shop file, with a name of its own, which is returned.

    Raises SourceError where nothing is likely enough for a map, ShopFileError for a shop file that cannot be
    read; the shop file stays as it was then.
    """
    shop = shop_file.load(folder)
    file = proposal.sample.path.resolve()
    path = file.relative_to(shop.folder) if file.is_relative_to(shop.folder) else file
    taken = {source.name for source in shop.sources}
    stem = source_name(file)
    name = next(each for each in (stem, *(f"{stem}-{n}" for n in range(2, 1_000))) if each not in taken)
    if not maps(proposal, confident):
        raise SourceError(
            f"No column of {proposal.sample.path} is likely enough for a map.",
            found=f"none with a probability of {confident:g} or more that its table needs",
            state="the shop file is as it was",
            next_step="map the columns by hand (docs/shop-file.md), or ask for less with --confident",
        )
    append(shop.folder, block(proposal, name, path.as_posix(), confident))
    return name
