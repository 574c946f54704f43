"""Files are recognised by their columns: however ordered, with some of them gone."""

from __future__ import annotations

import random

from onebasket.collect.formats import EXPORTS
from onebasket.collect.recognise import guess
from tests.formats.sample import HEADERS

FORMATS = {
    "tmall": ("taobao", "tmall_Exp"),
    "sycm": ("tmall_sycm",),
    **{
        name: (name,)
        for name in (
            *("shopify", "woocommerce", "amazon", "square", "stripe", "mailchimp", "klaviyo", "jd", "wechat"),
            *("douyin", "pinduoduo", "tiktok"),
        )
    },
}
KNOWN = {each.name for each in EXPORTS}
ROUNDS = 50


def format_of(file: str) -> str:
    return next(name for name, begins in FORMATS.items() if file.startswith(begins))


def test_recognised_with_columns_reordered_and_three_of_them_gone() -> None:
    dice = random.Random(7)
    wrong = []
    tried = 0
    for file, header in HEADERS.items():
        if format_of(file) not in KNOWN:
            continue
        for _ in range(ROUNDS):
            names = dice.sample(header, len(header) - 3)
            found = guess(names, EXPORTS)
            tried += 1
            if found is None or found.format.name != format_of(file):
                wrong.append((file, found and found.format.name, sorted(set(header) - set(names))))
    assert len(wrong) <= 0.02 * tried, wrong


def test_files_of_nobody_are_not_recognised() -> None:
    for names in (["a", "b", "c"], ["id", "name", "email", "phone"], ["Date", "Time", "Amount", "Note"], []):
        assert guess(names, EXPORTS) is None
