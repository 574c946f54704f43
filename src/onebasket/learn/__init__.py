"""Learn: recommenders trained on the timeline, and honest scores for them."""

from onebasket.learn.stage import learn

__all__ = ["learn"]
