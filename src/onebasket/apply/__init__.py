"""Apply: what the models are used for, one module an application."""

from onebasket.apply import recommend

__all__ = ["recommend"]
