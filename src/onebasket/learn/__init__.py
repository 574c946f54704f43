"""Learn: recommenders and scorers trained on the timeline, and honest scores for them."""

from onebasket.learn.behaviour import behaviour
from onebasket.learn.stage import learn
from onebasket.learn.states import network_states

__all__ = ["behaviour", "learn", "network_states"]
