"""Copies of a shop to serve from, and the commands that a user would give. Used by other programs here."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

_QUICK = '\n[learn]\nmodels = ["popularity"]\nseeds = 1\n'
_SOURCE = re.compile(r"^\[\[source\]\]\n(?:(?!\[).*\n?)*", re.MULTILINE)


def copied(shop: Path, folder: Path, *sources: str, published: bool = True) -> Path:
    """A copy of a shop in which these sources are live, whatever they were, with nothing in its inbox. Its
    models are quick ones unless the shop file says which. `published`: with what its runs made."""
    left_out = ["inbox", "live", "api.json", *([] if published else ["basket"])]
    shutil.copytree(shop, folder, ignore=shutil.ignore_patterns(*left_out), dirs_exist_ok=True)
    file = folder / "shop.toml"
    text = file.read_text(encoding="utf-8")
    for source in sources:
        text = _with_live(text, source)
    file.write_text(text if "\n[learn]" in text else text + _QUICK, encoding="utf-8")
    return folder


def _with_live(text: str, source: str) -> str:
    found = [each[0] for each in _SOURCE.finditer(text) if f'\nname = "{source}"\n' in each[0]]
    if not found:
        return f'{text}\n[[source]]\nname = "{source}"\nchannel = "app"\nformat = "live"\n'
    kept = [
        line for line in found[0].splitlines() if line and not re.match(r"(format|path|url|query) *=", line)
    ]
    return text.replace(found[0], "\n".join([*kept, 'format = "live"', "", ""]))


def onebasket(*words: str | Path) -> str:
    """What a command says. Raises RuntimeError where it fails, with its words."""
    done = subprocess.run(
        [sys.executable, "-m", "onebasket", *map(str, words)], capture_output=True, text=True
    )
    if done.returncode:
        raise RuntimeError(f"onebasket {' '.join(map(str, words))}: {done.stderr[-2000:]}")
    return done.stdout


def key(shop: Path, *words: str) -> str:
    """A new API key."""
    told: dict[str, str] = json.loads(
        onebasket("keys", "make", shop, *words, "--per-minute", "100000000", "--json")
    )
    return told["key"]


def asked(shop: Path, text: str, rows: int = 1_000_000) -> list[dict[str, Any]]:
    """The rows of a query over the published version."""
    said = onebasket("query", shop, text, "--rows", str(rows), "--seconds", "600", "--json")
    found: list[dict[str, Any]] = json.loads(said)
    return found
