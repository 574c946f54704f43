"""Hypothesis draws the same examples every time, so that a failure is a change's own.

New ones are looked for with `pytest --hypothesis-profile=default`.
"""

from __future__ import annotations

from hypothesis import settings

settings.register_profile("repeatable", derandomize=True)
settings.load_profile("repeatable")
