"""Recommenders: one contract, and the models behind it. Learn trains them, apply asks them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import msgspec

from onebasket.recommenders import saved
from onebasket.recommenders.ahead import Ahead
from onebasket.recommenders.catalogue import Catalogue
from onebasket.recommenders.ease import EASE, EASESettings
from onebasket.recommenders.events import Events
from onebasket.recommenders.ials import IALS, IALSSettings
from onebasket.recommenders.interactions import Codes, Interactions, Mask, Ragged
from onebasket.recommenders.item_knn import ItemKNN, ItemKNNSettings
from onebasket.recommenders.matrix_factorisation import MatrixFactorisation, MFSettings
from onebasket.recommenders.popularity import CountSettings, Habit, Popularity
from onebasket.recommenders.ranking import Scores, top_of_rows
from onebasket.recommenders.reasons import Reason, Step, Why
from onebasket.recommenders.recommender import Cold, Lists, Recommender, Seen
from onebasket.recommenders.sequential_rules import SequentialRules, SequentialRulesSettings
from onebasket.recommenders.timeline import Timeline, TimelineModelSettings, torch_threads

MODELS: Mapping[str, type[Recommender]] = {
    model.name: model
    for model in (Popularity, Habit, ItemKNN, SequentialRules, EASE, IALS, MatrixFactorisation, Timeline)
}


def load(folder: Path) -> Recommender:
    """The model that was saved in a folder.

    Raises ModelError for one that is missing, damaged, of another format or unknown.
    """
    head, arrays = saved.read(folder)
    if head.model not in MODELS:
        raise saved.damaged(folder, f"a model named {head.model}")
    model = MODELS[head.model]()
    try:
        model.settings = msgspec.convert(head.settings, type(model.settings))
        return model.restore(head, arrays)
    except (KeyError, ValueError, msgspec.MsgspecError) as error:
        raise saved.damaged(folder, str(error)) from error


__all__ = [
    "EASE",
    "IALS",
    "MODELS",
    "Ahead",
    "Catalogue",
    "Codes",
    "Cold",
    "CountSettings",
    "EASESettings",
    "Events",
    "Habit",
    "IALSSettings",
    "Interactions",
    "ItemKNN",
    "ItemKNNSettings",
    "Lists",
    "MFSettings",
    "Mask",
    "MatrixFactorisation",
    "Popularity",
    "Ragged",
    "Reason",
    "Recommender",
    "Scores",
    "Seen",
    "SequentialRules",
    "SequentialRulesSettings",
    "Step",
    "Timeline",
    "TimelineModelSettings",
    "Why",
    "load",
    "top_of_rows",
    "torch_threads",
]
