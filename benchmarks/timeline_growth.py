"""How training the timeline model grows: time and memory of an epoch from 1× to 10× events.

    python benchmarks/timeline_growth.py [--events 200000] [--times 10] [--runs 5] [--json OUT]

Made histories: people with a taste among 20,000 products, 60 events each in the median, with an action, a
channel and a time; the preset `small` with times, purchases of the coming 28 days as targets. Each
measurement is a process of its own: putting events in order, an epoch of steps, states of everybody. Sizes go
in turns; the growth is that of medians. Peak memory is the whole process; what torch and the code take before
any event is read is shown beside it.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
from pathlib import Path
from typing import Any

ONE = """
import json, sys, time
import msgspec, numpy as np, torch
from onebasket.accounting import peak_memory
from onebasket.recommenders.events import PURCHASE, Events, Mark
from onebasket.recommenders.lines import Lines
from onebasket.timeline.encoding import states_of, vectors_of
from onebasket.timeline.network import Network
from onebasket.timeline.settings import PRESETS
from onebasket.timeline.training import Training
count, threads = json.loads(sys.argv[1])
torch.set_num_threads(threads)
floor = peak_memory()
random = np.random.default_rng(0)
people = count // 80
lengths = np.maximum(2, random.lognormal(np.log(60), 0.8, people)).astype(np.int64)
lengths = np.maximum(2, lengths * count // lengths.sum())
users = np.repeat(np.arange(people, dtype=np.int32), lengths)
taste = random.integers(0, 20_000, people)[users]
items = (taste + (random.pareto(1.2, len(users)) * 20).astype(np.int64)) % 20_000
times = random.integers(0, 365 * 86_400, len(users))
action = random.choice(3, len(users), p=[0.6, 0.3, 0.1])
marks = [
    Mark.of("action", action, [PURCHASE, "view", "cart"], PURCHASE),
    Mark.of("channel", random.integers(0, 4, len(users)), ["web", "app", "store", "tmall"]),
]
ids = [f"c{n:08}" for n in range(people)], [f"p{n:05}" for n in range(20_000)]
began = time.perf_counter()
events = Events.of((users, items, times), ids, marks)
settings = msgspec.structs.replace(PRESETS["small"], clock=True, horizon_days=28, epochs=1)
lines = Lines(events.told, True)
histories = lines.of(events)
read = time.perf_counter()
network = Network(len(ids[1]), settings, sizes=lines.sizes)
best = Training(network, histories, lambda network: 0.0, 0).run()
trained = time.perf_counter()
states_of(best.encoder, histories, vectors_of(best))
told = time.perf_counter()
print(json.dumps({
    "events": len(users), "read": read - began, "train": trained - read, "states": told - trained,
    "memory": peak_memory(), "floor": floor,
}))
"""


def main() -> None:
    """Measure both sizes in turns, print a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--events", type=int, default=200_000)
    parser.add_argument("--times", type=int, default=10)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--json", type=Path)
    asked = parser.parse_args()
    sizes = [asked.events, asked.events * asked.times]
    found: dict[int, list[dict[str, Any]]] = {size: [] for size in sizes}
    for turn in range(asked.runs):
        for size in sizes:
            found[size].append(once(size, asked.threads))
        print(f"turn {turn + 1} of {asked.runs}", file=sys.stderr, flush=True)
    small, large = (
        {name: statistics.median(run[name] for run in found[size]) for name in found[size][0]}
        for size in sizes
    )
    print("| | 1× | of 1 M events | " + f"{asked.times}× | growth |\n|---|---|---|---|---|")
    for name in ("read", "train", "states"):
        each = small[name] / small["events"] * 1e6
        print(
            f"| {name}, s | {small[name]:.2f} | {each:.1f} | {large[name]:.2f}"
            f" | {large[name] / small[name]:.1f}× |"
        )
    peaks = [run["memory"] / 1e9 for run in (small, large)]
    per_event = (large["memory"] - small["memory"]) / (large["events"] - small["events"])
    print(
        f"| peak memory, GB | {peaks[0]:.2f} | {per_event * 1e6 / 1e9:.2f} more | {peaks[1]:.2f}"
        f" | {peaks[1] / peaks[0]:.1f}× |\n"
        f"{small['events']:,.0f} and {large['events']:,.0f} events;"
        f" before any is read {small['floor'] / 1e9:.2f} GB"
    )
    if asked.json:
        asked.json.write_text(json.dumps({"1": small, str(asked.times): large}, indent=1) + "\n")


def once(size: int, threads: int) -> dict[str, Any]:
    """One measurement in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-c", ONE, json.dumps([size, threads])], capture_output=True, text=True, check=True
    )
    told: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return told


if __name__ == "__main__":
    main()
