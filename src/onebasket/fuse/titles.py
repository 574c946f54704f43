"""How listings write: whose titles are in the shop's language, and names without what spelling adds."""

from __future__ import annotations

import re
from collections.abc import Callable

import pyarrow as pa

from onebasket.spelling import fold

SPELLED = pa.schema([("bare", pa.string())])
FITS = pa.schema([("fits", pa.bool_())])
_CHINESE = re.compile("[\u3400-\u4dbf\u4e00-\u9fff]")


def fits(language: str) -> Callable[[pa.RecordBatch], pa.RecordBatch]:
    """A function over batches of `title`: whether its script is the language's ('en' or 'zh')."""

    def of_batch(batch: pa.RecordBatch) -> pa.RecordBatch:
        titles = batch.column("title").to_pylist()
        found = [title is not None and bool(_CHINESE.search(title)) == (language == "zh") for title in titles]
        return pa.RecordBatch.from_arrays([pa.array(found, pa.bool_())], schema=FITS)

    return of_batch


def spelled(column: str) -> Callable[[pa.RecordBatch], pa.RecordBatch]:
    """A function over batches of names: letters and digits alone, without case, width and accents."""

    def of_batch(batch: pa.RecordBatch) -> pa.RecordBatch:
        names = batch.column(column).to_pylist()
        bare = [None if name is None else "".join(filter(str.isalnum, fold(name))) for name in names]
        return pa.RecordBatch.from_arrays([pa.array(bare, pa.string())], schema=SPELLED)

    return of_batch
