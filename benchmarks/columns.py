"""How often a column's proposal is right, for channels that the model has never seen.

    python -m benchmarks.columns --folds build/columns --family amazon     one fold; without --family all
    python -m benchmarks.columns --folds build/columns --peers PEER/bin/python

A fold leaves out a whole channel family: its exports, and every name of the vocabulary that, without regard
to case and punctuation, is one of its columns and no other family's. The model is trained anew on the rest.
What a probability means is learnt from the other families' folds. PEER is an environment with rapidfuzz and
valentine.
"""

from __future__ import annotations

import argparse
import itertools
import json
import random
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch
from benchmarks.columns_files import Known, Pool, made
from benchmarks.columns_train import FILES, SEEDS, STEPS, train, weights
from benchmarks.columns_truth import Export, exports
from benchmarks.columns_values import values
from numpy.typing import NDArray

from onebasket.collect.columns.judging import CALIBRATION, Answer, Calibration, asked, judge, slots
from onebasket.collect.columns.names import key
from onebasket.collect.columns.proposing import CONFIDENT
from onebasket.collect.columns.vocabulary import meanings, served

Peer = Mapping[str, Sequence[Sequence[tuple[str, float]]]]  # file → column → answers with scores
MODES = ("rows", "names")  # with rows below the header; the header alone
DRAWS = 2_000


@dataclass
class Judged:
    """One column of one export, as it was proposed."""

    family: str
    file: str
    ranks: list[bool]  # whether each answer is right, likeliest first
    strict: bool
    probability: float
    mapped: bool
    ours: bool  # whether it is certainly one of ours


def fold(
    family: str, folder: Path, known: Sequence[Known], data: Sequence[object], seeds: int, steps: int
) -> None:
    """Train without a family, ask about its exports, and keep what the networks said."""
    pool, judged, files = data
    rest = [each for each in known if each.export.family != family]
    mine = [each for each in known if each.export.family == family]
    theirs = {key(name) for each in rest for name in each.export.header}
    dropped = {key(name) for each in mine for name in each.export.header} - theirs
    left = [file for file in (each.without(dropped) for each in files) if file.names]  # type: ignore[attr-defined]
    nets = [weights(train(left, rest, pool, seed, steps)) for seed in range(seeds)]  # type: ignore[arg-type]
    kept: dict[str, NDArray[np.float64]] = {}
    for each in mine:
        for mode in MODES:
            file = each.file(random.Random(7), judged, 1.0, mode == "names")  # type: ignore[arg-type]
            words = [said for _, said in file.values]
            profiles = np.stack([profile for profile, _ in file.values])
            for number, some in enumerate([nets, *([net] for net in nets)]):
                likely, tables = asked(some, file.names, words, profiles, 1.0)
                kept[f"{each.export.name}|{mode}|{number}|likely"] = likely
                kept[f"{each.export.name}|{mode}|{number}|tables"] = tables
    np.savez_compressed(folder / f"{family}.npz", **kept)


def said(
    folder: Path, mode: str, number: int, how: Calibration, only: set[str] | None = None
) -> list[Judged]:
    """All columns as proposed. `number` 0: by all networks together, n: by the n-th alone."""
    found: list[Judged] = []
    for export in exports():
        if only is not None and export.family not in only:
            continue
        with np.load(folder / f"{export.family}.npz") as kept:
            at = f"{export.name}|{mode}|{number}"
            answers = judge(kept[f"{at}|likely"], kept[f"{at}|tables"], how)
        found += [_judged(export, place, answer) for place, answer in enumerate(answers)]
    return found


def _judged(export: Export, place: int, answer: Answer) -> Judged:
    truth = export.truths[place]
    ranks = [truth.right(slot.serves, strict=False) for slot, _ in answer.others]
    strict = truth.right(answer.slot.serves)
    return Judged(export.family, export.name, ranks, strict, answer.probability, bool(answer.slot.serves),
                  bool(truth.ours) and not truth.maybe)  # fmt: skip


def calibrated(columns: Sequence[Judged]) -> Calibration:
    """How what was said of some columns meets what was right: logistic regression."""
    found = {}
    for mapped, slope, shift in ((True, "slope", "shift"), (False, "none_slope", "none_shift")):
        some = [each for each in columns if each.mapped == mapped]
        chance = np.clip([each.probability for each in some], 1e-4, 1 - 1e-4)
        odds, right = np.log(chance / (1 - chance)), np.array([each.ranks[0] for each in some], float)
        found |= dict(zip((slope, shift), _logistic(odds, right), strict=True))
    return Calibration(**found)


def _logistic(odds: NDArray[np.float64], right: NDArray[np.float64]) -> tuple[float, float]:
    """Slope and shift by Newton's method, drawn a little to 1 and 0."""
    given, found = np.stack([odds, np.ones_like(odds)], 1), np.array([1.0, 0.0])
    for _ in range(200):
        chance = 1 / (1 + np.exp(-given @ found))
        slope = given.T @ (right - chance) - (found - [1.0, 0.0])
        bend = (given * (chance * (1 - chance))[:, None]).T @ given + np.eye(2)
        step = np.linalg.solve(bend, slope)
        found = found + step / max(1.0, 4 * float(np.abs(step).max()))
    return round(float(found[0]), 4), round(float(found[1]), 4)


def nested(folder: Path, mode: str, number: int = 0) -> list[Judged]:
    """All columns, each family's calibrated by the others."""
    plain = Calibration()
    raw = {each: said(folder, each, number, plain) for each in MODES}
    families = sorted({column.family for column in raw[mode]})
    found: list[Judged] = []
    for family in families:
        others = [column for each in MODES for column in raw[each] if column.family != family]
        found += said(folder, mode, number, calibrated(others), {family})
    return found


def tell(columns: Sequence[Judged], name: str) -> None:
    """Print a table: each family and all, with intervals over files."""
    print(
        f"\n{name}\n\n| family | columns | top-1 | strict | top-3 | ours found |\n|---|---|---|---|---|---|"
    )
    for family in [*sorted({each.family for each in columns}), ""]:
        some = [each for each in columns if family in ("", each.family)]
        print(
            f"| {family or '**all**'} | {len(some)} | "
            + " | ".join(f"{share:.3f}" for share in _shares(some))
            + " |"
        )
    print(
        "95 % intervals over files:", " ".join(f"{low:.3f}–{high:.3f}" for low, high in _intervals(columns))
    )


def _shares(some: Sequence[Judged]) -> list[float]:
    ours = [each for each in some if each.ours] or some
    counted = [
        [each.ranks[0] for each in some],
        [each.strict for each in some],
        [any(each.ranks[:3]) for each in some],
        [each.ranks[0] for each in ours],
    ]
    return [sum(each) / len(each) for each in counted]


def _intervals(columns: Sequence[Judged]) -> list[tuple[float, float]]:
    files = sorted({each.file for each in columns})
    by_file = {file: [each for each in columns if each.file == file] for file in files}
    rng = random.Random(0)
    drawn = [
        _shares([each for file in rng.choices(files, k=len(files)) for each in by_file[file]])
        for _ in range(DRAWS)
    ]
    return [(float(low), float(high)) for low, high in np.quantile(drawn, (0.025, 0.975), axis=0).T]


def tell_confident(columns: Sequence[Judged]) -> None:
    """Print what is wrong of proposals above thresholds, and what probabilities mean."""
    print(
        "\n| from | proposals | maps | wrong maps of proposals | wrong of maps | wrong of all |"
        "\n|---|---|---|---|---|---|"
    )
    for least in (0.5, 0.7, 0.8, 0.9, 0.95, 0.97, CONFIDENT):
        above = [each for each in columns if each.probability >= least]
        maps = [each for each in above if each.mapped]
        wrong = sum(not each.ranks[0] for each in maps)
        every = sum(not each.ranks[0] for each in above)
        shares = (wrong / len(above), wrong / max(len(maps), 1), every / len(above))
        print(
            f"| {least:g} | {len(above)} | {len(maps)} | "
            + " | ".join(f"{each:.4f}" for each in shares)
            + " |"
        )
    print("\n| said | columns | right |\n|---|---|---|")
    edges = (0, 0.5, 0.7, 0.8, 0.9, 0.95, 0.98, 1.01)
    for low, high in itertools.pairwise(edges):
        some = [each for each in columns if low <= each.probability < high]
        if some:
            mean = np.mean([each.probability for each in some])
            print(f"| {mean:.3f} | {len(some)} | {np.mean([each.ranks[0] for each in some]):.3f} |")
    gap = np.mean([(each.probability - each.ranks[0]) ** 2 for each in columns])
    print(f"Brier score {gap:.4f}")


def told_by_peers(folder: Path, python: Path) -> None:
    """Ask the peers about the same exports, and print how often they are right.

    A column is none where the best score is below a threshold: the one that is best on the other families.
    """
    questions, answers = folder / "questions.json", folder / "answers.json"
    if not answers.exists():
        questions.write_text(json.dumps(_questions(), ensure_ascii=False), encoding="utf-8")
        script = Path(__file__).with_name("columns_peers.py")
        subprocess.run([python, script, questions, answers], check=True)
    serves = {slot.name: slot.serves for slot in slots()}
    print("\n| peer | top-1 | strict | top-3 | ours found |\n|---|---|---|---|---|")
    for peer, by_file in json.loads(answers.read_text(encoding="utf-8")).items():
        columns: list[Judged] = []
        for family in sorted({export.family for export in exports()}):
            others = [each for each in exports() if each.family != family]
            least = max(
                np.linspace(0, 1, 41), key=lambda least: _right(others, by_file, serves, float(least))
            )
            mine = [each for each in exports() if each.family == family]
            columns += [each for export in mine for each in _by_peer(export, by_file, serves, float(least))]
        print(f"| {peer} | " + " | ".join(f"{share:.3f}" for share in _shares(columns)) + " |")


def _right(some: Sequence[Export], by_file: Peer, serves: Mapping[str, tuple[str, ...]], least: float) -> int:
    return sum(each.ranks[0] for export in some for each in _by_peer(export, by_file, serves, least))


def _by_peer(
    export: Export, by_file: Peer, serves: Mapping[str, tuple[str, ...]], least: float
) -> list[Judged]:
    found = []
    for truth, ranks in zip(export.truths, by_file[export.name], strict=True):
        above = [name for name, score in ranks if score >= least]
        below = [name for name, score in ranks if score < least]
        names = list(dict.fromkeys([*above, "", *below]))
        right = [truth.right(serves[name], strict=False) for name in names]
        strict = truth.right(serves[names[0]])
        found.append(Judged(export.family, export.name, right, strict, 1.0, bool(names[0]),
                            bool(truth.ours) and not truth.maybe))  # fmt: skip
    return found


def _questions() -> dict[str, object]:
    """Our slots with values, and the exports with theirs and the vocabulary that their fold has."""
    rng = random.Random(5)
    known = [Known(export) for export in exports()]
    kinds = {meaning.slot: meaning.values for meaning in meanings() if served(meaning)}
    files = []
    for each in known:
        theirs = {key(name) for other in known if other.export.family != each.export.family
                  for name in other.export.header}  # fmt: skip
        own = {
            key(n)
            for other in known
            if other.export.family == each.export.family
            for n in other.export.header
        }
        names = [
            (name, meaning.slot if served(meaning) else "")
            for meaning in meanings() for some in meaning.names.values() for name in some
            if key(name) not in own - theirs
        ]  # fmt: skip
        columns = [[value or "" for value in values(kind, rng, 60)] for kind in each.kinds]
        files.append({
            "name": each.export.name, "header": list(each.export.header),
            "values": [column + [""] * (60 - len(column)) for column in columns],
            "aliases": [name for name, _ in names], "meant": [slot for _, slot in names],
        })  # fmt: skip
    ours = []
    for slot, kind in kinds.items():
        column = [value or "" for value in values(kind, rng, 60)]
        ours.append({"name": slot, "values": column + [""] * (60 - len(column))})
    return {"ours": ours, "files": files}


def main() -> None:
    """Train what folds are missing, or tell what those there say."""
    asked_for = argparse.ArgumentParser(description=__doc__)
    asked_for.add_argument("--folds", type=Path, required=True, help="where what was said is kept")
    asked_for.add_argument("--family", action="append", help="only these folds are trained, and nothing told")
    asked_for.add_argument("--seeds", type=int, default=SEEDS, help="networks of a fold")
    asked_for.add_argument("--peers", type=Path, help="a Python with rapidfuzz and valentine")
    asked_for.add_argument("--write", action="store_true", help="write the calibration into the package")
    wish = asked_for.parse_args()
    wish.folds.mkdir(parents=True, exist_ok=True)
    torch.set_num_threads(1)
    families = sorted({each.family for each in exports()})
    missing = [each for each in wish.family or families if not (wish.folds / f"{each}.npz").exists()]
    if missing:
        pool = Pool(0)
        data = (pool, Pool(999, 60), list(made(0, FILES, pool)))
        known = [Known(export) for export in exports()]
    for family in missing:
        began = time.process_time()
        fold(family, wish.folds, known, data, wish.seeds, STEPS)
        print(f"{family}: {time.process_time() - began:.0f} s of processor", flush=True)
    if wish.family:
        return
    for mode in MODES:
        columns = nested(wish.folds, mode)
        tell(columns, "with rows" if mode == "rows" else "names alone")
        tell_confident(columns)
        for number in range(1, wish.seeds + 1):
            print(
                f"seed {number} alone:",
                " ".join(f"{each:.3f}" for each in _shares(nested(wish.folds, mode, number))),
            )
    if wish.write:
        both = [column for mode in MODES for column in said(wish.folds, mode, 0, Calibration())]
        how = replace(calibrated(both), temperature=1.0)
        CALIBRATION.write_text(json.dumps(how.__dict__) + "\n", encoding="utf-8")
        print(CALIBRATION, how)
    if wish.peers:
        told_by_peers(wish.folds, wish.peers)


if __name__ == "__main__":
    main()
