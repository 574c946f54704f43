"""The live state: what came in since a version was published, and who it was.

A process of its own writes it, and the server reads it: neither waits for the other.

`reading` makes of a line what a run would make of it, `directory` knows who carries which identifier in the
version, `graph` joins newcomers to them by the rules of a run, `memory` keeps it all on disk, `following`
does all of this with what stands in the inbox, and `child` is the process that it does it in. `recall` asks
what is kept, `people` looks people up, `followed` answers for both. `states` has those of open versions.
"""

from __future__ import annotations

from onebasket.serve.live.states import States

__all__ = ["States"]
