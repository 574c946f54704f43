"""Fuse: golden records, one catalogue, one timeline, features that are right at their moment."""

from onebasket.fuse.stage import fuse

__all__ = ["fuse"]
