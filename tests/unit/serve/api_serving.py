"""A server with the API in a process of its own: python -m tests.unit.serve.api_serving FOLDER PORT

Says "ready" once it listens.
"""

from __future__ import annotations

import sys
from pathlib import Path

from onebasket import shop as shop_file
from onebasket.protect import open_key
from onebasket.serve.api.answers import Answers
from onebasket.serve.keys import Keys
from onebasket.serve.process import Address, serve


def main() -> None:
    """Serve until told to stop."""
    folder, port = Path(sys.argv[1]), int(sys.argv[2])
    answers = Answers(shop_file.load(folder), Keys(folder))
    serve(folder, open_key(folder, None), Address(port=port), _ready, answers)


def _ready() -> None:
    sys.stdout.write("ready\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
