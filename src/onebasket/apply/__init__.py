"""Apply: what the models are used for, one module an application."""

from onebasket.apply import behaviour, recommend

__all__ = ["behaviour", "recommend"]
