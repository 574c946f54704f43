"""Collect: the channels' own export formats become raw tables."""

from onebasket.collect.files import fingerprint, weight
from onebasket.collect.stage import collect

__all__ = ["collect", "fingerprint", "weight"]
