"""How often `onebasket add` knows whose export a file is, by its columns.

    python -m benchmarks.recognition [--rounds 200]

Headers are those of tests/formats/headers.json, each whole and reordered, and `--rounds` times reordered with
three columns taken out at random. The name of a file is never looked at.
"""

from __future__ import annotations

import argparse
import random
from collections import Counter

from onebasket.collect.formats import EXPORTS
from onebasket.collect.recognise import guess
from tests.formats.sample import HEADERS
from tests.formats.test_recognise import format_of


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--rounds", type=int, default=200)
    rounds = parser.parse_args().rounds
    dice = random.Random(11)
    whole = sum(known(file, dice.sample(header, len(header))) for file, header in HEADERS.items())
    print(f"whole: {whole} of {len(HEADERS)} files")
    wrong = Counter[str]()
    for file, header in HEADERS.items():
        wrong[file] += sum(not known(file, dice.sample(header, len(header) - 3)) for _ in range(rounds))
    tried = rounds * len(HEADERS)
    print(f"three columns gone: {1 - wrong.total() / tried:.4f} of {tried:,}; most often not known:")
    for file, times in wrong.most_common(4):
        print(f"  {file:40} {times / rounds:.3f}")


def known(file: str, names: list[str]) -> bool:
    """Whether the columns are taken for those of the file's own format."""
    found = guess(names, EXPORTS)
    return found is not None and found.format.name == format_of(file)


if __name__ == "__main__":
    main()
