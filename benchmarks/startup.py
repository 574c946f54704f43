"""How long it takes to start: `import onebasket` (limit 0.15 s) and `onebasket --help` (limit 0.3 s).

    python benchmarks/startup.py [times]

Prints the median over new processes, beside that of Python doing nothing at all.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import time

CASES = {
    "python -c pass": (["-c", "pass"], None),
    "import onebasket": (["-c", "import onebasket"], 0.15),
    "onebasket --help": (["-m", "onebasket", "--help"], 0.3),
    "onebasket run --help": (["-m", "onebasket", "run", "--help"], 0.3),
}


def seconds(words: list[str]) -> float:
    began = time.perf_counter()
    subprocess.run([sys.executable, *words], check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - began


def main(times: int) -> None:
    for words, _ in CASES.values():
        seconds(words)  # warms the disk's cache and writes the bytecode
    for name, (words, limit) in CASES.items():
        taken = sorted(seconds(words) for _ in range(times))
        allowed = f", limit {limit} s" if limit else ""
        print(f"{name:22} median {statistics.median(taken):.3f} s, fastest {taken[0]:.3f} s{allowed}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 15)
