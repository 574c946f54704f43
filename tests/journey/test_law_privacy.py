"""Law 3: personal values exist in the people tables only, and nobody reads those without the key."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pyarrow as pa
import pyarrow.dataset as ds
import pytest

from onebasket.tables import ALL, BY_NAME
from tests.journey import personal
from tests.journey.conftest import TOLD, Ran
from tests.journey.personal import Personal

OPEN = [table for table in ALL if not table.personal]
CLOSED = [table for table in TOLD if table.personal]


@pytest.fixture(scope="module")
def values(exported: Path) -> Personal:
    return personal.read(exported)


def texts(ran: Ran, table: str) -> set[str]:
    """All texts in a table, those inside lists too."""
    columns = [column.name for column in BY_NAME[table].columns if "varchar" in column.type]
    found: set[str] = set()
    with ran.store() as store:
        for batch in store.read(table, columns):
            for column in batch.columns:
                for value in (
                    column.unique().to_pylist() if pa.types.is_string(column.type) else column.to_pylist()
                ):
                    found.update(
                        re.findall(r"[^'\"\[\]{}]+", str(value)) if isinstance(value, list) else [value or ""]
                    )
    return found


def test_the_values_are_many_and_of_every_kind(values: Personal, ran: Ran) -> None:
    """Otherwise the tests below would prove nothing: the people tables do give them away."""
    for kind in (values.emails, values.phones, values.names, values.words, values.addresses, values.ids):
        assert len(kind) >= 10
    told: set[str] = set()
    for text in texts(ran, "raw_people"):
        told |= values.within(text)
    assert {"an address"} < told
    for kind in (values.emails, values.phones, values.names, values.words, values.ids):
        assert len(kind & told) >= 10


@pytest.mark.parametrize("table", [table.name for table in OPEN])
def test_no_other_table_holds_one(values: Personal, ran: Ran, table: str) -> None:
    told = {value: text for text in texts(ran, table) for value in values.within(text)}
    assert not told, f"{len(told)} personal values in {table}, such as {next(iter(told.items()))}"


def test_neither_manifest_nor_report_nor_log_nor_models(values: Personal, ran: Ran) -> None:
    written = [path for path in ran.version.path.rglob("*") if path.suffix in (".json", ".html")]
    assert {path.name for path in written} >= {"manifest.json", "report.html"}
    for path in written:
        text = re.sub(r"<(style|script)\b.*?</\1>", " ", path.read_text(encoding="utf-8"), flags=re.DOTALL)
        told = {value for line in re.split(r"[<>\n\"]", text) for value in values.within(line)}
        assert not told, f"{path.name}: {sorted(told)[:5]}"
    assert not {value for line in ran.said.splitlines() for value in values.within(line)}
    assert "@" not in json.dumps([str(path) for path in ran.version.path.rglob("*")])


@pytest.mark.parametrize("table", [table.name for table in CLOSED])
def test_people_tables_are_closed_without_the_key(values: Personal, ran: Ran, table: str) -> None:
    files = ran.version.parts(table)
    assert files
    known = [value.encode() for kind in (values.emails, values.names, values.ids) for value in kind]
    for path in files:
        with pytest.raises((OSError, pa.ArrowInvalid)):
            ds.dataset(path).to_table()
        raw = path.read_bytes().lower()
        assert not [value for value in known if len(value) >= 8 and value in raw]


def test_the_key_lies_outside_the_basket_and_nowhere_else(ran: Ran) -> None:
    assert not ran.key.path.is_relative_to(ran.folder / "basket")
    secret = ran.key.path.read_bytes().strip()
    for path in ran.folder.rglob("*"):
        if path.is_file() and path != ran.key.path:
            assert secret not in path.read_bytes() and ran.key.secret.hex().encode() not in path.read_bytes()
    assert secret.decode() not in ran.said
