"""A shop's first files: `looking` at them, `trying` to read them, `proposing` the shop file's entries."""

from onebasket.adding.looking import Looked, look
from onebasket.adding.proposing import Proposal, entries, propose, without_rate, write
from onebasket.adding.trying import Tried

__all__ = ["Looked", "Proposal", "Tried", "entries", "look", "propose", "without_rate", "write"]
