"""A saved timeline model answers without the code that trained it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from onebasket.recommenders import Timeline, TimelineModelSettings
from tests.unit.recommenders.test_timeline import TINY, walks

TRAINING = {f"onebasket.timeline.{name}" for name in ("training", "loss", "rows", "network", "goals")}
ASK = """
import json, sys
from pathlib import Path
from onebasket.recommenders import load

model = load(Path(sys.argv[1]))
listed = model.recommend(["u000", "nobody"], 5).items.tolist()
near = model.similar(["i03"], 5).items.tolist()
print(json.dumps([listed, near, sorted(sys.modules)]))
"""


def test_asking_imports_nothing_of_training(tmp_path: Path) -> None:
    model = Timeline(TimelineModelSettings(network=TINY, seen="allow")).fit(walks()[0], seed=2)
    model.save(tmp_path)
    done = subprocess.run(
        [sys.executable, "-c", ASK, str(tmp_path)], capture_output=True, text=True, check=True
    )
    listed, near, modules = json.loads(done.stdout)
    assert listed == model.recommend(["u000", "nobody"], 5).items.tolist()
    assert near == model.similar(["i03"], 5).items.tolist()
    assert "onebasket.timeline.encoding" in modules and not TRAINING & set(modules)
