"""The moments at which customers are described."""

from __future__ import annotations

from datetime import datetime, timedelta

import pyarrow as pa

VIEW_WINDOW = timedelta(days=30)
_TIME = pa.timestamp("us")


def moments(first: datetime, last: datetime) -> list[datetime]:
    """Month starts (UTC) after the first event and not after the last, then the end of the data.

    The end is a microsecond after the last event, so that "strictly before" takes in all.
    """
    starts: list[datetime] = []
    year, month = first.year, first.month
    while True:
        year, month = (year + 1, 1) if month == 12 else (year, month + 1)
        start = datetime(year, month, 1)
        if start > last:
            return [*starts, last + timedelta(microseconds=1)]
        starts.append(start)


def moments_table(times: list[datetime]) -> pa.Table:
    """One row a moment: `as_of`."""
    return pa.table({"as_of": pa.array(times, _TIME)})


def windows_table(times: list[datetime]) -> pa.Table:
    """Which moments an event may be within the view window of, by the first that knows of it.

    One row a pair: `due`, the first moment after the event; `as_of`; `from_ts`, the window's start.
    """
    near = [
        (due, later)
        for place, due in enumerate(times)
        for later in times[place:]
        if later - VIEW_WINDOW < due
    ]
    return pa.table(
        {
            "due": pa.array([due for due, _ in near], _TIME),
            "as_of": pa.array([later for _, later in near], _TIME),
            "from_ts": pa.array([later - VIEW_WINDOW for _, later in near], _TIME),
        }
    )
