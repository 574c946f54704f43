"""Rules of blocking chosen from the data: many ways for two records to meet, within a budget of pairs."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product

import numpy as np

from onebasket.align.people.blocking import LARGEST_BLOCK, RULES, Part, Rule, all_blocks
from onebasket.align.people.records import Records

PAIRS_A_RECORD = 25
_PAIRS = 4_000_000  # cost seconds however few the records
_SAMPLE = 250_000  # records that tell what a rule costs
# Kinds of fields, or forms of them, that together are seldom shared by accident.
_TOGETHER = (
    "email", "phone", "account", "device", "birth_date", "full_name",
    "family_name+birth_date", "given_name+birth_date", "given_name+family_name",
    "given_name+postcode", "family_name+postcode", "birth_date+postcode",
    "family_name+city", "birth_date+city", "address+number", "address+family_name", "address+given_name",
    "address+birth_date", "postcode:start3+birth_date", "postcode:start3+family_name",
    "postcode:start3+given_name", "given_name:start3+family_name:start4",
    "given_name:start2+family_name:start2+birth_date:year", "given_name:start3+birth_date:month_day",
    "family_name:start3+birth_date:month_day", "postcode:start3+birth_date:year", "birth_date:year+city",
    "given_name+city", "postcode", "family_name",
)  # fmt: skip


def propose(records: Records, largest: int = LARGEST_BLOCK, budget: int | None = None) -> list[Rule]:
    """The cheapest rules, as long as their pairs together keep within `budget`.

    A rule that asks for more than one already chosen adds nothing and is left out, and so is one
    that no two records meet by. What a rule costs is told from a sample where there are many records.
    The order of the table's columns does not matter.
    """
    budget = max(PAIRS_A_RECORD * records.size, _PAIRS) if budget is None else budget
    step = max(1, records.size // _SAMPLE)
    some = records.in_order(np.arange(0, records.size, step)) if step > 1 else records
    found = all_blocks(some, candidates(records)[:RULES], max(largest // step, 2))
    costs = {each.rule: each.pairs * step * step for each in found.blocks}
    chosen: list[Rule] = []
    for rule in sorted(costs, key=lambda each: (costs[each], str(each))):
        met = costs[rule] or step > 1  # too few to be seen in a sample are no cost
        if met and sum(costs[each] for each in chosen) + costs[rule] <= budget:
            chosen = [each for each in chosen if not set(rule.parts) <= set(each.parts)]
            chosen.append(rule)
    return chosen


def candidates(records: Records) -> list[Rule]:
    """All rules that the kinds of the records' fields make."""
    by_kind: dict[str, list[str]] = {}
    for coded in records.fields:
        by_kind.setdefault(coded.field.kind, []).append(coded.field.column)
    rules = []
    for text in _TOGETHER:
        said = [part.partition(":") for part in text.split("+")]
        columns: Sequence[Sequence[str]] = [by_kind.get(kind, []) for kind, _, _ in said]
        for chosen in product(*columns):
            forms = [form or "whole" for _, _, form in said]
            rules.append(Rule(tuple(map(Part, chosen, forms))))
    return rules
