"""A shop to try everything on: real purchases, invented people, known truth."""

from onebasket.demo.write import write_demo

__all__ = ["write_demo"]
