"""Which rows landed before, by what names them."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from onebasket.collect.landing.seen import Seen, place_of


def test_seen_finds_the_last_of_each_name(tmp_path: Path) -> None:
    random = np.random.default_rng(1)
    seen, latest = Seen(tmp_path, []), dict[int, tuple[int, int]]()
    for chunk in range(1, 12):
        names = np.sort(random.choice(200, 60, replace=False).astype(np.uint64))
        said = random.integers(0, 3, 60).astype(np.uint64)
        rows = np.column_stack([names // 4, names % 4, said])  # four names share their first half
        places = place_of(chunk, np.arange(1, 61))
        seen.add(f"{chunk:06d}", rows, places)
        latest |= {int(n): (int(p), int(s)) for n, p, s in zip(names, places, said, strict=True)}
        seen.merge()
    assert len(seen.names) < 8
    for again in (seen, Seen(tmp_path, seen.names)):
        asked = np.arange(260, dtype=np.uint64)
        found = again.find(np.column_stack([asked // 4, asked % 4, np.ones(260, np.uint64)]))
        assert {int(n) for n in asked[found.known]} == set(latest)
        assert all(found.places[n] == place for n, (place, _) in latest.items())
        assert all(found.same[n] == (said == 1) for n, (_, said) in latest.items())
