"""A fitted matcher as text: what it takes to weigh further records as the batch did."""

from __future__ import annotations

import msgspec
import numpy as np

from onebasket.align.people.blocking import Rule
from onebasket.align.people.fields import Field, Kind
from onebasket.align.people.matching import Matching
from onebasket.align.people.scoring import Model


class Saved(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Fields, rules and mixture. Value frequencies are those of the records it is used with."""

    fields: tuple[tuple[str, Kind], ...]
    rules: tuple[str, ...]
    classes: tuple[str, ...]
    sizes: tuple[int, ...]
    shares: tuple[float, ...]
    tables: tuple[tuple[tuple[float, ...], ...], ...]
    expected: tuple[tuple[bool, ...], ...]
    implied: tuple[tuple[int, int], ...]
    trust: tuple[float, ...]


def save(found: Matching) -> str:
    """The matcher as JSON; the same floats come back."""
    model = found.model
    return msgspec.json.encode(
        Saved(
            tuple((each.coded.field.column, each.coded.field.kind) for each in found.compared),
            tuple("+".join(map(str, rule.parts)) for rule in found.blocking.rules),
            model.classes,
            model.sizes,
            tuple(model.shares.tolist()),
            tuple(tuple(map(tuple, table)) for table in model.tables.tolist()),
            tuple(map(tuple, model.expected.tolist())),
            model.implied,
            model.trust,
        )
    ).decode()


def restore(text: str) -> tuple[list[Field], list[Rule], Model]:
    """Fields, rules and mixture. Raises msgspec.DecodeError for a text that is none."""
    saved = msgspec.json.decode(text, type=Saved)
    shape = (len(saved.classes), len(saved.sizes), max(saved.sizes, default=1))
    model = Model(
        saved.classes,
        saved.sizes,
        np.array(saved.shares),
        np.array(saved.tables).reshape(shape),
        np.array(saved.expected, np.bool_).reshape(shape[:2]),
        saved.implied,
        trust=saved.trust,
    )
    return [Field(*each) for each in saved.fields], [Rule.parse(rule) for rule in saved.rules], model
