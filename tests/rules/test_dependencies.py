"""What is installed with OneBasket: its licences, and that every version is pinned."""

from __future__ import annotations

import re
from importlib.metadata import Distribution, distribution

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.rules.source import ROOT

FORBIDDEN = re.compile(
    r"\bA?L?GPL|\bGNU (Affero|Lesser|General)|\bBUSL|business source|\bSSPL|commons clause", re.I
)


def closure(*extras: str) -> dict[str, Distribution]:
    """All distributions that onebasket with these extras needs here, by canonical name."""
    found: dict[str, Distribution] = {}
    asked: set[tuple[str, frozenset[str]]] = set()
    wanted = [("onebasket", frozenset(extras))]
    while wanted:
        name, chosen = wanted.pop()
        if (name, chosen) in asked:
            continue
        asked.add((name, chosen))
        if name.startswith(("nvidia-", "cuda-")):  # torch's build for GPUs brings and pins its maker's parts
            continue
        part = found.setdefault(name, distribution(name))
        for text in part.requires or []:
            need = Requirement(text)
            if not need.marker or any(need.marker.evaluate({"extra": extra}) for extra in chosen | {""}):
                wanted.append((canonicalize_name(need.name), frozenset(need.extras)))
    found.pop("onebasket")
    return found


def licence(part: Distribution) -> str:
    """What a distribution says of its licence, shortest form first."""
    said = part.metadata
    classifiers = [text for text in said.get_all("Classifier") or [] if text.startswith("License ::")]
    first_line = (said.get("License") or "").strip().splitlines()[:1]
    return "; ".join(filter(None, [said.get("License-Expression") or "", *classifiers, *first_line]))


@pytest.mark.parametrize(("name", "part"), closure("all").items(), ids=closure("all"))
def test_licence_is_permissive(name: str, part: Distribution) -> None:
    assert licence(part), f"{name} states no licence"
    assert not FORBIDDEN.search(licence(part)), licence(part)


def test_every_dependency_is_pinned() -> None:
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").split()
    pinned = {canonicalize_name(name): version for name, version in (line.split("==") for line in lines)}
    # What follows a plus sign is the build, not the version: torch has one for each kind of processor.
    installed = {name: part.version.split("+")[0] for name, part in closure("all", "dev").items()}
    assert {name: pinned.get(name) for name in installed} == installed
