"""kill -9 while the timeline model is trained: `onebasket learn` goes on and ends with the same model."""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from onebasket.store.basket import Basket
from tests.journey import shops
from tests.rules.source import ROOT

LEARN_LITTLE = (
    '\n[run]\nthreads = 1\n[learn]\nseeds = 1\ntext = "none"\nvalidation_days = 10\ntest_days = 10\n'
)


def shop_in(folder: Path) -> Path:
    """Six people who buy one of five things every third day for two months."""
    shops.make(folder, lines=0, shop=shops.SHOP + LEARN_LITTLE)
    with (folder / "lines.csv").open("a", encoding="utf-8") as file:
        for day in range(0, 60, 3):
            file.writelines(
                f"A{day}-{who},2024-{1 + day // 28:02}-{1 + day % 28:02} 10:{who:02}:00,p{who}@example.org,"
                f"Person {'ABCDEF'[who]},S{(who + day) % 5},Thing {(who + day) % 5},1,2.50\n"
                for who in range(6)
            )
    return folder


@pytest.fixture(scope="module")
def fused(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The shop with its timeline: copies of it hold the same ids."""
    folder = shop_in(tmp_path_factory.mktemp("fused") / "shop")
    assert shops.command("fuse", folder).returncode == 0
    return folder


def learn(shop: Path, files: int = 0) -> subprocess.CompletedProcess[str]:
    call = [sys.executable, "-m", "tests.journey.killed_learning", str(files), "learn", str(shop)]
    call += ["--model", "timeline"]
    return subprocess.run(call, capture_output=True, text=True, check=False, cwd=ROOT)


def model_of(shop: Path) -> dict[str, bytes]:
    """What the published version holds of the model."""
    version = Basket(shop / "basket").current()
    assert version is not None
    with version:
        names = ("model.json", "model.safetensors", "choice.json")
        return {name: (version.path / "models" / name).read_bytes() for name in names}


def test_killed_while_training_it_ends_with_the_same_model(fused: Path, tmp_path: Path) -> None:
    whole, killed = (shutil.copytree(fused, tmp_path / name) for name in ("whole", "killed"))
    assert learn(whole).returncode == 0
    assert json.loads(model_of(whole)["model.json"])["model"] == "timeline"
    trained = killed / "basket" / "training"
    for files in (3, 8):  # between the two files of a training; after both
        assert learn(killed, files).returncode == -signal.SIGKILL
        assert list(trained.glob("*/training-*.safetensors"))
    done = learn(killed)
    assert done.returncode == 0, done.stderr
    assert model_of(killed) == model_of(whole)
    assert not trained.exists() and not (whole / "basket" / "training").exists()


def test_a_damaged_training_names_the_folder_to_delete(fused: Path, tmp_path: Path) -> None:
    shop = shutil.copytree(fused, tmp_path / "shop")
    assert learn(shop, 4).returncode == -signal.SIGKILL
    [head] = (shop / "basket" / "training").glob("*/training.json")
    head.write_bytes(head.read_bytes()[:-9])
    refused = learn(shop)
    assert refused.returncode == 2 and "Traceback" not in refused.stderr
    assert f"delete {head.parent} to begin anew" in refused.stderr
    shutil.rmtree(head.parent)
    assert learn(shop).returncode == 0
