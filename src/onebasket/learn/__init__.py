"""Learn: recommenders and scorers trained on the timeline, and honest scores for them."""

from onebasket.learn.behaviour import behaviour
from onebasket.learn.stage import learn

__all__ = ["behaviour", "learn"]
