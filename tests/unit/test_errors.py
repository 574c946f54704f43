"""The error tree: what a message holds, and the exit codes."""

from __future__ import annotations

import inspect

import pytest

from onebasket import errors
from onebasket.accounting import Account
from onebasket.errors import MissingExtraError, OneBasketError, SchemaError

TREE = [
    kind
    for _, kind in inspect.getmembers(errors, inspect.isclass)
    if issubclass(kind, OneBasketError) and kind is not OneBasketError
]


def test_a_message_has_its_parts_one_a_line() -> None:
    error = OneBasketError("It failed.", found="a", expected="b", state="c", next_step="d")
    assert str(error) == "It failed.\n  found: a\n  expected: b\n  state: c\n  next: d"
    assert str(OneBasketError("It failed.", expected="b")) == "It failed.\n  expected: b"


@pytest.mark.parametrize("kind", TREE)
def test_every_error_is_drawn_in_the_tree(kind: type[OneBasketError]) -> None:
    assert errors.__doc__ and kind.__name__ in errors.__doc__
    assert kind.__doc__ and kind.exit_code in (1, 2)


def test_faults_of_the_machine_exit_with_1_and_of_the_input_with_2() -> None:
    ones = {kind.__name__ for kind in TREE if kind.exit_code == 1}
    assert ones == {"SchemaError", "StoreError", "BusyError", "InboxFullError"}


def test_a_missing_part_names_the_command_that_installs_it() -> None:
    assert "pip install 'onebasket[learn]'" in str(MissingExtraError("`onebasket learn`", "learn"))


def test_an_account_balances_or_fails() -> None:
    account = Account("clean", "till", "events", rows_in=10, kept=7, quarantined=2, duplicates=1)
    assert account.check() is account
    with pytest.raises(SchemaError, match="do not balance in clean") as error:
        Account("clean", "till", "events", rows_in=10, kept=7).check()
    assert "10 in; 7 kept" in str(error.value)
