"""Counts of what the server does, in Prometheus' text format."""

from __future__ import annotations

import threading
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Mapping

_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5)  # ends of the bins
MEDIA_TYPE = "text/plain; version=0.0.4"


class Metrics:
    """Requests by route, method and status, and how long they took. Threads may count at once."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._requests: Counter[tuple[str, str, int]] = Counter()
        self._bins: dict[str, list[int]] = {}
        self._sums: Counter[str] = Counter()

    def count(self, route: str, method: str, status: int, seconds: float) -> None:
        """One request; `route` is a pattern, so that no id stands in it."""
        with self._lock:
            self._requests[route, method, status] += 1
            bins = self._bins.setdefault(route, [0] * (len(_SECONDS) + 1))
            bins[bisect_left(_SECONDS, seconds)] += 1
            self._sums[route] += seconds  # type: ignore[assignment]

    def text(self, events: Mapping[str, int], gauges: Mapping[str, tuple[str, float]]) -> str:
        """All of it; events by what became of them; and some numbers of the moment: what each is, and how
        much."""
        with self._lock:
            lines = list(self._lines())
        lines += [
            "# HELP onebasket_events_total events that came in",
            "# TYPE onebasket_events_total counter",
        ]
        lines += [f'onebasket_events_total{{outcome="{name}"}} {count}' for name, count in events.items()]
        for name, (what, value) in gauges.items():
            lines += [f"# HELP {name} {what}", f"# TYPE {name} gauge", f"{name} {value:g}"]
        return "\n".join(lines) + "\n"

    def _lines(self) -> Iterator[str]:
        yield "# HELP onebasket_requests_total requests answered"
        yield "# TYPE onebasket_requests_total counter"
        for (route, method, status), count in sorted(self._requests.items()):
            labels = f'route="{route}",method="{method}",status="{status}"'
            yield f"onebasket_requests_total{{{labels}}} {count}"
        yield "# HELP onebasket_request_seconds how long requests took"
        yield "# TYPE onebasket_request_seconds histogram"
        for route, bins in sorted(self._bins.items()):
            below = 0
            for end, count in zip((*map(str, _SECONDS), "+Inf"), bins, strict=True):
                below += count
                yield f'onebasket_request_seconds_bucket{{route="{route}",le="{end}"}} {below}'
            yield f'onebasket_request_seconds_sum{{route="{route}"}} {self._sums[route]:.6f}'
            yield f'onebasket_request_seconds_count{{route="{route}"}} {below}'
