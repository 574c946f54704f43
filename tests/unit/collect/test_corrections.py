"""Corrected lines stand where the lines themselves stood."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from onebasket.errors import SourceError
from onebasket.protect import load_or_make
from onebasket.protect.corrections import LINE, store_corrections

Correct = Callable[[dict[tuple[str, int], str]], None]


@pytest.fixture
def correct(make_shop: Any, tmp_path: Path) -> Correct:
    """Store corrections of lines."""

    def run(texts: dict[tuple[str, int], str]) -> None:
        rows = [
            {"table_name": LINE, "file": file, "line": line, "item": 0, "row_text": text}
            for (file, line), text in texts.items()
        ]
        store_corrections(make_shop(), load_or_make(tmp_path, None), "s", rows)

    return run


def test_csv(read: Any, correct: Correct) -> None:
    files = {
        "f.csv": b'a;b;c\n1;"x\ny";3\n4;5\n7;8;9;10\ncaf\xe9;11;12\n13;14;15\n16;17;18\n',
        "g.csv": b"a;b;c\n1;2;3\n",
    }
    before = read(files)
    assert before.rows("quarantine", "line") == [4, 5, 6]
    correct({
        ("in/f.csv", 4): '4;"five\nlines";6',
        ("in/f.csv", 5): "still;wrong",
        ("in/f.csv", 6): "café;11;12",
        ("in/f.csv", 7): "thirteen;14;15",
        ("in/f.csv", 8): "",  # taken out
        ("in/f.csv", 99): "beyond;the;end",
    })  # fmt: skip
    world = read(files)
    assert sorted(world.rows("raw_products", "file", "line", "title", "brand")) == [
        ("in/f.csv", 2, "1", "x\ny"),
        ("in/f.csv", 4, "4", "five\nlines"),
        ("in/f.csv", 6, "café", "11"),
        ("in/f.csv", 7, "thirteen", "14"),
        ("in/g.csv", 2, "1", "2"),
    ]
    assert world.rows("quarantine", "line", "reason", "row_text") == [(5, "too_few_columns", "still;wrong")]
    account = world.accounts[0]
    assert (account.rows_in, account.kept, account.quarantined) == (7, 6, 1)
    assert before.accounts[0].rows_in == 7


def test_ndjson(read: Any, correct: Correct) -> None:
    files = {"f.json": '{"a":1}\nbroken\n\nworse\n{"a":4}\n'}
    correct({("in/f.json", 2): '{"a":2}', ("in/f.json", 4): "no better", ("in/f.json", 5): '{"a":5}'})
    world = read(files, products={"title": "a"})
    assert world.rows("raw_products", "line", "title") == [(1, "1"), (2, "2"), (5, "5")]
    assert world.rows("quarantine", "line", "reason", "row_text") == [(4, "not_json", "no better")]
    assert world.accounts[0].rows_in == 4


def test_a_correction_of_several_records_is_refused(read: Any, correct: Correct) -> None:
    correct({("in/f.csv", 2): "1,2,3\n4,5,6"})
    with pytest.raises(SourceError, match=r"one record in each corrected line"):
        read({"f.csv": "a,b,c\n1,2\n"})
