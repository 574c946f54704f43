"""Every error OneBasket raises on purpose.

    OneBasketError
    ├── ShopFileError    shop.toml: unknown key, wrong type, missing value
    ├── SourceError      a source cannot be read: missing, empty, broken, wrong columns
    ├── SchemaError      a table does not have the columns or types it must have
    ├── StoreError       the basket: disk full, no permission, damaged or missing version
    │   ├── BusyError    another process holds the shop
    │   └── InboxFullError  live events cannot be kept now: the disk or the queue is full
    ├── PrivacyError     keys: lost, wrong, readable by others
    ├── ModelError       a model cannot be trained, loaded or asked
    ├── NotThereError    no such customer or product
    ├── WishError        a list, or a page, cannot be made as asked
    ├── QueryError       `onebasket query`: not a select, too long, unknown table
    ├── MatchError       people or products cannot be matched: fields, rules, too many pairs
    ├── ImproveError     an experiment, a log of lists or a window cannot be judged as it is given
    └── MissingExtraError  the command needs an optional part that is not installed

A message says what failed, what was found, what was expected, what state things
are left in and what to do next. `OneBasketError.exit_code` is what the command line
exits with: 2 for usage or input, 1 for a fault of the machine.
"""

from __future__ import annotations


class OneBasketError(Exception):
    """Base of all errors raised on purpose.

    `failed` is one sentence; the other parts are optional and printed one a line.
    """

    exit_code = 2

    def __init__(
        self,
        failed: str,
        *,
        found: str | None = None,
        expected: str | None = None,
        state: str | None = None,
        next_step: str | None = None,
    ) -> None:
        self.failed, self.found, self.expected = failed, found, expected
        self.state, self.next_step = state, next_step
        super().__init__(failed)

    def __str__(self) -> str:
        parts = (
            ("found", self.found),
            ("expected", self.expected),
            ("state", self.state),
            ("next", self.next_step),
        )
        return "\n".join([self.failed, *(f"  {name}: {text}" for name, text in parts if text)])


class ShopFileError(OneBasketError):
    """The shop file cannot be used."""


class SourceError(OneBasketError):
    """A source cannot be read."""


class SchemaError(OneBasketError):
    """A table is not what `onebasket.tables` says it is."""

    exit_code = 1


class StoreError(OneBasketError):
    """The basket cannot be read or written."""

    exit_code = 1


class BusyError(StoreError):
    """Another process is at work on the same shop."""


class InboxFullError(StoreError):
    """Live events cannot be kept now; whoever sent them should send them again."""


class PrivacyError(OneBasketError):
    """A key is lost, wrong, or not kept secret."""


class ModelError(OneBasketError):
    """A model cannot be trained, loaded or asked."""


class NotThereError(OneBasketError):
    """What is asked about is not there."""


class WishError(OneBasketError):
    """What is asked for cannot be."""


class QueryError(OneBasketError):
    """A query is not allowed or took too long."""


class MatchError(OneBasketError):
    """A table of people cannot be matched as asked."""


class ImproveError(OneBasketError):
    """What came of a model or an experiment cannot be judged from what is given."""


class MissingExtraError(OneBasketError):
    """An optional part is not installed."""

    def __init__(self, what: str, extra: str) -> None:
        super().__init__(
            f"{what} needs a part that is not installed.",
            expected=f"the extra [{extra}]",
            next_step=f"pip install 'onebasket[{extra}]'",
        )
