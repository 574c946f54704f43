"""Law 1: stages never import each other; nothing runs back up; no circles."""

from __future__ import annotations

import graphlib

import pytest

from tests.rules.source import ABOVE, GROUND, MODULES, STAGES, imports, room


def test_every_module_has_its_floor() -> None:
    assert {room(name) for name in MODULES} <= GROUND | STAGES | ABOVE


@pytest.mark.parametrize("name", MODULES)
def test_no_import_runs_up_or_across(name: str) -> None:
    here = room(name)
    below = GROUND if here in GROUND else GROUND | {here} if here in STAGES else GROUND | STAGES | ABOVE
    wrong = [
        f"line {line}: {other}"
        for line, other in imports(MODULES[name])
        if other.split(".")[0] == "onebasket" and room(other) not in below
    ]
    assert not wrong, f"{name} imports {', '.join(wrong)}"


def test_no_circles() -> None:
    graph = {
        name: {other for _, other in imports(path) if other in MODULES and other != name}
        for name, path in MODULES.items()
    }
    try:
        graphlib.TopologicalSorter(graph).prepare()
    except graphlib.CycleError as error:
        pytest.fail(" → ".join(reversed(error.args[1])))
