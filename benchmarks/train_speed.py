"""How fast sequence models train: events a second, beside RecBole and RecTools.

    python benchmarks/train_speed.py FILE.txt --recbole PYTHON --rectools PYTHON [--runs 5] [--json OUT]

FILE as in sequences.py. Each PYTHON is one with that peer installed (recbole needs numpy<2 and pandas<2.2;
rectools its extra torch). All models have the same depth, width, heads, length and threads. An event
counts once each time a model is asked for it: RecBole is shown a history for each of them, RecTools and
OneBasket are asked at all places of a history at once. The loss is the cross-entropy over all items; the
row "sampled softmax" is OneBasket with 512 negatives instead. Runs of all go in turns; ratios are those of
medians. Of RecBole five batches are timed, after two; of RecTools an epoch, as the time of two less that of
one, of some 1,280 people and all items; of OneBasket an epoch after the first.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from sequences import read  # beside this file

WIDTH, LAYERS, HEADS, LENGTH, BATCH = 64, 2, 2, 50, 128

OURS = """
import json, sys, time
import msgspec, numpy as np, torch
from onebasket.timeline.histories import Histories
from onebasket.timeline.network import Network
from onebasket.timeline.settings import TimelineSettings
from onebasket.timeline.training import Training
lists, asked = json.loads(open(sys.argv[1]).read()), json.loads(sys.argv[2])
torch.set_num_threads(asked.pop("threads"))
settings = TimelineSettings(**asked, dropout=0.2, recent=0, averaging=0.0, epochs=2, look_every=100)
histories = Histories.of(lists)
ends = []
network = Network(max(max(each) for each in lists), settings)
training = Training(network, histories, lambda network: 0.0, 0)
def after_step(training):
    ends.append((time.perf_counter(), training.course.targets))
training.run(after_step=after_step)
(began, before), (ended, after) = ends[len(ends) // 2 - 1], ends[-1]
print(json.dumps((after - before) / (ended - began)))
"""

RECBOLE = """
import json, logging, os, sys, tempfile, time
import torch
lists, asked = json.loads(open(sys.argv[1]).read()), json.loads(sys.argv[2])
os.chdir(tempfile.mkdtemp())
os.makedirs("data/set")
with open("data/set/set.inter", "w") as file:
    file.write("user_id:token\\titem_id:token\\ttimestamp:float\\n")
    for user, items in enumerate(lists):
        # RecBole holds the last two of each history out; ours are told without them.
        for place, item in enumerate([*items, items[0], items[0]]):
            file.write(f"{user}\\t{item}\\t{place}\\n")
from recbole.config import Config
from recbole.data import create_dataset, data_preparation
from recbole.utils import get_model, init_seed
sys.argv = sys.argv[:1]
config = Config(model="SASRec", dataset="set", config_dict=dict(
    data_path="data", load_col={"inter": ["user_id", "item_id", "timestamp"]}, loss_type="CE",
    train_neg_sample_args=None, train_batch_size=2048, MAX_ITEM_LIST_LENGTH=asked["length"],
    n_layers=asked["layers"], n_heads=asked["heads"], hidden_size=asked["width"],
    inner_size=4 * asked["width"], use_gpu=False, show_progress=False,
    eval_args={"split": {"LS": "valid_and_test"}, "order": "TO", "group_by": "user", "mode": "full"},
))
torch.set_num_threads(asked["threads"])
init_seed(0, True)
train = data_preparation(config, create_dataset(config))[0]
model = get_model("SASRec")(config, train.dataset)
optimiser = torch.optim.Adam(model.parameters(), 0.001)
for number, batch in enumerate(train):
    if number == 2:
        began = time.perf_counter()
    if number == 7:
        break
    optimiser.zero_grad()
    model.calculate_loss(batch).backward()
    optimiser.step()
print(json.dumps(5 * 2048 / (time.perf_counter() - began)))
"""

RECTOOLS = """
import json, sys, time, warnings, logging
warnings.filterwarnings("ignore")
logging.getLogger("pytorch_lightning").setLevel(logging.ERROR)
import pandas as pd, torch
from pytorch_lightning import Trainer
from rectools import Columns
from rectools.dataset import Dataset
from rectools.models import SASRecModel
lists, asked = json.loads(open(sys.argv[1]).read()), json.loads(sys.argv[2])
torch.set_num_threads(asked["threads"])
# Some of the people, evenly taken: an epoch of all would take minutes. One more knows every item, so that as
# many are told apart.
some = lists[:: max(1, len(lists) // 1280)]
lists = [*some, sorted({item for each in lists for item in each})]
rows = [(user, item, 1, place) for user, items in enumerate(lists) for place, item in enumerate(items)]
frame = pd.DataFrame(rows, columns=[Columns.User, Columns.Item, Columns.Weight, Columns.Datetime])
frame[Columns.Datetime] = pd.Timestamp(0) + pd.to_timedelta(frame[Columns.Datetime], unit="D")
dataset = Dataset.construct(frame)
def seconds(epochs):
    model = SASRecModel(
        n_blocks=asked["layers"], n_factors=asked["width"], n_heads=asked["heads"],
        session_max_len=asked["length"], batch_size=asked["batch"], loss="softmax", epochs=epochs,
        train_min_user_interactions=2,
        get_trainer_func=lambda: Trainer(max_epochs=epochs, min_epochs=epochs, accelerator="cpu", devices=1,
            logger=False, enable_progress_bar=False, enable_model_summary=False, enable_checkpointing=False),
    )
    began = time.perf_counter()
    model.fit(dataset)
    return time.perf_counter() - began
events = sum(min(len(items), asked["length"] + 1) - 1 for items in lists if len(items) > 1)
once = seconds(1)
print(json.dumps(events / (seconds(2) - once)))
"""


def main() -> None:
    """Run all in turns, print a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("file", type=Path)
    parser.add_argument("--recbole", help="a Python with recbole")
    parser.add_argument("--rectools", help="a Python with rectools[torch]")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--json", type=Path)
    asked = parser.parse_args()
    lists = numbered([items[:-2] for items in read(asked.file).values() if len(items) > 3])
    items = len({item for each in lists for item in each})
    shape = {"width": WIDTH, "layers": LAYERS, "heads": HEADS, "length": LENGTH, "batch": BATCH}
    shape["threads"] = asked.threads
    rows: list[tuple[str, str, str, dict[str, Any]]] = [
        ("OneBasket, all items", sys.executable, OURS, shape | {"negatives": items, "batch": 2048}),
        ("OneBasket, sampled softmax", sys.executable, OURS, shape | {"negatives": 512, "batch": 2048}),
    ]
    if asked.recbole:
        rows.append(("RecBole SASRec", asked.recbole, RECBOLE, shape))
    if asked.rectools:
        rows.append(("RecTools SASRec", asked.rectools, RECTOOLS, shape))
    speeds: dict[str, list[float]] = {name: [] for name, *_ in rows}
    with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
        json.dump(lists, file)
        file.flush()
        for turn in range(asked.runs):
            for name, python, script, told in rows:
                speeds[name].append(once(python, script, file.name, told))
            print(
                f"run {turn + 1}: " + ", ".join(f"{name} {speeds[name][-1]:,.0f}" for name in speeds),
                flush=True,
            )
    print(
        f"\n{asked.file.name}, {asked.threads} threads, {LAYERS} layers of {WIDTH}; median of {asked.runs}\n"
    )
    print("| | events a second | OneBasket, all items | sampled softmax |\n|---|---|---|---|")
    medians = {name: statistics.median(values) for name, values in speeds.items()}
    full, sampled = list(medians.values())[:2]
    for name, value in medians.items():
        print(f"| {name} | {value:,.0f} | {full / value:.1f}× | {sampled / value:.1f}× |")
    if asked.json:
        asked.json.write_text(json.dumps({"events_per_second": medians, "runs": speeds}, indent=1) + "\n")


def numbered(lists: list[list[str]]) -> list[list[int]]:
    """Items as numbers from one on."""
    codes: dict[str, int] = {}
    return [[codes.setdefault(item, len(codes) + 1) for item in each] for each in lists]


def once(python: str, script: str, lists: str, told: dict[str, Any]) -> float:
    """Events a second of one run, in a process of its own."""
    done = subprocess.run(
        [python, "-c", script, lists, json.dumps(told)], capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise SystemExit(done.stderr[-2000:])
    speed: float = json.loads(done.stdout.strip().splitlines()[-1])
    return speed


if __name__ == "__main__":
    main()
