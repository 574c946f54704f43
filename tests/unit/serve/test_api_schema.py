"""Whatever is asked, the answer is what OpenAPI says it is, and no fault."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from onebasket import shop as shop_file
from onebasket.inbox import Inbox
from onebasket.protect import Key
from onebasket.serve.api.answers import Answers
from onebasket.serve.keys import Keys
from onebasket.serve.process import application
from tests.unit.serve.world import World, taught

EXAMPLES = 25  # of each route
CHECKS: list[Any] = [
    not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance,
]  # fmt: skip


@dataclass
class Described:
    """The API's description, a key that may do everything, and ids of what is there."""

    schema: Any
    key: str
    customer: str
    product: str


@pytest.fixture(scope="module")
def described(ran_world: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Described]:
    folder = taught(ran_world, tmp_path_factory.mktemp("described") / "shop", "item_knn")
    keys, world = Keys(folder), World(folder)
    key, _ = keys.make(["read", "personal", "admin"])
    answers = Answers(shop_file.load(folder), keys)
    answers.start()
    inbox = Inbox(folder / "inbox", Key(bytes(32), folder / "key"))
    made = schemathesis.openapi.from_asgi(
        "/openapi.json", application(inbox, keys, Key(bytes(32), folder / "key"), answers)
    )
    yield Described(made, key, world.customers[0], world.product(1))
    inbox.close()
    answers.close()


ROUTES = [
    *(
        f"GET /v1/customers/{{customer_id}}{each}"
        for each in ("", "/timeline", "/recommendations", "/scores")
    ),
    *(f"GET /v1/products/{{product_id}}{each}" for each in ("", "/similar", "/together")),
    *(f"POST /v1/{each}" for each in ("customers/lookup", "recommendations", "rank")),
    *(f"GET /{each}" for each in ("v1/trending", "health", "ready", "version", "metrics")),
]


def test_all_routes_are_tried(described: Described) -> None:
    assert sorted(each.ok().label for each in described.schema.get_all_operations()) == sorted(ROUTES)


@pytest.mark.parametrize("route", ROUTES)
@pytest.mark.parametrize("mode", list(GenerationMode))
def test_answers_are_as_described(described: Described, route: str, mode: GenerationMode) -> None:
    """To what is as described, and to what is not. Half of the ids are real, so that there is an answer."""
    method, path = route.split()
    operation = described.schema[path][method]
    if mode == GenerationMode.NEGATIVE and not (
        operation.query or operation.path_parameters or operation.body
    ):
        return

    @settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
    @given(case=operation.as_strategy(generation_mode=mode))
    def ask(case: Any) -> None:
        parts = case.path_parameters or {}
        for name, real in (("customer_id", described.customer), ("product_id", described.product)):
            if name in parts and len(str(parts[name])) % 2:
                parts[name] = real
        case.call_and_validate(headers={"x-api-key": described.key}, checks=CHECKS)

    ask()


def test_everything_is_described(described: Described) -> None:
    """Each route, field and error says what it is."""
    made = described.schema.raw_schema
    for path, operations in made["paths"].items():
        for operation in operations.values():
            assert operation["summary"] and operation["description"] and operation["operationId"], path
            assert all(each["description"] for each in operation["responses"].values()), path
            assert all(each.get("description") for each in operation.get("parameters", [])), path
    for name, schema in made["components"]["schemas"].items():
        assert schema.get("description"), name
        for field, told in schema.get("properties", {}).items():
            ways = [told, *told.get("anyOf", [])]
            assert any("description" in each for each in ways), f"{name}.{field}"
