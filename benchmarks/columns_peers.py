"""What rapidfuzz and Valentine's matchers say of the same columns; runs where they are installed.

    PEER/bin/python benchmarks/columns_peers.py QUESTIONS ANSWERS

QUESTIONS and ANSWERS are JSON files that `benchmarks/columns.py` writes and reads. A matcher that takes
longer than 20 seconds over a file, or lacks data of its own, gives no answer for it. Cupid needs WordNet, and
similarity flooding takes minutes over an order export: both are left out.
"""

from __future__ import annotations

import json
import re
import signal
import sys
import warnings
from pathlib import Path
from typing import Any

import pandas as pd
from rapidfuzz import fuzz, process
from valentine import valentine_match
from valentine.algorithms import Coma, DistributionBased, JaccardDistanceMatcher

_SECONDS = 20
_KEPT = 6
Ranks = list[tuple[str, float]]


def main() -> None:
    """Answer the questions of a file."""
    warnings.simplefilter("ignore")
    asked = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    ours = pd.DataFrame({each["name"]: each["values"] for each in asked["ours"]})
    matchers = {
        "Coma, names": Coma(), "Coma, names and values": Coma(use_instances=True),
        "distributions": DistributionBased(), "Jaccard of values": JaccardDistanceMatcher(),
    }  # fmt: skip
    found: dict[str, dict[str, list[Ranks]]] = {}
    for file in asked["files"]:
        names = [_plain(each["name"]) for each in asked["ours"]]
        found.setdefault("rapidfuzz, our columns' names", {})[file["name"]] = [
            _near(header, names, [each["name"] for each in asked["ours"]]) for header in file["header"]
        ]
        found.setdefault("rapidfuzz, the vocabulary", {})[file["name"]] = [
            _near(header, file["aliases"], file["meant"]) for header in file["header"]
        ]
        theirs = pd.DataFrame({f"{at}|{name}": values for at, (name, values) in _columns(file)})
        for name, matcher in matchers.items():
            found.setdefault(f"Valentine: {name}", {})[file["name"]] = _matched(theirs, ours, matcher, file)
        print(file["name"], flush=True)
    Path(sys.argv[2]).write_text(json.dumps(found, ensure_ascii=False), encoding="utf-8")


def _columns(file: dict[str, Any]) -> Any:
    return enumerate(zip(file["header"], file["values"], strict=True))


def _plain(name: str) -> str:
    return re.sub(r"[\W_]+", " ", name).strip().lower()


def _near(header: str, names: list[str], meant: list[str]) -> Ranks:
    """What the names most like a header mean, each meaning once."""
    near = process.extract(_plain(header), names, scorer=fuzz.token_sort_ratio, processor=_plain, limit=60)
    best: dict[str, float] = {}
    for _, score, at in near:
        best.setdefault(meant[at], score / 100)
    return list(best.items())[:_KEPT]


def _matched(theirs: pd.DataFrame, ours: pd.DataFrame, matcher: Any, file: dict[str, Any]) -> list[Ranks]:
    ranks: list[Ranks] = [[] for _ in file["header"]]

    def stop(*_: object) -> None:
        raise TimeoutError

    signal.signal(signal.SIGALRM, stop)
    signal.alarm(_SECONDS)
    try:
        said = valentine_match([theirs, ours], matcher, df_names=["theirs", "ours"])
    except (TimeoutError, ValueError, LookupError, ZeroDivisionError) as error:
        print(f"  {file['name']}: {type(error).__name__}", flush=True)
        return ranks
    finally:
        signal.alarm(0)
    for pair, score in said.items():
        ranks[int(pair.source_column.split("|")[0])].append((pair.target_column, float(score)))
    return [sorted(each, key=lambda one: -one[1])[:_KEPT] for each in ranks]


if __name__ == "__main__":
    main()
