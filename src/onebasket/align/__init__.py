"""Align: which records are one customer, which listings one product."""

from onebasket.align.stage import align

__all__ = ["align"]
