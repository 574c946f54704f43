"""The examples of docs/api.md work."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.unit.serve.conftest import Served
from tests.unit.serve.world import World, taught

DOCS = Path(__file__).parents[3] / "docs" / "api.md"
EXAMPLES = re.findall(r"^    (curl .*)$", DOCS.read_text(encoding="utf-8"), re.MULTILINE)
PORT = "localhost:8000"


@pytest.fixture(scope="module")
def world(ran_world: Path, tmp_path_factory: pytest.TempPathFactory) -> World:
    return World(taught(ran_world, tmp_path_factory.mktemp("docs") / "shop", "item_knn"))


@pytest.fixture(scope="module")
def server(world: World) -> Iterator[Served]:
    made = Served(world.folder, server="api_serving")
    yield made
    made.stop()


def test_there_are_examples() -> None:
    assert len(EXAMPLES) >= 12


@pytest.mark.parametrize("example", EXAMPLES)
def test_an_example(server: Served, world: World, example: str) -> None:
    """As curl would send it."""
    known = {"KEY": server.keys.make(["read"])[0], "PERSONAL": server.keys.make(["personal"])[0]}
    known |= {"CUSTOMER": world.customers[0], "PRODUCT": world.product(3)}
    for name, value in known.items():
        example = example.replace(f"${name}", value)
    method, path, headers, body = "GET", "", dict[str, str](), None
    words = iter(shlex.split(example)[1:])
    for word in words:
        if word == "-H":
            name, _, value = next(words).partition(": ")
            headers[name] = value
        elif word == "-d":
            method, body = "POST", next(words).encode()
        else:
            path = word.removeprefix(PORT)
    answer = server.ask(method, path, body, headers)
    # Nobody can be looked up without a live state.
    assert answer.status == (404 if "lookup" in path else 200), answer.body
