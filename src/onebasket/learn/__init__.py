"""Learn: recommenders and scorers trained on the timeline, and honest scores for them."""

from onebasket.learn.behaviour import behaviour
from onebasket.learn.stage import challenge, learn
from onebasket.learn.states import network_states

__all__ = ["behaviour", "challenge", "learn", "network_states"]
