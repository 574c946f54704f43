"""Everything that is new is fetched, source by source, before a run reads what landed."""

from __future__ import annotations

from onebasket.accounting import Progress, silent
from onebasket.collect.landing import api, remote, tables
from onebasket.collect.landing.place import Place
from onebasket.protect import Key
from onebasket.shop import Shop


def fetch(shop: Shop, key: Key, progress: Progress = silent) -> None:
    """Fetch what is new of every source that lands; the caller holds the basket's lock.

    Raises SourceError for the first source that cannot be asked: what had landed until then is kept.
    """
    for source in shop.sources:
        if not source.landed:
            continue
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
