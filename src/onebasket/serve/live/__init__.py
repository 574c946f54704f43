"""The live state: what came in since a version was published, and who it was.

`reading` makes of a line what a run would make of it, `directory` knows who carries which identifier in the
version, `graph` joins newcomers to them by the rules of a run, `memory` keeps it all on disk, and `following`
is the thread that follows the inbox and answers for it. `states` has those of the versions that are open.
"""

from __future__ import annotations

from onebasket.serve.live.following import Following
from onebasket.serve.live.states import States

__all__ = ["Following", "States"]
