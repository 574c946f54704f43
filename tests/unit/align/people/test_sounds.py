"""Foreign names in Chinese characters: heard as they are spelt in Latin letters."""

from __future__ import annotations

import random

import numpy as np
import pyarrow as pa
import pytest

from onebasket.align.people.fields import find_fields
from onebasket.align.people.matching import Settings, match
from onebasket.align.people.quality import of_clusters
from onebasket.align.people.sounds import of_latin, of_names, of_pinyin

GIVEN = {
    "gregory": "格雷戈里", "francis": "弗朗西斯", "harrison": "哈里森", "william": "威廉", "robert": "罗伯特",
    "jordan": "乔丹", "linda": "琳达", "bryant": "布莱恩特", "stanley": "斯坦利", "charles": "查尔斯",
}  # fmt: skip
FAMILY = {
    "kennedy": "肯尼迪", "clinton": "克林顿", "newton": "牛顿", "einstein": "爱因斯坦", "dickens": "狄更斯",
    "churchill": "丘吉尔", "jackson": "杰克逊", "lopez": "洛佩斯", "mitchell": "米切尔",
    "martinez": "马丁内斯",
}  # fmt: skip


@pytest.mark.parametrize(("latin", "chinese"), [*GIVEN.items(), *FAMILY.items()])
def test_a_name_sounds_as_its_transliteration(latin: str, chinese: str) -> None:
    assert of_latin(latin) == of_pinyin(chinese)


def test_nothing_is_heard_where_all_names_are_of_one_script() -> None:
    assert not len(of_names(pa.array(["anna", "maria"])).chinese)
    assert not len(of_names(pa.array(["安娜", "玛丽"])).chinese)


def test_people_who_write_their_name_in_two_scripts_are_found() -> None:
    """One e-mail, another telephone, names in two scripts: few pairs, of which nothing can be learnt."""
    chance = random.Random(1)
    rows: list[tuple[str, str, str, str]] = []
    truth = []
    for person in range(2000):
        given, family = chance.choice(list(GIVEN)), chance.choice(list(FAMILY))
        mail = f"p{chance.randrange(10**8)}@x.example"
        rows.append((given, family, mail, f"1{chance.randrange(10**9)}"))
        if person % 10 == 0:
            rows.append((GIVEN[given], FAMILY[family], mail, f"86{chance.randrange(10**9)}"))
        elif person % 3 == 0:
            phone = rows[-1][3] if chance.random() < 0.7 else f"1{chance.randrange(10**9)}"
            rows.append((given, family, mail, phone))
        truth += [person] * (len(rows) - len(truth))
    table = pa.table({name: [row[n] for row in rows] for n, name in
                      enumerate(("first_name", "surname", "email", "phone"))})  # fmt: skip
    found = match(table, find_fields(table), Settings())
    quality = of_clusters(found.by_row(found.clusters), np.array(truth))
    assert quality.precision > 0.99 and quality.recall > 0.99
