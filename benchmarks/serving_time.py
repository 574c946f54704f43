"""How long a customer waits: a history becomes a state, and the state a list, in one thread.

    python benchmarks/serving_time.py [--items 10000 100000 1000000] [--calls 2000]

One history of 50 events at a time, through the network of the preset `small` (width 192, one layer), once
knowing items alone and once with marks, the clock and the calendar; weights are as they begin, which costs
what trained ones cost. Then the exact 100 best of all items, for one state at a time: vectors lie around 200
centres, as products of a kind do, and each call asks for another state. Beside each the floor: the network's
matrix products alone; the products of all items with a state, as 32-bit numbers and as bytes.

Two clocks: the wall's, which others on the machine delay, and the thread's own, which counts what it ran.
"""

from __future__ import annotations

import argparse
import os
import platform
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch
from torch.nn import functional

from onebasket.recommenders.events import PURCHASE, Events, Mark
from onebasket.recommenders.lines import Lines
from onebasket.timeline.encoder import Encoder
from onebasket.timeline.encoding import states_of
from onebasket.timeline.nearest import Nearest, rounded_to_bytes
from onebasket.timeline.settings import TimelineSettings

EVENTS, TOP, CENTRES = 50, 100, 200
CHANNELS = ["store", "web", "app", "marketplace"]


def main() -> None:
    """Print a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--items", type=int, nargs="*", default=[10_000, 100_000, 1_000_000])
    parser.add_argument("--calls", type=int, default=2_000)
    asked = parser.parse_args()
    torch.set_num_threads(1)
    torch.manual_seed(0)
    print(f"{processor()}, torch {torch.__version__}, load {load()} at the start")
    print("| what | wall p50 ms | wall p99 ms | thread p50 ms | thread p99 ms |\n|---|---|---|---|---|")
    for clock in (False, True):
        encoding(clock, asked.calls)
    for items in asked.items:
        listing(items, asked.calls)
    print(f"load {load()} at the end")


def encoding(clock: bool, calls: int) -> None:
    """From events to a state."""
    actions = [PURCHASE, "view", "cart_add"] if clock else [PURCHASE]
    events = history(actions)
    lines, settings = Lines(events.told, clock), TimelineSettings(clock=clock)
    encoder = Encoder(settings, lines.sizes).eval()
    vectors = torch.randn(10_001, settings.width)
    now = np.array([int(events.times.max()) + 3_600])

    def whole() -> None:
        histories = lines.of(events)
        states_of(encoder, histories, vectors, lines.asked(histories, now))

    width = settings.width
    sizes = [
        (EVENTS, width, 2 * width),
        *((1, width, many * width) for many in (1, 1, 4)),
        (1, 2 * width, width),
    ]
    pairs = [(torch.randn(rows, inner), torch.randn(outer, inner)) for rows, inner, outer in sizes]
    told = "marks, clock, calendar" if clock else "items alone"
    timed(f"{EVENTS} events to a state, {told}", lambda place: whole(), calls)
    timed("the floor: its matrix products", lambda place: [one @ other.T for one, other in pairs], calls)


def listing(items: int, calls: int) -> None:
    """From a state to a list."""
    centres = torch.randn(CENTRES, 192)
    vectors = torch.randn(items, 192).add_(centres[torch.randint(CENTRES, (items,))], alpha=1.5)
    vectors = functional.normalize(vectors, out=vectors)
    near = vectors[torch.randint(items, (calls,))] + 0.05 * torch.randn(calls, 192)
    states = functional.normalize(near)
    nearest, told = Nearest(vectors), f"of {items:,} items"
    plain, codes = Nearest(vectors, rounded=False), rounded_to_bytes(vectors)[0]
    state, few = (
        rounded_to_bytes(states[:1])[0],
        max(50, calls * 100_000 // (items * 10)) if items > 100_000 else calls,
    )
    for place in range(5):
        for one, other in zip(
            nearest.best(states[place : place + 1], TOP),
            plain.best(states[place : place + 1], TOP),
            strict=True,
        ):
            assert torch.equal(one, other)
    timed(f"the best {TOP} {told}", lambda place: nearest.best(states[place : place + 1], TOP), calls)
    timed(
        f"the same by plain scores ({few:,} calls)",
        lambda place: plain.best(states[place : place + 1], TOP),
        few,
    )
    timed("the floor: plain products", lambda place: torch.mv(vectors, states[place]), few)
    timed("the floor: products of bytes", lambda place: torch._int_mm(state, codes.T), calls)


def history(actions: list[str]) -> Events:
    """Somebody's events, and nobody else's."""
    random = np.random.default_rng(0)
    marks = [Mark.of("action", random.integers(0, len(actions), EVENTS), actions, PURCHASE)]
    if len(actions) > 1:
        marks.append(Mark.of("channel", random.integers(0, len(CHANNELS), EVENTS), CHANNELS))
    columns = (
        np.zeros(EVENTS, np.int32), random.integers(0, 10_000, EVENTS),
        np.sort(random.integers(0, 10**8, EVENTS)),
    )  # fmt: skip
    return Events.of(columns, (["u"], [f"i{item:05}" for item in range(10_000)]), marks)


def timed(told: str, call: Callable[[int], object], calls: int) -> None:
    """Print a row: so many calls after a tenth as many to warm up."""
    wall, own = np.zeros(calls), np.zeros(calls)
    with torch.inference_mode():
        for place in range(max(10, calls // 10)):
            call(place % calls)
        for place in range(calls):
            began = time.perf_counter(), time.thread_time()
            call(place)
            own[place], wall[place] = time.thread_time() - began[1], time.perf_counter() - began[0]
    figures = [f"{np.percentile(each * 1e3, part):.2f}" for each in (wall, own) for part in (50, 99)]
    print(f"| {told} | {' | '.join(figures)} |", flush=True)


def processor() -> str:
    """What it runs on."""
    told = Path("/proc/cpuinfo")
    lines = told.read_text().splitlines() if told.exists() else []
    name = next(
        (line.split(":")[1].strip() for line in lines if line.startswith("model name")), platform.machine()
    )
    return f"{name}, {os.cpu_count()} cores"


def load() -> str:
    """How many processes want to run, over the last minute."""
    return f"{os.getloadavg()[0]:.1f}"


if __name__ == "__main__":
    main()
