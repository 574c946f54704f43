"""Columns of unknown files: which of ours each is, learnt from known exports, and measured on ones left out.

names        a name as pieces; profile: values as numbers; sample: the beginning of a file
vocabulary   what columns mean and are called, in `data/`
network      the trained weights, asked with numpy; judging: one answer a column; assigning: one to one
proposing    all of it for one file; writing: as a map
experience   what a shop has learnt: maps that ran; renaming: columns that changed their name
"""

from __future__ import annotations

from onebasket.collect.columns.proposing import (
    CONFIDENT,
    Clue,
    Experience,
    Proposal,
    Proposed,
    proposal,
    propose,
)
from onebasket.collect.columns.renaming import Renamed, renamed
from onebasket.collect.columns.writing import block, maps, source_name

__all__ = [
    "CONFIDENT", "Clue", "Experience", "Proposal", "Proposed", "Renamed", "block", "maps",
    "proposal", "propose", "renamed", "source_name",
]  # fmt: skip
