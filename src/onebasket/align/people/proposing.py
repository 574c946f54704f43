"""Rules of blocking chosen from the data: many ways for two records to meet, within a budget of pairs."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product

from onebasket.align.people.blocking import Blocks, Part, Rule, all_blocks
from onebasket.align.people.records import Records

PAIRS_A_RECORD = 25
# Kinds of fields, or forms of them, that together are seldom shared by accident.
_TOGETHER = (
    "email", "phone", "account", "birth_date", "full_name",
    "family_name+birth_date", "given_name+birth_date", "given_name+family_name",
    "given_name+postcode", "family_name+postcode", "birth_date+postcode",
    "family_name+city", "birth_date+city", "address+number", "address+family_name", "address+given_name",
    "address+birth_date", "postcode:start3+birth_date", "postcode:start3+family_name",
    "postcode:start3+given_name", "given_name:start3+family_name:start4",
    "given_name:start2+family_name:start2+birth_date:year",
)  # fmt: skip


def propose(records: Records, largest: int, budget: int | None = None) -> list[Blocks]:
    """Blocks of the cheapest rules first, as long as their pairs together keep within `budget`.

    A rule that asks for more than one already chosen adds nothing and is left out, and so is one
    that no two records meet by. The order of the table's columns does not matter.
    """
    budget = PAIRS_A_RECORD * records.size if budget is None else budget
    found = all_blocks(records, candidates(records), largest)
    chosen: list[Blocks] = []
    for blocks in sorted(found, key=lambda each: (each.pairs, str(each.rule))):
        total = sum(each.pairs for each in chosen)
        asked = set(blocks.rule.parts)
        if blocks.pairs and total + blocks.pairs <= budget:
            chosen = [each for each in chosen if not asked <= set(each.rule.parts)]
            chosen.append(blocks)
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
