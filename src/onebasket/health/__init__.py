"""How well each source is: `measuring` what a run found of it, `judging` that by the shop file's limits."""

from onebasket.health.judging import Problem, limits_of, problems
from onebasket.health.measuring import Measures, measure
from onebasket.health.words import problem_words

__all__ = ["Measures", "Problem", "limits_of", "measure", "problem_words", "problems"]
