"""The command line. Holds no logic: it reads words, calls, and prints.

Exit codes: 0 done, 1 a fault of the machine, 2 wrong usage or input, 130 interrupted.
Texts come from the message catalogues; help speaks the language of the environment,
everything about a shop the shop's own.
"""

from __future__ import annotations

import atexit
import gc
import os
import sys

from onebasket.cli import adding, behaviour, columns, deciding, improving, people, products, serving, shops
from onebasket.cli.talk import _, app, tell
from onebasket.errors import OneBasketError

__all__ = [
    "adding", "app", "behaviour", "columns", "deciding", "improving", "main", "people", "products", "serving",
    "shops",
]  # fmt: skip


def main() -> None:
    """Run the command line; errors become messages and exit codes, never tracebacks."""
    gc.set_threshold(50_000)  # imports make many objects and no garbage
    atexit.register(_leave)
    try:
        app(standalone_mode=True)
    except OneBasketError as error:
        tell(str(error), error=True)
        sys.exit(error.exit_code)
    except KeyboardInterrupt:
        tell(_("Interrupted. The last published version is as it was."), error=True)
        sys.exit(130)
    except Exception as error:
        if os.environ.get("ONEBASKET_DEBUG"):
            raise
        # The message of an unforeseen error may hold a customer's data: only its kind is shown.
        kind = type(error).__name__
        tell(_("Unforeseen fault: {kind}. Set ONEBASKET_DEBUG=1 to see where.").format(kind=kind), error=True)
        sys.exit(1)


def _leave() -> None:
    """Spare the search for garbage at the end: a third of a second."""
    if "duckdb" not in sys.modules:  # its binding reports what nobody collected
        gc.freeze()
