"""Who somebody is, told in milliseconds: one record looked up among those known."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from onebasket.accounting import silent
from onebasket.align.clustering import Pair
from onebasket.align.people.blocking import LARGEST_BLOCK, Blocking
from onebasket.align.people.comparing import comparisons
from onebasket.align.people.fields import Field
from onebasket.align.people.index import Index
from onebasket.align.people.records import Records, encode, renumbered
from onebasket.align.people.scoring import Model
from onebasket.align.people.weights import Weights, look, weights_of

Ints = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Hit:
    """A record found: its number, its cluster and the probability that it is the person looked for."""

    record: int
    cluster: int
    probability: float


class Directory:
    """Records, the model that weighs them, and the cluster of each: `clusters[i]` of record i."""

    def __init__(
        self, records: Records, blocking: Blocking, model: Model, clusters: Ints, largest: int = LARGEST_BLOCK
    ) -> None:
        self.clusters, self.blocking, self._model = clusters, blocking, model
        self._old, self._late = records, records.take(np.zeros(0, np.int64))  # late: added since
        self._index = Index(blocking, largest)

    @property
    def records(self) -> Records:
        """Those known from the beginning."""
        return self._old

    @property
    def size(self) -> int:
        """Records known."""
        return self._old.size + self._late.size

    @property
    def fields(self) -> list[Field]:
        return [each.field for each in self._old.fields]

    def lookup(self, record: Mapping[str, object], most: int = 10) -> list[Hit]:
        """The records likeliest to be the person that `record` tells of, best first, one a cluster."""
        said = {each.column: [_text(record.get(each.column))] for each in self.fields}
        row = pa.table(said, pa.schema([(column, pa.string()) for column in said]))
        new = encode(row, self.fields)
        found = self._index.pairs_with(self._index.keys_of(new)).left
        if not len(found):
            return []
        weights = self._weights(found, np.full(len(found), self.size, np.int32), new)
        hits: dict[int, Hit] = {}
        for place in np.lexsort((found, -weights)):
            number = int(found[place])
            cluster = int(self.clusters[number])
            hits.setdefault(cluster, Hit(number, cluster, float(1.0 / (1.0 + 2.0 ** -float(weights[place])))))
        return list(hits.values())[:most]

    def _weights(self, left: Pair, right: Pair, new: Records) -> Weights:
        """The weights of pairs of which the second, perhaps the first, too, is new: from `size` on."""
        known, places = renumbered(np.where(left < self.size, left, -1), self.size)
        late = np.int32(len(known) - self.size)
        left = np.where(left < self.size, places, left + late)
        return self._weigh(self._taken(known).with_more(new), left, right + late)

    def _weigh(self, records: Records, left: Pair, right: Pair) -> Weights:
        compared = comparisons(records)
        return weights_of(records, compared, self._model, look(compared, left, right, silent), left)

    def _taken(self, known: Ints | Pair) -> Records:
        """Some records, by their numbers in ascending order."""
        split = int(np.searchsorted(known, self._old.size))
        near = self._old.take(known[:split])
        if split < len(known):
            near = near.with_more(self._late.take(known[split:] - self._old.size))
        return near


def _text(value: object) -> str | None:
    return None if value is None else str(value)
