"""Align: which records are one customer, which listings one product. Certain identities only."""

from onebasket.align.stage import align

__all__ = ["align"]
