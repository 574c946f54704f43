"""Whatever is asked, the answer is what OpenAPI says it is, and no fault."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, settings
from schemathesis import checks

from onebasket import shop as shop_file
from onebasket.inbox import Inbox
from onebasket.protect import Key
from onebasket.serve.api.answers import Answers
from onebasket.serve.keys import Keys
from onebasket.serve.process import application
from tests.unit.serve.world import World, taught

EXAMPLES = 25  # of each route


@pytest.fixture(scope="module")
def described(ran_world: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """The API's description, and a key that may do everything."""
    folder = taught(ran_world, tmp_path_factory.mktemp("described") / "shop", "item_knn")
    keys, world = Keys(folder), World(folder)
    key, _ = keys.make(["read", "personal", "admin"])
    answers = Answers(shop_file.load(folder), keys)
    answers.start()
    inbox = Inbox(folder / "inbox", Key(bytes(32), folder / "key"))
    made = schemathesis.openapi.from_asgi("/openapi.json", application(inbox, keys, answers))
    made.config.headers = {"x-api-key": key}
    made.customer, made.product = world.customers[0], world.product(1)
    yield made
    inbox.close()
    answers.close()


schema = schemathesis.pytest.from_fixture("described")


@schema.parametrize()
@settings(
    max_examples=EXAMPLES, deadline=None, derandomize=True, phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)  # fmt: skip
def test_answers_are_as_described(case: Any, described: Any) -> None:
    """Half of the ids are real ones, so that there is something to answer."""
    parts = case.path_parameters or {}
    for name, real in (("customer_id", described.customer), ("product_id", described.product)):
        if name in parts and len(parts[name]) % 2:
            parts[name] = real
    case.call_and_validate(
        checks=[
            checks.not_a_server_error, checks.load_all_checks and checks.CHECKS.get_one("status_code_conformance"),
            checks.CHECKS.get_one("content_type_conformance"),
            checks.CHECKS.get_one("response_schema_conformance"),
        ]
    )  # fmt: skip
