"""Texts become typed values that can be trusted; rows that cannot be used go to quarantine."""

from onebasket.clean.quarantine import by_reason, export, take_corrections
from onebasket.clean.stage import clean

__all__ = ["by_reason", "clean", "export", "take_corrections"]
