"""Everything that is new is fetched, source by source, before a run reads what landed."""

from __future__ import annotations

from onebasket.accounting import Progress, silent
from onebasket.collect.landing import api, remote, tables
from onebasket.collect.landing.place import Place
from onebasket.errors import SourceError
from onebasket.protect import Key
from onebasket.shop import Shop, Source


def fetch(shop: Shop, key: Key, progress: Progress = silent) -> dict[str, SourceError]:
    """Fetch what is new of every source that lands; the caller holds the basket's lock.

    Gives the sources that could not be asked, with their errors: what had landed until then is kept.
    """
    failed = {}
    for source in shop.sources:
        if source.landed:
            try:
                _fetch(shop, source, key, progress)
            except SourceError as error:
                failed[source.name] = error
    return failed


def _fetch(shop: Shop, source: Source, key: Key, progress: Progress) -> None:
    place = Place(shop, source, key)
    place.open()
    if source.remote:
        remote.fetch(shop, source, place, key, progress)
    else:
        (api if source.api else tables).fetch(shop, source, place, progress)
    if place.state.seen:
        names = place.seen.names
        place.seen.merge()
        if place.seen.names != names:
            place.save()
    place.finish()
