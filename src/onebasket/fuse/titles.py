"""Which titles are written in the shop's language."""

from __future__ import annotations

import re
from collections.abc import Callable

import pyarrow as pa

FITS = pa.schema([("fits", pa.bool_())])
_CHINESE = re.compile("[\u3400-\u4dbf\u4e00-\u9fff]")


def fits(language: str) -> Callable[[pa.RecordBatch], pa.RecordBatch]:
    """A function over batches of `title`: whether its script is the language's ('en' or 'zh')."""

    def of_batch(batch: pa.RecordBatch) -> pa.RecordBatch:
        titles = batch.column("title").to_pylist()
        found = [title is not None and bool(_CHINESE.search(title)) == (language == "zh") for title in titles]
        return pa.RecordBatch.from_arrays([pa.array(found, pa.bool_())], schema=FITS)

    return of_batch
